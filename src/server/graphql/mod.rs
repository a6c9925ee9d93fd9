//! GraphQL over HTTP: one request from its bytes to its answer. The order is the point: what costs least is refused first.
//! Must not decide what a resolver answers.
//!
//! negotiate > body > in-flight permit > parameters > persisted query > guard > rate limit > kept answer > execution > answer
//!
//! An answer to an anonymous reader is kept for others (`answers.rs`). What was found out about a request is remembered
//! (`documents.rs`), so that the same one goes to its kept answer at once (`again.rs`), and where none is kept any more is
//! answered without being checked and validated again.
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

pub(crate) use again::{Heads, again, may_be_kept};
pub(crate) use answers::Answers;
pub(crate) use documents::Documents;
pub(crate) use persisted::PersistedQueries;

use super::auth::Caller;
use super::refusal::{JSON, Refusal, RequestId};
use super::router::{Charged, Shared};
use super::state::ServerState;
use again::Early;
use answer::{Answer, Outcome, head};
use answers::{Kept, Made};
use documents::{Asked, Fingerprint, Known, LONGEST};
use negotiate::MediaType;
use prepare::{Asker, Prepared, Reading, Unprepared, Way, moment, prepare};

use crate::graphql::Short;
use crate::graphql::context::Allowance;
use crate::graphql::guard::Checked;

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
    let form = Form { method: &parts.method, headers: &parts.headers, media_type: answered };
    let is_remembered = asker.actor.is_none() && bytes.len() <= LONGEST;
    let fingerprint =
        is_remembered.then(|| state.documents.fingerprint(&bytes, is_post, asker.accept_language.as_deref()));
    let known = fingerprint.and_then(|fingerprint| state.documents.recall(fingerprint));
    let prepared = match understand(&state, &asker, &bytes, is_post, known) {
        Ok(prepared) => prepared,
        Err(Unprepared::Answer(answer)) => return form.of(*answer),
        Err(Unprepared::Refusal(refusal)) => return refused(refusal),
    };
    if prepared.asked.checked.operation == OperationType::Subscription {
        return Box::pin(events::follow(&state, asker, prepared, &parts.headers, id)).await;
    }
    answer(&state, &asker, &prepared, fingerprint, form, &id).await
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

/// From a request's bytes to what may run.
fn understand(
    state: &ServerState,
    asker: &Asker,
    bytes: &[u8],
    is_body: bool,
    known: Option<Known>,
) -> Result<Prepared, Unprepared> {
    let (text, limits) = (body::text(bytes)?, &state.app.limits);
    let params = if is_body { params::from_body(text, limits)? } else { params::from_query(text, limits)? };
    prepare(state, asker, params, known)
}

/// Whether an answer may be one that another reader got: only an anonymous reader's, and only if it holds nothing of theirs.
fn is_shared(state: &ServerState, is_anonymous: bool, checked: &Checked) -> bool {
    is_anonymous
        && checked.operation == OperationType::Query
        && !checked.is_private
        && state.answers.is_on()
        && state.app.store.freshness().is_confirmed()
}

/// The kept answer that a request is served with.
fn served(state: &ServerState, is_anonymous: bool, checked: &Checked, name: &[u8; 32]) -> Option<Arc<Kept>> {
    if !is_shared(state, is_anonymous, checked) {
        return None;
    }
    state.answers.recall(name, moment(state), state.app.store.freshness())
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
    prepared: &Prepared,
    fingerprint: Option<Fingerprint>,
    form: Form<'_>,
    id: &RequestId,
) -> Response {
    let Prepared { asked, document, allowance, .. } = prepared;
    let Some(media_type) = form.media_type.filter(|_| is_shared(state, asker.actor.is_none(), &asked.checked)) else {
        let answer = run(state, asker, prepared, id).await;
        if answer.is_whole() {
            state.documents.keep(fingerprint, asked, document);
        }
        return form.of(answer);
    };
    let shared = match served(state, true, &asked.checked, &asked.name) {
        Some(kept) => {
            state.metrics.cache_hits.increment(1);
            kept
        }
        // In a box, so that its size is not moved about with each request that has no need of it.
        None => match Box::pin(share(state, asker, prepared, id)).await {
            Shares::Kept(kept) => kept,
            Shares::Own(answer) => return form.of(*answer),
            Shares::Alone => return form.of(run(state, asker, prepared, id).await),
            Shares::Failed => {
                state.metrics.shed.increment(1);
                return Refusal::overloaded().into_response(id, media_type.header());
            }
        },
    };
    if let Some(hash) = asked.new_hash {
        state.persisted.keep(hash, Arc::clone(&asked.text));
    }
    state.documents.keep(fingerprint, asked, document);
    let head = head(media_type, *form.method != Method::POST);
    with(*allowance, shared.to_response(form.method, form.headers, head))
}

