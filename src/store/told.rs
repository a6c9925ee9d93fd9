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
    /// Counts the commits up to a change of the log.
    pub(super) async fn count_up_to<C: ConnectionTrait>(&self, connection: &C, last: Epoch) -> Result<(), DbErr> {
        let counted = self.freshness.counted();
        if counted < last {
            let touched = self.told(connection, counted, last).await?;
            self.freshness.told(counted, last, touched);
        }
        Ok(())
    }

    /// Counts what this process has just committed, and all before it, as far as the log tells of it. What it does not tell of
    /// may have altered whatever is not known to be read from items and lists.
    pub(super) async fn count_logged(&self) -> Result<(), DbErr> {
        let last = last_epoch(&self.watcher).await?;
        self.count_up_to(&self.watcher, last).await?;
        self.freshness.touched_nothing_known();
        Ok(())
    }

    /// What the changes after one of the log up to another touched; none if that is not known.
    async fn told<C: ConnectionTrait>(
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
    let text = |position| row.try_get_by_index::<Option<String>>(position).map(Option::unwrap_or_default);
    let [of_before, regions, of_before_too, topics] = [text(3)?, text(4)?, text(5)?, text(6)?];
    let what = (noun.as_str(), row.try_get_by_index(1)?, Reach::from_number(row.try_get_by_index(2)?));
    Ok(Touched::of(what, [&of_before, &regions], [&of_before_too, &topics], catalog))
}
