//! Tokens that were revoked before their end. Rows of ended tokens may go at any time.

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
                r#"CREATE TABLE revoked_token (
    jti TEXT NOT NULL PRIMARY KEY,
    client_id BIGINT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
){without_rowid}"#,
                r#"CREATE INDEX revoked_token_expiry ON revoked_token (expires_at)"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE revoked_token"]).await
    }
}
