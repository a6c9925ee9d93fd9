//! Clients: apps of an organization that act with tokens.

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
                r#"CREATE TABLE client (
    id BIGINT NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    name TEXT NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    token_generation BIGINT NOT NULL,
    made_by BIGINT REFERENCES client (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
)"#,
                r#"CREATE INDEX client_organization ON client (organization_id, id)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE client"]).await
    }
}
