//! One line of JSON Lines: reading it with faults that name the field, and writing it so that the same content is
//! always the same bytes. Must not look anything up.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Fault, FaultCode};
use super::input::{
    CampaignInput, CommunityUpdateInput, DrugAlertInput, EventInput, OrganizationInput, PolicyUpdateInput, Record,
    RegionInput, ResourceInput, ServiceUpdateInput, TopicInput,
};
use super::resource::LIST;
use crate::domain::public_id::Noun;
use crate::domain::time::{DAY_MICROS, LocalDate, LocalDateTime, Timestamp};

/// What a line is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Region(Box<RegionInput>),
    Topic(Box<TopicInput>),
    Organization(Box<OrganizationInput>),
    Resource(Box<ResourceInput>),
    Event(Box<EventInput>),
    Campaign(Box<CampaignInput>),
    DrugAlert(Box<DrugAlertInput>),
    ServiceUpdate(Box<ServiceUpdateInput>),
    PolicyUpdate(Box<PolicyUpdateInput>),
    CommunityUpdate(Box<CommunityUpdateInput>),
}

impl Input {
    /// The kind of its line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Region(_) => "region",
            Self::Topic(_) => "topic",
            Self::Organization(_) => "organization",
            Self::Resource(_) => "resource",
            Self::Event(_) => "event",
            Self::Campaign(_) => "campaign",
            Self::DrugAlert(_) => "drugAlert",
            Self::ServiceUpdate(_) => "serviceUpdate",
            Self::PolicyUpdate(_) => "policyUpdate",
            Self::CommunityUpdate(_) => "communityUpdate",
        }
    }

    /// Reads an input of a kind; a fault names the path inside it.
    pub fn read(kind: &str, input: Value) -> Result<Self, Fault> {
        bound_lists(&input, "input")?;
        Ok(match kind {
            "region" => Self::Region(part(input, "input")?),
            "topic" => Self::Topic(part(input, "input")?),
            "organization" => Self::Organization(part(input, "input")?),
            "resource" => Self::Resource(part(input, "input")?),
            "event" => Self::Event(part(input, "input")?),
            "campaign" => Self::Campaign(part(input, "input")?),
            "drugAlert" => Self::DrugAlert(part(input, "input")?),
            "serviceUpdate" => Self::ServiceUpdate(part(input, "input")?),
            "policyUpdate" => Self::PolicyUpdate(part(input, "input")?),
            "communityUpdate" => Self::CommunityUpdate(part(input, "input")?),
            other => {
                let message = format!("\"{}\" is not one of {}", other.escape_debug(), KINDS.join(", "));
                return Err(Fault::new(FaultCode::Invalid, "kind", message));
            }
        })
    }

    /// The line of this input and a record.
    pub fn line(&self, record: &Record) -> Result<String, serde_json::Error> {
        write(self.kind(), &self.json()?, record)
    }

    /// The input as JSON, whole.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Region(input) => serde_json::to_value(input),
            Self::Topic(input) => serde_json::to_value(input),
            Self::Organization(input) => serde_json::to_value(input),
            Self::Resource(input) => serde_json::to_value(input),
            Self::Event(input) => serde_json::to_value(input),
            Self::Campaign(input) => serde_json::to_value(input),
            Self::DrugAlert(input) => serde_json::to_value(input),
            Self::ServiceUpdate(input) => serde_json::to_value(input),
            Self::PolicyUpdate(input) => serde_json::to_value(input),
            Self::CommunityUpdate(input) => serde_json::to_value(input),
        }
    }
}

/// The kinds that a line may have.
pub const KINDS: [&str; 10] = [
    "region",
    "topic",
    "organization",
    "resource",
    "event",
    "campaign",
    "drugAlert",
    "serviceUpdate",
    "policyUpdate",
    "communityUpdate",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    kind: String,
    input: Value,
    #[serde(default)]
    record: Value,
}

/// Reads a line. `now` is what examples with `record.relativeTo` are moved to.
pub fn read(text: &str, now: Timestamp) -> Result<(Input, Record), Fault> {
    let mut raw: Raw = serde_json::from_str(text).map_err(|fault| {
        Fault::new(
            FaultCode::Invalid,
            "line",
            format!("is not `{{\"kind\", \"input\", \"record\"}}`: {}", plain(&fault)),
        )
    })?;
    let relative_to = raw.record.get("relativeTo").and_then(Value::as_str).map(str::parse::<Timestamp>);
    match relative_to {
        Some(Ok(anchor)) => {
            let days = (now.as_micros() - anchor.as_micros()).div_euclid(DAY_MICROS);
            shift(&mut raw.input, days);
            if let Value::Object(record) = &mut raw.record {
                record.remove("relativeTo");
            }
            shift(&mut raw.record, days);
        }
        Some(Err(message)) => return Err(Fault::new(FaultCode::Invalid, "record.relativeTo", message)),
        None => {}
    }
    let record = match raw.record {
        Value::Null => Record::default(),
        record => part(record, "record")?,
    };
    let input = Input::read(&raw.kind, raw.input)?;
    Ok((input, record))
}

