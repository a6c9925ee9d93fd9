//! How far a change reaches into lists, for other processes that keep answers: 0 into none, 1 into those that show the item, 2
//! into all that it lies in or lay in. What was logged before, and what a process of an earlier version logs, has 2.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE change ADD COLUMN reach SMALLINT NOT NULL DEFAULT 2"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE change DROP COLUMN reach"]).await
    }
}
