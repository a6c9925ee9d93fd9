//! Queries for organizations. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{Organization, OrganizationConnection, OrganizationFilter, organizations};
use crate::domain::public_id::{self, PublicId};
use crate::graphql::connection::PageArgs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Locale;

/// How to name one organization: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum OrganizationBy {
    /// The global id.
    Id(ID),
    /// The slug.
    Slug(String),
}

/// Queries for organizations.
#[derive(Debug, Default)]
pub(crate) struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// One organization; null if there is none of that name.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: OrganizationBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<Organization>> {
        let view = ctx.view(locales)?;
        let name = match by {
            OrganizationBy::Id(id) => PublicId::parse_as(&id, public_id::Noun::Organization)
                .map_err(|fault| ApiError::BadInput(format!("by.id {fault}")))?
                .to_string(),
            OrganizationBy::Slug(name) => name,
        };
        Ok(ctx.catalog().find_organization(&name).map(|entry| Organization::new(entry.clone(), &view)))
    }

    /// Organizations, by name.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<OrganizationFilter>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<OrganizationConnection> {
        let view = ctx.view(locales)?;
        let args = PageArgs { first, after, last, before };
        let page = organizations(ctx.catalog(), filter.unwrap_or_default(), &args, &ctx.app().limits, &view)?;
        Ok(OrganizationConnection::of(page, |entry| Organization::new(entry, &view)))
    }
}
