//! The envelope that every published item has, whatever its kind.

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
                r#"CREATE TABLE content (
    id BIGINT NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    slug TEXT NOT NULL,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    status TEXT NOT NULL,
    visibility TEXT NOT NULL,
    version INTEGER NOT NULL,
    texts TEXT NOT NULL,
    locales TEXT NOT NULL,
    title_key TEXT{binary} NOT NULL,
    attribution TEXT,
    content_notes TEXT NOT NULL,
    source_system TEXT,
    source_external_id TEXT,
    source TEXT,
    verification TEXT,
    region_ids TEXT NOT NULL,
    topic_ids TEXT NOT NULL,
    order_key BIGINT NOT NULL,
    spotlight_until BIGINT,
    published_at BIGINT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body TEXT,
    UNIQUE (kind, slug),
    UNIQUE (organization_id, source_system, source_external_id)
)"#,
                r#"CREATE INDEX content_updated ON content (kind, updated_at, id)"#,
                r#"CREATE INDEX content_published ON content (kind, published_at, id)"#,
                r#"CREATE INDEX content_title ON content (kind, title_key, id)"#,
                r#"CREATE INDEX content_expiry ON content (status, expires_at)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE content"]).await
    }
}
