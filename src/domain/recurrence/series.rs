//! A series of occurrences: a rule, additions, exceptions and overrides in civil time, resolved to instants by one zone
//! database. Must not store.

use std::collections::{BTreeSet, VecDeque};

use jiff::civil::{Date, DateTime};

use super::expand::Expansion;
use super::rule::{Rule, Until};
use super::sentence::sentence;
use crate::domain::event::{OccurrenceOverride, Recurrence};
use crate::domain::locale::Tongue;
use crate::domain::time::{Timestamp, Zones};
use crate::domain::vocabulary::EventStatus;

/// The days in which a rule may have no more than [`MOST`] occurrences.
const DENSE_DAYS: i64 = 400;
/// Occurrences that a rule may have in 400 days.
pub const MOST: usize = 2_000;

/// One time that an event takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The local start that the rule gives, which names the occurrence.
    pub recurrence_id: DateTime,
    /// The local start.
    pub starts_at_local: DateTime,
    /// The local end.
    pub ends_at_local: Option<DateTime>,
    /// The instant of the start.
    pub starts_at: Timestamp,
    /// The instant of the end; that of the start if there is no end.
    pub ends_at: Timestamp,
    /// Its state, if it is another than that of the series.
    pub status: Option<EventStatus>,
    /// The position of the override in the series that made it what it is.
    pub changed_by: Option<usize>,
}

/// When an event takes place.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The local start; of a series, the first.
    pub starts_at_local: DateTime,
    /// The local end.
    pub ends_at_local: Option<DateTime>,
    /// The zone of local times.
    pub time_zone: &'a str,
    /// Whether it takes whole days.
    pub is_all_day: bool,
    /// How it repeats.
    pub recurrence: Option<&'a Recurrence>,
}

/// Why a series cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesFault {
    /// The rule is not RFC 5545.
    Rule(String),
    /// More than [`MOST`] occurrences in 400 days.
    TooDense,
    /// Too much work for what comes of it.
    TooSparse,
}

impl<'a> Series<'a> {
    /// Checks a series: its rule, and how often it takes place.
    pub fn check(&self, zones: &Zones) -> Result<(), SeriesFault> {
        let Some(recurrence) = self.recurrence else { return Ok(()) };
        let rule: Rule = recurrence.rrule.parse().map_err(SeriesFault::Rule)?;
        // What is dense only later is found as well: each day of 400 years comes round to its weekday within 28.
        let last = later(self.starts_at_local, 28 * 366);
        let mut times = self.times(&rule, zones).within(last);
        let mut latest: VecDeque<DateTime> = VecDeque::with_capacity(MOST + 1);
        for time in times.by_ref() {
            latest.push_back(time);
            if latest.len() > MOST && latest.pop_front().is_some_and(|first| time < later(first, DENSE_DAYS)) {
                return Err(SeriesFault::TooDense);
            }
        }
        if times.is_exhausted() { Err(SeriesFault::TooSparse) } else { Ok(()) }
    }

    /// The occurrences that overlap a window, by start; `most` of them at most.
    pub fn between(&self, zones: &Zones, from: Timestamp, to: Timestamp, most: usize) -> Vec<Occurrence> {
        let Some(recurrence) = self.recurrence else {
            return self
                .occurrence(zones, self.starts_at_local, None, None)
                .filter(|it| overlaps(it, from, to))
                .into_iter()
                .collect();
        };
        let reach = self.reach(recurrence);
        let window = |instant: Timestamp, days: i64| zones.local(instant.plus_days(days), self.time_zone);
        // Civil times of the window's ends, with a day to spare for the zone, and with what overrides move.
        let (Some(first), Some(last)) = (window(from, -1 - reach), window(to, 1 + reach)) else { return Vec::new() };
        let mut found = Vec::new();
        for id in self.ids(recurrence, zones, first, last) {
            let (position, change) = change_of(recurrence, id);
            found.extend(self.occurrence(zones, id, change, position).filter(|it| overlaps(it, from, to)));
        }
        found.sort_by_key(|it| (it.starts_at, it.recurrence_id));
        found.truncate(most);
        found
    }

    /// Whether the rule gives more than so many occurrences up to an instant.
    pub fn has_more_than(&self, most: usize, zones: &Zones, to: Timestamp) -> bool {
        let Some(rule) = self.recurrence.and_then(|recurrence| recurrence.rrule.parse::<Rule>().ok()) else {
            return false;
        };
        let Some(last) = zones.local(to, self.time_zone) else { return false };
        self.times(&rule, zones).within(last).nth(most).is_some()
    }

    /// The instant after which nothing of the series takes place, if it ends within a hundred years.
    pub fn over_at(&self, zones: &Zones) -> Option<Timestamp> {
        let recurrence = self.recurrence?;
        let rule: Rule = recurrence.rrule.parse().ok()?;
        let far = later(self.starts_at_local, 100 * 366);
        if rule.count.is_none() && until(&rule, zones, self.time_zone).is_none_or(|until| until > far) {
            return None;
        }
        let mut times = self.times(&rule, zones).within(far);
        let last = times.by_ref().last();
        if times.is_exhausted() || last.is_some_and(|last| last >= later(far, -366)) {
            return None;
        }
        // What is not the last by the rule is later only if it was added or moved.
        let changes = recurrence.overrides.iter().map(|change| change.recurrence_id);
        let ids = recurrence.additions.iter().copied().chain(changes).chain(last).chain([self.starts_at_local]);
        ids.filter_map(|id| {
            let (position, change) = change_of(recurrence, id);
            self.occurrence(zones, id, change, position)
        })
        .map(|it| it.ends_at)
        .max()
    }

