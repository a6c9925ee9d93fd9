//! Who is asking. A token that is not valid is refused everywhere, never silently taken for an anonymous request. It comes
//! in the header `Authorization` and nowhere else. Must not decide what a caller may do.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use super::refusal::{Refusal, RequestId};
use super::state::ServerState;
use crate::domain::actor::Actor;
use crate::service::access::{self, AccessError};
use crate::store::fault;

/// Who sent a request.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Anyone, without a token.
    Anonymous,
    /// A client with a valid token.
    Client(Arc<Actor>),
}

impl Caller {
    /// The client, if there is one.
    pub fn actor(&self) -> Option<&Arc<Actor>> {
        match self {
            Self::Anonymous => None,
            Self::Client(actor) => Some(actor),
        }
    }
}

/// The caller of a request. A token is checked on its own first; only a valid one costs a look into the database.
pub(crate) async fn authenticate(state: &ServerState, headers: &HeaderMap, id: &RequestId) -> Result<Caller, Refusal> {
    if !headers.contains_key(AUTHORIZATION) {
        return Ok(Caller::Anonymous);
    }
    let token = bearer(headers).ok_or_else(|| Refusal::invalid_token(state.challenge.clone()))?;
    of_token(state, token, id).await
}

/// The client of a token.
pub(crate) async fn of_token(state: &ServerState, token: &str, id: &RequestId) -> Result<Caller, Refusal> {
    let invalid = || Refusal::invalid_token(state.challenge.clone());
    match access::authenticate(&state.app, &state.parties, token).await {
        Ok(actor) => Ok(Caller::Client(Arc::new(actor))),
        Err(AccessError::Invalid | AccessError::Lacks(_)) => Err(invalid()),
        Err(AccessError::Database(cause)) => Err(failed(state, &cause, id)),
    }
}

/// The one token of the one header of the one scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim_start_matches(' '))
}

/// A look-up that failed: its cause goes to the log, once.
pub(crate) fn failed(state: &ServerState, cause: &sea_orm::DbErr, id: &RequestId) -> Refusal {
    if fault::is_busy(cause) {
        state.metrics.shed.increment(1);
        return Refusal::overloaded();
    }
    state.metrics.faults.increment(1);
    let cause = fault::summary(cause);
    tracing::error!(request.id = id.0, cause, "a client could not be looked up");
    Refusal::internal()
}

/// What an answer to an invalid token says: that it is invalid, and where the way to a valid one begins (RFC 6750, 3;
/// RFC 9728, 5.1).
pub(crate) fn challenge(issuer: &str) -> HeaderValue {
    let value = format!(
        "Bearer error=\"invalid_token\", resource_metadata=\"{issuer}/.well-known/oauth-protected-resource/graphql\""
    );
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("Bearer error=\"invalid_token\""))
}
