//! Dates and times of an iCalendar (RFC 5545 sections 3.3.4 to 3.3.9): in the civil time of a zone that the server knows.
//! Must not compute instants by what a file says of a zone, since files are wrong about them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::lines::{Component, Property};
use super::own_zone::OwnZone;
use crate::domain::time::{Timestamp, Zones};

/// When something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum When {
    Date(Date),
    /// A civil time, and its zone; none for one that floats.
    Time(DateTime, Option<String>),
}

impl When {
    pub(super) fn is_date(&self) -> bool {
        matches!(self, Self::Date(_))
    }

    /// The civil time as it stands in the file, whatever its zone.
    pub(super) fn written(&self) -> DateTime {
        match self {
            Self::Date(date) => date.at(0, 0, 0, 0),
            Self::Time(local, _) => *local,
        }
    }

    /// The civil time in another zone; a date and what floats stay as they are.
    pub(super) fn local(&self, zone: &str, zones: &Zones) -> Option<DateTime> {
        match self {
            Self::Date(date) => Some(date.at(0, 0, 0, 0)),
            Self::Time(local, Some(own)) if own != zone => zones.local(zones.instant_lenient(*local, own).ok()?, zone),
            Self::Time(local, _) => Some(*local),
        }
    }
}

/// The zones of a file by the names that it gives them.
#[derive(Debug)]
pub(super) struct FileZones<'a> {
    pub zones: &'a Zones,
    /// The zone that the file itself names: all times without one of their own are in it, those in UTC too, as some
    /// programs write all times in UTC.
    stated: Option<String>,
    /// The zone of times without one, as the operator says.
    floating: String,
    /// Zones that the file names, as known ones or as it defines them.
    named: BTreeMap<String, Named>,
}

#[derive(Debug)]
enum Named {
    Known(String),
    Own(OwnZone),
}

