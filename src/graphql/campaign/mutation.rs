//! Mutations of campaigns. Must not decide who may make them: the guard and the service do.

use super::Campaign;
use super::input::{CampaignCreateInput, CampaignUpdateInput, CampaignUpsertInput};
use crate::graphql::content::writing_mutations;

writing_mutations! {
    /// Mutations of campaigns.
    CampaignMutation: Campaign campaign "campaign", "a campaign"
    requires CampaignsWrite "campaigns:write"
    create campaign_create(CampaignCreateInput) -> CampaignCreatePayload
    update campaign_update(CampaignUpdateInput) -> CampaignUpdatePayload
    upsert campaign_upsert(CampaignUpsertInput) -> CampaignUpsertPayload
}