/// What one who asked together with others gets.
enum Shares {
    /// What all of them get.
    Kept(Arc<Kept>),
    /// What was made here, for nobody else.
    Own(Box<Answer>),
    /// Nothing: another was answered alone.
    Alone,
    /// Nothing: it failed for another, or took too long.
    Failed,
}

/// An answer for all who ask for the same now.
async fn share(state: &Shared, asker: &Asker, prepared: &Prepared, id: &RequestId) -> Shares {
    let store = &state.app.store;
    // Where that cannot be found out, the answer is not kept.
    let _ = store.look_ahead(&state.app.clock).await;
    let mut own = None;
    let made = state.answers.make_once(prepared.asked.name, moment(state), async {
        state.metrics.cache_misses.increment(1);
        // Whoever began before may have gone away meanwhile.
        let reading = Reading::now(state);
        let answer = run_at(state, asker, prepared, &reading, id).await;
        let made = match fit(state, &answer, &reading) {
            Some(kept) => Made::Fit(Arc::new(kept)),
            None if errors::is_ours(&answer.outcome) => Made::Failed,
            None => Made::Alone,
        };
        own = Some(answer);
        made
    });
    // An execution ends by itself; who waits for another's waits a little longer.
    let patience = state.app.limits.execution + std::time::Duration::from_millis(500);
    let made = tokio::time::timeout(patience, made).await;
    match (made, own) {
        (Ok(Made::Fit(kept)), Some(_)) => Shares::Kept(kept),
        (_, Some(answer)) => Shares::Own(Box::new(answer)),
        (Ok(Made::Fit(kept)), None) if kept.is_true_at(moment(state), store.freshness()) => {
            state.metrics.cache_joins.increment(1);
            Shares::Kept(kept)
        }
        (Ok(Made::Fit(_) | Made::Alone), None) => Shares::Alone,
        (Ok(Made::Failed) | Err(_), None) => Shares::Failed,
    }
}

/// What of an answer others may get: all of it, if nothing went wrong.
fn fit(state: &ServerState, answer: &Answer, reading: &Reading) -> Option<Kept> {
    if !answer.is_whole() {
        return None;
    }
    // No larger than it is: it is kept for long.
    let text = answer.entity().to_json().into_boxed_slice();
    let until = state.app.store.freshness().until(reading.moment);
    let until = if reading.fleeting.is_set() { until.min(reading.moment.end_of_second()) } else { until };
    let reads = reading.reads.get().cloned().map(Vec::into_boxed_slice);
    Some(Kept::new(text.into(), reading.moment, until, reads))
}

/// Runs an operation that has one answer.
async fn run(state: &ServerState, asker: &Asker, prepared: &Prepared, id: &RequestId) -> Answer {
    run_at(state, asker, prepared, &Reading::now(state), id).await
}

async fn run_at(state: &ServerState, asker: &Asker, prepared: &Prepared, reading: &Reading, id: &RequestId) -> Answer {
    let outcome = execute(state, prepared, asker, reading, id).await;
    let Asked { checked, cost_limit, text, new_hash, .. } = &*prepared.asked;
    if let (Outcome::Executed { .. }, Some(hash)) = (&outcome, new_hash) {
        state.persisted.keep(*hash, Arc::clone(text));
    }
    let is_private = checked.is_private || asker.actor.is_some();
    Answer { outcome, is_private, cost: Some((checked.cost, *cost_limit)), allowance: prepared.allowance }
}

/// Runs the operation within its time; a panic of a resolver is an answer too.
async fn execute(
    state: &ServerState,
    prepared: &Prepared,
    asker: &Asker,
    reading: &Reading,
    id: &RequestId,
) -> Outcome {
    let schema = if prepared.is_known { &state.schema_of_known } else { &state.schema };
    let short = prepared.document.short().filter(|_| prepared.is_known && state.app.limits.is_rendering);
    // What resolvers log names the request by the id that the client has.
    let span = tracing::error_span!("request", id = id.0);
    let execution = async {
        let failed = Short::default();
        let with_flag = short.map(|short| (short, failed.clone()));
        let response = schema.execute(prepared.request(state, asker, reading, with_flag)).await;
        if failed.has_failed() {
            // What could not be written, the engine answers, and all else with it.
            return Box::pin(schema.execute(prepared.request(state, asker, reading, None))).await;
        }
        // What plans write, they read from what root fields have read.
        if let Some(short) = short {
            reading.by_roots_of(short);
        }
        response
    };
    let execution = AssertUnwindSafe(execution).catch_unwind().instrument(span);
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

fn language(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

fn accept_language(headers: &HeaderMap) -> Option<Arc<str>> {
    language(headers).map(Arc::from)
}
