//! Those who follow while they are connected. Who asks the same and may see the same shares one reader of the log, and each
//! page of it: a change is read once, however many are told. None of them keeps anybody waiting: who falls behind what is
//! kept for all goes on alone from its own place. Must not know how a page is told.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, broadcast};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::follower::{Advanced, STILL, advance, begin};
use super::{FollowFault, Following, Reached, ToldPage, changes, from_now, is_malformed, page, seal};
use crate::app::{App, SharedApp};
use crate::bus::News;

/// Pages that are kept for those who are a little slower than others.
const KEPT: usize = 8;
/// Pause after the log could not be read.
const PAUSE: Duration = Duration::from_millis(500);

/// A page for all who follow the same.
#[derive(Debug)]
pub struct LivePage {
    /// What it tells.
    pub page: Arc<ToldPage>,
    /// Whether it was read for one alone.
    pub is_alone: bool,
    /// Up to where was read before it.
    from: Reached,
    /// What was found out about it for all, such as its text for one document.
    pub texts: Once<[u8; 32], bytes::Bytes>,
    /// Whether some tokens, by name, still allow what they did, as found when it was told.
    pub holders: Once<String, bool>,
}

impl LivePage {
    fn new(page: ToldPage, from: Reached, is_alone: bool) -> Arc<Self> {
        Arc::new(Self { page: Arc::new(page), is_alone, from, texts: Once::default(), holders: Once::default() })
    }
}

/// Values that are made once for all who ask for them.
#[derive(Debug)]
pub struct Once<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone + Debug> Once<K, V> {
    /// The value of a key, made now if nobody has made it; others who ask meanwhile wait for it. A failure is not kept.
    pub async fn get<E>(&self, key: K, make: impl Future<Output = Result<V, E>>) -> Result<V, E> {
        let cell = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        cell.get_or_try_init(|| make).await.cloned()
    }
}

/// Readers of the log, of as many different questions.
const READERS: usize = 1_024;
/// How many of those who follow read at once, so that there are connections left for those who ask.
const AT_ONCE: usize = 2;
/// How often one who goes on alone tries again after the database failed.
const TRIES: usize = 20;

/// Who follows what in this process.
#[derive(Debug)]
pub struct Hub {
    groups: Mutex<HashMap<(String, bool), Weak<Group>>>,
    readers: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { groups: Mutex::default(), readers: Arc::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// Those who follow the same.
#[derive(Debug)]
struct Group {
    pages: broadcast::Sender<Arc<LivePage>>,
    is_begun: OnceCell<()>,
    stop: CancellationToken,
    /// Ends the reader with the last who follows.
    _end: DropGuard,
}

impl Hub {
    /// How many readers of the log run.
    pub fn readers(&self) -> usize {
        self.readers.load(Ordering::Relaxed)
    }

    /// Begins to follow, behind a place or from now on. Items are whole if somebody wants their bodies.
    pub async fn follow(
        &self,
        app: &SharedApp,
        following: Following,
        since: Option<String>,
        with_body: bool,
    ) -> Result<Subscriber, FollowFault> {
        if since.as_deref().is_some_and(is_malformed) {
            return Err(FollowFault::Malformed);
        }
        let group = self.group(&following, with_body).ok_or(FollowFault::Crowded)?;
        // First of all, so that nothing is missed between what it is told alone and what all are told.
        group.is_begun.get_or_try_init(|| self.begin(app, &following, with_body, &group)).await?;
        let pages = group.pages.subscribe();
        let (app, turns) = (Arc::clone(app), Arc::clone(&self.turns));
        let way = Way { app, turns, following, with_body, since, told_more: true, reached: None, first: None };
        let mut subscriber = Subscriber { way, pages, is_alone: true, group };
        if subscriber.way.since.is_none() {
            let page = from_now(&subscriber.way.app, &subscriber.way.following).await?;
            subscriber.is_alone = false;
            subscriber.way.pass(&page);
            subscriber.way.told_more = false;
            subscriber.way.first = Some(page);
        }
        Ok(subscriber)
    }

    /// Those who follow the same; none if there are too many others.
    fn group(&self, following: &Following, with_body: bool) -> Option<Arc<Group>> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (following.question(), with_body);
        if let Some(group) = groups.get(&key).and_then(Weak::upgrade).filter(|group| !group.stop.is_cancelled()) {
            return Some(group);
        }
        groups.retain(|_, group| group.strong_count() > 0);
        if groups.len() >= READERS {
            return None;
        }
        let stop = CancellationToken::new();
        let end = stop.clone().drop_guard();
        let (pages, _) = broadcast::channel(KEPT);
        let group = Arc::new(Group { pages, is_begun: OnceCell::new(), stop, _end: end });
        groups.insert(key, Arc::downgrade(&group));
        Some(group)
    }

    async fn begin(
        &self,
        app: &SharedApp,
        following: &Following,
        with_body: bool,
        group: &Arc<Group>,
    ) -> Result<(), FollowFault> {
        // Before the first look, so that no word is lost.
        let news = app.bus.follow();
        let start = begin(app, following, false).await?;
        let (app, following) = (Arc::clone(app), following.clone());
        let reader = Reader {
            app,
            following,
            with_body,
            pages: group.pages.clone(),
            count: Arc::clone(&self.readers),
            stop: group.stop.clone(),
            turns: Arc::clone(&self.turns),
        };
        reader.count.fetch_add(1, Ordering::Relaxed);
        let stop = group.stop.clone();
        tokio::spawn(async move {
            let mut reader = reader;
            let _ = stop.run_until_cancelled(reader.run(start, news)).await;
        });
        Ok(())
    }
}

/// Reads the log for a group.
struct Reader {
    app: SharedApp,
    following: Following,
    with_body: bool,
    pages: broadcast::Sender<Arc<LivePage>>,
    count: Arc<AtomicUsize>,
    stop: CancellationToken,
    turns: Arc<Semaphore>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Should it end by a fault of ours, those whom it read for are told.
        self.stop.cancel();
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Reader {
    async fn run(&mut self, start: Advanced, mut news: tokio::sync::watch::Receiver<News>) {
        let (mut place, mut from) = (start.reading, start.reached);
        let (mut told_more, mut told_at) = (false, from.now);
        let mut is_failing = false;
        // The sender of news lives as long as the application, which this holds.
        while news.changed().await.is_ok() {
            loop {
                let size = self.app.limits.page_default;
                // It is never closed.
                let turn = self.turns.acquire().await;
                let read = match advance(&self.app, &self.following, Some(place), size, self.with_body).await {
                    Ok(advanced) => self.told(advanced).await,
                    Err(fault) => Err(fault),
                };
                drop(turn);
                let (reading, page) = match read {
                    Ok(read) => read,
                    Err(_) => {
                        if !is_failing {
                            tracing::warn!("those who follow cannot be told of changes yet");
                        }
                        is_failing = true;
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                };
                is_failing = false;
                let (reached, has_more) = (page.reached, page.has_more);
                let is_news = !page.changes.is_empty() || page.is_resync;
                // A token that was told long ago would be too old one day.
                let is_still = reached.now.saturating_sub(told_at) > STILL;
                if is_news || (!has_more && (told_more || is_still)) {
                    (told_more, told_at) = (has_more, reached.now);
                    // Nobody may be there at this moment.
                    let _ = self.pages.send(LivePage::new(page, from, false));
                }
                (place, from) = (reading, reached);
                if !has_more {
                    break;
                }
            }
        }
    }

    async fn told(&self, advanced: Advanced) -> Result<(crate::domain::following::Place, ToldPage), FollowFault> {
        let reading = advanced.reading;
        Ok((reading, page(advanced, &seal(&self.app).await?)?))
    }
}

/// One who follows.
#[derive(Debug)]
pub struct Subscriber {
    way: Way,
    pages: broadcast::Receiver<Arc<LivePage>>,
    /// Whether it goes on alone, until it is where the others are.
    is_alone: bool,
    group: Arc<Group>,
}

/// How far one came.
struct Way {
    app: SharedApp,
    turns: Arc<Semaphore>,
    following: Following,
    with_body: bool,
    since: Option<String>,
    /// Whether nothing was told yet, or the last page said that there is more: so that one is told when it knows all.
    told_more: bool,
    /// Up to where it was told, while that decides which pages of the others are new to it.
    reached: Option<Reached>,
    first: Option<ToldPage>,
}

impl Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Way").field("reached", &self.reached).finish_non_exhaustive()
    }
}

impl Way {
    fn pass(&mut self, page: &ToldPage) {
        self.since = Some(page.next.clone());
        self.reached = Some(page.reached);
    }

