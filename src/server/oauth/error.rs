//! Errors of the endpoints for tokens, in the form of RFC 6749, section 5.2. A description is a fixed sentence: it must
//! never repeat what the client sent.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use crate::server::refusal::Refusal;

/// A refusal.
#[derive(Debug)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl OAuthError {
    /// 400 with one of the registered codes.
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into(), headers: Vec::new() }
    }

    /// 400: the request is not well formed.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// 401: the client did not authenticate.
    pub fn invalid_client(description: &str) -> Self {
        let challenge = HeaderValue::from_static("Basic realm=\"solidarity\"");
        Self { status: StatusCode::UNAUTHORIZED, ..Self::new("invalid_client", description) }
            .with(WWW_AUTHENTICATE, challenge)
    }

    /// 429. RFC 6749 has no code for it at this endpoint; this one tells what to do.
    pub fn too_many_failures(wait: Duration) -> Self {
        let description = "too many failed attempts from this address within a minute";
        Self { status: StatusCode::TOO_MANY_REQUESTS, ..Self::new("temporarily_unavailable", description) }
            .with(RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)))
    }

    /// 503: no more requests are taken in now.
    pub fn overloaded() -> Self {
        Refusal::overloaded().into()
    }

    /// Another status, for what HTTP has a better word for; the connection is closed, since the rest is not read.
    pub fn closing(self, status: StatusCode) -> Self {
        Self { status, ..self }.with(CONNECTION, HeaderValue::from_static("close"))
    }

    /// Whether it is that the client did not authenticate.
    pub fn is_unauthenticated(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<Refusal> for OAuthError {
    /// A refusal that every endpoint has in common: overload, or a fault of ours.
    fn from(refusal: Refusal) -> Self {
        let is_busy = refusal.status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            status: refusal.status,
            error: if is_busy { "temporarily_unavailable" } else { "server_error" },
            description: refusal.message,
            headers: refusal.headers,
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut response = super::private(&json!({ "error": self.error, "error_description": self.description }));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}
