//! The inputs of events. They declare the schema; the service reads and checks what clients give. Must not check a value.

use async_graphql::InputObject;

use crate::domain::vocabulary::{AccessibilityFeature, EventFormat, EventKind, EventStatus, Visibility};
use crate::graphql::content::input::{LocalizedTextInput, LocationInput};
use crate::graphql::content::publishing_inputs;
use crate::graphql::scalar::{Date, DateTime, LocalDateTime, Locale, RRule, TimeZone, Url};

/// How an event repeats, in civil time of its zone.
#[derive(Debug, InputObject)]
pub(crate) struct RecurrenceInput {
    /// The rule, at most 500 characters (`INVALID_RRULE`), with at most 2 000 occurrences in 400 days (`RRULE_TOO_DENSE`).
    /// The start takes place whether or not the rule gives it.
    rrule: RRule,
    /// Local starts that do not take place; at most 500.
    exceptions: Option<Vec<LocalDateTime>>,
    /// Local starts beyond the rule; at most 500.
    additions: Option<Vec<LocalDateTime>>,
    /// The last date for which the organizers have confirmed the series: later occurrences are not shown as confirmed.
    confirmed_through: Option<Date>,
    /// Single occurrences that are moved, changed or cancelled; at most 500.
    overrides: Option<Vec<OccurrenceOverrideInput>>,
}

/// One occurrence that differs from its series.
#[derive(Debug, InputObject)]
pub(crate) struct OccurrenceOverrideInput {
    /// The local start that the rule gives, which names the occurrence.
    recurrence_id: LocalDateTime,
    /// The local start instead.
    starts_at_local: Option<LocalDateTime>,
    /// The local end instead.
    ends_at_local: Option<LocalDateTime>,
    /// Whether those that follow are moved by as much, and are as long and in the same state, unless they have an override
    /// of their own; false by default.
    and_following: Option<bool>,
    /// The state of this occurrence.
    status: Option<EventStatus>,
    /// What people should know.
    note: Option<Vec<LocalizedTextInput>>,
}

/// How to take part from afar.
#[derive(Debug, InputObject)]
pub(crate) struct OnlineAccessInput {
    /// The service, 1 to 200 characters, such as `Jitsi`.
    platform: Option<String>,
    /// How to get in. Everyone may read it: a secret belongs into `joinUrl`.
    how_to_join: Option<Vec<LocalizedTextInput>>,
    /// The link itself: readable with scope `events:join` only.
    join_url: Option<Url>,
    /// Whether the event is recorded.
    recorded: Option<bool>,
}

/// What makes an event accessible.
#[derive(Debug, InputObject)]
pub(crate) struct AccessibilityInput {
    /// What is provided.
    features: Option<Vec<AccessibilityFeature>>,
    /// More in words.
    notes: Option<Vec<LocalizedTextInput>>,
    /// Whom to ask, 1 to 200 characters.
    contact: Option<String>,
}

/// What people should know before they come.
#[derive(Debug, InputObject)]
pub(crate) struct EventSafetyInput {
    /// Rules about substances at the event.
    substance_policy: Option<Vec<LocalizedTextInput>>,
    /// Whether naloxone is there.
    naloxone_on_site: Option<bool>,
    /// Whether peers give support there.
    peer_support_on_site: Option<bool>,
    /// Rules about photographs.
    photography: Option<Vec<LocalizedTextInput>>,
    /// Whether police are expected.
    police_expected: Option<bool>,
    /// Legal support.
    legal_support: Option<Vec<LocalizedTextInput>>,
    /// Known risks.
    risk_notes: Option<Vec<LocalizedTextInput>>,
    /// Whether identification is asked for.
    id_required: Option<bool>,
}

/// How to register.
#[derive(Debug, InputObject)]
pub(crate) struct RegistrationInput {
    /// Whether one must register; false by default.
    required: Option<bool>,
    /// Where to register.
    url: Option<Url>,
    /// How many places there are.
    capacity: Option<u32>,
    /// When registration closes.
    closes_at: Option<DateTime>,
    /// More in words.
    note: Option<Vec<LocalizedTextInput>>,
}

/// A text of an event with a visibility of its own, such as an agenda.
#[derive(Debug, InputObject)]
pub(crate) struct GatedTextInput {
    /// Who may read the text.
    visibility: Visibility,
    /// The text, in Markdown.
    text: Option<Vec<LocalizedTextInput>>,
}

publishing_inputs! {
    EventCreateInput EventUpdateInput EventUpsertInput: "event"
    required {
        /// What sort of event it is.
        kind: EventKind,
        /// In person, online or both.
        format: EventFormat,
        /// The start as clocks in `timeZone` show it, from 1900 on; of a series, the first. Of an all-day event, midnight of the first
        /// day. A single event is refused at a time that clocks skip or show twice (`NONEXISTENT_LOCAL_TIME`,
        /// `AMBIGUOUS_LOCAL_TIME`).
        starts_at_local: LocalDateTime,
        /// The time zone that the local times are in (`INVALID_TIME_ZONE`).
        time_zone: TimeZone,
    }
    optional {
        /// Whether it takes place as planned; `SCHEDULED` by default.
        event_status: EventStatus,
        /// The end as clocks in `timeZone` show it, not before the start (`ENDS_BEFORE_START`). Of an all-day event,
        /// midnight after the last day.
        ends_at_local: LocalDateTime,
        /// Whether the event takes whole days; false by default.
        all_day: bool,
        /// How the event repeats; by default it takes place once.
        recurrence: RecurrenceInput,
        /// Where it takes place, as far as it may be told.
        location: LocationInput,
        /// How to take part from afar.
        online: OnlineAccessInput,
        /// What makes the event accessible.
        accessibility: AccessibilityInput,
        /// What people should know before they come.
        safety: EventSafetyInput,
        /// How to register.
        registration: RegistrationInput,
        /// The languages of the event itself; at most 100.
        languages: Vec<Locale>,
        /// The campaign that the event belongs to, by id or slug.
        campaign: String,
        /// What will be talked about.
        agenda: GatedTextInput,
        /// What was said.
        notes: GatedTextInput,
        /// Resources that the event works with, by id or slug; at most 100.
        materials: Vec<String>,
        /// Regional updates that the event shares, by id or slug; at most 100.
        updates: Vec<String>,
    }
}
