//! Value objects of resources. Must not know storage.

use serde::{Deserialize, Serialize};

use super::content::Label;
use super::locale::Locale;
use super::text::Line;
use super::url::HttpsUrl;

/// A file that belongs to a resource, kept elsewhere: nothing is uploaded here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceFile {
    /// Where it is.
    pub url: HttpsUrl,
    /// What it is called.
    pub title: Option<Label>,
    /// Its media type, such as `application/pdf`.
    pub media_type: Option<Line<100>>,
    /// Its size in bytes.
    pub size_bytes: Option<u32>,
    /// Its language.
    pub locale: Option<Locale>,
}
