//! From an outcome to an HTTP response: status by media type (GraphQL over HTTP, "Status Codes"), body, entity tag and
//! caching. Must not change what the outcome says.

use async_graphql::{ServerError, Value};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;

use super::answers::Kept;
use super::errors;
use super::negotiate::MediaType;
use crate::graphql::context::Allowance;
use crate::graphql::guard::Fault;
use crate::server::headers::{entity_tag, is_unchanged, takes_gzip};

const VARIES: &str = "Accept, Accept-Encoding, Accept-Language, Authorization";
/// An answer has so many header fields, those that every answer has included.
const HEADERS: usize = 20;
/// Urql and Apollo recognise a miss by these very words.
const NOT_PERSISTED: &str = "PersistedQueryNotFound";

/// How a request ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Execution began: there is a data entry, if only `null`.
    Executed {
        /// The data entry.
        data: Value,
        /// What went wrong in it.
        errors: Vec<ServerError>,
    },
    /// Nothing was executed: there is no data entry.
    Rejected {
        /// Why.
        errors: Vec<ServerError>,
    },
}

impl Outcome {
    /// An execution that came to nothing.
    pub fn failed(error: ServerError) -> Self {
        Self::Executed { data: Value::Null, errors: vec![error] }
    }
}

/// An outcome, with what headers need to know.
#[derive(Debug)]
pub(crate) struct Answer {
    /// How the request ended.
    pub outcome: Outcome,
    /// Whether no shared cache may keep it.
    pub is_private: bool,
    /// The operation's cost, and the limit on it.
    pub cost: Option<(u64, u64)>,
    /// What remains of the caller's allowance.
    pub allowance: Option<Allowance>,
}

/// An execution result, as it is sent.
pub(super) struct Entity<'a> {
    errors: &'a [ServerError],
    data: Option<&'a Value>,
    extensions: Option<Extensions>,
}

#[derive(Serialize)]
struct Extensions {
    cost: Cost,
}

#[derive(Serialize)]
struct Cost {
    requested: u64,
    limit: u64,
}

impl<'a> Entity<'a> {
    /// The result of an outcome, without extensions.
    pub fn of(outcome: &'a Outcome) -> Self {
        let (data, errors) = match outcome {
            Outcome::Executed { data, errors } => (Some(data), errors),
            Outcome::Rejected { errors } => (None, errors),
        };
        Self { errors, data, extensions: None }
    }

    /// Its JSON. Values of bytes are JSON already: what was rendered (`graphql::Rendering`), and nothing else, is such a value.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(if self.data.is_some() { 4 * 1024 } else { 256 });
        let mut lead = b'{';
        let mut member = |name: &[u8], out: &mut Vec<u8>| {
            out.push(lead);
            out.extend_from_slice(name);
            lead = b',';
        };
        if !self.errors.is_empty() {
            member(b"\"errors\":", &mut out);
            write(&self.errors, &mut out);
        }
        if let Some(data) = self.data {
            member(b"\"data\":", &mut out);
            write_value(data, &mut out);
        }
        if let Some(extensions) = &self.extensions {
            member(b"\"extensions\":", &mut out);
            write(extensions, &mut out);
        }
        if lead == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
        out
    }
}

/// Writes to memory, which does not fail.
fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Binary(rendered) => out.extend_from_slice(rendered),
        Value::List(values) => {
            out.push(b'[');
            for (position, value) in values.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_value(value, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (position, (name, value)) in members.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(name.as_str(), out);
                out.push(b':');
                write_value(value, out);
            }
            out.push(b'}');
        }
        other => write(other, out),
    }
}

impl Answer {
    /// Nothing was executed.
    pub fn rejected(errors: Vec<ServerError>) -> Self {
        Self { outcome: Outcome::Rejected { errors }, is_private: false, cost: None, allowance: None }
    }

    /// The guard refuses.
    pub fn refused(fault: &Fault) -> Self {
        Self::rejected(vec![errors::coded(fault.to_string(), fault.code())])
    }

    /// The hash is not known: the client sends the document with it.
    pub fn not_persisted() -> Self {
        Self::rejected(vec![errors::coded(NOT_PERSISTED, "PERSISTED_QUERY_NOT_FOUND")])
    }

    /// Whether everything that was asked for was answered.
    pub fn is_whole(&self) -> bool {
        matches!(&self.outcome, Outcome::Executed { errors, .. } if errors.is_empty())
    }

    /// The execution result, with what it cost.
    pub fn entity(&self) -> Entity<'_> {
        let extensions = self.cost.map(|(requested, limit)| Extensions { cost: Cost { requested, limit } });
        Entity { extensions, ..Entity::of(&self.outcome) }
    }

    /// The HTTP response.
    pub fn into_response(self, method: &Method, asked: &HeaderMap, media_type: MediaType) -> Response {
        let entity = self.entity();
        let status = match (media_type, entity.data) {
            (MediaType::GraphQlResponse, None) => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        };
        let is_shared = *method != Method::POST && !self.is_private && entity.errors.is_empty();
        let text = Bytes::from(entity.to_json());
        let tag = if is_shared { Some(entity_tag(&text)) } else { None };
        let mut response = respond(text, tag.as_deref(), asked, head(media_type, is_shared));
        if response.status() == StatusCode::OK {
            *response.status_mut() = status;
        }
        if let Some(allowance) = self.allowance {
            response.extensions_mut().insert(allowance);
        }
        response
    }
}

impl Kept {
    /// The HTTP response to one who asks for the same, with a head for such requests.
    pub fn to_response(&self, method: &Method, asked: &HeaderMap, head: HeaderMap) -> Response {
        let tag = (*method != Method::POST).then(|| self.tag());
        let packed = if takes_gzip(asked) { self.packed() } else { None };
        let is_packed = packed.is_some();
        let mut response = respond(packed.unwrap_or_else(|| self.text.clone()), tag, asked, head);
        if is_packed && response.status() == StatusCode::OK {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// The header fields that say what an answer is. One that is shared may be kept by whatever stands between, and has a tag.
pub(super) fn head(media_type: MediaType, is_shared: bool) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type.header()));
    let caching = if is_shared { "public, no-cache" } else { "private, no-store" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(VARY, HeaderValue::from_static(VARIES));
    headers
}

/// A response with an execution result, which need not be sent again to who has what a tag names.
fn respond(text: Bytes, tag: Option<&str>, asked: &HeaderMap, head: HeaderMap) -> Response {
    let is_unchanged = tag.is_some_and(|tag| is_unchanged(asked, tag));
    let mut response = Response::new(if is_unchanged { Body::empty() } else { Body::from(text) });
    if is_unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    *response.headers_mut() = head;
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
