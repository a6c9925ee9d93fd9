//! The playground's example library as its pages use it: the placeholders in its variables are described at
//! `playground::EXAMPLES`, and filled here as `playground/page/library.js` does.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use solidarity::domain::scope::Scope;
use solidarity::domain::time::Timestamp;

#[derive(Deserialize)]
struct Group {
    items: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub title: String,
    pub description: String,
    pub query: String,
    #[serde(default)]
    pub variables: Value,
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// All examples, in the order in which they tell their stories.
pub fn examples() -> Vec<Example> {
    let groups: Vec<Group> = serde_json::from_str(playground::EXAMPLES).unwrap();
    groups.into_iter().flat_map(|group| group.items).collect()
}

/// What the placeholders stand for.
pub struct Filling {
    now: Timestamp,
    latest: HashMap<&'static str, Value>,
}

impl Filling {
    pub fn at(now: &str) -> Self {
        Self { now: now.parse().unwrap(), latest: HashMap::new() }
    }

    /// The same with an object of each noun, for checks that look nothing up.
    pub fn made_up(now: &str) -> Self {
        let mut filling = Self::at(now);
        for (noun, prefix) in NOUNS {
            let made_up = serde_json::json!({ "id": format!("{prefix}00000000000000000000000000"), "version": 1 });
            filling.latest.insert(noun, made_up);
        }
        filling
    }

    /// Variables without placeholders.
    pub fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.meaning(text),
            Value::Array(values) => values.iter().map(|value| self.fill(value)).collect(),
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Keeps the ids and versions of what a mutation answered.
    pub fn remember(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.remember(value)),
            Value::Object(members) => {
                let id = members.get("id").and_then(Value::as_str).unwrap_or_default();
                let noun = NOUNS.iter().find(|(_, prefix)| id.starts_with(prefix));
                if let Some((noun, _)) =
                    noun.filter(|(noun, _)| matches!(*noun, "client" | "message") || members.contains_key("version"))
                {
                    self.latest.insert(noun, value.clone());
                }
                members.values().for_each(|value| self.remember(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn meaning(&self, text: &str) -> Value {
        let Some(inner) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else { return text.into() };
        let days = inner.strip_prefix("in ").and_then(|inner| inner.strip_suffix(" days"));
        if let Some(days) = days.or((inner == "now").then_some("0")) {
            return self.now.plus_days(days.parse().unwrap()).to_string().into();
        }
        let (member, noun) = inner.split_once(" of the ").unwrap_or_else(|| panic!("what is {text}?"));
        let known = self.latest.get(noun).unwrap_or_else(|| panic!("no mutation answered the {noun} of {text}"));
        known[member].clone()
    }
}

const NOUNS: [(&str, &str); 7] = [
    ("resource", "res_"),
    ("event", "evt_"),
    ("campaign", "cmp_"),
    ("update", "upd_"),
    ("client", "cli_"),
    ("webhook", "whk_"),
    ("message", "msg_"),
];
