//! The inputs of resources. They declare the schema; the service reads and checks what clients give. Must not check a
//! value.

use async_graphql::InputObject;

use crate::domain::vocabulary::{Audience, ReadingLevel, ResourceCategory, ResourceFormat};
use crate::graphql::content::input::EvidenceInput;
use crate::graphql::content::publishing_inputs;
use crate::graphql::scalar::{DateTime, Locale, Url};

/// A file that belongs to a resource, kept elsewhere: nothing is uploaded here.
#[derive(Debug, InputObject)]
pub(crate) struct ResourceFileInput {
    /// Where the file is.
    url: Url,
    /// What the file is called, 1 to 200 characters.
    title: Option<String>,
    /// The file's media type, 1 to 100 characters, such as `application/pdf`.
    media_type: Option<String>,
    /// The file's size in bytes.
    size_bytes: Option<u32>,
    /// The file's language.
    locale: Option<Locale>,
}

publishing_inputs! {
    ResourceCreateInput ResourceUpdateInput ResourceUpsertInput: "resource"
    required {
        /// What the resource is for.
        category: ResourceCategory,
        /// What form the resource has.
        format: ResourceFormat,
    }
    optional {
        /// Whom the resource speaks to.
        audience: Vec<Audience>,
        /// Where the resource itself is, if not here.
        external_url: Url,
        /// Files that belong to the resource, kept elsewhere; at most 100.
        files: Vec<ResourceFileInput>,
        /// What the resource rests on; at most 100. The kinds of knowledge are not ranked.
        evidence: Vec<EvidenceInput>,
        /// When the content was last reviewed.
        reviewed_at: DateTime,
        /// When the content should be reviewed again.
        review_due_at: DateTime,
        /// The resource that took this one's place, by id or slug.
        superseded_by: String,
        /// The licence, as an SPDX identifier or in words, 1 to 200 characters.
        license: String,
        /// How hard the text is to read.
        reading_level: ReadingLevel,
        /// The languages of the resource itself; `translations` are those of its texts here. At most 100.
        languages: Vec<Locale>,
    }
}
