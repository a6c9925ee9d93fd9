//! Where time and randomness come from, so that tests can hold both still. Must not know any other layer but `domain`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use uuid::Uuid;

use crate::domain::time::Timestamp;

/// The source of the current instant and of new public ids.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's own clock.
    #[default]
    System,
    /// A clock that stands still until a test moves it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that a test moves by hand.
    pub fn set_at(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.as_micros())))
    }

    /// The current instant, in microseconds since 1970.
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
            Self::System => Timestamp::from(jiff::Timestamp::now()),
            Self::Set(micros) => Timestamp::from_micros(micros.load(Ordering::Relaxed)),
        }
    }

    /// Moves a clock made by [`Clock::set_at`]; the machine's clock is left alone.
    pub fn advance(&self, micros: i64) {
        if let Self::Set(now) = self {
            now.fetch_add(micros, Ordering::Relaxed);
        }
    }

    /// A new random 128-bit value: public ids must not tell when or in which order things were made.
    pub fn random_id(&self) -> Uuid {
        Uuid::from_u128(rand::random())
    }
}
