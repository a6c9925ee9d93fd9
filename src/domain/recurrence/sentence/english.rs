//! Rules in English, as written in Canada. Must not decide what is said: see `plan.rs`.

use jiff::civil::{Date, Time, Weekday};

use super::join_map;
use super::numbers::{Item, number_span, week_span};
use super::plan::{Clock, Days, End, Only, Plan, Scope};
use crate::domain::recurrence::rule::{Day, Frequency};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const IF_ANY: &str = " (if there is one)";

/// The sentence, without a full stop.
pub(super) fn sentence(plan: &Plan) -> String {
    let mut text = match plan.interval {
        1 => format!("Every {}", period(plan.frequency)),
        interval => format!("Every {interval} {}s", period(plan.frequency)),
    };
    if let Some(days) = &plan.days {
        text.push_str(&format!(" {}", say_days(days)));
    }
    if let Some(clock) = &plan.clock {
        text.push_str(&format!(" {}", say_clock(clock)));
    }
    let mut rest: Vec<String> = plan.only.iter().map(|only| format!("only {}", say_only(only))).collect();
    if !plan.positions.is_empty() {
        let positions = join_map(&plan.positions, "and", |position| format!("the {}", ordinal(*position)));
        rest.push(format!("counting only {positions} occurrence of each {}", period(plan.frequency)));
    }
    rest.extend(plan.week_start.map(|weekday| format!("with weeks that start on {}", name(weekday))));
    for part in &rest {
        text.push_str(&format!(", {part}"));
    }
    let comma = if rest.is_empty() { "" } else { "," };
    match &plan.end {
        None => {}
        Some(End::Count(1)) => text.push_str(", once"),
        Some(End::Count(count)) => text.push_str(&format!(", {count} times")),
        Some(End::Date(date)) => text.push_str(&format!("{comma} until {}", say_date(*date))),
        Some(End::Moment(at)) => {
            text.push_str(&format!("{comma} until {} at {}", say_date(at.date()), say_time(at.time())));
        }
    }
    text
}

fn period(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Secondly => "second",
        Frequency::Minutely => "minute",
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
    }
}

fn say_days(days: &Days) -> String {
    match days {
        Days::Week(weekdays) => say_week(weekdays),
        Days::Dates(dates) => {
            let say =
                |Item { it: (of, day), is_rare }: &Item<(i8, i16)>| format!("{} {day}{}", month(*of), if_any(*is_rare));
            format!("on {}", join_map(dates, "and", say))
        }
        Days::Month(items, scope) => match number_span(items) {
            Some((first, last)) => format!("from the {} to the {}{}", nth(first), nth(last), say_scope(scope)),
            None => format!("on {}{}", join_map(items, "and", say_month_day), say_scope(scope)),
        },
        Days::Weekdays(items, scope) => format!("on {}{}", say_weekdays(items), say_scope(scope)),
        Days::Chosen(items, weekdays, scope) => {
            let positions = join_map(items, "and", |item| format!("the {}", ordinal(item.it)));
            let is_rare = items.iter().any(|item| item.is_rare);
            format!("on {positions} {}{}{}", day_among(weekdays), say_scope(scope), if_any(is_rare))
        }
        Days::Year(items) => {
            let say = |item: &Item<i16>| format!("the {} day{}", ordinal(item.it), if_any(item.is_rare));
            format!("on {} of the year", join_map(items, "and", say))
        }
        Days::Weeks(items, weekdays) => {
            let days = if weekdays.is_empty() { "on every day".to_string() } else { say_week(weekdays) };
            let say = |item: &Item<i16>| format!("{}{}", week(item.it), if_any(item.is_rare));
            format!("{days} of {} of the year", join_map(items, "and", say))
        }
    }
}

fn say_week(weekdays: &[Weekday]) -> String {
    if weekdays.len() == 7 {
        return "on all seven days".to_string();
    }
    match week_span(weekdays) {
        Some((first, last)) => format!("from {} to {}", name(first), name(last)),
        None => format!("on {}", join_map(weekdays, "and", |weekday| name(*weekday).to_string())),
    }
}

fn say_month_day(item: &Item<i16>) -> String {
    let what = if item.it > 0 { nth(item.it) } else { format!("{} day", ordinal(item.it)) };
    format!("the {what}{}", if_any(item.is_rare))
}

/// Weekdays with their numbers; the weekday once where it is the same.
fn say_weekdays(items: &[Item<Day>]) -> String {
    let numbers: Vec<i16> = items.iter().filter(|item| !item.is_rare).filter_map(|item| item.it.ordinal).collect();
    if let Some(first) = items.first()
        && numbers.len() == items.len()
        && items.iter().all(|item| item.it.weekday == first.it.weekday)
    {
        let numbers = join_map(&numbers, "and", |number| format!("the {}", ordinal(*number)));
        return format!("{numbers} {}", name(first.it.weekday));
    }
    join_map(items, "and", |item| match item.it.ordinal {
        None => format!("every {}", name(item.it.weekday)),
        Some(number) => format!("the {} {}{}", ordinal(number), name(item.it.weekday), if_any(item.is_rare)),
    })
}

