//! What a resource has beyond the envelope.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[r#"CREATE TABLE resource (
    content_id BIGINT NOT NULL PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    format TEXT NOT NULL,
    audience TEXT NOT NULL,
    external_url TEXT,
    files TEXT NOT NULL,
    evidence TEXT NOT NULL,
    reviewed_at BIGINT,
    review_due_at BIGINT,
    superseded_by BIGINT,
    license TEXT,
    reading_level TEXT,
    languages TEXT NOT NULL
)"#],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE resource"]).await
    }
}
