//! Topics that a file names, by slug or name. Must not guess: what is not known by exactly that name is
//! not found.

use std::collections::HashMap;

use crate::domain::locale::LocalizedText;
use crate::domain::text::{fold, slug_from};
use crate::store::Catalog;

/// The names of a catalog.
pub(in crate::service) struct Lookup<'c> {
    catalog: &'c Catalog,
    topics: HashMap<String, &'c str>,
}

fn names(texts: &LocalizedText) -> impl Iterator<Item = String> {
    texts.0.iter().map(|text| fold(&text.text)).filter(|name| !name.is_empty())
}

impl<'c> Lookup<'c> {
    pub fn of(catalog: &'c Catalog) -> Self {
        let mut topics = HashMap::new();
        let mut all: Vec<_> = catalog.topics().collect();
        all.sort_by(|one, other| one.slug.cmp(&other.slug));
        for topic in all {
            for name in names(&topic.names) {
                topics.entry(name).or_insert(topic.slug.as_str());
            }
        }
        Self { catalog, topics }
    }

    /// The slug of a topic.
    pub fn topic(&self, name: &str) -> Option<&'c str> {
        let by_name = self.topics.get(&fold(name)).copied();
        by_name.or_else(|| self.catalog.find_topic(&slug_from(name)).map(|topic| topic.slug.as_str()))
    }
}
