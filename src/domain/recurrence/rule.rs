//! Recurrence rules (RFC 5545 section 3.3.10): read from text, checked, and written in one form. Must not expand: see
//! `expand.rs`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Weekday};

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Each second.
    Secondly,
    /// Each minute.
    Minutely,
    /// Each hour.
    Hourly,
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
    /// Each year.
    Yearly,
}

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// The last moment of a rule, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The whole of a day.
    Date(Date),
    /// A civil time.
    Local(DateTime),
    /// A time in UTC.
    Utc(DateTime),
}

/// A weekday, or the one with a number in its month or year; -1 is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which one; absent means each.
    pub ordinal: Option<i16>,
    /// Of which weekday.
    pub weekday: Weekday,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How often.
    pub frequency: Frequency,
    /// Each how many.
    pub interval: u32,
    /// The last moment.
    pub until: Option<Until>,
    /// How many times.
    pub count: Option<u32>,
    /// Seconds, 0 to 60.
    pub by_second: Vec<i8>,
    /// Minutes.
    pub by_minute: Vec<i8>,
    /// Hours.
    pub by_hour: Vec<i8>,
    /// Weekdays.
    pub by_day: Vec<Day>,
    /// Days of the month; -1 is the last.
    pub by_month_day: Vec<i16>,
    /// Days of the year; -1 is the last.
    pub by_year_day: Vec<i16>,
    /// Weeks of the year; -1 is the last.
    pub by_week_no: Vec<i16>,
    /// Months.
    pub by_month: Vec<i8>,
    /// Positions in what a period gives; -1 is the last.
    pub by_set_pos: Vec<i16>,
    /// The first day of weeks.
    pub week_start: Weekday,
}

impl Rule {
    fn of(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            until: None,
            count: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        }
    }

    /// What RFC 5545 says that parts must not do together.
    fn check(&self) -> Result<(), String> {
        let has_ordinals = self.by_day.iter().any(|day| day.ordinal.is_some());
        let frequency = self.frequency;
        if self.until.is_some() && self.count.is_some() {
            return Err("has both UNTIL and COUNT, of which a rule has one at most".to_string());
        }
        if has_ordinals && frequency < Frequency::Monthly {
            return Err("has a number in BYDAY, which is for FREQ=MONTHLY and FREQ=YEARLY".to_string());
        }
        if has_ordinals && !self.by_week_no.is_empty() {
            return Err("has a number in BYDAY beside BYWEEKNO".to_string());
        }
        if !self.by_month_day.is_empty() && frequency == Frequency::Weekly {
            return Err("has BYMONTHDAY, which is not for FREQ=WEEKLY".to_string());
        }
        let counts_days = [Frequency::Daily, Frequency::Weekly, Frequency::Monthly].contains(&frequency);
        if !self.by_year_day.is_empty() && counts_days {
            return Err("has BYYEARDAY, which is not for FREQ=DAILY, WEEKLY or MONTHLY".to_string());
        }
        if !self.by_week_no.is_empty() && frequency != Frequency::Yearly {
            return Err("has BYWEEKNO, which is for FREQ=YEARLY".to_string());
        }
        let has_other = !(self.by_second.is_empty()
            && self.by_minute.is_empty()
            && self.by_hour.is_empty()
            && self.by_day.is_empty()
            && self.by_month_day.is_empty()
            && self.by_year_day.is_empty()
            && self.by_week_no.is_empty()
            && self.by_month.is_empty());
        if !self.by_set_pos.is_empty() && !has_other {
            return Err("has BYSETPOS without another BY part to choose from".to_string());
        }
        Ok(())
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<(String, String)> = Vec::new();
        let text = text.trim();
        let text = text.get(..6).filter(|start| start.eq_ignore_ascii_case("RRULE:")).map_or(text, |_| &text[6..]);
        for part in text.trim_end_matches(';').split(';') {
            let (name, value) =
                part.split_once('=').ok_or_else(|| format!("\"{}\" is not NAME=VALUE", part.escape_debug()))?;
            let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
            if value.is_empty() || parts.iter().any(|(known, _)| *known == name) {
                return Err(format!("{} is empty or there twice", name.escape_debug()));
            }
            parts.push((name, value));
        }
        let frequency = parts.iter().find(|(name, _)| name == "FREQ").ok_or("has no FREQ")?;
        let known = FREQUENCIES.iter().find(|(name, _)| *name == frequency.1);
        let known = known.ok_or_else(|| format!("has the unknown FREQ {}", frequency.1.escape_debug()))?;
        let mut rule = Self::of(known.1);
        for (name, value) in &parts {
            match name.as_str() {
                "FREQ" => {}
                "INTERVAL" => rule.interval = positive(name, value)?,
                "COUNT" => rule.count = Some(positive(name, value)?),
                "UNTIL" => rule.until = Some(until(value)?),
                "BYSECOND" => rule.by_second = numbers(name, value, 0, 60, false)?,
                "BYMINUTE" => rule.by_minute = numbers(name, value, 0, 59, false)?,
                "BYHOUR" => rule.by_hour = numbers(name, value, 0, 23, false)?,
                "BYMONTHDAY" => rule.by_month_day = numbers(name, value, 1, 31, true)?,
                "BYYEARDAY" => rule.by_year_day = numbers(name, value, 1, 366, true)?,
                "BYWEEKNO" => rule.by_week_no = numbers(name, value, 1, 53, true)?,
                "BYMONTH" => rule.by_month = numbers(name, value, 1, 12, false)?,
                "BYSETPOS" => rule.by_set_pos = numbers(name, value, 1, 366, true)?,
                "BYDAY" => rule.by_day = value.split(',').map(day).collect::<Result<_, _>>()?,
                "WKST" => rule.week_start = weekday(value).ok_or("has a WKST that is no weekday such as MO")?,
                _ => return Err(format!("has the unknown part {}", name.escape_debug())),
            }
        }
        rule.check()?;
        Ok(rule)
    }
}

