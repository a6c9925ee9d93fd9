//! Dates of feeds: RFC 3339 and W3CDTF, and RFC 822 in the forms that programs make of it. Must not guess a date that is
//! not there.

use jiff::civil::{Date, DateTime, Time};

use crate::domain::time::Timestamp;

/// An instant as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) struct Instant {
    pub at: Timestamp,
    /// Whether it says which offset it is in; UTC was taken if not.
    pub has_zone: bool,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// The same where French abbreviates them otherwise.
const FRENCH: [(&str, usize); 9] =
    [("fév", 1), ("fev", 1), ("avr", 3), ("mai", 4), ("juin", 5), ("juil", 6), ("aoû", 7), ("aou", 7), ("déc", 11)];
/// Zones of RFC 822 and some that programs write beside them, in minutes east of UTC.
const ZONES: [(&str, i32); 24] = [
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("z", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("ast", -240),
    ("adt", -180),
    ("nst", -210),
    ("ndt", -150),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
];

/// Reads a date.
pub(in crate::service) fn read(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.len() > 80 {
        return None;
    }
    w3c(text).or_else(|| rfc822(text)).filter(|found| (1..=9998).contains(&year(found.at)))
}

fn year(at: Timestamp) -> i16 {
    jiff::Timestamp::from_microsecond(at.as_micros()).map_or(0, |at| jiff::tz::TimeZone::UTC.to_datetime(at).year())
}

fn instant(local: DateTime, offset: Option<i32>) -> Option<Instant> {
    let utc = local.checked_sub(jiff::SignedDuration::from_mins(offset.unwrap_or(0).into())).ok()?;
    let at = jiff::tz::TimeZone::UTC.to_timestamp(utc).ok()?;
    Some(Instant { at: Timestamp::from(at), has_zone: offset.is_some() })
}

/// `2026`, `2026-11`, `2026-11-23`, and with a time that may lack its seconds or offset.
fn w3c(text: &str) -> Option<Instant> {
    let number = |from: usize, to: usize| {
        text.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse::<i16>().ok()
    };
    let year = number(0, 4)?;
    let (month, day) = match text.len() {
        4 => (1, 1),
        7 => (number(5, 7)?, 1),
        _ => (number(5, 7)?, number(8, 10)?),
    };
    if text.len() > 4 && text.get(4..5) != Some("-") {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let rest = text.get(10..).unwrap_or_default().trim_start_matches(['T', 't', ' ', '_']).trim();
    if rest.is_empty() {
        return instant(date.at(0, 0, 0, 0), None);
    }
    let end = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at_checked(end)?;
    instant(date.to_datetime(clock(time)?), offset(zone.trim()))
}

/// `Mon, 23 Nov 2026 12:00:00 -0500`, without the day, with names in full, with two digits of the year, in another order.
fn rfc822(text: &str) -> Option<Instant> {
    let (mut day, mut month, mut year, mut time, mut zone) = (None, None, None, None, None);
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')')).flat_map(|part| {
        // `23-Nov-2026` is three parts, `-0500` is one.
        let is_date = part.matches('-').count() == 2;
        part.split(move |c| is_date && c == '-')
    });
    for part in parts {
        let part = part.trim_end_matches('.');
        if part.is_empty() {
            continue;
        }
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && day.is_none() && part.len() <= 2 {
            day = part.parse::<i8>().ok();
        } else if is_number && year.is_none() && (part.len() == 2 || part.len() == 4) {
            let number: i16 = part.parse().ok()?;
            year = Some(match (part.len(), number) {
                (2, 0..=69) => 2000 + number,
                (2, _) => 1900 + number,
                _ => number,
            });
        } else if part.contains(':') && time.is_none() {
            let (digits, more) = part.split_at_checked(part.find(['+', '-', 'z']).unwrap_or(part.len()))?;
            time = Some(clock(digits)?);
            zone = offset(more);
        } else if matches!(part, "am" | "pm") {
            time = time.and_then(|time: Time| twelve(time, part == "pm"));
        } else if month.is_none()
            && let Some(found) = month_of(part)
        {
            month = Some(found);
        } else if zone.is_none() && time.is_some() {
            zone = offset(part);
        }
    }
    let date = Date::new(year?, month?, day?).ok()?;
    instant(date.to_datetime(time.unwrap_or(Time::midnight())), zone)
}