    /// The next page of its own, and whether it is worth telling.
    async fn step(&mut self) -> Result<(ToldPage, bool), FollowFault> {
        let app: &App = &self.app;
        let size = app.limits.page_default;
        let mut tries = 0;
        let page = loop {
            let turn = self.turns.acquire().await;
            let page = changes(app, &self.following, self.since.as_deref(), size, self.with_body).await;
            drop(turn);
            match page {
                Err(FollowFault::Database(_)) if tries < TRIES => tries += 1,
                page => break page?,
            }
            tokio::time::sleep(PAUSE).await;
        };
        let is_moved = self.since.as_deref() != Some(page.next.as_str());
        let is_end = !page.has_more && (is_moved || self.told_more);
        let is_news = !page.changes.is_empty() || page.is_resync || is_end;
        if is_news {
            self.told_more = page.has_more;
        }
        self.pass(&page);
        Ok((page, is_news))
    }
}

impl Subscriber {
    /// Waits for the next page. Nothing is lost if it is not waited for to the end.
    pub async fn next(&mut self) -> Result<Arc<LivePage>, FollowFault> {
        if let Some(page) = self.way.first.take() {
            let reached = page.reached;
            return Ok(LivePage::new(page, reached, true));
        }
        loop {
            if self.is_alone {
                let from = self.way.reached.unwrap_or(Reached { seq: 0, now: 0 });
                let (page, is_news) = self.way.step().await?;
                self.is_alone = page.has_more;
                if is_news {
                    return Ok(LivePage::new(page, from, true));
                }
                continue;
            }
            let stop = self.group.stop.clone();
            let Some(received) = stop.run_until_cancelled(self.pages.recv()).await else {
                return Err(FollowFault::Stopped);
            };
            match received {
                Ok(live) => match self.way.reached {
                    Some(reached) if live.page.reached <= reached => {}
                    Some(reached) if live.from.seq < reached.seq => self.is_alone = true,
                    _ => {
                        // From here on it is with the others.
                        self.way.reached = None;
                        self.way.since = Some(live.page.next.clone());
                        self.way.told_more = live.page.has_more;
                        return Ok(live);
                    }
                },
                Err(_) => self.is_alone = true,
            }
        }
    }
}
