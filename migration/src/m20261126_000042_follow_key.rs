//! The key that seals the places of followers in the change log, so that they do not tell how much happened that nobody was
//! told of. A copy of the database keeps it; another database has another one, which followers of this one then notice. And
//! an index of what appears by the clock alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let random = match manager.get_database_backend() {
            DatabaseBackend::Postgres => {
                "replace(CAST(gen_random_uuid() AS TEXT) || CAST(gen_random_uuid() AS TEXT), '-', '')"
            }
            _ => "lower(hex(randomblob(32)))",
        };
        let table = "CREATE TABLE follow_key (id SMALLINT NOT NULL PRIMARY KEY, key TEXT NOT NULL)";
        // What was published with an hour that had not come: nothing is logged when it comes.
        let later = "CREATE INDEX content_later ON content (published_at) WHERE status = 'PUBLISHED' AND published_at > \
                     updated_at";
        run(manager, &[table, &format!("INSERT INTO follow_key (id, key) SELECT 1, {random}"), later]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX content_later", "DROP TABLE follow_key"]).await
    }
}
