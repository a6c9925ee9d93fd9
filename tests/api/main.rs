//! The API over real HTTP: a server on a free port, on a database of its own, for each test.

mod actor;
mod database;
mod examples;
mod harness;
mod hostile;
mod lines;
mod privacy;
mod transport;
