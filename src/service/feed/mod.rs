//! News of a feed as lines of an import: RSS 0.9x to 2.0, RSS 1.0 and Atom, broken as they come. What can be kept is kept,
//! what cannot is told. Must not store, and opens no address.

mod item;

use std::collections::HashMap;

use serde_json::{Value, json};
use url::Url;

use self::item::{Found, Reading};
use super::reading::lookup::Lookup;
use super::reading::tree::{Element, Space, read as read_tree};
use super::reading::{ITEMS, Read, ReadOptions, Report, open, shown};
use crate::domain::locale::Locale;
use crate::store::Catalog;

/// What a feed says of all its items.
struct Channel {
    base: Option<Url>,
    language: Option<String>,
    rights: Option<String>,
    system: String,
}

/// Reads a file.
pub fn read(bytes: &[u8], options: &ReadOptions, catalog: &Catalog) -> Read {
    let mut report = Report::default();
    let Some(text) = open(bytes, &mut report) else { return Read::nothing(report) };
    let root = read_tree(&text, &mut report);
    drop(text);
    let mut items = Vec::new();
    root.within(&is_item, &mut items);
    if items.is_empty() {
        let name = root.elements().next().map_or_else(|| "no element".to_string(), |element| shown(&element.name));
        let is_feed =
            root.elements().any(|element| matches!(element.name.to_ascii_lowercase().as_str(), "rss" | "rdf" | "feed"));
        let what = if is_feed { "is a feed without items" } else { "is no feed of RSS or Atom" };
        report.tell(format!("the file {what}; it begins with {name}"));
    }
    if items.len() > ITEMS {
        report.tell(format!("the feed has {} items, of which the first {ITEMS} were read", items.len()));
        items.truncate(ITEMS);
    }
    let channel = channel(&root, options, &mut report);
    deleted(&root, &mut report);
    let lookup = Lookup::of(catalog);
    let mut found: Vec<Found> = Vec::new();
    for (position, element) in items.into_iter().enumerate() {
        let mut reading = Reading::of(element, position + 1, &channel, options, &lookup, &mut report);
        found.extend(reading.item());
    }
    let lines = once(found, &mut report).into_iter().map(|it| line(it, &channel, options)).collect();
    Read { lines, report: report.finish() }
}

fn is_item(element: &Element) -> bool {
    matches!(element.space, Space::Plain | Space::Atom | Space::Other)
        && (element.name.eq_ignore_ascii_case("item") || element.name == "entry")
}

/// The element that holds what is said of all items: the first that has a title or a link beside them.
fn channel_element(root: &Element) -> Option<&Element> {
    let mut found = Vec::new();
    root.within(&|element| element.name.eq_ignore_ascii_case("channel"), &mut found);
    found.first().copied().or_else(|| root.elements().find(|element| element.name.eq_ignore_ascii_case("feed")))
}

fn channel(root: &Element, options: &ReadOptions, report: &mut Report) -> Channel {
    let empty = Channel { base: None, language: None, rights: None, system: "feed".to_string() };
    let Some(element) = channel_element(root) else {
        return Channel { system: options.system.clone().unwrap_or(empty.system), ..empty };
    };
    // Its own address first, since another link may be relative to it.
    let atom = |rel: &'static str| {
        let of_rel = move |link: &&Element| link.attribute("rel").unwrap_or("alternate") == rel;
        element.all(Space::Atom, "link").find(of_rel).and_then(|link| link.attribute("href")).map(str::to_string)
    };
    let plain = || element.find(Space::Plain, "link").map(Element::text);
    let parse = |text: String| Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let own = atom("self").and_then(parse);
    let stated = element.base.as_deref().cloned();
    let page = [plain(), atom("alternate")].into_iter().flatten().find_map(|link| {
        let base = stated.as_ref().or(own.as_ref());
        parse(link.clone()).or_else(|| base?.join(link.trim()).ok())
    });
    let base = stated.or(page).or(own);
    let said = element.find(Space::Plain, "language").or_else(|| element.find(Space::Dublin, "language"));
    let said = said.map(Element::text).or_else(|| element.language.as_deref().map(str::to_string));
    let language = said.filter(|tag| !tag.is_empty()).and_then(|tag| {
        let known = locale(&tag);
        if known.is_none() {
            report.tell(format!("the feed: language {} is no language tag; that of the import was taken", shown(&tag)));
        }
        known
    });
    let rights = [(Space::Plain, "copyright"), (Space::Atom, "rights"), (Space::Dublin, "rights")];
    let rights = rights.into_iter().find_map(|(space, name)| element.find(space, name)).map(Element::text);
    let host = base.as_ref().and_then(Url::host_str).map(str::to_string).filter(|host| host.len() <= 80);
    let system = options.system.clone().or(host).unwrap_or(empty.system);
    Channel { base, language, rights, system }
}

/// A language tag in its canonical form; `en_US` is understood.
fn locale(tag: &str) -> Option<String> {
    Locale::parse(&tag.trim().replace('_', "-")).ok().map(|locale| locale.to_string())
}

/// What a feed says is gone (RFC 6721) is told: what was imported is withdrawn by people.
fn deleted(root: &Element, report: &mut Report) {
    let mut gone = Vec::new();
    root.within(&|element| element.name == "deleted-entry", &mut gone);
    for element in gone.into_iter().take(ITEMS) {
        let name = shown(element.attribute("ref").unwrap_or_default());
        report.tell(format!("the feed says that {name} is gone: withdraw it here if it was imported"));
    }
}

/// Each item once: of those with the same id the newest, else the first.
fn once(found: Vec<Found>, report: &mut Report) -> Vec<Found> {
    let mut at: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    for item in found {
        match at.get(&item.id).and_then(|at| kept.get_mut(*at)) {
            Some(known) => {
                report.tell(format!("{}: its id is that of {}: the newest of both was kept", item.name, known.name));
                if item.changed_at > known.changed_at {
                    *known = item;
                }
            }
            None => {
                at.insert(item.id.clone(), kept.len());
                kept.push(item);
            }
        }
    }
    kept
}

fn line(item: Found, channel: &Channel, options: &ReadOptions) -> (String, Value) {
    let Found { id, name, mut input, source_url, license, published_at, .. } = item;
    let license = license.or_else(|| channel.rights.clone()).filter(|text| (1..=200).contains(&text.chars().count()));
    let license = license.map(|text| super::reading::words::line(&text, 200).0).filter(|text| !text.is_empty());
    input.insert(
        "source".to_string(),
        json!({ "system": channel.system, "externalId": id, "url": source_url, "license": license }),
    );
    input.insert("regions".to_string(), json!(options.regions));
    if let Some(organization) = &options.organization {
        input.insert("publisher".to_string(), json!(organization));
    }
    let record = json!({ "publishedAt": published_at.map(|at| at.to_string()) });
    (name, json!({ "kind": "resource", "input": input, "record": record }))
}
