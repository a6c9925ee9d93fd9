//! The messages of the protocol `graphql-transport-ws` (of the library graphql-ws), and the codes that a socket is closed
//! with. Must not send or receive.

use std::time::Duration;

use async_graphql::ServerError;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::server::router::Shared;

/// The name of the protocol, which a client offers with the upgrade.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// Bytes of an operation's id.
pub(super) const ID_BYTES: usize = 128;
/// Bytes of the reason in a close frame (RFC 6455, 5.5).
const REASON_BYTES: usize = 123;

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    /// The code.
    pub code: u16,
    /// The reason, of at most 123 bytes.
    pub reason: String,
}

impl Closing {
    /// A code with its reason, cut to what a frame holds.
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason: String = reason.into();
        while reason.len() > REASON_BYTES {
            reason.pop();
        }
        Self { code, reason }
    }

    /// The message is not one of the protocol.
    pub fn bad(reason: impl Into<String>) -> Self {
        Self::new(4400, reason)
    }

    /// The token is not valid, or not any more.
    pub fn forbidden() -> Self {
        Self::new(4403, "Forbidden: the access token is not valid")
    }

    /// The server stops; another one may be there.
    pub fn going() -> Self {
        Self::new(1001, "the server stops")
    }

    /// To be tried again a little later.
    pub fn later(reason: &str) -> Self {
        Self::new(1013, reason)
    }

    /// A fault of ours; what was followed can be followed again.
    pub fn failed() -> Self {
        Self::later("the server failed; connect again")
    }
}

