//! One typed GraphQL API for a harm-reduction movement: partner apps read resources, regional updates, events and
//! campaigns; trusted publishers write them.
//!
//! # The layers
//!
//! Imports go down only; `tests/architecture.rs` fails on one that does not.
//!
//! ```text
//! main > cli > server > graphql | feeds > service > store | auth | bus > domain > entity
//! app, config, clock, telemetry: all may import them          migration stands alone
//! ```
//!
//! - [`domain`]: pure rules and vocabulary: ids, texts, languages, time, places, limits. No input or output.
//! - [`store`]: all SQL, and the catalog (regions, topics, organizations) in memory. Reads take a
//!   [`domain::view::View`]: who is looking, and in which languages.
//! - [`auth`]: access tokens, the keys that sign them, and the secrets of clients. No database, no HTTP.
//! - [`bus`]: tells who follows in this process that there is something new.
//! - [`webhook`]: how messages go out: addresses, signatures, retries.
//! - [`service`]: use cases that write: check, change, log the change, in one transaction. [`service::edit`] holds what
//!   publishers may do, [`service::client`] who they are. Import, export, seeds; [`service::follow`] keeps the catalog
//!   current, [`service::schedule`] does what is due.
//! - [`graphql`]: the schema; one folder a noun, with its type, queries, filters, inputs and mutations.
//!   [`graphql::guard`] refuses what is too large or too costly before anything runs, `access.rs` who lacks a scope.
//! - [`feeds`]: Atom and CAP, from items to bytes. [`server`] reads what goes into them.
//! - [`server`]: HTTP: the accept loop, the GraphQL handler, limits, health, metrics, the playground's page.
//! - [`cli`]: one file a subcommand. [`config`]: every setting once.
//!
//! A noun has one name in every layer: follow `event` through `entity/src/event.rs`, `src/domain/event.rs`,
//! `src/service/event.rs`, `src/graphql/event/` and `tests/api/event.rs`.
//!
//! # Where to add
//!
//! - **A field** of a noun: rendered only, it goes into the noun's value objects in [`domain`], its input in
//!   [`service::input`], its `prepare` and `export` in `src/service/<noun>.rs`, and a method in `src/graphql/<noun>/`.
//!   If lists filter or order by it, it also gets a column: a new file in `migration/src/`, the field in
//!   `entity/src/<noun>.rs`, and a [`store::Condition`] in the noun's filter. Then `cargo run -- schema > schema.graphql`.
//! - **A value** of an enum: one line in `src/domain/vocabulary/`; the schema follows.
//! - **A mutation**: a change in `src/service/edit/` ([`service::edit::Change`]), its input and its field in the noun's
//!   folder with a guard and "Requires scope `x`." in its description, a row in `tests/api/matrix/`, an example in
//!   `playground/examples.json`. The tests fail until all of them are there.
//! - **A step** in the life of an item: [`domain::publication`], one table.
//! - **A noun**: a migration and an entity, a [`store::Kind`] with its detail, `src/service/<noun>.rs`,
//!   `src/graphql/<noun>/` (its query object joins `graphql::Query`), `tests/api/<noun>.rs`. Region is the smallest
//!   example, resource the smallest with a full life.
//! - **A limit**: a member of [`domain::limits::Limits`] with its default; the guard or the server enforces it, and
//!   `src/graphql/meta.rs` shows it to clients.
//! - **A setting**: a documented field in [`config`].

pub mod app;
pub mod auth;
pub mod bus;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod feeds;
pub mod graphql;
pub mod mirror;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod webhook;
