//! What the clock brings: items that are due, and lists and the index of search that must be written anew after the region
//! or topic graph changed. Every node may ask; each step is made once. Must not decide what becomes of an item.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::sql::Sql;
use super::stored::whole;
use super::{Kind, Store};
use crate::domain::time::Timestamp;

/// Items that are listed anew in one transaction.
const BATCH: u64 = 500;
/// Items that one look finds due.
const DUE: i64 = 200;

impl Store {
    /// Kind and key of scheduled items whose time has come, and of published ones whose time has run out.
    pub async fn due_items(&self, now: Timestamp) -> Result<Vec<(Kind, i64)>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT kind, id FROM content WHERE status = 'SCHEDULED' AND published_at <= ").bind(now.as_micros());
        sql.push(" UNION ALL SELECT kind, id FROM content WHERE status = 'PUBLISHED' AND expires_at <= ");
        sql.bind(now.as_micros()).push(" LIMIT ").push_number(DUE);
        let rows = self.reader.query_all_raw(sql.statement(self.backend())).await?;
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(kind) = Kind::from_number(row.try_get_by_index(0)?) {
                due.push((kind, row.try_get_by_index(1)?));
            }
        }
        Ok(due)
    }

    /// From now on the lists and the index of search are written anew, from the first item on.
    pub async fn begin_reindex(&self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let start = "INSERT INTO reindex (id, position) VALUES (1, -1) ON CONFLICT (id) DO UPDATE SET position = -1";
        tx.execute_unprepared(start).await.map(|_| ())
    }

    /// Whether lists are to be written anew.
    pub async fn is_reindexing(&self) -> Result<bool, DbErr> {
        let statement = Sql::default().push("SELECT 1 FROM reindex WHERE id = 1").clone().statement(self.backend());
        Ok(self.reader.query_one_raw(statement).await?.is_some())
    }

    /// Writes the lists of the next items anew; answers whether there are more.
    pub async fn reindex_batch(&self, tx: &DatabaseTransaction) -> Result<bool, DbErr> {
        let lock = if self.backend() == sea_orm::DbBackend::Postgres { " FOR UPDATE" } else { "" };
        let mut sql = Sql::default();
        sql.push("SELECT position FROM reindex WHERE id = 1").push(lock);
        let Some(row) = tx.query_one_raw(sql.statement(self.backend())).await? else { return Ok(false) };
        let position: i64 = row.try_get_by_index(0)?;
        let catalog = self.catalog_within(tx).await?;
        let items = entity::content::Entity::find()
            .filter(entity::content::COLUMN.id.gt(position))
            .order_by_asc(entity::content::Column::Id)
            .limit(BATCH)
            // Who is changing one of them now may have begun with the old graph, and ends first.
            .lock_exclusive()
            .all(tx)
            .await?;
        let (last, is_empty) = (items.last().map(|content| content.id), items.is_empty());
        for content in items {
            self.relist(tx, &catalog, &content, None).await?;
            if let Some(kind) = Kind::from_number(content.kind) {
                let item = whole(tx, kind, content).await?;
                self.reindex_item(tx, &catalog, &item).await?;
                tx.execute_raw(self.place_anew(&item)?).await?;
            }
        }
        let mut next = Sql::default();
        match last {
            Some(last) => next.push("UPDATE reindex SET position = ").bind(last).push(" WHERE id = 1"),
            None => next.push("DELETE FROM reindex WHERE id = 1"),
        };
        tx.execute_raw(next.statement(self.backend())).await?;
        Ok(!is_empty)
    }
}
