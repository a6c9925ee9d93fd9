//! Clients: apps of an organization that act with tokens. Must not show a secret twice.

mod mutation;

pub(crate) use mutation::ClientMutation;
