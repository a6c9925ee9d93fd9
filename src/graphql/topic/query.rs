//! Queries for topics. Must not hold fields.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{Topic, TopicConnection, TopicFilter, topics};
use crate::domain::public_id::{self, PublicId};
use crate::graphql::connection::PageArgs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Locale;

/// How to name one topic: exactly one member.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum TopicBy {
    /// The global id.
    Id(ID),
    /// The slug.
    Slug(String),
}

/// Queries for topics.
#[derive(Debug, Default)]
pub(crate) struct TopicQuery;

#[Object]
impl TopicQuery {
    /// One topic; null if there is none of that name.
    async fn topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: TopicBy,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Option<Topic>> {
        let view = ctx.view(locales)?;
        let name = match by {
            TopicBy::Id(id) => PublicId::parse_as(&id, public_id::Noun::Topic)
                .map_err(|fault| ApiError::BadInput(format!("by.id {fault}")))?
                .to_string(),
            TopicBy::Slug(name) => name,
        };
        Ok(ctx.catalog().find_topic(&name).map(|entry| Topic::new(entry.clone(), &view)))
    }

    /// Topics, by name in the reader's language.
    async fn topics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<TopicFilter>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<TopicConnection> {
        let view = ctx.view(locales)?;
        let args = PageArgs { first, after, last, before };
        let page = topics(ctx.catalog(), filter.unwrap_or_default(), &args, &ctx.app().limits, &view)?;
        Ok(TopicConnection::of(page, |entry| Topic::new(entry, &view)))
    }
}
