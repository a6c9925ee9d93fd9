//! What every request needs, built once at start and shared: no global state. Must not hold anything of a request.

use std::sync::Arc;

use crate::auth::Keys;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::domain::limits::Limits;
use crate::domain::time::Zones;
use crate::store::Store;
use crate::webhook::Sender;

/// The running application.
#[derive(Debug)]
pub struct App {
    /// Source of time and ids.
    pub clock: Clock,
    /// Time zone database.
    pub zones: Zones,
    /// Limits in force.
    pub limits: Limits,
    /// The keys that sign access tokens.
    pub keys: Keys,
    /// All data.
    pub store: Store,
    /// Sends messages to webhooks.
    pub webhooks: Sender,
    /// Tells who follows that there is something new.
    pub bus: Bus,
}

/// A shared handle on the application.
pub type SharedApp = Arc<App>;
