//! One typed GraphQL API for a harm-reduction movement.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod graphql;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
