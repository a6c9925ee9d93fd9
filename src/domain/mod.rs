//! Pure rules and vocabulary. Must not do input or output, read a clock, or know a database, GraphQL or HTTP.

pub mod actor;
pub mod campaign;
pub mod content;
pub mod event;
pub mod following;
pub mod geo;
pub mod limits;
pub mod locale;
pub mod markdown;
pub mod public_id;
pub mod publication;
pub mod recurrence;
pub mod resource;
pub mod scope;
pub mod search;
pub mod text;
pub mod time;
pub mod update;
pub mod url;
pub mod view;
pub mod vocabulary;
pub mod wording;
