//! What to look at again in what was handed in: personal information, stigmatizing words. Never refuses.

use serde_json::{Map, Value};

use crate::domain::vocabulary::WarningCode;

/// Something to look at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What sort.
    pub code: WarningCode,
    /// The path of the text, such as `input.body`.
    pub field: String,
    /// One sentence.
    pub message: String,
    /// What could be written instead.
    pub alternative: Option<String>,
}

/// Most warnings of one input.
const MOST: usize = 50;
/// Members that hold a text in the language of the object that they stand in.
const TEXTS: [&str; 4] = ["title", "summary", "body", "text"];

/// The warnings of an input. `language` is that of texts that stand in no object with a language of its own.
pub fn warnings(input: &Map<String, Value>, language: &str) -> Vec<Warning> {
    let mut found = Vec::new();
    look_at(input, "input", language, &mut found);
    found.truncate(MOST);
    found
}

fn look_at(object: &Map<String, Value>, path: &str, language: &str, found: &mut Vec<Warning>) {
    let language = object.get("locale").and_then(Value::as_str).unwrap_or(language);
    for (name, value) in object {
        let path = format!("{path}.{name}");
        match value {
            Value::String(text) if TEXTS.contains(&name.as_str()) => {
                let language = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
                found.extend(crate::domain::wording::check(text, &language).into_iter().map(|finding| Warning {
                    code: finding.code,
                    field: path.clone(),
                    message: finding.message,
                    alternative: finding.alternative.map(str::to_string),
                }));
            }
            Value::Object(object) => look_at(object, &path, language, found),
            Value::Array(values) => {
                for (position, value) in values.iter().enumerate() {
                    if let Value::Object(object) = value {
                        look_at(object, &format!("{path}[{position}]"), language, found);
                    }
                }
            }
            _ => {}
        }
    }
}
