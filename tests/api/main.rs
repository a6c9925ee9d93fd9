//! The API over real HTTP: a server on a free port, on a database of its own, for each test.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows tests by their attribute only, not their helpers"
)]

mod actor;
mod cache;
mod calendar;
mod calendar_scale;
mod campaign;
mod catalog;
mod client;
mod cluster;
mod concurrency;
mod crash;
mod database;
mod event;
mod examples;
mod feeds;
mod following;
mod generated;
mod harness;
mod hidden;
mod hostile;
mod ical;
mod imports;
mod input;
mod library;
mod lines;
mod locale;
mod matrix;
mod mirror;
mod near;
mod oauth;
mod organization;
mod outline;
mod paging;
mod postgres;
mod privacy;
mod program;
mod publisher;
mod publishing;
mod python;
mod recurrence;
mod redaction;
mod region;
mod resource;
mod roundtrip;
mod scale;
mod schema;
mod search;
mod search_scale;
mod short;
mod statements;
mod story;
mod text;
mod time;
mod token;
mod topic;
mod transport;
mod update;
mod upsert;
mod visibility;
mod webhook;
