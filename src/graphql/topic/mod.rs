//! Topics: what content is about. Read from the catalog. Must not run statements itself.

pub(crate) mod input;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object};

pub(crate) use mutation::TopicMutation;
pub(crate) use query::TopicQuery;

use super::connection::{NamedPage, PageArgs, named_connection, named_page};
use super::content::LocalizedValue;
use super::context::ContextExt;
use super::error::ApiError;
use super::lists::ContentLists;
use super::render::rendered;
use crate::domain::limits::Limits;
use crate::domain::public_id::Noun;
use crate::domain::view::View;
use crate::domain::vocabulary::TopicFacet;
use crate::store::{self, Catalog, Parent};

/// A subject that content is about, such as a practice, a substance or a struggle.
#[derive(Clone, Debug, Description)]
pub(crate) struct Topic {
    entry: Arc<store::Topic>,
    view: View,
}

impl Topic {
    pub(crate) fn new(entry: Arc<store::Topic>, view: &View) -> Self {
        Self { entry, view: view.clone() }
    }

    /// The topic of a key, if the catalog has it.
    pub(crate) fn of_key(catalog: &Catalog, key: i64, view: &View) -> Option<Self> {
        catalog.topic(key).map(|entry| Self::new(entry.clone(), view))
    }
}

#[Object(use_type_description)]
impl Topic {
    /// The topic's global id; the same for ever.
    pub(crate) async fn id(&self) -> ID {
        ID(Noun::Topic.id_of(&self.entry.public_id))
    }

    /// The topic's name in addresses.
    async fn slug(&self) -> &str {
        &self.entry.slug
    }

    /// What sort of subject it is.
    async fn facet(&self) -> TopicFacet {
        self.entry.facet
    }

    /// The topic's name in the best available language.
    async fn name(&self) -> String {
        self.entry.names.text(&self.view.preference).unwrap_or_else(|| self.entry.slug.clone())
    }

    /// The name with the language that it is in.
    async fn localized_name(&self) -> Option<LocalizedValue> {
        LocalizedValue::best(&self.entry.names, &self.view)
    }

    /// Topics that include this one.
    async fn broader(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.entry.broader.iter().filter_map(|key| Self::of_key(ctx.catalog(), *key, &self.view)).collect()
    }

    /// Topics that this one includes, by English name.
    async fn narrower(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.entry.narrower.iter().filter_map(|key| Self::of_key(ctx.catalog(), *key, &self.view)).collect()
    }

    #[graphql(flatten)]
    async fn lists(&self) -> ContentLists {
        ContentLists { parent: Parent::Topic(self.entry.key), view: self.view.clone() }
    }
}

rendered!(Topic { id, slug, facet, name, localized_name, broader, narrower });

named_connection!(TopicConnection, TopicEdge, Topic, "topics");

/// What a list of topics is narrowed to. Absent or null members do not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct TopicFilter {
    /// Sorts of subjects; at most 10.
    facets: Option<Vec<TopicFacet>>,
    /// Topics by id or slug that must include the topic; at most 10.
    within: Option<Vec<String>>,
}

/// A page of the topics that match.
pub(super) fn topics(
    catalog: &Catalog,
    filter: TopicFilter,
    args: &PageArgs,
    limits: &Limits,
    view: &View,
) -> Result<NamedPage<store::Topic>, ApiError> {
    super::content::bounded("filter.facets", filter.facets.as_ref().map_or(0, Vec::len), limits.filter_values)?;
    let find = |name: &str| catalog.find_topic(name).map(|topic| topic.key);
    let within = super::content::keys("filter.within", filter.within, limits, find)?;
    let found = catalog
        .topics()
        .filter(|topic| filter.facets.as_ref().is_none_or(|facets| facets.contains(&topic.facet)))
        .filter(|topic| within.as_ref().is_none_or(|outer| outer.iter().any(|key| topic.ancestors.contains(key))))
        .cloned()
        .collect();
    named_page(found, args, limits, &view.preference)
}
