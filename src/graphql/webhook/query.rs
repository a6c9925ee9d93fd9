//! Queries for webhooks. Must not hold fields.

use async_graphql::{Context, ID, Object, Result};

use super::Webhook;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::service::webhook::MOST_WEBHOOKS;

/// Queries for webhooks.
#[derive(Debug, Default)]
pub(crate) struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// A webhook of the own organization; null if there is none of that id. Requires scope `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's global id.")] id: ID,
    ) -> Result<Option<Webhook>> {
        let id = PublicId::parse_as(&id, Noun::Webhook).map_err(|fault| ApiError::BadInput(format!("id {fault}")))?;
        let found = ctx.app().store.find_webhook(id).await.map_err(ApiError::from)?;
        let own = ctx.actor().map(|actor| actor.organization);
        let view = ctx.view(None)?;
        Ok(found.filter(|row| Some(row.organization_id) == own).map(|row| Webhook::new(row, &view)))
    }

    /// The webhooks of the own organization, the oldest first; it has at most 20. Requires scope `webhooks:manage`.
    #[graphql(guard = "RequireScope(&[Scope::WebhooksManage])")]
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Vec<Webhook>> {
        let Some(actor) = ctx.actor() else { return Ok(Vec::new()) };
        let found = ctx.app().store.list_webhooks(actor.organization, MOST_WEBHOOKS).await.map_err(ApiError::from)?;
        let view = ctx.view(None)?;
        Ok(found.into_iter().map(|row| Webhook::new(row, &view)).collect())
    }
}
