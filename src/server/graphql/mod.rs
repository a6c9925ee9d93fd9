//! GraphQL over HTTP: one request from its bytes to its answer. The order is the point: what costs least is refused first.
//! Must not decide what a resolver answers.
//!
//! negotiate > body > in-flight permit > parameters > persisted query > guard > rate limit > execution > answer
//!
//! Subscriptions take the same way up to their execution, and are then followed (`operation.rs`): over a websocket
//! (`socket.rs`) or as Server-Sent Events (`events.rs`).

mod answer;
mod body;
mod errors;
mod events;
mod negotiate;
mod operation;
mod params;
mod persisted;
mod prepare;
mod socket;
mod wire;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{ACCEPT_LANGUAGE, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, Method};
use tracing::Instrument;

pub(crate) use persisted::PersistedQueries;

use super::auth::Caller;
use super::refusal::{JSON, Refusal, RequestId};
use super::router::{Charged, Shared};
use super::state::ServerState;
use answer::{Answer, Outcome};
use prepare::{Asker, Prepared, Unprepared, Way, prepare};

/// Serves `/graphql`.
pub(crate) async fn serve(State(state): State<Shared>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let id = parts.extensions.get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
    let is_post = parts.method == Method::POST;
    let may_follow = negotiate::takes_events(&parts.headers);
    let asker = Asker {
        charged: parts.extensions.get::<Charged>().copied(),
        actor: parts.extensions.get::<Caller>().and_then(Caller::actor).cloned(),
        accept_language: accept_language(&parts.headers),
        way: Way { may_mutate: is_post, may_follow },
    };
    if parts.method == Method::GET && wants_websocket(&parts.headers) {
        return socket::open(state, &mut parts, asker, id).await;
    }
    let answered = negotiate::answer(&parts.headers);
    if answered.is_none() && !may_follow {
        return negotiate::unacceptable().into_response(&id, JSON);
    }
    let form = answered.map_or(JSON, negotiate::MediaType::header);
    let refused = |refusal: Refusal| refusal.into_response(&id, form);
    let limits = &state.app.limits;
    let body_bytes = if asker.actor.is_some() { limits.body_bytes_client } else { limits.body_bytes_anonymous };
    let text = if is_post {
        match body::read(&parts.headers, body, body_bytes, limits.body_read).await {
            Ok(text) => text,
            Err(refusal) => return refused(refusal),
        }
    } else {
        parts.uri.query().unwrap_or_default().to_string()
    };
    let Ok(_permit) = Arc::clone(&state.permits).try_acquire_owned() else {
        state.metrics.shed.increment(1);
        return refused(Refusal::overloaded());
    };
    let _in_flight = state.metrics.enter();
    let parsed = if is_post { params::from_body(&text, limits) } else { params::from_query(&text, limits) };
    let prepared = match parsed {
        Ok(params) => prepare(&state, &asker, params),
        Err(refusal) => return refused(refusal),
    };
    let answer = match prepared {
        Err(Unprepared::Refusal(refusal)) => return refused(refusal),
        Err(Unprepared::Answer(answer)) => *answer,
        Ok(prepared) if prepared.checked.operation == OperationType::Subscription => {
            return events::follow(&state, asker, prepared, &parts.headers, id).await;
        }
        Ok(prepared) => run(&state, &asker, prepared, &id).await,
    };
    match answered {
        Some(media_type) => answer.into_response(&parts.method, &parts.headers, media_type),
        None => events::single(&answer),
    }
}

/// Runs an operation that has one answer.
async fn run(state: &ServerState, asker: &Asker, prepared: Prepared, id: &RequestId) -> Answer {
    let outcome = execute(state, prepared.request(state, asker), id).await;
    let Prepared { checked, cost_limit, allowance, text, new_hash, .. } = prepared;
    if let (Outcome::Executed { .. }, Some(hash)) = (&outcome, new_hash) {
        state.persisted.keep(hash, text);
    }
    let is_private = checked.is_private || asker.actor.is_some();
    Answer { outcome, is_private, cost: Some((checked.cost, cost_limit)), allowance }
}

/// Runs the operation within its time; a panic of a resolver is an answer too.
async fn execute(state: &ServerState, request: async_graphql::Request, id: &RequestId) -> Outcome {
    // What resolvers log names the request by the id that the client has.
    let span = tracing::error_span!("request", id = id.0);
    let execution = AssertUnwindSafe(state.schema.execute(request)).catch_unwind().instrument(span);
    match tokio::time::timeout(state.app.limits.execution, execution).await {
        Ok(Ok(response)) => errors::sort_out(response, id, &state.metrics),
        Ok(Err(_)) => {
            state.metrics.faults.increment(1);
            Outcome::failed(errors::internal(id))
        }
        Err(_) => {
            state.metrics.timeouts.increment(1);
            Outcome::failed(errors::timeout(state.app.limits.execution, id))
        }
    }
}

/// Whether a request is a handshake. Other upgrades are offers that need not be taken (RFC 9110, section 7.8).
fn wants_websocket(headers: &HeaderMap) -> bool {
    let is_websocket = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"websocket");
    headers.get(UPGRADE).is_some_and(is_websocket) && headers.contains_key(SEC_WEBSOCKET_KEY)
}

fn accept_language(headers: &HeaderMap) -> Option<Arc<str>> {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(Arc::from)
}
