//! Regions: where things are true. Read from the catalog. Must not run statements itself.

pub(crate) mod input;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

pub(crate) use mutation::RegionMutation;
pub(crate) use query::RegionQuery;

use super::connection::{NamedPage, PageArgs, named_connection, named_page};
use super::content::LocalizedValue;
use super::context::ContextExt;
use super::error::ApiError;
use super::lists::ContentLists;
use super::organization::{Organization, OrganizationConnection};
use super::render::rendered;
use super::scalar::{Date, TimeZone};
use crate::domain::limits::Limits;
use crate::domain::public_id::Noun;
use crate::domain::view::View;
use crate::domain::vocabulary::{CodeScheme, RegionKind};
use crate::store::{self, Catalog, Parent};

/// A place or territory that content is about. Regions form a graph: one may lie in several others.
#[derive(Clone, Debug, Description)]
pub(crate) struct Region {
    entry: Arc<store::Region>,
    view: View,
}

impl Region {
    pub(crate) fn new(entry: Arc<store::Region>, view: &View) -> Self {
        Self { entry, view: view.clone() }
    }

    /// The region of a key, if the catalog has it.
    pub(crate) fn of_key(catalog: &Catalog, key: i64, view: &View) -> Option<Self> {
        catalog.region(key).map(|entry| Self::new(entry.clone(), view))
    }

    fn others(&self, ctx: &Context<'_>, keys: &[i64]) -> Vec<Self> {
        keys.iter().filter_map(|key| Self::of_key(ctx.catalog(), *key, &self.view)).collect()
    }
}

/// A code of a region in another system.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RegionCode {
    /// The system that gives the code.
    scheme: CodeScheme,
    /// The code, such as `CA-BC`.
    value: String,
}

#[Object(use_type_description)]
impl Region {
    /// The region's global id; the same for ever.
    pub(crate) async fn id(&self) -> ID {
        ID(Noun::Region.id_of(&self.entry.public_id))
    }

    /// The region's name in addresses.
    async fn slug(&self) -> &str {
        &self.entry.slug
    }

    /// What sort of region it is.
    async fn kind(&self) -> RegionKind {
        self.entry.kind
    }

    /// The region's name in the best available language.
    async fn name(&self) -> String {
        self.entry.names.text(&self.view.preference).unwrap_or_else(|| self.entry.slug.clone())
    }

    /// The name with the language that it is in.
    async fn localized_name(&self) -> Option<LocalizedValue> {
        LocalizedValue::best(&self.entry.names, &self.view)
    }

    /// Names that the people of the place themselves use, each with its language.
    async fn endonyms(&self) -> Vec<LocalizedValue> {
        LocalizedValue::all(&self.entry.endonyms)
    }

    /// The region's codes in other systems.
    async fn codes(&self) -> Vec<RegionCode> {
        let codes = self.entry.codes.iter();
        codes.map(|code| RegionCode { scheme: code.scheme, value: code.value.to_string() }).collect()
    }

    /// The regions that this one lies in directly.
    async fn parents(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.others(ctx, &self.entry.parents)
    }

    /// The regions that lie in this one directly, by English name.
    async fn children(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.others(ctx, &self.entry.children)
    }

    /// All regions that this one lies in, nearest first.
    async fn ancestors(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.others(ctx, &self.entry.ancestors)
    }

    /// Regions that this one lies across or shares land with.
    async fn overlaps(&self, ctx: &Context<'_>) -> Vec<Self> {
        self.others(ctx, &self.entry.overlaps)
    }

    /// The time zones in use, the one that most people use first.
    async fn time_zones(&self) -> Vec<TimeZone> {
        self.entry.time_zones.iter().cloned().map(TimeZone).collect()
    }

    /// An acknowledgement of the territory, written by its nation; null if none was given.
    async fn acknowledgement(&self) -> Option<LocalizedValue> {
        LocalizedValue::best(&self.entry.acknowledgement, &self.view)
    }

    /// What must be known about the drawn boundary.
    async fn boundary_disclaimer(&self) -> Option<LocalizedValue> {
        LocalizedValue::best(&self.entry.boundary_disclaimer, &self.view)
    }

    /// Since when the region exists in this form.
    async fn valid_from(&self) -> Option<Date> {
        self.entry.valid_from.clone().map(Date)
    }

    /// Until when the region existed in this form.
    async fn valid_to(&self) -> Option<Date> {
        self.entry.valid_to.clone().map(Date)
    }

    /// The region that took this one's place.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Option<Self> {
        Self::of_key(ctx.catalog(), self.entry.superseded_by?, &self.view)
    }

    /// Organizations at work in the region or inside it, by name.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
    ) -> Result<OrganizationConnection> {
        let catalog = ctx.catalog();
        let inside = |key: &i64| catalog.is_within(*key, self.entry.key);
        let found = catalog.organizations().filter(|found| found.regions.iter().any(inside)).cloned().collect();
        let args = PageArgs { first, after, last, before };
        let page = named_page(found, &args, &ctx.app().limits, &self.view.preference)?;
        Ok(OrganizationConnection::of(page, |entry| Organization::new(entry, &self.view)))
    }

    #[graphql(flatten)]
    async fn lists(&self) -> ContentLists {
        ContentLists { parent: Parent::Anchor(self.entry.key), view: self.view.clone() }
    }
}

rendered!(struct RegionCode { scheme, value });
rendered!(Region {
    id,
    slug,
    kind,
    name,
    localized_name,
    endonyms,
    codes,
    parents,
    children,
    ancestors,
    overlaps,
    time_zones,
    acknowledgement,
    boundary_disclaimer,
    valid_from,
    valid_to,
    superseded_by,
});

named_connection!(RegionConnection, RegionEdge, Region, "regions");

/// What a list of regions is narrowed to. Absent or null members do not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct RegionFilter {
    /// Sorts of regions; at most 10.
    kinds: Option<Vec<RegionKind>>,
    /// Regions by id, slug or code that must contain the region; at most 10.
    within: Option<Vec<String>>,
    /// Codes in other systems, such as `CA-BC`; at most 10.
    codes: Option<Vec<String>>,
}

/// A page of the regions that match.
pub(super) fn regions(
    catalog: &Catalog,
    filter: RegionFilter,
    args: &PageArgs,
    limits: &Limits,
    view: &View,
) -> Result<NamedPage<store::Region>, ApiError> {
    super::content::bounded("filter.kinds", filter.kinds.as_ref().map_or(0, Vec::len), limits.filter_values)?;
    super::content::bounded("filter.codes", filter.codes.as_ref().map_or(0, Vec::len), limits.filter_values)?;
    let find = |name: &str| catalog.find_region(name).map(|region| region.key);
    let within = super::content::keys("filter.within", filter.within, limits, find)?;
    let found = catalog
        .regions()
        .filter(|region| filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&region.kind)))
        .filter(|region| within.as_ref().is_none_or(|outer| outer.iter().any(|key| region.ancestors.contains(key))))
        .filter(|region| {
            let has = |code: &String| region.codes.iter().any(|own| *own.value == **code);
            filter.codes.as_ref().is_none_or(|codes| codes.iter().any(has))
        })
        .cloned()
        .collect();
    named_page(found, args, limits, &view.preference)
}
