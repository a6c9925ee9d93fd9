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
use http::header::CACHE_CONTROL;
use http::{HeaderValue, Method, StatusCode};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::address::Peer;
use super::auth::Caller;
use super::graphql;
use super::headers::COMPRESSED_FROM;
use super::oauth::{self, address_key, metadata};
use super::rate::RateKey;
use super::refusal::{JSON, Refusal, RequestId};
use super::route::Route;
use super::state::ServerState;
use super::{auth, cors, feeds, headers, health, playground, schema_file};
use crate::graphql::context::Allowance;

/// The state as handlers take it.
pub(crate) type Shared = Arc<ServerState>;

/// Under whose allowance a request counts, put into it by [`admitted`].
#[derive(Clone, Copy)]
pub(crate) struct Charged {
    /// Whose allowance it is.
    pub key: RateKey,
    /// Whether that is a client, else an address.
    pub is_client: bool,
    /// What was left of it when the request came in.
    pub left: Allowance,
}

impl Charged {
    /// Charges 1 for what comes in.
    pub fn one(state: &ServerState, key: RateKey, is_client: bool) -> Result<Self, Refusal> {
        let rate = state.rate_of(is_client);
        let charged = rate.charge(key, 1).map(|left| Self { key, is_client, left });
        charged.map_err(|exhausted| {
            state.metrics.rate_limited.increment(1);
            Refusal::rate_limited(rate.limit(), exhausted.wait)
        })
    }

    /// Charges the cost of what was asked; 1 of it was charged when the request came in.
    pub fn rest(self, state: &ServerState, cost: u64) -> Result<Allowance, Refusal> {
        if cost <= 1 {
            return Ok(self.left);
        }
        let rate = state.rate_of(self.is_client);
        rate.charge(self.key, cost - 1).map_err(|exhausted| {
            state.metrics.rate_limited.increment(1);
            Refusal::rate_limited(rate.limit(), exhausted.wait)
        })
    }
}

/// All routes of the API's listener.
pub(crate) fn router(state: Shared) -> Router {
    let compression =
        CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_FROM as u64).and(NotForContentType::SSE));
    Router::new()
        .route("/graphql", any(graphql::serve))
        .route("/schema.graphql", any(schema_file::serve))
        .route("/oauth/token", any(oauth::token))
        .route("/oauth/revoke", any(oauth::revoke))
        .route("/oauth/introspect", any(oauth::introspect))
        .route("/oauth/jwks", any(metadata::jwks))
        .route("/.well-known/oauth-authorization-server", any(metadata::authorization_server))
        .route("/.well-known/oauth-protected-resource", any(metadata::protected_resource))
        .route("/.well-known/oauth-protected-resource/graphql", any(metadata::protected_resource))
        .route("/livez", any(health::live))
        .route("/readyz", any(health::ready))
        .merge(feeds::routes())
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
    let watched = request.extensions_mut().remove::<Watched>();
    let watched = watched.unwrap_or_else(|| Watched::begin(&state, &request));
    watched.over(&state, request, |request| next.run(request)).await
}

/// Serves `/graphql` to one who takes no compressed answer: what the router does, without its boxes.
pub(crate) async fn graphql(state: &Shared, watched: Watched, request: Request) -> Response {
    let serve = |request| graphql::serve(State(Arc::clone(state)), request);
    watched.over(state, request, |request| admitted(state, request, serve)).await
}

/// A request from its beginning to its end.
#[derive(Clone)]
pub(crate) struct Watched {
    started: Instant,
    route: Route,
    method: &'static str,
    id: RequestId,
}

impl Watched {
    /// Gives a request its id.
    pub fn begin<B>(state: &ServerState, request: &http::Request<B>) -> Self {
        Self {
            started: Instant::now(),
            route: Route::of(request.uri().path()),
            method: method_name(request.method()),
            id: RequestId::of(state.app.clock.random_id()),
        }
    }

    /// Has it answered.
    pub async fn over<F>(self, state: &ServerState, mut request: Request, next: impl FnOnce(Request) -> F) -> Response
    where
        F: Future<Output = Response>,
    {
        request.extensions_mut().insert(self.id.clone());
        match AssertUnwindSafe(next(request)).catch_unwind().await {
            Ok(response) => self.end(state, response),
            Err(_) => self.failed(state),
        }
    }

    /// Answers it after a panic.
    pub fn failed(self, state: &ServerState) -> Response {
        state.metrics.faults.increment(1);
        let response = Refusal::internal().closing().into_response(&self.id, JSON);
        self.end(state, response)
    }

    /// Puts the headers on its answer, measures and logs.
    pub fn end(self, state: &ServerState, mut response: Response) -> Response {
        if let Some(allowance) = response.extensions().get::<Allowance>().copied() {
            headers::allowance(response.headers_mut(), &allowance);
        }
        headers::common(response.headers_mut(), self.route, state.is_https);
        self.close(state, response)
    }

    /// The same for an answer that has its headers already, but for those of the one request.
    pub fn close(self, state: &ServerState, mut response: Response) -> Response {
        let Self { started, route, method, id } = self;
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
        headers::identify(response.headers_mut(), id);
        response
    }
}

/// Refuses a method that no handler takes, a token that is not valid, and a caller who has used up the allowance.
async fn admit(State(state): State<Shared>, request: Request, next: Next) -> Response {
    admitted(&state, request, |request| next.run(request)).await
}

async fn admitted<F>(state: &Shared, mut request: Request, next: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let route = Route::of(request.uri().path());
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
    if request.method() == Method::OPTIONS && route != Route::Unknown {
        return cors::preflight(route.methods());
    }
    let address = address_key(state, request.extensions().get::<Peer>(), request.headers());
    let asked = if route.takes_secrets() {
        Ok(Caller::Anonymous)
    } else {
        auth::authenticate(state, request.headers(), &id).await
    };
    let (caller, mut refused) = match asked {
        Ok(caller) => (caller, None),
        Err(refusal) => (Caller::Anonymous, Some(refusal)),
    };
    let client = caller.actor().map(|actor| state.client_rate.key_of_client(actor.client));
    let (key, is_client) = (client.unwrap_or(address), client.is_some());
    let is_forged = refused.as_ref().is_some_and(|refusal| refusal.status == StatusCode::UNAUTHORIZED);
    let mut allowance = None;
    // A token that is not valid is charged to the address on every route: checking it was work.
    if route.is_charged() || is_forged {
        match state.rate_of(is_client).charge(key, 1) {
            Ok(left) => {
                allowance = Some(left);
                request.extensions_mut().insert(Charged { key, is_client, left });
            }
            Err(exhausted) => {
                state.metrics.rate_limited.increment(1);
                allowance = Some(exhausted.allowance);
                refused = Some(Refusal::rate_limited(state.rate_of(is_client).limit(), exhausted.wait));
            }
        }
    }
    let is_known =
        route == Route::Unknown || route.methods().split(", ").any(|known| known == request.method().as_str());
    if refused.is_none() && !is_known {
        refused = Some(Refusal::method(route.methods(), "this method is not allowed here"));
    }
    request.extensions_mut().insert(caller);
    let mut response = match refused {
        Some(refusal) => refusal.into_response(&id, JSON),
        None => next(request).await,
    };
    if is_client {
        // What a client gets may be its own; nothing that stands between keeps it.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
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
