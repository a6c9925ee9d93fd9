//! Value objects of the inputs that content of every kind may have. They declare the schema; the service reads and checks
//! what clients give. Must not check a value.

use async_graphql::{ID, InputObject};

use crate::domain::vocabulary::{
    AttributionKind, EvidenceBasis, LocationDisclosure, TranslationOrigin, VerificationMethod,
};
use crate::graphql::scalar::{DateTime, Locale, Markdown, Url};

/// A text in one language. A list of these is one text in several languages, the original first.
#[derive(Debug, InputObject)]
pub(crate) struct LocalizedTextInput {
    /// The language of the text.
    locale: Locale,
    /// The text, 1 to 4 000 characters.
    text: String,
}

/// An item's texts in another language than its own.
#[derive(Debug, InputObject)]
pub(crate) struct TranslationInput {
    /// The language of the translation; each language once, and not that of the item (`NOT_UNIQUE`).
    locale: Locale,
    /// How the translation came to be; never `ORIGINAL`. That of a drug alert is never `MACHINE_UNREVIEWED`
    /// (`TRANSLATION_NOT_REVIEWED`). Requires scope `translations:review` for one that says it was reviewed.
    origin: TranslationOrigin,
    /// The title in this language, 1 to 200 characters in one line.
    title: String,
    /// The summary in this language, 1 to 600 characters.
    summary: Option<String>,
    /// The whole text in this language, 1 to 65 536 characters.
    body: Option<Markdown>,
    /// The version of the item that was translated; the current one by default.
    based_on: Option<i32>,
}

/// Who is credited, if it is not the publisher alone.
#[derive(Debug, InputObject)]
pub(crate) struct AttributionInput {
    /// The name to show, 1 to 200 characters: a collective, a person or a pseudonym.
    display_name: String,
    /// What sort of author it is.
    kind: AttributionKind,
    /// The organization by id or slug, if it is one that the API knows.
    organization: Option<String>,
    /// Anything that must be said with the credit, 1 to 600 characters.
    note: Option<String>,
}

/// Where an imported item came from. `system` and `externalId` are the key of an upsert within a publisher.
#[derive(Debug, InputObject)]
pub(crate) struct SourceInput {
    /// The system that the item was taken from, 1 to 80 characters, such as `example-cms`.
    system: String,
    /// The item's id in that system, 1 to 200 characters.
    external_id: String,
    /// The page of the source, at most 2 048 characters: `https`, or `http` where the source has nothing better.
    url: Option<String>,
    /// The licence that the source gives, as an SPDX identifier or in words, 1 to 200 characters.
    license: Option<String>,
    /// When the source was read.
    retrieved_at: Option<DateTime>,
}

/// That someone checked the facts.
#[derive(Debug, InputObject)]
pub(crate) struct VerificationInput {
    /// When they were checked.
    verified_at: DateTime,
    /// Who checked them, 1 to 200 characters: a group or a pseudonym.
    verified_by: String,
    /// How they were checked.
    method: VerificationMethod,
    /// When they should be checked again.
    recheck_by: Option<DateTime>,
}

/// What a statement rests on. The kinds of knowledge are not ranked.
#[derive(Debug, InputObject)]
pub(crate) struct EvidenceInput {
    /// The kind of knowledge.
    basis: EvidenceBasis,
    /// The work, as one would cite it, 1 to 1 000 characters.
    citation: String,
    /// Where to read it.
    url: Option<Url>,
    /// Its digital object identifier, at most 200 characters, such as `10.1186/s12954-020-00425-3`.
    doi: Option<String>,
    /// The year of publication.
    year: Option<u16>,
}

/// An amount of money.
#[derive(Debug, InputObject)]
pub(crate) struct MoneyInput {
    /// The amount as a decimal string, such as `1500.00`: at most 12 digits before the point and 4 after it, no sign.
    amount: String,
    /// The currency as an ISO 4217 code, such as `CAD`.
    currency: String,
}

