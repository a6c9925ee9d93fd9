//! Alerts of the Common Alerting Protocol 1.2 as lines of an import: what is clearly about drugs as drug alerts, the rest as
//! service and community updates. What can be kept is kept, what cannot is told. Must not store.

mod about;
mod alert;

use std::collections::HashSet;

use self::alert::Reading;
pub(in crate::service) use self::alert::line_kind;
use super::reading::lookup::Lookup;
use super::reading::tree::{Element, read as read_tree};
use super::reading::{ITEMS, Read, ReadOptions, Report, open, shown};
use crate::store::Catalog;

/// Reads a file: an alert, or a list of any form that holds alerts.
pub fn read(bytes: &[u8], options: &ReadOptions, catalog: &Catalog) -> Read {
    let mut report = Report::default();
    let Some(text) = open(bytes, &mut report) else { return Read::nothing(report) };
    let root = read_tree(&text, &mut report);
    let mut alerts = Vec::new();
    root.within(&|element: &Element| element.name == "alert", &mut alerts);
    if alerts.is_empty() {
        let name = root.elements().next().map_or_else(|| "no element".to_string(), |element| shown(&element.name));
        report.tell(format!("the file holds no alert of CAP; it begins with {name}"));
    }
    if alerts.len() > ITEMS {
        report.tell(format!("the file has {} alerts, of which the first {ITEMS} were read", alerts.len()));
        alerts.truncate(ITEMS);
    }
    let lookup = Lookup::of(catalog);
    let mut known = HashSet::new();
    let mut lines = Vec::new();
    for (position, element) in alerts.into_iter().enumerate() {
        let mut reading = Reading::of(element, position + 1, options, &lookup, &mut report);
        let Some((id, name, line)) = reading.line() else { continue };
        if known.insert(id) {
            lines.push((name, line));
        } else {
            report.tell(format!("{name}: its sender and identifier are those of another alert: the first was kept"));
        }
    }
    Read { lines, report: report.finish() }
}
