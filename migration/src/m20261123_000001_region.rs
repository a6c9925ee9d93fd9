//! Regions: a directed acyclic graph with codes, zones and names.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[r#"CREATE TABLE region (
    id BIGINT NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    names TEXT NOT NULL,
    endonyms TEXT NOT NULL,
    codes TEXT NOT NULL,
    parent_ids TEXT NOT NULL,
    overlap_ids TEXT NOT NULL,
    time_zones TEXT NOT NULL,
    acknowledgement TEXT NOT NULL,
    boundary_disclaimer TEXT NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    superseded_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
)"#],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE region"]).await
    }
}
