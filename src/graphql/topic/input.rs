//! The input of topics. It declares the schema; the service reads and checks what clients give. Must not check a value.

use async_graphql::InputObject;

use crate::domain::vocabulary::TopicFacet;
use crate::graphql::content::input::LocalizedTextInput;

/// The whole of a topic. It is made if none has the slug; else it takes that one's place, and what is left out or null
/// is cleared.
#[derive(Debug, InputObject)]
pub(crate) struct TopicUpsertInput {
    /// The topic's name in addresses and its key: lower-case letters and digits joined by single hyphens, at most 80
    /// characters.
    slug: String,
    /// What sort of subject it is.
    facet: TopicFacet,
    /// The topic's names, one a language; at least one.
    names: Vec<LocalizedTextInput>,
    /// Topics that include this one, by id or slug; at most 100, never itself.
    broader: Option<Vec<String>>,
}
