//! The change log: one row for each committed change, in the order of commits. Must not announce anything.

use sea_orm::{ConnectionTrait, DbErr, Set, Statement};

use super::Store;
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

/// Takes the next number. The row lock that the update holds until commit makes the order of numbers the order of
/// commits, so no reader ever sees a number before a smaller one.
async fn next<C: ConnectionTrait>(connection: &C) -> Result<i64, DbErr> {
    let statement = Statement::from_string(
        connection.get_database_backend(),
        "UPDATE epoch SET seq = seq + 1 WHERE id = 1 RETURNING seq",
    );
    let row = connection.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::Custom("the epoch row is missing".to_string()))?.try_get_by_index(0)
}

/// Appends a change in the transaction that makes it.
pub(crate) async fn append<C: ConnectionTrait>(connection: &C, change: NewChange) -> Result<Epoch, DbErr> {
    let seq = next(connection).await?;
    let row = entity::change::ActiveModel {
        seq: Set(seq),
        at: Set(change.at.as_micros()),
        noun: Set(change.noun.to_string()),
        item: Set(change.item),
        public_id: Set(change.public_id),
        what: Set(change.what.to_string()),
        visibility_before: Set(change.before.visibility),
        visibility_after: Set(change.after.visibility),
        regions_before: Set(change.before.regions),
        regions_after: Set(change.after.regions),
        topics_before: Set(change.before.topics),
        topics_after: Set(change.after.topics),
        purge: Set(change.purge),
    };
    sea_orm::EntityTrait::insert(row).exec_without_returning(connection).await?;
    Ok(Epoch(seq))
}

impl Store {
    /// The number of the last committed change.
    pub async fn last_epoch(&self) -> Result<Epoch, DbErr> {
        let statement = Statement::from_string(self.backend(), "SELECT seq FROM epoch WHERE id = 1");
        let row = self.writer.query_one_raw(statement).await?;
        row.map_or(Ok(Epoch(0)), |row| row.try_get_by_index(0).map(Epoch))
    }
}
