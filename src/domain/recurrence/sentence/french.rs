//! Rules in French, as written in Canada. Must not decide what is said: see `plan.rs`.

use jiff::civil::{Date, Time, Weekday};

use super::join_map;
use super::numbers::{Item, number_span, week_span};
use super::plan::{Clock, Days, End, Only, Plan, Scope};
use crate::domain::recurrence::rule::{Day, Frequency};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const FROM_END: &str = " à partir de la fin";
/// Between a number and its unit.
const NO_BREAK: char = '\u{a0}';

#[derive(Clone, Copy)]
enum Gender {
    Masculine,
    Feminine,
}
use Gender::{Feminine, Masculine};

/// The sentence, without a full stop.
pub(super) fn sentence(plan: &Plan) -> String {
    let (unit, gender) = period(plan.frequency);
    let every = match gender {
        Masculine => "Tous les",
        Feminine => "Toutes les",
    };
    let plural = if unit.ends_with('s') { "" } else { "s" };
    let mut parts = vec![match plan.interval {
        1 => format!("{every} {unit}{plural}"),
        interval => format!("{every} {interval} {unit}{plural}"),
    }];
    parts.extend(plan.days.as_ref().map(say_days));
    parts.extend(plan.clock.as_ref().map(say_clock));
    parts.extend(plan.only.iter().map(|only| format!("seulement {}", say_only(only))));
    if !plan.positions.is_empty() {
        let positions = group(&plan.positions, "occurrence", Feminine);
        let unit = if plan.frequency == Frequency::Yearly { "année" } else { unit };
        parts.push(format!("en ne comptant que {positions} de chaque {unit}"));
    }
    parts.extend(plan.week_start.map(|weekday| format!("les semaines commençant le {}", name(weekday))));
    parts.extend(plan.end.as_ref().map(|end| match end {
        End::Count(1) => "une seule fois".to_string(),
        End::Count(count) => format!("{count} fois"),
        End::Date(date) => format!("jusqu’au {}", say_date(*date)),
        End::Moment(at) => format!("jusqu’au {} à {}", say_date(at.date()), say_time(at.time())),
    }));
    parts.join(", ")
}

fn period(frequency: Frequency) -> (&'static str, Gender) {
    match frequency {
        Frequency::Secondly => ("seconde", Feminine),
        Frequency::Minutely => ("minute", Feminine),
        Frequency::Hourly => ("heure", Feminine),
        Frequency::Daily => ("jour", Masculine),
        Frequency::Weekly => ("semaine", Feminine),
        Frequency::Monthly => ("mois", Masculine),
        Frequency::Yearly => ("an", Masculine),
    }
}

fn say_days(days: &Days) -> String {
    match days {
        Days::Week(weekdays) => say_week(weekdays),
        Days::Dates(dates) => join_map(dates, "et", |Item { it: (of, day), is_rare }| {
            format!("le {} {}{}", number(*day), month(*of), if_any(*is_rare, Masculine))
        }),
        Days::Month(items, scope) => {
            let of = if items.iter().any(|item| item.it < 0) { say_scope(scope) } else { say_scope_of_dates(scope) };
            match number_span(items) {
                Some((first, last)) => format!("du {} au {}{of}", number(first), number(last)),
                None => format!("{}{of}", join_map(items, "et", say_month_day)),
            }
        }
        Days::Weekdays(items, scope) => format!("{}{}", say_weekdays(items), say_scope(scope)),
        Days::Chosen(items, weekdays, scope) => {
            let positions: Vec<i16> = items.iter().map(|item| item.it).collect();
            let is_rare = items.iter().any(|item| item.is_rare);
            let days = group(&positions, &day_among(weekdays), Masculine);
            format!("{days}{}{}", say_scope(scope), if_any(is_rare, Masculine))
        }
        Days::Year(items) => {
            let say =
                |item: &Item<i16>| format!("{}{}", nth(item.it, "jour", Masculine), if_any(item.is_rare, Masculine));
            format!("{} de l’année", join_map(items, "et", say))
        }
        Days::Weeks(items, weekdays) => {
            let days = if weekdays.is_empty() { "tous les jours".to_string() } else { say_week(weekdays) };
            let say = |item: &Item<i16>| format!("de {}{}", week(item.it), if_any(item.is_rare, Feminine));
            format!("{days} {} de l’année", join_map(items, "et", say))
        }
    }
}

