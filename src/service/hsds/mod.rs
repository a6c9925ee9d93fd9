//! Services of an Open Referral HSDS 3 file as lines of an import: each a resource of a directory. Of places only town and
//! region are kept, since a file does not say whether a place may be known. Must not store.

mod contact;
mod service;

use std::collections::HashSet;

use serde_json::Value;

use self::service::Reading;
use super::reading::lookup::Lookup;
use super::reading::{ITEMS, Read, ReadOptions, Report, open};
use crate::store::Catalog;

/// Lists in lists and pages in pages at most.
const DEPTH: usize = 6;

/// Reads a file: a service, an organization with services, a list of either, or a page with `contents`.
pub fn read(bytes: &[u8], options: &ReadOptions, catalog: &Catalog) -> Read {
    let mut report = Report::default();
    let Some(text) = open(bytes, &mut report) else { return Read::nothing(report) };
    let file: Value = match serde_json::from_str(&text) {
        Ok(file) => file,
        Err(fault) => {
            report.tell(format!("the file is no JSON: {fault}; nothing was read"));
            return Read::nothing(report);
        }
    };
    drop(text);
    let mut services = Vec::new();
    collect(&file, None, DEPTH, &mut services);
    if services.is_empty() {
        report.tell("the file holds no service of HSDS");
    }
    if services.len() > ITEMS {
        report.tell(format!("the file has {} services, of which the first {ITEMS} were read", services.len()));
        services.truncate(ITEMS);
    }
    let lookup = Lookup::of(catalog);
    let mut known = HashSet::new();
    let mut lines = Vec::new();
    for (position, (service, organization)) in services.into_iter().enumerate() {
        let mut reading = Reading::of(service, organization, position + 1, options, &lookup, &mut report);
        let Some((id, name, line)) = reading.line() else { continue };
        if known.insert(id) {
            lines.push((name, line));
        } else {
            report.tell(format!("{name}: its id is that of another service: the first was kept"));
        }
    }
    Read { lines, report: report.finish() }
}

/// The services in a value, each with its organization.
fn collect<'a>(
    value: &'a Value,
    organization: Option<&'a Value>,
    depth: usize,
    found: &mut Vec<(&'a Value, Option<&'a Value>)>,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Value::Array(values) = value {
        values.iter().for_each(|value| collect(value, organization, depth, found));
        return;
    }
    let Value::Object(members) = value else { return };
    if let Some(contents @ Value::Array(_)) = members.get("contents").or_else(|| members.get("items")) {
        collect(contents, organization, depth, found);
    } else if let Some(services @ Value::Array(_)) = members.get("services") {
        collect(services, Some(value), depth, found);
    } else if let Some(service @ Value::Object(_)) = members.get("service") {
        collect(service, organization, depth, found);
    } else if members.contains_key("name") || members.contains_key("description") {
        let own = members.get("organization").filter(|organization| organization.is_object());
        found.push((value, own.or(organization)));
    }
}
