//! When events take place: a row for each occurrence, those of single events included, and how far series are expanded.
//! Instants follow from local times by a version of the time zone database, which is kept.

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
                r#"CREATE TABLE occurrence (
    content BIGINT NOT NULL,
    recurrence_id BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    is_long BOOLEAN NOT NULL,
    status TEXT,
    changed_by INTEGER,
    PRIMARY KEY (content, recurrence_id),
    FOREIGN KEY (content) REFERENCES content (id) ON DELETE CASCADE
){without_rowid}"#,
                // Covers what a walk looks at before it joins.
                r#"CREATE INDEX occurrence_walk ON occurrence (is_long, starts_at, content, recurrence_id, ends_at)"#,
                r#"CREATE TABLE expansion (
    content BIGINT NOT NULL PRIMARY KEY,
    expanded_to BIGINT NOT NULL,
    zones TEXT NOT NULL,
    FOREIGN KEY (content) REFERENCES content (id) ON DELETE CASCADE
)"#,
                r#"CREATE INDEX expansion_end ON expansion (expanded_to)"#,
                // Events that are there are expanded by the worker.
                r#"INSERT INTO expansion (content, expanded_to, zones) SELECT content_id, 0, '' FROM event"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE expansion", "DROP TABLE occurrence"]).await
    }
}
