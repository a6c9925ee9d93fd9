//! Mutations of webhooks. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use secrecy::ExposeSecret;

use super::{Webhook, WebhookDelivery};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::domain::vocabulary::ContentKind;
use crate::graphql::access::RequireScope;
use crate::graphql::client::{actor, sort_out};
use crate::graphql::content::kind_of;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::payload::{UserError, Warning};
use crate::service::client::ClientError;
use crate::service::fault::{Fault, FaultCode};
use crate::service::webhook::{self, NewWebhook, Question, WebhookPatch};
use crate::store;

/// A webhook to be made.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WebhookCreateInput {
    /// Where messages go: an `https://` address on the public internet, at most 2 000 bytes.
    url: String,
    /// What people call it; at most 200 characters.
    description: Option<String>,
    /// Kinds that it is told of; all if left out or null.
    kinds: Option<Vec<ContentKind>>,
    /// Regions by id, slug or code that it is told of, with what lies inside them; at most 10. All if left out or null.
    regions: Option<Vec<String>>,
    /// Topics by id or slug that it is told of, with narrower ones; at most 10. All if left out or null.
    topics: Option<Vec<String>>,
}

/// What of a webhook is to be other than it was. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WebhookUpdateInput {
    /// The webhook's global id.
    id: ID,
    /// The version that was read.
    expected_version: i32,
    /// Where messages go.
    url: Option<String>,
    /// What people call it; null for nothing.
    description: MaybeUndefined<String>,
    /// Kinds that it is told of; null for all.
    kinds: MaybeUndefined<Vec<ContentKind>>,
    /// Regions that it is told of; null for all.
    regions: MaybeUndefined<Vec<String>>,
    /// Topics that it is told of; null for all.
    topics: MaybeUndefined<Vec<String>>,
    /// Whether it is told of anything. One that is enabled again is told of what changes from then on: what it missed
    /// `changes` tells.
    is_enabled: Option<bool>,
}

/// Which webhook to delete.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WebhookDeleteInput {
    /// The webhook's global id.
    id: ID,
}

/// Which webhook gets another secret.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WebhookRotateSecretInput {
    /// The webhook's global id.
    id: ID,
}

/// Which webhook is sent a message.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WebhookTestInput {
    /// The webhook's global id.
    id: ID,
}

/// Which message is delivered again.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WebhookRedeliverInput {
    /// The message's id, as in its header `webhook-id`.
    id: ID,
}

macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, SimpleObject)]
        pub(crate) struct $name {
            $($(#[doc = $field_doc])+ $field: Option<$type>,)+
            /// Why nothing was changed; empty if it was.
            user_errors: Vec<UserError>,
            /// What to look at again.
            warnings: Vec<Warning>,
        }
    )+};
}

payloads! {
    /// What came of making a webhook.
    WebhookCreatePayload {
        /// The webhook; null if nothing was made.
        webhook: Webhook,
        /// The secret that verifies its messages, shown now and never again; null if nothing was made.
        secret: String,
    }
    /// What came of changing a webhook.
    WebhookUpdatePayload {
        /// The webhook as it is now; null if nothing was changed.
        webhook: Webhook,
    }
    /// What came of deleting a webhook.
    WebhookDeletePayload {
        /// The global id of the webhook that is gone; null if nothing was changed.
        deleted_id: ID,
    }
    /// What came of rotating a secret.
    WebhookRotateSecretPayload {
        /// The webhook as it is now; null if nothing was changed.
        webhook: Webhook,
        /// The new secret, shown now and never again; null if nothing was changed. For 24 hours the one before it signs too.
        secret: String,
    }
    /// What came of asking for a test.
    WebhookTestPayload {
        /// The message; null if there is none. See what comes of it under the webhook's `deliveries`.
        delivery: WebhookDelivery,
    }
    /// What came of asking for another delivery.
    WebhookRedeliverPayload {
        /// The message; null if nothing was changed.
        delivery: WebhookDelivery,
    }
}

