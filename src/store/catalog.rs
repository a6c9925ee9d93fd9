//! Regions, topics and organizations as one immutable snapshot in memory: lists of content carry only their keys.
//! Must not be changed in place: a new snapshot replaces the old one.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use serde::{Deserialize, Serialize};

use super::sql::{unpack, unpack_keys};
use crate::domain::locale::{LocalizedText, Preference};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::text::{Line, fold};
use crate::domain::vocabulary::{CodeScheme, RegionKind, TopicFacet, Vocabulary};

/// A code of a region in another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Code {
    /// The system.
    pub scheme: CodeScheme,
    /// The code.
    pub value: Line<40>,
}

/// A region of the snapshot. Keys point into the same snapshot.
#[derive(Clone, Debug)]
pub struct Region {
    pub key: i64,
    pub public_id: String,
    pub slug: String,
    pub kind: RegionKind,
    pub names: LocalizedText,
    pub endonyms: LocalizedText,
    pub codes: Vec<Code>,
    pub parents: Vec<i64>,
    pub children: Vec<i64>,
    /// All regions that this one lies in, nearest first.
    pub ancestors: Vec<i64>,
    pub overlaps: Vec<i64>,
    pub time_zones: Vec<String>,
    pub acknowledgement: LocalizedText,
    pub boundary_disclaimer: LocalizedText,
    pub valid_from: Option<String>,
    pub valid_to: Option<String>,
    pub superseded_by: Option<i64>,
    name_keys: NameKeys,
}

/// A topic of the snapshot.
#[derive(Clone, Debug)]
pub struct Topic {
    pub key: i64,
    pub public_id: String,
    pub slug: String,
    pub facet: TopicFacet,
    pub names: LocalizedText,
    pub broader: Vec<i64>,
    pub narrower: Vec<i64>,
    /// All broader topics, nearest first.
    pub ancestors: Vec<i64>,
    name_keys: NameKeys,
}

/// An organization of the snapshot.
#[derive(Clone, Debug)]
pub struct Organization {
    pub key: i64,
    pub public_id: String,
    pub slug: String,
    pub name: String,
    pub description: LocalizedText,
    pub website: Option<String>,
    pub regions: Vec<i64>,
    pub languages: Vec<String>,
    pub is_verified: bool,
    name_keys: NameKeys,
}

/// Folded names in English and French, for ordering.
#[derive(Clone, Debug, Default)]
struct NameKeys {
    english: String,
    french: String,
}

impl NameKeys {
    fn of(names: &LocalizedText) -> Self {
        let key = |language: &str| {
            let preference = crate::domain::locale::Locale::parse(language).map(|locale| Preference::new(vec![locale]));
            preference.ok().and_then(|preference| names.text(&preference)).map_or_else(String::new, |name| fold(&name))
        };
        Self { english: key("en"), french: key("fr") }
    }

    fn get(&self, preference: &Preference) -> &str {
        if is_french(preference) { &self.french } else { &self.english }
    }
}

/// Whether names are ordered as in French for a reader, else as in English.
pub fn is_french(preference: &Preference) -> bool {
    let language = preference.locales().iter().map(|locale| locale.language()).find(|l| matches!(*l, "en" | "fr"));
    language == Some("fr")
}

/// A noun that the catalog keeps.
pub trait Entry: Send + Sync + 'static {
    /// The key of the row.
    fn key(&self) -> i64;
    /// The folded name in the reader's language, for ordering.
    fn name_key(&self, preference: &Preference) -> &str;
}

macro_rules! entry {
    ($($name:ident)+) => {$(
        impl Entry for $name {
            fn key(&self) -> i64 {
                self.key
            }
            fn name_key(&self, preference: &Preference) -> &str {
                self.name_keys.get(preference)
            }
        }
    )+};
}
entry!(Region Topic Organization);

/// The snapshot.
#[derive(Debug, Default)]
pub struct Catalog {
    regions: HashMap<i64, Arc<Region>>,
    region_names: HashMap<String, i64>,
    topics: HashMap<i64, Arc<Topic>>,
    topic_slugs: HashMap<String, i64>,
    organizations: HashMap<i64, Arc<Organization>>,
    organization_slugs: HashMap<String, i64>,
}

impl Catalog {
    /// Reads all of it.
    pub(super) async fn load<C: ConnectionTrait>(connection: &C) -> Result<Self, DbErr> {
        let mut catalog = Self::default();
        for row in entity::region::Entity::find().all(connection).await? {
            catalog.add_region(row)?;
        }
        for row in entity::topic::Entity::find().all(connection).await? {
            catalog.add_topic(row)?;
        }
        for row in entity::organization::Entity::find().all(connection).await? {
            catalog.add_organization(row)?;
        }
        catalog.relate();
        Ok(catalog)
    }

    fn add_region(&mut self, row: entity::region::Model) -> Result<(), DbErr> {
        let names: LocalizedText = json(&row.names)?;
        let region = Region {
            key: row.id,
            kind: RegionKind::parse(&row.kind).unwrap_or(RegionKind::Other),
            name_keys: NameKeys::of(&names),
            names,
            endonyms: json(&row.endonyms)?,
            codes: json(&row.codes)?,
            parents: unpack_keys(&row.parent_ids),
            children: Vec::new(),
            ancestors: Vec::new(),
            overlaps: unpack_keys(&row.overlap_ids),
            time_zones: json(&row.time_zones)?,
            acknowledgement: json(&row.acknowledgement)?,
            boundary_disclaimer: json(&row.boundary_disclaimer)?,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            superseded_by: row.superseded_by,
            public_id: row.public_id,
            slug: row.slug,
        };
        self.region_names.insert(region.slug.clone(), region.key);
        for code in &region.codes {
            self.region_names.entry(code.value.to_string()).or_insert(region.key);
        }
        self.regions.insert(region.key, Arc::new(region));
        Ok(())
    }

