//! The input of organizations. It declares the schema; the service reads and checks what clients give. Must not check a
//! value.

use async_graphql::InputObject;

use crate::graphql::content::input::LocalizedTextInput;
use crate::graphql::scalar::{Locale, Url};

/// The whole of an organization. It is made if none has the slug; else it takes that one's place, and what is left out
/// or null is cleared.
#[derive(Debug, InputObject)]
pub(crate) struct OrganizationUpsertInput {
    /// The organization's name in addresses and its key: lower-case letters and digits joined by single hyphens, at most
    /// 80 characters.
    slug: String,
    /// What the organization calls itself, 1 to 200 characters.
    name: String,
    /// What the organization is.
    description: Option<Vec<LocalizedTextInput>>,
    /// The organization's website.
    website: Option<Url>,
    /// Where the organization works: regions by id, slug or code; at most 100.
    regions: Option<Vec<String>>,
    /// The languages that the organization works in; at most 100.
    languages: Option<Vec<Locale>>,
    /// Whether the collective knows the people behind the organization; false by default.
    is_verified: Option<bool>,
}
