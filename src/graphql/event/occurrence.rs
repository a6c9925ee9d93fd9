//! When events take place: the occurrences of one event, and the calendar of many. Must not expand rules itself.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Event, EventFilter};
use crate::domain::event::OccurrenceOverride;
use crate::domain::recurrence;
use crate::domain::time::{LocalDateTime as Local, Timestamp, as_if_utc};
use crate::domain::view::View;
use crate::domain::vocabulary::{EventStatus, Vocabulary};
use crate::graphql::connection::{Cursor, PageArgs, PageInfo, connection};
use crate::graphql::content::{Envelope, wants_body};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::{DateTime, LocalDateTime, Locale};
use crate::service::occurrence::{AHEAD, StoredSeries};
use crate::store::{CalendarEntry, CalendarQuery, Item, Place};

connection!(OccurrenceConnection, OccurrenceEdge, Occurrence, "occurrences");

/// The longest window, in days.
const WINDOW: i64 = 400;
/// How far ahead a calendar may end, in days: the worker keeps more than that written down.
const CALENDAR_AHEAD: i64 = AHEAD - 50;

/// One time that an event takes place.
#[derive(Clone, Debug, Description)]
pub(crate) struct Occurrence {
    item: Arc<Item>,
    view: View,
    it: recurrence::Occurrence,
}

impl Occurrence {
    fn place(&self) -> Place {
        Place {
            starts_at: self.it.starts_at.as_micros(),
            content: self.item.content.id,
            recurrence_id: as_if_utc(self.it.recurrence_id),
        }
    }

    fn event_value(&self) -> Event {
        Event(Envelope::new(Arc::clone(&self.item), self.view.clone()))
    }

    fn change(&self) -> Result<Option<OccurrenceOverride>> {
        let Some(position) = self.it.changed_by else { return Ok(None) };
        let recurrence = self.event_value().detail()?.recurrence;
        Ok(recurrence.and_then(|recurrence| recurrence.overrides.get(position).cloned()))
    }
}

#[Object(use_type_description)]
impl Occurrence {
    /// The local start that the rule gives, which names the occurrence in its event, wherever it was moved to.
    async fn recurrence_id(&self) -> LocalDateTime {
        LocalDateTime(self.it.recurrence_id.to_string())
    }

    /// The start as clocks in the event's `timeZone` show it. In a gap of the clocks the instant shifts forward, in an
    /// overlap the first counts.
    async fn starts_at_local(&self) -> LocalDateTime {
        LocalDateTime(self.it.starts_at_local.to_string())
    }

    /// The end as clocks in the event's `timeZone` show it; null if the event has none.
    async fn ends_at_local(&self) -> Option<LocalDateTime> {
        self.it.ends_at_local.map(|local| LocalDateTime(local.to_string()))
    }

    /// The instant of the start, with the offset of the event's `timeZone`.
    async fn starts_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        self.event_value().instant(ctx, self.it.starts_at.as_micros())
    }

    /// The instant of the end, with the offset of the event's `timeZone`; null if the event has none.
    async fn ends_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        if self.it.ends_at_local.is_none() {
            return Ok(None);
        }
        self.event_value().instant(ctx, self.it.ends_at.as_micros()).map(Some)
    }

    /// Whether it takes place as planned: its own state, or the event's.
    async fn status(&self) -> Result<EventStatus> {
        let own = self.event_value().row()?.event_status.clone();
        Ok(self.it.status.or_else(|| EventStatus::parse(&own)).unwrap_or(EventStatus::Tentative))
    }

    /// Whether it differs from its series.
    async fn is_override(&self) -> bool {
        self.it.changed_by.is_some()
    }

    /// Whether the organizers stand by it: false behind the `confirmedThrough` of its series.
    async fn is_confirmed(&self) -> Result<bool> {
        let recurrence = self.event_value().detail()?.recurrence;
        let through = recurrence.and_then(|recurrence| recurrence.confirmed_through);
        Ok(through.is_none_or(|through| self.it.starts_at_local.date() <= through))
    }

    /// What people should know about this occurrence.
    async fn note(&self) -> Result<Option<String>> {
        Ok(self.change()?.and_then(|change| change.note.text(&self.view.preference)))
    }

    /// The event.
    async fn event(&self) -> Event {
        self.event_value()
    }
}

