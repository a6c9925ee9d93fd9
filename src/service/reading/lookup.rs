//! Topics and regions that a file names, by slug, code or name. Must not guess: what is not known by exactly that name is
//! not found.

use std::collections::HashMap;

use crate::domain::locale::LocalizedText;
use crate::domain::text::{fold, slug_from};
use crate::domain::vocabulary::{CodeScheme, RegionKind};
use crate::store::Catalog;

/// The names of a catalog.
pub(in crate::service) struct Lookup<'c> {
    catalog: &'c Catalog,
    topics: HashMap<String, &'c str>,
    /// Regions by name; none where two have the same.
    regions: HashMap<String, Option<&'c str>>,
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
        let mut regions: HashMap<String, Option<&str>> = HashMap::new();
        for region in catalog.regions().filter(|region| region.kind != RegionKind::Online) {
            let mut own: Vec<String> = names(&region.names).chain(names(&region.endonyms)).collect();
            own.sort();
            own.dedup();
            for name in own {
                regions.entry(name).and_modify(|found| *found = None).or_insert(Some(region.slug.as_str()));
            }
        }
        Self { catalog, topics, regions }
    }

    /// The slug of a topic.
    pub fn topic(&self, name: &str) -> Option<&'c str> {
        let by_name = self.topics.get(&fold(name)).copied();
        by_name.or_else(|| self.catalog.find_topic(&slug_from(name)).map(|topic| topic.slug.as_str()))
    }

    /// The slug of a region with a name.
    pub fn region_named(&self, name: &str) -> Option<&'c str> {
        self.regions.get(&fold(name)).copied().flatten()
    }

    /// The slug of a region with a code.
    pub fn region_coded(&self, schemes: &[CodeScheme], value: &str) -> Option<&'c str> {
        let region = self.catalog.find_region(value)?;
        let is_its =
            |code: &crate::store::Code| schemes.contains(&code.scheme) && code.value.eq_ignore_ascii_case(value);
        region.codes.iter().any(is_its).then_some(region.slug.as_str())
    }
}
