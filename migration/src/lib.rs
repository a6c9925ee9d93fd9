//! The migrations of both databases: one change a file, up and down, with names as text. Must not know the entities,
//! which move on while a migration stands still.

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

mod m20261123_000001_region;
mod m20261123_000002_topic;
mod m20261123_000003_organization;
mod m20261123_000004_content;
mod m20261123_000005_resource;
mod m20261123_000006_campaign;
mod m20261123_000007_event;
mod m20261123_000008_regional_update;
mod m20261123_000009_link;
mod m20261123_000010_listing;
mod m20261123_000011_change;
mod m20261125_000012_client;
mod m20261125_000013_client_secret;
mod m20261125_000014_client_grant;
mod m20261125_000015_revoked_token;
mod m20261125_000020_wanted_slug;
mod m20261125_000021_revision;
mod m20261125_000022_review;
mod m20261125_000023_idempotency;
mod m20261125_000024_reindex;
mod m20261125_000025_search;
mod m20261125_000030_occurrence;
mod m20261125_000036_tombstone;
mod m20261126_000040_log_reader;
mod m20261126_000041_place;
mod m20261126_000042_follow_key;
mod m20261126_000043_log_word;
mod m20261126_000044_webhook;
mod m20261126_000045_spotlight;
mod m20261127_000046_search_deletes;
mod m20261127_000047_reach;
mod m20261127_000048_outline;

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_region::Migration),
            Box::new(m20261123_000002_topic::Migration),
            Box::new(m20261123_000003_organization::Migration),
            Box::new(m20261123_000004_content::Migration),
            Box::new(m20261123_000005_resource::Migration),
            Box::new(m20261123_000006_campaign::Migration),
            Box::new(m20261123_000007_event::Migration),
            Box::new(m20261123_000008_regional_update::Migration),
            Box::new(m20261123_000009_link::Migration),
            Box::new(m20261123_000010_listing::Migration),
            Box::new(m20261123_000011_change::Migration),
            Box::new(m20261125_000012_client::Migration),
            Box::new(m20261125_000013_client_secret::Migration),
            Box::new(m20261125_000014_client_grant::Migration),
            Box::new(m20261125_000015_revoked_token::Migration),
            Box::new(m20261125_000020_wanted_slug::Migration),
            Box::new(m20261125_000021_revision::Migration),
            Box::new(m20261125_000022_review::Migration),
            Box::new(m20261125_000023_idempotency::Migration),
            Box::new(m20261125_000024_reindex::Migration),
            Box::new(m20261125_000025_search::Migration),
            Box::new(m20261125_000030_occurrence::Migration),
            Box::new(m20261125_000036_tombstone::Migration),
            Box::new(m20261126_000040_log_reader::Migration),
            Box::new(m20261126_000041_place::Migration),
            Box::new(m20261126_000042_follow_key::Migration),
            Box::new(m20261126_000043_log_word::Migration),
            Box::new(m20261126_000044_webhook::Migration),
            Box::new(m20261126_000045_spotlight::Migration),
            Box::new(m20261127_000046_search_deletes::Migration),
            Box::new(m20261127_000047_reach::Migration),
            Box::new(m20261127_000048_outline::Migration),
        ]
    }
}

/// Runs statements that are the same on both databases but for two marks: `{binary}`, the collation that orders by
/// bytes, and `{without_rowid}`, which keeps a SQLite table in the order of its key.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let (binary, without_rowid) = match manager.get_database_backend() {
        DatabaseBackend::Postgres => (" COLLATE \"C\"", ""),
        _ => ("", " WITHOUT ROWID"),
    };
    for statement in statements {
        let statement = statement.replace("{binary}", binary).replace("{without_rowid}", without_rowid);
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
