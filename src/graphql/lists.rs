//! The connections of content that hang below a region, a topic or an organization: the same fields for all three.
//! Must not know what they hang below but by its key.

use async_graphql::{Context, Object, Result};

use super::campaign::{CampaignConnection, CampaignFilter, campaigns};
use super::connection::PageArgs;
use super::content::ContentOrder;
use super::event::{EventConnection, EventFilter, events};
use super::resource::{ResourceConnection, ResourceFilter, resources};
use super::update::{
    AlertFilter, DrugAlertConnection, RegionalUpdateConnection, RegionalUpdateFilter, active_alerts, updates,
};
use crate::domain::view::View;
use crate::store::Parent;

/// The lists below a parent.
#[derive(Clone, Debug)]
pub(crate) struct ContentLists {
    pub(crate) parent: Parent,
    pub(crate) view: View,
}

#[Object]
impl ContentLists {
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
    ) -> Result<ResourceConnection> {
        resources(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, Some(self.parent)).await
    }

    /// Regional updates, last issued first unless ordered otherwise.
    async fn updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<RegionalUpdateFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
    ) -> Result<RegionalUpdateConnection> {
        updates(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, Some(self.parent)).await
    }

    /// Drug alerts that stand now, last issued first: neither expired nor cancelled nor superseded. Those of a region
    /// include those of the regions around it and inside it.
    async fn active_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<AlertFilter>,
    ) -> Result<DrugAlertConnection> {
        active_alerts(ctx, PageArgs { first, after, last, before }, filter, &self.view, Some(self.parent)).await
    }

    /// Events, earliest start first unless ordered otherwise; a series counts by its first start.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<EventFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
    ) -> Result<EventConnection> {
        events(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, Some(self.parent)).await
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
    ) -> Result<CampaignConnection> {
        campaigns(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, Some(self.parent)).await
    }
}
