//! Use cases: check, change, and log the change, in one transaction. Must not know GraphQL or HTTP, nor hold SQL.

pub mod access;
mod campaign;
mod catalog;
pub mod client;
mod content;
mod event;
pub mod export;
pub mod fault;
pub mod follow;
mod identity;
pub mod import;
pub mod input;
mod line;
mod names;
mod resource;
pub mod seed;
mod update;