/// Names that calendars of a widespread system give to zones of the Americas.
const OTHER_NAMES: [(&str, &str); 16] = [
    ("Newfoundland Standard Time", "America/St_Johns"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Eastern Standard Time", "America/Toronto"),
    ("Eastern Time (US & Canada)", "America/Toronto"),
    ("Central Standard Time", "America/Winnipeg"),
    ("Central Time (US & Canada)", "America/Winnipeg"),
    ("Canada Central Standard Time", "America/Regina"),
    ("Mountain Standard Time", "America/Edmonton"),
    ("Mountain Time (US & Canada)", "America/Edmonton"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("Pacific Standard Time", "America/Vancouver"),
    ("Pacific Time (US & Canada)", "America/Vancouver"),
    ("Yukon Standard Time", "America/Whitehorse"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("GMT Standard Time", "Europe/London"),
    ("Romance Standard Time", "Europe/Paris"),
];

impl<'a> FileZones<'a> {
    pub(super) fn of(file: &Component, zones: &'a Zones, floating: &str) -> Self {
        let mut named = BTreeMap::new();
        let mut found = Vec::new();
        file.within("VTIMEZONE", &mut found);
        for zone in found {
            let Some(id) = zone.find("TZID") else { continue };
            let said = zone.find("X-LIC-LOCATION").map(|location| location.value.trim());
            let known = said.filter(|name| zones.knows(name)).map(str::to_string);
            let named_so = known.or_else(|| fixed(zone, zones)).map(Named::Known);
            named.insert(id.value.trim().to_string(), named_so.unwrap_or_else(|| Named::Own(OwnZone::of(zone))));
        }
        let mut calendars = Vec::new();
        file.within("VCALENDAR", &mut calendars);
        let said = calendars.iter().find_map(|calendar| calendar.find("X-WR-TIMEZONE"));
        let said = said.map(|property| property.value.trim()).filter(|name| zones.knows(name));
        Self { zones, stated: said.map(str::to_string), floating: floating.to_string(), named }
    }

    /// The zone of a name, if it is known under this or another one.
    fn find(&self, id: &str) -> Option<String> {
        let id = id.trim();
        if self.zones.knows(id) {
            return Some(id.to_string());
        }
        // A name such as `/vendor/20260101_1/America/Toronto` or `custom_America/Toronto` ends in the name.
        let starts =
            id.char_indices().filter(|(at, _)| id.get(..*at).is_some_and(|before| before.ends_with(['/', '_', ' '])));
        let tail = starts.filter_map(|(at, _)| id.get(at..)).find(|name| self.zones.knows(name)).map(str::to_string);
        let other = || OTHER_NAMES.iter().find(|(name, _)| *name == id).map(|(_, zone)| (*zone).to_string());
        tail.or_else(other).or_else(|| match self.named.get(id) {
            Some(Named::Known(zone)) => Some(zone.clone()),
            _ => None,
        })
    }

    /// The values of a property, each with its length where it is a period.
    pub(super) fn values(&self, property: &Property) -> Result<Vec<(When, Option<Length>)>, String> {
        property
            .value
            .split(',')
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(|value| self.value(value, property))
            .collect()
    }

    /// The only value of a property.
    pub(super) fn one(&self, property: &Property) -> Result<When, String> {
        self.value(property.value.trim(), property).map(|(when, _)| when)
    }

    fn value(&self, value: &str, property: &Property) -> Result<(When, Option<Length>), String> {
        let (start, period) = match value.split_once('/') {
            Some((start, period)) => (start, Some(period)),
            None => (value, None),
        };
        let when = self.when(start, property)?;
        let length = match period {
            None => None,
            Some(period) => Some(match duration(period) {
                Some(duration) => Length::For(duration),
                None => Length::Until(self.when(period, property)?),
            }),
        };
        Ok((when, length))
    }

    fn when(&self, value: &str, property: &Property) -> Result<When, String> {
        let fault = || format!("{} is \"{}\", which is no date or time", property.name, value.escape_debug());
        if let Ok(date) = Date::strptime("%Y%m%d", value) {
            return Ok(When::Date(date));
        }
        let (text, is_utc) = value.strip_suffix(['Z', 'z']).map_or((value, false), |text| (text, true));
        let local = DateTime::strptime("%Y%m%dT%H%M%S", text).or_else(|_| DateTime::strptime("%Y%m%dT%H%M", text));
        let local = local.map_err(|_| fault())?;
        if is_utc {
            let instant = jiff::tz::TimeZone::UTC.to_timestamp(local).map(Timestamp::from).map_err(|_| fault())?;
            let zone = self.stated.clone().unwrap_or_else(|| "UTC".to_string());
            let local = self.zones.local(instant, &zone).ok_or_else(fault)?;
            return Ok(When::Time(local, Some(zone)));
        }
        match property.parameter("TZID") {
            None => Ok(When::Time(local, self.stated.clone())),
            Some(id) => match (self.find(id), self.named.get(id.trim())) {
                (Some(zone), _) => Ok(When::Time(local, Some(zone))),
                (None, Some(Named::Own(own))) => self.by_own(own, local).ok_or_else(fault),
                (None, _) => {
                    Err(format!("{} is in the zone \"{}\", which is unknown", property.name, id.escape_debug()))
                }
            },
        }
    }

    /// A time in a zone that only the file knows: in the known zone that does the same, else in UTC.
    fn by_own(&self, own: &OwnZone, local: DateTime) -> Option<When> {
        if let Some(zone) = own.likely(local, self.zones) {
            return Some(When::Time(local, Some(zone.to_string())));
        }
        let utc = self.zones.local(own.instant(local)?, "UTC")?;
        Some(When::Time(utc, Some("UTC".to_string())))
    }

    /// Whether a name is that of a zone which only the file knows, and which does what no likely one does around a time.
    pub(super) fn is_strange(&self, id: &str, around: DateTime) -> bool {
        match self.named.get(id.trim()) {
            Some(Named::Own(own)) => self.find(id).is_none() && own.likely(around, self.zones).is_none(),
            _ => false,
        }
    }

    /// The zone of a start, and of all that goes with it.
    pub(super) fn zone_of(&self, when: &When) -> String {
        match when {
            When::Time(_, Some(zone)) => zone.clone(),
            _ => self.stated.clone().unwrap_or_else(|| self.floating.clone()),
        }
    }
}

/// The zone of a fixed offset, if a file's zone has one of whole hours.
fn fixed(zone: &Component, zones: &Zones) -> Option<String> {
    let mut offsets: Vec<&str> =
        zone.inside.iter().filter_map(|shift| shift.find("TZOFFSETTO")).map(|offset| offset.value.trim()).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let [offset] = offsets.as_slice() else { return None };
    let (sign, digits) = offset.split_at_checked(1)?;
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    if digits.get(2..4) != Some("00") {
        return None;
    }
    // The signs of these names are the other way round.
    let name = match (hours, sign) {
        (0, _) => "UTC".to_string(),
        (hours, "+") => format!("Etc/GMT-{hours}"),
        (hours, _) => format!("Etc/GMT+{hours}"),
    };
    zones.knows(&name).then_some(name)
}

/// How long a period is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Length {
    For(SignedDuration),
    Until(When),
}

/// A duration such as `P1DT2H` (section 3.3.6).
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let (sign, text) = match text.trim().split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => (1, text.trim()),
    };
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    for character in text.strip_prefix('P')?.chars() {
        let unit = match character {
            '0'..='9' => {
                digits.push(character);
                continue;
            }
            'T' if digits.is_empty() => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        let number: i64 = digits.parse().ok()?;
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        digits.clear();
    }
    digits.is_empty().then(|| SignedDuration::from_secs(sign * seconds))
}
