//! How far the items have been listed anew after a change of the region or topic graph; no row: all of them.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[r#"CREATE TABLE reindex (id SMALLINT NOT NULL PRIMARY KEY, position BIGINT NOT NULL)"#]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE reindex"]).await
    }
}