/// The noun and slug of a line that may be wrong elsewhere.
pub(super) fn called(text: &str) -> Option<(Noun, String)> {
    let raw: Raw = serde_json::from_str(text).ok()?;
    let noun = match raw.kind.as_str() {
        "drugAlert" | "serviceUpdate" | "policyUpdate" | "communityUpdate" => Noun::Update,
        kind => Noun::from_name(kind)?,
    };
    Some((noun, raw.input.get("slug")?.as_str()?.to_string()))
}

/// Reads one member of a line; a fault names the path inside it.
pub fn part<T: DeserializeOwned>(value: Value, name: &str) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|fault| {
        let path = fault.path().to_string();
        let message = plain(fault.inner());
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let parent = match path.as_str() {
            "." => name.to_string(),
            path if path.starts_with('[') => format!("{name}{path}"),
            path => format!("{name}.{path}"),
        };
        match missing {
            Some(field) => Fault::new(FaultCode::Required, format!("{parent}.{field}"), "is required"),
            None => Fault::new(code_of(&message), parent, message),
        }
    })
}

/// Refuses a list that is too long, at any depth, by its path.
fn bound_lists(value: &Value, path: &str) -> Result<(), Fault> {
    match value {
        Value::Array(values) if values.len() > LIST => {
            let message = format!("holds {} values, more than the maximum of {LIST}", values.len());
            Err(Fault::new(FaultCode::OutOfRange, path, message))
        }
        Value::Array(values) => {
            values.iter().enumerate().try_for_each(|(at, value)| bound_lists(value, &format!("{path}[{at}]")))
        }
        Value::Object(members) => {
            members.iter().try_for_each(|(name, value)| bound_lists(value, &format!("{path}.{name}")))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// What sort of refusal the message of a value is: the values check themselves as they are read, and say so in words.
fn code_of(message: &str) -> FaultCode {
    if message.contains("more than the maximum of") && message.contains("characters") {
        FaultCode::TooLong
    } else if message == "is empty" {
        FaultCode::TooShort
    } else if message.contains("is not a BCP 47 language tag") {
        FaultCode::InvalidLocale
    } else if message.contains("is not a safe URL") {
        FaultCode::UnsafeUrl
    } else {
        FaultCode::Invalid
    }
}

/// The message of a JSON fault without its position, which means nothing to a reader of one line.
fn plain(fault: &serde_json::Error) -> String {
    let message = fault.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    // What the program calls its types means nothing to a reader.
    match message.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => {
            message.replace("expected a sequence", "expected a list").replace("expected a map", "expected an object")
        }
    }
}

/// Moves every instant, date and local time in a value by whole days.
fn shift(value: &mut Value, days: i64) {
    match value {
        Value::String(text) => {
            let span = jiff::Span::new().try_days(days).unwrap_or_default();
            if let (20.., Ok(instant)) = (text.len(), text.parse::<Timestamp>()) {
                *text = instant.plus_days(days).to_string();
            } else if let (10, Ok(date)) = (text.len(), text.parse::<LocalDate>()) {
                *text = date.saturating_add(span).to_string();
            } else if let (19, Ok(local)) = (text.len(), text.parse::<LocalDateTime>()) {
                *text = local.saturating_add(span).to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shift(value, days)),
        Value::Object(members) => members.values_mut().for_each(|value| shift(value, days)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Writes a line: members in one order, what is absent or empty left out.
pub fn write(kind: &str, input: &impl Serialize, record: &Record) -> Result<String, serde_json::Error> {
    let mut input = serde_json::to_value(input)?;
    let mut record = serde_json::to_value(record)?;
    prune(&mut input);
    prune(&mut record);
    let kind = serde_json::to_string(kind)?;
    let (input, record) = (serde_json::to_string(&input)?, serde_json::to_string(&record)?);
    Ok(format!("{{\"kind\":{kind},\"input\":{input},\"record\":{record}}}"))
}

/// JSON as columns hold it: without what is absent or empty.
pub(super) fn column(value: &impl Serialize) -> Result<String, Fault> {
    let broken = |fault: serde_json::Error| Fault::new(FaultCode::Invalid, "input", plain(&fault));
    let mut value = serde_json::to_value(value).map_err(broken)?;
    prune(&mut value);
    serde_json::to_string(&value).map_err(broken)
}

/// Takes out members that are null or empty lists: they mean the same as absent ones.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| {
                prune(value);
                !(value.is_null() || value.as_array().is_some_and(Vec::is_empty))
            });
        }
        Value::Array(values) => values.iter_mut().for_each(prune),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