fn encode(place: Place) -> Cursor {
    Cursor::Text(URL_SAFE_NO_PAD.encode(format!("o:{}:{}:{}", place.starts_at, place.content, place.recurrence_id)))
}

fn decode(cursor: &str) -> Option<Place> {
    if cursor.len() > 200 {
        return None;
    }
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut parts = plain.strip_prefix("o:")?.split(':').map(str::parse::<i64>);
    let place =
        Place { starts_at: parts.next()?.ok()?, content: parts.next()?.ok()?, recurrence_id: parts.next()?.ok()? };
    parts.next().is_none().then_some(place)
}

/// A part of a list of occurrences.
#[derive(Debug)]
pub(super) struct Asked {
    pub from: Option<DateTime>,
    pub to: Option<DateTime>,
    pub page: PageArgs,
}

/// The window and the page that were asked for.
#[derive(Debug)]
struct Window {
    from: Timestamp,
    to: Timestamp,
    size: usize,
    after: Option<Place>,
    before: Option<Place>,
    from_end: bool,
}

impl Asked {
    fn window(&self, ctx: &Context<'_>) -> Result<Window, ApiError> {
        let sizes = PageArgs { first: self.page.first, last: self.page.last, ..PageArgs::default() };
        let part = sizes.request(&ctx.app().limits, "o")?;
        let from = self.from.as_ref().map_or_else(|| ctx.instant(), |from| from.instant);
        let to = self.to.as_ref().map_or_else(|| from.plus_days(WINDOW), |to| to.instant);
        if to <= from {
            return Err(ApiError::BadInput("to is not behind from".to_string()));
        }
        if to > from.plus_days(WINDOW) {
            return Err(ApiError::BadInput(format!("the window from from to to exceeds the maximum of {WINDOW} days")));
        }
        let place = |cursor: &Option<String>, name: &'static str| {
            cursor.as_deref().map(|cursor| decode(cursor).ok_or(ApiError::Cursor(name))).transpose()
        };
        let (after, before) = (place(&self.page.after, "after")?, place(&self.page.before, "before")?);
        Ok(Window { from, to, size: part.size, after, before, from_end: part.from_end })
    }
}

fn page(found: Vec<Occurrence>, has_more: bool, window: &Window, total: Option<i64>) -> OccurrenceConnection {
    let items: Vec<(Cursor, Occurrence)> = found.into_iter().map(|it| (encode(it.place()), it)).collect();
    let (has_next_page, has_previous_page) =
        if window.from_end { (window.before.is_some(), has_more) } else { (has_more, window.after.is_some()) };
    let info = PageInfo {
        has_next_page,
        has_previous_page,
        start_cursor: items.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: items.last().map(|(cursor, _)| cursor.clone()),
    };
    OccurrenceConnection { items, info, total }
}

/// The occurrences of an event that overlap a window.
pub(super) fn occurrences(ctx: &Context<'_>, event: &Event, asked: &Asked) -> Result<OccurrenceConnection> {
    let window = asked.window(ctx)?;
    let stored = StoredSeries::of(event.row()?).map_err(ApiError::from)?;
    let series = stored.series().map_err(ApiError::from)?;
    let found = series.between(&ctx.app().zones, window.from, window.to, usize::MAX);
    let total = i64::try_from(found.len()).ok();
    let of = |it| Occurrence { item: Arc::clone(&event.item), view: event.view.clone(), it };
    let mut found: Vec<Occurrence> = found.into_iter().map(of).collect();
    found.retain(|it| {
        let place = it.place();
        window.after.is_none_or(|after| place > after) && window.before.is_none_or(|before| place < before)
    });
    let spare = found.len().saturating_sub(window.size);
    if window.from_end {
        found.drain(..spare);
    } else {
        found.truncate(window.size);
    }
    Ok(page(found, spare > 0, &window, total))
}

