//! The index of search follows the change log: a write does not wait for its words, and many changes are indexed in one
//! transaction. A search first indexes what it would miss, and the worker does so a moment later if nobody searches. Must not decide what
//! is indexed of an item.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

use super::search_index::Indexed;
use super::sql::Sql;
use super::stored::envelopes;
use super::{Epoch, Kind, Store};

/// Changes that are indexed in one transaction.
const BATCH: i64 = 256;
/// How long to wait for an item that is being changed.
const PAUSE: Duration = Duration::from_millis(5);

/// A change as the index reads it: its number, and the item if it is content.
type Change = (i64, Option<i64>);

impl Store {
    /// Indexes the changes up to one until the time is up; answers whether all are indexed. One at a time in a process; the
    /// nodes take turns.
    pub async fn catch_up_search(&self, until: Epoch, most: Duration) -> Result<bool, DbErr> {
        let started = Instant::now();
        while self.is_search_behind(until).await? {
            let _one_at_a_time = self.indexing.lock().await;
            if !self.is_search_behind(until).await? {
                break;
            }
            // Before the transaction, so that who writes waits for no word.
            // What cannot be made by then is made in it.
            let ready = self.read_ahead(until).await.unwrap_or_default();
            let tx = self.begin().await?;
            let has_read = self.index_changes(&tx, until, ready).await?;
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

    /// The last change that is committed, if it is not indexed yet.
    pub(super) async fn unindexed(&self) -> Result<Option<Epoch>, DbErr> {
        let behind =
            "SELECT e.seq FROM log_reader r JOIN epoch e ON e.id = 1 WHERE r.name = 'search' AND r.seq < e.seq";
        let row = self.reader.query_one_raw(Statement::from_string(self.backend(), behind)).await?;
        row.map(|row| row.try_get_by_index(0).map(Epoch)).transpose()
    }

    /// The rows of the next items, made of what is committed.
    async fn read_ahead(&self, until: Epoch) -> Result<Ready, DbErr> {
        let epoch = self.refresh_catalog().await?;
        let catalog = self.catalog();
        let changes = self.changes_to_index(&self.reader, until, "").await?;
        let items: BTreeSet<i64> = changes.iter().filter_map(|(_, item)| *item).collect();
        let mut rows = HashMap::new();
        for (content, detail) in envelopes(&self.reader, items).await? {
            let indexed = self.indexed(&catalog, &content, &detail)?;
            rows.insert(content.id, indexed);
        }
        Ok(Ready { epoch, rows })
    }

    async fn is_search_behind(&self, until: Epoch) -> Result<bool, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT 1 FROM log_reader WHERE name = 'search' AND seq < ").bind(until.0);
        Ok(self.reader.query_one_raw(sql.statement(self.backend())).await?.is_some())
    }

    /// Indexes the items of the next changes as they are now; answers whether there was one that could be. Those that a
    /// transaction is changing wait with all that was changed behind them: what is written here must not outlive a
    /// withdrawal that has not seen it.
    async fn index_changes(&self, tx: &DatabaseTransaction, until: Epoch, mut ready: Ready) -> Result<bool, DbErr> {
        let is_postgres = self.backend() == DbBackend::Postgres;
        if is_postgres {
            // What a crash takes is indexed again: the place in the log goes with it.
            tx.execute_unprepared("SET LOCAL synchronous_commit = off").await?;
        }
        let changes = self.changes_to_index(tx, until, if is_postgres { " FOR UPDATE" } else { "" }).await?;
        let items: Vec<i64> =
            changes.iter().filter_map(|(_, item)| *item).collect::<BTreeSet<i64>>().into_iter().collect();
        let free = self.free_items(tx, &items).await?;
        let is_done = |(_, item): &&Change| item.is_none_or(|item| free.contains(&item));
        let read: Vec<Change> = changes.iter().take_while(is_done).copied().collect();
        let Some((last, _)) = read.last() else { return Ok(false) };
        let mut sql = Sql::default();
        sql.push("UPDATE log_reader SET seq = ").bind(*last).push(" WHERE name = 'search'");
        tx.execute_raw(sql.statement(self.backend())).await?;
        let items: BTreeSet<i64> = read.iter().filter_map(|(_, item)| *item).collect();
        let (mut rows, mut stale) = (Vec::new(), BTreeSet::new());
        let since = self.changed_since(tx, ready.epoch).await?;
        for item in &items {
            match ready.rows.remove(item) {
                Some(indexed) if since.as_ref().is_some_and(|since| !since.contains(item)) => rows.extend(indexed),
                _ => {
                    stale.insert(*item);
                }
            }
        }
        if !stale.is_empty() {
            let catalog = self.catalog_within(tx).await?;
            for (content, detail) in envelopes(tx, stale).await? {
                rows.extend(self.indexed(&catalog, &content, &detail)?);
            }
        }
        let items: Vec<i64> = items.into_iter().collect();
        self.index_rows(tx, &items, &rows).await?;
        Ok(true)
    }

    /// The next changes of the log that the index has not read, in order.
    async fn changes_to_index(
        &self,
        tx: &impl ConnectionTrait,
        until: Epoch,
        lock: &str,
    ) -> Result<Vec<Change>, DbErr> {
        let place = format!("SELECT seq FROM log_reader WHERE name = 'search'{lock}");
        let place = tx.query_one_raw(Statement::from_string(self.backend(), place)).await?;
        let place = place.ok_or_else(|| DbErr::Custom("the place of search in the log is missing".to_string()))?;
        let place: i64 = place.try_get_by_index(0)?;
        let mut sql = Sql::default();
        sql.push("SELECT seq, item, noun FROM change WHERE seq > ").bind(place);
        sql.push(" AND seq <= ").bind(until.0).push(" ORDER BY seq LIMIT ").push_number(BATCH);
        let mut changes = Vec::new();
        for row in tx.query_all_raw(sql.statement(self.backend())).await? {
            let noun: String = row.try_get_by_index(2)?;
            let item = is_content(&noun).then(|| row.try_get_by_index(1)).transpose()?;
            changes.push((row.try_get_by_index(0)?, item));
        }
        Ok(changes)
    }

    /// The items that were changed after an epoch; none if too many were to tell, or a region, topic or organization.
    async fn changed_since(&self, tx: &DatabaseTransaction, epoch: Epoch) -> Result<Option<BTreeSet<i64>>, DbErr> {
        let most = 4 * BATCH;
        let mut sql = Sql::default();
        sql.push("SELECT item, noun FROM change WHERE seq > ").bind(epoch.0).push(" ORDER BY seq LIMIT ");
        sql.push_number(most);
        let rows = tx.query_all_raw(sql.statement(self.backend())).await?;
        let mut items = BTreeSet::new();
        for row in &rows {
            let noun: String = row.try_get_by_index(1)?;
            if !is_content(&noun) {
                return Ok(None);
            }
            items.insert(row.try_get_by_index(0)?);
        }
        Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX) < most).then_some(items))
    }

    /// Those of some items that nobody is changing; nobody can until the transaction ends. Those that are gone too.
    async fn free_items(&self, tx: &DatabaseTransaction, items: &[i64]) -> Result<BTreeSet<i64>, DbErr> {
        if self.backend() != DbBackend::Postgres || items.is_empty() {
            return Ok(items.iter().copied().collect());
        }
        let mut free = BTreeSet::new();
        let mut there = BTreeSet::new();
        for (found, lock) in [(&mut free, " ORDER BY id FOR SHARE SKIP LOCKED"), (&mut there, "")] {
            let mut sql = Sql::default();
            sql.push("SELECT id FROM content WHERE id").is_any(self.backend(), items).push(lock);
            for row in tx.query_all_raw(sql.statement(self.backend())).await? {
                found.insert(row.try_get_by_index(0)?);
            }
            if found.len() == items.len() {
                break;
            }
        }
        if free.len() < items.len() {
            free.extend(items.iter().copied().filter(|item| !there.contains(item)));
        }
        Ok(free)
    }
}

fn is_content(noun: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.noun().name() == noun)
}

/// What was made of what was committed: until which change the names of regions, topics and organizations are known, and
/// the rows of items as they were then or later.
#[derive(Default)]
struct Ready {
    epoch: Epoch,
    rows: HashMap<i64, Vec<Indexed>>,
}
