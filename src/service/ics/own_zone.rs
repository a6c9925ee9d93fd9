//! Zones that a file defines itself (RFC 5545 section 3.6.5) under a name that nobody else knows. One that does what a
//! known zone does in the years of an event is taken for that one; what another says is computed by the file. Must not be
//! asked for zones that are known by their name.

use jiff::civil::DateTime;

use super::lines::{Component, Property};
use crate::domain::recurrence::{Expansion, Rule};
use crate::domain::time::{Timestamp, Zones};

/// Zones that another name may stand for, those of the project's own country first.
const LIKELY: [&str; 24] = [
    "America/Toronto",
    "America/Vancouver",
    "America/Edmonton",
    "America/Winnipeg",
    "America/Halifax",
    "America/St_Johns",
    "America/Regina",
    "America/Whitehorse",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Mexico_City",
    "Europe/London",
    "Europe/Paris",
    "Europe/Helsinki",
    "Europe/Moscow",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
];

/// One rule of a zone: from when on which offset holds.
#[derive(Clone, Debug)]
struct Observance {
    start: DateTime,
    /// In seconds east of UTC.
    before: i32,
    after: i32,
    rules: Vec<Rule>,
    dates: Vec<DateTime>,
}

/// A zone as a file defines it.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnZone {
    observances: Vec<Observance>,
}

impl OwnZone {
    pub(super) fn of(zone: &Component) -> Self {
        let observances = zone.inside.iter().filter_map(|part| {
            let offset = |name| part.find(name).and_then(|property| offset(property.value.trim()));
            let rules = part.all("RRULE").filter_map(|property| property.value.parse::<Rule>().ok());
            let dates = part.all("RDATE").flat_map(|property| property.value.split(',').filter_map(local));
            Some(Observance {
                start: part.find("DTSTART").and_then(|property: &Property| local(&property.value))?,
                before: offset("TZOFFSETFROM")?,
                after: offset("TZOFFSETTO")?,
                rules: rules.collect(),
                dates: dates.collect(),
            })
        });
        Self { observances: observances.collect() }
    }

    /// The offset at a local time: that of the last observance that began before.
    fn offset(&self, at: DateTime) -> Option<i32> {
        let began = |observance: &Observance| {
            let by_rules = observance.rules.iter().filter_map(|rule| {
                // An end is in UTC; a day more or less does not matter for what began long before.
                Expansion::new(rule, observance.start, None).near(earlier(at)).within(at).last()
            });
            let dates = observance.dates.iter().copied().chain([observance.start]).filter(|start| *start <= at);
            by_rules.chain(dates).max()
        };
        let last =
            self.observances.iter().filter_map(|it| Some((began(it)?, it.after))).max_by_key(|(start, _)| *start);
        let first = || self.observances.iter().min_by_key(|it| it.start).map(|it| it.before);
        last.map(|(_, after)| after).or_else(first)
    }

    /// The instant of a local time.
    pub(super) fn instant(&self, at: DateTime) -> Option<Timestamp> {
        let utc = at.checked_sub(jiff::SignedDuration::from_secs(self.offset(at)?.into())).ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(utc).ok().map(Timestamp::from)
    }

    /// The known zone whose clocks show the same around a local time.
    pub(super) fn likely(&self, around: DateTime, zones: &Zones) -> Option<&'static str> {
        let days = (-30..=70).map(|step| jiff::SignedDuration::from_hours(24 * 11 * step));
        let samples: Vec<DateTime> = days.filter_map(|by| around.checked_add(by).ok()).collect();
        LIKELY.into_iter().find(|zone| {
            samples.iter().all(|at| {
                let own = self.instant(*at);
                own.is_some() && own == zones.instant_lenient(*at, zone).ok()
            })
        })
    }
}

fn earlier(at: DateTime) -> DateTime {
    at.checked_sub(jiff::SignedDuration::from_hours(24 * 800)).unwrap_or(at)
}

fn local(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let text = text.split('/').next().unwrap_or(text).trim_end_matches(['Z', 'z']);
    DateTime::strptime("%Y%m%dT%H%M%S", text)
        .or_else(|_| jiff::civil::Date::strptime("%Y%m%d", text).map(|date| date.at(0, 0, 0, 0)))
        .ok()
}

/// An offset such as `-0330` or `+013015`, in seconds.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = text.split_at_checked(1)?;
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let seconds = digits.get(..2)?.parse::<i32>().ok()? * 3_600 + part(2)? * 60 + part(4)?;
    match sign {
        "+" => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}
