//! Erasing what an item said from where rows leave traces: from revisions, and on SQLite from the bytes of the file and of
//! its write-ahead log. Must not decide what is erased.

use std::sync::atomic::Ordering;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

use super::Store;
use super::sql::Sql;

/// How long to index what is to be found, before what is not to be is taken out.
const CATCH_UP: Duration = Duration::from_secs(5);

impl Store {
    /// Erases the texts of all revisions of an item. After the commit comes [`Store::scrub`].
    pub async fn erase_revisions(&self, tx: &DatabaseTransaction, item: i64) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("UPDATE revision SET snapshot = NULL, note = NULL WHERE content_id = ").bind(item);
        tx.execute_raw(sql.statement(self.backend())).await?;
        self.leave_to_scrub(tx).await
    }

    /// Keeps that something was erased whose bytes may still be in a file.
    pub(super) async fn leave_to_scrub(&self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Sqlite {
            // With the transaction, so that whoever opens the file after a crash knows of it.
            count(tx, erasures(tx).await?.saturating_add(1)).await?;
            self.is_unscrubbed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Takes what was erased out of SQLite's files. `secure_delete` overwrites a row where it stands, and not the copies
    /// that were left where it stood before its page was split: only a file that is written anew holds none. The index of
    /// search keeps the words of what was deleted until its parts are put together. Where readers stand in the way of the
    /// last step, or there is too much to index first, it remains to be done.
    pub async fn scrub(&self) -> Result<(), DbErr> {
        if self.backend() != DbBackend::Sqlite {
            self.is_unscrubbed.store(false, Ordering::Relaxed);
            return Ok(());
        }
        let _one_at_a_time = self.scrubbing.lock().await;
        let erased = erasures(&self.writer).await?;
        if erased != 0 {
            let until = self.last_epoch().await?;
            if !self.catch_up_search(until, CATCH_UP).await? {
                return Ok(());
            }
            self.writer.execute_unprepared("INSERT INTO search_words (search_words) VALUES ('optimize')").await?;
            self.writer.execute_unprepared("VACUUM").await?;
        }
        if number(&self.writer, "PRAGMA wal_checkpoint(TRUNCATE)").await? != 0 {
            return Ok(());
        }
        let tx = self.begin().await?;
        let is_last = erasures(&tx).await? == erased;
        if is_last && erased != 0 {
            count(&tx, 0).await?;
        }
        // Before the end of the transaction: the next erasure may say otherwise right after it.
        self.is_unscrubbed.store(!is_last, Ordering::Relaxed);
        tx.commit().await.inspect_err(|_| self.is_unscrubbed.store(true, Ordering::Relaxed))
    }

    /// Whether something that was erased may still be in a file: after a start nobody knows.
    pub fn is_unscrubbed(&self) -> bool {
        self.is_unscrubbed.load(Ordering::Relaxed)
    }
}

/// Erasures since the file was last written anew.
async fn erasures<C: ConnectionTrait>(connection: &C) -> Result<i32, DbErr> {
    number(connection, "PRAGMA user_version").await
}

async fn count<C: ConnectionTrait>(connection: &C, erasures: i32) -> Result<(), DbErr> {
    connection.execute_unprepared(&format!("PRAGMA user_version = {erasures}")).await.map(|_| ())
}

async fn number<C: ConnectionTrait>(connection: &C, pragma: &str) -> Result<i32, DbErr> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, pragma)).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}
