//! When a delivery that failed is tried again, and for how long: over about three days, as the Standard Webhooks
//! specification advises. Must not know the time.

use std::time::Duration;

/// Seconds before each further attempt, without jitter.
const DELAYS: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 72_000];
/// Jitter, in parts of a delay: so that those who failed together do not come back together.
const JITTER: f64 = 0.2;

/// Attempts of one delivery, the first one included.
pub const MOST_ATTEMPTS: i32 = DELAYS.len() as i32 + 1;
/// After how long without any success a webhook is disabled, in days.
pub const FAILING_DAYS: i64 = 5;

/// How long to wait after so many attempts; none if they were the last. `chance` is of 0 to 1. What the receiver asked for
/// counts if it is longer.
pub fn delay(attempts: i32, chance: f64, asked: Option<Duration>) -> Option<Duration> {
    let position = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let base = Duration::from_secs(*DELAYS.get(position)?);
    let jittered = base.mul_f64(1.0 + JITTER * (2.0 * chance.clamp(0.0, 1.0) - 1.0));
    let longest = Duration::from_secs(86_400);
    Some(jittered.max(asked.unwrap_or_default().min(longest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_spread_over_three_days() {
        let total: Duration = (1..).map_while(|attempts| delay(attempts, 0.5, None)).sum();
        let days = total.as_secs_f64() / 86_400.0;
        assert!((2.5..3.5).contains(&days), "{days} days");
        assert_eq!((1..).map_while(|attempts| delay(attempts, 0.5, None)).count(), MOST_ATTEMPTS as usize - 1);
        assert_eq!(delay(MOST_ATTEMPTS, 0.5, None), None);
        assert_eq!(delay(1, 0.0, None), Some(Duration::from_secs(4)));
        assert_eq!(delay(1, 1.0, None), Some(Duration::from_secs(6)));
        assert_eq!(delay(1, 0.5, Some(Duration::from_secs(60))), Some(Duration::from_secs(60)));
        assert_eq!(delay(1, 0.5, Some(Duration::from_secs(1_000_000))), Some(Duration::from_secs(86_400)));
        assert_eq!(delay(0, 0.5, None), None);
    }
}