fn say_week(weekdays: &[Weekday]) -> String {
    if weekdays.len() == 7 {
        return "les sept jours".to_string();
    }
    match week_span(weekdays) {
        Some((first, last)) => format!("du {} au {}", name(first), name(last)),
        None => join_map(weekdays, "et", |weekday| format!("le {}", name(*weekday))),
    }
}

fn say_month_day(item: &Item<i16>) -> String {
    let what = if item.it > 0 { format!("le {}", number(item.it)) } else { nth(item.it, "jour", Masculine) };
    format!("{what}{}", if_any(item.is_rare, Masculine))
}

/// Weekdays with their numbers; the weekday once where it is the same.
fn say_weekdays(items: &[Item<Day>]) -> String {
    let numbers: Vec<i16> = items.iter().filter(|item| !item.is_rare).filter_map(|item| item.it.ordinal).collect();
    if let Some(first) = items.first()
        && numbers.len() == items.len()
        && items.iter().all(|item| item.it.weekday == first.it.weekday)
    {
        return group(&numbers, name(first.it.weekday), Masculine);
    }
    join_map(items, "et", |item| match item.it.ordinal {
        None => format!("chaque {}", name(item.it.weekday)),
        Some(number) => {
            format!("{}{}", nth(number, name(item.it.weekday), Masculine), if_any(item.is_rare, Masculine))
        }
    })
}

/// A day that is one of some weekdays.
fn day_among(weekdays: &[Weekday]) -> String {
    match weekdays {
        [_, _, _, _, _, _, _] => "jour".to_string(),
        [Weekday::Monday, .., Weekday::Friday] if weekdays.len() == 5 => {
            "jour de semaine (du lundi au vendredi)".to_string()
        }
        [Weekday::Saturday, Weekday::Sunday] => "jour de fin de semaine (samedi ou dimanche)".to_string(),
        _ => format!("jour qui est {}", join_map(weekdays, "ou", |weekday| format!("un {}", name(*weekday)))),
    }
}

fn say_scope(scope: &Scope) -> String {
    match scope {
        Scope::Period => String::new(),
        Scope::EveryMonth => " de chaque mois".to_string(),
        Scope::Months(months) => format!(" {}", join_map(months, "et", |month| of_month(*month))),
        Scope::Year => " de l’année".to_string(),
    }
}

/// Behind numbers alone a month has no preposition.
fn say_scope_of_dates(scope: &Scope) -> String {
    match scope {
        Scope::Months(months) => match months.as_slice() {
            [one] => format!(" {}", month(*one)),
            _ => format!(" des mois{}", say_scope(scope)),
        },
        _ => say_scope(scope),
    }
}

fn say_clock(clock: &Clock) -> String {
    match clock {
        Clock::Times(times) => join_map(times, "et", |time| format!("à {}", say_time(*time))),
        Clock::Each { hours, minutes, seconds } => {
            let units = [("seconde", seconds), ("minute", minutes), ("heure", hours)];
            let said: Vec<(&str, &Vec<i8>)> = units.into_iter().filter(|(_, numbers)| !numbers.is_empty()).collect();
            let say = |(index, (unit, numbers)): (usize, &(&str, &Vec<i8>))| unit_numbers(unit, numbers, index > 0);
            said.iter().enumerate().map(say).collect::<Vec<_>>().join(" ")
        }
    }
}

fn say_only(only: &Only) -> String {
    match only {
        Only::Months(months) => join_map(months, "et", |number| format!("en {}", month(*number))),
        Only::MonthDays(days) => {
            let items: Vec<Item<i16>> = days.iter().map(|day| Item { it: *day, is_rare: false }).collect();
            match number_span(&items) {
                Some((first, last)) => format!("du {} au {} du mois", number(first), number(last)),
                None => format!("{} du mois", join_map(&items, "et", say_month_day)),
            }
        }
        Only::Week(weekdays) => say_week(weekdays),
        Only::If(days, scope) => {
            let of = if matches!(scope, Scope::Year) { "de l’année" } else { "du mois" };
            let say = |day: &Day| match day.ordinal {
                None => format!("un {}", name(day.weekday)),
                Some(number) => format!("{} {of}", nth(number, name(day.weekday), Masculine)),
            };
            format!("si c’est {}", join_map(days, "ou", say))
        }
        Only::YearDays(days) => format!("{} de l’année", group(days, "jour", Masculine)),
        Only::Weeks(weeks) => format!("pendant {} de l’année", join_map(weeks, "et", |number| week(*number))),
        Only::Hours(spans) => {
            let at = |hour: i8, minute: i8| Time::new(hour, minute, 0, 0).map(say_time).unwrap_or_default();
            join_map(spans, "et", |(first, last)| format!("de {} à {}", at(*first, 0), at(*last, 59)))
        }
        Only::Minutes(minutes) => unit_numbers("minute", minutes, false),
        Only::Seconds(seconds) => unit_numbers("seconde", seconds, false),
    }
}

