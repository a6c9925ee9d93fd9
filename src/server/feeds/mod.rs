//! `/feeds/...`: feeds over HTTP. Every answer is made anew from what the public may see at that moment, and a conditional
//! request compares with that, so that nothing which is over is ever said to be unchanged. Must not show more to a client
//! than to anyone.

mod alerts;
mod calendars;
mod lists;
mod params;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::headers::{entity_tag, is_unchanged};
use super::refusal::{JSON, Refusal, RequestId};
use super::router::{Charged, Shared};
use super::state::ServerState;
use crate::domain::locale::Preference;
use crate::domain::view::View;
use crate::feeds::FeedError;
use crate::graphql::context::Allowance;
use params::Params;

/// The routes of all feeds.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/feeds/updates.atom", any(lists::updates))
        .route("/feeds/resources.atom", any(lists::resources))
        .route("/feeds/campaigns.atom", any(lists::campaigns))
        .route("/feeds/events.ics", any(calendars::all))
        .route("/feeds/events/{file}", any(calendars::one))
        .route("/feeds/alerts.cap", any(alerts::index))
        .route("/feeds/alerts/{file}", any(alerts::message))
}

/// What a handler knows of a request.
struct Asked {
    query: String,
    headers: HeaderMap,
    id: RequestId,
    charged: Option<Charged>,
}

impl Asked {
    fn of(request: Request) -> Self {
        let (parts, _) = request.into_parts();
        Self {
            query: parts.uri.query().unwrap_or_default().to_string(),
            id: parts.extensions.get::<RequestId>().cloned().unwrap_or(RequestId(String::new())),
            charged: parts.extensions.get::<Charged>().copied(),
            headers: parts.headers,
        }
    }

    /// What anyone sees now, in the languages that are asked for, else those of `Accept-Language`.
    fn view(&self, state: &ServerState, params: &Params) -> View {
        let header = || self.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let preference = match params.languages.as_slice() {
            [] => header().map_or_else(Preference::default, Preference::from_header),
            languages => Preference::new(languages.to_vec()),
        };
        View { sight: Arc::default(), preference: Arc::new(preference), now: state.app.clock.now() }
    }
}

/// A document, and what it costs.
struct Document {
    bytes: Vec<u8>,
    media_type: &'static str,
    varies: &'static str,
    cost: u64,
}

/// Why there is no document.
enum Failure {
    /// The request is refused.
    Refused(Refusal),
    /// A fault of ours.
    Fault(FeedError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<FeedError>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

/// Answers with the document that is made, within the bounds that hold for all reads.
async fn answer(state: &ServerState, asked: &Asked, make: impl Future<Output = Result<Document, Failure>>) -> Response {
    let refused = |refusal: Refusal| refusal.into_response(&asked.id, JSON);
    let Ok(_permit) = Arc::clone(&state.permits).try_acquire_owned() else {
        state.metrics.shed.increment(1);
        return refused(Refusal::overloaded());
    };
    let _in_flight = state.metrics.enter();
    let made = match tokio::time::timeout(state.app.limits.execution, make).await {
        Ok(made) => made,
        Err(_) => {
            state.metrics.timeouts.increment(1);
            return refused(Refusal::overloaded());
        }
    };
    let document = match made {
        Ok(document) => document,
        Err(Failure::Refused(refusal)) => return refused(refusal),
        Err(Failure::Fault(fault)) => return refused(failed(state, &fault, &asked.id)),
    };
    state.metrics.cost.record(document.cost);
    match asked.charged.map(|charged| charged.rest(state, document.cost)).transpose() {
        Ok(allowance) => respond(&asked.headers, document, allowance),
        Err(refusal) => refused(refusal),
    }
}

fn respond(asked: &HeaderMap, document: Document, allowance: Option<Allowance>) -> Response {
    let tag = entity_tag(&document.bytes);
    let is_unchanged = is_unchanged(asked, &tag);
    let mut response = Response::new(if is_unchanged { Body::empty() } else { Body::from(document.bytes) });
    if is_unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(document.media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(VARY, HeaderValue::from_static(document.varies));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if let Some(allowance) = allowance {
        response.extensions_mut().insert(allowance);
    }
    response
}

/// A feed that could not be made: its cause goes to the log, once.
fn failed(state: &ServerState, fault: &FeedError, id: &RequestId) -> Refusal {
    if matches!(fault, FeedError::Stored(cause) if crate::store::fault::is_busy(cause)) {
        state.metrics.shed.increment(1);
        return Refusal::overloaded();
    }
    state.metrics.faults.increment(1);
    let cause = crate::telemetry::scrub(&fault.to_string());
    tracing::error!(request.id = id.0, cause, "a feed could not be made");
    Refusal::internal()
}
