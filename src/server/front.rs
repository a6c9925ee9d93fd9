//! What the requests of a connection come to first. One that was asked before, and whose answer is still true, is answered
//! here: it goes through none of the router's layers, whose work costs several times that of the answer. What they do, to
//! count, to limit and to put headers on, is done by the same functions. Other requests for `/graphql` whose answers need no
//! compression go through the same functions without the router; all else goes to it. Must not decide what an answer is.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::FutureExt;
use http::Request;
use http::header::ACCEPT_ENCODING;
use hyper::body::Incoming;
use tower::ServiceExt;

use super::accept::Held;
use super::address::Peer;
use super::graphql;
use super::headers::takes_gzip;
use super::router::{self, Shared, Watched};

/// What answers on a listener.
pub(crate) struct Front {
    /// Whose answers are kept.
    state: Option<Shared>,
    router: Router,
}

impl Front {
    /// Of the API.
    pub fn new(state: Shared, router: Router) -> Self {
        Self { state: Some(state), router }
    }

    /// Of a listener whose answers are made each time.
    pub fn plain(router: Router) -> Self {
        Self { state: None, router }
    }

    /// Answers a request of a connection.
    pub async fn answer(&self, request: Request<Incoming>, peer: SocketAddr, held: Held) -> Response {
        let with = |mut request: Request<Body>| {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(held);
            if !takes_gzip(request.headers()) {
                // Whoever takes nothing that there is gets the answer as it is.
                request.headers_mut().remove(ACCEPT_ENCODING);
            }
            request
        };
        let request = match &self.state {
            Some(state) if graphql::may_be_kept(state, &request) => {
                let watched = Watched::begin(state, &request);
                match AssertUnwindSafe(graphql::again(state, request, Peer(peer))).catch_unwind().await {
                    Ok(Ok(response)) => return watched.close(state, response),
                    Ok(Err(mut request)) if takes_gzip(request.headers()) => {
                        request.extensions_mut().insert(watched);
                        with(request)
                    }
                    // In a box, so that what is rarely needed is not moved about with each request.
                    Ok(Err(request)) => return Box::pin(router::graphql(state, watched, with(request))).await,
                    Err(_) => return watched.failed(state),
                }
            }
            _ => with(request.map(Body::new)),
        };
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