    /// Whether an occurrence has such a name, as the rule and the additions give it.
    pub fn has(&self, zones: &Zones, id: DateTime) -> bool {
        match self.recurrence {
            None => id == self.starts_at_local,
            Some(recurrence) => self.ids(recurrence, zones, id, id).contains(&id),
        }
    }

    /// The rule as a sentence, such as `Every month on the first Tuesday`; nothing for a single event.
    pub fn sentence(&self, zones: &Zones, tongue: Tongue) -> Option<String> {
        let rule: Rule = self.recurrence?.rrule.parse().ok()?;
        Some(sentence(&rule, self.starts_at_local, until(&rule, zones, self.time_zone), tongue))
    }

    /// The names of occurrences from one local time to another, both included; those that overrides add or move are
    /// there wherever they are.
    fn ids(&self, recurrence: &Recurrence, zones: &Zones, first: DateTime, last: DateTime) -> BTreeSet<DateTime> {
        let mut ids = BTreeSet::new();
        if let Ok(rule) = recurrence.rrule.parse::<Rule>() {
            let until = until(&rule, zones, self.time_zone);
            // The start takes place whether or not the rule gives it, unless the rule was over before.
            if until.is_none_or(|until| self.starts_at_local <= until) {
                ids.insert(self.starts_at_local);
            }
            let times = self.times(&rule, zones).near(first).within(last);
            ids.extend(times.filter(|time| *time >= first));
        }
        ids.extend(recurrence.additions.iter().copied());
        ids.retain(|id| (first..=last).contains(id));
        ids.extend(recurrence.overrides.iter().map(|change| change.recurrence_id));
        for exception in &recurrence.exceptions {
            ids.remove(exception);
        }
        ids
    }

    fn times<'r>(&self, rule: &'r Rule, zones: &Zones) -> Expansion<'r> {
        Expansion::new(rule, self.starts_at_local, until(rule, zones, self.time_zone))
    }

    /// Days by which an occurrence may lie beside its name: its length, and what overrides move.
    fn reach(&self, recurrence: &Recurrence) -> i64 {
        let days = |from: DateTime, to: DateTime| from.duration_until(to).as_hours().abs() / 24 + 1;
        let length = self.ends_at_local.map_or(1, |end| days(self.starts_at_local, end));
        let moved = |change: &OccurrenceOverride| {
            let ends = [change.starts_at_local, change.ends_at_local];
            ends.into_iter().flatten().map(|end| days(change.recurrence_id, end)).max().unwrap_or(0)
        };
        recurrence.overrides.iter().map(moved).max().unwrap_or(0).max(length) + length
    }

    /// One occurrence with its instants; nothing where the calendar ends.
    fn occurrence(
        &self,
        zones: &Zones,
        id: DateTime,
        change: Option<&OccurrenceOverride>,
        position: Option<usize>,
    ) -> Option<Occurrence> {
        let shift = |from: DateTime, to: DateTime| from.duration_until(to);
        let (mut starts, mut length) = (id, self.ends_at_local.map(|end| shift(self.starts_at_local, end)));
        if let Some(change) = change {
            let changed = change.starts_at_local.unwrap_or(change.recurrence_id);
            starts = id.checked_add(shift(change.recurrence_id, changed)).ok()?;
            if let Some(end) = change.ends_at_local {
                length = Some(shift(changed, end));
            }
        }
        let ends = match length {
            Some(length) => Some(starts.checked_add(length).ok()?),
            None => None,
        };
        let starts_at = zones.instant_lenient(starts, self.time_zone).ok()?;
        let ends_at = match ends {
            Some(ends) => zones.instant_lenient(ends, self.time_zone).ok()?,
            None => starts_at,
        };
        Some(Occurrence {
            recurrence_id: id,
            starts_at_local: starts,
            ends_at_local: ends,
            starts_at,
            ends_at: ends_at.max(starts_at),
            status: change.and_then(|change| change.status),
            changed_by: position,
        })
    }
}

/// The override that holds for an occurrence: its own, or the last earlier one that holds for all that follow.
fn change_of(recurrence: &Recurrence, id: DateTime) -> (Option<usize>, Option<&OccurrenceOverride>) {
    let all = recurrence.overrides.iter().enumerate();
    let own = all.clone().rfind(|(_, change)| change.recurrence_id == id);
    let following = || {
        all.filter(|(_, change)| change.and_following && change.recurrence_id < id)
            .max_by_key(|(_, change)| change.recurrence_id)
    };
    own.or_else(following).map_or((None, None), |(position, change)| (Some(position), Some(change)))
}

/// Whether an occurrence takes place in a window: it starts before the end, and ends behind the start or starts in it.
fn overlaps(it: &Occurrence, from: Timestamp, to: Timestamp) -> bool {
    it.starts_at < to && (it.ends_at > from || it.starts_at >= from)
}

/// A time so many days later, or the last of the calendar.
fn later(at: DateTime, days: i64) -> DateTime {
    at.checked_add(jiff::SignedDuration::from_hours(24 * days)).unwrap_or(DateTime::MAX)
}

/// The last local time of a rule.
fn until(rule: &Rule, zones: &Zones, zone: &str) -> Option<DateTime> {
    match rule.until? {
        Until::Date(date) => Some(end_of(date)),
        Until::Local(local) => Some(local),
        Until::Utc(utc) => {
            let instant = jiff::tz::TimeZone::UTC.to_timestamp(utc).ok()?;
            zones.local(Timestamp::from(instant), zone).or(Some(utc))
        }
    }
}

fn end_of(date: Date) -> DateTime {
    date.at(23, 59, 59, 999_999_999)
}
