//! The slug that an item asks for while the public does not see it: it is settled when it becomes public, so that a taken one
//! never tells that a hidden item exists.

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
                r#"ALTER TABLE content ADD COLUMN wanted_slug TEXT"#,
                r#"UPDATE content SET wanted_slug = slug, slug = '~' || public_id
    WHERE NOT (status = 'PUBLISHED' AND visibility = 'PUBLIC')"#,
                r#"CREATE INDEX content_wanted_slug ON content (kind, wanted_slug)"#,
                // Partial: as an index of all states it drew the planner of lists to a walk over all that is published.
                r#"CREATE INDEX content_planned ON content (published_at) WHERE status = 'SCHEDULED'"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "DROP INDEX content_planned",
                "DROP INDEX content_wanted_slug",
                "UPDATE content SET slug = wanted_slug || '-' || public_id WHERE wanted_slug IS NOT NULL",
                "ALTER TABLE content DROP COLUMN wanted_slug",
            ],
        )
        .await
    }
}
