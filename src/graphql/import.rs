//! The input of imports: items of all kinds in one list. It declares the schema; the service reads and checks what clients
//! give. Must not check a value.

use async_graphql::OneofObject;

use super::campaign::input::CampaignUpsertInput;
use super::event::input::EventUpsertInput;
use super::resource::input::ResourceUpsertInput;
use super::update::input::{
    CommunityUpdateUpsertInput, DrugAlertUpsertInput, PolicyUpdateUpsertInput, ServiceUpdateUpsertInput,
};

/// One item of an import: exactly one of these.
#[derive(Debug, OneofObject)]
pub(crate) enum ImportItemInput {
    /// A resource.
    Resource(Box<ResourceUpsertInput>),
    /// An event.
    Event(Box<EventUpsertInput>),
    /// A campaign.
    Campaign(Box<CampaignUpsertInput>),
    /// A drug alert.
    DrugAlert(Box<DrugAlertUpsertInput>),
    /// A service update.
    ServiceUpdate(Box<ServiceUpdateUpsertInput>),
    /// A policy update.
    PolicyUpdate(Box<PolicyUpdateUpsertInput>),
    /// A community update.
    CommunityUpdate(Box<CommunityUpdateUpsertInput>),
}
