//! What a rule says, taken apart in an order that every language can follow: how often, on which days, at which times,
//! what narrows it, and its end. It decides what is said, the languages decide how. Must not know a language.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::numbers::{DATES, Item, length, month_days, numbered, ordered, rare, sorted, spans, weekdays};
use crate::domain::recurrence::rule::{Day, Frequency, Rule};

/// Times of day that are said one by one.
const TIMES: usize = 12;

/// In what the days of a rule are counted.
#[derive(Debug)]
pub(super) enum Scope {
    /// In the period of the rule, which is said already.
    Period,
    /// In every month.
    EveryMonth,
    /// In some months.
    Months(Vec<i8>),
    /// In the year.
    Year,
}

/// The days that a period gives.
#[derive(Debug)]
pub(super) enum Days {
    /// Weekdays of a week.
    Week(Vec<Weekday>),
    /// Dates of the year: month and day.
    Dates(Vec<Item<(i8, i16)>>),
    /// Days of months, by number.
    Month(Vec<Item<i16>>, Scope),
    /// Each of some weekdays, or those with a number.
    Weekdays(Vec<Item<Day>>, Scope),
    /// By position among all days that are one of some weekdays.
    Chosen(Vec<Item<i16>>, Vec<Weekday>, Scope),
    /// Days of the year, by number.
    Year(Vec<Item<i16>>),
    /// All days of some weeks, or some weekdays.
    Weeks(Vec<Item<i16>>, Vec<Weekday>),
}

/// What narrows a rule.
#[derive(Debug)]
pub(super) enum Only {
    /// In these months.
    Months(Vec<i8>),
    /// On these days of the month.
    MonthDays(Vec<i16>),
    /// On these weekdays.
    Week(Vec<Weekday>),
    /// On days that are these as well, counted in the month or in the year.
    If(Vec<Day>, Scope),
    /// On these days of the year.
    YearDays(Vec<i16>),
    /// In these weeks of the year.
    Weeks(Vec<i16>),
    /// From the start of one hour to the end of another.
    Hours(Vec<(i8, i8)>),
    /// In these minutes of the hour.
    Minutes(Vec<i8>),
    /// In these seconds of the minute.
    Seconds(Vec<i8>),
}

/// The times that a day or an hour gives.
#[derive(Debug)]
pub(super) enum Clock {
    /// These.
    Times(Vec<Time>),
    /// Each of these seconds of each of these minutes of each of these hours; empty is not said.
    Each { hours: Vec<i8>, minutes: Vec<i8>, seconds: Vec<i8> },
}

/// How a rule ends.
#[derive(Debug)]
pub(super) enum End {
    /// After so many times.
    Count(u32),
    /// With this day.
    Date(Date),
    /// At this time.
    Moment(DateTime),
}

/// A rule taken apart.
#[derive(Debug)]
pub(super) struct Plan {
    pub frequency: Frequency,
    pub interval: u32,
    pub days: Option<Days>,
    pub clock: Option<Clock>,
    pub only: Vec<Only>,
    /// Positions in what a period gives, of all that is said before.
    pub positions: Vec<i16>,
    /// The first day of weeks, where it makes a difference.
    pub week_start: Option<Weekday>,
    pub end: Option<End>,
}

impl Plan {
    /// Takes a rule apart. What it leaves open is that of its start.
    pub(super) fn of(rule: &Rule, start: DateTime, until: Option<DateTime>) -> Self {
        let mut plan = Self {
            frequency: rule.frequency,
            interval: rule.interval,
            days: None,
            clock: clock(rule, start),
            only: Vec::new(),
            positions: ordered(&rule.by_set_pos),
            week_start: week_start(rule, start),
            end: end(rule, start, until),
        };
        match rule.frequency {
            Frequency::Yearly => plan.year(rule, start),
            Frequency::Monthly => plan.month(rule, start),
            Frequency::Weekly => plan.week(rule, start),
            // Every day that is a Monday is every week's Monday.
            Frequency::Daily
                if rule.interval == 1
                    && !rule.by_day.is_empty()
                    && rule.by_month_day.is_empty()
                    && rule.by_set_pos.is_empty() =>
            {
                plan.frequency = Frequency::Weekly;
                plan.week(rule, start);
            }
            _ => plan.narrow(rule),
        }
        plan
    }

    fn week(&mut self, rule: &Rule, start: DateTime) {
        let weekdays = weekdays(&rule.by_day);
        self.days = Some(Days::Week(if weekdays.is_empty() { vec![start.weekday()] } else { weekdays }));
        self.only_months(rule);
    }

