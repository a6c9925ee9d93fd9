//! How long what was read stays true: until something is committed, here or elsewhere, that may alter it, and until the clock
//! shows or hides something. Whoever keeps an answer notes the [`Moment`] before it reads. Must not keep answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::reads::{Past, Read, Touched};
use super::sql::Sql;
use super::{Epoch, Kind, Store};
use crate::clock::Clock;
use crate::domain::time::Timestamp;

/// For so long after the last look it is believed that no other process has committed anything.
const BELIEVED: Duration = Duration::from_secs(1);
/// Nothing is believed to stay true for longer, in microseconds: five minutes.
const LONGEST: i64 = 300_000_000;
const SECOND: i64 = 1_000_000;

/// What is known of the commits that this process made or was told of.
#[derive(Debug)]
pub struct Freshness {
    generation: AtomicU64,
    begun: Instant,
    /// Microseconds from `begun` to the last look that found nothing unknown; 0 before the first.
    confirmed: AtomicU64,
    still: Mutex<Option<Still>>,
    /// What the commits touched that were counted last. Held while one is counted.
    past: Mutex<Past>,
    /// Whose turn it is to find out what `still` says.
    turn: tokio::sync::Mutex<()>,
}

/// A span of time in which the clock shows and hides nothing, if nothing is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Still {
    generation: u64,
    from: i64,
    until: i64,
}

impl Still {
    /// Whether a moment lies in it.
    fn holds(&self, moment: Moment) -> bool {
        let now = moment.now.as_micros();
        self.generation == moment.generation && self.from <= now && now < self.until
    }
}

/// When something was read: between which commits, and at which instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Which commits it has seen.
    pub generation: u64,
    /// What the clock said.
    pub now: Timestamp,
}

impl Moment {
    /// The wall-clock second that it lies in.
    pub const fn second(&self) -> i64 {
        self.now.as_micros().div_euclid(SECOND)
    }

