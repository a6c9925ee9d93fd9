//! Vocabularies of updates.

use super::vocabulary;

vocabulary! {
    #[doc = "Placeholder."]
    pub enum UpdatePlaceholder {
        #[doc = "Placeholder."]
        Other = "OTHER",
    }
}
