//! `POST /oauth/introspect`: what one of a client's own tokens allows now (RFC 7662). Everything else is not active, and
//! nothing more is said of it.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::error::OAuthError;
use super::revoke::check;
use super::{enter, private};
use crate::auth::token;
use crate::server::auth::failed;
use crate::server::router::Shared;
use crate::service::access;

/// Looks into a token.
pub(crate) async fn introspect(State(state): State<Shared>, request: Request) -> Response {
    let entered = match enter(&state, request, check).await {
        Ok(entered) => entered,
        Err(error) => return error.into_response(),
    };
    let inactive = || private(&json!({ "active": false }));
    let text = entered.form.get("token").unwrap_or_default();
    let found = token::verify(&state.app.keys.current(), &state.parties, text, state.app.clock.now());
    let Some(token) = found.ok().filter(|token| token.client == entered.client) else { return inactive() };
    match access::is_active(&state.app, &token).await {
        Ok(true) => {}
        Ok(false) => return inactive(),
        Err(cause) => return OAuthError::from(failed(&state, &cause, &entered.id)).into_response(),
    }
    let held = access::scopes(&entered.credentials);
    let scopes: Vec<_> = token.scopes.iter().filter(|scope| held.contains(scope)).copied().collect();
    let client = token.client.to_string();
    private(&json!({
        "active": true,
        "scope": token::join(&scopes),
        "client_id": client,
        "sub": client,
        "iss": state.parties.issuer,
        "aud": state.parties.audience,
        "iat": token.issued_at,
        "exp": token.expires_at,
        "jti": token.jti,
        "token_type": "Bearer",
    }))
}
