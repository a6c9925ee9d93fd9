//! Locks that writing transactions hold until they end, on PostgreSQL. SQLite has one writer: whoever holds a transaction
//! holds every lock. Must not read what a lock is for: a statement sees only what was committed before it began.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};

use super::sql::Sql;
use super::{Kind, Store};

/// The first key of the locks on slugs; the second is the bucket.
const SLUGS: i64 = 1;
/// Slugs share so many locks, so that an import of any size takes no more than that.
const BUCKETS: i64 = 256;
/// The first key of the lock on regions, topics and organizations.
const CATALOG: i64 = 2;

impl Store {
    /// Waits until no other transaction settles a slug like this one, and keeps others from it.
    pub async fn lock_slug(&self, tx: &DatabaseTransaction, kind: Kind, slug: &str) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT pg_advisory_xact_lock(").push_number(SLUGS).push(", abs(hashtext(");
        sql.bind(format!("{} {slug}", kind.number())).push(") % ").push_number(BUCKETS).push("))");
        self.lock(tx, sql).await
    }

    /// Waits until no other transaction changes regions, topics or organizations, and keeps others from it: what they say
    /// of each other must stay a graph without circles.
    pub async fn lock_catalog(&self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT pg_advisory_xact_lock(").push_number(CATALOG).push(", 0)");
        self.lock(tx, sql).await
    }

    async fn lock(&self, tx: &DatabaseTransaction, sql: Sql) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Postgres {
            tx.execute_raw(sql.statement(self.backend())).await?;
        }
        Ok(())
    }
}
