//! What an item was after each change, by whom and when; the text of a redacted one is gone.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[r#"CREATE TABLE revision (
    content_id BIGINT NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    at BIGINT NOT NULL,
    client_id BIGINT,
    action TEXT NOT NULL,
    note TEXT,
    snapshot TEXT,
    PRIMARY KEY (content_id, version)
)"#],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE revision"]).await
    }
}