/// A day that is one of some weekdays.
fn day_among(weekdays: &[Weekday]) -> String {
    match weekdays {
        [_, _, _, _, _, _, _] => "day".to_string(),
        [Weekday::Monday, .., Weekday::Friday] if weekdays.len() == 5 => "weekday (Monday to Friday)".to_string(),
        [Weekday::Saturday, Weekday::Sunday] => "weekend day (Saturday or Sunday)".to_string(),
        _ => format!("day that is {}", join_map(weekdays, "or", |weekday| format!("a {}", name(*weekday)))),
    }
}

fn say_scope(scope: &Scope) -> String {
    match scope {
        Scope::Period => String::new(),
        Scope::EveryMonth => " of every month".to_string(),
        Scope::Months(months) => format!(" of {}", say_months(months)),
        Scope::Year => " of the year".to_string(),
    }
}

fn say_clock(clock: &Clock) -> String {
    match clock {
        Clock::Times(times) => format!("at {}", join_map(times, "and", |time| say_time(*time))),
        Clock::Each { hours, minutes, seconds } => {
            let units = [("second", seconds), ("minute", minutes), ("hour", hours)];
            let said = units.iter().filter(|(_, numbers)| !numbers.is_empty());
            let said: Vec<String> = said.map(|(unit, numbers)| unit_numbers(unit, numbers)).collect();
            format!("at {}", said.join(" of "))
        }
    }
}

fn say_only(only: &Only) -> String {
    match only {
        Only::Months(months) => format!("in {}", say_months(months)),
        Only::MonthDays(days) => {
            let items: Vec<Item<i16>> = days.iter().map(|day| Item { it: *day, is_rare: false }).collect();
            match number_span(&items) {
                Some((first, last)) => format!("from the {} to the {} of the month", nth(first), nth(last)),
                None => format!("on {} of the month", join_map(&items, "and", say_month_day)),
            }
        }
        Only::Week(weekdays) => say_week(weekdays),
        Only::If(days, scope) => {
            let of = if matches!(scope, Scope::Year) { "year" } else { "month" };
            let say = |day: &Day| match day.ordinal {
                None => format!("a {}", name(day.weekday)),
                Some(number) => format!("the {} {} of the {of}", ordinal(number), name(day.weekday)),
            };
            format!("if it is {}", join_map(days, "or", say))
        }
        Only::YearDays(days) => {
            format!("on {} day of the year", join_map(days, "and", |day| format!("the {}", ordinal(*day))))
        }
        Only::Weeks(weeks) => format!("in {} of the year", join_map(weeks, "and", |number| week(*number))),
        Only::Hours(spans) => join_map(spans, "and", |(first, last)| format!("from {first}:00 to {last}:59")),
        Only::Minutes(minutes) => format!("in {}", unit_numbers("minute", minutes)),
        Only::Seconds(seconds) => format!("in {}", unit_numbers("second", seconds)),
    }
}

fn unit_numbers(unit: &str, numbers: &[i8]) -> String {
    let plural = if numbers.len() == 1 { "" } else { "s" };
    format!("{unit}{plural} {}", join_map(numbers, "and", i8::to_string))
}

fn say_months(months: &[i8]) -> String {
    join_map(months, "and", |number| month(*number).to_string())
}

fn week(number: i16) -> String {
    if number > 0 { format!("week {number}") } else { format!("the {} week", ordinal(number)) }
}

fn if_any(is_rare: bool) -> &'static str {
    if is_rare { IF_ANY } else { "" }
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn month(number: i8) -> &'static str {
    usize::try_from(number - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// A number in order: in words up to five, and from the end.
fn ordinal(number: i16) -> String {
    let word = |size: i16| match size {
        1 => "first".to_string(),
        2 => "second".to_string(),
        3 => "third".to_string(),
        4 => "fourth".to_string(),
        5 => "fifth".to_string(),
        _ => nth(size),
    };
    match number {
        -1 => "last".to_string(),
        ..0 => format!("{}-to-last", word(-number)),
        _ => word(number),
    }
}

/// A number in order, in digits.
fn nth(number: i16) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn say_date(date: Date) -> String {
    format!("{} {}, {}", month(date.month()), date.day(), date.year())
}

fn say_time(time: Time) -> String {
    let seconds = if time.second() == 0 { String::new() } else { format!(":{:02}", time.second()) };
    format!("{}:{:02}{seconds}", time.hour(), time.minute())
}