    /// The instant at which that second is over.
    pub const fn end_of_second(&self) -> Timestamp {
        Timestamp::from_micros((self.second() + 1).saturating_mul(SECOND))
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            generation: AtomicU64::new(0),
            begun: Instant::now(),
            confirmed: AtomicU64::new(0),
            still: Mutex::new(None),
            past: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl Freshness {
    /// Counts the commits that this process made or was told of.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Something was committed: what was read before may be old.
    pub fn changed(&self) {
        self.end_all(&mut self.past());
    }

    fn end_all(&self, past: &mut Past) {
        let before = self.generation.fetch_add(1, Ordering::AcqRel);
        past.forget(before + 1);
    }

    /// This process committed changes of the log that touched so much and nothing else. Who finds them in the log does not count
    /// them again. Where a commit of others that is not known came before them, what they touched is not known either: it was
    /// found out in what that commit left.
    pub fn touched(&self, touched: Vec<Touched>, changes: &[Epoch]) {
        let mut past = self.past();
        let numbers = || changes.iter().map(|change| change.0);
        match (numbers().min(), numbers().max()) {
            (Some(first), Some(last)) if past.counted == first - 1 => {
                past.counted = last;
                self.end_touched(&mut past, touched);
            }
            // Found in the log before this was said.
            (_, Some(last)) if past.counted >= last => {}
            _ => self.end_all(&mut past),
        }
    }

    /// This process committed something that no item and no list shows.
    pub(super) fn touched_nothing(&self) {
        self.end_touched(&mut self.past(), Vec::new());
    }

    fn end_touched(&self, past: &mut Past, touched: Vec<Touched>) {
        past.push(touched);
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether what was read of one generation is the same in a later one. False where that is not known.
    pub fn leaves(&self, reads: &[Read], from: u64, to: u64) -> bool {
        self.past().leaves(reads, from, to)
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last change of the log up to which all commits are counted; negative before the first look.
    pub(super) fn counted(&self) -> Epoch {
        Epoch(self.past().counted)
    }

    /// Each change of the log after one up to another touched so much, if that is known, and is counted now. What others have
    /// counted meanwhile is not counted again.
    pub(super) fn count(&self, after: Epoch, last: Epoch, touched: Option<Vec<Touched>>) {
        let mut past = self.past();
        if past.counted >= last.0 {
            return;
        }
        let known = usize::try_from(past.counted - after.0);
        past.counted = last.0;
        match (touched, known) {
            (Some(mut touched), Ok(known)) => {
                touched.drain(..known.min(touched.len()));
                self.end_touched(&mut past, touched);
            }
            _ => self.end_all(&mut past),
        }
    }

    /// A look that began at an instant found no commit that was not counted.
    pub fn confirm(&self, since: Instant) {
        let micros = u64::try_from(since.saturating_duration_since(self.begun).as_micros()).unwrap_or(u64::MAX);
        self.confirmed.fetch_max(micros.max(1), Ordering::AcqRel);
    }

    /// Whether all commits are counted that others made until a second ago.
    pub fn is_confirmed(&self) -> bool {
        let confirmed = self.confirmed.load(Ordering::Acquire);
        let last = Duration::from_micros(confirmed);
        confirmed > 0 && self.begun.elapsed().saturating_sub(last) < BELIEVED
    }

    fn still(&self) -> Option<Still> {
        *self.still.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when an answer of a moment stays true if nothing is committed: until the clock shows or hides something. Where that
    /// is not known it is true at that moment only.
    pub fn until(&self, moment: Moment) -> Timestamp {
        match self.still() {
            Some(still) if still.holds(moment) => Timestamp::from_micros(still.until),
            _ => moment.now,
        }
    }
}

impl Store {
    /// How long what was read stays true.
    pub fn freshness(&self) -> &Freshness {
        &self.freshness
    }

    /// Finds out until when the clock shows and hides nothing, unless that is known.
    pub async fn look_ahead(&self, clock: &Clock) -> Result<(), DbErr> {
        let moment = || Moment { generation: self.freshness.generation(), now: clock.now() };
        let is_known = || self.freshness.still().is_some_and(|still| still.holds(moment()));
        if is_known() {
            return Ok(());
        }
        let _turn = self.freshness.turn.lock().await;
        if is_known() {
            return Ok(());
        }
        let Moment { generation, now } = moment();
        let row = self.watcher.query_one_raw(next_turn(self.backend(), now.as_micros())).await?;
        let turn = row.map_or(Ok(None), |row| row.try_get_by_index::<Option<i64>>(0))?;
        let until = turn.unwrap_or(i64::MAX).min(now.as_micros().saturating_add(LONGEST));
        // What was read before the look may have been read before the last step of lists that are written anew.
        let from = clock.now().as_micros();
        let still = Still { generation, from, until };
        *self.freshness.still.lock().unwrap_or_else(PoisonError::into_inner) = Some(still);
        Ok(())
    }
}

/// The next instant at which the clock shows or hides something. While lists are written anew that is now: each step changes
/// what they hold.
fn next_turn(backend: DbBackend, now: i64) -> Statement {
    let mut sql = Sql::default();
    sql.push("SELECT min(turn) FROM (");
    let kinds = Kind::ALL.map(|kind| ("published_at", format!("kind = {}", kind.number())));
    let ends = [("expires_at", "status = 'PUBLISHED'"), ("spotlight_until", "spotlight_until IS NOT NULL")];
    let ends = ends.map(|(column, condition)| (column, condition.to_string()));
    for (position, (column, condition)) in kinds.into_iter().chain(ends).enumerate() {
        sql.push(&format!("SELECT * FROM (SELECT {column} AS turn FROM content WHERE {condition} AND {column} > "));
        sql.bind(now).push(&format!(" ORDER BY {column} LIMIT 1) t{position} UNION ALL "));
    }
    sql.push("SELECT CAST(").bind(now).push(" AS BIGINT) AS turn FROM reindex) turns");
    sql.statement(backend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_lasts_as_long_as_is_known() {
        let freshness = Freshness::default();
        let moment = |now| Moment { generation: freshness.generation(), now: Timestamp::from_micros(now) };
        let until = |now| freshness.until(moment(now)).as_micros();
        assert_eq!(until(1_500_000), 1_500_000);
        *freshness.still.lock().unwrap() = Some(Still { generation: 0, from: 1_000_000, until: 9_000_000 });
        for (now, expected) in [(1_500_000, 9_000_000), (999_999, 999_999), (9_000_000, 9_000_000)] {
            assert_eq!(until(now), expected, "{now}");
        }
        freshness.changed();
        assert_eq!(until(1_500_000), 1_500_000, "a commit ends what was known");
        assert_eq!(moment(-1).end_of_second().as_micros(), 0);
    }

    #[test]
    fn a_commit_is_counted_once_and_none_is_left_out() {
        let freshness = Freshness::default();
        let changes = |numbers: &[i64]| numbers.iter().copied().map(Epoch).collect::<Vec<_>>();
        let seen = |last: i64| freshness.count(freshness.counted(), Epoch(last), None);
        let mut before = freshness.generation();
        let mut counts = |expected: u64, why: &str| {
            assert_eq!(freshness.generation() - before, expected, "{why}");
            before = freshness.generation();
        };
        seen(4);
        counts(1, "the first look");
        freshness.touched(Vec::new(), &changes(&[6, 5]));
        seen(6);
        counts(1, "a commit of our own");
        seen(6);
        counts(0, "nothing new");
        seen(7);
        counts(1, "one of others");
        freshness.touched(Vec::new(), &changes(&[9]));
        seen(9);
        counts(2, "one of others before our own");
        freshness.touched(Vec::new(), &changes(&[]));
        seen(10);
        counts(2, "changes that are not known");
    }

    #[test]
    fn what_a_commit_touches_is_known_only_behind_commits_that_are_known() {
        let freshness = Freshness::default();
        freshness.count(Epoch(-1), Epoch(4), None);
        let from = freshness.generation();
        let leaves = |from| freshness.leaves(&[], from, freshness.generation());
        freshness.touched(Vec::new(), &[Epoch(5)]);
        assert!(leaves(from));
        // Another process has made the sixth: what the seventh touches was told by what that left.
        freshness.touched(Vec::new(), &[Epoch(7)]);
        assert!(!leaves(from));
        let from = freshness.generation();
        freshness.count(freshness.counted(), Epoch(7), None);
        assert!(!leaves(from));
        // What the log tells of all changes that come next is known.
        let from = freshness.generation();
        let touched = |items: &[i64]| Some(items.iter().map(|item| Touched::words_of(*item)).collect());
        freshness.count(Epoch(7), Epoch(9), touched(&[1, 2]));
        assert!(leaves(from) && freshness.generation() == from + 1 && freshness.counted() == Epoch(9));
        // And not again what was counted while the log was read, or while it was committed.
        freshness.count(Epoch(7), Epoch(9), None);
        freshness.touched(Vec::new(), &[Epoch(9)]);
        assert!(leaves(from) && freshness.generation() == from + 1);
        freshness.count(Epoch(7), Epoch(10), touched(&[1, 2, 3]));
        let alters = |item| !freshness.leaves(&[Read::Item(item)], from + 1, from + 2);
        assert!(alters(3) && !alters(1) && !alters(2) && freshness.counted() == Epoch(10));
        freshness.count(Epoch(11), Epoch(12), touched(&[4]));
        assert!(!leaves(from + 2), "the eleventh is not known");
    }

    #[test]
    fn commits_of_others_are_believed_to_be_counted_for_a_second() {
        let freshness = Freshness { begun: Instant::now() - Duration::from_secs(10), ..Freshness::default() };
        assert!(!freshness.is_confirmed());
        freshness.confirm(Instant::now() - Duration::from_millis(1_001));
        assert!(!freshness.is_confirmed());
        freshness.confirm(Instant::now());
        freshness.confirm(Instant::now() - Duration::from_secs(5));
        assert!(freshness.is_confirmed());
    }
}
