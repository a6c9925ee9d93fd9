//! How clients get, revoke and look into access tokens, and what anyone may know of it: OAuth 2.0 client credentials (RFC
//! 6749), revocation (RFC 7009), introspection (RFC 7662), metadata (RFC 8414, RFC 9728), keys (RFC 7517). Must not log a
//! secret, a token, an id or an address.

mod credentials;
mod error;
mod form;
mod introspect;
pub(crate) mod metadata;
mod revoke;
mod token;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

pub(crate) use introspect::introspect;
pub(crate) use revoke::revoke;
pub(crate) use token::token;

use super::address::{self, Peer};
use super::auth::failed;
use super::rate::RateKey;
use super::refusal::{JSON, RequestId};
use super::state::ServerState;
use crate::domain::public_id::PublicId;
use crate::service::access::{self, AccessError};
use crate::store::Credentials;
use error::OAuthError;
use form::Form;

/// A client that has shown its secret, and what it asks.
struct Entered {
    form: Form,
    client: PublicId,
    credentials: Credentials,
    id: RequestId,
    /// Held until the answer is made.
    _permit: OwnedSemaphorePermit,
}

/// Reads the form of a request and authenticates its client. `check` refuses a form before anything is looked up.
async fn enter(
    state: &ServerState,
    request: Request,
    check: impl FnOnce(&Form) -> Result<(), OAuthError>,
) -> Result<Entered, OAuthError> {
    let (parts, body) = request.into_parts();
    let id = parts.extensions.get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
    let address = address_key(state, parts.extensions.get::<Peer>(), &parts.headers);
    if let Some(wait) = state.failures.wait(address) {
        state.metrics.rate_limited.increment(1);
        return Err(OAuthError::too_many_failures(wait));
    }
    let form = form::read(&parts.headers, body, &state.app.limits).await?;
    check(&form)?;
    let (presented, secret) = credentials::presented(&parts.headers, &form).inspect_err(|error| {
        if error.is_unauthenticated() {
            state.failures.count(address);
        }
    })?;
    let Ok(permit) = std::sync::Arc::clone(&state.permits).try_acquire_owned() else {
        state.metrics.shed.increment(1);
        return Err(OAuthError::overloaded());
    };
    match access::client_of_secret(&state.app, &presented, &secret).await {
        Ok((client, credentials)) => Ok(Entered { form, client, credentials, id, _permit: permit }),
        Err(AccessError::Invalid | AccessError::Lacks(_)) => {
            state.failures.count(address);
            Err(OAuthError::invalid_client("there is no enabled client of this id and secret"))
        }
        Err(AccessError::Database(cause)) => Err(failed(state, &cause, &id).into()),
    }
}

/// Under which key an address is counted.
pub(super) fn address_key(state: &ServerState, peer: Option<&Peer>, headers: &HeaderMap) -> RateKey {
    match peer {
        Some(peer) => state.rate.key(address::client(*peer, headers, &state.trusted_proxies)),
        None => state.rate.key(std::net::Ipv4Addr::UNSPECIFIED.into()),
    }
}

/// An answer for this client alone.
fn private(body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
