//! What a regional update has beyond the envelope.

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
                r#"CREATE TABLE regional_update (
    content_id BIGINT NOT NULL PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    message_type TEXT NOT NULL,
    supersedes BIGINT,
    issued_at BIGINT NOT NULL,
    effective_at BIGINT,
    severity TEXT,
    instructions TEXT NOT NULL,
    detail TEXT NOT NULL
)"#,
                r#"CREATE INDEX regional_update_supersedes ON regional_update (supersedes)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE regional_update"]).await
    }
}
