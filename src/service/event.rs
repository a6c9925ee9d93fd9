//! Events: from an input to rows and back; civil times become instants here. Must not store.

use super::content::{Making, at_most, envelope, line, locales, pack_locales, pack_words, stored, word};
use super::fault::{Fault, FaultCode};
use super::input::{EventInput, Record, assemble};
use super::line::column;
use super::resource::LIST;
use crate::domain::event::{EventDetail, Location, Recurrence};
use crate::domain::public_id::Noun;
use crate::domain::recurrence::{MOST, Series, SeriesFault};
use crate::domain::time::{LocalDateTime, LocalTimeFault, Timestamp, Zones};
use crate::domain::vocabulary::{EventStatus, Vocabulary};
use crate::store::{Catalog, Detail, Kind, NewItem};

/// Exceptions, additions or overrides of a series at most.
const SERIES: usize = 500;

/// The first year in which an event may start: what repeats since then is expanded within bounds.
const FIRST_YEAR: i16 = 1900;

/// The end of an endless series: the last microsecond that every database and client can write.
const NEVER_OVER: i64 = 253_402_300_799_999_999;

/// Makes the rows of an event.
pub(super) fn prepare(input: &EventInput, making: &Making<'_>, zones: &Zones) -> Result<NewItem, Vec<Fault>> {
    let mut faults = Vec::new();
    at_most("input.materials", input.materials.len(), LIST, &mut faults);
    at_most("input.updates", input.updates.len(), LIST, &mut faults);
    let mut detail = EventDetail {
        recurrence: input.recurrence.clone(),
        location: None,
        online: input.online.clone(),
        accessibility: input.accessibility.clone(),
        safety: input.safety.clone(),
        registration: input.registration.clone(),
        agenda: input.agenda.clone(),
        notes: input.notes.clone(),
    };
    if let Some(location) = &input.location {
        detail.location = disclosed(location, making, "input.location", &mut faults);
    }
    if let Some(recurrence) = &input.recurrence {
        for (field, length) in [
            ("input.recurrence.exceptions", recurrence.exceptions.len()),
            ("input.recurrence.additions", recurrence.additions.len()),
            ("input.recurrence.overrides", recurrence.overrides.len()),
        ] {
            at_most(field, length, SERIES, &mut faults);
        }
    }
    let times = instants(input, zones, &mut faults);
    let campaign = input.campaign.as_ref().and_then(|name| {
        making.names.resolve(Noun::Campaign, name, "input.campaign").map_err(|fault| faults.push(fault)).ok()
    });
    let mut links = making.names.resolve_all(Noun::Resource, &input.materials, "input.materials", &mut faults);
    links.extend(making.names.resolve_all(Noun::Update, &input.updates, "input.updates", &mut faults));
    let content = envelope(Kind::Event, &input.envelope(), making, &mut faults);
    let zone = input.time_zone.to_string();
    let series = Series {
        starts_at_local: input.starts_at_local,
        ends_at_local: input.ends_at_local,
        time_zone: &zone,
        is_all_day: input.all_day,
        recurrence: input.recurrence.as_ref(),
    };
    if let (Some(recurrence), true) = (&input.recurrence, times.is_some()) {
        check_series(&series, recurrence, zones, &mut faults);
    }
    let (Some(mut content), Some((starts_at, ends_at)), true) = (content, times, faults.is_empty()) else {
        return Err(faults);
    };
    content.order_key = starts_at.as_micros();
    let row = entity::event::Model {
        content_id: making.id.key(),
        kind: input.kind.as_str().to_string(),
        format: input.format.as_str().to_string(),
        event_status: input.event_status.unwrap_or(EventStatus::Scheduled).as_str().to_string(),
        starts_at_local: input.starts_at_local.to_string(),
        ends_at_local: input.ends_at_local.map(|local| local.to_string()),
        time_zone: input.time_zone.to_string(),
        is_all_day: input.all_day,
        starts_at: starts_at.as_micros(),
        ends_at: ends_at.map(Timestamp::as_micros),
        over_at: match &input.recurrence {
            Some(_) => series.over_at(zones).map_or(NEVER_OVER, Timestamp::as_micros),
            None => ends_at.unwrap_or(starts_at).as_micros(),
        },
        languages: pack_locales(&input.languages),
        features: input.accessibility.as_ref().map_or_else(String::new, |a| pack_words(&a.features)),
        campaign_id: campaign.map(|id| id.key()),
        detail: column(&detail).map_err(|fault| vec![fault])?,
    };
    let links = links.iter().map(|id| id.key()).collect();
    Ok(NewItem { content, detail: Detail::Event(row), links })
}

/// A location as it may be stored, or a fault.
pub(super) fn disclosed(
    location: &Location,
    making: &Making<'_>,
    field: &str,
    faults: &mut Vec<Fault>,
) -> Option<Location> {
    let mut location = location.clone();
    making.names.canonical(Noun::Region, &mut location.region, &format!("{field}.region"), faults);
    let stored = location.disclosed().map_err(|message| Fault::new(FaultCode::LocationTooPrecise, field, message));
    stored.map_err(|fault| faults.push(fault)).ok()
}

