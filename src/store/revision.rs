//! Revisions, approvals, the keys of repeated requests: what is kept beside an item for those who write. Must not decide
//! who may read them.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

use super::Store;
use super::sql::Sql;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::time::Timestamp;

/// What is known of a key of a repeated request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The key is new, and is taken from now on if the transaction commits.
    New,
    /// The key was used for a request with this fingerprint, which was answered so.
    Used {
        /// SHA-256 of the request.
        fingerprint: String,
        /// What it made.
        answer: String,
    },
}

impl Store {
    /// The statement that keeps what an item is after a change. A version that is there already, as after an import, is
    /// replaced.
    pub(super) fn revise(&self, row: entity::revision::Model) -> Statement {
        let mut sql = Sql::default();
        sql.push("INSERT INTO revision (content_id, version, at, client_id, action, note, snapshot) VALUES (");
        sql.bind(row.content_id).push(", ").bind(row.version).push(", ").bind(row.at).push(", ").bind(row.client_id);
        sql.push(", ").bind(row.action).push(", ").bind(row.note).push(", ").bind(row.snapshot);
        sql.push(
            ") ON CONFLICT (content_id, version) DO UPDATE SET at = excluded.at, client_id = excluded.client_id, \
             action = excluded.action, note = excluded.note, snapshot = excluded.snapshot",
        );
        sql.statement(self.backend())
    }

    /// One revision.
    pub async fn find_revision(
        &self,
        tx: &DatabaseTransaction,
        item: i64,
        version: i32,
    ) -> Result<Option<entity::revision::Model>, DbErr> {
        entity::revision::Entity::find_by_id((item, version)).one(tx).await
    }

    /// The revisions of an item, the last first, each with the id of its client; at most `size` of those before a
    /// version.
    pub async fn list_revisions(
        &self,
        item: i64,
        before: i32,
        size: u64,
    ) -> Result<Vec<(entity::revision::Model, Option<PublicId>)>, DbErr> {
        let rows = entity::revision::Entity::find()
            .filter(entity::revision::COLUMN.content_id.eq(item))
            .filter(entity::revision::COLUMN.version.lt(before))
            .order_by_desc(entity::revision::Column::Version)
            .limit(size)
            .all(&self.reader)
            .await?;
        let clients: Vec<i64> = rows.iter().filter_map(|row| row.client_id).collect();
        let clients =
            entity::client::Entity::find().filter(entity::client::COLUMN.id.is_in(clients)).all(&self.reader).await?;
        let id_of = |key: i64| {
            let client = clients.iter().find(|client| client.id == key)?;
            Noun::Client.id_of(&client.public_id).parse().ok()
        };
        Ok(rows.into_iter().map(|row| (row.client_id.and_then(id_of), row)).map(|(id, row)| (row, id)).collect())
    }

    /// The clients that wrote any version of an item by one of the actions.
    pub async fn writers_of(&self, tx: &DatabaseTransaction, item: i64, actions: &[&str]) -> Result<Vec<i64>, DbErr> {
        let rows = entity::revision::Entity::find()
            .filter(entity::revision::COLUMN.content_id.eq(item))
            .filter(entity::revision::COLUMN.action.is_in(actions.iter().copied()))
            .select_only()
            .column(entity::revision::Column::ClientId)
            .distinct()
            .into_tuple::<Option<i64>>()
            .all(tx)
            .await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The client at the start of the line of makers that ends in a client: itself if the operator made it.
    pub async fn first_maker(&self, tx: &DatabaseTransaction, client: i64) -> Result<i64, DbErr> {
        let mut first = client;
        // A line of makers is short; the bound keeps one that was tampered with from running for ever.
        for _ in 0..64 {
            let row = entity::client::Entity::find_by_id(first).one(tx).await?;
            match row.and_then(|row| row.made_by) {
                Some(maker) => first = maker,
                None => break,
            }
        }
        Ok(first)
    }

    /// Which version of an item was approved.
    pub async fn find_review(
        &self,
        tx: &impl ConnectionTrait,
        item: i64,
    ) -> Result<Option<entity::review::Model>, DbErr> {
        entity::review::Entity::find_by_id(item).one(tx).await
    }

    /// Keeps that a version was approved.
    pub async fn save_review(&self, tx: &DatabaseTransaction, row: entity::review::Model) -> Result<(), DbErr> {
        entity::review::Entity::delete_by_id(row.content_id).exec(tx).await?;
        entity::review::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
        Ok(())
    }

    /// Takes a key for a request. Another transaction that holds the same key is waited for.
    pub async fn claim_key(
        &self,
        tx: &DatabaseTransaction,
        row: entity::idempotency::Model,
        now: Timestamp,
    ) -> Result<Claim, DbErr> {
        let mut sql = Sql::default();
        sql.push("INSERT INTO idempotency (client_id, idempotency_key, fingerprint, answer, expires_at) VALUES (");
        sql.bind(row.client_id).push(", ").bind(row.idempotency_key).push(", ").bind(row.fingerprint);
        sql.push(", NULL, ").bind(row.expires_at).push(") ON CONFLICT (client_id, idempotency_key) DO UPDATE SET ");
        for (position, column) in ["fingerprint", "answer", "expires_at"].into_iter().enumerate() {
            sql.push(if position == 0 { "" } else { ", " }).push(column);
            sql.push(" = CASE WHEN idempotency.expires_at <= ")
                .bind(now.as_micros())
                .push(" THEN excluded.")
                .push(column);
            sql.push(" ELSE idempotency.").push(column).push(" END");
        }
        sql.push(" RETURNING fingerprint, answer");
        let known = tx.query_one_raw(sql.statement(self.backend())).await?;
        let known = known.ok_or_else(|| DbErr::Custom("a key of a repeated request was not kept".to_string()))?;
        // Whoever took a key has answered it when the transaction ended, so that only an own one has no answer.
        let answer: Option<String> = known.try_get_by_index(1)?;
        match answer {
            None => Ok(Claim::New),
            Some(answer) => Ok(Claim::Used { fingerprint: known.try_get_by_index(0)?, answer }),
        }
    }

    /// Whether anything is kept of a client's key.
    pub async fn knows_key(&self, reads: &impl ConnectionTrait, client: i64, key: &str) -> Result<bool, DbErr> {
        let found = entity::idempotency::Entity::find_by_id((client, key.to_string())).one(reads).await?;
        Ok(found.is_some())
    }

    /// Keeps what a request with a key made.
    pub async fn answer_key(
        &self,
        tx: &DatabaseTransaction,
        client: i64,
        key: &str,
        answer: String,
    ) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("UPDATE idempotency SET answer = ").bind(answer).push(" WHERE client_id = ").bind(client);
        sql.push(" AND idempotency_key = ").bind(key);
        tx.execute_raw(sql.statement(self.backend())).await?;
        Ok(())
    }

    /// Forgets keys whose time has run out.
    pub async fn forget_keys(&self, now: Timestamp) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("DELETE FROM idempotency WHERE expires_at <= ").bind(now.as_micros());
        self.writer.execute_raw(sql.statement(self.backend())).await?;
        Ok(())
    }
}
