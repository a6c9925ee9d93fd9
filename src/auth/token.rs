//! Access tokens: JSON Web Tokens in the profile of RFC 9068, signed with ES256. They are checked in the order of RFC 8725:
//! size, form, header, key, signature, and only then what they claim. RFC 9068 asks for RS256 too; one algorithm is safer.
//! Must not look up whether the client still holds what its token says.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::key::{KeyFault, KeySet};
use super::verified::Verified;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

/// How long a token lasts, in seconds.
pub const LIFE_SECONDS: i64 = 600;
/// Longest token, in bytes; one with every scope has about 1 200.
const MOST_BYTES: usize = 4_096;
/// How far the clock of another node may be ahead of ours, in seconds.
const AHEAD_SECONDS: i64 = 5;
/// Longest `jti`, in characters; ours have 32.
const JTI_CHARS: usize = 64;
const MICROS: i64 = 1_000_000;

/// Who issues tokens, and whom they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The issuer: the public address of the server, without a slash at its end.
    pub issuer: String,
    /// The audience: the address of the API.
    pub audience: String,
}

impl Parties {
    /// The parties of a server at an address.
    pub fn of(address: &str) -> Self {
        let issuer = address.trim_end_matches('/').to_string();
        Self { audience: format!("{issuer}/graphql"), issuer }
    }
}

/// What a new token is to say.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The client that it is for.
    pub client: PublicId,
    /// What it allows at most.
    pub scopes: Vec<Scope>,
    /// The client's generation: tokens of an older one are refused.
    pub generation: i64,
    /// The token's own name.
    pub jti: String,
}

/// What a valid token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The client that it was issued to.
    pub client: PublicId,
    /// What it allows at most. Scopes that this program does not know are left out.
    pub scopes: Vec<Scope>,
    /// The client's generation when it was issued.
    pub generation: i64,
    /// The token's own name.
    pub jti: String,
    /// When it was issued, in seconds since 1970.
    pub issued_at: i64,
    /// When it ends, in seconds since 1970.
    pub expires_at: i64,
}

/// A token that is not valid. It does not say why: the reason helps only those who forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct InvalidToken;

/// The header. Members beyond these (`crit`, `jku`, `jwk`, `x5u`, `x5c`, ...) would say that the token is to be understood
/// in a way that we do not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token claims.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    client_id: String,
    aud: Audience,
    pub(super) exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
    scope: String,
    #[serde(rename = "gen")]
    generation: i64,
}

#[derive(Serialize)]
struct NewClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    client_id: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    jti: &'a str,
    scope: &'a str,
    #[serde(rename = "gen")]
    generation: i64,
}

/// Signs a new token.
pub fn issue(keys: &KeySet, parties: &Parties, token: &NewToken, now: Timestamp) -> Result<String, KeyFault> {
    let key = keys.signing()?;
    let issued_at = now.as_micros().div_euclid(MICROS);
    let client = token.client.to_string();
    let claims = NewClaims {
        iss: &parties.issuer,
        sub: &client,
        client_id: &client,
        aud: &parties.audience,
        exp: issued_at.saturating_add(LIFE_SECONDS),
        iat: issued_at,
        jti: &token.jti,
        scope: &join(&token.scopes),
        generation: token.generation,
    };
    let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": key.kid }).to_string();
    let claims = serde_json::to_string(&claims).map_err(|_| KeyFault::Signing)?;
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = key.sign(&message)?;
    Ok(format!("{message}.{signature}"))
}

/// Checks a token. Its signature is checked once for a key set; what it claims, always.
pub fn verify(keys: &KeySet, parties: &Parties, token: &str, now: Timestamp) -> Result<Token, InvalidToken> {
    if token.len() > MOST_BYTES {
        return Err(InvalidToken);
    }
    let name = Verified::name(token);
    if let Some(claims) = keys.verified.find(&name) {
        return check(&claims, parties, now);
    }
    let claims = Arc::new(signed(keys, token)?);
    let token = check(&claims, parties, now)?;
    keys.verified.add(name, &claims, now.as_micros().div_euclid(MICROS));
    Ok(token)
}

