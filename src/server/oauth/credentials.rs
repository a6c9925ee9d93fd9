//! The id and secret that a client shows: in the header `Authorization` (RFC 6749, 2.3.1) or in the body, never both. Must
//! not compare them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::SecretString;

use super::OAuthError;
use super::form::Form;
use crate::server::percent;

/// The id and secret of a request.
pub(super) fn presented(headers: &HeaderMap, form: &Form) -> Result<(String, SecretString), OAuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return match (form.get("client_id"), form.get("client_secret")) {
            (Some(id), Some(secret)) => Ok((id.to_string(), SecretString::from(secret))),
            _ => Err(OAuthError::invalid_client("the client must show its id and secret, by Basic or in the body")),
        };
    };
    if values.next().is_some() || form.get("client_secret").is_some() {
        return Err(OAuthError::invalid_request("the client must authenticate in one way only"));
    }
    let malformed = || OAuthError::invalid_client("the authorization header is not of the form of Basic");
    let (id, secret) = value.to_str().ok().and_then(basic).ok_or_else(malformed)?;
    if form.get("client_id").is_some_and(|other| other != id) {
        return Err(OAuthError::invalid_request("client_id is not the one of the authorization header"));
    }
    Ok((id, secret))
}

/// Both are form-encoded before they are joined and encoded again.
fn basic(value: &str) -> Option<(String, SecretString)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = SecretString::from(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = secrecy::ExposeSecret::expose_secret(&decoded).split_once(':')?;
    Some((percent::decode(id).ok()?, SecretString::from(percent::decode(secret).ok()?)))
}
