//! The query `changes`. Must not read the change log itself.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::ChangePage;
use crate::domain::vocabulary::ContentKind;
use crate::graphql::connection::PageArgs;
use crate::graphql::content::{keys, kind_of, wants_body};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Locale;
use crate::service::following::{FollowFault, Following, changes};
use crate::store::Kind;

/// What followers ask.
#[derive(Debug, Default)]
pub(crate) struct FollowingQueries;

#[Object]
impl FollowingQueries {
    /// What changed since a follower last asked, so that a copy of what it may see stays current. Without a token, and while
    /// `hasMore`, everything is walked once; from then on only what changed is told: items that are new or other than they
    /// were, whole, and tombstones for those that are gone. Nothing is told of what the follower could never see. In no order
    /// that means anything.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `nextToken` of the answer before; everything if left out.")] since: Option<String>,
        #[graphql(desc = "Kinds to follow; all if left out. Keep to the same ones: a token is good for its question.")]
        kinds: Option<Vec<ContentKind>>,
        #[graphql(
            desc = "Regions by id, slug or code, such as `CA-BC`, with what lies inside them; at most 10. All if \
                          left out."
        )]
        regions: Option<Vec<String>>,
        #[graphql(desc = "Topics by id or slug, with narrower ones; at most 10. All if left out.")] topics: Option<
            Vec<String>,
        >,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
        #[graphql(desc = "Items at most: 1 to 100, 20 if left out.")] first: Option<i32>,
    ) -> Result<ChangePage> {
        let limits = &ctx.app().limits;
        let page = PageArgs { first, after: None, last: None, before: None }.request(limits, "")?;
        if page.size == 0 {
            return Err(
                ApiError::BadInput("first is below the minimum of 1: nothing would ever be told".to_string()).into()
            );
        }
        let catalog = ctx.catalog();
        let region = |name: &str| catalog.find_region(name).map(|region| region.key);
        let topic = |name: &str| catalog.find_topic(name).map(|topic| topic.key);
        let kinds = kinds.map(|kinds| kinds.into_iter().map(kind_of).collect::<Vec<Kind>>());
        let view = ctx.view(locales)?;
        let following = Following {
            kinds,
            regions: keys("regions", regions, limits, region)?,
            topics: keys("topics", topics, limits, topic)?,
            is_alerts: false,
            view: view.clone(),
        };
        let with_body = wants_body(ctx.look_ahead().field("changes").field("content"));
        // Its token says up to which instant everything was told.
        ctx.instant();
        let page = changes(ctx.app(), &following, since.as_deref(), page.size, with_body).await;
        Ok(ChangePage { page: Arc::new(page.map_err(told_fault)?), view })
    }
}

/// What a follower is told of a fault.
pub(crate) fn told_fault(fault: FollowFault) -> ApiError {
    match fault {
        FollowFault::Malformed => ApiError::BadInput(format!("since {fault}")),
        FollowFault::Database(cause) => cause.into(),
        FollowFault::Sealing | FollowFault::Stopped | FollowFault::Crowded => {
            sea_orm::DbErr::Custom(fault.to_string()).into()
        }
    }
}
