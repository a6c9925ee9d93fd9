//! Mutations of topics. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::Topic;
use super::input::TopicUpsertInput;
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::content::{caller, split};
use crate::graphql::context::ContextExt;
use crate::graphql::given::Given;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning};
use crate::service::edit::upsert_catalog;

/// What came of writing a topic.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct TopicUpsertPayload {
    /// The topic as it is now; null if nothing was changed.
    topic: Option<Topic>,
    /// Why nothing was changed; empty if it was.
    user_errors: Vec<UserError>,
    /// What to look at again.
    warnings: Vec<Warning>,
}

/// Mutations of topics.
#[derive(Debug, Default)]
pub(crate) struct TopicMutation;

#[Object]
impl TopicMutation {
    /// Makes a topic, or replaces what the one of the same slug says. Requires scope `topics:manage`.
    #[graphql(guard = "RequireScope(&[Scope::TopicsManage])")]
    async fn topic_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: Given<TopicUpsertInput>,
    ) -> Result<Option<TopicUpsertPayload>> {
        let caller = caller(ctx)?;
        let members = Members::of(input.into_json(ctx));
        let outcome = upsert_catalog(ctx.app(), &caller, "topic", members.as_map()).await;
        let (view, warnings) = (ctx.view(None)?, Vec::new());
        Ok(Some(match split(outcome)? {
            Ok(done) => {
                let catalog = ctx.app().store.catalog();
                let topic = Topic::of_key(&catalog, done.0, &view);
                TopicUpsertPayload { topic, user_errors: Vec::new(), warnings }
            }
            Err(user_errors) => TopicUpsertPayload { topic: None, user_errors, warnings },
        }))
    }
}
