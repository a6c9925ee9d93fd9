//! One row for each pair of an anchor (a region, an organization, a campaign or event that links the item, or 0 for any) and a topic (or 0) that an item is listed under: the order of every default list is this key's order.

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
                r#"CREATE TABLE listing (
    kind SMALLINT NOT NULL,
    anchor BIGINT NOT NULL,
    topic BIGINT NOT NULL,
    order_key BIGINT NOT NULL,
    content BIGINT NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, anchor, topic, order_key, content)
){without_rowid}"#,
                r#"CREATE INDEX listing_content ON listing (content)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE listing"]).await
    }
}
