//! GraphQL over HTTP: one request from its bytes to its answer. The order is the point: what costs least is refused first.
//! Must not decide what a resolver answers.
//!
//! negotiate > body > in-flight permit > parameters > persisted query > guard > rate limit > kept answer > execution > answer
//!
//! What was found out about a request is remembered (`documents.rs`), so that the same one goes from its permit to the rate
//! limit at once; an answer to an anonymous reader is kept for others (`answers.rs`).
//!
//! Subscriptions take the same way up to their execution, and are then followed (`operation.rs`): over a websocket
//! (`socket.rs`) or as Server-Sent Events (`events.rs`).

mod again;
mod answer;
mod answers;
mod body;
mod documents;
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
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{ACCEPT_LANGUAGE, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, Method};
use tracing::Instrument;

pub(crate) use again::{again, may_be_kept};
pub(crate) use answers::Answers;
pub(crate) use documents::Documents;
pub(crate) use persisted::PersistedQueries;

use super::auth::Caller;
use super::refusal::{JSON, Refusal, RequestId};
use super::router::{Charged, Shared};
use super::state::ServerState;
use again::Early;
use answer::{Answer, Outcome};
use answers::Kept;
use documents::{Asked, Raw};
use negotiate::MediaType;
use prepare::{Asker, Prepared, Reading, Unprepared, Way, charge, document, prepare};

use crate::graphql::context::Allowance;

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
    let bytes = if is_post {
        let read = match parts.extensions.remove::<Early>() {
            Some(Early(read)) => read,
            None => body::read(&parts.headers, body, body_bytes, limits.body_read).await,
        };
        match read {
            Ok(bytes) => bytes,
            Err(refusal) => return refused(refusal),
        }
    } else {
        Bytes::copy_from_slice(parts.uri.query().unwrap_or_default().as_bytes())
    };
    let Ok(_permit) = Arc::clone(&state.permits).try_acquire_owned() else {
        state.metrics.shed.increment(1);
        return refused(Refusal::overloaded());
    };
    let _in_flight = state.metrics.enter();
    let raw = Raw::of(bytes, is_post, &asker);
    let form = Form { method: &parts.method, headers: &parts.headers, media_type: answered };
    let answered = match state.documents.recall(&raw) {
        Some(asked) => known(&state, &asker, asked, form, &id).await,
        None => match understand(&state, &asker, &raw) {
            Ok(prepared) if prepared.asked.checked.operation == OperationType::Subscription => {
                return events::follow(&state, asker, prepared, &parts.headers, id).await;
            }
            Ok(prepared) => Ok(answer(&state, &asker, prepared, Some(raw), form, &id).await),
            Err(fault) => Err(fault),
        },
    };
    match answered {
        Ok(response) => response,
        Err(Unprepared::Answer(answer)) => form.of(*answer),
        Err(Unprepared::Refusal(refusal)) => refused(refusal),
    }
}

/// How a request wants its answer.
#[derive(Clone, Copy)]
struct Form<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    /// None: as events.
    media_type: Option<MediaType>,
}

impl Form<'_> {
    /// The response of an answer.
    fn of(self, answer: Answer) -> Response {
        match self.media_type {
            Some(media_type) => answer.into_response(self.method, self.headers, media_type),
            None => events::single(&answer),
        }
    }
}

/// A request that came for the first time, or whose like is forgotten.
fn understand(state: &ServerState, asker: &Asker, raw: &Raw) -> Result<Prepared, Unprepared> {
    let (text, limits) = (body::text(&raw.bytes)?, &state.app.limits);
    let params = if raw.is_body { params::from_body(text, limits)? } else { params::from_query(text, limits)? };
    prepare(state, asker, params)
}

/// Answers a request of which everything is known.
async fn known(
    state: &Shared,
    asker: &Asker,
    asked: Arc<Asked>,
    form: Form<'_>,
    id: &RequestId,
) -> Result<Response, Unprepared> {
    let allowance = charge(state, asker, &asked)?;
    if let Some(response) = kept(state, asker, &asked, allowance, form) {
        return Ok(response);
    }
    let document = document(state, &asked.text)?;
    Ok(answer(state, asker, Prepared { asked, document, allowance }, None, form, id).await)
}

/// Whether an answer may be one that another reader got: only an anonymous reader's, and only if it holds nothing of theirs.
fn is_shared(state: &ServerState, is_anonymous: bool, asked: &Asked) -> bool {
    is_anonymous
        && asked.checked.operation == OperationType::Query
        && !asked.checked.is_private
        && state.answers.is_on()
        && state.app.store.freshness().is_confirmed()
}

