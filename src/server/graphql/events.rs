//! Answers as Server-Sent Events: the "distinct connections" mode of the GraphQL over SSE protocol, one operation a
//! connection. Each event has the token to go on from as its id, so that a browser's `EventSource`, which sends the last one
//! when it connects again, misses nothing. Must not know GraphQL.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::answer::Answer;
use super::operation::{Operation, refused};
use super::prepare::{Asker, Prepared};
use super::wire::remaining;
use crate::server::refusal::{JSON, Refusal, RequestId};
use crate::server::router::Shared;

/// Sent at once and whenever nothing is told for a while, so that whatever stands between keeps the connection open.
const BEAT: &[u8] = b":\n\n";
const COMPLETE: &[u8] = b"event: complete\ndata: \n\n";
/// What a browser says of the last event that it read.
const LAST: HeaderName = HeaderName::from_static("last-event-id");
/// Asks proxies of a common make not to hold events back.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A single answer.
pub(super) fn single(answer: &Answer) -> Response {
    let text = answer.entity().to_json();
    let mut response = response(Body::from([&event(&text, None), COMPLETE].concat()));
    if let Some(allowance) = answer.allowance {
        response.extensions_mut().insert(allowance);
    }
    response
}

/// Follows a subscription for as long as the client reads, the token holds and the server runs.
pub(super) async fn follow(
    state: &Shared,
    asker: Asker,
    prepared: Prepared,
    headers: &HeaderMap,
    id: RequestId,
) -> Response {
    let Ok(room) = Arc::clone(&state.followers).try_acquire_owned() else {
        state.metrics.shed.increment(1);
        return Refusal::overloaded().into_response(&id, JSON);
    };
    let last = headers.get(LAST).and_then(|value| value.to_str().ok()).filter(|last| !last.is_empty());
    let (allowance, actor) = (prepared.allowance, asker.actor.clone());
    let begun = Operation::begin(state, asker, prepared, last.map(str::to_string), id).await;
    let mut response = match begun {
        Ok(Some(operation)) => {
            let until = remaining(state, actor.as_deref()).map(|left| Instant::now() + left);
            let beat = state.app.limits.socket_beat;
            let way = Stream { state: state.clone(), operation, until, beat, is_begun: false, _room: room };
            response(Body::from_stream(stream::unfold(way, Stream::next)))
        }
        Ok(None) => response(Body::from(COMPLETE)),
        Err(outcome) => response(Body::from([&event(&refused(&outcome), None), COMPLETE].concat())),
    };
    if let Some(allowance) = allowance {
        response.extensions_mut().insert(allowance);
    }
    response
}

/// A stream under way.
struct Stream {
    state: Shared,
    operation: Operation,
    /// When the token ends.
    until: Option<Instant>,
    beat: Duration,
    is_begun: bool,
    _room: OwnedSemaphorePermit,
}

impl Stream {
    /// The next bytes. Without an event that says that it is complete it ends where the client may connect again.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !self.is_begun {
            self.is_begun = true;
            return Some((Ok(Bytes::from_static(BEAT)), self));
        }
        let until = self.until;
        let expiry = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        let told = tokio::select! {
            () = self.state.stop.cancelled() => return None,
            () = expiry => return None,
            () = tokio::time::sleep(self.beat) => return Some((Ok(Bytes::from_static(BEAT)), self)),
            told = self.operation.next() => told,
        };
        let told = told.ok()?;
        let event = event(&told.text, Some(&told.token));
        Some((Ok(Bytes::from(event)), self))
    }
}

fn event(text: &[u8], id: Option<&str>) -> Vec<u8> {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    // JSON has no line ends of its own.
    [id.as_bytes(), b"event: next\ndata: ", text, b"\n\n"].concat()
}

fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    response
}
