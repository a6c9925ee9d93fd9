//! Failed attempts to authenticate, by address and minute: who has used them up is refused before any work is done. Must
//! not keep an address: it counts under the keyed hash of `rate.rs`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::rate::RateKey;

/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses known at once. Further ones are not counted: who has so many is not held by a limit on each.
const MOST_KEYS: usize = 100_000;

/// Failures of the last minute.
#[derive(Debug)]
pub(crate) struct Failures {
    limit: u32,
    counts: Mutex<HashMap<RateKey, Count>>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Instant,
    failures: u32,
}

impl Failures {
    /// A limit of so many failures a minute and address.
    pub fn new(limit: u32) -> Self {
        Self { limit: limit.max(1), counts: Mutex::default() }
    }

    /// How long an address that has used up its failures must wait.
    pub fn wait(&self, key: RateKey) -> Option<Duration> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(&key).filter(|count| count.failures >= self.limit)?;
        WINDOW.checked_sub(count.since.elapsed()).filter(|wait| !wait.is_zero())
    }

    /// Counts a failure.
    pub fn count(&self, key: RateKey) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_KEYS && !counts.contains_key(&key) {
            return;
        }
        let count = counts.entry(key).or_insert(Count { since: Instant::now(), failures: 0 });
        if count.since.elapsed() >= WINDOW {
            *count = Count { since: Instant::now(), failures: 0 };
        }
        count.failures = count.failures.saturating_add(1);
    }

    /// Gives back the memory of failures that no longer count.
    pub fn forget_old(&self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, count| count.since.elapsed() < WINDOW);
        counts.shrink_to_fit();
    }
}