/// Mutations of webhooks.
#[derive(Debug, Default)]
pub(crate) struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Makes a webhook of the own organization: its address is told of each change from now on, signed, until it answers
    /// with a status of 200 to 299; what fails is tried again for three days. An organization has at most 20. Requires scope
    /// `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook.")] input: WebhookCreateInput,
    ) -> Result<Option<WebhookCreatePayload>> {
        let mut faults = Vec::new();
        let question = Question {
            kinds: input.kinds.map(|kinds| kinds.into_iter().map(kind_of).collect()),
            regions: regions(ctx, input.regions, &mut faults),
            topics: topics(ctx, input.topics, &mut faults),
        };
        let (url, description) = (input.url, input.description);
        let new = NewWebhook { url, description, question };
        let done = match faults.is_empty() {
            true => webhook::create(ctx.app(), actor(ctx)?, &new).await,
            false => Err(ClientError::Refused(faults)),
        };
        let (made, user_errors) = sort_out(done)?;
        let (webhook, secret) = made.unzip();
        let secret = secret.map(|secret| secret.expose_secret().to_string());
        Ok(Some(WebhookCreatePayload { webhook: wrap(ctx, webhook)?, secret, user_errors, warnings: Vec::new() }))
    }

    /// Changes a webhook of the own organization, or enables one that was disabled. Who gives it another address, or enables
    /// it, answers for it from then on: it is told what that client may see, of what changes from then on. Requires scope
    /// `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be other than it was.")] input: WebhookUpdateInput,
    ) -> Result<Option<WebhookUpdatePayload>> {
        let mut faults = Vec::new();
        let patch = WebhookPatch {
            url: input.url,
            description: given(input.description),
            kinds: given(input.kinds).map(|kinds| kinds.map(|kinds| kinds.into_iter().map(kind_of).collect())),
            regions: given(input.regions).map(|names| regions(ctx, names, &mut faults)),
            topics: given(input.topics).map(|names| topics(ctx, names, &mut faults)),
            is_enabled: input.is_enabled,
        };
        let id = parse(&input.id, Noun::Webhook).map_err(|fault| faults.push(fault)).ok();
        let done = match id.filter(|_| faults.is_empty()) {
            Some(id) => webhook::update(ctx.app(), actor(ctx)?, (id, input.expected_version.into()), &patch).await,
            None => Err(ClientError::Refused(faults)),
        };
        let (webhook, user_errors) = sort_out(done)?;
        Ok(Some(WebhookUpdatePayload { webhook: wrap(ctx, webhook)?, user_errors, warnings: Vec::new() }))
    }

    /// Deletes a webhook of the own organization, with what was still to be delivered. Requires scope `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookDeleteInput,
    ) -> Result<Option<WebhookDeletePayload>> {
        let done = match parse(&input.id, Noun::Webhook) {
            Ok(id) => webhook::delete(ctx.app(), actor(ctx)?, id).await.map(|()| input.id),
            Err(fault) => Err(fault.into()),
        };
        let (deleted_id, user_errors) = sort_out(done)?;
        Ok(Some(WebhookDeletePayload { deleted_id, user_errors, warnings: Vec::new() }))
    }

    /// Gives a webhook of the own organization another secret. For 24 hours messages have the signatures of both, so that
    /// the receiver can go over without a gap. If another client made it, it begins anew for the client that rotates. Requires scope `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook_rotate_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookRotateSecretInput,
    ) -> Result<Option<WebhookRotateSecretPayload>> {
        let done = match parse(&input.id, Noun::Webhook) {
            Ok(id) => webhook::rotate_secret(ctx.app(), actor(ctx)?, id).await,
            Err(fault) => Err(fault.into()),
        };
        let (made, user_errors) = sort_out(done)?;
        let (webhook, secret) = made.unzip();
        let secret = secret.map(|secret| secret.expose_secret().to_string());
        Ok(Some(WebhookRotateSecretPayload { webhook: wrap(ctx, webhook)?, secret, user_errors, warnings: Vec::new() }))
    }

    /// Sends a webhook of the own organization a message of the type `test`, which tells nothing. Requires scope
    /// `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookTestInput,
    ) -> Result<Option<WebhookTestPayload>> {
        let done = match parse(&input.id, Noun::Webhook) {
            Ok(id) => webhook::test(ctx.app(), actor(ctx)?, id).await,
            Err(fault) => Err(fault.into()),
        };
        let (delivery, user_errors) = sort_out(done)?;
        let delivery = delivery.map(|delivery| WebhookDelivery::new(delivery, &[]));
        Ok(Some(WebhookTestPayload { delivery, user_errors, warnings: Vec::new() }))
    }

    /// Delivers a message again at once, under the same id, with all attempts before it if it was given up or had arrived.
    /// Requires scope `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook_redeliver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: WebhookRedeliverInput,
    ) -> Result<Option<WebhookRedeliverPayload>> {
        let done = match parse(&input.id, Noun::Message) {
            Ok(id) => webhook::redeliver(ctx.app(), actor(ctx)?, id).await,
            Err(fault) => Err(fault.into()),
        };
        let (delivery, user_errors) = sort_out(done)?;
        let delivery =
            delivery.map(|delivery| WebhookDelivery::new(store::Delivery { item_id: None, ..delivery }, &[]));
        Ok(Some(WebhookRedeliverPayload { delivery, user_errors, warnings: Vec::new() }))
    }
}

fn parse(id: &ID, noun: Noun) -> std::result::Result<PublicId, Fault> {
    let parsed = PublicId::parse_as(id, noun);
    parsed.map_err(|fault| Fault::new(FaultCode::Invalid, "input.id", fault.to_string()))
}

/// What was given: nothing, null, or a value.
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

fn regions(ctx: &Context<'_>, names: Option<Vec<String>>, faults: &mut Vec<Fault>) -> Option<Vec<i64>> {
    keys(ctx, ("input.regions", names), |name| ctx.catalog().find_region(name).map(|region| region.key), faults)
}

fn topics(ctx: &Context<'_>, names: Option<Vec<String>>, faults: &mut Vec<Fault>) -> Option<Vec<i64>> {
    keys(ctx, ("input.topics", names), |name| ctx.catalog().find_topic(name).map(|topic| topic.key), faults)
}

fn keys(
    ctx: &Context<'_>,
    (path, names): (&str, Option<Vec<String>>),
    find: impl Fn(&str) -> Option<i64>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<i64>> {
    let names = names?;
    let most = ctx.app().limits.filter_values;
    if names.len() > most {
        let message = format!("holds {} values, more than the maximum of {most}", names.len());
        faults.push(Fault::new(FaultCode::OutOfRange, path, message));
        return None;
    }
    let mut found = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        match find(name) {
            Some(key) => found.push(key),
            None => faults.push(Fault::new(FaultCode::InvalidReference, format!("{path}[{position}]"), "is not known")),
        }
    }
    Some(found)
}

fn wrap(ctx: &Context<'_>, row: Option<store::Webhook>) -> std::result::Result<Option<Webhook>, ApiError> {
    let view = ctx.view(None)?;
    Ok(row.map(|row| Webhook::new(row, &view)))
}
