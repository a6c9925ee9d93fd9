//! From a rule to civil times, in order, with bounded work whatever the rule says. Ours, since the libraries loop over
//! every second of a hostile rule. Must not know zones, exceptions or overrides: see `series.rs`.

use std::collections::VecDeque;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::rule::{Frequency, Rule};

/// Periods that one expansion looks at before it gives up.
const STEPS: u32 = 500_000;

/// The times of a rule, from its start or from a later time on.
#[derive(Debug)]
pub struct Expansion<'a> {
    rule: &'a Rule,
    start: DateTime,
    until: Option<DateTime>,
    /// Periods since that of the start: in units of the frequency, a multiple of the interval.
    position: i64,
    ready: VecDeque<DateTime>,
    given: u32,
    steps: u32,
    is_over: bool,
}

impl<'a> Expansion<'a> {
    /// The times of a rule from its start on. `until` is the rule's own end, in the civil time of the series.
    pub fn new(rule: &'a Rule, start: DateTime, until: Option<DateTime>) -> Self {
        Self { rule, start, until, position: 0, ready: VecDeque::new(), given: 0, steps: 0, is_over: false }
    }

    /// Leaves out what lies well before a time, if the rule does not count; times shortly before may still come.
    pub fn near(mut self, from: DateTime) -> Self {
        if self.rule.count.is_none() && from > self.start {
            let unit = unit_of(self.rule.frequency, from, self.rule.week_start);
            let behind = unit - self.first_unit() - 1;
            let interval = i64::from(self.rule.interval);
            self.position = (behind.max(0) / interval) * interval;
        }
        self
    }

    /// Looks no further than a time.
    pub fn within(mut self, last: DateTime) -> Self {
        self.until = Some(self.until.map_or(last, |until| until.min(last)));
        self
    }

    /// Whether it stopped because it looked at too many periods, not because the rule ended.
    pub fn is_exhausted(&self) -> bool {
        self.steps >= STEPS
    }

    fn first_unit(&self) -> i64 {
        unit_of(self.rule.frequency, self.start, self.rule.week_start)
    }

    /// Fills `ready` with the times of the next period that has any, or ends.
    fn fill(&mut self) {
        while self.ready.is_empty() && !self.is_over {
            self.steps += 1;
            if self.steps >= STEPS {
                self.is_over = true;
                return;
            }
            let unit = self.first_unit() + self.position;
            let next = if self.rule.frequency >= Frequency::Daily { self.days(unit) } else { self.times(unit) };
            match next {
                Some(next) => self.advance(next - self.first_unit()),
                None => self.is_over = true,
            }
        }
    }

    /// Moves to the first multiple of the interval that is at or behind a position.
    fn advance(&mut self, to: i64) {
        let interval = i64::from(self.rule.interval);
        let to = to.max(self.position + 1);
        self.position = to.saturating_add(interval - 1).div_euclid(interval).saturating_mul(interval);
    }

    /// Takes a period of days or more; answers the unit to go on from, or nothing at the end of the calendar.
    fn days(&mut self, unit: i64) -> Option<i64> {
        let (first, last) = period(self.rule.frequency, unit, self.rule.week_start)?;
        if self.is_past(first.to_datetime(Time::midnight())) {
            return None;
        }
        let mut found: Vec<DateTime> = Vec::new();
        let clock = self.clock();
        // Positions in the first week count from the start on, as dateutil and those who learnt from it count them; RFC
        // 5545 does not say whether what lies before the start has a position.
        let is_cut = self.rule.frequency == Frequency::Weekly && !self.rule.by_set_pos.is_empty();
        let mut date = if is_cut { first.max(self.start.date()) } else { first };
        loop {
            if self.takes(date) {
                found.extend(clock.iter().map(|time| date.to_datetime(*time)));
            }
            if date >= last {
                break;
            }
            date = date.tomorrow().ok()?;
        }
        self.take(found);
        Some(unit + 1)
    }

