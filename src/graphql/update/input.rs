//! The inputs of regional updates. They declare the schema; the service reads and checks what clients give. Must not
//! check a value.

use async_graphql::{ID, InputObject};

use crate::domain::vocabulary::{
    AlertCertainty, AlertSeverity, AlertUrgency, EvidenceBasis, NaloxoneGuidance, PolicyEffect, RouteOfUse,
    ServiceStatus, UpdateMessageType,
};
use crate::graphql::content::input::{LocalizedTextInput, LocationInput};
use crate::graphql::content::publishing_inputs;
use crate::graphql::scalar::Date;

/// A sample of the supply. It has a date at most: never a time, a place or a seller.
#[derive(Debug, InputObject)]
pub(crate) struct DrugSampleInput {
    /// What it was sold as, 1 to 200 characters.
    sold_as: Option<String>,
    /// Its colour, 1 to 200 characters.
    colour: Option<String>,
    /// Its texture, 1 to 200 characters.
    texture: Option<String>,
    /// How it was packed, 1 to 200 characters.
    packaging: Option<String>,
    /// What was found in it; at most 100.
    detected: Option<Vec<DetectedSubstanceInput>>,
    /// The day it was collected.
    collected_on: Option<Date>,
}

/// A substance found in a sample.
#[derive(Debug, InputObject)]
pub(crate) struct DetectedSubstanceInput {
    /// Its name, 1 to 200 characters.
    name: String,
    /// Its class, 1 to 200 characters, such as `nitazene`.
    class: Option<String>,
    /// How much of it, in words or per cent, 1 to 200 characters.
    abundance: Option<String>,
    /// How it was found, 1 to 200 characters, such as `FTIR` or `mass spectrometry`.
    method: Option<String>,
    /// Whether a laboratory confirmed it.
    confirmed: Option<bool>,
}

/// Declares the three inputs of an update: what all updates share, then the family's own. `$kinds` says which kinds the
/// family has.
macro_rules! update_inputs {
    (
        $create:ident $update:ident $upsert:ident: $noun:literal, $kinds:literal
        required { $($(#[$required_doc:meta])+ $required:ident: $required_type:ty,)* }
        optional { $($(#[$optional_doc:meta])+ $optional:ident: $optional_type:ty,)* }
    ) => {
        publishing_inputs! {
            $create $update $upsert: $noun
            required {
                #[doc = concat!("What the update reports: ", $kinds)]
                kind: $crate::domain::vocabulary::UpdateKind,
                /// When it was issued (CAP 1.2 `sent`).
                issued_at: $crate::graphql::scalar::DateTime,
                $($(#[$required_doc])+ $required: $required_type,)*
            }
            optional {
                /// Whether it is new, changes an earlier one or ends it (CAP 1.2 `msgType`); `ALERT` by default.
                message_type: $crate::domain::vocabulary::UpdateMessageType,
                /// The update whose place this one takes, by id or slug.
                supersedes: String,
                /// Since when it holds, if not since it was issued (CAP 1.2 `effective`).
                effective_at: $crate::graphql::scalar::DateTime,
                /// What people can do (CAP 1.2 `instruction`).
                instructions: Vec<$crate::graphql::content::input::LocalizedTextInput>,
                $($(#[$optional_doc])+ $optional: $optional_type,)*
            }
        }
    };
}

update_inputs! {
    DrugAlertCreateInput DrugAlertUpdateInput DrugAlertUpsertInput: "drug alert",
    "`DRUG_ALERT`, `DRUG_ADVISORY` or `OVERDOSE_CLUSTER`. Each must have `expiresAt`, at most 30 days after `issuedAt`; of an \
     advisory, 90 days."
    required {
        /// How bad it is (CAP 1.2 `severity`).
        severity: AlertSeverity,
        /// How soon to act (CAP 1.2 `urgency`).
        urgency: AlertUrgency,
        /// How sure it is (CAP 1.2 `certainty`).
        certainty: AlertCertainty,
    }
    optional {
        /// What it rests on; the kinds of knowledge are not ranked.
        basis: Vec<EvidenceBasis>,
        /// The area in words (CAP 1.2 `areaDesc`).
        area_description: Vec<LocalizedTextInput>,
        /// What was seen in the supply; at most 100.
        samples: Vec<DrugSampleInput>,
        /// What people felt or saw.
        observed_effects: Vec<LocalizedTextInput>,
        /// How it was used.
        routes: Vec<RouteOfUse>,
        /// What naloxone can do.
        naloxone_guidance: NaloxoneGuidance,
    }
}

update_inputs! {
    ServiceUpdateCreateInput ServiceUpdateUpdateInput ServiceUpdateUpsertInput: "service update",
    "`SERVICE_OPENED`, `SERVICE_CHANGED`, `SERVICE_PAUSED`, `SERVICE_CLOSED`, `SUPPLY_SHORTAGE` or `SUPPLY_AVAILABLE`."
    required {}
    optional {
        /// The service.
        service_name: Vec<LocalizedTextInput>,
        /// How the service stands now.
        service_status: ServiceStatus,
        /// Where to go instead.
        alternatives: Vec<LocalizedTextInput>,
        /// Since when it is so.
        valid_from: Date,
        /// Until when it is so, not before `validFrom` (`ENDS_BEFORE_START`).
        valid_to: Date,
        /// Where the service is, as far as it may be told.
        location: LocationInput,
    }
}

update_inputs! {
    PolicyUpdateCreateInput PolicyUpdateUpdateInput PolicyUpdateUpsertInput: "policy update",
    "`POLICY_CHANGE` or `LEGAL_DECISION`."
    required {}
    optional {
        /// Who decided, 1 to 200 characters: a legislature, a court, a ministry.
        jurisdiction: String,
        /// The law, order or ruling, 1 to 200 characters.
        instrument: String,
        /// What it does.
        effect: PolicyEffect,
        /// What it means for people.
        what_it_means: Vec<LocalizedTextInput>,
    }
}

update_inputs! {
    CommunityUpdateCreateInput CommunityUpdateUpdateInput CommunityUpdateUpsertInput: "community update",
    "any kind that is not one of a drug alert, a service update or a policy update."
    required {}
    optional {}
}

/// Which alert to end, and what people should know now.
#[derive(Debug, InputObject)]
pub(crate) struct AlertCancelInput {
    /// The global id of the alert.
    id: ID,
    /// The version that the change is based on, if it matters; another one is `STALE_VERSION`.
    expected_version: Option<i32>,
    /// `CANCEL`, the default, if it was wrong; `ALL_CLEAR` if its danger is over.
    message_type: Option<UpdateMessageType>,
    /// What people should know now. The alert's own texts, its instructions included, are taken away.
    instructions: Option<Vec<LocalizedTextInput>>,
}
