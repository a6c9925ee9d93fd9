//! The body of a request for a token: a short form, read strictly. A parameter without a value counts as left out, and one
//! that is given twice is refused (RFC 6749, 3.2). Must not know what parameters mean.

use axum::body::Body;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::OAuthError;
use crate::domain::limits::Limits;
use crate::server::percent;

/// The parameters. It has no `Debug` form, since one of them may be a secret.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a parameter, unless it is left out or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Ok(name), Ok(value)) = (percent::decode(name), percent::decode(value)) else {
                return Err(OAuthError::invalid_request("a parameter has a broken percent escape or is not utf-8"));
            };
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(OAuthError::invalid_request("a parameter is given twice"));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }
}

/// Reads a form.
pub(super) async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Form, OAuthError> {
    if !is_form(headers) || headers.contains_key(CONTENT_ENCODING) {
        let description = "the body must be application/x-www-form-urlencoded, without a content-encoding";
        return Err(OAuthError::invalid_request(description).closing(StatusCode::BAD_REQUEST));
    }
    let limit = limits.form_bytes;
    let too_large = || {
        let description = format!("the body exceeds the maximum of {limit} bytes");
        OAuthError::invalid_request(description).closing(StatusCode::PAYLOAD_TOO_LARGE)
    };
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if length.and_then(|length| length.parse().ok()).is_some_and(|length: u64| length > limit as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(limits.body_read, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => match std::str::from_utf8(&collected.to_bytes()) {
            Ok(text) => Form::parse(text),
            Err(_) => Err(OAuthError::invalid_request("the body is not utf-8")),
        },
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            let error = OAuthError::invalid_request("the body ended before it was complete");
            Err(error.closing(StatusCode::BAD_REQUEST))
        }
        Err(_) => {
            let description = format!("the body did not arrive within {} s", limits.body_read.as_secs_f64());
            Err(OAuthError::invalid_request(description).closing(StatusCode::REQUEST_TIMEOUT))
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(declared), None) = (types.next(), types.next()) else { return false };
    let essence = declared.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
