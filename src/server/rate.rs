//! The rate limit: cost per minute and address, or client. Addresses are known only as a keyed hash whose random key changes daily,
//! and only in memory. Must not keep an address.

use std::hash::Hasher as _;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use siphasher::sip::SipHasher13;

use crate::clock::Clock;
use crate::domain::time::DAY_MICROS;
use crate::graphql::context::Allowance;

/// Addresses known at once; further ones share [`SHARED`] counters.
const MOST_KEYS: usize = 200_000;
const SHARED: u64 = 1 << 16;
/// How often the known addresses are counted: once in so many requests, since that takes a lock of each part of the table.
const COUNTED: u32 = 64;

type Limiter = RateLimiter<u64, DefaultKeyedStateStore<u64>, DefaultClock, StateInformationMiddleware>;

/// Counts cost by address or by client.
#[derive(Debug)]
pub(crate) struct Rate {
    limiter: Limiter,
    limit: NonZeroU32,
    clock: Clock,
    key: RwLock<DayKey>,
    is_of_clients: bool,
    asked: AtomicU32,
    is_full: AtomicBool,
}

/// Who is counted: a hash that means nothing outside this process and this day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RateKey(u64);

struct DayKey {
    day: i64,
    key: [u8; 16],
}

impl std::fmt::Debug for DayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DayKey")
    }
}

/// The allowance is used up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exhausted {
    /// How long until the same cost would pass.
    pub wait: Duration,
    /// What the headers say.
    pub allowance: Allowance,
}

impl Rate {
    /// A limit of so much cost a minute for each address.
    pub fn of_addresses(per_minute: u32, clock: Clock) -> Self {
        Self::new(per_minute, clock, false)
    }

    /// A limit of so much cost a minute for each client.
    pub fn of_clients(per_minute: u32, clock: Clock) -> Self {
        Self::new(per_minute, clock, true)
    }

    fn new(per_minute: u32, clock: Clock, is_of_clients: bool) -> Self {
        let limit = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(limit)).with_middleware();
        let key = RwLock::new(DayKey { day: day(&clock), key: rand::random() });
        let (asked, is_full) = (AtomicU32::new(0), AtomicBool::new(false));
        Self { limiter, limit, clock, key, is_of_clients, asked, is_full }
    }

    /// Cost a minute.
    pub const fn limit(&self) -> u32 {
        self.limit.get()
    }

    /// The key under which an address is counted today; IPv6 addresses by their /64.
    pub fn key(&self, address: IpAddr) -> RateKey {
        match address {
            IpAddr::V4(address) => self.hashed(&address.octets()),
            IpAddr::V6(address) => self.hashed(address.octets().get(..8).unwrap_or_default()),
        }
    }

    /// The key under which a client is counted today.
    pub fn key_of_client(&self, client: i64) -> RateKey {
        self.hashed(&client.to_be_bytes())
    }

    fn hashed(&self, counted: &[u8]) -> RateKey {
        self.change_key_daily();
        let key = self.key.read().unwrap_or_else(PoisonError::into_inner);
        let mut hash = SipHasher13::new_with_key(&key.key);
        hash.write(counted);
        let hash = hash.finish();
        RateKey(if self.is_full() { hash % SHARED } else { hash })
    }

    fn is_full(&self) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(COUNTED) {
            self.count();
        }
        self.is_full.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.is_full.store(self.limiter.len() >= MOST_KEYS, Ordering::Relaxed);
    }

    /// Takes a cost from the allowance, or nothing if there is not so much left. A cost above the whole allowance takes
    /// all of it.
    pub fn charge(&self, key: RateKey, cost: u64) -> Result<Allowance, Exhausted> {
        let cost = u32::try_from(cost).unwrap_or(u32::MAX).clamp(1, self.limit.get());
        let Some(cost) = NonZeroU32::new(cost) else { return Ok(self.allowance(self.limit.get())) };
        match self.limiter.check_key_n(&key.0, cost) {
            Ok(Ok(state)) => Ok(self.allowance(state.remaining_burst_capacity())),
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                Err(Exhausted { wait, allowance: self.allowance(0) })
            }
            Err(_) => Err(Exhausted { wait: Duration::from_secs(60), allowance: self.allowance(0) }),
        }
    }

    /// Gives back the memory of addresses whose allowance is whole again.
    pub fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        self.count();
    }

    fn allowance(&self, remaining: u32) -> Allowance {
        let limit = self.limit.get();
        let remaining = remaining.min(limit);
        let used = u64::from(limit - remaining);
        let reset_seconds = (used * 60).div_ceil(u64::from(limit));
        Allowance { limit, remaining, reset_seconds, is_client: self.is_of_clients }
    }

    fn change_key_daily(&self) {
        let today = day(&self.clock);
        if self.key.read().unwrap_or_else(PoisonError::into_inner).day != today {
            *self.key.write().unwrap_or_else(PoisonError::into_inner) = DayKey { day: today, key: rand::random() };
        }
    }
}

fn day(clock: &Clock) -> i64 {
    clock.now().as_micros().div_euclid(DAY_MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn rate(limit: u32) -> Rate {
        Rate::of_addresses(limit, Clock::set_at(Timestamp::from_micros(0)))
    }

    #[test]
    fn cost_is_taken_until_it_is_used_up() {
        let rate = rate(100);
        let key = rate.key("192.0.2.1".parse().unwrap());
        assert_eq!(rate.charge(key, 60).unwrap().remaining, 40);
        let refused = rate.charge(key, 60).unwrap_err();
        assert!(refused.wait > Duration::ZERO && refused.wait <= Duration::from_secs(60));
        assert_eq!(rate.charge(key, 0).unwrap().remaining, 39);
        let other = rate.key("192.0.2.2".parse().unwrap());
        assert_eq!(rate.charge(other, 1_000).unwrap().remaining, 0);
    }

    #[test]
    fn an_ipv6_client_is_its_network_and_a_key_lasts_a_day() {
        let rate = rate(100);
        let key = |address: &str| rate.key(address.parse().unwrap()).0;
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        let today = key("192.0.2.1");
        assert_eq!(today, key("192.0.2.1"));
        rate.clock.advance(DAY_MICROS);
        assert_ne!(today, key("192.0.2.1"));
    }
}
