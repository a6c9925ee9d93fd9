//! Value objects of events. Must not expand recurrence or resolve zones: see `time.rs`.

use serde::{Deserialize, Serialize};

use super::content::Label;
use super::geo::{CELL_METRES, Point};
use super::locale::LocalizedText;
use super::text::Line;
use super::time::{LocalDate, LocalDateTime, Timestamp};
use super::url::HttpsUrl;
use super::vocabulary::{AccessibilityFeature, EventStatus, LocationDisclosure, Visibility};

/// How an event repeats, in civil time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recurrence {
    /// RFC 5545 recurrence rule, without `DTSTART`.
    pub rrule: Line<500>,
    /// Local starts that do not take place.
    #[serde(default)]
    pub exceptions: Vec<LocalDateTime>,
    /// Local starts beyond the rule.
    #[serde(default)]
    pub additions: Vec<LocalDateTime>,
    /// The last date for which the organizers have confirmed the series.
    pub confirmed_through: Option<LocalDate>,
    /// Single occurrences that differ.
    #[serde(default)]
    pub overrides: Vec<OccurrenceOverride>,
}

/// One occurrence that differs from its series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OccurrenceOverride {
    /// The local start that the rule gives.
    pub recurrence_id: LocalDateTime,
    /// The local start instead.
    pub starts_at_local: Option<LocalDateTime>,
    /// The local end instead.
    pub ends_at_local: Option<LocalDateTime>,
    /// Whether those that follow are moved by as much, and are as long and in the same state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub and_following: bool,
    /// The state of this occurrence.
    pub status: Option<EventStatus>,
    /// What people should know.
    #[serde(default)]
    pub note: LocalizedText,
}

/// Where something takes place, as far as it may be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Location {
    /// How much is told.
    pub disclosure: LocationDisclosure,
    /// What people call the place.
    #[serde(default)]
    pub label: LocalizedText,
    /// The region that it lies in.
    pub region: Option<String>,
    /// The street address; only with `EXACT`.
    pub address: Option<Label>,
    /// The point; with `APPROXIMATE` the centre of its cell, otherwise only with `EXACT`.
    pub point: Option<Point>,
    /// How to learn more.
    #[serde(default)]
    pub how_to_get_details: LocalizedText,
}

impl Location {
    /// Takes away what the disclosure level does not allow to be stored. A street address that must not be told is
    /// refused rather than dropped, so that the publisher learns of it.
    pub fn disclosed(mut self) -> Result<Self, &'static str> {
        if self.disclosure != LocationDisclosure::Exact && self.address.is_some() {
            return Err("address is allowed with disclosure EXACT only");
        }
        self.point = match (self.disclosure, self.point) {
            (LocationDisclosure::Exact, point) => point,
            (LocationDisclosure::Approximate, Some(point)) => Some(point.cell_centre()),
            (LocationDisclosure::Approximate, None) => None,
            (_, Some(_)) => return Err("point is allowed with disclosure EXACT or APPROXIMATE only"),
            (_, None) => None,
        };
        Ok(self)
    }

    /// How far the point may be from the place, in metres; 0 is exact.
    pub fn precision_metres(&self) -> Option<i32> {
        self.point.map(|_| if self.disclosure == LocationDisclosure::Exact { 0 } else { CELL_METRES })
    }
}

/// How to take part from afar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnlineAccess {
    /// The service, such as `Jitsi`.
    pub platform: Option<Label>,
    /// How to get in.
    #[serde(default)]
    pub how_to_join: LocalizedText,
    /// The link itself: readable with scope `events:join` only.
    pub join_url: Option<HttpsUrl>,
    /// Whether the event is recorded.
    pub recorded: Option<bool>,
}

/// What makes an event accessible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Accessibility {
    /// What is provided.
    #[serde(default)]
    pub features: Vec<AccessibilityFeature>,
    /// More in words.
    #[serde(default)]
    pub notes: LocalizedText,
    /// Whom to ask.
    pub contact: Option<Label>,
}

/// What people should know before they come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventSafety {
    /// Rules about substances at the event.
    #[serde(default)]
    pub substance_policy: LocalizedText,
    /// Whether naloxone is there.
    pub naloxone_on_site: Option<bool>,
    /// Whether peers give support there.
    pub peer_support_on_site: Option<bool>,
    /// Rules about photographs.
    #[serde(default)]
    pub photography: LocalizedText,
    /// Whether police are expected.
    pub police_expected: Option<bool>,
    /// Legal support.
    #[serde(default)]
    pub legal_support: LocalizedText,
    /// Known risks.
    #[serde(default)]
    pub risk_notes: LocalizedText,
    /// Whether identification is asked for.
    pub id_required: Option<bool>,
}

/// How to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registration {
    /// Whether one must register.
    #[serde(default)]
    pub required: bool,
    /// Where.
    pub url: Option<HttpsUrl>,
    /// Places.
    pub capacity: Option<u32>,
    /// When registration closes.
    pub closes_at: Option<Timestamp>,
    /// More in words.
    #[serde(default)]
    pub note: LocalizedText,
}

/// A text of an event with a visibility of its own, such as an agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatedText {
    /// Who may read it.
    pub visibility: Visibility,
    /// The text.
    #[serde(default)]
    pub text: LocalizedText,
}

/// What an event has beyond what lists filter or order by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventDetail {
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
    /// Where it takes place.
    pub location: Option<Location>,
    /// How to take part from afar.
    pub online: Option<OnlineAccess>,
    /// What makes it accessible.
    pub accessibility: Option<Accessibility>,
    /// What people should know before.
    pub safety: Option<EventSafety>,
    /// How to register.
    pub registration: Option<Registration>,
    /// What will be talked about.
    pub agenda: Option<GatedText>,
    /// What was said.
    pub notes: Option<GatedText>,
}
