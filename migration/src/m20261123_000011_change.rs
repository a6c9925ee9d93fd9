//! The change log, and the one row whose lock makes its order the order of commits.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                r#"CREATE TABLE change (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    noun TEXT NOT NULL,
    item BIGINT NOT NULL,
    public_id TEXT NOT NULL,
    what TEXT NOT NULL,
    visibility_before TEXT,
    visibility_after TEXT,
    regions_before TEXT,
    regions_after TEXT,
    topics_before TEXT,
    topics_after TEXT,
    purge BOOLEAN NOT NULL
)"#,
                r#"CREATE INDEX change_item ON change (item, seq)"#,
                r#"CREATE TABLE epoch (id SMALLINT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL)"#,
                r#"INSERT INTO epoch (id, seq) VALUES (1, 0)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE epoch", "DROP TABLE change"]).await
    }
}
