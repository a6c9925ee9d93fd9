//! Webhooks, what is to be delivered to them, and each attempt. A delivery holds ids and what happened, no text of an item.

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
                // `seq` to `turned_key`: the place in the change log up to which deliveries were made.
                "CREATE TABLE webhook (
    id BIGINT NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    client_id BIGINT NOT NULL REFERENCES client (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    kinds TEXT,
    regions TEXT,
    topics TEXT,
    is_enabled BOOLEAN NOT NULL,
    disabled_reason TEXT,
    disabled_at BIGINT,
    failing_since BIGINT,
    secret_version BIGINT NOT NULL,
    rotated_at BIGINT,
    sight TEXT NOT NULL,
    seq BIGINT NOT NULL,
    seq_at BIGINT NOT NULL,
    turned_at BIGINT NOT NULL,
    turned_key BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
)",
                "CREATE INDEX webhook_organization ON webhook (organization_id, id)",
                "CREATE TABLE delivery (
    id BIGINT NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    webhook_id BIGINT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    item_id TEXT,
    kind TEXT,
    reason TEXT,
    purge BOOLEAN NOT NULL,
    happened_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT
)",
                "CREATE INDEX delivery_due ON delivery (next_at, webhook_id) WHERE status = 'PENDING'",
                "CREATE INDEX delivery_webhook ON delivery (webhook_id, created_at, id)",
                "CREATE INDEX delivery_done ON delivery (done_at) WHERE done_at IS NOT NULL",
                "CREATE TABLE delivery_attempt (
    delivery_id BIGINT NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    number INTEGER NOT NULL,
    status INTEGER,
    failure TEXT,
    took_ms BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, at, number)
){without_rowid}",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE delivery_attempt", "DROP TABLE delivery", "DROP TABLE webhook"]).await
    }
}