/// The instants of start and end. A single event must have exactly one; a series may start at a shifted time.
fn instants(input: &EventInput, zones: &Zones, faults: &mut Vec<Fault>) -> Option<(Timestamp, Option<Timestamp>)> {
    let zone = input.time_zone.to_string();
    if !zones.knows(&zone) {
        let message =
            format!("\"{}\" is not the name of an IANA time zone such as America/Toronto", zone.escape_debug());
        faults.push(Fault::new(FaultCode::InvalidTimeZone, "input.timeZone", message));
        return None;
    }
    if input.starts_at_local.year() < FIRST_YEAR {
        let message = format!("is before {FIRST_YEAR}, the first year of a calendar");
        faults.push(Fault::new(FaultCode::OutOfRange, "input.startsAtLocal", message));
        return None;
    }
    let mut instant = |local: LocalDateTime, field: &str| {
        let found = if input.recurrence.is_some() || input.all_day {
            zones.instant_lenient(local, &zone)
        } else {
            zones.instant(local, &zone)
        };
        found.map_err(|fault| faults.push(local_time_fault(fault, local, &zone, field))).ok()
    };
    let start = instant(input.starts_at_local, "input.startsAtLocal")?;
    let end = match input.ends_at_local {
        Some(local) => Some(instant(local, "input.endsAtLocal")?),
        None => None,
    };
    if end.is_some_and(|end| end < start) {
        let message = "is before the start".to_string();
        faults.push(Fault::new(FaultCode::EndsBeforeStart, "input.endsAtLocal", message));
        return None;
    }
    Some((start, end))
}

fn local_time_fault(fault: LocalTimeFault, local: LocalDateTime, zone: &str, field: &str) -> Fault {
    match fault {
        LocalTimeFault::UnknownZone => Fault::new(FaultCode::InvalidTimeZone, "input.timeZone", "is unknown"),
        LocalTimeFault::Nonexistent => {
            let message = format!("clocks in {zone} skip {local}");
            Fault::new(FaultCode::NonexistentLocalTime, field, message)
        }
        LocalTimeFault::Ambiguous => {
            let message = format!("clocks in {zone} show {local} twice");
            Fault::new(FaultCode::AmbiguousLocalTime, field, message)
        }
    }
}

/// Checks the times of a series: a rule of RFC 5545 section 3.3.10 that is neither too dense nor too much work, and
/// overrides that name an occurrence each, and do not end before they start.
fn check_series(series: &Series<'_>, recurrence: &Recurrence, zones: &Zones, faults: &mut Vec<Fault>) {
    let field = "input.recurrence.rrule";
    match series.check(zones) {
        Ok(()) => {}
        Err(SeriesFault::Rule(message)) => return faults.push(Fault::new(FaultCode::InvalidRrule, field, message)),
        Err(SeriesFault::TooDense) => {
            let message = format!("gives more than {MOST} occurrences in 400 days, which is the maximum");
            return faults.push(Fault::new(FaultCode::RruleTooDense, field, message));
        }
        Err(SeriesFault::TooSparse) => {
            let message = "takes too much work for what it gives: say it with a lower FREQ";
            return faults.push(Fault::new(FaultCode::InvalidRrule, field, message));
        }
    }
    for (position, change) in recurrence.overrides.iter().enumerate() {
        let earlier = recurrence.overrides.iter().take(position);
        if earlier.into_iter().any(|other| other.recurrence_id == change.recurrence_id) {
            let field = format!("input.recurrence.overrides[{position}].recurrenceId");
            faults.push(Fault::new(FaultCode::NotUnique, &field, "names the same occurrence as another override"));
        }
        let starts = change.starts_at_local.unwrap_or(change.recurrence_id);
        if change.ends_at_local.is_some_and(|ends| ends < starts) {
            let field = format!("input.recurrence.overrides[{position}].endsAtLocal");
            faults.push(Fault::new(FaultCode::EndsBeforeStart, &field, "is before the start"));
        }
    }
}

/// The input that makes a stored event.
pub(super) fn export(
    item: &NewItem,
    row: &entity::event::Model,
    catalog: &Catalog,
    ids: &dyn Fn(i64) -> Option<String>,
) -> Result<(EventInput, Record), Fault> {
    let (shared, record) = super::content::export(item, catalog)?;
    let detail: EventDetail = stored(&row.detail)?;
    let local = |text: &str| {
        text.parse::<LocalDateTime>()
            .map_err(|_| Fault::new(FaultCode::Invalid, "stored", format!("{text} is no time")))
    };
    let input = assemble!(EventInput, shared, {
        kind: word(&row.kind)?,
        format: word(&row.format)?,
        event_status: Some(word(&row.event_status)?),
        starts_at_local: local(&row.starts_at_local)?,
        ends_at_local: row.ends_at_local.as_deref().map(local).transpose()?,
        time_zone: line(&row.time_zone)?,
        all_day: row.is_all_day,
        recurrence: detail.recurrence,
        location: detail.location,
        online: detail.online,
        accessibility: detail.accessibility,
        safety: detail.safety,
        registration: detail.registration,
        languages: locales(&row.languages)?,
        campaign: row.campaign_id.and_then(ids).map(|id| line(&id)).transpose()?,
        agenda: detail.agenda,
        notes: detail.notes,
        materials: super::campaign::linked(item, Noun::Resource, ids)?,
        updates: super::campaign::linked(item, Noun::Update, ids)?,
    });
    Ok((input, record))
}
