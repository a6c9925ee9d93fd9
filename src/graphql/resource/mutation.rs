//! Mutations of resources. Must not decide who may make them: the guard and the service do.

use super::Resource;
use super::input::{ResourceCreateInput, ResourceUpdateInput, ResourceUpsertInput};
use crate::graphql::content::writing_mutations;

writing_mutations! {
    /// Mutations of resources.
    ResourceMutation: Resource resource "resource", "a resource"
    requires ResourcesWrite "resources:write"
    create resource_create(ResourceCreateInput) -> ResourceCreatePayload
    update resource_update(ResourceUpdateInput) -> ResourceUpdatePayload
    upsert resource_upsert(ResourceUpsertInput) -> ResourceUpsertPayload
}
