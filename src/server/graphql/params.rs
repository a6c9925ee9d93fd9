//! The parameters of a request: `query`, `operationName`, `variables`, `extensions`, from a JSON body or from the query of
//! an address. Unknown members are ignored; wrong types, doubled members and nesting that is too deep are refused. Must
//! not understand GraphQL.

use std::fmt;

use async_graphql::{Name, Value, Variables, indexmap::IndexMap};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;

use crate::domain::limits::Limits;
use crate::server::percent::{self, Broken};
use crate::server::refusal::Refusal;

/// What a request asks for.
#[derive(Debug, Default)]
pub(crate) struct Params {
    /// The document.
    pub query: Option<String>,
    /// The operation of it to run. An empty name counts as none.
    pub operation_name: Option<String>,
    /// Values for its variables.
    pub variables: Variables,
    /// The hash that stands for the document or is to stand for it from now on, in lower case.
    pub persisted: Option<String>,
}

/// The members as they came.
#[derive(Default)]
struct Members {
    query: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

/// Reads a JSON body.
pub(crate) fn from_body(text: &str, limits: &Limits) -> Result<Params, Refusal> {
    let members: Members = json("body", text, limits)?;
    members.check()
}

/// Reads the query of an address.
pub(crate) fn from_query(text: &str, limits: &Limits) -> Result<Params, Refusal> {
    let mut members = Members::default();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let member = match name {
            "query" => &mut members.query,
            "operationName" => &mut members.operation_name,
            "variables" => &mut members.variables,
            "extensions" => &mut members.extensions,
            _ => continue,
        };
        if member.is_some() {
            return Err(Refusal::bad_request(format!("the parameter {name} is given twice")));
        }
        let value = decode(name, value)?;
        *member = match name {
            _ if value.is_empty() => Some(Value::Null),
            "variables" | "extensions" => Some(json(name, &value, limits)?),
            _ => Some(Value::String(value)),
        };
    }
    members.check()
}

impl Members {
    fn check(self) -> Result<Params, Refusal> {
        let extensions = object("extensions", self.extensions)?;
        Ok(Params {
            query: string("query", self.query)?,
            operation_name: string("operationName", self.operation_name)?.filter(|name| !name.is_empty()),
            variables: Variables::from_value(Value::Object(object("variables", self.variables)?)),
            persisted: persisted(extensions)?,
        })
    }
}

fn string(name: &str, value: Option<Value>) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad_request(format!("{name} must be a string"))),
    }
}

fn object(name: &str, value: Option<Value>) -> Result<IndexMap<Name, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(IndexMap::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(Refusal::bad_request(format!("{name} must be an object"))),
    }
}

/// The hash in `extensions.persistedQuery {version: 1, sha256Hash}`.
fn persisted(mut extensions: IndexMap<Name, Value>) -> Result<Option<String>, Refusal> {
    let members = match extensions.swap_remove("persistedQuery") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(Refusal::bad_request("extensions.persistedQuery must be an object")),
    };
    if !matches!(members.get("version"), Some(Value::Number(version)) if version.as_u64() == Some(1)) {
        return Err(Refusal::bad_request("extensions.persistedQuery.version must be 1"));
    }
    match members.get("sha256Hash") {
        Some(Value::String(hash)) if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Ok(Some(hash.to_ascii_lowercase()))
        }
        _ => Err(Refusal::bad_request("extensions.persistedQuery.sha256Hash must be 64 hexadecimal digits")),
    }
}

/// Parses JSON whose nesting is bounded first, and says what is wrong without repeating what came.
fn json<'t, T: Deserialize<'t>>(what: &str, text: &'t str, limits: &Limits) -> Result<T, Refusal> {
    let depth = depth(text);
    if depth > limits.bracket_depth {
        let limit = limits.bracket_depth;
        return Err(Refusal::bad_request(format!("nesting of {depth} in the {what} exceeds the maximum of {limit}")));
    }
    match text.trim_start().as_bytes().first() {
        None => return Err(Refusal::bad_request(format!("the {what} is empty"))),
        Some(b'[') if what == "body" => {
            return Err(Refusal::bad_request("batches are not taken: send one request object"));
        }
        // The parser's own words would repeat what came instead of an object.
        Some(first) if what == "body" && *first != b'{' => {
            return Err(Refusal::bad_request("the body must be a json object"));
        }
        Some(_) => {}
    }
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refusal::bad_request(match error.classify() {
            Category::Data => format!("the {what} is not a request: {error}"),
            Category::Eof => format!("the {what} is not valid json: it ends too early"),
            _ => format!("the {what} is not valid json at line {line} column {column}"),
        })
    })
}

