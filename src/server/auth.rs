//! Who is asking. A token that is not valid is refused everywhere, never silently taken for an anonymous request. Must not
//! decide what a caller may do.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::refusal::Refusal;

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Anyone, without a token.
    Anonymous,
}

/// The caller of a request, from its headers alone. No token is issued yet, so that none is valid.
pub(crate) fn authenticate(headers: &HeaderMap) -> Result<Caller, Refusal> {
    if headers.contains_key(AUTHORIZATION) { Err(Refusal::invalid_token()) } else { Ok(Caller::Anonymous) }
}
