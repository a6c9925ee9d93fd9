//! `/schema.graphql`: the schema as text, for code generators. Must not need the database.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderValue, StatusCode};

use super::headers::{entity_tag, is_unchanged};
use super::router::Shared;

/// The text and its tag, made once.
#[derive(Debug)]
pub(crate) struct SchemaFile {
    text: Bytes,
    tag: HeaderValue,
}

impl SchemaFile {
    /// Keeps the text of the schema.
    pub fn new(sdl: String) -> Self {
        let text = Bytes::from(sdl);
        let tag = HeaderValue::from_str(&entity_tag(&text)).unwrap_or(HeaderValue::from_static("W/\"\""));
        Self { text, tag }
    }
}

/// The schema as text.
pub(crate) async fn serve(State(state): State<Shared>, request: Request) -> Response {
    let SchemaFile { text, tag } = &state.schema_file;
    let is_unchanged = tag.to_str().is_ok_and(|tag| is_unchanged(request.headers(), tag));
    let mut response = Response::new(if is_unchanged { Body::empty() } else { Body::from(text.clone()) });
    if is_unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(ETAG, tag.clone());
    response
}
