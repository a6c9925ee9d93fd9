//! What an event has beyond the envelope: civil times with their zone, and the instants derived from them.

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
                r#"CREATE TABLE event (
    content_id BIGINT NOT NULL PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    event_status TEXT NOT NULL,
    starts_at_local TEXT NOT NULL,
    ends_at_local TEXT,
    time_zone TEXT NOT NULL,
    is_all_day BOOLEAN NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT,
    over_at BIGINT NOT NULL,
    languages TEXT NOT NULL,
    features TEXT NOT NULL,
    campaign_id BIGINT,
    detail TEXT NOT NULL
)"#,
                r#"CREATE INDEX event_campaign ON event (campaign_id)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE event"]).await
    }
}