    /// Takes an hour, a minute or a second; answers the unit to go on from.
    fn times(&mut self, unit: i64) -> Option<i64> {
        let size = match self.rule.frequency {
            Frequency::Hourly => 3_600,
            Frequency::Minutely => 60,
            _ => 1,
        };
        let at = datetime_of(unit * size)?;
        if self.is_past(at) {
            return None;
        }
        let from = |second: i64| second.div_euclid(size);
        let day = second_of(at.date().to_datetime(Time::midnight()));
        if !self.takes(at.date()) {
            return Some(from(day + 86_400));
        }
        let hour = day + i64::from(at.hour()) * 3_600;
        if let Some(wanted) = next_of(&self.rule.by_hour, at.hour()) {
            return Some(from(wanted.map_or(day + 86_400, |wanted| day + i64::from(wanted) * 3_600)));
        }
        if size < 3_600
            && let Some(wanted) = next_of(&self.rule.by_minute, at.minute())
        {
            return Some(from(wanted.map_or(hour + 3_600, |wanted| hour + i64::from(wanted) * 60)));
        }
        if size < 60
            && let Some(wanted) = next_of(&self.rule.by_second, at.second())
        {
            let minute = hour + i64::from(at.minute()) * 60;
            return Some(from(wanted.map_or(minute + 60, |wanted| minute + i64::from(wanted))));
        }
        let minutes = if size == 3_600 { or(&self.rule.by_minute, self.start.minute()) } else { vec![at.minute()] };
        let seconds = if size >= 60 { or(&self.rule.by_second, self.start.second()) } else { vec![at.second()] };
        let mut found = Vec::new();
        for minute in &minutes {
            for second in &seconds {
                found.extend(Time::new(at.hour(), *minute, *second, 0).ok().map(|time| at.date().to_datetime(time)));
            }
        }
        self.take(found);
        Some(unit + 1)
    }

    /// The times of day of a rule of days or more.
    fn clock(&self) -> Vec<Time> {
        let mut all = Vec::new();
        for hour in or(&self.rule.by_hour, self.start.hour()) {
            for minute in or(&self.rule.by_minute, self.start.minute()) {
                for second in or(&self.rule.by_second, self.start.second()) {
                    all.extend(Time::new(hour, minute, second, 0));
                }
            }
        }
        all
    }

    fn is_past(&self, from: DateTime) -> bool {
        self.until.is_some_and(|until| from > until)
    }

    /// Chooses positions from the times of a period, and keeps what lies within the rule.
    fn take(&mut self, found: Vec<DateTime>) {
        let length = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let is_chosen = |index: usize| {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            let holds = |position: &i16| {
                let position = i64::from(*position);
                position == index + 1 || position == index - length
            };
            self.rule.by_set_pos.is_empty() || self.rule.by_set_pos.iter().any(holds)
        };
        let chosen: Vec<DateTime> =
            found.into_iter().enumerate().filter(|(index, _)| is_chosen(*index)).map(|(_, time)| time).collect();
        for time in chosen.into_iter().filter(|time| *time >= self.start) {
            let is_enough = self.rule.count.is_some_and(|count| self.given >= count);
            if is_enough || self.is_past(time) {
                self.is_over = true;
                return;
            }
            self.given += 1;
            self.ready.push_back(time);
        }
    }

    /// Whether the parts that speak of days take a day.
    fn takes(&self, date: Date) -> bool {
        let rule = self.rule;
        if !rule.by_month.is_empty() && !rule.by_month.contains(&date.month()) {
            return false;
        }
        let is_plain = rule.by_day.is_empty()
            && rule.by_month_day.is_empty()
            && rule.by_year_day.is_empty()
            && rule.by_week_no.is_empty();
        if is_plain {
            return match rule.frequency {
                Frequency::Yearly if rule.by_month.is_empty() => {
                    date.month() == self.start.month() && date.day() == self.start.day()
                }
                Frequency::Yearly | Frequency::Monthly => date.day() == self.start.day(),
                Frequency::Weekly => date.weekday() == self.start.weekday(),
                _ => true,
            };
        }
        let from_end = |number: i16, length: i16| number - length - 1;
        let of_month = i16::from(date.day());
        let of_year = date.day_of_year();
        (rule.by_week_no.is_empty() || self.takes_week(date))
            && holds(&rule.by_month_day, of_month, from_end(of_month, i16::from(date.days_in_month())))
            && holds(&rule.by_year_day, of_year, from_end(of_year, date.days_in_year()))
            && (rule.by_day.is_empty()
                || rule.by_day.iter().any(|day| self.takes_weekday(date, day.weekday, day.ordinal)))
    }