    fn month(&mut self, rule: &Rule, start: DateTime) {
        let days = ordered(&rule.by_month_day);
        self.days = Some(if !days.is_empty() {
            self.only_if(rule, Scope::EveryMonth);
            Days::Month(month_days(&days, &rule.by_month), Scope::Period)
        } else if !rule.by_day.is_empty() {
            self.chosen(rule, Scope::Period).unwrap_or_else(|| Days::Weekdays(numbered(&rule.by_day, 4), Scope::Period))
        } else {
            Days::Month(month_days(&[i16::from(start.day())], &rule.by_month), Scope::Period)
        });
        self.only_months(rule);
    }

    fn year(&mut self, rule: &Rule, start: DateTime) {
        let of_month = !rule.by_month.is_empty();
        let within = if of_month { Scope::EveryMonth } else { Scope::Year };
        let is_plain = rule.by_day.is_empty() && rule.by_year_day.is_empty() && rule.by_week_no.is_empty();
        if !rule.by_month_day.is_empty() {
            self.days = Some(dates(&ordered(&rule.by_month_day), &rule.by_month));
            if !rule.by_year_day.is_empty() {
                self.only.push(Only::YearDays(ordered(&rule.by_year_day)));
            }
            if !rule.by_week_no.is_empty() {
                self.only.push(Only::Weeks(ordered(&rule.by_week_no)));
            }
            self.only_if(rule, within);
        } else if is_plain {
            let months = if of_month { rule.by_month.clone() } else { vec![start.month()] };
            self.days = Some(dates(&[i16::from(start.day())], &months));
        } else if !rule.by_year_day.is_empty() {
            self.days = Some(Days::Year(rare(&ordered(&rule.by_year_day), 365)));
            if !rule.by_week_no.is_empty() {
                self.only.push(Only::Weeks(ordered(&rule.by_week_no)));
            }
            self.only_if(rule, within);
            self.only_months(rule);
        } else if !rule.by_week_no.is_empty() {
            self.days = Some(Days::Weeks(rare(&ordered(&rule.by_week_no), 52), weekdays(&rule.by_day)));
            self.only_months(rule);
        } else {
            let has_numbers = rule.by_day.iter().any(|day| day.ordinal.is_some());
            let scope = match (of_month, has_numbers) {
                (true, _) => months_of(&rule.by_month),
                (false, true) => Scope::Year,
                (false, false) => Scope::Period,
            };
            // Positions are counted in the year: with one month they are those in the month.
            let chosen = match rule.by_month.as_slice() {
                [] => self.chosen(rule, Scope::Year),
                [month] => self.chosen(rule, Scope::Months(vec![*month])),
                _ => None,
            };
            let most = if of_month { 4 } else { 52 };
            self.days = Some(chosen.unwrap_or_else(|| Days::Weekdays(numbered(&rule.by_day, most), scope)));
        }
    }

    /// The days of a rule that chooses by position among weekdays, if it chooses nothing else.
    fn chosen(&mut self, rule: &Rule, scope: Scope) -> Option<Days> {
        let has_numbers = rule.by_day.iter().any(|day| day.ordinal.is_some());
        if self.positions.is_empty() || has_numbers || times(rule, Time::midnight()).len() > 1 {
            return None;
        }
        let weekdays = weekdays(&rule.by_day);
        let positions = std::mem::take(&mut self.positions);
        let most = if matches!(scope, Scope::Year) { 52 } else { 4 };
        if let [weekday] = weekdays.as_slice() {
            let day = |position: &i16| Day { ordinal: Some(*position), weekday: *weekday };
            let days: Vec<Day> = positions.iter().map(day).collect();
            return Some(Days::Weekdays(numbered(&days, most), scope));
        }
        let most = i16::try_from(weekdays.len()).unwrap_or(7) * most;
        Some(Days::Chosen(rare(&positions, most), weekdays, scope))
    }

    /// All that narrows a rule of days or less.
    fn narrow(&mut self, rule: &Rule) {
        self.only_months(rule);
        if !rule.by_year_day.is_empty() {
            self.only.push(Only::YearDays(ordered(&rule.by_year_day)));
        }
        if !rule.by_month_day.is_empty() {
            self.only.push(Only::MonthDays(ordered(&rule.by_month_day)));
        }
        if !rule.by_day.is_empty() {
            self.only.push(Only::Week(weekdays(&rule.by_day)));
        }
        if rule.frequency >= Frequency::Daily {
            return;
        }
        if !rule.by_hour.is_empty() {
            self.only.push(Only::Hours(spans(&rule.by_hour)));
        }
        if rule.frequency < Frequency::Hourly && !rule.by_minute.is_empty() {
            self.only.push(Only::Minutes(rule.by_minute.clone()));
        }
        if rule.frequency == Frequency::Secondly && !rule.by_second.is_empty() {
            self.only.push(Only::Seconds(rule.by_second.clone()));
        }
    }

