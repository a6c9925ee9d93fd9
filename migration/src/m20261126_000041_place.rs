//! Where items are, as far as it is told: the point that readers see, and nothing more exact. Items that are there already
//! are placed by the worker, as after a change of the region graph.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = "CREATE TABLE place (
            content BIGINT NOT NULL PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
            kind SMALLINT NOT NULL,
            latitude BIGINT NOT NULL,
            longitude BIGINT NOT NULL,
            x BIGINT NOT NULL,
            y BIGINT NOT NULL,
            z BIGINT NOT NULL
        )";
        let index = "CREATE INDEX place_latitude ON place (kind, latitude)";
        let backfill = "INSERT INTO reindex (id, position) SELECT 1, -1 WHERE EXISTS (SELECT 1 FROM content) \
                        ON CONFLICT (id) DO UPDATE SET position = -1";
        run(manager, &[table, index, backfill]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE place"]).await
    }
}