/// Minutes by number: at them, or of them.
fn unit_numbers(unit: &str, numbers: &[i8], is_of: bool) -> String {
    let list = join_map(numbers, "et", i8::to_string);
    let is_elided = unit.starts_with('h');
    match (numbers.len(), is_of) {
        (1, false) => format!("à {}{unit} {list}", if is_elided { "l’" } else { "la " }),
        (1, true) => format!("de {}{unit} {list}", if is_elided { "l’" } else { "la " }),
        (_, false) => format!("aux {unit}s {list}"),
        (_, true) => format!("des {unit}s {list}"),
    }
}

fn week(number: i16) -> String {
    if number > 0 { format!("la semaine {number}") } else { nth(number, "semaine", Feminine) }
}

fn if_any(is_rare: bool, gender: Gender) -> &'static str {
    match (is_rare, gender) {
        (false, _) => "",
        (true, Masculine) => " (s’il y en a un)",
        (true, Feminine) => " (s’il y en a une)",
    }
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "lundi",
        Weekday::Tuesday => "mardi",
        Weekday::Wednesday => "mercredi",
        Weekday::Thursday => "jeudi",
        Weekday::Friday => "vendredi",
        Weekday::Saturday => "samedi",
        Weekday::Sunday => "dimanche",
    }
}

fn month(number: i8) -> &'static str {
    usize::try_from(number - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

fn of_month(number: i8) -> String {
    let month = month(number);
    if month.starts_with(['a', 'o']) { format!("d’{month}") } else { format!("de {month}") }
}

/// A number in order with its article, and what follows the noun where it counts from the end.
fn ordinal(number: i16, gender: Gender) -> (String, &'static str) {
    let (article, first, last) = match gender {
        Masculine => ("le", "premier", "dernier"),
        Feminine => ("la", "première", "dernière"),
    };
    let word = |size: i16| match size {
        1 => first.to_string(),
        2 => "deuxième".to_string(),
        3 => "troisième".to_string(),
        4 => "quatrième".to_string(),
        5 => "cinquième".to_string(),
        _ => format!("{size}e"),
    };
    match number {
        -1 => (format!("{article} {last}"), ""),
        -2 => (format!("l’avant-{last}"), ""),
        ..0 => (format!("{article} {}", word(-number)), FROM_END),
        _ => (format!("{article} {}", word(number)), ""),
    }
}

/// The one of a noun with a number.
fn nth(number: i16, noun: &str, gender: Gender) -> String {
    let (ordinal, ending) = ordinal(number, gender);
    format!("{ordinal} {noun}{ending}")
}

/// Those of a noun with some numbers; the noun once unless something follows it.
fn group(numbers: &[i16], noun: &str, gender: Gender) -> String {
    let ordinals: Vec<(String, &str)> = numbers.iter().map(|number| ordinal(*number, gender)).collect();
    if ordinals.iter().all(|(_, ending)| ending.is_empty()) {
        return format!("{} {noun}", join_map(&ordinals, "et", |(ordinal, _)| ordinal.clone()));
    }
    join_map(&ordinals, "et", |(ordinal, ending)| format!("{ordinal} {noun}{ending}"))
}

/// A day of the month.
fn number(day: i16) -> String {
    if day == 1 { "1er".to_string() } else { day.to_string() }
}

fn say_date(date: Date) -> String {
    format!("{} {} {}", number(i16::from(date.day())), month(date.month()), date.year())
}

fn say_time(time: Time) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    match (minute, second) {
        (0, 0) => format!("{hour}{NO_BREAK}h"),
        (_, 0) => format!("{hour}{NO_BREAK}h{NO_BREAK}{minute:02}"),
        _ => format!("{hour}{NO_BREAK}h{NO_BREAK}{minute:02}{NO_BREAK}min{NO_BREAK}{second:02}{NO_BREAK}s"),
    }
}
