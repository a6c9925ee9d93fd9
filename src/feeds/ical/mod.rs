//! Events as an iCalendar (RFC 5545, with the names of RFC 7986): a series with its rule, exceptions and changed
//! occurrences, and the time zones that it needs. Must not tell more of an event than was read for the public.

mod line;
mod zone;

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use self::line::Lines;
use super::FeedError;
use super::entry::Reader;
use crate::domain::event::{EventDetail, OccurrenceOverride, Recurrence};
use crate::domain::markdown;
use crate::domain::recurrence::{Rule, Series, Until};
use crate::domain::time::{Timestamp, Zones};
use crate::domain::vocabulary::{EventStatus, Vocabulary};
use crate::service::occurrence::StoredSeries;
use crate::store::{Detail, Item, body_for, unpack_keys};

/// The media type.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";
/// Days ahead for which endless series have the shifts of their zone.
const AHEAD: i64 = 20 * 366;

/// A calendar of events; their bodies must have been read.
pub fn calendar(
    name: &str,
    items: &[&Item],
    reader: &Reader<'_>,
    zones: &Zones,
    now: Timestamp,
) -> Result<Vec<u8>, FeedError> {
    let mut events = Lines::default();
    let mut needed: BTreeMap<String, (Timestamp, Timestamp)> = BTreeMap::new();
    for item in items {
        let Detail::Event(row) = &item.detail else { continue };
        if !row.is_all_day {
            let span = (Timestamp::from_micros(row.starts_at), Timestamp::from_micros(row.over_at));
            let known = needed.entry(row.time_zone.clone()).or_insert(span);
            *known = (known.0.min(span.0), known.1.max(span.1));
        }
        Writer { item, row, reader, zones }.event(&mut events)?;
    }
    let mut lines = Lines::default();
    lines.raw("BEGIN", "VCALENDAR").raw("VERSION", "2.0").raw("PRODID", "-//Solidarity//Events//EN");
    lines.raw("CALSCALE", "GREGORIAN").text("NAME", name).text("X-WR-CALNAME", name);
    lines.raw("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    for (zone, (from, to)) in needed {
        // Occurrences may be moved a little before the start and behind the end.
        zone::write(&mut lines, zones, &zone, from.plus_days(-400), to.min(now.plus_days(AHEAD)).plus_days(400));
    }
    let mut text = lines.finish();
    text.push_str(&events.finish());
    text.push_str("END:VCALENDAR\r\n");
    Ok(text.into_bytes())
}

/// Writes one event.
struct Writer<'a> {
    item: &'a Item,
    row: &'a entity::event::Model,
    reader: &'a Reader<'a>,
    zones: &'a Zones,
}

