//! `/livez` says that the process runs; `/readyz` says whether it can answer, and with which time zone database. Must not
//! tell why the database failed: the log does.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::refusal::JSON;
use super::router::Shared;

/// Longest wait for the database before it counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub(crate) async fn live() -> Response {
    answer(StatusCode::OK, &json!({ "status": "live" }))
}

/// The database answers, its migrations are applied, and the server is not stopping.
pub(crate) async fn ready(State(state): State<Shared>) -> Response {
    let (database, pending) = match tokio::time::timeout(PATIENCE, state.app.store.ready()).await {
        Ok(Ok(readiness)) => ("reachable", Some(readiness.pending_migrations)),
        Ok(Err(error)) => {
            tracing::warn!(cause = crate::telemetry::scrub(&error.to_string()), "the database is not ready");
            ("unreachable", None)
        }
        Err(_) => ("slow", None),
    };
    let is_ready = pending == Some(0) && !state.is_stopping();
    let body = json!({
        "status": if is_ready { "ready" } else if state.is_stopping() { "stopping" } else { "not ready" },
        "database": database,
        "pendingMigrations": pending,
        "timeZones": state.app.zones.version(),
    });
    if is_ready {
        return answer(StatusCode::OK, &body);
    }
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, &body);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
