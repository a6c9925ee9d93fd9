//! `POST /oauth/token`: an access token for a client that shows its secret (RFC 6749, 4.4; resource indicators, RFC 8707).
//! Must not issue anything that outlives a change of the client: every request looks again.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::error::OAuthError;
use super::form::Form;
use super::{Entered, enter, private};
use crate::auth::token::{self, LIFE_SECONDS, NewToken};
use crate::domain::scope::Scope;
use crate::server::refusal::Refusal;
use crate::server::router::Shared;
use crate::server::state::ServerState;
use crate::service::access;

/// Issues a token.
pub(crate) async fn token(State(state): State<Shared>, request: Request) -> Response {
    match enter(&state, request, check_grant_type).await {
        Ok(entered) => issue(&state, &entered).unwrap_or_else(IntoResponse::into_response),
        Err(error) => error.into_response(),
    }
}

fn check_grant_type(form: &Form) -> Result<(), OAuthError> {
    match form.get("grant_type") {
        Some("client_credentials") => Ok(()),
        Some(_) => Err(OAuthError::new("unsupported_grant_type", "the only grant_type is client_credentials")),
        None => Err(OAuthError::invalid_request("grant_type is required: client_credentials")),
    }
}

fn issue(state: &ServerState, entered: &Entered) -> Result<Response, OAuthError> {
    let parties = &state.parties;
    if entered
        .form
        .get("resource")
        .is_some_and(|resource| resource != parties.audience && resource.trim_end_matches('/') != parties.issuer)
    {
        return Err(OAuthError::new("invalid_target", "tokens are for the resource of this server only"));
    }
    let held = access::scopes(&entered.credentials);
    let scopes = match entered.form.get("scope") {
        Some(asked) => narrowed(asked, &held)?,
        None => held,
    };
    let new = NewToken {
        client: entered.client,
        generation: entered.credentials.generation,
        jti: state.app.clock.random_id().simple().to_string(),
        scopes,
    };
    let signed = token::issue(&state.app.keys.current(), parties, &new, state.app.clock.now()).map_err(|fault| {
        state.metrics.faults.increment(1);
        tracing::error!(request.id = entered.id.0, cause = %fault, "a token could not be signed");
        OAuthError::from(Refusal::internal())
    })?;
    Ok(private(&json!({
        "access_token": signed,
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
        "scope": token::join(&new.scopes),
    })))
}

/// The scopes that are asked for, if the client holds all of them.
fn narrowed(asked: &str, held: &[Scope]) -> Result<Vec<Scope>, OAuthError> {
    let mut scopes = Vec::new();
    for name in asked.split(' ').filter(|name| !name.is_empty()) {
        match Scope::parse(name).filter(|scope| held.contains(scope)) {
            Some(scope) if !scopes.contains(&scope) => scopes.push(scope),
            Some(_) => {}
            None => return Err(OAuthError::new("invalid_scope", "the client does not hold every scope asked for")),
        }
    }
    Ok(scopes)
}