/// The kept answer that a request is served with.
fn served(state: &ServerState, is_anonymous: bool, asked: &Asked) -> Option<Arc<Kept>> {
    if !is_shared(state, is_anonymous, asked) {
        return None;
    }
    state.answers.recall(&asked.name, Reading::now(state).moment)
}

/// The response with a kept answer.
fn hit(state: &ServerState, asked: &Asked, kept: &Kept, form: Form<'_>) -> Option<Response> {
    let response = kept.to_response(form.method, form.headers, form.media_type?);
    state.metrics.cache_hits.increment(1);
    if let Some(hash) = asked.new_hash {
        state.persisted.keep(hash, Arc::clone(&asked.text));
    }
    Some(response)
}

/// The response with the answer that is kept, if there is one.
fn kept(
    state: &ServerState,
    asker: &Asker,
    asked: &Asked,
    allowance: Option<Allowance>,
    form: Form<'_>,
) -> Option<Response> {
    let kept = served(state, asker.actor.is_none(), asked)?;
    hit(state, asked, &kept, form).map(|response| with(allowance, response))
}

fn with(allowance: Option<Allowance>, mut response: Response) -> Response {
    if let Some(allowance) = allowance {
        response.extensions_mut().insert(allowance);
    }
    response
}

/// Answers a request, for others who ask for the same too if it may be theirs.
async fn answer(
    state: &Shared,
    asker: &Asker,
    prepared: Prepared,
    raw: Option<Raw>,
    form: Form<'_>,
    id: &RequestId,
) -> Response {
    let allowance = prepared.allowance;
    let (true, Some(media_type)) = (is_shared(state, asker.actor.is_none(), &prepared.asked), form.media_type) else {
        let answer = run(state, asker, &prepared, id).await;
        remember(state, &prepared, raw, &answer);
        return form.of(answer);
    };
    if raw.is_some()
        && let Some(response) = kept(state, asker, &prepared.asked, allowance, form)
    {
        state.documents.keep(raw, &prepared.asked, &prepared.document);
        return response;
    }
    let reading = Reading::now(state);
    let mut own = None;
    let shared = state.answers.make_once(prepared.asked.name, reading.moment, async {
        state.metrics.cache_misses.increment(1);
        let answer = run_at(state, asker, &prepared, &reading, id).await;
        let kept = fit(state, &answer, &reading);
        own = Some(answer);
        kept
    });
    match (shared.await, own) {
        (Some(shared), own) => {
            if own.is_none() {
                state.metrics.cache_joins.increment(1);
            }
            state.documents.keep(raw, &prepared.asked, &prepared.document);
            with(allowance, shared.to_response(form.method, form.headers, media_type))
        }
        (None, Some(answer)) => form.of(answer),
        (None, None) => form.of(run(state, asker, &prepared, id).await),
    }
}

/// What of an answer others may get: all of it, if nothing went wrong.
fn fit(state: &ServerState, answer: &Answer, reading: &Reading) -> Option<Kept> {
    if !answer.is_whole() {
        return None;
    }
    let text = answer.entity().to_json();
    let until = match reading.fleeting.is_set() {
        true => reading.moment.end_of_second(),
        false => state.app.store.freshness().until(reading.moment),
    };
    Some(Kept::new(text.into(), reading.moment, until))
}

/// Keeps what was found out about a request that was answered without an error.
fn remember(state: &ServerState, prepared: &Prepared, raw: Option<Raw>, answer: &Answer) {
    if answer.is_whole() {
        state.documents.keep(raw, &prepared.asked, &prepared.document);
    }
}

/// Runs an operation that has one answer.
async fn run(state: &ServerState, asker: &Asker, prepared: &Prepared, id: &RequestId) -> Answer {
    run_at(state, asker, prepared, &Reading::now(state), id).await
}

async fn run_at(state: &ServerState, asker: &Asker, prepared: &Prepared, reading: &Reading, id: &RequestId) -> Answer {
    let outcome = execute(state, prepared.request(state, asker, reading), id).await;
    let Asked { checked, cost_limit, text, new_hash, .. } = &*prepared.asked;
    if let (Outcome::Executed { .. }, Some(hash)) = (&outcome, new_hash) {
        state.persisted.keep(*hash, Arc::clone(text));
    }
    let is_private = checked.is_private || asker.actor.is_some();
    Answer { outcome, is_private, cost: Some((checked.cost, *cost_limit)), allowance: prepared.allowance }
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
