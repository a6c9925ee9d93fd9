//! `POST /oauth/revoke`: a client gives up one of its tokens before its end (RFC 7009). A token that is not its own, or none
//! at all, is answered alike, so that nobody learns of another's.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::error::OAuthError;
use super::form::Form;
use super::{enter, private};
use crate::auth::token;
use crate::server::auth::failed;
use crate::server::router::Shared;
use crate::service::client;

/// Revokes a token.
pub(crate) async fn revoke(State(state): State<Shared>, request: Request) -> Response {
    let entered = match enter(&state, request, check).await {
        Ok(entered) => entered,
        Err(error) => return error.into_response(),
    };
    let text = entered.form.get("token").unwrap_or_default();
    let found = token::verify(&state.app.keys.current(), &state.parties, text, state.app.clock.now());
    if let Ok(token) = found
        && token.client == entered.client
        && let Err(cause) = client::revoke_token(&state.app, &token).await
    {
        return OAuthError::from(failed(&state, &cause, &entered.id)).into_response();
    }
    private(&json!({}))
}

/// A token must be named.
pub(super) fn check(form: &Form) -> Result<(), OAuthError> {
    match form.get("token") {
        Some(_) => Ok(()),
        None => Err(OAuthError::invalid_request("token is required")),
    }
}
