//! The routes, and what happens around each of them: an id, admission, headers, measures, one line in the log. Must not
//! hold what a single route does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::any;
use futures_util::FutureExt;
use http::Method;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::address::{self, Peer};
use super::graphql;
use super::rate::RateKey;
use super::refusal::{JSON, Refusal, RequestId};
use super::route::Route;
use super::state::ServerState;
use super::{auth, cors, headers, health, playground, schema_file};
use crate::graphql::context::Allowance;

/// The state as handlers take it.
pub(crate) type Shared = Arc<ServerState>;

/// Smaller bodies are not worth compressing.
const COMPRESSED_FROM: u64 = 1_024;
const READ_METHODS: &str = "GET, HEAD, OPTIONS";

/// Under whose allowance a request counts, put into it by [`admit`].
#[derive(Clone, Copy)]
pub(crate) struct Charged {
    /// Whose allowance it is.
    pub key: RateKey,
    /// What was left of it when the request came in.
    pub left: Allowance,
}

/// All routes of the API's listener.
pub(crate) fn router(state: Shared) -> Router {
    let compression =
        CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_FROM).and(NotForContentType::SSE));
    Router::new()
        .route("/graphql", any(graphql::serve))
        .route("/schema.graphql", any(schema_file::serve))
        .route("/livez", any(health::live))
        .route("/readyz", any(health::ready))
        .route("/", any(playground::home))
        .route("/plain", any(playground::plain))
        .route("/playground/{*path}", any(playground::asset))
        .fallback(nothing)
        .layer(compression)
        .layer(middleware::from_fn_with_state(Arc::clone(&state), admit))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), observe))
        .with_state(state)
}

async fn nothing(request: Request) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
    Refusal::not_found().into_response(&id, JSON)
}

/// The outermost layer: gives the request its id, catches panics, puts on the headers, measures and logs.
async fn observe(State(state): State<Shared>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = Route::of(request.uri().path());
    let method = method_name(request.method());
    let id = RequestId(state.app.clock.random_id().simple().to_string());
    request.extensions_mut().insert(id.clone());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| {
        state.metrics.faults.increment(1);
        Refusal::internal().closing().into_response(&id, JSON)
    });
    if let Some(allowance) = response.extensions().get::<Allowance>().copied() {
        headers::allowance(response.headers_mut(), &allowance);
    }
    headers::finish(&mut response, route, &id, state.is_https);
    let took = started.elapsed();
    state.metrics.answered(route, response.status(), took);
    tracing::debug!(
        method,
        route = route.name(),
        status = response.status().as_u16(),
        duration_ms = took.as_micros() as f64 / 1_000.0,
        request.id = id.0,
        "answered a request"
    );
    response
}

/// Refuses a method that no handler takes, a caller who has used up the allowance, and a token that is not valid.
async fn admit(State(state): State<Shared>, mut request: Request, next: Next) -> Response {
    let route = Route::of(request.uri().path());
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
    let methods = if route == Route::GraphQl { cors::METHODS } else { READ_METHODS };
    if request.method() == Method::OPTIONS && route != Route::Unknown {
        return cors::preflight(methods);
    }
    let mut allowance = None;
    if route == Route::GraphQl {
        let key = match request.extensions().get::<Peer>() {
            Some(peer) => state.rate.key(address::client(*peer, request.headers(), &state.trusted_proxies)),
            None => state.rate.key(std::net::Ipv4Addr::UNSPECIFIED.into()),
        };
        match state.rate.charge(key, 1) {
            Ok(left) => {
                allowance = Some(left);
                request.extensions_mut().insert(Charged { key, left });
            }
            Err(exhausted) => {
                state.metrics.rate_limited.increment(1);
                let refusal = Refusal::rate_limited(state.rate.limit(), exhausted.wait);
                let mut response = refusal.into_response(&id, JSON);
                response.extensions_mut().insert(exhausted.allowance);
                return response;
            }
        }
    }
    let refused = match auth::authenticate(request.headers()) {
        Err(refusal) => Some(refusal),
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
            let is_known =
                route == Route::Unknown || is_read || (route == Route::GraphQl && request.method() == Method::POST);
            (!is_known).then(|| Refusal::method(methods, "this method is not allowed here"))
        }
    };
    let mut response = match refused {
        Some(refusal) => refusal.into_response(&id, JSON),
        None => next.run(request).await,
    };
    if response.extensions().get::<Allowance>().is_none()
        && let Some(allowance) = allowance
    {
        response.extensions_mut().insert(allowance);
    }
    response
}

/// The method in logs: a client may send any word.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
