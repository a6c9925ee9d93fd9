//! Queries for campaigns. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{Campaign, CampaignConnection, CampaignFilter, campaigns};
use crate::graphql::connection::PageArgs;
use crate::graphql::content::{By, ContentOrder, Envelope, find_one};
use crate::graphql::context::ContextExt;
use crate::graphql::render::Rendered;
use crate::graphql::scalar::Locale;
use crate::store::Kind;

/// How to name one campaign: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum CampaignBy {
    /// The global id.
    Id(ID),
    /// The slug.
    Slug(String),
}

impl From<CampaignBy> for By {
    fn from(by: CampaignBy) -> Self {
        match by {
            CampaignBy::Id(id) => Self::Id(id),
            CampaignBy::Slug(slug) => Self::Slug(slug),
        }
    }
}

/// Queries for campaigns.
#[derive(Debug, Default)]
pub(crate) struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// One campaign; null if there is none that the caller may see.
    async fn campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: CampaignBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<Rendered<Campaign>>> {
        let view = ctx.view(locales)?;
        let item = find_one(ctx, Kind::Campaign, by.into(), &view).await?;
        Ok(item.map(|item| Rendered(Campaign(Envelope::new(item, view)))))
    }

    /// Campaigns, last published first unless ordered otherwise.
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<CampaignFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Rendered<CampaignConnection>> {
        let view = ctx.view(locales)?;
        campaigns(ctx, PageArgs { first, after, last, before }, filter, order_by, &view, None).await.map(Rendered)
    }
}
