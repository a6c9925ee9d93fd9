//! Webhooks and what is to be delivered to them. A delivery is taken by one node at a time: who takes it moves the time of its
//! next attempt behind the longest that an attempt may take. Must not decide what is delivered, nor send.

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Store;
use super::sql::Sql;
use crate::domain::public_id::PublicId;
use crate::domain::time::Timestamp;

/// A webhook's row.
pub type Webhook = entity::webhook::Model;
/// A delivery's row.
pub type Delivery = entity::delivery::Model;
/// An attempt's row.
pub type Attempt = entity::delivery_attempt::Model;

/// How deliveries stand.
pub const PENDING: &str = "PENDING";
/// It has arrived.
pub const DELIVERED: &str = "DELIVERED";
/// It was given up.
pub const DEAD: &str = "DEAD";

/// Rows that one statement inserts or forgets.
const BATCH: usize = 500;

/// What came of an attempt, to be written down.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The attempt.
    pub attempt: Attempt,
    /// How the delivery stands now.
    pub status: &'static str,
    /// When it is tried again.
    pub next_at: i64,
    /// Its webhook's key.
    pub webhook: i64,
    /// Whether it ends the webhook.
    pub end: Option<WebhookEnd>,
}

/// Why a webhook is disabled by what came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookEnd {
    /// The receiver is gone.
    Gone,
    /// Nothing has arrived since this instant or an earlier one, in microseconds since 1970.
    Failing(i64),
}

impl Store {
    /// A webhook, whatever its state.
    pub async fn find_webhook(&self, id: PublicId) -> Result<Option<Webhook>, DbErr> {
        entity::webhook::Entity::find_by_id(id.key()).one(&self.reader).await
    }

    /// The same for a transaction that changes it: nobody else does until that ends.
    pub async fn find_webhook_within(&self, tx: &DatabaseTransaction, key: i64) -> Result<Option<Webhook>, DbErr> {
        entity::webhook::Entity::find_by_id(key).lock_exclusive().one(tx).await
    }

    /// The webhooks of an organization, the oldest first.
    pub async fn list_webhooks(&self, organization: i64, most: u64) -> Result<Vec<Webhook>, DbErr> {
        let query = entity::webhook::Entity::find().filter(entity::webhook::COLUMN.organization_id.eq(organization));
        query
            .order_by_asc(entity::webhook::Column::CreatedAt)
            .order_by_asc(entity::webhook::Column::Id)
            .limit(most)
            .all(&self.reader)
            .await
    }

    /// How many webhooks an organization has; nobody else adds one until the transaction ends.
    pub async fn count_webhooks(&self, tx: &DatabaseTransaction, organization: i64) -> Result<u64, DbErr> {
        entity::organization::Entity::find_by_id(organization).lock_exclusive().one(tx).await?;
        let query = entity::webhook::Entity::find().filter(entity::webhook::COLUMN.organization_id.eq(organization));
        query.count(tx).await
    }

    /// Stores a new webhook.
    pub async fn insert_webhook(&self, tx: &DatabaseTransaction, webhook: &Webhook) -> Result<(), DbErr> {
        entity::webhook::Entity::insert(webhook.clone().into_active_model()).exec(tx).await.map(|_| ())
    }

    /// Stores a webhook as it is now.
    pub async fn update_webhook(&self, tx: &DatabaseTransaction, webhook: &Webhook) -> Result<(), DbErr> {
        webhook.clone().into_active_model().reset_all().update(tx).await.map(|_| ())
    }

    /// Deletes a webhook with all that was to be delivered to it.
    pub async fn delete_webhook(&self, tx: &DatabaseTransaction, key: i64) -> Result<(), DbErr> {
        for table in [
            "delivery_attempt WHERE delivery_id IN (SELECT id FROM delivery WHERE webhook_id",
            "delivery WHERE (webhook_id",
            "webhook WHERE (id",
        ] {
            let mut sql = Sql::default();
            sql.push(&format!("DELETE FROM {table} = ")).bind(key).push(")");
            tx.execute_raw(sql.statement(self.backend())).await?;
        }
        Ok(())
    }

    /// The webhooks that are told of anything.
    pub async fn enabled_webhooks(&self) -> Result<Vec<Webhook>, DbErr> {
        let query = entity::webhook::Entity::find().filter(entity::webhook::COLUMN.is_enabled.eq(true));
        query.order_by_asc(entity::webhook::Column::Seq).all(&self.reader).await
    }

