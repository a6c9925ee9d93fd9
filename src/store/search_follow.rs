//! The index of search follows the change log: a write does not wait for its words, and many changes are indexed in one
//! transaction. A search first indexes what it would miss, and the worker does so if nobody searches. Must not decide what
//! is indexed of an item.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, Statement};

use super::sql::Sql;
use super::stored::whole;
use super::{Kind, Store};

/// Changes that are indexed in one transaction.
const BATCH: i64 = 256;
/// How long to wait for an item that is being changed.
const PAUSE: Duration = Duration::from_millis(5);

/// A change as the index reads it: its number, and the item if it is content.
type Change = (i64, Option<i64>);

impl Store {
    /// Indexes committed changes until the time is up; answers whether all are indexed. One at a time in a process; the
    /// nodes take turns.
    pub async fn catch_up_search(&self, most: Duration) -> Result<bool, DbErr> {
        let started = Instant::now();
        while self.is_search_behind().await? {
            let _one_at_a_time = self.indexing.lock().await;
            if !self.is_search_behind().await? {
                break;
            }
            let tx = self.begin().await?;
            let has_read = self.index_changes(&tx).await?;
            tx.commit().await?;
            if started.elapsed() > most {
                return Ok(false);
            }
            if !has_read {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(true)
    }

    async fn is_search_behind(&self) -> Result<bool, DbErr> {
        let behind = "SELECT 1 FROM log_reader r JOIN epoch e ON e.id = 1 WHERE r.name = 'search' AND r.seq < e.seq";
        Ok(self.reader.query_one_raw(Statement::from_string(self.backend(), behind)).await?.is_some())
    }

    /// Indexes the items of the next changes as they are now; answers whether there was one that could be. Those that a
    /// transaction is changing wait with all that was changed behind them: what is written here must not outlive a
    /// withdrawal that has not seen it.
    async fn index_changes(&self, tx: &DatabaseTransaction) -> Result<bool, DbErr> {
        let is_postgres = self.backend() == DbBackend::Postgres;
        if is_postgres {
            // What a crash takes is indexed again: the place in the log goes with it.
            tx.execute_unprepared("SET LOCAL synchronous_commit = off").await?;
        }
        let changes = self.changes_to_index(tx, if is_postgres { " FOR UPDATE" } else { "" }).await?;
        let items: BTreeSet<i64> = changes.iter().filter_map(|(_, item)| *item).collect();
        let free = self.free_items(tx, items.iter().copied().collect()).await?;
        let is_done = |(_, item): &&Change| item.is_none_or(|item| free.contains(&item));
        let read: Vec<Change> = changes.iter().take_while(is_done).copied().collect();
        let Some((last, _)) = read.last() else { return Ok(false) };
        let catalog = self.catalog_within(tx).await?;
        let items: BTreeSet<i64> = read.iter().filter_map(|(_, item)| *item).collect();
        let mut sql = Sql::default();
        sql.push("UPDATE log_reader SET seq = ").bind(*last).push(" WHERE name = 'search'");
        tx.execute_raw(sql.statement(self.backend())).await?;
        let keys = entity::content::COLUMN.id.is_in(items);
        for content in entity::content::Entity::find().filter(keys).all(tx).await? {
            if let Some(kind) = Kind::from_number(content.kind) {
                self.index_item(tx, &catalog, &whole(tx, kind, content).await?).await?;
            }
        }
        Ok(true)
    }

    /// The next changes of the log that the index has not read, in order.
    async fn changes_to_index(&self, tx: &DatabaseTransaction, lock: &str) -> Result<Vec<Change>, DbErr> {
        let place = format!("SELECT seq FROM log_reader WHERE name = 'search'{lock}");
        let place = tx.query_one_raw(Statement::from_string(self.backend(), place)).await?;
        let place = place.ok_or_else(|| DbErr::Custom("the place of search in the log is missing".to_string()))?;
        let place: i64 = place.try_get_by_index(0)?;
        let mut sql = Sql::default();
        sql.push("SELECT seq, item, noun FROM change WHERE seq > ").bind(place).push(" ORDER BY seq LIMIT ");
        sql.push_number(BATCH);
        let mut changes = Vec::new();
        for row in tx.query_all_raw(sql.statement(self.backend())).await? {
            let noun: String = row.try_get_by_index(2)?;
            let is_content = Kind::ALL.iter().any(|kind| kind.noun().name() == noun);
            changes.push((row.try_get_by_index(0)?, is_content.then(|| row.try_get_by_index(1)).transpose()?));
        }
        Ok(changes)
    }

    /// Those of some items that nobody is changing; nobody can until the transaction ends.
    async fn free_items(&self, tx: &DatabaseTransaction, items: Vec<i64>) -> Result<BTreeSet<i64>, DbErr> {
        if self.backend() != DbBackend::Postgres || items.is_empty() {
            return Ok(items.into_iter().collect());
        }
        let mut sql = Sql::default();
        sql.push("SELECT id FROM content WHERE id").is_any(self.backend(), &items);
        sql.push(" ORDER BY id FOR SHARE SKIP LOCKED");
        let rows = tx.query_all_raw(sql.statement(self.backend())).await?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect()
    }
}