/// Calendars.
#[derive(Debug, Default)]
pub(crate) struct CalendarQueries;

#[Object]
impl CalendarQueries {
    /// What takes place in a window, earliest start first: single events and the occurrences of series, also those that
    /// began before and go on. Of a series with more than 2 000 occurrences those of the last 400 days and ahead are
    /// listed; `occurrences` of the event has them all.
    async fn calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The start of the window.")] from: DateTime,
        #[graphql(
            desc = "The end of the window, exclusive: behind `from`, at most 400 days later, and at most 750 days \
                          ahead of now."
        )]
        to: DateTime,
        #[graphql(
            desc = "Occurrences from the start of the list; at most 100, 20 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only occurrences behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Occurrences from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only occurrences before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list to events.")] filter: Option<EventFilter>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<OccurrenceConnection> {
        let view = ctx.view(locales)?;
        let asked = Asked { from: Some(from), to: Some(to), page: PageArgs { first, after, last, before } };
        let window = asked.window(ctx)?;
        // Only for this second: occurrences are written down anew without a change that other servers would hear of.
        if window.to > ctx.instant().plus_days(CALENDAR_AHEAD) {
            let message = format!("to lies more than {CALENDAR_AHEAD} days ahead, further than series are expanded");
            return Err(ApiError::BadInput(message).into());
        }
        let filter = filter.unwrap_or_default().resolve(ctx.catalog(), &ctx.app().limits)?;
        if filter.statuses.is_some() {
            let message = "filter.publicationStatuses is not for a calendar, which has what is published";
            return Err(ApiError::BadInput(message.to_string()).into());
        }
        let selected = ctx.look_ahead();
        let event = |field: async_graphql::Lookahead<'_>| wants_body(field.field("event"));
        let query = CalendarQuery {
            from: window.from,
            to: window.to,
            filter,
            size: window.size,
            after: window.after,
            before: window.before,
            from_end: window.from_end,
            with_body: event(selected.field("nodes")) || event(selected.field("edges").field("node")),
            with_total: selected.field("totalCount").exists(),
            view: view.clone(),
        };
        let found = ctx.app().store.calendar(&query).await.map_err(ApiError::from)?;
        let mut occurrences = Vec::with_capacity(found.entries.len());
        for entry in &found.entries {
            occurrences.push(Occurrence {
                item: Arc::clone(&entry.item),
                view: view.clone(),
                it: of(ctx, entry, &view)?,
            });
        }
        let mut page = page(occurrences, found.has_more, &window, found.total);
        if let Some(place) = found.scanned_to {
            let cursor = Some(encode(place));
            if window.from_end { page.info.start_cursor = cursor } else { page.info.end_cursor = cursor }
        }
        Ok(page)
    }
}

/// The occurrence of a row.
fn of(ctx: &Context<'_>, entry: &CalendarEntry, view: &View) -> Result<recurrence::Occurrence> {
    let event = Event(Envelope::new(Arc::clone(&entry.item), view.clone()));
    let row = event.row()?;
    let starts_at = Timestamp::from_micros(entry.place.starts_at);
    let local = |instant: Timestamp| ctx.app().zones.local(instant, &row.time_zone);
    let has_end = row.ends_at_local.is_some() || entry.ends_at > starts_at;
    Ok(recurrence::Occurrence {
        recurrence_id: entry.recurrence_id().unwrap_or_default(),
        starts_at_local: local(starts_at).unwrap_or_default(),
        ends_at_local: if has_end { local(entry.ends_at) } else { None::<Local> },
        starts_at,
        ends_at: entry.ends_at,
        status: entry.status.as_deref().and_then(EventStatus::parse),
        changed_by: entry.changed_by,
    })
}
