//! The short way of a request that was asked before by an anonymous reader, and whose answer is kept and still true: from
//! its bytes to the kept ones. Whatever it is not sure of goes the long way, with what was read of it.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, ETAG, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request};
use hyper::body::Incoming;

use super::answer::head;
use super::documents::LONGEST;
use super::negotiate::MediaType;
use super::{body, language, negotiate, served};
use crate::graphql::context::Allowance;
use crate::server::address::{self, Peer};
use crate::server::headers;
use crate::server::refusal::{Refusal, RequestId};
use crate::server::route::Route;
use crate::server::router::Shared;
use crate::server::state::ServerState;

/// A body that was read before it was known who reads it.
#[derive(Clone)]
pub(super) struct Early(pub Result<Bytes, Refusal>);

/// Whether a request could be one whose answer is kept.
pub(crate) fn may_be_kept(state: &ServerState, request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    if request.uri().path() != "/graphql" || headers.contains_key(AUTHORIZATION) || headers.contains_key(UPGRADE) {
        return false;
    }
    let longest = LONGEST.min(state.app.limits.body_bytes_anonymous);
    match *request.method() {
        Method::GET => request.uri().query().is_some_and(|query| query.len() <= longest),
        Method::POST => {
            let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
            length.is_some_and(|length| length <= longest)
        }
        _ => false,
    }
}

/// The response with the answer that is kept; the request again if there is none.
pub(crate) async fn again(state: &Shared, request: Request<Incoming>, peer: Peer) -> Result<Response, Request<Body>> {
    let (mut parts, body) = request.into_parts();
    if parts.method == Method::GET {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        return answered(state, &parts, query, peer).ok_or_else(|| Request::from_parts(parts, Body::empty()));
    }
    let read = body::read(&parts.headers, body, LONGEST, state.app.limits.body_read).await;
    if let Some(response) = read.as_ref().ok().and_then(|bytes| answered(state, &parts, bytes, peer)) {
        return Ok(response);
    }
    parts.extensions.insert(Early(read));
    Err(Request::from_parts(parts, Body::empty()))
}

/// The header fields of kept answers, but for those of the one request.
#[derive(Debug)]
pub(crate) struct Heads([[HeaderMap; 2]; 2]);

impl Heads {
    /// Made once, since to put each on each answer costs more than to find the answer. `limit` is the anonymous allowance.
    pub fn new(limit: u32, is_https: bool) -> Self {
        let of = |media_type, is_shared| {
            let mut head = head(media_type, is_shared);
            headers::common(&mut head, Route::GraphQl, is_https);
            headers::allowance(&mut head, &Allowance { limit, ..Allowance::default() });
            // Room for what is put there later: a copy has no more than it needs.
            headers::identify(&mut head, RequestId(String::new()));
            if is_shared {
                head.insert(ETAG, HeaderValue::from_static(""));
            }
            head
        };
        Self([MediaType::Json, MediaType::GraphQlResponse].map(|media_type| [false, true].map(|to| of(media_type, to))))
    }

    fn of(&self, media_type: MediaType, is_shared: bool) -> HeaderMap {
        let Self([json, graphql]) = self;
        let [private, shared] = if media_type == MediaType::Json { json } else { graphql };
        if is_shared { shared } else { private }.clone()
    }
}

fn answered(state: &Shared, parts: &Parts, bytes: &[u8], peer: Peer) -> Option<Response> {
    let media_type = negotiate::answer(&parts.headers)?;
    let language = language(&parts.headers);
    let fingerprint = state.documents.fingerprint(bytes, parts.method == Method::POST, language);
    let known = state.documents.recall(fingerprint)?;
    let kept = served(state, true, &known.checked, &known.name)?;
    let key = state.rate.key(address::client(peer, &parts.headers, &state.trusted_proxies));
    // Who has nothing left is told so on the long way.
    let allowance = state.rate.charge(key, known.checked.cost).ok()?;
    state.metrics.cost.record(known.checked.cost);
    state.metrics.cache_hits.increment(1);
    let mut head = state.heads.of(media_type, parts.method != Method::POST);
    headers::remaining(&mut head, &allowance);
    Some(kept.to_response(&parts.method, &parts.headers, head))
}