fn twelve(time: Time, is_afternoon: bool) -> Option<Time> {
    let hour = time.hour() % 12 + if is_afternoon { 12 } else { 0 };
    Time::new(hour, time.minute(), time.second(), 0).ok()
}

fn month_of(part: &str) -> Option<i8> {
    let french = FRENCH.iter().find(|(name, _)| part.starts_with(name)).map(|(_, month)| *month);
    let at = french.or_else(|| MONTHS.iter().position(|name| part.starts_with(name)))?;
    i8::try_from(at + 1).ok()
}

/// `12:00`, `12:00:00`, `12:00:00.5`; a leap second is the one before, 24:00 is not known.
fn clock(text: &str) -> Option<Time> {
    let mut parts = text.trim().split(':');
    let hour: i8 = parts.next()?.trim().parse().ok()?;
    let minute: i8 = parts.next()?.trim().parse().ok()?;
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
            let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
            (whole.trim().parse::<i8>().ok()?.min(59), digits.parse::<i32>().ok()?)
        }
    };
    Time::new(hour, minute, second, nanos).ok()
}

/// Minutes east of UTC of `Z`, `+05:30`, `-0500`, `+5`, `EST`.
fn offset(zone: &str) -> Option<i32> {
    let zone = zone.trim().to_lowercase();
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(*minutes);
    }
    let digits = zone.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let (sign, digits) = digits.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number: i32 = digits.parse().ok()?;
    let minutes = match digits.len() {
        1 | 2 => number * 60,
        3 | 4 => number / 100 * 60 + number % 100,
        _ => return None,
    };
    (minutes <= 18 * 60).then_some(sign * minutes)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn dates_are_read_in_the_forms_that_feeds_have() {
        for (given, at, has_zone) in [
            ("2003-12-13T18:30:02.25+01:00", "2003-12-13T17:30:02.25Z", true),
            ("2003-12-13T18:30Z", "2003-12-13T18:30:00Z", true),
            ("2003-12-13 18:30:02", "2003-12-13T18:30:02Z", false),
            ("2003-12-13", "2003-12-13T00:00:00Z", false),
            ("2003-12", "2003-12-01T00:00:00Z", false),
            ("2003", "2003-01-01T00:00:00Z", false),
            ("Sun, 29 Sep 2002 19:59:01 GMT", "2002-09-29T19:59:01Z", true),
            ("29 Sep 02 19:59 EST", "2002-09-30T00:59:00Z", true),
            ("Sunday, 9 September 2002 9:59:01 -0330", "2002-09-09T13:29:01Z", true),
            ("Sep 29, 2002 7:59 pm", "2002-09-29T19:59:00Z", false),
            ("Sun Sep 29 19:59:01 2002", "2002-09-29T19:59:01Z", false),
            ("29-Sep-2002 19:59:01 +0000", "2002-09-29T19:59:01Z", true),
            ("lun., 29 déc. 2025 12:00:00 +0100", "2025-12-29T11:00:00Z", true),
            ("Sun, 29 Sep 2002 23:59:60 UTC", "2002-09-29T23:59:59Z", true),
            ("Sun, 29 Sep 2002 19:59:01 GMT+2", "2002-09-29T17:59:01Z", true),
        ] {
            let found = read(given).unwrap_or_else(|| panic!("{given}"));
            assert_eq!((found.at.to_string(), found.has_zone), (at.to_string(), has_zone), "{given}");
        }
        for bad in ["", "tomorrow", "2003-13-13", "31 Feb 2002 10:00", "99:99", "Sep 2002", &"9".repeat(200), "٣"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
