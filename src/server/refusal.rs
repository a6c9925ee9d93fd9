//! An answer that refuses a request before or instead of execution: a GraphQL-shaped JSON body with a code, a sentence
//! and the request's id. Must not echo what the client sent, but names that are not known, cut short and escaped.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;
use uuid::Uuid;

/// The id of one request, as in `X-Request-Id` and in `extensions.requestId`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(pub String);

impl RequestId {
    /// The id of a random value.
    pub fn of(value: Uuid) -> Self {
        Self(value.simple().encode_lower(&mut Uuid::encode_buffer()).to_string())
    }
}

/// Why a request gets no execution.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The value of `extensions.code`.
    pub code: &'static str,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// Further headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal with a status, a code and a sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    /// 400: the request is not well formed.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// 405 with the methods that are allowed.
    pub fn method(allowed: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", message).with(ALLOW, HeaderValue::from_static(allowed))
    }

    /// 415.
    pub fn media_type(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message)
    }

    /// 404, the same sentence for every path.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing at this address")
    }

    /// 401 for a token that is not valid, with what `WWW-Authenticate` says.
    pub fn invalid_token(challenge: HeaderValue) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "the access token is not valid")
            .with(WWW_AUTHENTICATE, challenge)
    }

    /// 429 with the time to wait.
    pub fn rate_limited(limit: u32, wait: Duration) -> Self {
        let message = format!("the rate limit of {limit} cost per minute is used up");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message)
            .with(RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)))
    }

    /// 503 with the time to wait: no more requests are taken in now.
    pub fn overloaded() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", "the server has too many requests at once")
            .with(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// 500 for a fault of ours.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", INTERNAL_MESSAGE)
    }

    /// Adds a header.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Closes the connection after the answer, since the rest of the request is not read.
    pub fn closing(self) -> Self {
        self.with(CONNECTION, HeaderValue::from_static("close"))
    }

    /// The answer.
    pub fn into_response(self, id: &RequestId, media_type: &'static str) -> Response {
        let body = json!({
            "errors": [{ "message": self.message, "extensions": { "code": self.code, "requestId": id.0 } }]
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response
    }
}

/// What a client reads of a fault of ours; the cause is in the log under the request's id.
pub(crate) const INTERNAL_MESSAGE: &str = "the server could not answer this; the cause is logged under the request id";

/// JSON, where nothing else was asked for.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
