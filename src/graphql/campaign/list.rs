//! The list of campaigns and its filter. Must not hold fields.

use async_graphql::{Context, Result};

use super::Campaign;
use crate::domain::limits::Limits;
use crate::domain::view::View;
use crate::domain::vocabulary::{CampaignKind, CampaignState, CampaignUrgency};
use crate::graphql::connection::{PageArgs, connection, content_page, rendered_connection};
use crate::graphql::content::{ContentOrder, Envelope, Listing, content_filter, words};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::store::{Catalog, Condition, Filter, Kind, ListKind, Order, OrderField, Parent};

connection!(CampaignConnection, CampaignEdge, Campaign, "campaigns");
rendered_connection!(CampaignConnection, CampaignEdge);

content_filter! {
    /// What a list of campaigns is narrowed to.
    CampaignFilter {
        /// What sort of campaign it is.
        kinds: Option<Vec<CampaignKind>>,
        /// How it stands.
        states: Option<Vec<CampaignState>>,
        /// How pressing it is.
        urgencies: Option<Vec<CampaignUrgency>>,
    }
}

impl CampaignFilter {
    fn resolve(self, catalog: &Catalog, limits: &Limits) -> Result<Filter, ApiError> {
        let mut filter = self.parts().resolve(catalog, limits)?;
        filter.conditions.extend(self.kinds.map(|values| Condition::In("kind", words(&values))));
        filter.conditions.extend(self.states.map(|values| Condition::In("state", words(&values))));
        filter.conditions.extend(self.urgencies.map(|values| Condition::In("urgency", words(&values))));
        Ok(filter)
    }
}

/// A page of campaigns, of all or below a parent.
pub(crate) async fn campaigns(
    ctx: &Context<'_>,
    page: PageArgs,
    filter: Option<CampaignFilter>,
    order: Option<ContentOrder>,
    view: &View,
    parent: Option<Parent>,
) -> Result<CampaignConnection> {
    let filter = filter.unwrap_or_default().resolve(ctx.catalog(), &ctx.app().limits)?;
    let usual = Order { field: OrderField::Usual, is_descending: true };
    let order = order.map_or(Ok(usual), |order| order.resolve(&filter))?;
    let listing = Listing { list: ListKind::Of(Kind::Campaign), order, filter, page, view: view.clone() };
    let page = match parent {
        Some(parent) => listing.run_below(ctx, parent).await?,
        None => listing.run(ctx).await?,
    };
    let (items, info, total) =
        content_page(&page, order, |item| Some(Campaign(Envelope::new(item.clone(), view.clone()))));
    Ok(CampaignConnection { items, info, total })
}