    /// Moves a webhook on from one place in the log to another with the deliveries that lie between; whether it was still
    /// there, so that of several nodes one does.
    pub async fn move_webhook(&self, from: &Webhook, to: &Webhook, deliveries: Vec<Delivery>) -> Result<bool, DbErr> {
        let tx = self.begin().await?;
        let mut sql = Sql::default();
        sql.push("UPDATE webhook SET sight = ")
            .bind(to.sight.clone())
            .push(", seq = ")
            .bind(to.seq)
            .push(", seq_at = ")
            .bind(to.seq_at);
        sql.push(", turned_at = ").bind(to.turned_at).push(", turned_key = ").bind(to.turned_key);
        sql.push(" WHERE id = ").bind(from.id).push(" AND is_enabled = TRUE AND seq = ").bind(from.seq);
        sql.push(" AND turned_at = ").bind(from.turned_at).push(" AND turned_key = ").bind(from.turned_key);
        let is_moved = tx.execute_raw(sql.statement(self.backend())).await?.rows_affected() == 1;
        if is_moved {
            for some in deliveries.chunks(BATCH) {
                self.insert_deliveries(&tx, some).await?;
            }
        }
        tx.commit().await?;
        Ok(is_moved)
    }

    /// Stores deliveries that are to be made.
    pub async fn insert_deliveries(&self, tx: &DatabaseTransaction, deliveries: &[Delivery]) -> Result<(), DbErr> {
        if deliveries.is_empty() {
            return Ok(());
        }
        let rows = deliveries.iter().map(|delivery| delivery.clone().into_active_model());
        entity::delivery::Entity::insert_many(rows).exec_without_returning(tx).await.map(|_| ())
    }

