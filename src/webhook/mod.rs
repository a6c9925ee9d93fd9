//! Webhooks as they go out, after the Standard Webhooks specification: which addresses may be called, how a message is
//! signed, and how it is sent. Must not know a database, or what a message is about.

pub mod address;
pub mod retry;
pub mod send;
pub mod signature;

pub use address::{AddressFault, Policy};
pub use send::{Answer, Lookup, Sender};
pub use signature::Secret;
