//! When events take place, written with them, and the calendar that is read from it in order. Must not expand rules: see
//! `domain::recurrence`.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};

use super::columns::columns;
use super::item::{Item, visible};
use super::listing::{Filter, ListQuery, Order, OrderField, PageRequest};
use super::sql::Sql;
use super::{Columns, Kind, ListKind, Store};
use crate::domain::recurrence::Occurrence;
use crate::domain::time::{DAY_MICROS, LocalDateTime, Timestamp, as_if_utc, from_as_if_utc};
use crate::domain::view::View;
use crate::domain::vocabulary::Vocabulary;

/// Columns before those of an item: `total`, the occurrence's six, `scan_end` and `hit`.
const COLUMNS: usize = 9;

/// The occurrences of an event as they are to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    /// The occurrences.
    pub occurrences: Vec<Occurrence>,
    /// Up to when all are there.
    pub to: Timestamp,
    /// The version of the time zone database.
    pub zones: String,
}

/// A place in a calendar: start, event, occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Starts at.
    pub starts_at: i64,
    /// Key of the event.
    pub content: i64,
    /// The occurrence.
    pub recurrence_id: i64,
}

/// A question for a calendar.
#[derive(Clone, Debug)]
pub struct CalendarQuery {
    /// From when.
    pub from: Timestamp,
    /// Up to when, exclusive.
    pub to: Timestamp,
    /// Narrowed to what.
    pub filter: Filter,
    /// Occurrences at most.
    pub size: usize,
    /// Behind this place.
    pub after: Option<Place>,
    /// Before this place.
    pub before: Option<Place>,
    /// The last occurrences instead of the first.
    pub from_end: bool,
    /// Whether bodies are read.
    pub with_body: bool,
    /// Whether all matches are counted.
    pub with_total: bool,
    /// For whom.
    pub view: View,
}

/// An occurrence in a calendar, with its event.
#[derive(Clone, Debug)]
pub struct CalendarEntry {
    /// Its place.
    pub place: Place,
    /// Ends at.
    pub ends_at: Timestamp,
    /// Its state, if it is another than the event's.
    pub status: Option<String>,
    /// The position of the override that made it what it is.
    pub changed_by: Option<usize>,
    /// The event.
    pub item: Arc<Item>,
}

impl CalendarEntry {
    /// The local start that the rule gives.
    pub fn recurrence_id(&self) -> Option<LocalDateTime> {
        from_as_if_utc(self.place.recurrence_id)
    }
}

/// A page of a calendar.
#[derive(Clone, Debug, Default)]
pub struct CalendarPage {
    /// The occurrences in order.
    pub entries: Vec<CalendarEntry>,
    /// Whether there is more, in the direction of reading.
    pub has_more: bool,
    /// Where a bounded scan ended, if that is beyond the last entry.
    pub scanned_to: Option<Place>,
    /// All matches, if they were counted.
    pub total: Option<i64>,
}

/// An occurrence as a row: name, start, end, whether it is long, state, override.
type Placed<'a> = (i64, i64, i64, bool, Option<&'a str>, Option<usize>);

struct Row {
    place: Place,
    ends_scan: bool,
    entry: Option<CalendarEntry>,
}