    fn add_topic(&mut self, row: entity::topic::Model) -> Result<(), DbErr> {
        let names: LocalizedText = json(&row.names)?;
        let topic = Topic {
            key: row.id,
            facet: TopicFacet::parse(&row.facet).unwrap_or(TopicFacet::Struggle),
            name_keys: NameKeys::of(&names),
            names,
            broader: unpack_keys(&row.broader_ids),
            narrower: Vec::new(),
            ancestors: Vec::new(),
            public_id: row.public_id,
            slug: row.slug,
        };
        self.topic_slugs.insert(topic.slug.clone(), topic.key);
        self.topics.insert(topic.key, Arc::new(topic));
        Ok(())
    }

    fn add_organization(&mut self, row: entity::organization::Model) -> Result<(), DbErr> {
        let key = fold(&row.name);
        let organization = Organization {
            key: row.id,
            public_id: row.public_id,
            slug: row.slug,
            name_keys: NameKeys { english: key.clone(), french: key },
            name: row.name,
            description: json(&row.description)?,
            website: row.website,
            regions: unpack_keys(&row.region_ids),
            languages: unpack(&row.languages).map(str::to_string).collect(),
            is_verified: row.is_verified,
        };
        self.organization_slugs.insert(organization.slug.clone(), organization.key);
        self.organizations.insert(organization.key, Arc::new(organization));
        Ok(())
    }

    /// Fills in what follows from the links upward: children, narrower topics, all ancestors.
    fn relate(&mut self) {
        let parents: HashMap<i64, Vec<i64>> = self.regions.values().map(|r| (r.key, r.parents.clone())).collect();
        let mut children: HashMap<i64, BTreeSet<(String, i64)>> = HashMap::new();
        for region in self.regions.values() {
            for parent in &region.parents {
                children.entry(*parent).or_default().insert((region.name_keys.english.clone(), region.key));
            }
        }
        for region in self.regions.values_mut().map(Arc::make_mut) {
            region.ancestors = closure(region.key, &parents);
            region.children = children.remove(&region.key).unwrap_or_default().into_iter().map(|(_, k)| k).collect();
        }
        let broader: HashMap<i64, Vec<i64>> = self.topics.values().map(|t| (t.key, t.broader.clone())).collect();
        let mut narrower: HashMap<i64, BTreeSet<(String, i64)>> = HashMap::new();
        for topic in self.topics.values() {
            for parent in &topic.broader {
                narrower.entry(*parent).or_default().insert((topic.name_keys.english.clone(), topic.key));
            }
        }
        for topic in self.topics.values_mut().map(Arc::make_mut) {
            topic.ancestors = closure(topic.key, &broader);
            topic.narrower = narrower.remove(&topic.key).unwrap_or_default().into_iter().map(|(_, k)| k).collect();
        }
    }

    /// A region by its key.
    pub fn region(&self, key: i64) -> Option<&Arc<Region>> {
        self.regions.get(&key)
    }

    /// A topic by its key.
    pub fn topic(&self, key: i64) -> Option<&Arc<Topic>> {
        self.topics.get(&key)
    }

    /// An organization by its key.
    pub fn organization(&self, key: i64) -> Option<&Arc<Organization>> {
        self.organizations.get(&key)
    }

    /// All regions, in no order.
    pub fn regions(&self) -> impl Iterator<Item = &Arc<Region>> {
        self.regions.values()
    }

    /// All topics, in no order.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.topics.values()
    }

    /// All organizations, in no order.
    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.organizations.values()
    }

    /// Finds a region by id, slug or code.
    pub fn find_region(&self, name: &str) -> Option<&Arc<Region>> {
        self.find(name, Noun::Region, &self.region_names, &self.regions, |region| &region.public_id)
    }

    /// Finds a topic by id or slug.
    pub fn find_topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.find(name, Noun::Topic, &self.topic_slugs, &self.topics, |topic| &topic.public_id)
    }

    /// Finds an organization by id or slug.
    pub fn find_organization(&self, name: &str) -> Option<&Arc<Organization>> {
        self.find(name, Noun::Organization, &self.organization_slugs, &self.organizations, |found| &found.public_id)
    }

    fn find<'a, T>(
        &self,
        name: &str,
        noun: Noun,
        names: &HashMap<String, i64>,
        entries: &'a HashMap<i64, Arc<T>>,
        public_id: impl Fn(&T) -> &str,
    ) -> Option<&'a Arc<T>> {
        if let Some(key) = names.get(name) {
            return entries.get(key);
        }
        let id = PublicId::parse_as(name, noun).ok()?;
        entries.get(&id.key()).filter(|entry| id.to_string().ends_with(public_id(entry)))
    }

    /// Whether a region is another or lies in it.
    pub fn is_within(&self, region: i64, outer: i64) -> bool {
        region == outer || self.region(region).is_some_and(|region| region.ancestors.contains(&outer))
    }
}

/// Everything above a node, nearest first, without the node itself; a cycle ends where it began.
fn closure(start: i64, upward: &HashMap<i64, Vec<i64>>) -> Vec<i64> {
    let mut found: Vec<i64> = Vec::new();
    let mut next: Vec<i64> = upward.get(&start).cloned().unwrap_or_default();
    while !next.is_empty() {
        let mut above = Vec::new();
        for key in next {
            if key != start && !found.contains(&key) {
                found.push(key);
                above.extend(upward.get(&key).into_iter().flatten());
            }
        }
        next = above;
    }
    found
}

/// Reads a JSON column that this program wrote.
pub fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbErr> {
    serde_json::from_str(text).map_err(|fault| DbErr::Type(format!("a stored JSON value does not parse: {fault}")))
}
