//! Mutations of events. Must not decide who may make them: the guard and the service do.

use super::Event;
use super::input::{EventCreateInput, EventUpdateInput, EventUpsertInput};
use crate::graphql::content::writing_mutations;

writing_mutations! {
    /// Mutations of events.
    EventMutation: Event event "event", "an event"
    requires EventsWrite "events:write"
    create event_create(EventCreateInput) -> EventCreatePayload
    update event_update(EventUpdateInput) -> EventUpdatePayload
    upsert event_upsert(EventUpsertInput) -> EventUpsertPayload
}