    fn takes_weekday(&self, date: Date, weekday: Weekday, ordinal: Option<i16>) -> bool {
        if date.weekday() != weekday {
            return false;
        }
        let Some(ordinal) = ordinal else { return true };
        let is_of_year = self.rule.frequency == Frequency::Yearly && self.rule.by_month.is_empty();
        let (day, length) = if is_of_year {
            (date.day_of_year(), date.days_in_year())
        } else {
            (i16::from(date.day()), i16::from(date.days_in_month()))
        };
        if ordinal > 0 { (day - 1) / 7 + 1 == ordinal } else { (length - day) / 7 + 1 == -ordinal }
    }

    /// Whether the number of a day's week is taken: week 1 is the first with at least four days in its year.
    fn takes_week(&self, date: Date) -> bool {
        let into = i64::from(date.weekday().since(self.rule.week_start));
        // The fourth day of a week decides which year it belongs to.
        let Ok(fourth) = date.checked_add((3 - into).days()) else { return false };
        let number = (fourth.day_of_year() - 1) / 7 + 1;
        let weeks = number + (fourth.days_in_year() - fourth.day_of_year()) / 7;
        holds(&self.rule.by_week_no, number, number - weeks - 1)
    }
}

impl Iterator for Expansion<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        if self.ready.is_empty() {
            self.fill();
        }
        self.ready.pop_front()
    }
}

/// Whether a list takes a number, counted from the start or from the end; an empty list takes all.
fn holds(list: &[i16], number: i16, from_end: i16) -> bool {
    list.is_empty() || list.contains(&number) || list.contains(&from_end)
}

fn or(list: &[i8], usual: i8) -> Vec<i8> {
    if list.is_empty() { vec![usual] } else { list.to_vec() }
}

/// Nothing if a list takes a number; otherwise the next number that it takes, if there is one.
fn next_of(list: &[i8], number: i8) -> Option<Option<i8>> {
    if list.is_empty() || list.contains(&number) {
        return None;
    }
    Some(list.iter().copied().find(|wanted| *wanted > number))
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn day_number(date: Date) -> i64 {
    i64::from(date.since(EPOCH).map_or(0, |span| span.get_days()))
}

fn second_of(at: DateTime) -> i64 {
    day_number(at.date()) * 86_400 + i64::from(at.hour()) * 3_600 + i64::from(at.minute()) * 60 + i64::from(at.second())
}

fn datetime_of(second: i64) -> Option<DateTime> {
    EPOCH.to_datetime(Time::midnight()).checked_add(jiff::SignedDuration::from_secs(second)).ok()
}

/// The number of the period that a time lies in.
fn unit_of(frequency: Frequency, at: DateTime, week_start: Weekday) -> i64 {
    let month = || i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
    match frequency {
        Frequency::Yearly => i64::from(at.year()),
        Frequency::Monthly => month(),
        Frequency::Weekly => (day_number(at.date()) - first_week(week_start)).div_euclid(7),
        Frequency::Daily => day_number(at.date()),
        Frequency::Hourly => second_of(at).div_euclid(3_600),
        Frequency::Minutely => second_of(at).div_euclid(60),
        Frequency::Secondly => second_of(at),
    }
}

/// The number of the day with which the week of the epoch, a Thursday, starts.
fn first_week(week_start: Weekday) -> i64 {
    -i64::from(Weekday::Thursday.since(week_start))
}

/// The first and the last day of a period of days or more, if the calendar has them.
fn period(frequency: Frequency, unit: i64, week_start: Weekday) -> Option<(Date, Date)> {
    let day = |number: i64| EPOCH.checked_add(i32::try_from(number).ok()?.days()).ok();
    match frequency {
        Frequency::Yearly => {
            let year = i16::try_from(unit).ok()?;
            Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
        }
        Frequency::Monthly => {
            let (year, month) = (i16::try_from(unit.div_euclid(12)).ok()?, i8::try_from(unit.rem_euclid(12) + 1).ok()?);
            let first = Date::new(year, month, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        Frequency::Weekly => {
            let first = first_week(week_start) + unit * 7;
            Some((day(first)?, day(first + 6)?))
        }
        _ => day(unit).map(|date| (date, date)),
    }
}
