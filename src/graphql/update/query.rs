//! Queries for regional updates. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{
    AlertFilter, DrugAlertConnection, RegionalUpdate, RegionalUpdateConnection, RegionalUpdateFilter, active_alerts,
    updates,
};
use crate::graphql::connection::PageArgs;
use crate::graphql::content::{By, ContentOrder, find_one};
use crate::graphql::context::ContextExt;
use crate::graphql::scalar::Locale;
use crate::store::Kind;

/// How to name one regional update: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum RegionalUpdateBy {
    /// The global id.
    Id(ID),
    /// The slug.
    Slug(String),
}

impl From<RegionalUpdateBy> for By {
    fn from(by: RegionalUpdateBy) -> Self {
        match by {
            RegionalUpdateBy::Id(id) => Self::Id(id),
            RegionalUpdateBy::Slug(slug) => Self::Slug(slug),
        }
    }
}

/// Queries for regional updates.
#[derive(Debug, Default)]
pub(crate) struct UpdateQuery;

#[Object]
impl UpdateQuery {
    /// One regional update; null if there is none that the caller may see.
    async fn regional_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: RegionalUpdateBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<RegionalUpdate>> {
        let view = ctx.view(locales)?;
        let item = find_one(ctx, Kind::Update, by.into(), &view).await?;
        Ok(item.and_then(|item| RegionalUpdate::of_item(&item, &view)))
    }

    /// Regional updates, last issued first unless ordered otherwise.
    async fn regional_updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<RegionalUpdateFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<RegionalUpdateConnection> {
        let view = ctx.view(locales)?;
        updates(ctx, PageArgs { first, after, last, before }, filter, order_by, &view, None).await
    }

    /// Drug alerts that stand now, last issued first: neither expired nor cancelled nor superseded. `filter.regions`
    /// includes the alerts of the regions around those named.
    async fn active_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<AlertFilter>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<DrugAlertConnection> {
        let view = ctx.view(locales)?;
        active_alerts(ctx, PageArgs { first, after, last, before }, filter, &view, None).await
    }
}
