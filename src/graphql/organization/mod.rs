//! Organizations: partner groups, some of which publish. Read from the catalog. Must not run statements itself.

pub(crate) mod input;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object};

pub(crate) use mutation::OrganizationMutation;
pub(crate) use query::OrganizationQuery;

use super::connection::{NamedPage, PageArgs, named_connection, named_page};
use super::content::LocalizedValue;
use super::context::ContextExt;
use super::error::ApiError;
use super::lists::ContentLists;
use super::region::Region;
use super::render::rendered;
use super::scalar::{Locale, Url};
use crate::domain::limits::Limits;
use crate::domain::public_id::Noun;
use crate::domain::view::View;
use crate::store::{self, Catalog, Parent};

/// A group that publishes here, or is credited or endorses here.
#[derive(Clone, Debug, Description)]
pub(crate) struct Organization {
    entry: Arc<store::Organization>,
    view: View,
}

impl Organization {
    pub(crate) fn new(entry: Arc<store::Organization>, view: &View) -> Self {
        Self { entry, view: view.clone() }
    }

    /// The organization of a key, if the catalog has it.
    pub(crate) fn of_key(catalog: &Catalog, key: i64, view: &View) -> Option<Self> {
        catalog.organization(key).map(|entry| Self::new(entry.clone(), view))
    }
}

#[Object(use_type_description)]
impl Organization {
    /// The organization's global id; the same for ever.
    pub(crate) async fn id(&self) -> ID {
        ID(Noun::Organization.id_of(&self.entry.public_id))
    }

    /// The organization's name in addresses.
    async fn slug(&self) -> &str {
        &self.entry.slug
    }

    /// What the organization calls itself.
    async fn name(&self) -> &str {
        &self.entry.name
    }

    /// What the organization is, in the best available language.
    async fn description(&self) -> Option<LocalizedValue> {
        LocalizedValue::best(&self.entry.description, &self.view)
    }

    /// The organization's website.
    async fn website(&self) -> Option<Url> {
        self.entry.website.clone().map(Url)
    }

    /// Where the organization works.
    async fn regions(&self, ctx: &Context<'_>) -> Vec<Region> {
        self.entry.regions.iter().filter_map(|key| Region::of_key(ctx.catalog(), *key, &self.view)).collect()
    }

    /// The languages that the organization works in.
    async fn languages(&self) -> Vec<Locale> {
        self.entry.languages.iter().cloned().map(Locale).collect()
    }

    /// Whether the collective knows the people behind the organization.
    async fn is_verified(&self) -> bool {
        self.entry.is_verified
    }

    #[graphql(flatten)]
    async fn lists(&self) -> ContentLists {
        ContentLists { parent: Parent::Anchor(self.entry.key), view: self.view.clone() }
    }
}

rendered!(Organization { id, slug, name, description, website, regions, languages, is_verified });

named_connection!(OrganizationConnection, OrganizationEdge, Organization, "organizations");

/// What a list of organizations is narrowed to. Absent or null members do not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct OrganizationFilter {
    /// Regions by id, slug or code in which, or inside which, the organization works; at most 10.
    regions: Option<Vec<String>>,
    /// Whether the collective knows the people behind the organization.
    is_verified: Option<bool>,
}

/// A page of the organizations that match.
pub(super) fn organizations(
    catalog: &Catalog,
    filter: OrganizationFilter,
    args: &PageArgs,
    limits: &Limits,
    view: &View,
) -> Result<NamedPage<store::Organization>, ApiError> {
    let find = |name: &str| catalog.find_region(name).map(|region| region.key);
    let regions = super::content::keys("filter.regions", filter.regions, limits, find)?;
    let works_in =
        |found: &store::Organization, outer: &i64| found.regions.iter().any(|key| catalog.is_within(*key, *outer));
    let found = catalog
        .organizations()
        .filter(|found| filter.is_verified.is_none_or(|is_verified| found.is_verified == is_verified))
        .filter(|found| regions.as_ref().is_none_or(|outer| outer.iter().any(|key| works_in(found, key))))
        .cloned()
        .collect();
    named_page(found, args, limits, &view.preference)
}