impl Store {
    /// The statements that write down when an event takes place, in place of what was there.
    pub(super) fn place_occurrences(&self, event: i64, expanded: &Expanded) -> [Statement; 2] {
        let is_postgres = self.backend() == DbBackend::Postgres;
        let rows: Vec<Placed<'_>> = expanded
            .occurrences
            .iter()
            .map(|it| {
                let (starts, ends) = (it.starts_at.as_micros(), it.ends_at.as_micros());
                let status = it.status.map(Vocabulary::as_str);
                (as_if_utc(it.recurrence_id), starts, ends, ends - starts > DAY_MICROS, status, it.changed_by)
            })
            .collect();
        let mut insert = Sql::default();
        insert.push(
            "INSERT INTO occurrence (content, recurrence_id, starts_at, ends_at, is_long, status, changed_by) SELECT ",
        );
        if is_postgres {
            let number = |of: fn(&Placed<'_>) -> i64| rows.iter().map(of).collect::<Vec<i64>>();
            let status: Vec<String> = rows.iter().map(|row| row.4.unwrap_or_default().to_string()).collect();
            let changed = |of: Option<usize>| of.and_then(|position| i64::try_from(position).ok()).unwrap_or(-1);
            insert.bind(event);
            insert.push(", o.id, o.starts, o.ends, o.is_long = 1, NULLIF(o.status, ''), CAST(NULLIF(o.changed, -1) AS INTEGER) FROM unnest(");
            insert.bind(number(|row| row.0)).push("::bigint[], ").bind(number(|row| row.1)).push("::bigint[], ");
            insert.bind(number(|row| row.2)).push("::bigint[], ").bind(number(|row| row.3.into()));
            insert.push("::bigint[], ").bind(status).push("::text[], ");
            insert.bind(rows.iter().map(|row| changed(row.5)).collect::<Vec<i64>>());
            insert.push("::bigint[]) AS o (id, starts, ends, is_long, status, changed)");
        } else {
            insert
                .bind(event)
                .push(", value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(");
            insert.bind(serde_json::json!(rows).to_string()).push(")");
        }
        let mut upsert = Sql::default();
        upsert.push("INSERT INTO expansion (content, expanded_to, zones) VALUES (").bind(event).push(", ");
        upsert.bind(expanded.to.as_micros()).push(", ").bind(expanded.zones.clone());
        upsert.push(") ON CONFLICT (content) DO UPDATE SET expanded_to = excluded.expanded_to, zones = excluded.zones");
        [insert.statement(self.backend()), upsert.statement(self.backend())]
    }

    /// Forgets when an event takes place, before it is written anew.
    pub(super) async fn clear_occurrences(&self, tx: &DatabaseTransaction, event: i64) -> Result<(), DbErr> {
        let mut sql = Sql::default();
        sql.push("DELETE FROM occurrence WHERE content = ").bind(event);
        tx.execute_raw(sql.statement(self.backend())).await.map(|_| ())
    }

    /// Writes down anew when an event takes place, without another change of it.
    pub async fn reexpand(&self, tx: &DatabaseTransaction, event: i64, expanded: &Expanded) -> Result<(), DbErr> {
        self.clear_occurrences(tx, event).await?;
        for statement in self.place_occurrences(event, expanded) {
            tx.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// Keys of events whose occurrences were computed by another version of the zones, or not up to a time; at most
    /// `most`.
    pub async fn due_expansions(&self, zones: &str, to: Timestamp, most: i64) -> Result<Vec<i64>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT content FROM expansion WHERE expanded_to < ").bind(to.as_micros());
        sql.push(" OR zones <> ").bind(zones).push(" ORDER BY content LIMIT ").push_number(most);
        self.query(sql.statement(self.backend())).await?.iter().map(|row| row.try_get_by_index(0)).collect()
    }

    /// What takes place in a window, by start: one statement.
    pub async fn calendar(&self, query: &CalendarQuery) -> Result<CalendarPage, DbErr> {
        let list = ListQuery {
            list: ListKind::Of(Kind::Event),
            // Not the order of the lists: every filter is checked item by item.
            order: Order { field: OrderField::UpdatedAt, is_descending: false },
            filter: query.filter.clone(),
            page: PageRequest { size: query.size, after: None, before: None, from_end: false },
            columns: Columns::with_body(query.with_body),
            with_total: false,
            with_more: true,
            view: query.view.clone(),
        };
        let Some(plan) = self.plan(&list, None) else {
            return Ok(CalendarPage { total: query.with_total.then_some(0), ..CalendarPage::default() });
        };
        let mut sql = Sql::default();
        let conditions = |sql: &mut Sql| self.conditions(&plan, &list, sql);
        for is_long in [false, true] {
            if is_long {
                sql.push(" UNION ALL ");
            }
            self.walk(query, is_long, &conditions, &mut sql);
        }
        if query.with_total {
            let nulls = columns(Kind::Event, list.columns, &mut Sql::default());
            sql.push(" UNION ALL SELECT CAST(count(*) AS BIGINT)").push(&", NULL".repeat(COLUMNS - 1));
            sql.push(&", NULL".repeat(nulls));
            sql.push(
                " FROM occurrence o JOIN content e ON e.id = o.content JOIN event f ON f.content_id = o.content WHERE ",
            );
            window(query, None, &mut sql);
            sql.push(" AND ");
            visible("e", &query.view, self.backend(), &mut sql);
            conditions(&mut sql);
        }
        let mut page = CalendarPage::default();
        let mut rows = Vec::new();
        for row in self.query(sql.statement(self.backend())).await? {
            match row.try_get::<Option<i64>>("", "total")? {
                Some(total) => page.total = Some(total),
                None => rows.push(read(&row, list.columns)?),
            }
        }
        rows.sort_by_key(|row| row.place);
        if query.from_end {
            rows.reverse();
        }
        for row in rows {
            if let Some(entry) = row.entry {
                if page.entries.len() == query.size {
                    page.has_more = true;
                    break;
                }
                page.entries.push(entry);
            }
            if row.ends_scan {
                (page.has_more, page.scanned_to) = (true, Some(row.place));
                break;
            }
        }
        if query.from_end {
            page.entries.reverse();
        }
        Ok(page)
    }

    /// One of the two walks along the index: what takes up to 24 hours, and what takes longer. What is checked item by item
    /// bounds it.
    fn walk(&self, query: &CalendarQuery, is_long: bool, conditions: &dyn Fn(&mut Sql), sql: &mut Sql) {
        let is_postgres = self.backend() == DbBackend::Postgres;
        let join = if is_postgres { "JOIN" } else { "CROSS JOIN" };
        let size = i64::try_from(query.size).unwrap_or(i64::MAX).saturating_add(1);
        let mut checked = Sql::default();
        conditions(&mut checked);
        let is_bounded = !checked.text().is_empty();
        // Half as many as of a list: an entry is read with its event.
        let scan = if is_bounded { i64::try_from(self.scan / 2).unwrap_or(i64::MAX).max(1) } else { size };
        let way = if query.from_end { "DESC" } else { "ASC" };
        let order = |of: &str| format!("{of}.starts_at {way}, {of}.content {way}, {of}.recurrence_id {way}");
        sql.push(
            "SELECT * FROM (SELECT CAST(NULL AS BIGINT) AS total, s.starts_at AS o_starts_at, s.content AS o_content, \
             s.recurrence_id AS o_recurrence_id, s.ends_at AS o_ends_at, s.status AS o_status, \
             s.changed_by AS o_changed_by, ",
        );
        let hit = |sql: &mut Sql| {
            sql.push("CAST(CASE WHEN 1 = 1");
            conditions(sql);
            sql.push(" THEN 1 ELSE 0 END AS BIGINT)");
        };
        if is_bounded {
            sql.push(&format!("CAST(CASE WHEN s.n = {scan} THEN 1 ELSE 0 END AS BIGINT) AS scan_end, "));
            if is_postgres {
                hit(sql);
            } else {
                sql.push("s.hit");
            }
            sql.push(" AS hit");
        } else {
            sql.push("CAST(0 AS BIGINT) AS scan_end, CAST(1 AS BIGINT) AS hit");
        }
        columns(Kind::Event, Columns::with_body(query.with_body), sql);
        sql.push(" FROM (SELECT o.starts_at, o.content, o.recurrence_id, o.ends_at, o.status, o.changed_by");
        if is_bounded {
            sql.push(&format!(", row_number() OVER (ORDER BY {}) AS n", order("o")));
        }
        // SQLite numbers row by row, and reads each item once so; PostgreSQL numbers all before it takes a page.
        if is_bounded && !is_postgres {
            sql.push(", ");
            hit(sql);
            sql.push(" AS hit");
        }
        sql.push(&format!(" FROM occurrence o {join} content e ON e.id = o.content"));
        if !is_postgres && checked.text().contains(" f.") {
            sql.push(&format!(" {join} event f ON f.content_id = o.content"));
        }
        sql.push(" WHERE ");
        window(query, Some(is_long), sql);
        for (place, comparison) in [(query.after, ">"), (query.before, "<")] {
            let Some(place) = place else { continue };
            sql.push(&format!(" AND (o.starts_at, o.content, o.recurrence_id) {comparison} ("));
            sql.bind(place.starts_at).push(", ").bind(place.content).push(", ").bind(place.recurrence_id).push(")");
        }
        sql.push(" AND ");
        visible("e", &query.view, self.backend(), sql);
        sql.push(&format!(" ORDER BY {} LIMIT ", order("o"))).push_number(scan);
        sql.push(&format!(") s {join} content c ON c.id = s.content {join} event d ON d.content_id = s.content"));
        if is_bounded && is_postgres {
            sql.push(&format!(
                " {join} content e ON e.id = s.content {join} event f ON f.content_id = s.content WHERE (1 = 1"
            ));
            conditions(sql);
            sql.push(&format!(") OR s.n = {scan}"));
        } else if is_bounded {
            sql.push(&format!(" WHERE s.hit = 1 OR s.n = {scan}"));
        }
        // SQLite walks what stands first in its own order, and would sort all of it again before it takes a page.
        if is_postgres {
            sql.push(&format!(" ORDER BY {}", order("s")));
        }
        sql.push(" LIMIT ").push_number(size).push(") w");
    }
}

/// That an occurrence overlaps the window; what takes up to 24 hours starts at most so long before it.
fn window(query: &CalendarQuery, is_long: Option<bool>, sql: &mut Sql) {
    let from = query.from.as_micros();
    sql.push("o.starts_at < ").bind(query.to.as_micros());
    sql.push(" AND (o.ends_at > ").bind(from).push(" OR o.starts_at >= ").bind(from).push(")");
    let Some(is_long) = is_long else { return };
    sql.push(if is_long { " AND o.is_long = TRUE" } else { " AND o.is_long = FALSE" });
    // Where the walk begins: at the page's place, or as early as anything may start that goes on in the window.
    let first = if is_long { i64::MIN } else { from.saturating_sub(DAY_MICROS) };
    let first = query.after.map_or(first, |after| after.starts_at.max(first));
    sql.push(" AND o.starts_at >= ").bind(first);
    if let Some(before) = query.before {
        sql.push(" AND o.starts_at <= ").bind(before.starts_at);
    }
}

fn read(row: &QueryResult, columns: Columns) -> Result<Row, DbErr> {
    let place = Place {
        starts_at: row.try_get("", "o_starts_at")?,
        content: row.try_get("", "o_content")?,
        recurrence_id: row.try_get("", "o_recurrence_id")?,
    };
    let is_hit = row.try_get::<i64>("", "hit")? == 1;
    let entry = if is_hit {
        Some(CalendarEntry {
            place,
            ends_at: Timestamp::from_micros(row.try_get("", "o_ends_at")?),
            status: row.try_get("", "o_status")?,
            changed_by: row.try_get::<Option<i32>>("", "o_changed_by")?.and_then(|at| usize::try_from(at).ok()),
            item: Arc::new(Item::from_row(row, COLUMNS, Kind::Event, columns)?),
        })
    } else {
        None
    };
    Ok(Row { place, ends_scan: row.try_get::<i64>("", "scan_end")? == 1, entry })
}
