//! The lists of regional updates and of alerts that stand, and their filters. Must not hold fields.

use async_graphql::{Context, Result};

use super::{DrugAlert, RegionalUpdate};
use crate::domain::limits::Limits;
use crate::domain::update::UpdateFamily;
use crate::domain::view::View;
use crate::domain::vocabulary::{AlertSeverity, UpdateKind, UpdateMessageType};
use crate::graphql::connection::{PageArgs, connection, content_page};
use crate::graphql::content::{
    BoundingBoxInput, ContentOrder, DateTimeRange, Envelope, Listing, NearInput, content_filter, instant_range,
    update_family, words,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::store::{Catalog, Condition, Filter, Kind, ListKind, Order, OrderField, Parent};

connection!(RegionalUpdateConnection, RegionalUpdateEdge, RegionalUpdate, "regional updates");
connection!(DrugAlertConnection, DrugAlertEdge, DrugAlert, "drug alerts");

content_filter! {
    /// What a list of regional updates is narrowed to.
    RegionalUpdateFilter {
        /// What the update reports.
        kinds: Option<Vec<UpdateKind>>,
        /// Whether it is new, changes an earlier one or ends it.
        message_types: Option<Vec<UpdateMessageType>>,
        /// How bad it is; drug alerts only.
        severities: Option<Vec<AlertSeverity>>,
        /// When it was issued.
        issued: Option<DateTimeRange>,
        /// Within a distance of a point; only updates of a service tell a place.
        near: Option<NearInput>,
        /// In a box of degrees; only updates of a service tell a place.
        within: Option<BoundingBoxInput>,
    }
}

content_filter! {
    /// What a list of alerts that stand is narrowed to.
    AlertFilter {
        /// What the alert reports.
        kinds: Option<Vec<UpdateKind>>,
        /// How bad it is.
        severities: Option<Vec<AlertSeverity>>,
    }
}

impl RegionalUpdateFilter {
    fn resolve(self, catalog: &Catalog, limits: &Limits) -> Result<Filter, ApiError> {
        let mut filter = self.parts().resolve(catalog, limits)?;
        filter.usual_between = instant_range(self.issued.as_ref());
        filter.conditions.extend(self.kinds.map(|values| Condition::In("kind", words(&values))));
        filter.conditions.extend(self.message_types.map(|values| Condition::In("message_type", words(&values))));
        filter.conditions.extend(self.severities.map(|values| Condition::In("severity", words(&values))));
        filter.near = self.near.map(NearInput::resolve).transpose()?;
        filter.within = self.within.map(BoundingBoxInput::resolve).transpose()?;
        Ok(filter)
    }
}

impl AlertFilter {
    fn resolve(self, catalog: &Catalog, limits: &Limits) -> Result<Filter, ApiError> {
        let mut filter = self.parts().resolve(catalog, limits)?;
        filter.conditions.extend(self.kinds.map(|values| Condition::In("kind", words(&values))));
        filter.conditions.extend(self.severities.map(|values| Condition::In("severity", words(&values))));
        Ok(filter)
    }
}

/// A page of updates, of all or below a parent.
pub(crate) async fn updates(
    ctx: &Context<'_>,
    page: PageArgs,
    filter: Option<RegionalUpdateFilter>,
    order: Option<ContentOrder>,
    view: &View,
    parent: Option<Parent>,
) -> Result<RegionalUpdateConnection> {
    let filter = filter.unwrap_or_default().resolve(ctx.catalog(), &ctx.app().limits)?;
    let usual = Order { field: OrderField::Usual, is_descending: true };
    let order = order.map_or(Ok(usual), |order| order.resolve(&filter))?;
    let listing = Listing { list: ListKind::Of(Kind::Update), order, filter, page, view: view.clone() };
    let page = match parent {
        Some(parent) => listing.run_below(ctx, parent).await?,
        None => listing.run(ctx).await?,
    };
    let (items, info, total) = content_page(&page, order, |item| RegionalUpdate::of_item(item, view));
    Ok(RegionalUpdateConnection { items, info, total })
}

/// A page of the drug alerts that stand, last issued first.
pub(crate) async fn active_alerts(
    ctx: &Context<'_>,
    page: PageArgs,
    filter: Option<AlertFilter>,
    view: &View,
    parent: Option<Parent>,
) -> Result<DrugAlertConnection> {
    let order = Order { field: OrderField::Usual, is_descending: true };
    let filter = filter.unwrap_or_default().resolve(ctx.catalog(), &ctx.app().limits)?;
    let listing = Listing { list: ListKind::Alerts, order, filter, page, view: view.clone() };
    let page = match parent {
        Some(parent) => listing.run_below(ctx, parent).await?,
        None => listing.run(ctx).await?,
    };
    let alert = |item: &std::sync::Arc<crate::store::Item>| {
        let is_alert = update_family(item) == UpdateFamily::DrugAlert;
        is_alert.then(|| DrugAlert(Envelope::new(item.clone(), view.clone())))
    };
    let (items, info, total) = content_page(&page, order, alert);
    Ok(DrugAlertConnection { items, info, total })
}
