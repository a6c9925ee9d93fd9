//! The playground's page and its files, as the crate `playground` holds them. Must not load anything from elsewhere.

use std::io::Read;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use playground::{Asset, Page};

use super::headers::{is_unchanged, takes_gzip};
use super::refusal::{JSON, Refusal, RequestId};

/// GraphiQL, or the plain page when it was not built.
pub(crate) async fn home(request: Request) -> Response {
    page(&playground::home(), &request)
}

/// The plain page, which needs no library.
pub(crate) async fn plain(request: Request) -> Response {
    page(&playground::plain(), &request)
}

/// A file of the playground.
pub(crate) async fn asset(request: Request) -> Response {
    let path = request.uri().path().strip_prefix("/playground/").unwrap_or_default();
    match playground::find(path) {
        Some(asset) => file(asset, request.headers()),
        None => {
            let id = request.extensions().get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
            Refusal::not_found().into_response(&id, JSON)
        }
    }
}

fn page(page: &Page, request: &Request) -> Response {
    let mut response = file(page.asset, request.headers());
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(page.policy));
    response
}

fn file(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let is_unchanged = is_unchanged(asked, asset.etag);
    let takes_gzip = takes_gzip(asked);
    let body = match (is_unchanged, asset.is_gzip && !takes_gzip) {
        (true, _) => Body::empty(),
        (false, false) => Body::from(Bytes::from_static(asset.bytes)),
        (false, true) => Body::from(unpacked(asset)),
    };
    let mut response = Response::new(body);
    if is_unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(ETAG, HeaderValue::from_static(asset.etag));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    let caching = if asset.is_immutable { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    if asset.is_gzip && takes_gzip && !is_unchanged {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// The file for a client that does not take gzip.
fn unpacked(asset: &Asset) -> Vec<u8> {
    let mut bytes = Vec::new();
    match GzDecoder::new(asset.bytes).read_to_end(&mut bytes) {
        Ok(_) => bytes,
        Err(_) => Vec::new(),
    }
}
