//! Answers to anonymous readers, kept for others who ask for the same. One is good until something is committed, here or
//! elsewhere, that may alter what it was read from, or the clock shows or hides something (`store::Freshness`); none is served
//! while that is not known. Where it is not known what an answer was read from, any commit ends it. Who asks while the same
//! answer is being made waits for it. Memory is bounded in bytes. Must not hold what depends on a token.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::OnceCell;

use crate::domain::time::Timestamp;
use crate::server::headers::{COMPRESSED_FROM, entity_tag};
use crate::store::{Freshness, Moment, Read};

/// What an entry takes beside its texts.
const OVERHEAD: u64 = 512;
/// A packed copy takes at most a half of the text, or is not worth it.
const PACKED: u64 = 2;

/// An answer's bytes, and until when they are true.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The execution result.
    pub text: Bytes,
    moment: Moment,
    until: Timestamp,
    /// All that it was read from; none if that is not known.
    reads: Option<Box<[Read]>>,
    /// The last generation of which it is known that it is true.
    known: AtomicU64,
    packed: OnceLock<Option<Bytes>>,
    tag: OnceLock<String>,
}

impl Kept {
    /// An answer that was made at a moment.
    pub fn new(text: Bytes, moment: Moment, until: Timestamp, reads: Option<Box<[Read]>>) -> Self {
        let known = AtomicU64::new(moment.generation);
        Self { text, moment, until, reads, known, packed: OnceLock::new(), tag: OnceLock::new() }
    }

    /// Whether it is what would be answered at a moment.
    pub fn is_true_at(&self, moment: Moment, freshness: &Freshness) -> bool {
        self.moment.now <= moment.now && moment.now < self.until && self.is_of(moment.generation, freshness)
    }

    /// Whether no commit has altered it up to a generation.
    fn is_of(&self, generation: u64, freshness: &Freshness) -> bool {
        let known = self.known.load(Ordering::Acquire);
        if generation <= known {
            return self.moment.generation <= generation;
        }
        let is_left = self.reads.as_deref().is_some_and(|reads| freshness.leaves(reads, known, generation));
        if is_left {
            self.known.fetch_max(generation, Ordering::AcqRel);
        }
        is_left
    }

    /// Its entity tag.
    pub fn tag(&self) -> &str {
        self.tag.get_or_init(|| entity_tag(&self.text))
    }

    /// The text in gzip, where that is worth while; packed once for all who take it.
    pub fn packed(&self) -> Option<Bytes> {
        self.packed.get_or_init(|| pack(&self.text)).clone()
    }
}

fn pack(text: &[u8]) -> Option<Bytes> {
    if text.len() < COMPRESSED_FROM {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
    encoder.write_all(text).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() * 2 <= text.len()).then(|| Bytes::from(packed))
}

type Name = [u8; 32];
type Flight = Arc<OnceCell<Made>>;

/// What came of an answer that several wait for.
#[derive(Clone, Debug)]
pub(crate) enum Made {
    /// An answer for all of them.
    Fit(Arc<Kept>),
    /// One for whom it was made alone: the others make their own.
    Alone,
    /// None, by a fault of ours: it would hardly go better for the others at once.
    Failed,
}

#[derive(Clone, Debug)]
struct Weigh;

impl Weighter<Name, Arc<Kept>> for Weigh {
    fn weight(&self, _: &Name, kept: &Arc<Kept>) -> u64 {
        let text = kept.text.len() as u64;
        let reads: usize = kept.reads.iter().flatten().map(Read::bytes).sum();
        text + text / PACKED + reads as u64 + OVERHEAD
    }
}

/// Kept answers, and those that are being made.
#[derive(Debug)]
pub(crate) struct Answers {
    kept: Option<Cache<Name, Arc<Kept>, Weigh>>,
    flights: Mutex<HashMap<(Name, u64, i64), Flight>>,
}

