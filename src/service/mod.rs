//! Use cases: check, change, and log the change, in one transaction. Must not know GraphQL or HTTP, nor hold SQL.

pub mod access;
mod campaign;
pub mod cap;
mod catalog;
mod chain;
pub mod client;
mod content;
pub mod edit;
mod event;
pub mod export;
pub mod fault;
pub mod feed;
pub mod follow;
pub mod following;
pub mod hsds;
pub mod ics;
mod identity;
pub mod import;
pub mod input;
mod line;
mod names;
pub mod occurrence;
mod prepare;
pub mod reading;
mod record;
mod resource;
pub mod schedule;
pub mod seed;
pub mod sight;
mod update;
pub mod webhook;

pub use line::part as read_member;
