//! What every answer carries, whatever the route: security headers, the request's id, access for other origins. Must never
//! set a cookie.

use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::cors;
use super::refusal::RequestId;
use super::route::Route;
use crate::graphql::context::Allowance;

/// The name of the header with the request's id.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Smaller bodies, in bytes, are not worth compressing.
pub(crate) const COMPRESSED_FROM: usize = 1_024;
/// Answers that are no pages may load and frame nothing.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Puts the headers of every answer on one, but for those of the one request. A policy that is there already, as on pages,
/// stays.
pub(crate) fn common(headers: &mut HeaderMap, route: Route, is_https: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    );
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(API_POLICY));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    if route.is_api() {
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        cors::open(headers);
    } else {
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    }
    if is_https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
}

/// Names the request.
pub(crate) fn identify(headers: &mut HeaderMap, id: RequestId) {
    if let Ok(id) = HeaderValue::try_from(id.0) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// The caller's allowance in the form of draft-ietf-httpapi-ratelimit-headers: what remains of the cost a minute.
pub(crate) fn allowance(headers: &mut HeaderMap, allowance: &Allowance) {
    let limit = allowance.limit;
    let policy = if allowance.is_client { "client" } else { "anonymous" };
    if let Ok(value) = HeaderValue::try_from(format!("\"{policy}\";q={limit};w=60")) {
        headers.insert(RATE_LIMIT_POLICY, value);
    }
    remaining(headers, allowance);
}

/// What of that changes from request to request.
pub(crate) fn remaining(headers: &mut HeaderMap, allowance: &Allowance) {
    // Piece by piece: of kept answers this is a tenth of the work that is not the system's.
    let mut text = String::with_capacity(48);
    let mut number = itoa::Buffer::new();
    text.push_str(if allowance.is_client { "\"client\";r=" } else { "\"anonymous\";r=" });
    text.push_str(number.format(allowance.remaining));
    text.push_str(";t=");
    text.push_str(number.format(allowance.reset_seconds));
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(RATE_LIMIT, value);
    }
}

/// The entity tag of a body: weak, since compression changes the bytes on the way.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    digest.iter().take(16).fold(String::from("W/\""), |tag, byte| format!("{tag}{byte:02x}")) + "\""
}

/// Whether `If-None-Match` names the tag; compared weakly (RFC 9110, 13.1.2).
pub(crate) fn is_unchanged(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    let lines = headers.get_all(http::header::IF_NONE_MATCH).iter();
    let mut tags = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    tags.any(|candidate| candidate.trim() == "*" || opaque(candidate) == opaque(tag))
}

/// Whether a client takes gzip (RFC 9110, 12.5.3).
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(http::header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut any = false;
    for coding in lines.flat_map(|line| line.split(',')) {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or(0.0));
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => return weight > 0.0,
            "*" => any = weight > 0.0,
            _ => {}
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_by_who_says_so() {
        for (line, expected) in [
            ("", false),
            ("gzip", true),
            ("deflate, GZIP;q=0.5, br", true),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("br, *", true),
            ("identity", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::ACCEPT_ENCODING, line.parse().unwrap());
            assert_eq!(takes_gzip(&headers), expected, "{line}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
