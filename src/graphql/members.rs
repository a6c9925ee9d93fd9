//! The members of an input as the client gave it: those that a mutation takes for itself are taken out, the rest goes to
//! the service. Must not check what the service checks.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::service::edit::Refusal;
use crate::service::fault::{Fault, FaultCode};
use crate::service::read_member;

/// What is left of an input.
#[derive(Debug)]
pub(crate) struct Members(Map<String, Value>);

impl Members {
    pub(crate) fn of(input: Value) -> Self {
        match input {
            Value::Object(members) => Self(members),
            _ => Self(Map::new()),
        }
    }

    /// Takes out a member that may be absent or null.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => Ok(Some(read_member(value, &format!("input.{name}"))?)),
        }
    }

    /// Takes out a member that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Refusal> {
        self.optional(name)?
            .ok_or_else(|| Fault::new(FaultCode::Required, format!("input.{name}"), "is required").into())
    }

    /// The language of the texts, as far as the input says it.
    pub(crate) fn language(&self) -> Option<String> {
        self.0.get("locale").and_then(Value::as_str).map(str::to_string)
    }

    /// The rest.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.0
    }

    /// The rest, to look at.
    pub(crate) fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}