impl Answers {
    /// A store of at most so many bytes; of none, if nothing is to be kept.
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / 4_096).unwrap_or(usize::MAX);
        let kept = (bytes > 0).then(|| Cache::with_weighter(items.max(16), bytes, Weigh));
        Self { kept, flights: Mutex::default() }
    }

    /// Whether anything is kept.
    pub const fn is_on(&self) -> bool {
        self.kept.is_some()
    }

    /// The answer that is kept for a name, if it is true.
    pub fn recall(&self, name: &Name, moment: Moment, freshness: &Freshness) -> Option<Arc<Kept>> {
        self.kept.as_ref()?.get(name).filter(|kept| kept.is_true_at(moment, freshness))
    }

    /// Makes an answer and keeps it, if `make` finds it fit for others. Who comes while somebody makes the same, of the same
    /// commits and the same second, waits for that.
    pub async fn make_once(&self, name: Name, moment: Moment, make: impl Future<Output = Made>) -> Made {
        let key = (name, moment.generation, moment.second());
        let flight = Arc::clone(self.flights().entry(key).or_default());
        let landing = Landing { answers: self, key, flight: Some(flight) };
        let Some(flight) = &landing.flight else { return Made::Alone };
        let made = flight.get_or_init(|| async {
            let made = make.await;
            if let (Made::Fit(kept), Some(cache)) = (&made, &self.kept)
                && kept.moment.now < kept.until
            {
                cache.insert(name, Arc::clone(kept));
            }
            made
        });
        made.await.clone()
    }

    /// Lets go of what is not true any more, so that nothing that was withdrawn stays in memory.
    pub fn forget_old(&self, moment: Moment, freshness: &Freshness) {
        if let Some(cache) = &self.kept {
            cache.retain(|_, kept| kept.is_true_at(moment, freshness));
        }
    }

    /// The bytes that are taken.
    pub fn bytes(&self) -> u64 {
        self.kept.as_ref().map_or(0, Cache::weight)
    }

    fn flights(&self) -> std::sync::MutexGuard<'_, HashMap<(Name, u64, i64), Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a flight with the last who waits for it, whether it came to its end or not.
