//! The API over real HTTP: a server on a free port, on a database of its own, for each test.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows tests by their attribute only, not their helpers"
)]

mod harness;
mod hostile;
mod privacy;
mod transport;
