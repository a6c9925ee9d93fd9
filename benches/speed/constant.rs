//! The ceiling: a handler that reads a request's body and answers constant bytes, those of the real server with its headers.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// An answer as it was captured.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Captured {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

type Answers = Arc<HashMap<String, (HeaderMap, Bytes)>>;

/// Serves captured answers by path.
pub async fn serve(port: u16, file: &str) {
    let captured: HashMap<String, Captured> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let answers: Answers = Arc::new(captured.into_iter().map(|(path, one)| (path, prepared(one))).collect());
    let router = Router::new().fallback(answer).with_state(answers);
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("ready");
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap()), router)
        .await
        .unwrap();
}

fn prepared(captured: Captured) -> (HeaderMap, Bytes) {
    let headers = captured
        .headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()));
    (headers.collect(), Bytes::from(captured.body))
}

async fn answer(State(answers): State<Answers>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let _ = body.collect().await.unwrap();
    let (headers, bytes) = &answers[parts.uri.path()];
    let mut response = Response::new(axum::body::Body::from(bytes.clone()));
    *response.headers_mut() = headers.clone();
    response
}
