//! Queries for clients. Must not hold fields.

use async_graphql::{Context, ID, Object, Result};

use super::Client;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::service::client::MOST_CLIENTS;

/// Queries for clients.
#[derive(Debug, Default)]
pub(crate) struct ClientQuery;

#[Object]
impl ClientQuery {
    /// A client of the own organization; null if there is none of that id. Requires scope `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's global id.")] id: ID,
    ) -> Result<Option<Client>> {
        let id = PublicId::parse_as(&id, Noun::Client).map_err(|fault| ApiError::BadInput(format!("id {fault}")))?;
        let found = ctx.app().store.find_client(id).await.map_err(ApiError::from)?;
        let own = ctx.actor().map(|actor| actor.organization);
        let found = found.filter(|client| Some(client.row.organization_id) == own);
        let view = ctx.view(None)?;
        Ok(found.map(|client| Client::new(client, &view)))
    }

    /// The clients of the own organization, by name; it has at most 100. Requires scope `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn clients(&self, ctx: &Context<'_>) -> Result<Vec<Client>> {
        let Some(actor) = ctx.actor() else { return Ok(Vec::new()) };
        let found = ctx.app().store.list_clients(Some(actor.organization), MOST_CLIENTS).await;
        let view = ctx.view(None)?;
        Ok(found.map_err(ApiError::from)?.into_iter().map(|client| Client::new(client, &view)).collect())
    }
}
