//! The numbers and weekdays of rules in the order in which they are said, and which of them a period may lack. Must not
//! know a language.

use jiff::civil::Weekday;

use crate::domain::recurrence::rule::Day;

/// Dates of the year that are said one by one.
pub(super) const DATES: usize = 4;
/// Days of the shortest month.
const SHORTEST: i16 = 28;

/// One of the days of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<T> {
    /// Which one.
    pub it: T,
    /// Whether there are periods without it, such as months without a 31st.
    pub is_rare: bool,
}

/// Numbers from the start, then those from the end: `1, 15, -2, -1`.
pub(super) fn ordered(list: &[i16]) -> Vec<i16> {
    let mut list = list.to_vec();
    list.sort_unstable_by_key(|number| (*number < 0, *number));
    list
}

/// Each weekday, those with a number from the start, those from the end.
pub(super) fn sorted(days: &[Day]) -> Vec<Day> {
    let key = |day: &Day| {
        let number = day.ordinal.unwrap_or(0);
        (number < 0, number, day.weekday.to_monday_zero_offset())
    };
    let mut days = days.to_vec();
    days.sort_unstable_by_key(key);
    days.dedup();
    days
}

/// The weekdays alone, from Monday on.
pub(super) fn weekdays(days: &[Day]) -> Vec<Weekday> {
    let mut weekdays: Vec<Weekday> = days.iter().map(|day| day.weekday).collect();
    weekdays.sort_unstable_by_key(|weekday| weekday.to_monday_zero_offset());
    weekdays.dedup();
    weekdays
}

/// Numbers, of which every period has so many.
pub(super) fn rare(numbers: &[i16], most: i16) -> Vec<Item<i16>> {
    numbers.iter().map(|it| Item { it: *it, is_rare: it.abs() > most }).collect()
}

/// Weekdays, of which every period has so many of each.
pub(super) fn numbered(days: &[Day], most: i16) -> Vec<Item<Day>> {
    let is_rare = |day: &Day| day.ordinal.is_some_and(|ordinal| ordinal.abs() > most);
    sorted(days).into_iter().map(|it| Item { is_rare: is_rare(&it), it }).collect()
}

/// Days of some months, or of all if there are none, by number.
pub(super) fn month_days(days: &[i16], months: &[i8]) -> Vec<Item<i16>> {
    let most = months.iter().copied().map(length).min().unwrap_or(SHORTEST);
    rare(days, most)
}

/// Days that a month always has.
pub(super) fn length(month: i8) -> i16 {
    match month {
        2 => SHORTEST,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Numbers that follow each other as spans.
pub(super) fn spans(numbers: &[i8]) -> Vec<(i8, i8)> {
    let mut spans: Vec<(i8, i8)> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => spans.push((*number, *number)),
        }
    }
    spans
}

/// The first and the last of weekdays that follow each other, of three to six.
pub(super) fn week_span(weekdays: &[Weekday]) -> Option<(Weekday, Weekday)> {
    let (first, last) = (*weekdays.first()?, *weekdays.last()?);
    let follows = usize::try_from(last.since(first)).is_ok_and(|length| length + 1 == weekdays.len());
    (follows && (3..7).contains(&weekdays.len())).then_some((first, last))
}

/// The first and the last of numbers that follow each other, of three or more from the start that are always there.
pub(super) fn number_span(items: &[Item<i16>]) -> Option<(i16, i16)> {
    let (first, last) = (items.first()?.it, items.last()?.it);
    let follows = usize::try_from(last - first).is_ok_and(|length| length + 1 == items.len());
    let is_sure = items.iter().all(|item| !item.is_rare && item.it > 0);
    (follows && is_sure && items.len() > 2).then_some((first, last))
}
