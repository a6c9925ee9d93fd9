//! The change log: one row for each committed change, in the order of commits. Must not announce anything.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use serde_json::{Value, json};

use super::Store;
use super::reads::Reach;
use super::sql::Sql;
use super::together::Together;
use crate::domain::time::Timestamp;

/// The number of the last committed change; caches are valid for one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(pub i64);

/// What one side of a change looked like to followers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    pub visibility: Option<String>,
    pub regions: Option<String>,
    pub topics: Option<String>,
}

/// One change to be logged.
#[derive(Clone, Debug)]
pub(crate) struct NewChange {
    pub at: Timestamp,
    pub noun: &'static str,
    pub item: i64,
    pub public_id: String,
    pub what: &'static str,
    pub before: Side,
    pub after: Side,
    pub purge: bool,
    pub reach: Reach,
}

const COLUMNS: &str = "seq, at, noun, item, public_id, what, visibility_before, visibility_after, regions_before, \
                       regions_after, topics_before, topics_after, purge, reach";
/// The visibility that an item had when it was seen last, by its changes; and how that ends, behind its key.
const LAST_SEEN: &str = "SELECT COALESCE(p.visibility_after, p.visibility_before) FROM change p WHERE p.item = ";
const LAST_SEEN_ORDER: &str = " AND (p.visibility_after IS NOT NULL OR p.visibility_before IS NOT NULL) ORDER BY p.seq DESC \
                               LIMIT 1";
const NEXT: &str = "UPDATE epoch SET seq = seq + 1 WHERE id = 1";

/// Appends a change in the transaction that makes it, behind other statements of the same round trip. The row lock that
/// taking the number holds until commit makes the order of numbers the order of commits, so no reader ever sees a number
/// before a smaller one; every other write waits from then on.
pub(super) async fn append_with(
    mut together: Together,
    tx: &DatabaseTransaction,
    change: NewChange,
) -> Result<Epoch, DbErr> {
    let backend = tx.get_database_backend();
    let is_postgres = backend == DbBackend::Postgres;
    if !is_postgres {
        together.add(Statement::from_string(backend, NEXT));
    }
    let mut sql = Sql::default();
    sql.push("INSERT INTO change (").push(COLUMNS).push(") SELECT next.seq");
    let NewChange { at, noun, item, public_id, what, before, after, purge, reach } = change;
    sql.push(", ").bind(at.as_micros()).push(", ").bind(noun).push(", ").bind(item).push(", ").bind(public_id);
    sql.push(", ").bind(what);
    sql.push(", ");
    if purge && before.visibility.is_none() {
        // Who could see it once has to erase it too.
        sql.push("(").push(LAST_SEEN).bind(item).push(LAST_SEEN_ORDER).push(")");
    } else {
        sql.bind(before.visibility);
    }
    sql.push(", ").bind(after.visibility);
    sql.push(", ").bind(before.regions).push(", ").bind(after.regions);
    sql.push(", ").bind(before.topics).push(", ").bind(after.topics).push(", ").bind(purge).push(", ");
    sql.push_number((reach as i16).into());
    if is_postgres {
        // Last, so that others wait for as little as can be.
        let next = format!("{NEXT} AND {} RETURNING seq", together.when_done());
        together.add_named("next", Statement::from_string(backend, next));
        sql.push(" FROM next RETURNING seq");
    } else {
        sql.push(" FROM epoch AS next WHERE next.id = 1 RETURNING seq");
    }
    let row = together.ending_in(sql.statement(backend), tx).await?;
    row.ok_or_else(|| DbErr::Custom("the epoch row is missing".to_string()))?.try_get_by_index(0).map(Epoch)
}

