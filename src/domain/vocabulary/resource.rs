//! Vocabularies of resources.

use super::vocabulary;

vocabulary! {
    #[doc = "Placeholder."]
    pub enum ResourcePlaceholder {
        #[doc = "Placeholder."]
        Other = "OTHER",
    }
}
