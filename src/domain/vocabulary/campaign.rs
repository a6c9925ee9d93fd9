//! Vocabularies of campaigns.

use super::vocabulary;

vocabulary! {
    #[doc = "Placeholder."]
    pub enum CampaignPlaceholder {
        #[doc = "Placeholder."]
        Other = "OTHER",
    }
}
