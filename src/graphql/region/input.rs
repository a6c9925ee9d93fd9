//! The input of regions. It declares the schema; the service reads and checks what clients give. Must not check a value.

use async_graphql::InputObject;

use crate::domain::vocabulary::{CodeScheme, RegionKind};
use crate::graphql::content::input::LocalizedTextInput;
use crate::graphql::scalar::{Date, TimeZone};

/// The whole of a region. It is made if none has the slug; else it takes that one's place, and what is left out or null
/// is cleared.
#[derive(Debug, InputObject)]
pub(crate) struct RegionUpsertInput {
    /// The region's name in addresses and its key: lower-case letters and digits joined by single hyphens, at most 80
    /// characters.
    slug: String,
    /// What sort of region it is.
    kind: RegionKind,
    /// The region's names, one a language; at least one.
    names: Vec<LocalizedTextInput>,
    /// Names that the people of the place themselves use, each with its language.
    endonyms: Option<Vec<LocalizedTextInput>>,
    /// The region's codes in other systems; at most 100.
    codes: Option<Vec<RegionCodeInput>>,
    /// The regions that this one lies in directly, by id, slug or code; at most 100, never itself.
    parents: Option<Vec<String>>,
    /// Regions that this one lies across or shares land with, by id, slug or code; at most 100.
    overlaps: Option<Vec<String>>,
    /// The time zones in use, the one that most people use first; at most 100 (`INVALID_TIME_ZONE`).
    time_zones: Option<Vec<TimeZone>>,
    /// An acknowledgement of the territory, written by its nation.
    acknowledgement: Option<Vec<LocalizedTextInput>>,
    /// What must be known about the drawn boundary.
    boundary_disclaimer: Option<Vec<LocalizedTextInput>>,
    /// Since when the region exists in this form.
    valid_from: Option<Date>,
    /// Until when the region existed in this form.
    valid_to: Option<Date>,
    /// The region that took this one's place, by id, slug or code.
    superseded_by: Option<String>,
}

/// A code of a region in another system.
#[derive(Debug, InputObject)]
pub(crate) struct RegionCodeInput {
    /// The system that gives the code.
    scheme: CodeScheme,
    /// The code, 1 to 40 characters, such as `CA-BC`.
    value: String,
}
