//! Queries for events. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{Event, EventConnection, EventFilter, events};
use crate::graphql::connection::PageArgs;
use crate::graphql::content::{By, ContentOrder, Envelope, find_one};
use crate::graphql::context::ContextExt;
use crate::graphql::render::Rendered;
use crate::graphql::scalar::Locale;
use crate::store::Kind;

/// How to name one event: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum EventBy {
    /// The global id.
    Id(ID),
    /// The slug.
    Slug(String),
}

impl From<EventBy> for By {
    fn from(by: EventBy) -> Self {
        match by {
            EventBy::Id(id) => Self::Id(id),
            EventBy::Slug(slug) => Self::Slug(slug),
        }
    }
}

/// Queries for events.
#[derive(Debug, Default)]
pub(crate) struct EventQuery;

#[Object]
impl EventQuery {
    /// One event; null if there is none that the caller may see.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: EventBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<Rendered<Event>>> {
        let view = ctx.view(locales)?;
        let item = find_one(ctx, Kind::Event, by.into(), &view).await?;
        Ok(item.map(|item| Rendered(Event(Envelope::new(item, view)))))
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
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Rendered<EventConnection>> {
        let view = ctx.view(locales)?;
        events(ctx, PageArgs { first, after, last, before }, filter, order_by, &view, None).await.map(Rendered)
    }
}
