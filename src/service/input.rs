//! The canonical inputs: what one line of JSON Lines, and later one upsert mutation, says of an item. Fields check
//! themselves as they are read, so that a fault names its field. Must not look anything up.

use serde::{Deserialize, Serialize};

use crate::domain::campaign::{Ask, Endorsement, Goal, Milestone, Target, TextItem};
use crate::domain::content::{Attribution, Body, Evidence, Label, Source, Summary, Title, Translation, Verification};
use crate::domain::event::{Accessibility, EventSafety, GatedText, Location, OnlineAccess, Recurrence, Registration};
use crate::domain::locale::{Locale, LocalizedText};
use crate::domain::resource::ResourceFile;
use crate::domain::text::{Line, Slug};
use crate::domain::time::{LocalDate, LocalDateTime, Timestamp};
use crate::domain::update::DrugSample;
use crate::domain::url::HttpsUrl;
use crate::domain::vocabulary::{
    AlertCertainty, AlertSeverity, AlertUrgency, Audience, CampaignKind, CampaignState, CampaignUrgency, ContentNote,
    EventFormat, EventKind, EventStatus, EvidenceBasis, NaloxoneGuidance, PolicyEffect, PublicationStatus,
    ReadingLevel, RegionKind, ResourceCategory, ResourceFormat, RouteOfUse, ServiceStatus, TopicFacet, UpdateKind,
    UpdateMessageType, Visibility,
};
use crate::store::Code;

/// A reference to another noun: an id, a slug, a region's code; to content an id or `noun:slug`.
pub type Ref = Line<120>;

