//! The list of events and its filter. Must not hold fields.

use async_graphql::{Context, Result};

use super::Event;
use crate::domain::limits::Limits;
use crate::domain::view::View;
use crate::domain::vocabulary::{AccessibilityFeature, EventFormat, EventKind, EventStatus};
use crate::graphql::connection::{PageArgs, connection, content_page, rendered_connection};
use crate::graphql::content::{
    BoundingBoxInput, ContentOrder, DateTimeRange, Envelope, Listing, NearInput, content_filter, instant_range, words,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::DateTime;
use crate::store::{Catalog, Condition, Filter, Kind, ListKind, Order, OrderField, Parent};

connection!(EventConnection, EventEdge, Event, "events");
rendered_connection!(EventConnection, EventEdge);

content_filter! {
    /// What a list of events is narrowed to.
    EventFilter {
        /// What sort of event it is.
        kinds: Option<Vec<EventKind>>,
        /// In person, online or both.
        formats: Option<Vec<EventFormat>>,
        /// Whether it takes place as planned.
        statuses: Option<Vec<EventStatus>>,
        /// When it starts; a series counts by its first start.
        starts: Option<DateTimeRange>,
        /// Something of it may still take place after this instant: its end is later, or it is a series that goes on.
        ends_after: Option<DateTime>,
        /// Any of these is provided.
        accessibility: Option<Vec<AccessibilityFeature>>,
        /// Within a distance of a point; what is told of no place is not found.
        near: Option<NearInput>,
        /// In a box of degrees; what is told of no place is not found.
        within: Option<BoundingBoxInput>,
    }
}

impl EventFilter {
    pub(super) fn resolve(self, catalog: &Catalog, limits: &Limits) -> Result<Filter, ApiError> {
        let mut filter = self.parts().resolve(catalog, limits)?;
        filter.usual_between = instant_range(self.starts.as_ref());
        filter.conditions.extend(self.kinds.map(|values| Condition::In("kind", words(&values))));
        filter.conditions.extend(self.formats.map(|values| Condition::In("format", words(&values))));
        filter.conditions.extend(self.statuses.map(|values| Condition::In("event_status", words(&values))));
        filter.conditions.extend(self.accessibility.map(|values| Condition::Holds("features", words(&values))));
        filter.conditions.extend(self.ends_after.map(|after| Condition::After("over_at", after.instant.as_micros())));
        filter.near = self.near.map(NearInput::resolve).transpose()?;
        filter.within = self.within.map(BoundingBoxInput::resolve).transpose()?;
        Ok(filter)
    }
}

/// A page of events, of all or below a parent.
pub(crate) async fn events(
    ctx: &Context<'_>,
    page: PageArgs,
    filter: Option<EventFilter>,
    order: Option<ContentOrder>,
    view: &View,
    parent: Option<Parent>,
) -> Result<EventConnection> {
    let filter = filter.unwrap_or_default().resolve(ctx.catalog(), &ctx.app().limits)?;
    let usual = Order { field: OrderField::Usual, is_descending: false };
    let order = order.map_or(Ok(usual), |order| order.resolve(&filter))?;
    let listing = Listing { list: ListKind::Of(Kind::Event), order, filter, page, view: view.clone() };
    let page = match parent {
        Some(parent) => listing.run_below(ctx, parent).await?,
        None => listing.run(ctx).await?,
    };
    let (items, info, total) =
        content_page(&page, order, |item| Some(Event(Envelope::new(item.clone(), view.clone()))));
    Ok(EventConnection { items, info, total })
}
