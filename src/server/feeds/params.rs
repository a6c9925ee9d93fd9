//! The parameters of a feed's address: what it is narrowed to, in which languages, from where on. What is not known is
//! refused by its name. Must not read data.

use url::form_urlencoded::Serializer;

use crate::domain::limits::Limits;
use crate::domain::locale::{Locale, PREFERRED_LOCALES};
use crate::domain::vocabulary::{ContentNote, Vocabulary};
use crate::server::percent;
use crate::server::refusal::Refusal;
use crate::store::{Catalog, PageKey};

/// The parameter of the notes that are left out.
const NOTES: &str = "excludeContentNotes";
/// Characters of a value that a refusal repeats.
const SHOWN_CHARS: usize = 80;

/// What a feed is asked for. An empty list does not narrow.
#[derive(Debug, Default)]
pub(super) struct Params {
    /// Regions, by key.
    pub regions: Vec<i64>,
    /// Topics, by key.
    pub topics: Vec<i64>,
    /// Publishers, by key.
    pub organizations: Vec<i64>,
    /// Content notes that items must not carry.
    pub excluded_notes: Vec<&'static str>,
    /// Languages, best first.
    pub languages: Vec<Locale>,
    /// The place behind which the page begins.
    pub after: Option<PageKey>,
    /// What is narrowed, in the one form in which addresses name it.
    canonical: Vec<(&'static str, String)>,
}

impl Params {
    /// Reads the query of an address.
    pub fn parse(query: &str, catalog: &Catalog, limits: &Limits) -> Result<Self, Refusal> {
        let mut params = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Ok(name), Ok(value)) = (percent::decode(name), percent::decode(value)) else {
                return Err(Refusal::bad_request("the address is not percent-encoded UTF-8"));
            };
            params.take(&name, &value, catalog)?;
        }
        for (name, found, maximum) in [
            ("region", params.regions.len(), limits.filter_values),
            ("topic", params.topics.len(), limits.filter_values),
            ("organization", params.organizations.len(), limits.filter_values),
            (NOTES, params.excluded_notes.len(), limits.list_inputs),
            ("lang", params.languages.len(), PREFERRED_LOCALES),
        ] {
            if found > maximum {
                let message = format!("the parameter {name} holds {found} values, more than the maximum of {maximum}");
                return Err(Refusal::bad_request(message));
            }
        }
        Ok(params)
    }

    /// Refuses every parameter.
    pub fn none(query: &str) -> Result<(), Refusal> {
        match query.split('&').find(|pair| !pair.is_empty()) {
            None => Ok(()),
            Some(pair) => Err(unknown(pair.split_once('=').map_or(pair, |(name, _)| name), &[])),
        }
    }

    fn take(&mut self, name: &str, value: &str, catalog: &Catalog) -> Result<(), Refusal> {
        for part in value.split(',').map(str::trim) {
            match name {
                "region" => {
                    let found = catalog.find_region(part).ok_or_else(|| unknown_value("region", part))?;
                    add(&mut self.regions, found.key, ("region", &found.slug), &mut self.canonical);
                }
                "topic" => {
                    let found = catalog.find_topic(part).ok_or_else(|| unknown_value("topic", part))?;
                    add(&mut self.topics, found.key, ("topic", &found.slug), &mut self.canonical);
                }
                "organization" => {
                    let found = catalog.find_organization(part).ok_or_else(|| unknown_value("organization", part))?;
                    add(&mut self.organizations, found.key, ("organization", &found.slug), &mut self.canonical);
                }
                NOTES => {
                    let found = ContentNote::parse(part).ok_or_else(|| unknown_value(NOTES, part))?.as_str();
                    add(&mut self.excluded_notes, found, (NOTES, found), &mut self.canonical);
                }
                "lang" => {
                    let found = Locale::parse(part).map_err(|_| unknown_value("lang", part))?;
                    let tag = found.to_string();
                    add(&mut self.languages, found, ("lang", &tag), &mut self.canonical);
                }
                "after" => {
                    let (number, key) = part.split_once('.').ok_or_else(|| unknown_value("after", part))?;
                    let (Ok(number), Ok(key)) = (number.parse(), key.parse()) else {
                        return Err(unknown_value("after", part));
                    };
                    if self.after.replace(PageKey::Number(number, key)).is_some() {
                        return Err(Refusal::bad_request("the parameter after is given twice"));
                    }
                }
                _ => return Err(unknown(name, &["region", "topic", "organization", NOTES, "lang", "after"])),
            }
        }
        Ok(())
    }

    /// The address of the page of a feed that begins behind a place.
    pub fn address(&self, feed: &str, after: Option<&PageKey>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.canonical);
        if let Some(PageKey::Number(number, key)) = after {
            query.append_pair("after", &format!("{number}.{key}"));
        }
        let query = query.finish();
        if query.is_empty() { feed.to_string() } else { format!("{feed}?{query}") }
    }

    /// What a feed is narrowed to, as part of its id: its languages and pages are the same feed.
    pub fn identity(&self) -> String {
        let narrowing = self.canonical.iter().filter(|(name, _)| *name != "lang");
        narrowing.map(|(name, value)| format!(":{name}={value}")).collect()
    }
}

fn add<T: PartialEq>(
    all: &mut Vec<T>,
    found: T,
    (name, value): (&'static str, &str),
    canonical: &mut Vec<(&'static str, String)>,
) {
    if !all.contains(&found) {
        all.push(found);
        canonical.push((name, value.to_string()));
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).flat_map(char::escape_debug).collect()
}

fn unknown(name: &str, known: &[&str]) -> Refusal {
    let name = shown(name);
    Refusal::bad_request(match known {
        [] => format!("the parameter \"{name}\" is not known: there are none here"),
        _ => format!("the parameter \"{name}\" is not known: there are {}", known.join(", ")),
    })
}

fn unknown_value(name: &str, value: &str) -> Refusal {
    Refusal::bad_request(format!("the parameter {name}: \"{}\" is not known", shown(value)))
}
