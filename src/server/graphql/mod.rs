//! GraphQL over HTTP: one request from its bytes to its answer. The order is the point: what costs least is refused first.
//! Must not decide what a resolver answers.
//!
//! negotiate > body > in-flight permit > parameters > persisted query > guard > rate limit > execution > answer

mod answer;
mod body;
mod errors;
mod negotiate;
mod params;
mod persisted;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::OperationType;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::FutureExt;
use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, Method};
use tracing::Instrument;

pub(crate) use persisted::PersistedQueries;

use super::auth::Caller;
use super::refusal::{Refusal, RequestId};
use super::router::{Charged, Shared};
use super::state::ServerState;
use crate::domain::actor::Actor;
use crate::graphql::context::RequestContext;
use crate::graphql::guard::Question;
use answer::{Answer, Outcome};
use negotiate::MediaType;
use params::Params;

/// What the handler knows of a request beside its parameters.
struct Envelope {
    method: Method,
    headers: HeaderMap,
    id: RequestId,
    charged: Option<Charged>,
    actor: Option<Arc<Actor>>,
}

/// Serves `/graphql`.
pub(crate) async fn serve(State(state): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let envelope = Envelope {
        id: parts.extensions.get::<RequestId>().cloned().unwrap_or(RequestId(String::new())),
        charged: parts.extensions.get::<Charged>().copied(),
        actor: parts.extensions.get::<Caller>().and_then(Caller::actor).cloned(),
        method: parts.method,
        headers: parts.headers,
    };
    let Some(media_type) = negotiate::answer(&envelope.headers) else {
        return negotiate::unacceptable().into_response(&envelope.id, MediaType::Json.header());
    };
    let refused = |refusal: Refusal| refusal.into_response(&envelope.id, media_type.header());
    let limits = &state.app.limits;
    let body_bytes = if envelope.actor.is_some() { limits.body_bytes_client } else { limits.body_bytes_anonymous };
    let text = if envelope.method == Method::POST {
        match body::read(&envelope.headers, body, body_bytes, limits.body_read).await {
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
    let parsed = if envelope.method == Method::POST {
        params::from_body(&text, &state.app.limits)
    } else {
        params::from_query(&text, &state.app.limits)
    };
    match parsed {
        Ok(params) => match answer(&state, &envelope, params).await {
            Ok(answer) => answer.into_response(&envelope.method, &envelope.headers, media_type),
            Err(refusal) => refused(refusal),
        },
        Err(refusal) => refused(refusal),
    }
}

/// From parameters to an answer. What fails here is either a refusal, with an HTTP status of its own, or an answer whose
/// status depends on the media type.
async fn answer(state: &ServerState, envelope: &Envelope, params: Params) -> Result<Answer, Refusal> {
    let limits = &state.app.limits;
    let found = match state.persisted.resolve(&params)? {
        Some(found) => found,
        None => return Ok(Answer::not_persisted()),
    };
    if let Err(fault) = state.guard.check_text(&found.query, limits) {
        return Ok(Answer::refused(&fault));
    }
    let document = match parse_query(found.query.as_ref()) {
        Ok(document) => document,
        Err(error) => return Ok(Answer::rejected(vec![errors::syntax(&error)])),
    };
    let cost_limit = if envelope.actor.is_some() { limits.cost_client } else { limits.cost_anonymous };
    let question = Question {
        document: &document,
        operation_name: params.operation_name.as_deref(),
        variables: &params.variables,
        limits,
        cost_limit,
    };
    let checked = match state.guard.check(&question) {
        Ok(checked) => checked,
        Err(fault) => return Ok(Answer::refused(&fault)),
    };
    refuse_operation(&envelope.method, checked.operation)?;
    state.metrics.cost.record(checked.cost as f64);
    let allowance = envelope.charged.map(|charged| charged.rest(state, checked.cost)).transpose()?;

    let mut request = async_graphql::Request::new(String::new()).variables(params.variables);
    request.operation_name = params.operation_name;
    request.set_parsed_query(document);
    let context = RequestContext::new(
        Arc::clone(&state.app),
        envelope.actor.clone(),
        accept_language(&envelope.headers),
        checked.cost,
        allowance.unwrap_or_default(),
    );
    let request = request.data(context.at(state.parties.issuer.as_str().into()));
    let outcome = execute(state, request, &envelope.id).await;
    if let (Outcome::Executed { .. }, Some(hash)) = (&outcome, found.new_hash) {
        state.persisted.keep(hash, found.query);
    }
    let is_private = checked.is_private || envelope.actor.is_some();
    Ok(Answer { outcome, is_private, cost: Some((checked.cost, cost_limit)), allowance })
}

fn refuse_operation(method: &Method, operation: OperationType) -> Result<(), Refusal> {
    match operation {
        OperationType::Query => Ok(()),
        OperationType::Mutation if *method == Method::POST => Ok(()),
        OperationType::Mutation => Err(Refusal::method("POST, OPTIONS", "a mutation must be sent by POST")),
        OperationType::Subscription => Err(Refusal::bad_request("subscriptions are not served as a single response")),
    }
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

fn accept_language(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}
