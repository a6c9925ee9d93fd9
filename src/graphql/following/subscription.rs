//! The subscriptions. A field is resolved twice, as the specification divides it (GraphQL October 2021, section 6.2.3): once
//! to find out what is followed, which it leaves in [`Asked`], and then for each page, which comes in [`Delivered`]; so that
//! one page is rendered once for all who sent the same. Must not wait for changes itself.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Result, Subscription};
use futures_util::stream::{self, Stream};

use super::ChangePage;
use super::query::told_fault;
use crate::domain::view::View;
use crate::domain::vocabulary::ContentKind;
use crate::graphql::content::{keys, kind_of, wants_body};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Locale;
use crate::service::following::{FollowFault, Following, LivePage};
use crate::store::Kind;

/// What somebody asks to follow.
#[derive(Debug)]
pub struct Wish {
    /// What is followed, and by whom.
    pub following: Following,
    /// Behind which place; from now on if there is none.
    pub since: Option<String>,
    /// Whether items come with their bodies.
    pub with_body: bool,
}

/// Where a subscription leaves what is asked for: data of the request that asks.
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<Mutex<Option<Wish>>>);

impl Asked {
    /// What was asked for, if the request came so far.
    pub fn take(&self) -> Option<Wish> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, wish: Wish) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(wish);
    }
}

/// A page that is to be told: data of the request that tells it.
#[derive(Clone, Debug)]
pub struct Delivered(pub Arc<LivePage>);

/// What can be followed while one is connected: over a websocket by `graphql-transport-ws`, or as Server-Sent Events.
#[derive(Debug, Default)]
pub struct Subscription;

/// What can be followed while one is connected: over a websocket by `graphql-transport-ws`, or as Server-Sent Events.
#[Subscription]
impl Subscription {
    /// What changes from now on, or since a token was given, told within a second: pages as `changes` answers them, for the
    /// same question, so that one client code applies both. The first page comes at once: without a token it tells where to go
    /// on from; with one, what was missed, to a page with `hasMore` false; everything, if the token is of a walk that is not
    /// over or if a full resync is required. Keep `nextToken` with each page: who connects again with it has missed nothing. At
    /// most 20 changes a page; what changes while a page is on its way comes once.
    async fn content_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last `nextToken` of `changes` or of this; from now on if left out.")] since: Option<
            String,
        >,
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
    ) -> Result<impl Stream<Item = ChangePage>> {
        let view = ctx.view(locales)?;
        if let Some(delivered) = delivered(ctx, &view) {
            return Ok(stream::iter(Some(delivered)));
        }
        let (catalog, limits) = (ctx.catalog(), &ctx.app().limits);
        let topic = |name: &str| catalog.find_topic(name).map(|topic| topic.key);
        let following = Following {
            kinds: kinds.map(|kinds| kinds.into_iter().map(kind_of).collect::<Vec<Kind>>()),
            regions: regions_of(ctx, regions)?,
            topics: keys("topics", topics, limits, topic)?,
            is_alerts: false,
            view,
        };
        ask(ctx, following, since)
    }

    /// Drug alerts as they are issued, changed, cancelled, over or withdrawn, told within a second: pages of the same form as
    /// those of `contentChanged`, and tokens of its own. List `activeAlerts` after the first page has come, and nothing is
    /// missed. One that replaces or ends another names it in `supersedes`: the other is over then.
    async fn alert_issued(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last `nextToken` of this; from now on if left out.")] since: Option<String>,
        #[graphql(
            desc = "Regions by id, slug or code, such as `CA-BC`, with what lies inside them, and with those that \
                          they lie in: an alert for a province holds in its towns; at most 10. All if left out."
        )]
        regions: Option<Vec<String>>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<impl Stream<Item = ChangePage>> {
        let view = ctx.view(locales)?;
        if let Some(delivered) = delivered(ctx, &view) {
            return Ok(stream::iter(Some(delivered)));
        }
        let regions = regions_of(ctx, regions)?;
        let following = Following { kinds: Some(vec![Kind::Update]), regions, topics: None, is_alerts: true, view };
        ask(ctx, following, since)
    }
}

/// The page that this request tells, if it tells one.
fn delivered(ctx: &Context<'_>, view: &View) -> Option<ChangePage> {
    let Delivered(live) = ctx.data_opt::<Delivered>()?;
    Some(ChangePage { page: Arc::clone(&live.page), view: view.clone() })
}

fn regions_of(ctx: &Context<'_>, regions: Option<Vec<String>>) -> Result<Option<Vec<i64>>, ApiError> {
    let region = |name: &str| ctx.catalog().find_region(name).map(|region| region.key);
    keys("regions", regions, &ctx.app().limits, region)
}

/// Leaves what is asked for; tells nothing yet.
fn ask(
    ctx: &Context<'_>,
    following: Following,
    since: Option<String>,
) -> Result<stream::Iter<std::option::IntoIter<ChangePage>>> {
    let with_body = wants_body(ctx.look_ahead().field("changes").field("content"));
    match ctx.data_opt::<Asked>() {
        Some(asked) => asked.put(Wish { following, since, with_body }),
        // Nobody delivers what is asked in another way.
        None => return Err(told_fault(FollowFault::Stopped).into()),
    }
    Ok(stream::iter(None))
}
