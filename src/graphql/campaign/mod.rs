//! Campaigns: calls for mutual aid, legal defence, action. Must not run statements itself.

mod ask;
pub(crate) mod input;
mod list;
mod mutation;
mod query;

use async_graphql::{Context, Description, Object, Result};

use ask::{Ask, CampaignTarget};
pub(crate) use list::{CampaignConnection, CampaignEdge, CampaignFilter, campaigns};
pub(crate) use mutation::CampaignMutation;
pub(crate) use query::CampaignQuery;

use super::connection::PageArgs;
use super::content::{ContentOrder, Envelope, Money, content_type, rendered_content, stored};
use super::context::ContextExt;
use super::error::ApiError;
use super::event::{EventConnection, EventFilter, events};
use super::later::Later;
use super::organization::Organization;
use super::resource::{ResourceConnection, ResourceFilter, resources};
use super::scalar::Date;
use super::update::{RegionalUpdateConnection, RegionalUpdateFilter, updates};
use crate::domain::campaign::{self, CampaignDetail};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::view::View;
use crate::domain::vocabulary::{CampaignKind, CampaignState, CampaignUrgency, Vocabulary};
use crate::store::{Detail, Parent};

content_type! {
    /// A call for mutual aid, legal defence, direct action or another form of solidarity.
    Campaign
}

impl Campaign {
    fn row(&self) -> Result<&entity::campaign::Model> {
        match &self.item.detail {
            Detail::Campaign(row) => Ok(row),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not a campaign".to_string())).into()),
        }
    }

    fn detail(&self) -> Result<CampaignDetail> {
        stored(&self.row()?.detail)
    }
}

/// What a campaign wants to reach.
#[derive(Clone, Debug, Description)]
pub(crate) struct CampaignGoal {
    value: campaign::Goal,
    view: View,
}

impl CampaignGoal {
    pub(crate) fn new(value: campaign::Goal, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl CampaignGoal {
    /// The goal in words.
    async fn description(&self) -> Option<String> {
        self.value.description.text(&self.view.preference)
    }

    /// The goal as money.
    async fn amount(&self) -> Option<Money> {
        self.value.amount.clone().map(Money)
    }

    /// The goal as a number, of signatures for instance.
    async fn count(&self) -> Option<u32> {
        self.value.count
    }
}

/// A step on the way.
#[derive(Clone, Debug, Description)]
pub(crate) struct Milestone {
    value: campaign::Milestone,
    view: View,
}

impl Milestone {
    pub(crate) fn new(value: campaign::Milestone, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Milestone {
    /// What it is.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// When it is meant to be reached.
    async fn target_on(&self) -> Option<Date> {
        self.value.target_on.map(|date| Date(date.to_string()))
    }

    /// When it was reached.
    async fn reached_on(&self) -> Option<Date> {
        self.value.reached_on.map(|date| Date(date.to_string()))
    }
}

/// That an organization stands behind a campaign.
#[derive(Clone, Debug, Description)]
pub(crate) struct Endorsement {
    value: campaign::Endorsement,
    view: View,
}

impl Endorsement {
    pub(crate) fn new(value: campaign::Endorsement, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Endorsement {
    /// The organization; null if it is gone.
    async fn organization(&self, ctx: &Context<'_>) -> Option<Later<Organization>> {
        let id = PublicId::parse_as(&self.value.organization, Noun::Organization).ok()?;
        Organization::of_key(ctx.catalog(), id.key(), &self.view).map(Later)
    }

    /// What it says.
    async fn statement(&self) -> Option<String> {
        self.value.statement.text(&self.view.preference)
    }

    /// Since when.
    async fn endorsed_on(&self) -> Option<Date> {
        self.value.endorsed_on.map(|date| Date(date.to_string()))
    }
}

#[Object(use_type_description)]
impl Campaign {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    /// What sort of campaign it is.
    async fn kind(&self) -> Result<CampaignKind> {
        Ok(CampaignKind::parse(&self.row()?.kind).unwrap_or(CampaignKind::Other))
    }

    /// How it stands.
    async fn state(&self) -> Result<CampaignState> {
        Ok(CampaignState::parse(&self.row()?.state).unwrap_or(CampaignState::Paused))
    }

    /// How pressing it is.
    async fn urgency(&self) -> Result<CampaignUrgency> {
        Ok(CampaignUrgency::parse(&self.row()?.urgency).unwrap_or(CampaignUrgency::Normal))
    }

    /// The day it began or begins.
    async fn starts_on(&self) -> Result<Option<Date>> {
        Ok(self.row()?.starts_on.clone().map(Date))
    }

    /// The day it ended or ends.
    async fn ends_on(&self) -> Result<Option<Date>> {
        Ok(self.row()?.ends_on.clone().map(Date))
    }

    /// What is demanded.
    async fn demands(&self) -> Result<Vec<String>> {
        let demands = self.detail()?.demands;
        Ok(demands.iter().filter_map(|demand| demand.text.text(&self.view.preference)).collect())
    }

    /// What people are asked to do; at most 100.
    async fn asks(&self) -> Result<Vec<Ask>> {
        Ok(self.detail()?.asks.into_iter().map(|ask| Ask::new(ask, &self.view)).collect())
    }

    /// Those in office whom the campaign addresses.
    async fn targets(&self) -> Result<Vec<CampaignTarget>> {
        Ok(self.detail()?.targets.into_iter().map(CampaignTarget::new).collect())
    }

    /// What it wants to reach.
    async fn goal(&self) -> Result<Option<CampaignGoal>> {
        Ok(self.detail()?.goal.map(|value| CampaignGoal::new(value, &self.view)))
    }

    /// Steps on the way.
    async fn milestones(&self) -> Result<Vec<Milestone>> {
        Ok(self.detail()?.milestones.into_iter().map(|value| Milestone::new(value, &self.view)).collect())
    }

    /// Organizations that stand behind it.
    async fn endorsements(&self) -> Result<Vec<Endorsement>> {
        Ok(self.detail()?.endorsements.into_iter().map(|value| Endorsement::new(value, &self.view)).collect())
    }

    /// How it ended, in words.
    async fn outcome(&self) -> Result<Option<String>> {
        Ok(self.detail()?.outcome.text(&self.view.preference))
    }

    /// Events of the campaign.
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
        let parent = Some(Parent::Anchor(self.item.content.id));
        events(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, parent).await
    }

    /// Resources that the campaign gathers.
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
        let parent = Some(Parent::Anchor(self.item.content.id));
        resources(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, parent).await
    }

    /// Regional updates that the campaign gathers.
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
        let parent = Some(Parent::Anchor(self.item.content.id));
        updates(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, parent).await
    }
}

rendered_content!(Campaign { kind, state, urgency, starts_on, ends_on, demands, outcome });
