//! Webhooks: addresses of an organization that are told of changes. Must not show a secret twice.

mod mutation;
mod query;

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject};

pub(crate) use mutation::WebhookMutation;
pub(crate) use query::WebhookQuery;

use super::connection::PageArgs;
use super::content::name_of;
use super::context::ContextExt;
use super::error::ApiError;
use super::region::Region;
use super::scalar::DateTime;
use super::topic::Topic;
use crate::domain::public_id::Noun;
use crate::domain::view::View;
use crate::domain::vocabulary::{ContentKind, Vocabulary, WebhookDeliveryStatus, WebhookDisabledReason};
use crate::service::webhook::{keys_of, kinds_of};
use crate::store;

/// An address that is told of changes by messages after the Standard Webhooks specification. It is told what the client
/// that made it may see. Only clients of the same organization see it, with scope `webhooks:manage`; `node` does not find
/// it.
#[derive(Clone, Debug, Description)]
pub(crate) struct Webhook {
    row: store::Webhook,
    view: View,
}

impl Webhook {
    pub(crate) fn new(row: store::Webhook, view: &View) -> Self {
        Self { row, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Webhook {
    /// The webhook's global id.
    async fn id(&self) -> ID {
        ID(Noun::Webhook.id_of(&self.row.public_id))
    }

    /// Where messages go.
    async fn url(&self) -> &str {
        &self.row.url
    }

    /// What people call it; may be empty.
    async fn description(&self) -> &str {
        &self.row.description
    }

    /// The kinds that it is told of; null for all.
    async fn kinds(&self) -> Option<Vec<ContentKind>> {
        kinds_of(&self.row).map(|kinds| kinds.into_iter().map(name_of).collect())
    }

    /// The regions that it is told of, with what lies inside them; null for all.
    async fn regions(&self, ctx: &Context<'_>) -> Option<Vec<Region>> {
        let region = |key| Region::of_key(ctx.catalog(), key, &self.view);
        keys_of(self.row.regions.as_deref()).map(|keys| keys.into_iter().filter_map(region).collect())
    }

    /// The topics that it is told of, with narrower ones; null for all.
    async fn topics(&self, ctx: &Context<'_>) -> Option<Vec<Topic>> {
        let topic = |key| Topic::of_key(ctx.catalog(), key, &self.view);
        keys_of(self.row.topics.as_deref()).map(|keys| keys.into_iter().filter_map(topic).collect())
    }

    /// Whether it is told of anything.
    async fn is_enabled(&self) -> bool {
        self.row.is_enabled
    }

    /// Why it is told of nothing; null if it is.
    async fn disabled_reason(&self) -> Option<WebhookDisabledReason> {
        self.row.disabled_reason.as_deref().and_then(WebhookDisabledReason::parse)
    }

    /// Since when it is told of nothing; null if it is.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.row.disabled_at.map(DateTime::micros)
    }

    /// Since when no message has arrived; null if the last one did. After five days it is disabled.
    async fn failing_since(&self) -> Option<DateTime> {
        self.row.failing_since.map(DateTime::micros)
    }

    /// Until when the secret before the present one signs too; null if there is none.
    async fn previous_secret_until(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let until = crate::service::webhook::both_until(&self.row)?;
        (until > ctx.app().clock.now().as_micros()).then(|| DateTime::micros(until))
    }

    /// For `expectedVersion`: it counts the changes of the webhook.
    async fn version(&self) -> i32 {
        i32::try_from(self.row.version).unwrap_or(i32::MAX)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime::micros(self.row.created_at)
    }

    /// The last messages, the newest first. They are kept for 30 days after they arrived or were given up.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those of these states only; all if left out.")] statuses: Option<Vec<WebhookDeliveryStatus>>,
        #[graphql(desc = "Messages at most: 0 to 100, 20 if left out.")] first: Option<i32>,
    ) -> Result<Vec<WebhookDelivery>> {
        let page = PageArgs { first, after: None, last: None, before: None }.request(&ctx.app().limits, "")?;
        let statuses: Option<Vec<String>> =
            statuses.map(|statuses| statuses.into_iter().map(|status| status.as_str().to_string()).collect());
        let most = u64::try_from(page.size).unwrap_or(u64::MAX);
        let store = &ctx.app().store;
        let found = store.list_deliveries(self.row.id, statuses.as_deref(), most).await.map_err(ApiError::from)?;
        let keys: Vec<i64> = found.iter().map(|delivery| delivery.id).collect();
        let attempts = if ctx.look_ahead().field("attempts").exists() {
            store.list_attempts(&keys).await.map_err(ApiError::from)?
        } else {
            Vec::new()
        };
        // What an item is about is for the client that may see it.
        let is_own = ctx.actor().is_some_and(|actor| actor.client == self.row.client_id);
        let shown = |mut delivery: store::Delivery| {
            delivery.item_id = delivery.item_id.filter(|_| is_own);
            WebhookDelivery::new(delivery, &attempts)
        };
        Ok(found.into_iter().map(shown).collect())
    }
}

/// A message to a webhook.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct WebhookDelivery {
    /// The message's id, its header `webhook-id`: the same at each attempt.
    id: ID,
    /// What it tells: `content.published`, `content.updated`, `content.removed`, `resync` or `test`.
    #[graphql(name = "type")]
    what: String,
    /// The global id of the item that it is about; null if it is about none, or if another client answers for the webhook.
    content_id: Option<ID>,
    /// How it stands.
    status: WebhookDeliveryStatus,
    /// What has come of it so far, the oldest first.
    attempts: Vec<WebhookAttempt>,
    /// When it was made.
    created_at: DateTime,
    /// When it is tried next; null if it is not any more.
    next_attempt_at: Option<DateTime>,
    /// When it arrived or was given up; null while it is pending.
    done_at: Option<DateTime>,
}

/// An attempt to deliver a message.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct WebhookAttempt {
    /// When.
    at: DateTime,
    /// The status that came back; null if none did.
    status: Option<i32>,
    /// What went wrong, if no status came back.
    failure: Option<String>,
    /// How long it took, in milliseconds.
    took_ms: i32,
}

impl WebhookDelivery {
    fn new(delivery: store::Delivery, attempts: &[store::Attempt]) -> Self {
        let own = attempts.iter().filter(|attempt| attempt.delivery_id == delivery.id);
        let attempts = own.map(|attempt| WebhookAttempt {
            at: DateTime::micros(attempt.at),
            status: attempt.status,
            failure: attempt.failure.clone(),
            took_ms: i32::try_from(attempt.took_ms).unwrap_or(i32::MAX),
        });
        let status = WebhookDeliveryStatus::parse(&delivery.status).unwrap_or(WebhookDeliveryStatus::Dead);
        let is_pending = status == WebhookDeliveryStatus::Pending;
        Self {
            id: ID(Noun::Message.id_of(&delivery.public_id)),
            what: delivery.what,
            content_id: delivery.item_id.map(ID),
            status,
            attempts: attempts.collect(),
            created_at: DateTime::micros(delivery.created_at),
            next_attempt_at: is_pending.then(|| DateTime::micros(delivery.next_at)),
            done_at: delivery.done_at.map(DateTime::micros),
        }
    }
}
