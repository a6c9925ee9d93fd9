//! Who is looking and in which languages: threaded through every read, so that a nested field cannot see more than
//! its parent. Must not decide who may write.

use std::sync::Arc;

use super::locale::Preference;
use super::time::Timestamp;

/// What a reader may see beyond public content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sight {
    /// Content for partners (scope `content:read-partners`).
    pub partners: bool,
}

/// A reader's view at one moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct View {
    /// What the reader may see.
    pub sight: Sight,
    /// The languages that the reader prefers.
    pub preference: Arc<Preference>,
    /// The instant that expiry is judged by.
    pub now: Timestamp,
}

impl View {
    /// The same view in other languages.
    pub fn with_preference(&self, preference: Preference) -> Self {
        Self { preference: Arc::new(preference), ..self.clone() }
    }
}
