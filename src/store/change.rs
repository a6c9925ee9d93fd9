//! The change log: one row for each committed change, in the order of commits. Must not announce anything.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::Store;
use super::sql::Sql;
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
}

const NEXT: &str = "UPDATE epoch SET seq = seq + 1 WHERE id = 1 RETURNING seq";

/// Takes the next number. The row lock that the update holds until commit makes the order of numbers the order of
/// commits, so no reader ever sees a number before a smaller one.
async fn next<C: ConnectionTrait>(connection: &C) -> Result<i64, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), NEXT);
    let row = connection.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::Custom("the epoch row is missing".to_string()))?.try_get_by_index(0)
}

/// Appends a change in the transaction that makes it; on PostgreSQL in the same statement that takes the number, since
/// every other write waits from then on.
pub(crate) async fn append<C: ConnectionTrait>(connection: &C, change: NewChange) -> Result<Epoch, DbErr> {
    let backend = connection.get_database_backend();
    let is_one = backend == DbBackend::Postgres;
    let mut sql = Sql::default();
    if is_one {
        sql.push("WITH next AS (").push(NEXT).push(") ");
    }
    sql.push(
        "INSERT INTO change (seq, at, noun, item, public_id, what, visibility_before, visibility_after, \
         regions_before, regions_after, topics_before, topics_after, purge) SELECT ",
    );
    if is_one {
        sql.push("next.seq");
    } else {
        sql.bind(next(connection).await?);
    }
    let NewChange { at, noun, item, public_id, what, before, after, purge } = change;
    sql.push(", ").bind(at.as_micros()).push(", ").bind(noun).push(", ").bind(item).push(", ").bind(public_id);
    sql.push(", ").bind(what);
    sql.push(", ").bind(before.visibility).push(", ").bind(after.visibility);
    sql.push(", ").bind(before.regions).push(", ").bind(after.regions);
    sql.push(", ").bind(before.topics).push(", ").bind(after.topics).push(", ").bind(purge);
    sql.push(if is_one { " FROM next" } else { "" }).push(" RETURNING seq");
    let row = connection.query_one_raw(sql.statement(backend)).await?;
    row.ok_or_else(|| DbErr::Custom("the epoch row is missing".to_string()))?.try_get_by_index(0).map(Epoch)
}

impl Store {
    /// The number of the last committed change.
    pub async fn last_epoch(&self) -> Result<Epoch, DbErr> {
        let statement = Statement::from_string(self.backend(), "SELECT seq FROM epoch WHERE id = 1");
        let row = self.writer.query_one_raw(statement).await?;
        row.map_or(Ok(Epoch(0)), |row| row.try_get_by_index(0).map(Epoch))
    }
}
