//! Indexes of what feeds tell as gone: what left the public's sight, by time, and the updates that end an alert. They hold
//! only those rows.

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
                "CREATE INDEX change_gone ON change (noun, at) WHERE visibility_before = 'PUBLIC' AND \
                 (visibility_after IS NULL OR visibility_after <> 'PUBLIC')",
                "CREATE INDEX regional_update_ended ON regional_update (content_id) WHERE message_type IN ('CANCEL', \
                 'ALL_CLEAR')",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX regional_update_ended", "DROP INDEX change_gone"]).await
    }
}
