//! The API over real HTTP: a server on a free port, on a database of its own, for each test.

mod harness;
mod hostile;
mod privacy;
mod transport;
