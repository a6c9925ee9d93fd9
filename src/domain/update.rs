//! Value objects and rules of regional updates, after OASIS CAP 1.2. Must not know storage.

use serde::{Deserialize, Serialize};

use super::content::Label;
use super::event::Location;
use super::locale::LocalizedText;
use super::time::LocalDate;
use super::vocabulary::{
    AlertCertainty, AlertSeverity, AlertUrgency, EvidenceBasis, NaloxoneGuidance, PolicyEffect, RouteOfUse,
    ServiceStatus, UpdateKind, UpdateMessageType,
};

/// The object types that share the interface `RegionalUpdate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpdateFamily {
    /// Something in the drug supply.
    DrugAlert,
    /// A service or a supply.
    ServiceUpdate,
    /// Law and policy.
    PolicyUpdate,
    /// Everything else.
    CommunityUpdate,
}

impl UpdateFamily {
    /// The family of a kind.
    pub fn of(kind: UpdateKind) -> Self {
        use UpdateKind::*;
        match kind {
            DrugAlert | DrugAdvisory | OverdoseCluster => Self::DrugAlert,
            ServiceOpened | ServiceChanged | ServicePaused | ServiceClosed | SupplyShortage | SupplyAvailable => {
                Self::ServiceUpdate
            }
            PolicyChange | LegalDecision => Self::PolicyUpdate,
            EnforcementNotice | EncampmentNotice | Outbreak | ExtremeWeather | ResearchBulletin | CommunityNotice
            | Other => Self::CommunityUpdate,
        }
    }
}

/// The kinds that make a drug alert.
pub const ALERT_KINDS: [UpdateKind; 3] = [UpdateKind::DrugAlert, UpdateKind::DrugAdvisory, UpdateKind::OverdoseCluster];

/// The message types that end an alert.
pub const ENDING_TYPES: [UpdateMessageType; 2] = [UpdateMessageType::Cancel, UpdateMessageType::AllClear];

/// How long after its issue an update of a kind may still stand, in days; `None`: without limit.
pub fn longest_validity_days(kind: UpdateKind) -> Option<i64> {
    match kind {
        UpdateKind::DrugAlert | UpdateKind::OverdoseCluster => Some(30),
        UpdateKind::DrugAdvisory => Some(90),
        _ => None,
    }
}

/// What a drug alert says beyond its texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DrugAlertDetail {
    /// How bad it is.
    pub severity: AlertSeverity,
    /// How soon to act.
    pub urgency: AlertUrgency,
    /// How sure it is.
    pub certainty: AlertCertainty,
    /// What it rests on.
    #[serde(default)]
    pub basis: Vec<EvidenceBasis>,
    /// The area in words.
    #[serde(default)]
    pub area_description: LocalizedText,
    /// What was seen.
    #[serde(default)]
    pub samples: Vec<DrugSample>,
    /// What people felt or saw.
    #[serde(default)]
    pub observed_effects: LocalizedText,
    /// How it was used.
    #[serde(default)]
    pub routes: Vec<RouteOfUse>,
    /// What naloxone can do.
    pub naloxone_guidance: Option<NaloxoneGuidance>,
}

/// A sample: a date at most, never a time, a place or a seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DrugSample {
    /// What it was sold as.
    pub sold_as: Option<Label>,
    /// Its colour.
    pub colour: Option<Label>,
    /// Its texture.
    pub texture: Option<Label>,
    /// How it was packed.
    pub packaging: Option<Label>,
    /// What was found in it.
    #[serde(default)]
    pub detected: Vec<DetectedSubstance>,
    /// The day it was collected.
    pub collected_on: Option<LocalDate>,
}

/// A substance found in a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DetectedSubstance {
    /// Its name.
    pub name: Label,
    /// Its class, such as `nitazene`.
    pub class: Option<Label>,
    /// How much, in words or per cent.
    pub abundance: Option<Label>,
    /// How it was found, such as `FTIR` or `mass spectrometry`.
    pub method: Option<Label>,
    /// Whether a laboratory confirmed it.
    pub confirmed: Option<bool>,
}

/// What a service update says beyond its texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceUpdateDetail {
    /// The service.
    #[serde(default)]
    pub service_name: LocalizedText,
    /// How it stands now.
    pub service_status: Option<ServiceStatus>,
    /// Where to go instead.
    #[serde(default)]
    pub alternatives: LocalizedText,
    /// Since when.
    pub valid_from: Option<LocalDate>,
    /// Until when.
    pub valid_to: Option<LocalDate>,
    /// Where it is.
    pub location: Option<Location>,
}

/// What a policy update says beyond its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyUpdateDetail {
    /// Who decided: a legislature, a court, a ministry.
    pub jurisdiction: Option<Label>,
    /// The law, order or ruling.
    pub instrument: Option<Label>,
    /// What it does.
    pub effect: Option<PolicyEffect>,
    /// What it means for people.
    #[serde(default)]
    pub what_it_means: LocalizedText,
}

/// An alert as one text message of at most `room` characters.
pub fn sms_text(title: &str, summary: Option<&str>, room: usize) -> String {
    match summary {
        Some(summary) => cut_at_word(&format!("{title}. {summary}"), room),
        None => cut_at_word(title, room),
    }
}

/// A text of at most `room` characters, cut at the end of a word and marked with an ellipsis.
fn cut_at_word(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_string();
    }
    let head: String = text.chars().take(room.saturating_sub(1)).collect();
    let kept = head.rfind(char::is_whitespace).and_then(|end| head.get(..end)).unwrap_or(&head);
    format!("{}\u{2026}", kept.trim_end_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation()))
}

#[cfg(test)]
mod tests {
    use super::cut_at_word;

    #[test]
    fn a_text_is_cut_at_a_word() {
        assert_eq!(cut_at_word("one two three", 13), "one two three");
        assert_eq!(cut_at_word("one two, three", 12), "one two\u{2026}");
        assert_eq!(cut_at_word("abcdefgh", 4), "abc\u{2026}");
    }
}
