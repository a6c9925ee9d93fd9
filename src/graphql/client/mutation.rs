//! Mutations of clients. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use secrecy::ExposeSecret;

use super::Client;
use crate::domain::actor::Actor;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::payload::{UserError, Warning, user_errors};
use crate::service::client::{self, By, ClientError, GrantInput, NewClient, WithSecret};
use crate::service::fault::{Fault, FaultCode};
use crate::store::StoredClient;

/// A scope to be held.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ClientGrantInput {
    /// The scope by its name in tokens, such as `resources:write`. The client that gives it must hold it; some only the
    /// operator gives.
    scope: String,
    /// Regions by id, slug or code that it is limited to, with all that lies inside them; at most 20. Absent or null for
    /// everywhere, which only a client that holds the scope everywhere may give.
    regions: Option<Vec<String>>,
}

impl From<ClientGrantInput> for GrantInput {
    fn from(input: ClientGrantInput) -> Self {
        Self { scope: input.scope, regions: input.regions }
    }
}

/// A client to be made.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ClientCreateInput {
    /// What people call it; at most 100 characters.
    name: String,
    /// What it is to hold: no more than the client that makes it.
    grants: Vec<ClientGrantInput>,
}

/// Which client gets another secret.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ClientRotateSecretInput {
    /// The client's global id.
    id: ID,
}

/// Which client to disable.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ClientDisableInput {
    /// The client's global id.
    id: ID,
}

/// Whose tokens to refuse.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ClientRevokeTokensInput {
    /// The client's global id.
    id: ID,
}

/// What a client is to hold from now on.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct GrantSetInput {
    /// The client's global id.
    id: ID,
    /// All that it is to hold; what is left out is taken away. What it holds already may stay, whoever gave it.
    grants: Vec<ClientGrantInput>,
}

macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $name:ident $({ $(#[doc = $secret_doc:literal])+ $secret:ident })?)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, SimpleObject)]
        pub(crate) struct $name {
            /// The client as it is now; null if nothing was changed.
            client: Option<Client>,
            $($(#[doc = $secret_doc])+ $secret: Option<String>,)?
            /// Why nothing was changed; empty if it was.
            user_errors: Vec<UserError>,
            /// What to look at again.
            warnings: Vec<Warning>,
        }
    )+};
}

payloads! {
    /// What came of making a client.
    ClientCreatePayload {
        /// Its secret for the token endpoint, shown now and never again; null if nothing was made.
        client_secret
    }
    /// What came of rotating a secret.
    ClientRotateSecretPayload {
        /// The new secret, shown now and never again; null if nothing was changed. The one before it stays valid.
        client_secret
    }
    /// What came of disabling a client.
    ClientDisablePayload
    /// What came of refusing a client's tokens.
    ClientRevokeTokensPayload
    /// What came of setting a client's grants.
    GrantSetPayload
}

/// Mutations of clients.
#[derive(Debug, Default)]
pub(crate) struct ClientMutation;

#[Object]
impl ClientMutation {
    /// Makes a client of the own organization, with its first secret. It holds no more than the client that makes it.
    /// Requires scope `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn client_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client.")] input: ClientCreateInput,
    ) -> Result<Option<ClientCreatePayload>> {
        let actor = actor(ctx)?;
        let grants = input.grants.into_iter().map(GrantInput::from).collect();
        let new = NewClient { organization: actor.organization, name: input.name, grants };
        let done = client::create(ctx.app(), By::Client(actor), &new).await;
        let (shown, user_errors) = sort_out(done)?;
        let (client, client_secret) = show(ctx, shown)?;
        Ok(Some(ClientCreatePayload { client, client_secret, user_errors, ..Default::default() }))
    }

    /// Gives a client of the own organization another secret. The latest two are valid, so that it can go over without a
    /// gap; to end the older one, rotate twice. A client gets the secret of another one only if it could give all that the
    /// other holds. Requires scope `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn client_rotate_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientRotateSecretInput,
    ) -> Result<Option<ClientRotateSecretPayload>> {
        let done = match parse(&input.id) {
            Ok(id) => client::rotate_secret(ctx.app(), By::Client(actor(ctx)?), id).await,
            Err(fault) => Err(fault.into()),
        };
        let (shown, user_errors) = sort_out(done)?;
        let (client, client_secret) = show(ctx, shown)?;
        Ok(Some(ClientRotateSecretPayload { client, client_secret, user_errors, ..Default::default() }))
    }

    /// Disables a client of the own organization at once and for good: its tokens are refused from now on. Requires scope
    /// `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn client_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientDisableInput,
    ) -> Result<Option<ClientDisablePayload>> {
        let done = match parse(&input.id) {
            Ok(id) => client::disable(ctx.app(), By::Client(actor(ctx)?), id).await,
            Err(fault) => Err(fault.into()),
        };
        let (client, user_errors) = sort_out(done)?;
        Ok(Some(ClientDisablePayload { client: wrap(ctx, client)?, user_errors, ..Default::default() }))
    }

    /// Refuses all tokens that a client of the own organization got before now; it may ask for new ones. Requires scope
    /// `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn client_revoke_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientRevokeTokensInput,
    ) -> Result<Option<ClientRevokeTokensPayload>> {
        let done = match parse(&input.id) {
            Ok(id) => client::revoke_tokens(ctx.app(), By::Client(actor(ctx)?), id).await,
            Err(fault) => Err(fault.into()),
        };
        let (client, user_errors) = sort_out(done)?;
        Ok(Some(ClientRevokeTokensPayload { client: wrap(ctx, client)?, user_errors, ..Default::default() }))
    }

    /// Sets what a client of the own organization holds, at once and for tokens that it has already: no more than the
    /// client that sets it holds, beside what it held before. Requires scope `clients:manage`.
    #[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]
    async fn grant_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client, and what it is to hold.")] input: GrantSetInput,
    ) -> Result<Option<GrantSetPayload>> {
        let grants: Vec<GrantInput> = input.grants.into_iter().map(GrantInput::from).collect();
        let done = match parse(&input.id) {
            Ok(id) => client::set_grants(ctx.app(), By::Client(actor(ctx)?), id, &grants).await,
            Err(fault) => Err(fault.into()),
        };
        let (client, user_errors) = sort_out(done)?;
        Ok(Some(GrantSetPayload { client: wrap(ctx, client)?, user_errors, ..Default::default() }))
    }
}

/// The client that acts; the guard has seen it.
pub(crate) fn actor<'a>(ctx: &Context<'a>) -> std::result::Result<&'a Actor, ApiError> {
    let actor = ctx.actor().map(std::convert::AsRef::as_ref);
    actor.ok_or_else(|| ApiError::Unauthenticated("an access token is required".to_string()))
}

fn parse(id: &ID) -> std::result::Result<PublicId, Fault> {
    let parsed = PublicId::parse_as(id, Noun::Client);
    parsed.map_err(|fault| Fault::new(FaultCode::Invalid, "input.id", fault.to_string()))
}

/// What was done, or why the input was refused.
pub(crate) fn sort_out<T>(
    done: std::result::Result<T, ClientError>,
) -> std::result::Result<(Option<T>, Vec<UserError>), ApiError> {
    match done {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(ClientError::Refused(faults)) => Ok((None, user_errors(faults))),
        Err(ClientError::Access(error)) => Err(error.into()),
    }
}

fn wrap(ctx: &Context<'_>, stored: Option<StoredClient>) -> std::result::Result<Option<Client>, ApiError> {
    let view = ctx.view(None)?;
    Ok(stored.map(|stored| Client::new(stored, &view)))
}

/// The one time that a secret is shown.
fn show(
    ctx: &Context<'_>,
    made: Option<WithSecret>,
) -> std::result::Result<(Option<Client>, Option<String>), ApiError> {
    let Some(WithSecret { client, secret }) = made else { return Ok((None, None)) };
    Ok((wrap(ctx, Some(client))?, Some(secret.expose_secret().to_string())))
}
