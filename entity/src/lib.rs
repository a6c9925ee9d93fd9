//! One SeaORM entity a table. Must not hold logic or know GraphQL.

pub mod campaign;
pub mod change;
pub mod content;
pub mod epoch;
pub mod event;
pub mod idempotency;
pub mod link;
pub mod listing;
pub mod organization;
pub mod region;
pub mod regional_update;
pub mod reindex;
pub mod resource;
pub mod review;
pub mod revision;
pub mod topic;