    /// The webhooks that have something due, and of each how much at most.
    pub async fn due_webhooks(&self, now: Timestamp) -> Result<Vec<i64>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT DISTINCT d.webhook_id FROM delivery d JOIN webhook w ON w.id = d.webhook_id AND w.is_enabled = TRUE ");
        sql.push("WHERE d.status = 'PENDING' AND d.next_at <= ").bind(now.as_micros());
        self.query(sql.statement(self.backend())).await?.iter().map(|row| row.try_get_by_index(0)).collect()
    }

    /// Takes some of a webhook's due deliveries, what must be erased first; until `until` no other node takes them.
    pub async fn take_deliveries(
        &self,
        webhook: i64,
        (now, until): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<Delivery>, DbErr> {
        let backend = self.backend();
        let mut sql = Sql::default();
        sql.push("UPDATE delivery SET next_at = ").bind(until.as_micros());
        sql.push(
            " WHERE status = 'PENDING' AND id IN (SELECT id FROM delivery WHERE status = 'PENDING' AND next_at <= ",
        );
        sql.bind(now.as_micros()).push(" AND webhook_id = ").bind(webhook);
        sql.push(" ORDER BY purge DESC, next_at, id LIMIT ").push_number(i64::try_from(most).unwrap_or(i64::MAX));
        sql.push(if backend == DbBackend::Postgres {
            " FOR UPDATE SKIP LOCKED) RETURNING id"
        } else {
            ") RETURNING id"
        });
        let rows = self.writer.query_all_raw(sql.statement(backend)).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = entity::delivery::Entity::find().filter(entity::delivery::COLUMN.id.is_in(ids));
        found
            .order_by_desc(entity::delivery::Column::Purge)
            .order_by_asc(entity::delivery::Column::Id)
            .all(&self.writer)
            .await
    }

    /// Writes down what came of some attempts.
    pub async fn record_attempts(&self, all: &[Tried]) -> Result<(), DbErr> {
        let backend = self.backend();
        let tx = self.begin().await?;
        for tried in all {
            let Tried { attempt, status, next_at, webhook, end } = tried;
            let is_done = *status != PENDING;
            let mut sql = Sql::default();
            sql.push("UPDATE delivery SET attempts = attempts + 1, status = ").bind((*status).to_string());
            sql.push(", next_at = ").bind(*next_at).push(", done_at = ").bind(is_done.then_some(attempt.at));
            // What was given up or has arrived by another node meanwhile stays so.
            sql.push(" WHERE status = 'PENDING' AND id = ").bind(attempt.delivery_id);
            tx.execute_raw(sql.statement(backend)).await?;
            // Of a webhook that was deleted meanwhile nothing is written down.
            let mut sql = Sql::default();
            sql.push("INSERT INTO delivery_attempt (delivery_id, at, number, status, failure, took_ms) SELECT id, ");
            sql.bind(attempt.at).push(", CAST(").bind(i64::from(attempt.number)).push(" AS INTEGER), CAST(");
            sql.bind(attempt.status.map(i64::from)).push(" AS INTEGER), ").bind(attempt.failure.clone()).push(", ");
            sql.bind(attempt.took_ms).push(" FROM delivery WHERE id = ").bind(attempt.delivery_id);
            sql.push(" ON CONFLICT DO NOTHING");
            tx.execute_raw(sql.statement(backend)).await?;
            let mut sql = Sql::default();
            if *status == DELIVERED {
                sql.push("UPDATE webhook SET failing_since = NULL WHERE failing_since IS NOT NULL AND id = ");
            } else {
                sql.push("UPDATE webhook SET failing_since = ").bind(attempt.at);
                sql.push(" WHERE failing_since IS NULL AND id = ");
            }
            sql.bind(*webhook);
            tx.execute_raw(sql.statement(backend)).await?;
            if let Some(end) = end {
                let mut sql = Sql::default();
                let reason = if *end == WebhookEnd::Gone { "GONE" } else { "FAILING" };
                sql.push("UPDATE webhook SET is_enabled = FALSE, version = version + 1, disabled_at = ")
                    .bind(attempt.at);
                sql.push(", disabled_reason = ").bind(reason.to_string());
                sql.push(" WHERE is_enabled = TRUE AND id = ").bind(*webhook);
                if let WebhookEnd::Failing(since) = end {
                    sql.push(" AND failing_since <= ").bind(*since);
                }
                if tx.execute_raw(sql.statement(backend)).await?.rows_affected() > 0 {
                    self.give_up(&tx, *webhook, attempt.at).await?;
                }
            }
        }
        tx.commit().await
    }

    /// Gives up what was still to be delivered to a webhook.
    pub async fn give_up(&self, tx: &DatabaseTransaction, webhook: i64, at: i64) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("UPDATE delivery SET status = 'DEAD', done_at = ").bind(at);
        sql.push(" WHERE status = 'PENDING' AND webhook_id = ").bind(webhook);
        tx.execute_raw(sql.statement(self.backend())).await.map(|_| ())
    }

    /// Disables a webhook, if it is not.
    pub async fn disable_webhook(&self, key: i64, at: Timestamp, reason: &str) -> Result<(), DbErr> {
        let tx = self.begin().await?;
        let mut sql = Sql::default();
        sql.push("UPDATE webhook SET is_enabled = FALSE, version = version + 1, disabled_at = ").bind(at.as_micros());
        sql.push(", disabled_reason = ").bind(reason.to_string()).push(" WHERE is_enabled = TRUE AND id = ").bind(key);
        if tx.execute_raw(sql.statement(self.backend())).await?.rows_affected() > 0 {
            self.give_up(&tx, key, at.as_micros()).await?;
        }
        tx.commit().await
    }

    /// A delivery of a webhook of an organization, for a transaction that changes it.
    pub async fn find_delivery_within(
        &self,
        tx: &DatabaseTransaction,
        id: PublicId,
    ) -> Result<Option<(Delivery, Webhook)>, DbErr> {
        let Some(delivery) = entity::delivery::Entity::find_by_id(id.key()).lock_exclusive().one(tx).await? else {
            return Ok(None);
        };
        let webhook = entity::webhook::Entity::find_by_id(delivery.webhook_id).one(tx).await?;
        Ok(webhook.map(|webhook| (delivery, webhook)))
    }

    /// Puts a delivery back to be made as soon as can be.
    pub async fn revive_delivery(&self, tx: &DatabaseTransaction, delivery: &Delivery) -> Result<(), DbErr> {
        delivery.clone().into_active_model().reset_all().update(tx).await.map(|_| ())
    }

    /// The last deliveries of a webhook, the newest first, of some states only if asked.
    pub async fn list_deliveries(
        &self,
        webhook: i64,
        statuses: Option<&[String]>,
        most: u64,
    ) -> Result<Vec<Delivery>, DbErr> {
        let mut query = entity::delivery::Entity::find().filter(entity::delivery::COLUMN.webhook_id.eq(webhook));
        if let Some(statuses) = statuses {
            query = query.filter(entity::delivery::COLUMN.status.is_in(statuses.to_vec()));
        }
        query
            .order_by_desc(entity::delivery::Column::CreatedAt)
            .order_by_desc(entity::delivery::Column::Id)
            .limit(most)
            .all(&self.reader)
            .await
    }

    /// The attempts of some deliveries, in their order.
    pub async fn list_attempts(&self, deliveries: &[i64]) -> Result<Vec<Attempt>, DbErr> {
        if deliveries.is_empty() {
            return Ok(Vec::new());
        }
        let found = entity::delivery_attempt::Entity::find();
        let found = found.filter(entity::delivery_attempt::COLUMN.delivery_id.is_in(deliveries.to_vec()));
        found.order_by_asc(entity::delivery_attempt::Column::At).all(&self.reader).await
    }

    /// Forgets deliveries that were done before an instant, some at a time; answers whether there may be more.
    pub async fn forget_deliveries(&self, before: Timestamp) -> Result<bool, DbErr> {
        let backend = self.backend();
        let mut old = Sql::default();
        old.push("SELECT id FROM delivery WHERE done_at IS NOT NULL AND done_at < ").bind(before.as_micros());
        old.push(" ORDER BY done_at LIMIT ").push_number(i64::try_from(BATCH).unwrap_or(i64::MAX));
        let rows = self.query(old.statement(backend)).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(false);
        }
        let tx = self.begin().await?;
        let attempts = entity::delivery_attempt::Entity::delete_many();
        attempts.filter(entity::delivery_attempt::COLUMN.delivery_id.is_in(ids.clone())).exec(&tx).await?;
        let deliveries = entity::delivery::Entity::delete_many();
        deliveries.filter(entity::delivery::COLUMN.id.is_in(ids.clone())).exec(&tx).await?;
        tx.commit().await?;
        Ok(ids.len() == BATCH)
    }
}