/// Where something takes place, as far as it may be told. What must not be told is not stored.
#[derive(Debug, InputObject)]
pub(crate) struct LocationInput {
    /// How much is told. Requires scope `events:exact-location` for a place with `EXACT`. A place that was told so and is
    /// not any more is erased from the item's earlier revisions, too.
    disclosure: LocationDisclosure,
    /// What people call the place.
    label: Option<Vec<LocalizedTextInput>>,
    /// The region that the place lies in, by id, slug or code.
    region: Option<String>,
    /// The street address, 1 to 200 characters; only with disclosure `EXACT` (`LOCATION_TOO_PRECISE`).
    address: Option<String>,
    /// The place itself with `EXACT`; with `APPROXIMATE` the centre of its cell of about 11 km is stored instead;
    /// refused with any other disclosure (`LOCATION_TOO_PRECISE`).
    point: Option<GeoPointInput>,
    /// How to learn more.
    how_to_get_details: Option<Vec<LocalizedTextInput>>,
}

/// A point in WGS 84.
#[derive(Debug, InputObject)]
pub(crate) struct GeoPointInput {
    /// Degrees north of the equator, from -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    longitude: f64,
}

/// Declares the input of a mutation of content of every kind: which item, then its own members.
macro_rules! step_inputs {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)* })+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, InputObject)]
        pub(crate) struct $name {
            /// The global id of the item.
            id: ID,
            $($(#[doc = $field_doc])+ $field: $type,)*
        }
    )+};
}

step_inputs! {
    /// A translation of an item.
    ContentTranslateInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
        /// The translation; it takes the place of the one in its language.
        translation: TranslationInput,
    }
    /// That somebody checked the facts of an item.
    ContentVerifyInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
        /// Who checked the facts and when; null takes it back.
        verification: Option<VerificationInput>,
    }
    /// Which draft to hand to a reviewer.
    ContentSubmitInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
    }
    /// Which item to approve.
    ContentApproveInput {
        /// The version that is approved; another one is `STALE_VERSION`.
        expected_version: i32,
    }
    /// Which item to hand back to its writers.
    ContentRejectInput {
        /// The version that is handed back; another one is `STALE_VERSION`.
        expected_version: i32,
        /// What is wrong with it, 1 to 2 000 characters; its writers read it in the revision.
        reason: String,
    }
    /// Which item to publish.
    ContentPublishInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
    }
    /// Which item to publish by itself, and when.
    ContentScheduleInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
        /// When it is published; at most 400 days ahead (`OUT_OF_RANGE`).
        at: DateTime,
    }
    /// Which item to take back.
    ContentWithdrawInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
        /// Why, 1 to 2 000 characters, for those who read revisions.
        reason: Option<String>,
    }
    /// Which item to put away.
    ContentArchiveInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
    }
    /// Which revision of an item to restore.
    ContentRestoreInput {
        /// The version that the change is based on; another one is `STALE_VERSION`.
        expected_version: i32,
        /// The version to restore: see `revisions`.
        version: i32,
    }
    /// Which item to point to, and until when.
    ContentSpotlightInput {
        /// The version that the change is based on, if it matters; another one is `STALE_VERSION`.
        expected_version: Option<i32>,
        /// Until when, at most 400 days ahead (`OUT_OF_RANGE`); null ends it.
        until: Option<DateTime>,
    }
    /// Which item to take back at once.
    EmergencyWithdrawInput {
        /// The version that the change is based on, if it matters; another one is `STALE_VERSION`.
        expected_version: Option<i32>,
        /// Why, 1 to 2 000 characters, for those who read revisions.
        reason: Option<String>,
    }
    /// Which item to erase.
    ContentRedactInput {
        /// The version that the change is based on, if it matters; another one is `STALE_VERSION`.
        expected_version: Option<i32>,
    }
}
