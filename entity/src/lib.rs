//! One SeaORM entity a table. Must not hold logic or know GraphQL.

pub mod campaign;
pub mod change;
pub mod client;
pub mod client_grant;
pub mod client_secret;
pub mod content;
pub mod epoch;
pub mod event;
pub mod expansion;
pub mod follow_key;
pub mod idempotency;
pub mod link;
pub mod listing;
pub mod log_reader;
pub mod occurrence;
pub mod organization;
pub mod place;
pub mod region;
pub mod regional_update;
pub mod reindex;
pub mod resource;
pub mod review;
pub mod revision;
pub mod revoked_token;
pub mod topic;
