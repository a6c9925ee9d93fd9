//! Vocabularies of contents.

use super::vocabulary;

vocabulary! {
    #[doc = "Placeholder."]
    pub enum ContentPlaceholder {
        #[doc = "Placeholder."]
        Other = "OTHER",
    }
}