fn positive(name: &str, value: &str) -> Result<u32, String> {
    let number: u32 = value.parse().map_err(|_| format!("has a {name} that is no number from 1 to {}", i32::MAX))?;
    if number == 0 || i32::try_from(number).is_err() {
        return Err(format!("has a {name} outside 1 to {}", i32::MAX));
    }
    Ok(number)
}

fn numbers<T: TryFrom<i16> + Ord + Copy>(
    name: &str,
    value: &str,
    least: i16,
    most: i16,
    is_signed: bool,
) -> Result<Vec<T>, String> {
    let fault = || {
        let sign = if is_signed { ", or from the end with a minus sign" } else { "" };
        format!("has a {name} outside {least} to {most}{sign}")
    };
    let mut all = Vec::new();
    for part in value.split(',') {
        let number: i16 = part.trim().parse().map_err(|_| fault())?;
        let size = if is_signed { number.checked_abs().ok_or_else(fault)? } else { number };
        if !(least..=most).contains(&size) {
            return Err(fault());
        }
        all.push(T::try_from(number).map_err(|_| fault())?);
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| *name == text).map(|(_, weekday)| *weekday)
}

fn day(text: &str) -> Result<Day, String> {
    let fault = || format!("has the BYDAY {}, which is not a weekday such as MO, 2TU or -1FR", text.escape_debug());
    let text = text.trim();
    let split = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at)).ok_or_else(fault)?;
    let (ordinal, name) = text.split_at(split);
    let weekday = weekday(name).ok_or_else(fault)?;
    if ordinal.is_empty() {
        return Ok(Day { ordinal: None, weekday });
    }
    let number: i16 = ordinal.parse().map_err(|_| fault())?;
    if number == 0 || !(-53..=53).contains(&number) {
        return Err(fault());
    }
    Ok(Day { ordinal: Some(number), weekday })
}

fn until(text: &str) -> Result<Until, String> {
    let fault = || "has an UNTIL that is not YYYYMMDD, YYYYMMDDTHHMMSS or YYYYMMDDTHHMMSSZ".to_string();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'T' || byte == b'Z');
    if !is_plain {
        return Err(fault());
    }
    match text.len() {
        8 => Date::strptime("%Y%m%d", text).map(Until::Date).map_err(|_| fault()),
        15 => DateTime::strptime("%Y%m%dT%H%M%S", text).map(Until::Local).map_err(|_| fault()),
        16 => DateTime::strptime("%Y%m%dT%H%M%SZ", text).map(Until::Utc).map_err(|_| fault()),
        _ => Err(fault()),
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(name_of(self.weekday))
    }
}

fn name_of(weekday: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == weekday).map_or("MO", |(name, _)| name)
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{}", date.strftime("%Y%m%d")),
            Self::Local(local) => write!(f, "{}", local.strftime("%Y%m%dT%H%M%S")),
            Self::Utc(utc) => write!(f, "{}", utc.strftime("%Y%m%dT%H%M%SZ")),
        }
    }
}

impl fmt::Display for Rule {
    /// The one form in which a rule is written: parts in the order of RFC 5545, what is usual left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = FREQUENCIES.iter().find(|(_, known)| *known == self.frequency).map_or("", |(name, _)| name);
        write!(f, "FREQ={frequency}")?;
        if let Some(until) = self.until {
            write!(f, ";UNTIL={until}")?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYSECOND", &self.by_second)?;
        list(f, "BYMINUTE", &self.by_minute)?;
        list(f, "BYHOUR", &self.by_hour)?;
        list(f, "BYDAY", &self.by_day)?;
        list(f, "BYMONTHDAY", &self.by_month_day)?;
        list(f, "BYYEARDAY", &self.by_year_day)?;
        list(f, "BYWEEKNO", &self.by_week_no)?;
        list(f, "BYMONTH", &self.by_month)?;
        list(f, "BYSETPOS", &self.by_set_pos)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", name_of(self.week_start))?;
        }
        Ok(())
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, values: &[T]) -> fmt::Result {
    for (position, value) in values.iter().enumerate() {
        let start = if position == 0 { format!(";{name}=") } else { ",".to_string() };
        write!(f, "{start}{value}")?;
    }
    Ok(())
}
