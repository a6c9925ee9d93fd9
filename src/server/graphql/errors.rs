//! What clients read of errors. An error that a resolver gave a code is kept; a caller's mistake becomes `BAD_REQUEST`; all
//! else is a fault of ours: a fixed sentence with the request's id for the client, and the cause in the log, once. A
//! resolver that answers a caller with its own words must therefore give the error an `extensions.code`.

use std::time::Duration;

use async_graphql::parser::Error as ParserError;
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};

use super::answer::Outcome;
use crate::server::metrics::Metrics;
use crate::server::refusal::{INTERNAL_MESSAGE, RequestId};
use crate::telemetry::scrub;

/// Errors that one answer tells; a short document can hold thousands.
const MOST: usize = 20;
/// Characters of a message that the engine wrote; it repeats names and values that came with the request.
const MESSAGE_CHARS: usize = 500;

/// An error with a code.
pub(crate) fn coded(message: impl Into<String>, code: &str) -> ServerError {
    with_code(ServerError::new(message, None), code)
}

fn with_code(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
    error.source = None;
    error
}

fn with_id(mut error: ServerError, id: &RequestId) -> ServerError {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("requestId", id.0.as_str());
    error
}

/// A fault of ours.
pub(crate) fn internal(id: &RequestId) -> ServerError {
    with_id(coded(INTERNAL_MESSAGE, "INTERNAL"), id)
}

/// Execution took too long.
pub(crate) fn timeout(limit: Duration, id: &RequestId) -> ServerError {
    with_id(coded(format!("execution exceeded the maximum of {} s", limit.as_secs_f64()), "TIMEOUT"), id)
}

/// A document that cannot be parsed: where and why, without the parser's drawing of it.
pub(crate) fn syntax(error: &ParserError) -> ServerError {
    let message = match error {
        ParserError::Syntax { message, .. } => {
            let reason = message.rsplit_once("= ").map_or("", |(_, reason)| reason.trim());
            if reason.is_empty() { "syntax error".to_string() } else { format!("syntax error: {reason}") }
        }
        other => other.to_string(),
    };
    let mut told = coded(message, "BAD_REQUEST");
    told.locations = error.positions().collect();
    told
}

/// Sorts the engine's answer: whether anything was executed, and what its errors may say.
pub(crate) fn sort_out(response: Response, id: &RequestId, metrics: &Metrics) -> Outcome {
    let Response { data, mut errors, .. } = response;
    let is_executed = errors.is_empty() || data != Value::Null || errors.iter().any(|error| !error.path.is_empty());
    let left_out = errors.len().saturating_sub(MOST);
    let mut hidden = errors.split_off(errors.len().min(MOST));
    // A fault must reach the log even if the client is not told of it.
    hidden.retain(is_fault);
    for error in &hidden {
        log(error, id, metrics);
    }
    let mut told: Vec<ServerError> = errors.into_iter().map(|error| tell(error, id, metrics)).collect();
    if left_out > 0 {
        told.push(coded(format!("{left_out} further errors are left out"), "BAD_REQUEST"));
    }
    if is_executed { Outcome::Executed { data, errors: told } } else { Outcome::Rejected { errors: told } }
}

fn tell(error: ServerError, id: &RequestId, metrics: &Metrics) -> ServerError {
    if code(&error) == Some("INTERNAL") {
        // The resolver has logged the cause.
        metrics.faults.increment(1);
        return ServerError { locations: error.locations, path: error.path, ..internal(id) };
    }
    if code(&error).is_some() {
        return error;
    }
    if !is_fault(&error) {
        let message = error.message.chars().take(MESSAGE_CHARS).collect();
        return with_code(ServerError { message, ..error }, "BAD_REQUEST");
    }
    log(&error, id, metrics);
    ServerError { locations: error.locations, path: error.path, ..internal(id) }
}

fn log(error: &ServerError, id: &RequestId, metrics: &Metrics) {
    metrics.faults.increment(1);
    tracing::error!(request.id = id.0, cause = scrub(&error.message), "a resolver failed");
}

/// Whether an answer is wrong by a fault of ours, so that it may be right the next time.
pub(crate) fn is_ours(outcome: &Outcome) -> bool {
    let (Outcome::Executed { errors, .. } | Outcome::Rejected { errors }) = outcome;
    errors.iter().any(|error| matches!(code(error), Some("INTERNAL" | "OVERLOADED" | "TIMEOUT")))
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        Value::Enum(code) => Some(code.as_str()),
        _ => None,
    }
}

/// Validation errors have no path; errors of input conversion have one, and no source.
fn is_fault(error: &ServerError) -> bool {
    let is_input = error.source.is_none()
        && (error.message.starts_with("Failed to parse \"") || error.message.starts_with("Expected input type \""));
    code(error).is_none() && !error.path.is_empty() && !is_input
}
