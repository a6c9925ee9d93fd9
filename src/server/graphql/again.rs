//! The short way of a request that was asked before by an anonymous reader, and whose answer is kept and still true: from
//! its bytes to the kept ones. Whatever it is not sure of goes the long way, with what was read of it.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, UPGRADE};
use http::{Method, Request};
use hyper::body::Incoming;

use super::documents::{LONGEST, Raw};
use super::{Form, accept_language, body, negotiate, served};
use crate::server::address::{self, Peer};
use crate::server::refusal::Refusal;
use crate::server::router::Shared;

/// A body that was read before it was known who reads it.
#[derive(Clone)]
pub(super) struct Early(pub Result<Bytes, Refusal>);

/// Whether a request could be one whose answer is kept.
pub(crate) fn may_be_kept(request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    if request.uri().path() != "/graphql" || headers.contains_key(AUTHORIZATION) || headers.contains_key(UPGRADE) {
        return false;
    }
    match *request.method() {
        Method::GET => request.uri().query().is_some_and(|query| query.len() <= LONGEST),
        Method::POST => {
            let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
            length.is_some_and(|length| length <= LONGEST)
        }
        _ => false,
    }
}

/// The response with the answer that is kept; the request again if there is none.
pub(crate) async fn again(state: &Shared, request: Request<Incoming>, peer: Peer) -> Result<Response, Request<Body>> {
    let (mut parts, body) = request.into_parts();
    let is_post = parts.method == Method::POST;
    let bytes = if is_post {
        match body::read(&parts.headers, Body::new(body), LONGEST, state.app.limits.body_read).await {
            Ok(bytes) => bytes,
            Err(refusal) => {
                parts.extensions.insert(Early(Err(refusal)));
                return Err(Request::from_parts(parts, Body::empty()));
            }
        }
    } else {
        Bytes::copy_from_slice(parts.uri.query().unwrap_or_default().as_bytes())
    };
    let language = accept_language(&parts.headers);
    let raw = Raw { bytes, is_body: is_post, is_client: false, language };
    let found = (|| {
        let form = Form {
            method: &parts.method,
            headers: &parts.headers,
            media_type: Some(negotiate::answer(&parts.headers)?),
        };
        let asked = state.documents.recall(&raw)?;
        let kept = served(state, true, &asked)?;
        let key = state.rate.key(address::client(peer, &parts.headers, &state.trusted_proxies));
        // Who has nothing left is told so on the long way.
        let allowance = state.rate.charge(key, asked.checked.cost).ok()?;
        state.metrics.cost.record(asked.checked.cost as f64);
        Some(super::with(Some(allowance), super::hit(state, &asked, &kept, form)?))
    })();
    found.ok_or_else(|| {
        if is_post {
            parts.extensions.insert(Early(Ok(raw.bytes)));
        }
        Request::from_parts(parts, Body::empty())
    })
}
