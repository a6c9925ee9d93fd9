//! Events of an iCalendar (RFC 5545) as lines of an import: what can be kept is kept, what cannot is told. Nothing of who
//! was invited is read. Must not store.

mod event;
mod lines;
mod own_zone;
mod times;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::event::{Known, Reading};
use self::lines::{Component, Property};
use self::times::FileZones;
use super::reading::digest;
use crate::domain::time::Zones;

/// How a file is read.
#[derive(Clone, Debug)]
pub struct IcsOptions {
    /// The publisher, by slug; the usual one if absent.
    pub organization: Option<String>,
    /// The name under which events are known by their `UID`.
    pub system: String,
    /// The language of texts that do not say theirs.
    pub locale: String,
    /// The zone of times that say none.
    pub time_zone: String,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct IcsRead {
    /// A line of an import for each event, and its `UID`.
    pub lines: Vec<(String, Value)>,
    /// What could not be kept, each in a sentence.
    pub report: Vec<String>,
}

/// Reads a file.
pub fn read(bytes: &[u8], options: &IcsOptions, zones: &Zones) -> IcsRead {
    let mut report = Vec::new();
    let file = lines::read(bytes, &mut report);
    let file_zones = FileZones::of(&file, zones, &options.time_zone);
    let mut events = Vec::new();
    file.within("VEVENT", &mut events);
    let mut series: BTreeMap<String, Vec<&Component>> = BTreeMap::new();
    for event in events {
        series.entry(uid(event)).or_default().push(event);
    }
    let mut read = IcsRead { lines: Vec::new(), report };
    for (uid, components) in series {
        let mut reading = Reading { zones: &file_zones, options, uid: &uid, report: &mut read.report };
        for Known { id, input, is_public } in reading.events(&components) {
            let record = if is_public { json!({}) } else { json!({ "status": "DRAFT" }) };
            let line = json!({ "kind": "event", "input": input, "record": record });
            read.lines.push((id, line));
        }
    }
    read
}

/// What an event is known by: its `UID`, or what it says if it has none.
fn uid(event: &Component) -> String {
    match event.find("UID").map(|uid| uid.value.trim()).filter(|uid| !uid.is_empty()) {
        Some(uid) if uid.chars().count() <= 200 && !uid.chars().any(char::is_control) => uid.to_string(),
        Some(uid) => digest(uid),
        None => {
            let said = |property: &Property| format!("{}:{}\n", property.name, property.value);
            let parts = ["DTSTART", "DTEND", "SUMMARY", "RRULE"].into_iter().filter_map(|name| event.find(name));
            digest(&parts.map(said).collect::<String>())
        }
    }
}
