//! Pure rules and vocabulary. Must not do input or output, read a clock, or know a database, GraphQL or HTTP.

pub mod limits;
pub mod time;
pub mod vocabulary;
