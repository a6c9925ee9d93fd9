//! Queries for regions. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{Region, RegionConnection, RegionFilter, regions};
use crate::domain::public_id::{Noun, PublicId};
use crate::graphql::connection::PageArgs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Locale;

/// How to name one region: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum RegionBy {
    /// The global id.
    Id(ID),
    /// The slug, such as `british-columbia`.
    Slug(String),
    /// A code in another system, such as `CA-BC`.
    Code(String),
}

/// Queries for regions.
#[derive(Debug, Default)]
pub(crate) struct RegionQuery;

#[Object]
impl RegionQuery {
    /// One region; null if there is none of that name.
    async fn region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: RegionBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<Region>> {
        let view = ctx.view(locales)?;
        let name = match by {
            RegionBy::Id(id) => PublicId::parse_as(&id, Noun::Region)
                .map_err(|fault| ApiError::BadInput(format!("by.id {fault}")))?
                .to_string(),
            RegionBy::Slug(name) | RegionBy::Code(name) => name,
        };
        Ok(ctx.catalog().find_region(&name).map(|entry| Region::new(entry.clone(), &view)))
    }

    /// Regions, by name in the reader's language.
    async fn regions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<RegionFilter>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<RegionConnection> {
        let view = ctx.view(locales)?;
        let args = PageArgs { first, after, last, before };
        let page = regions(ctx.catalog(), filter.unwrap_or_default(), &args, &ctx.app().limits, &view)?;
        Ok(RegionConnection::of(page, |entry| Region::new(entry, &view)))
    }
}