/// Appends several changes, which get the next numbers in their order, and answers these.
pub(super) fn append_all(backend: DbBackend, changes: Vec<NewChange>) -> Statement {
    let rows: Vec<Value> = changes.into_iter().enumerate().map(|(position, change)| row(position, change)).collect();
    let mut next = Sql::default();
    next.push("UPDATE epoch SET seq = seq + ").bind(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    next.push(" WHERE id = 1");
    let mut sql = Sql::default();
    let count = next.clone();
    if backend == DbBackend::Postgres {
        sql.push("WITH next AS (").add(count.statement(backend)).push(" RETURNING seq) ");
    } else {
        sql.add(count.statement(backend)).push("; ");
    }
    sql.push("INSERT INTO change (").push(COLUMNS).push(") SELECT next.seq - ");
    sql.bind(i64::try_from(rows.len()).unwrap_or(i64::MAX)).push(" + ");
    let values = Value::Array(rows).to_string();
    let (of_json, of_row) = ("CAST(c.value ->> 'item' AS INTEGER)", "c.item");
    let item = if backend == DbBackend::Postgres { of_row } else { of_json };
    let last_seen = format!("({LAST_SEEN}{item}{LAST_SEEN_ORDER})");
    if backend == DbBackend::Postgres {
        sql.push(
            "1 + c.position, c.at, c.noun, c.item, c.public_id, c.what, COALESCE(c.visibility_before, CASE WHEN c.purge THEN ",
        );
        sql.push(&last_seen).push(
            " END), c.visibility_after, c.regions_before, c.regions_after, c.topics_before, c.topics_after, c.purge, c.reach \
             FROM next, json_to_recordset(CAST(",
        );
        sql.bind(values);
        sql.push(
            " AS json)) AS c (position BIGINT, at BIGINT, noun TEXT, item BIGINT, public_id TEXT, what TEXT, \
             visibility_before TEXT, visibility_after TEXT, regions_before TEXT, regions_after TEXT, topics_before TEXT, \
             topics_after TEXT, purge BOOLEAN, reach SMALLINT)",
        );
    } else {
        sql.push(
            "1 + (c.value ->> 'position'), c.value ->> 'at', c.value ->> 'noun', c.value ->> 'item', \
             c.value ->> 'public_id', c.value ->> 'what', COALESCE(c.value ->> 'visibility_before', CASE WHEN \
             c.value ->> 'purge' THEN ",
        );
        sql.push(&last_seen).push(
            " END), c.value ->> 'visibility_after', c.value ->> 'regions_before', c.value ->> 'regions_after', \
             c.value ->> 'topics_before', c.value ->> 'topics_after', c.value ->> 'purge', c.value ->> 'reach' \
             FROM epoch AS next, json_each(",
        );
        sql.bind(values).push(") AS c WHERE next.id = 1");
    }
    sql.push(" RETURNING seq");
    sql.statement(backend)
}

fn row(position: usize, change: NewChange) -> Value {
    let NewChange { at, noun, item, public_id, what, before, after, purge, reach } = change;
    json!({
        "position": position, "at": at.as_micros(), "noun": noun, "item": item, "public_id": public_id, "what": what,
        "visibility_before": before.visibility, "visibility_after": after.visibility,
        "regions_before": before.regions, "regions_after": after.regions,
        "topics_before": before.topics, "topics_after": after.topics, "purge": purge, "reach": reach as i16,
    })
}

/// Appends a change in the transaction that makes it.
pub(super) async fn append(tx: &DatabaseTransaction, change: NewChange) -> Result<Epoch, DbErr> {
    append_with(Together::new(tx.get_database_backend()), tx, change).await
}

impl Store {
    /// The number of the last committed change.
    pub async fn last_epoch(&self) -> Result<Epoch, DbErr> {
        last_epoch(&self.writer).await
    }

    /// Whether a region, topic or organization was changed after an epoch.
    pub async fn catalog_changed(&self, since: Epoch) -> Result<bool, DbErr> {
        catalog_changed(&self.writer, since).await
    }
}

/// The number of the last committed change as a connection sees it.
pub(super) async fn last_epoch<C: ConnectionTrait>(connection: &C) -> Result<Epoch, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT seq FROM epoch WHERE id = 1");
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(Epoch(0)), |row| row.try_get_by_index(0).map(Epoch))
}

/// Whether a catalog was changed after an epoch as a connection sees it. In the order of numbers, so that PostgreSQL does not read the whole log.
pub(super) async fn catalog_changed<C: ConnectionTrait>(connection: &C, since: Epoch) -> Result<bool, DbErr> {
    let mut sql = Sql::default();
    sql.push("SELECT 1 FROM (SELECT noun FROM change WHERE seq > ").bind(since.0);
    sql.push(" ORDER BY seq LIMIT 1000000) c WHERE noun IN ('region', 'topic', 'organization') LIMIT 1");
    Ok(connection.query_one_raw(sql.statement(connection.get_database_backend())).await?.is_some())
}