    fn only_months(&mut self, rule: &Rule) {
        if !rule.by_month.is_empty() && rule.by_month.len() < 12 {
            self.only.push(Only::Months(rule.by_month.clone()));
        }
    }

    fn only_if(&mut self, rule: &Rule, scope: Scope) {
        if !rule.by_day.is_empty() {
            self.only.push(Only::If(sorted(&rule.by_day), scope));
        }
    }
}

/// The times of day of a rule of days or more.
fn times(rule: &Rule, start: Time) -> Vec<Time> {
    let or = |list: &[i8], usual: i8| if list.is_empty() { vec![usual] } else { list.to_vec() };
    let mut all = Vec::new();
    for hour in or(&rule.by_hour, start.hour()) {
        for minute in or(&rule.by_minute, start.minute()) {
            for second in or(&rule.by_second, start.second()) {
                all.extend(Time::new(hour, minute, second, 0));
            }
        }
    }
    all
}

fn clock(rule: &Rule, start: DateTime) -> Option<Clock> {
    let or = |list: &[i8], usual: i8| if list.is_empty() { vec![usual] } else { list.to_vec() };
    let (has_hours, has_minutes, has_seconds) =
        (!rule.by_hour.is_empty(), !rule.by_minute.is_empty(), !rule.by_second.is_empty());
    let minutes = || or(&rule.by_minute, start.minute());
    let seconds = || or(&rule.by_second, start.second());
    match rule.frequency {
        Frequency::Secondly => None,
        Frequency::Minutely => {
            has_seconds.then(|| Clock::Each { hours: Vec::new(), minutes: Vec::new(), seconds: seconds() })
        }
        Frequency::Hourly => (has_minutes || has_seconds).then(|| Clock::Each {
            hours: Vec::new(),
            minutes: minutes(),
            seconds: said(seconds()),
        }),
        _ if !(has_hours || has_minutes || has_seconds) => None,
        _ => {
            let times = times(rule, start.time());
            if (1..=TIMES).contains(&times.len()) {
                return Some(Clock::Times(times));
            }
            Some(Clock::Each { hours: or(&rule.by_hour, start.hour()), minutes: minutes(), seconds: said(seconds()) })
        }
    }
}

/// Seconds as they are said beside minutes: nothing of the full minute.
fn said(seconds: Vec<i8>) -> Vec<i8> {
    if seconds == [0] { Vec::new() } else { seconds }
}

fn end(rule: &Rule, start: DateTime, until: Option<DateTime>) -> Option<End> {
    if let Some(count) = rule.count {
        return Some(End::Count(count));
    }
    let until = until?;
    let (first, last) = if rule.frequency >= Frequency::Daily {
        let times = times(rule, start.time());
        (times.iter().min().copied()?, times.iter().max().copied()?)
    } else {
        (Time::midnight(), Time::constant(23, 59, 59, 0))
    };
    Some(if until.time() >= last {
        End::Date(until.date())
    } else if until.time() < first {
        // The day on which it ends gives nothing any more.
        until.date().yesterday().map_or(End::Moment(until), End::Date)
    } else {
        End::Moment(until)
    })
}

/// The first day of weeks, where another one would give other days.
fn week_start(rule: &Rule, start: DateTime) -> Option<Weekday> {
    let mut days = weekdays(&rule.by_day);
    let counts = rule.frequency == Frequency::Weekly && (rule.interval > 1 || !rule.by_set_pos.is_empty());
    if counts {
        days.push(start.weekday());
    }
    let is_split = days.iter().any(|day| days.first() != Some(day));
    let is_told = rule.week_start != Weekday::Monday;
    let is_of_week = counts && is_split && (is_told || days.contains(&Weekday::Sunday));
    let is_of_year = is_told && !rule.by_week_no.is_empty();
    (is_of_week || is_of_year).then_some(rule.week_start)
}

/// Days of some months, or of all.
fn dates(days: &[i16], months: &[i8]) -> Days {
    let is_short = !months.is_empty() && days.len() * months.len() <= DATES;
    if !is_short || days.iter().any(|day| *day < 0) {
        return Days::Month(month_days(days, months), months_of(months));
    }
    let of_month = |month: &i8| {
        let month = *month;
        days.iter().map(move |day| Item { it: (month, *day), is_rare: *day > length(month) })
    };
    Days::Dates(months.iter().flat_map(of_month).collect())
}

fn months_of(months: &[i8]) -> Scope {
    if months.is_empty() || months.len() == 12 { Scope::EveryMonth } else { Scope::Months(months.to_vec()) }
}
