//! Events: from an input to rows and back; civil times become instants here. Must not store.

use super::content::{Making, at_most, envelope, line, locales, pack_locales, pack_words, stored, word};
use super::fault::{Fault, FaultCode};
use super::input::{EventInput, Record, assemble};
use super::line::column;
use super::resource::LIST;
use crate::domain::event::{EventDetail, Location};
use crate::domain::public_id::Noun;
use crate::domain::time::{DAY_MICROS, LocalDate, LocalDateTime, LocalTimeFault, Timestamp, Zones};
use crate::domain::vocabulary::{EventStatus, Vocabulary};
use crate::store::{Catalog, Detail, Kind, NewItem};

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
        check_rule(&recurrence.rrule, &mut faults);
        for (field, length) in [
            ("input.recurrence.exceptions", recurrence.exceptions.len()),
            ("input.recurrence.additions", recurrence.additions.len()),
            ("input.recurrence.overrides", recurrence.overrides.len()),
        ] {
            at_most(field, length, LIST, &mut faults);
        }
    }
    let times = instants(input, zones, &mut faults);
    let campaign = input.campaign.as_ref().and_then(|name| {
        making.names.resolve(Noun::Campaign, name, "input.campaign").map_err(|fault| faults.push(fault)).ok()
    });
    let mut links = making.names.resolve_all(Noun::Resource, &input.materials, "input.materials", &mut faults);
    links.extend(making.names.resolve_all(Noun::Update, &input.updates, "input.updates", &mut faults));
    let content = envelope(Kind::Event, &input.envelope(), making, &mut faults);
    let (Some(mut content), Some((starts_at, ends_at))) = (content, times) else { return Err(faults) };
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
            Some(recurrence) => over_at(&recurrence.rrule),
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

const RULE_PARTS: [&str; 14] = [
    "FREQ",
    "UNTIL",
    "COUNT",
    "INTERVAL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
];

/// Checks the grammar of a rule (RFC 5545 section 3.3.10): known parts, each once, a frequency.
fn check_rule(rule: &str, faults: &mut Vec<Fault>) {
    let mut seen: Vec<&str> = Vec::new();
    for part in rule.split(';') {
        let Some((name, value)) = part.split_once('=') else {
            faults.push(Fault::new(
                FaultCode::InvalidRrule,
                "input.recurrence.rrule",
                format!("\"{part}\" is not NAME=VALUE"),
            ));
            return;
        };
        if !RULE_PARTS.contains(&name) || value.is_empty() || seen.contains(&name) {
            let message = format!("\"{part}\" is unknown, empty or there twice");
            faults.push(Fault::new(FaultCode::InvalidRrule, "input.recurrence.rrule", message));
            return;
        }
        seen.push(name);
    }
    let frequency = rule.split(';').find_map(|part| part.strip_prefix("FREQ="));
    let known = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    if !frequency.is_some_and(|frequency| known.contains(&frequency)) {
        faults.push(Fault::new(FaultCode::InvalidRrule, "input.recurrence.rrule", "has no known FREQ"));
    }
}

/// The instant after which nothing of a series can take place: two days after its `UNTIL`, whatever the zone.
fn over_at(rule: &str) -> i64 {
    let until = rule.split(';').find_map(|part| part.strip_prefix("UNTIL="));
    let date = until.and_then(|until| until.get(..8)).and_then(|date| LocalDate::strptime("%Y%m%d", date).ok());
    let midnight = date.and_then(|date| format!("{date}T00:00:00Z").parse::<Timestamp>().ok());
    midnight.map_or(NEVER_OVER, |midnight| midnight.as_micros() + 2 * DAY_MICROS)
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
