//! What commits touched, as the change log tells it: those of other processes, and those of this one that do not say it
//! themselves. Must not change anything but what is known of answers.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::change::last_epoch;
use super::reads::{Reach, Touched};
use super::sql::Sql;
use super::{Catalog, Epoch, Store};

/// Changes that are looked at. More of them leave hardly any answer as it is.
const MOST: i64 = 256;

impl Store {
    /// Counts the commits up to a change of the log. The catalog in force must be at least as new as that.
    pub(super) async fn count_up_to<C: ConnectionTrait>(&self, connection: &C, last: Epoch) -> Result<(), DbErr> {
        let counted = self.freshness.counted();
        if counted < last {
            let touched = self.touched_between(connection, counted, last).await?;
            self.freshness.count(counted, last, touched);
        }
        Ok(())
    }

    /// Counts what this process has just committed, and all before it, if the log tells what it touched; answers whether it does.
    pub(super) async fn count_own(&self) -> Result<bool, DbErr> {
        let (counted, last) = (self.freshness.counted(), last_epoch(&self.watcher).await?);
        if counted >= last {
            self.freshness.touched_nothing();
            return Ok(true);
        }
        // Where it does not tell, a region, topic or organization may have changed, which is counted with the new catalog.
        let Some(touched) = self.touched_between(&self.watcher, counted, last).await? else { return Ok(false) };
        self.freshness.count(counted, last, Some(touched));
        Ok(true)
    }

    /// What each change after one of the log up to another touched; none if that is not known.
    async fn touched_between<C: ConnectionTrait>(
        &self,
        connection: &C,
        after: Epoch,
        last: Epoch,
    ) -> Result<Option<Vec<Touched>>, DbErr> {
        let count = last.0 - after.0;
        if after < Epoch(0) || count > MOST {
            return Ok(None);
        }
        let mut sql = Sql::default();
        sql.push(
            "SELECT noun, item, reach, regions_before, regions_after, topics_before, topics_after FROM change WHERE ",
        );
        sql.push("seq > ")
            .bind(after.0)
            .push(" AND seq <= ")
            .bind(last.0)
            .push(" ORDER BY seq LIMIT ")
            .push_number(MOST);
        let rows = connection.query_all_raw(sql.statement(self.backend())).await?;
        // Old changes are forgotten.
        if i64::try_from(rows.len()) != Ok(count) {
            return Ok(None);
        }
        let catalog = self.catalog();
        rows.iter().map(|row| touched(row, &catalog)).collect()
    }
}

fn touched(row: &QueryResult, catalog: &Catalog) -> Result<Option<Touched>, DbErr> {
    let noun: String = row.try_get_by_index(0)?;
    let packed = |at| row.try_get_by_index::<Option<String>>(at).map(Option::unwrap_or_default);
    let (regions, topics) = ([packed(3)?, packed(4)?], [packed(5)?, packed(6)?]);
    let what = (noun.as_str(), row.try_get_by_index(1)?, Reach::from_number(row.try_get_by_index(2)?));
    Ok(Touched::of(what, regions.each_ref().map(String::as_str), topics.each_ref().map(String::as_str), catalog))
}