/// What an export keeps so that a copy has the same ids, states and dates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// Public id.
    pub id: Option<String>,
    /// State; `PUBLISHED` if left out.
    pub status: Option<PublicationStatus>,
    /// Version; 1 if left out.
    pub version: Option<i32>,
    /// The version in which the original's words were last changed; `version` if left out.
    pub text_version: Option<i32>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Until when it is spotlighted.
    pub spotlight_until: Option<Timestamp>,
    /// For examples: instants and dates of the line move by the whole days from here to the import.
    pub relative_to: Option<Timestamp>,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegionInput {
    pub slug: Slug,
    pub kind: RegionKind,
    pub names: LocalizedText,
    #[serde(default)]
    pub endonyms: LocalizedText,
    #[serde(default)]
    pub codes: Vec<Code>,
    #[serde(default)]
    pub parents: Vec<Ref>,
    #[serde(default)]
    pub overlaps: Vec<Ref>,
    #[serde(default)]
    pub time_zones: Vec<Line<60>>,
    #[serde(default)]
    pub acknowledgement: LocalizedText,
    #[serde(default)]
    pub boundary_disclaimer: LocalizedText,
    pub valid_from: Option<LocalDate>,
    pub valid_to: Option<LocalDate>,
    pub superseded_by: Option<Ref>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TopicInput {
    pub slug: Slug,
    pub facet: TopicFacet,
    pub names: LocalizedText,
    #[serde(default)]
    pub broader: Vec<Ref>,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganizationInput {
    pub slug: Slug,
    pub name: Label,
    #[serde(default)]
    pub description: LocalizedText,
    pub website: Option<HttpsUrl>,
    #[serde(default)]
    pub regions: Vec<Ref>,
    #[serde(default)]
    pub languages: Vec<Locale>,
    #[serde(default)]
    pub is_verified: bool,
}

/// Declares the input of a content kind: the members that all kinds share, then its own.
macro_rules! content_input {
    ($(#[doc = $doc:literal] pub struct $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })+) => {$(
        #[doc = $doc]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            pub publisher: Option<Ref>,
            pub slug: Option<Slug>,
            pub visibility: Option<Visibility>,
            pub locale: Locale,
            pub title: Title,
            pub summary: Option<Summary>,
            pub body: Option<Body>,
            #[serde(default)]
            pub translations: Vec<Translation>,
            pub attribution: Option<Attribution>,
            #[serde(default)]
            pub regions: Vec<Ref>,
            #[serde(default)]
            pub topics: Vec<Ref>,
            #[serde(default)]
            pub content_notes: Vec<ContentNote>,
            pub source: Option<Source>,
            pub verification: Option<Verification>,
            pub expires_at: Option<Timestamp>,
            $($(#[$meta])* pub $field: $type,)*
        }

        impl $name {
            /// The members that all kinds share, taken out.
            pub(crate) fn envelope(&self) -> Envelope {
                Envelope {
                    publisher: self.publisher.clone(),
                    slug: self.slug.clone(),
                    visibility: self.visibility.unwrap_or(Visibility::Public),
                    locale: self.locale.clone(),
                    title: self.title.clone(),
                    summary: self.summary.clone(),
                    body: self.body.clone(),
                    translations: self.translations.clone(),
                    attribution: self.attribution.clone(),
                    regions: self.regions.clone(),
                    topics: self.topics.clone(),
                    content_notes: self.content_notes.clone(),
                    source: self.source.clone(),
                    verification: self.verification.clone(),
                    expires_at: self.expires_at,
                    is_safety_critical: false,
                }
            }
        }
    )+};
}

/// An input of the shared members and the kind's own.
macro_rules! assemble {
    ($name:ident, $shared:expr, { $($field:ident: $value:expr,)* }) => {{
        let shared = $shared;
        $name {
            publisher: shared.publisher,
            slug: shared.slug,
            visibility: Some(shared.visibility),
            locale: shared.locale,
            title: shared.title,
            summary: shared.summary,
            body: shared.body,
            translations: shared.translations,
            attribution: shared.attribution,
            regions: shared.regions,
            topics: shared.topics,
            content_notes: shared.content_notes,
            source: shared.source,
            verification: shared.verification,
            expires_at: shared.expires_at,
            $($field: $value,)*
        }
    }};
}
pub(super) use assemble;

/// The members that all content kinds share.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub publisher: Option<Ref>,
    pub slug: Option<Slug>,
    pub visibility: Visibility,
    pub locale: Locale,
    pub title: Title,
    pub summary: Option<Summary>,
    pub body: Option<Body>,
    pub translations: Vec<Translation>,
    pub attribution: Option<Attribution>,
    pub regions: Vec<Ref>,
    pub topics: Vec<Ref>,
    pub content_notes: Vec<ContentNote>,
    pub source: Option<Source>,
    pub verification: Option<Verification>,
    pub expires_at: Option<Timestamp>,
    /// Whether people act on the text at once: set by the kind.
    pub is_safety_critical: bool,
}

content_input! {
    #[doc = "A resource."]
    pub struct ResourceInput {
        category: ResourceCategory,
        format: ResourceFormat,
        #[serde(default)]
        audience: Vec<Audience>,
        external_url: Option<HttpsUrl>,
        #[serde(default)]
        files: Vec<ResourceFile>,
        #[serde(default)]
        evidence: Vec<Evidence>,
        reviewed_at: Option<Timestamp>,
        review_due_at: Option<Timestamp>,
        superseded_by: Option<Ref>,
        license: Option<Label>,
        reading_level: Option<ReadingLevel>,
        #[serde(default)]
        languages: Vec<Locale>,
    }

    #[doc = "An event."]
    pub struct EventInput {
        kind: EventKind,
        format: EventFormat,
        event_status: Option<EventStatus>,
        starts_at_local: LocalDateTime,
        ends_at_local: Option<LocalDateTime>,
        time_zone: Line<60>,
        #[serde(default)]
        all_day: bool,
        recurrence: Option<Recurrence>,
        location: Option<Location>,
        online: Option<OnlineAccess>,
        accessibility: Option<Accessibility>,
        safety: Option<EventSafety>,
        registration: Option<Registration>,
        #[serde(default)]
        languages: Vec<Locale>,
        campaign: Option<Ref>,
        agenda: Option<GatedText>,
        notes: Option<GatedText>,
        #[serde(default)]
        materials: Vec<Ref>,
        #[serde(default)]
        updates: Vec<Ref>,
    }

    #[doc = "A campaign."]
    pub struct CampaignInput {
        kind: CampaignKind,
        state: Option<CampaignState>,
        urgency: Option<CampaignUrgency>,
        starts_on: Option<LocalDate>,
        ends_on: Option<LocalDate>,
        #[serde(default)]
        demands: Vec<TextItem>,
        #[serde(default)]
        asks: Vec<Ask>,
        #[serde(default)]
        targets: Vec<Target>,
        goal: Option<Goal>,
        #[serde(default)]
        milestones: Vec<Milestone>,
        #[serde(default)]
        endorsements: Vec<Endorsement>,
        #[serde(default)]
        outcome: LocalizedText,
        #[serde(default)]
        resources: Vec<Ref>,
        #[serde(default)]
        updates: Vec<Ref>,
    }
}

/// Declares the input of an update: what all updates share, then the detail, whose members stand beside them.
macro_rules! update_input {
    ($(#[doc = $doc:literal] pub struct $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })+) => {
        content_input! {$(
            #[doc = $doc]
            pub struct $name {
                kind: UpdateKind,
                message_type: Option<UpdateMessageType>,
                supersedes: Option<Ref>,
                issued_at: Timestamp,
                effective_at: Option<Timestamp>,
                #[serde(default)]
                instructions: LocalizedText,
                $($(#[$meta])* $field: $type,)*
            }
        )+}
    };
}

update_input! {
    #[doc = "A drug alert."]
    pub struct DrugAlertInput {
        severity: AlertSeverity,
        urgency: AlertUrgency,
        certainty: AlertCertainty,
        #[serde(default)]
        basis: Vec<EvidenceBasis>,
        #[serde(default)]
        area_description: LocalizedText,
        #[serde(default)]
        samples: Vec<DrugSample>,
        #[serde(default)]
        observed_effects: LocalizedText,
        #[serde(default)]
        routes: Vec<RouteOfUse>,
        naloxone_guidance: Option<NaloxoneGuidance>,
    }

    #[doc = "A service update."]
    pub struct ServiceUpdateInput {
        #[serde(default)]
        service_name: LocalizedText,
        service_status: Option<ServiceStatus>,
        #[serde(default)]
        alternatives: LocalizedText,
        valid_from: Option<LocalDate>,
        valid_to: Option<LocalDate>,
        location: Option<Location>,
    }

    #[doc = "A policy update."]
    pub struct PolicyUpdateInput {
        jurisdiction: Option<Label>,
        instrument: Option<Label>,
        effect: Option<PolicyEffect>,
        #[serde(default)]
        what_it_means: LocalizedText,
    }

    #[doc = "A community update."]
    pub struct CommunityUpdateInput {
    }
}