/// A message of a client.
#[derive(Debug)]
pub(super) enum Incoming<'a> {
    /// Opens the protocol, with what the client says of itself.
    Init(Option<&'a RawValue>),
    /// Asks for an answer.
    Ping(Option<&'a RawValue>),
    /// Answers.
    Pong,
    /// Begins an operation under an id.
    Subscribe { id: String, payload: &'a RawValue },
    /// Ends one.
    Complete { id: String },
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl<'a> Incoming<'a> {
    /// Reads a message.
    pub fn parse(text: &'a str) -> Result<Self, Closing> {
        let members: Members<'a> =
            serde_json::from_str(text).map_err(|_| Closing::bad("the message is not one of the protocol"))?;
        let Members { kind, id, payload } = members;
        let id = || match id {
            Some(id) if (1..=ID_BYTES).contains(&id.len()) => Ok(id),
            Some(_) => Err(Closing::bad(format!("id must have 1 to {ID_BYTES} bytes"))),
            None => Err(Closing::bad("id is missing")),
        };
        match kind.as_str() {
            "connection_init" => Ok(Self::Init(payload)),
            "ping" => Ok(Self::Ping(payload)),
            "pong" => Ok(Self::Pong),
            "subscribe" => {
                let payload = payload.filter(|payload| payload.get().starts_with('{'));
                let payload = payload.ok_or_else(|| Closing::bad("payload must be an object"))?;
                Ok(Self::Subscribe { id: id()?, payload })
            }
            "complete" => Ok(Self::Complete { id: id()? }),
            _ => Err(Closing::bad("the type of the message is not known")),
        }
    }
}

/// The bearer token in the payload of `connection_init`: under `authorization`, in any case. None if there is none.
pub(super) fn token(payload: Option<&RawValue>) -> Result<Option<String>, Closing> {
    let Some(payload) = payload.filter(|payload| payload.get() != "null") else { return Ok(None) };
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(payload.get()).map_err(|_| Closing::bad("payload must be an object"))?;
    let mut found = members.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some((_, serde_json::Value::String(text))), None) => {
            let (scheme, token) = text.split_once(' ').ok_or_else(Closing::forbidden)?;
            let is_bearer = scheme.eq_ignore_ascii_case("Bearer");
            is_bearer.then(|| Some(token.trim_start_matches(' ').to_string())).ok_or_else(Closing::forbidden)
        }
        _ => Err(Closing::forbidden()),
    }
}

/// `next`: an execution result.
pub(super) fn next(id: &str, text: &str) -> String {
    format!("{{\"id\":{},\"type\":\"next\",\"payload\":{text}}}", quoted(id))
}

/// `error`: the operation could not begin.
pub(super) fn error(id: &str, errors: &[ServerError]) -> String {
    let errors = serde_json::to_string(errors).unwrap_or_else(|_| "[]".to_string());
    format!("{{\"id\":{},\"type\":\"error\",\"payload\":{errors}}}", quoted(id))
}

/// `complete`: the operation is over.
pub(super) fn complete(id: &str) -> String {
    format!("{{\"id\":{},\"type\":\"complete\"}}", quoted(id))
}

/// `pong`, with what came with the ping.
pub(super) fn pong(payload: Option<&RawValue>) -> String {
    payload.map_or_else(
        || "{\"type\":\"pong\"}".to_string(),
        |payload| format!("{{\"type\":\"pong\",\"payload\":{}}}", payload.get()),
    )
}

/// `connection_ack`.
pub(super) const ACK: &str = "{\"type\":\"connection_ack\"}";

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// How long a client's token still holds; none for those without one.
pub(super) fn remaining(state: &Shared, actor: Option<&Actor>) -> Option<Duration> {
    let left = |actor: &Actor| Timestamp::from_micros(actor.expires_at).as_micros() - state.app.clock.now().as_micros();
    actor.map(|actor| Duration::from_micros(u64::try_from(left(actor)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_closes_with_4400() {
        for text in [
            "",
            "1",
            "[]",
            "{}",
            "{\"type\":1}",
            "{\"type\":\"start\"}",
            "{\"type\":\"subscribe\"}",
            "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":1,\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":\"a\"}",
            "{\"type\":\"subscribe\",\"id\":\"1\"}",
            "{\"type\":\"complete\"}",
            "{\"type\":\"ping\"} x",
        ] {
            assert_eq!(Incoming::parse(text).map(|_| ()).unwrap_err().code, 4400, "{text}");
        }
        let long = format!("{{\"type\":\"complete\",\"id\":\"{}\"}}", "x".repeat(ID_BYTES + 1));
        assert!(Incoming::parse(&long).is_err());
        for text in
            ["{\"type\":\"ping\"}", "{\"type\":\"pong\",\"payload\":{}}", "{\"id\":\"1\",\"type\":\"complete\"}"]
        {
            assert!(Incoming::parse(text).is_ok(), "{text}");
        }
        assert_eq!(Closing::bad("é".repeat(100)).reason.len(), 122);
    }

    #[test]
    fn a_token_is_one_bearer() {
        let of =
            |text: &str| token(Some(&RawValue::from_string(text.to_string()).unwrap())).map_err(|closing| closing.code);
        assert_eq!(token(None), Ok(None));
        assert_eq!(of("null"), Ok(None));
        assert_eq!(of("{\"other\":1}"), Ok(None));
        assert_eq!(of("{\"Authorization\":\"bearer  a.b\"}"), Ok(Some("a.b".to_string())));
        assert_eq!(of("[]"), Err(4400));
        for wrong in ["{\"authorization\":1}", "{\"authorization\":\"a\"}", "{\"authorization\":\"Basic a\"}"] {
            assert_eq!(of(wrong), Err(4403), "{wrong}");
        }
        assert_eq!(of("{\"authorization\":\"Bearer a\",\"Authorization\":\"Bearer b\"}"), Err(4403));
    }

    #[test]
    fn ids_are_quoted() {
        assert_eq!(next("a\"b", "{}"), "{\"id\":\"a\\\"b\",\"type\":\"next\",\"payload\":{}}");
        assert_eq!(complete("1"), "{\"id\":\"1\",\"type\":\"complete\"}");
        assert_eq!(pong(None), "{\"type\":\"pong\"}");
    }
}
