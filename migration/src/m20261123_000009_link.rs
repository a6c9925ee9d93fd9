//! Links between items: what a campaign gathers, what a meeting works with.

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
                r#"CREATE TABLE link (
    from_id BIGINT NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    to_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (from_id, to_id)
)"#,
                r#"CREATE INDEX link_to ON link (to_id)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE link"]).await
    }
}