/// The deepest nesting of brackets outside strings.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let mut bytes = text.bytes();
    let mut is_in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if is_in_string => {
                bytes.next();
            }
            b'"' => is_in_string = !is_in_string,
            b'{' | b'[' if !is_in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !is_in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Decodes a value of `application/x-www-form-urlencoded`, strictly.
fn decode(name: &str, text: &str) -> Result<String, Refusal> {
    percent::decode(text).map_err(|broken| match broken {
        Broken::Escape => Refusal::bad_request(format!("the parameter {name} has a broken percent escape")),
        Broken::Utf8(at) => Refusal::bad_request(format!("the parameter {name} is not valid utf-8 at byte {at}")),
    })
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a request object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    let (known, member) = match name.as_ref() {
                        "query" => ("query", &mut members.query),
                        "operationName" => ("operationName", &mut members.operation_name),
                        "variables" => ("variables", &mut members.variables),
                        "extensions" => ("extensions", &mut members.extensions),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    if member.replace(map.next_value()?).is_some() {
                        return Err(A::Error::custom(format_args!("the member {known} is given twice")));
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        from_body(text, &Limits::default()).unwrap_err().message
    }

    #[test]
    fn a_body_is_read_whatever_the_order_and_unknown_members_are_ignored() {
        let text = r#"{"x":[1,{"query":1}],"variables":{"b":1,"a":"\u00e9"},"query":"{a}","operationName":"","extensions":null}"#;
        let params = from_body(text, &Limits::default()).unwrap();
        assert_eq!(params.query.as_deref(), Some("{a}"));
        assert_eq!(params.operation_name, None);
        assert_eq!(params.variables.len(), 2);
        assert_eq!(params.persisted, None);
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said_without_repeating_it() {
        for (text, message) in [
            ("", "the body is empty"),
            ("[{}]", "batches are not taken: send one request object"),
            ("{\"query\":", "the body is not valid json: it ends too early"),
            ("{\"query\":x}", "the body is not valid json at line 1 column 10"),
            ("{\"query\":\"a\0\"}", "the body is not valid json at line 1 column 12"),
            (r#"{"query":"\ud800"}"#, "the body is not valid json at line 1 column 17"),
            (r#"{"variables":{"a":1e999}}"#, "the body is not valid json at line 1 column 23"),
            ("{\"query\":1}", "query must be a string"),
            ("{\"variables\":[]}", "variables must be an object"),
            ("{\"extensions\":\"secret\"}", "extensions must be an object"),
            (
                r#"{"query":"","query":""}"#,
                "the body is not a request: the member query is given twice at line 1 column 23",
            ),
            ("{} {}", "the body is not valid json at line 1 column 4"),
            (r#"{"extensions":{"persistedQuery":{"version":2}}}"#, "extensions.persistedQuery.version must be 1"),
        ] {
            assert_eq!(refused(text), message, "{text}");
        }
        assert_eq!(refused(" \"a secret\""), "the body must be a json object");
        assert_eq!(refused(&"[".repeat(100_000)), "nesting of 100000 in the body exceeds the maximum of 64");
    }

    #[test]
    fn an_address_is_decoded_strictly() {
        let params = |text| from_query(text, &Limits::default());
        let found = params("query=%7Ba%7D+%23&variables=%7B%22a%22%3A1%7D&x=%ff&operationName=").unwrap();
        assert_eq!(found.query.as_deref(), Some("{a} #"));
        assert_eq!(found.variables.len(), 1);
        for (text, message) in [
            ("query=a&query=b", "the parameter query is given twice"),
            ("query=%ff", "the parameter query is not valid utf-8 at byte 0"),
            ("query=%zz", "the parameter query has a broken percent escape"),
            ("query=%a", "the parameter query has a broken percent escape"),
            ("variables=1", "variables must be an object"),
            ("variables=%7B", "the variables is not valid json: it ends too early"),
        ] {
            assert_eq!(params(text).unwrap_err().message, message, "{text}");
        }
    }
}