/// What a token claims that is one of ours.
fn signed(keys: &KeySet, token: &str) -> Result<Claims, InvalidToken> {
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(InvalidToken);
    };
    let header: Header = decode(header)?;
    let is_access_token = ["at+jwt", "application/at+jwt"].iter().any(|typ| header.typ.eq_ignore_ascii_case(typ));
    if !is_access_token || header.alg != "ES256" {
        return Err(InvalidToken);
    }
    let key = keys.find(&header.kid).ok_or(InvalidToken)?;
    let message = token.get(..token.len() - signature.len() - 1).ok_or(InvalidToken)?;
    if !key.verifies(message, signature) {
        return Err(InvalidToken);
    }
    decode(claims)
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, InvalidToken> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidToken)?;
    serde_json::from_slice(&bytes).map_err(|_| InvalidToken)
}

fn check(claims: &Claims, parties: &Parties, now: Timestamp) -> Result<Token, InvalidToken> {
    let is_for_us = match &claims.aud {
        Audience::One(audience) => *audience == parties.audience,
        Audience::Several(audiences) => audiences.contains(&parties.audience),
    };
    let seconds = now.as_micros().div_euclid(MICROS);
    let is_in_time = claims.exp > seconds
        && claims.iat <= seconds.saturating_add(AHEAD_SECONDS)
        && claims.nbf.is_none_or(|nbf| nbf <= seconds.saturating_add(AHEAD_SECONDS));
    let is_named = !claims.jti.is_empty() && claims.jti.len() <= JTI_CHARS && !claims.jti.contains('\0');
    if claims.iss != parties.issuer || !is_for_us || !is_in_time || claims.sub != claims.client_id || !is_named {
        return Err(InvalidToken);
    }
    Ok(Token {
        client: PublicId::parse_as(&claims.client_id, Noun::Client).map_err(|_| InvalidToken)?,
        scopes: claims.scope.split(' ').filter_map(Scope::parse).collect(),
        generation: claims.generation,
        jti: claims.jti.clone(),
        issued_at: claims.iat,
        expires_at: claims.exp,
    })
}

/// Scopes as the claim and the parameter `scope` write them (RFC 6749, 3.3).
pub fn join(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00.5Z".parse().unwrap()
    }

    fn new_token() -> NewToken {
        let client = PublicId::new(Noun::Client, Uuid::from_u128(7));
        NewToken { client, scopes: Scope::ALL.to_vec(), generation: 3, jti: "f".repeat(32) }
    }

    #[test]
    fn a_token_says_what_it_was_issued_with_until_it_ends() {
        let (keys, parties) = (KeySet::generate().unwrap(), Parties::of("https://api.example.org/"));
        let text = issue(&keys, &parties, &new_token(), now()).unwrap();
        assert!(text.len() < MOST_BYTES / 2, "{}", text.len());
        let token = verify(&keys, &parties, &text, now()).unwrap();
        assert_eq!(token.scopes, Scope::ALL);
        assert_eq!((token.generation, token.client), (3, new_token().client));
        assert_eq!(token.expires_at - token.issued_at, LIFE_SECONDS);
        let at = |seconds: i64| Timestamp::from_micros((token.issued_at + seconds) * MICROS);
        assert!(verify(&keys, &parties, &text, at(599)).is_ok());
        assert_eq!(verify(&keys, &parties, &text, at(600)), Err(InvalidToken));
        assert!(verify(&keys, &parties, &text, at(-5)).is_ok());
        assert_eq!(verify(&keys, &parties, &text, at(-6)), Err(InvalidToken));
        let rotated = keys.rotated().unwrap();
        assert!(verify(&rotated, &parties, &text, now()).is_ok());
        assert_eq!(verify(&rotated.rotated().unwrap(), &parties, &text, now()), Err(InvalidToken));
        assert_eq!(verify(&keys, &Parties::of("https://other.example.org"), &text, now()), Err(InvalidToken));
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let (keys, parties) = (KeySet::generate().unwrap(), Parties::of("https://api.example.org"));
        let text = issue(&keys, &parties, &new_token(), now()).unwrap();
        for position in 0..text.len() {
            let old = text.as_bytes()[position];
            let new = if old == b'A' { 'B' } else { 'A' };
            let changed = format!("{}{new}{}", &text[..position], &text[position + 1..]);
            assert_eq!(verify(&keys, &parties, &changed, now()), Err(InvalidToken), "at {position}");
        }
    }
}
