//! Vocabularies of events.

use super::vocabulary;

vocabulary! {
    #[doc = "Placeholder."]
    pub enum EventPlaceholder {
        #[doc = "Placeholder."]
        Other = "OTHER",
    }
}
