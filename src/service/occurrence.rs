//! When events take place: what is written down with them, and kept ahead of the clock by the worker. Must not decide what
//! is shown.

use sea_orm::{DatabaseTransaction, DbErr};

use super::record::{Author, record_unasked};
use crate::app::App;
use crate::domain::event::EventDetail;
use crate::domain::recurrence::{MOST, Series};
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::RevisionAction;
use crate::store::{Detail, Expanded, Item, Kind, NewItem, Saving};

/// How far back long series are written down, in days.
const BEHIND: i64 = 400;
/// How far ahead.
pub const AHEAD: i64 = 800;
/// Days by which what is written down may fall behind that.
const SLACK: i64 = 30;
/// Events that the worker expands in one look.
const BATCH: i64 = 200;

/// A stored event and its detail, read once.
#[derive(Debug)]
pub struct StoredSeries<'a> {
    row: &'a entity::event::Model,
    detail: EventDetail,
}

impl<'a> StoredSeries<'a> {
    /// Of a row.
    pub fn of(row: &'a entity::event::Model) -> Result<Self, DbErr> {
        let detail = serde_json::from_str(&row.detail).map_err(|fault| DbErr::Json(fault.to_string()))?;
        Ok(Self { row, detail })
    }

    /// Of an item, if it is an event.
    pub fn of_item(item: &'a Item) -> Result<Option<Self>, DbErr> {
        match &item.detail {
            Detail::Event(row) => Self::of(row).map(Some),
            _ => Ok(None),
        }
    }

    /// What is stored beside the columns.
    pub fn detail(&self) -> &EventDetail {
        &self.detail
    }

    /// When it takes place.
    pub fn series(&self) -> Result<Series<'_>, DbErr> {
        let local = |text: &str| text.parse().map_err(|_| DbErr::Type(format!("{text} is no local time")));
        Ok(Series {
            starts_at_local: local(&self.row.starts_at_local)?,
            ends_at_local: self.row.ends_at_local.as_deref().map(local).transpose()?,
            time_zone: &self.row.time_zone,
            is_all_day: self.row.is_all_day,
            recurrence: self.detail.recurrence.as_ref(),
        })
    }
}

/// When an event takes place, as it is to be written down; nothing for other kinds, and for events whose times are as
/// they were.
pub(super) fn expanded(app: &App, item: &NewItem, before: Option<&NewItem>) -> Result<Option<Expanded>, DbErr> {
    let Detail::Event(row) = &item.detail else { return Ok(None) };
    if before.is_some_and(|before| before.detail == item.detail) {
        return Ok(None);
    }
    expand(app, row).map(Some)
}

/// All occurrences up to the horizon; of a series that has more than [`MOST`] those of the last 400 days and ahead.
fn expand(app: &App, row: &entity::event::Model) -> Result<Expanded, DbErr> {
    let now = app.clock.now();
    let stored = StoredSeries::of(row)?;
    let series = stored.series()?;
    let zones = app.zones.version().to_string();
    if series.recurrence.is_none() {
        let ever = Timestamp::from_micros(i64::MAX);
        let occurrences = series.between(&app.zones, Timestamp::from_micros(i64::MIN), ever, 1);
        return Ok(Expanded { occurrences, to: ever, zones });
    }
    let to = now.plus_days(AHEAD);
    let is_long = series.has_more_than(MOST, &app.zones, to);
    let first = Timestamp::from_micros(row.starts_at).plus_days(-2);
    let behind = now.plus_days(-BEHIND);
    let from = if is_long { first.max(behind) } else { first };
    let occurrences = series.between(&app.zones, from, to, usize::MAX);
    let is_over = Timestamp::from_micros(row.over_at) < to;
    Ok(Expanded { occurrences, to: if is_over { Timestamp::from_micros(i64::MAX) } else { to }, zones })
}

/// Writes down what comes into reach, and anew what another version of the zones gave; answers how many events it looked
/// at. Every node may run it.
pub async fn extend(app: &App) -> Result<usize, DbErr> {
    let to = app.clock.now().plus_days(AHEAD - SLACK);
    let mut looked = 0;
    loop {
        let due = app.store.due_expansions(app.zones.version(), to, BATCH).await?;
        for key in &due {
            let tx = app.store.begin().await?;
            again(app, &tx, *key).await?;
            app.store.commit(tx).await?;
        }
        looked += due.len();
        if i64::try_from(due.len()).is_ok_and(|found| found < BATCH) {
            return Ok(looked);
        }
    }
}

/// Writes down one event anew. If the law has moved its start or end since, that is a change of the event.
async fn again(app: &App, tx: &DatabaseTransaction, key: i64) -> Result<(), DbErr> {
    let Some(before) = app.store.stored_item_locked(tx, Kind::Event, key).await? else { return Ok(()) };
    let Detail::Event(row) = &before.detail else { return Ok(()) };
    let stored = StoredSeries::of(row)?;
    let series = stored.series()?;
    let instant = |local| app.zones.instant_lenient(local, &row.time_zone).map(Timestamp::as_micros).ok();
    let starts_at = instant(series.starts_at_local).unwrap_or(row.starts_at);
    let ends_at = series.ends_at_local.map_or(row.ends_at, |local| instant(local).or(row.ends_at));
    if (starts_at, ends_at) == (row.starts_at, row.ends_at) {
        return app.store.reexpand(tx, key, &expand(app, row)?).await;
    }
    let mut moved = row.clone();
    (moved.starts_at, moved.ends_at) = (starts_at, ends_at);
    if series.recurrence.is_none() {
        moved.over_at = ends_at.unwrap_or(starts_at);
    }
    let mut item = before.clone();
    item.content.order_key = starts_at;
    item.content.version = item.content.version.saturating_add(1);
    item.content.updated_at = app.clock.now().as_micros();
    item.detail = Detail::Event(moved);
    let note = Some(format!("clocks of {} as of {}", row.time_zone, app.zones.version()));
    let author = Author { client: None, action: RevisionAction::Updated, note };
    let saving = Saving { item: &item, before: Some(&before), what: None, at: app.clock.now() };
    record_unasked(app, tx, &author, saving).await.map(|_| ())
}
