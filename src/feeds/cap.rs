//! The Common Alerting Protocol 1.2: a message as it is, to bytes that are valid by its schema. Must not decide what is in
//! it.

use super::FeedError;
use super::xml::Xml;
use crate::domain::time::Timestamp;

/// The media type of a message.
pub const MEDIA_TYPE: &str = "application/cap+xml; charset=utf-8";
/// The same as links name it.
pub const LINK_TYPE: &str = "application/cap+xml";

/// What a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageType {
    /// First information.
    Alert,
    /// Takes the place of earlier messages.
    Update,
    /// Takes earlier messages back.
    Cancel,
}

/// What names a message for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Who sent it.
    pub sender: String,
    /// Its identifier, unique for the sender.
    pub identifier: String,
    /// When it was sent.
    pub sent: Timestamp,
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The list or system that the value is of.
    pub name: String,
    /// The value.
    pub value: String,
}

/// An area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// In words.
    pub description: String,
    /// In codes.
    pub geocodes: Vec<Named>,
}

/// What a message says in one language. Empty texts are left out.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// BCP 47.
    pub language: String,
    /// What sort of event it is.
    pub event: String,
    /// `Immediate`, `Expected`, `Future`, `Past` or `Unknown`.
    pub urgency: &'static str,
    /// `Extreme`, `Severe`, `Moderate`, `Minor` or `Unknown`.
    pub severity: &'static str,
    /// `Observed`, `Likely`, `Possible`, `Unlikely` or `Unknown`.
    pub certainty: &'static str,
    /// From when on it holds.
    pub effective: Option<Timestamp>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
    /// Who says it.
    pub sender_name: String,
    /// In one line.
    pub headline: String,
    /// The whole, in plain text.
    pub description: String,
    /// What people can do, in plain text.
    pub instruction: String,
    /// A page with more.
    pub web: Option<String>,
    /// Values for programs.
    pub parameters: Vec<Named>,
    /// Where it holds.
    pub areas: Vec<Area>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    /// What names it.
    pub is: Reference,
    /// What it does.
    pub message_type: MessageType,
    /// Why, in a sentence of ours.
    pub note: Option<&'static str>,
    /// The messages that it updates or takes back.
    pub references: Vec<Reference>,
    /// What it says, once a language.
    pub infos: Vec<Info>,
}

/// The most references of a message: the last ones.
const MOST_REFERENCES: usize = 20;

impl MessageType {
    const fn word(self) -> &'static str {
        match self {
            Self::Alert => "Alert",
            Self::Update => "Update",
            Self::Cancel => "Cancel",
        }
    }
}

impl Message {
    /// The document.
    pub fn render(&self) -> Result<Vec<u8>, FeedError> {
        let mut xml = Xml::new()?;
        xml.open("alert", &[("xmlns", "urn:oasis:names:tc:emergency:cap:1.2")])?;
        xml.text("identifier", &[], &self.is.identifier)?;
        xml.text("sender", &[], &self.is.sender)?;
        xml.text("sent", &[], &instant(self.is.sent))?;
        xml.text("status", &[], "Actual")?;
        xml.text("msgType", &[], self.message_type.word())?;
        xml.text("scope", &[], "Public")?;
        if let Some(note) = self.note {
            xml.text("note", &[], note)?;
        }
        let skipped = self.references.len().saturating_sub(MOST_REFERENCES);
        let references: Vec<String> = self.references.iter().skip(skipped).map(Reference::word).collect();
        if !references.is_empty() {
            xml.text("references", &[], &references.join(" "))?;
        }
        for each in &self.infos {
            info(&mut xml, each)?;
        }
        Ok(xml.finish()?)
    }
}

impl Reference {
    /// The extended identifier: sender, identifier and time, between commas.
    fn word(&self) -> String {
        format!("{},{},{}", self.sender, self.identifier, instant(self.sent))
    }
}

fn info(xml: &mut Xml, info: &Info) -> Result<(), FeedError> {
    let effective = info.effective.map(instant).unwrap_or_default();
    let expires = info.expires.map(instant).unwrap_or_default();
    xml.open("info", &[])?;
    for (name, text) in [
        ("language", info.language.as_str()),
        ("category", "Health"),
        ("event", &info.event),
        ("urgency", info.urgency),
        ("severity", info.severity),
        ("certainty", info.certainty),
        ("effective", &effective),
        ("expires", &expires),
        ("senderName", &info.sender_name),
        ("headline", &info.headline),
        ("description", &info.description),
        ("instruction", &info.instruction),
        ("web", info.web.as_deref().unwrap_or_default()),
    ] {
        if !text.is_empty() {
            xml.text(name, &[], text)?;
        }
    }
    for each in &info.parameters {
        named(xml, "parameter", each)?;
    }
    for Area { description, geocodes } in &info.areas {
        xml.open("area", &[])?;
        xml.text("areaDesc", &[], description)?;
        for each in geocodes {
            named(xml, "geocode", each)?;
        }
        xml.close()?;
    }
    Ok(xml.close()?)
}

fn named(xml: &mut Xml, element: &'static str, Named { name, value }: &Named) -> Result<(), FeedError> {
    xml.open(element, &[])?;
    xml.text("valueName", &[], name)?;
    xml.text("value", &[], value)?;
    Ok(xml.close()?)
}

/// An instant as CAP writes it: whole seconds, and UTC as `-00:00`, since `Z` is not allowed.
fn instant(at: Timestamp) -> String {
    let whole = Timestamp::from_micros(at.as_micros().div_euclid(1_000_000) * 1_000_000).to_string();
    format!("{}-00:00", whole.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_whole_seconds_and_a_numeric_offset() {
        for (given, written) in [
            ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00-00:00"),
            ("2026-11-23T12:00:00.999999-05:00", "2026-11-23T17:00:00-00:00"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59-00:00"),
        ] {
            assert_eq!(instant(given.parse().unwrap()), written);
        }
    }
}