struct Landing<'a> {
    answers: &'a Answers,
    key: (Name, u64, i64),
    flight: Option<Flight>,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let mut flights = self.answers.flights();
        // Under the lock, so that of two who go at once the second sees that it is the last.
        self.flight = None;
        if flights.get(&self.key).is_some_and(|flight| flight.initialized() || Arc::strong_count(flight) == 1) {
            flights.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::store::{Epoch, Kind};

    fn moment(generation: u64, now: i64) -> Moment {
        Moment { generation, now: Timestamp::from_micros(now) }
    }

    fn kept(text: &str, moment: Moment) -> Kept {
        Kept::new(Bytes::copy_from_slice(text.as_bytes()), moment, Timestamp::from_micros(2_000_000), None)
    }

    fn fit(kept: Kept) -> Made {
        Made::Fit(Arc::new(kept))
    }

    fn made_of(made: Made) -> Arc<Kept> {
        match made {
            Made::Fit(kept) => kept,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn an_answer_is_true_for_its_commits_and_its_time() {
        let answers = Answers::new(1 << 20);
        let name = [1; 32];
        let (at, freshness) = (moment(4, 1_000_000), Freshness::default());
        answers.make_once(name, at, async { fit(kept("a", at)) }).await;
        for (other, is_true) in [
            (at, true),
            (moment(4, 1_999_999), true),
            (moment(4, 2_000_000), false),
            (moment(4, 999_999), false),
            (moment(5, 1_000_000), false),
            (moment(3, 1_000_000), false),
        ] {
            assert_eq!(answers.recall(&name, other, &freshness).is_some(), is_true, "{other:?}");
        }
        assert!(answers.recall(&[2; 32], at, &freshness).is_none());
    }

    #[tokio::test]
    async fn an_answer_outlives_commits_that_leave_what_it_was_read_from() {
        let (answers, freshness) = (Answers::new(1 << 20), Freshness::default());
        let at = |generation| moment(generation, 1_000_000);
        let of = |reads| Kept { reads, ..kept("a", at(0)) };
        let campaigns = Read::List { kind: Kind::Campaign, regions: None, topics: None, shown: None };
        answers.make_once([1; 32], at(0), async { fit(of(Some([campaigns].into()))) }).await;
        answers.make_once([2; 32], at(0), async { fit(of(None)) }).await;
        freshness.touched(Vec::new(), &[Epoch(0)]);
        let is_kept = |name, generation| answers.recall(&[name; 32], at(generation), &freshness).is_some();
        assert!(is_kept(1, 1) && is_kept(1, 0), "whoever noted the moment before the commit gets it too");
        assert!(!is_kept(2, 1), "what is read is not known");
        freshness.changed();
        assert!(is_kept(1, 1) && !is_kept(1, 2), "what is touched is not known");
        answers.forget_old(at(2), &freshness);
        assert_eq!(answers.bytes(), 0);
    }

    #[tokio::test]
    async fn one_makes_it_for_all_who_ask_meanwhile_and_none_joins_an_older_flight() {
        let answers = Answers::new(1 << 20);
        let made = AtomicUsize::new(0);
        let make = |at: Moment| {
            let made = &made;
            async move {
                made.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                fit(kept(&format!("{at:?}"), at))
            }
        };
        let (old, new) = (moment(1, 1_000_000), moment(2, 1_100_000));
        let ask = |at| answers.make_once([1; 32], at, make(at));
        let (a, b, c, d) = tokio::join!(ask(old), ask(moment(1, 1_500_000)), ask(new), ask(new));
        assert_eq!(made.load(Ordering::Relaxed), 2);
        assert!(Arc::ptr_eq(&made_of(a), &made_of(b)));
        let (c, d) = (made_of(c), made_of(d));
        assert!(Arc::ptr_eq(&c, &d) && c.moment == new);
        assert!(answers.flights().is_empty());
    }

    #[tokio::test]
    async fn what_is_not_fit_for_others_is_made_by_each_and_who_goes_away_leaves_nothing() {
        let answers = Answers::new(1 << 20);
        let at = moment(1, 1_000_000);
        assert!(matches!(answers.make_once([1; 32], at, async { Made::Alone }).await, Made::Alone));
        assert!(answers.recall(&[1; 32], at, &Freshness::default()).is_none() && answers.flights().is_empty());
        let forever = answers.make_once([1; 32], at, std::future::pending());
        assert!(tokio::time::timeout(std::time::Duration::from_millis(5), forever).await.is_err());
        assert!(answers.flights().is_empty());
    }

    #[tokio::test]
    async fn what_is_old_is_forgotten() {
        let answers = Answers::new(1 << 20);
        let at = moment(1, 1_000_000);
        answers.make_once([1; 32], at, async { fit(kept("a", at)) }).await;
        answers.forget_old(at, &Freshness::default());
        assert!(answers.bytes() > 0 && answers.recall(&[1; 32], at, &Freshness::default()).is_some());
        answers.forget_old(moment(2, 1_000_000), &Freshness::default());
        assert_eq!(answers.bytes(), 0);
    }

    #[test]
    fn memory_is_bounded() {
        let answers = Answers::new(64 * 1024);
        let cache = answers.kept.as_ref().unwrap();
        for number in 0..1_000_u16 {
            let mut name = [0; 32];
            name[..2].copy_from_slice(&number.to_be_bytes());
            cache.insert(name, Arc::new(kept(&"x".repeat(2_000), moment(1, 1_000_000))));
        }
        assert!(answers.bytes() <= 64 * 1024 && answers.bytes() > 0, "{}", answers.bytes());
    }

    #[test]
    fn a_text_is_packed_once_if_that_is_worth_while() {
        let at = moment(1, 1_000_000);
        assert!(kept("short", at).packed().is_none());
        let long = kept(&"all of it ".repeat(500), at);
        let packed = long.packed().unwrap();
        assert!(packed.len() < 500 && long.packed().unwrap().as_ptr() == packed.as_ptr());
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut text).unwrap();
        assert_eq!(text.as_bytes(), long.text);
    }
}
