//! Access: the keys that sign tokens, the tokens themselves, and the secrets of clients. Must not know a database or HTTP:
//! whether a client still holds what its token says is for the server to look up.

mod key;
pub mod keys;
pub mod seal;
pub mod secret;
pub mod token;
mod verified;

pub use key::KeySet;
pub use keys::Keys;
