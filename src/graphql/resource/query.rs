//! Queries for resources. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{Resource, ResourceConnection, ResourceFilter, resources};
use crate::graphql::connection::PageArgs;
use crate::graphql::content::{By, ContentOrder, Envelope, find_one};
use crate::graphql::context::ContextExt;
use crate::graphql::render::Rendered;
use crate::graphql::scalar::Locale;
use crate::store::Kind;

/// How to name one resource: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum ResourceBy {
    /// The global id.
    Id(ID),
    /// The slug.
    Slug(String),
}

impl From<ResourceBy> for By {
    fn from(by: ResourceBy) -> Self {
        match by {
            ResourceBy::Id(id) => Self::Id(id),
            ResourceBy::Slug(slug) => Self::Slug(slug),
        }
    }
}

/// Queries for resources.
#[derive(Debug, Default)]
pub(crate) struct ResourceQuery;

#[Object]
impl ResourceQuery {
    /// One resource; null if there is none that the caller may see.
    async fn resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: ResourceBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<Rendered<Resource>>> {
        let view = ctx.view(locales)?;
        let item = find_one(ctx, Kind::Resource, by.into(), &view).await?;
        Ok(item.map(|item| Rendered(Resource(Envelope::new(item, view)))))
    }

    /// Resources, last published first unless ordered otherwise.
    async fn resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<ResourceFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Rendered<ResourceConnection>> {
        let view = ctx.view(locales)?;
        resources(ctx, PageArgs { first, after, last, before }, filter, order_by, &view, None).await.map(Rendered)
    }
}