impl Writer<'_> {
    fn event(&self, lines: &mut Lines) -> Result<(), FeedError> {
        let stored = StoredSeries::of(self.row)?;
        let series = stored.series()?;
        let status = EventStatus::parse(&self.row.event_status);
        lines.raw("BEGIN", "VEVENT");
        self.identity(lines);
        self.time("DTSTART", series.starts_at_local, lines);
        if let Some(end) = series.ends_at_local {
            self.time("DTEND", end, lines);
        }
        if let Some(recurrence) = series.recurrence {
            self.recurrence(recurrence, lines);
        }
        self.words(stored.detail(), None, lines)?;
        let is_open = series.recurrence.is_some_and(|recurrence| recurrence.confirmed_through.is_some());
        self.status(status, is_open, lines);
        lines.raw("END", "VEVENT");
        for change in series.recurrence.map(|recurrence| recurrence.overrides.as_slice()).unwrap_or_default() {
            self.changed(&series, stored.detail(), change, lines)?;
        }
        Ok(())
    }

    /// A changed occurrence, or one with all that follow (section 3.8.4.4).
    fn changed(
        &self,
        series: &Series<'_>,
        detail: &EventDetail,
        change: &OccurrenceOverride,
        lines: &mut Lines,
    ) -> Result<(), FeedError> {
        let starts = change.starts_at_local.unwrap_or(change.recurrence_id);
        let length = series.ends_at_local.map(|end| series.starts_at_local.duration_until(end));
        let ends = change.ends_at_local.or_else(|| length.and_then(|length| starts.checked_add(length).ok()));
        lines.raw("BEGIN", "VEVENT");
        self.identity(lines);
        let range = if change.and_following { ";RANGE=THISANDFUTURE" } else { "" };
        self.time(&format!("RECURRENCE-ID{range}"), change.recurrence_id, lines);
        self.time("DTSTART", starts, lines);
        if let Some(end) = ends {
            self.time("DTEND", end, lines);
        }
        self.words(detail, Some(change), lines)?;
        self.status(change.status.or_else(|| EventStatus::parse(&self.row.event_status)), false, lines);
        lines.raw("END", "VEVENT");
        Ok(())
    }

    fn identity(&self, lines: &mut Lines) {
        let content = &self.item.content;
        let utc = |micros: i64| instant(Timestamp::from_micros(micros));
        lines.raw("UID", &self.item.public_id()).raw("DTSTAMP", &utc(content.updated_at));
        lines.raw("CREATED", &utc(content.created_at)).raw("LAST-MODIFIED", &utc(content.updated_at));
        lines.raw("SEQUENCE", &content.version.saturating_sub(1).to_string());
    }

    /// A date or a local time with its zone; UTC has a form of its own.
    fn time(&self, name: &str, local: DateTime, lines: &mut Lines) {
        if self.row.is_all_day {
            lines.raw(&format!("{name};VALUE=DATE"), &local.strftime("%Y%m%d").to_string());
        } else if matches!(self.row.time_zone.as_str(), "UTC" | "Etc/UTC") {
            lines.raw(name, &local.strftime("%Y%m%dT%H%M%SZ").to_string());
        } else {
            lines.raw(&format!("{name};TZID={}", self.row.time_zone), &local.strftime("%Y%m%dT%H%M%S").to_string());
        }
    }

    fn recurrence(&self, recurrence: &Recurrence, lines: &mut Lines) {
        if let Ok(mut rule) = recurrence.rrule.parse::<Rule>() {
            // An end must have the type of the start: a date, or a time in UTC (section 3.3.10).
            rule.until = rule.until.map(|until| self.until(until));
            lines.raw("RRULE", &rule.to_string());
        }
        for exception in &recurrence.exceptions {
            self.time("EXDATE", *exception, lines);
        }
        for addition in &recurrence.additions {
            self.time("RDATE", *addition, lines);
        }
    }

    fn until(&self, until: Until) -> Until {
        let local = match until {
            Until::Date(date) => date.at(23, 59, 59, 0),
            Until::Local(local) => local,
            Until::Utc(utc) if !self.row.is_all_day => return Until::Utc(utc),
            Until::Utc(utc) => {
                let instant = jiff::tz::TimeZone::UTC.to_timestamp(utc).map(Timestamp::from).unwrap_or_default();
                self.zones.local(instant, &self.row.time_zone).unwrap_or(utc)
            }
        };
        if self.row.is_all_day {
            return Until::Date(local.date());
        }
        let instant = self.zones.instant_lenient(local, &self.row.time_zone).ok();
        instant.and_then(|instant| self.zones.local(instant, "UTC")).map_or(Until::Local(local), Until::Utc)
    }

    /// What it is, where it is, and where to read more.
    fn words(
        &self,
        detail: &EventDetail,
        change: Option<&OccurrenceOverride>,
        lines: &mut Lines,
    ) -> Result<(), FeedError> {
        let (preference, catalog) = (self.reader.preference, self.reader.catalog);
        if let Some(text) = self.item.text(preference) {
            let language = format!(";LANGUAGE={}", text.locale);
            lines.text(&format!("SUMMARY{language}"), &text.title);
            let note = change.and_then(|change| change.note.text(preference));
            let body = body_for(text, &self.item.bodies()?).map(|body| markdown::to_text(&body.body));
            let summary = text.summary.as_ref().map(ToString::to_string);
            let parts: Vec<String> =
                [note, summary, body].into_iter().flatten().filter(|part| !part.is_empty()).collect();
            if !parts.is_empty() {
                lines.text(&format!("DESCRIPTION{language}"), &parts.join("\n\n"));
            }
        }
        if let Some(location) = &detail.location {
            let place = [location.label.text(preference), location.address.as_ref().map(ToString::to_string)];
            let place: Vec<String> = place.into_iter().flatten().collect();
            if !place.is_empty() {
                lines.text("LOCATION", &place.join(", "));
            }
            if let Some(point) = location.point {
                lines.raw("GEO", &format!("{};{}", point.latitude(), point.longitude()));
            }
        }
        let topics = unpack_keys(&self.item.content.topic_ids);
        let topics =
            topics.into_iter().filter_map(|key| catalog.topic(key)).filter_map(|topic| topic.names.text(preference));
        let topics: Vec<String> = topics.collect();
        lines.texts("CATEGORIES", topics.iter().map(String::as_str));
        if let Some(page) = self.item.web_page()? {
            lines.raw("URL", &page);
        }
        Ok(())
    }

    /// Its state. That of a series whose end of confirmation is known is left open, since it is not confirmed for ever.
    fn status(&self, status: Option<EventStatus>, is_open: bool, lines: &mut Lines) {
        match status {
            Some(EventStatus::Cancelled) => lines.raw("STATUS", "CANCELLED"),
            Some(EventStatus::Tentative | EventStatus::Postponed) => lines.raw("STATUS", "TENTATIVE"),
            _ if is_open => lines,
            _ => lines.raw("STATUS", "CONFIRMED"),
        };
    }
}

fn instant(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
