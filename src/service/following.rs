//! What changed since a follower last asked: first a walk over everything that it may see, then what the change log tells,
//! each item once for all its changes. Must not announce, nor tell of what the follower could never see.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sea_orm::DbErr;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::auth::seal::Seal;
use crate::domain::following::Place;
use crate::domain::time::{DAY_MICROS, Timestamp};
use crate::domain::view::{Area, View};
use crate::domain::vocabulary::TombstoneReason;
use crate::store::{Catalog, Item, ItemState, Kind, Logged, MOVED, Seen};

/// Rows that one statement reads.
const WINDOW: usize = 500;
/// Statements over rows that tell nothing, before a page is answered that says that there is more.
const WINDOWS: usize = 8;
/// After how long a place moves on over changes that tell nothing, so that it does not grow too old: in microseconds.
const STILL: i64 = 7 * DAY_MICROS;

/// What is followed, and for whom. Absent members do not narrow; an empty list matches nothing.
#[derive(Clone, Debug)]
pub struct Following {
    /// Kinds of content.
    pub kinds: Option<Vec<Kind>>,
    /// Regions by key, with what lies inside them.
    pub regions: Option<Vec<i64>>,
    /// Topics by key, with what is narrower.
    pub topics: Option<Vec<i64>>,
    /// Who follows.
    pub view: View,
}

/// An item that is not to be kept any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Its public id.
    pub id: String,
    /// What it was.
    pub kind: Kind,
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: TombstoneReason,
    /// Whether copies are to be erased, backups included.
    pub purge: bool,
}

/// What became of an item.
#[derive(Clone, Debug)]
pub enum Told {
    /// It is so now.
    Upsert(Arc<Item>),
    /// It is gone for the follower.
    Tombstone(Gone),
}

/// A page of what changed.
#[derive(Clone, Debug)]
pub struct ToldPage {
    /// Each item once, in the order of their last changes.
    pub changes: Vec<Told>,
    /// Whether there is more now.
    pub has_more: bool,
    /// From where to go on.
    pub next: String,
    /// Whether everything that is kept has to go, since the place is too old or of another question.
    pub is_resync: bool,
}

/// Why a page cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum FollowFault {
    /// The text is no place.
    #[error("is not a token of `changes`")]
    Malformed,
    /// The platform cannot seal.
    #[error("a place cannot be sealed")]
    Sealing,
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
}

/// Longest text of a place, in characters; ours have 103.
const PLACE_CHARS: usize = 256;

/// A page of at most so many items, behind a place or from the start.
pub async fn changes(
    app: &App,
    following: &Following,
    since: Option<&str>,
    size: usize,
    with_body: bool,
) -> Result<ToldPage, FollowFault> {
    let mut following = following.clone();
    following.view.now = following.view.now.max(app.clock.now());
    if following.is_placed() {
        // By an old graph, what was moved would be told wrongly, and never again.
        app.store.refresh_catalog().await?;
    }
    let catalog = app.store.catalog();
    let seal = Seal::of(&app.store.follow_key().await?).ok_or(FollowFault::Sealing)?;
    let name = following.name();
    let mut follower = Follower { app, following, catalog, size, told: Vec::new(), tombstones: HashMap::new() };
    let start = match since {
        None => None,
        Some(text) if text.len() > PLACE_CHARS || !text.bytes().all(is_sealed) => return Err(FollowFault::Malformed),
        // One of another server is as good as one that is too old.
        Some(text) => {
            let place = seal.open(text).and_then(|bytes| Place::decode(&bytes));
            let place = place.filter(|place| place.question == name);
            Some(place.ok_or(()))
        }
    };
    let outcome = match start {
        Some(Ok(place)) => follower.go_on(place).await?,
        Some(Err(())) => None,
        None => {
            let place = follower.start().await?;
            follower.go_on(place).await?
        }
    };
    let (place, has_more, is_resync) = match outcome {
        Some((place, has_more)) => (place, has_more, false),
        None => (follower.start().await?, true, true),
    };
    let changes = if is_resync { Vec::new() } else { follower.whole(with_body).await? };
    let next = seal.close(&place.encode()).ok_or(FollowFault::Sealing)?;
    Ok(ToldPage { changes, has_more, next, is_resync })
}

fn is_sealed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

impl Following {
    /// Whether the graph of regions and topics decides what is told.
    fn is_placed(&self) -> bool {
        self.regions.is_some() || self.topics.is_some()
    }

    /// A name for the question and for what its follower may see: a place is good for these only.
    fn name(&self) -> [u8; 8] {
        let sorted = |keys: &Vec<i64>| keys.iter().copied().collect::<BTreeSet<i64>>();
        let kinds = self.kinds.as_ref().map(|kinds| kinds.iter().copied().collect::<BTreeSet<Kind>>());
        let (regions, topics) = (self.regions.as_ref().map(sorted), self.topics.as_ref().map(sorted));
        let sight = &self.view.sight;
        // In one order, whatever the catalog's is.
        let area = |area: &Area| match area {
            Area::Everywhere => None,
            Area::Within(keys) => Some(keys.iter().copied().collect::<BTreeSet<i64>>()),
        };
        let own = sight.own.as_ref().map(|(own, within)| (*own, area(within)));
        let (partners, joining) = (sight.partners.as_ref().map(area), sight.joining.as_ref().map(area));
        let digest = Sha256::digest(format!("{kinds:?} {regions:?} {topics:?} {partners:?} {own:?} {joining:?}"));
        let mut name = [0; 8];
        name.iter_mut().zip(digest).for_each(|(byte, digested)| *byte = digested);
        name
    }

    /// Whether an item of some regions and topics is followed.
    fn matches(&self, catalog: &Catalog, kind: Kind, regions: &[i64], topics: &[i64]) -> bool {
        let is_kind = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        let lies = |region: &i64| {
            let outer = catalog.region(*region).map(|region| region.ancestors.as_slice()).unwrap_or_default();
            let wanted = self.regions.as_deref().unwrap_or_default();
            wanted.contains(region) || outer.iter().any(|outer| wanted.contains(outer))
        };
        let is_about = |topic: &i64| {
            let broader = catalog.topic(*topic).map(|topic| topic.ancestors.as_slice()).unwrap_or_default();
            let wanted = self.topics.as_deref().unwrap_or_default();
            wanted.contains(topic) || broader.iter().any(|broader| wanted.contains(broader))
        };
        is_kind
            && (self.regions.is_none() || regions.iter().any(lies))
            && (self.topics.is_none() || topics.iter().any(is_about))
    }

    fn may_read(&self, visibility: &str, organization: i64, regions: &[i64]) -> bool {
        visibility == "PUBLIC" || self.view.sight.sees_partners(organization, regions)
    }

    /// Whether an item is published for the follower now, followed or not.
    fn sees(&self, item: &ItemState) -> bool {
        let now = self.view.now.as_micros();
        item.status == "PUBLISHED"
            && item.published_at.is_none_or(|at| at <= now)
            && item.expires_at.is_none_or(|at| at > now)
            && self.may_read(&item.visibility, item.organization, &item.regions)
    }
}

/// A page under way.
struct Follower<'a> {
    app: &'a App,
    following: Following,
    catalog: Arc<Catalog>,
    size: usize,
    /// What is told, in order: the items by kind and key.
    told: Vec<(Kind, i64)>,
    /// Those of them that are gone.
    tombstones: HashMap<i64, Gone>,
}

impl Follower<'_> {
    /// Before everything. The end of the log comes first: what the graph or an item becomes later is behind it.
    async fn start(&mut self) -> Result<Place, FollowFault> {
        let end = self.app.store.log_end().await?;
        if self.following.is_placed() {
            self.app.store.refresh_catalog().await?;
            self.catalog = self.app.store.catalog();
        }
        // Nothing that the log holds may be of the future.
        let now = &mut self.following.view.now;
        *now = self.app.clock.now().max(*now).max(Timestamp::from_micros(end.latest));
        let turned = (now.as_micros(), i64::MAX);
        Ok(Place { question: self.following.name(), seq: end.seq, at: end.at, walk: Some(Place::START), turned })
    }

    /// Fills the page from a place on; answers where it ends and whether there is more, or nothing if the follower has to
    /// start again.
    async fn go_on(&mut self, mut place: Place) -> Result<Option<(Place, bool)>, FollowFault> {
        if place.walk.is_some() && self.walk(&mut place).await? {
            return Ok(Some((place, true)));
        }
        let has_more = match self.read_log(&mut place).await? {
            None => return Ok(None),
            Some(has_more) => has_more || self.read_clock(&mut place).await?,
        };
        Ok(Some((place, has_more)))
    }

    fn is_full(&self) -> bool {
        self.told.len() >= self.size
    }

    fn follows(&self, item: &ItemState) -> bool {
        self.following.sees(item) && self.following.matches(&self.catalog, item.kind, &item.regions, &item.topics)
    }

    /// Walks over the items in the order of their keys; answers whether there are more. What is changed meanwhile is in the
    /// log behind the number at which the walk began.
    async fn walk(&mut self, place: &mut Place) -> Result<bool, FollowFault> {
        for _ in 0..WINDOWS {
            let Some(after) = place.walk else { return Ok(false) };
            let items = self.app.store.states_after(after, WINDOW).await?;
            let is_last = items.len() < WINDOW;
            for item in items {
                if self.follows(&item) {
                    if self.is_full() {
                        return Ok(true);
                    }
                    self.told.push((item.kind, item.key));
                }
                place.walk = Some(item.key);
            }
            if is_last {
                place.walk = None;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the log behind a place; answers whether there is more, or nothing if the place is not in it any more.
    async fn read_log(&mut self, place: &mut Place) -> Result<Option<bool>, FollowFault> {
        let mut from = *place;
        for _ in 0..WINDOWS {
            let rows = self.app.store.log_from(from.seq, WINDOW + 1).await?;
            let is_last = rows.len() <= WINDOW;
            let Some(rows) = behind(&from, rows) else { return Ok(None) };
            // A change that came while this page was made, or by a clock that is ahead of ours: nothing that the log holds is
            // of the future, else what was published then would never be told.
            let latest = rows.iter().map(|row| Timestamp::from_micros(row.at)).max();
            let now = &mut self.following.view.now;
            *now = latest.map_or(*now, |latest| latest.max(*now));
            if self.is_moved(&rows) {
                return Ok(None);
            }
            let room = self.size.saturating_sub(self.told.len());
            let part = self.part(&rows, room);
            let is_whole = part.len() == rows.len();
            let had = self.told.len();
            self.tell(part);
            if let Some(last) = part.last() {
                (from.seq, from.at) = (last.seq, last.at);
            }
            // A place moves to what was told, and not over what is hidden behind that: it must not tell that there was
            // something. Only over many changes, or after long, it moves all the same.
            let last = part.iter().rev().find(|row| self.matters(row)).filter(|_| self.told.len() > had || !is_whole);
            if !is_last || self.is_old(place) {
                (place.seq, place.at) = (from.seq, from.at);
            } else if let Some(last) = last {
                (place.seq, place.at) = (last.seq, last.at);
            }
            if !is_whole {
                return Ok(Some(true));
            }
            if is_last {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// Whether a place has not moved for so long that it might be lost.
    fn is_old(&self, place: &Place) -> bool {
        place.at == 0 || self.following.view.now.as_micros().saturating_sub(place.at) > STILL
    }

    /// Whether a region or topic was moved, so that items came or went without a change of their own.
    fn is_moved(&self, rows: &[Logged]) -> bool {
        self.following.is_placed() && rows.iter().any(|row| row.what == MOVED)
    }

    /// The first rows that are about at most so many items of which anything can be told.
    fn part<'r>(&self, rows: &'r [Logged], room: usize) -> &'r [Logged] {
        let mut items = HashSet::new();
        let mut end = 0;
        for (position, row) in rows.iter().enumerate() {
            if !self.matters(row) {
                continue;
            }
            if items.len() == room && !items.contains(&row.item) {
                return rows.get(..end).unwrap_or_default();
            }
            items.insert(row.item);
            end = position + 1;
        }
        rows
    }

    /// Whether a row may tell the follower anything: the item is or was there for it.
    fn matters(&self, row: &Logged) -> bool {
        row.now.as_ref().is_some_and(|now| self.follows(now)) || self.was_there(row)
    }

    /// Whether the follower could see the item before or after a change.
    fn was_there(&self, row: &Logged) -> bool {
        let Some(kind) = kind(row) else { return false };
        let organization = row.now.as_ref().map_or(0, |now| now.organization);
        let saw = |seen: &Seen| {
            self.following.may_read(&seen.visibility, organization, &seen.regions)
                && self.following.matches(&self.catalog, kind, &seen.regions, &seen.topics)
        };
        // What was over when it came was never there.
        let is_over = row.now.as_ref().and_then(|now| now.expires_at).is_some_and(|end| end <= row.at);
        row.before.as_ref().is_some_and(saw) || (!is_over && row.after.as_ref().is_some_and(saw))
    }

    /// Tells of the items of some rows, each at its last one. What is there and changes again later is told then.
    fn tell(&mut self, rows: &[Logged]) {
        let Some(end) = rows.last().map(|row| row.seq) else { return };
        let mut by_item: HashMap<i64, Vec<&Logged>> = HashMap::new();
        let mut order = Vec::new();
        for row in rows.iter().rev().filter(|row| kind(row).is_some()) {
            let rows = by_item.entry(row.item).or_default();
            if rows.is_empty() {
                order.push(row);
            }
            rows.push(row);
        }
        for last in order.into_iter().rev() {
            let (Some(kind), Some(rows)) = (kind(last), by_item.get(&last.item)) else { continue };
            if last.now.as_ref().is_some_and(|now| self.follows(now)) {
                if last.last <= end {
                    self.told.push((kind, last.item));
                    // What was told as gone in this page has come back.
                    self.tombstones.remove(&last.item);
                }
            } else if rows.iter().any(|row| self.was_there(row)) {
                self.told.push((kind, last.item));
                self.tombstones.insert(last.item, self.gone(kind, last, rows));
            }
        }
    }

    /// How an item ended that is not there any more.
    fn gone(&self, kind: Kind, last: &Logged, rows: &[&Logged]) -> Gone {
        let now = last.now.as_ref();
        let end = now.and_then(|now| now.expires_at).filter(|end| *end <= self.following.view.now.as_micros());
        let is_seen = now.is_some_and(|now| self.following.sees(now));
        let organization = now.map_or(0, |now| now.organization);
        let reads = |seen: &Seen| self.following.may_read(&seen.visibility, organization, &seen.regions);
        // It went on without this follower: what became of it then is not its to know.
        let is_taken = rows
            .iter()
            .any(|row| row.before.as_ref().is_some_and(reads) && row.after.as_ref().is_some_and(|after| !reads(after)));
        let reason = match now.map(|now| now.status.as_str()) {
            None => TombstoneReason::Deleted,
            Some(_) if is_seen => TombstoneReason::OutOfFilter,
            Some(_) if rows.iter().any(|row| row.what == "REDACTED") => TombstoneReason::Redacted,
            Some(_) if is_taken => TombstoneReason::Withdrawn,
            Some("ARCHIVED") => TombstoneReason::Archived,
            Some("EXPIRED") => TombstoneReason::Expired,
            Some("PUBLISHED") if end.is_some() => TombstoneReason::Expired,
            // Whatever else it is now, nobody who could see it may keep it.
            Some(_) => TombstoneReason::Withdrawn,
        };
        let is_urgent = matches!(reason, TombstoneReason::Withdrawn | TombstoneReason::Redacted);
        let gone_at = rows.iter().find(|row| self.was_there(row)).map_or(last.at, |row| row.at);
        let at = match (&reason, end) {
            (TombstoneReason::Expired, Some(end)) => end.min(gone_at),
            _ => gone_at,
        };
        Gone {
            id: format!("{}_{}", kind.noun().prefix(), last.public_id),
            kind,
            at: Timestamp::from_micros(at),
            reason,
            purge: is_urgent || rows.iter().any(|row| row.purge),
        }
    }

    /// Tells what the clock brought or ended though no change says so; answers whether there is more.
    async fn read_clock(&mut self, place: &mut Place) -> Result<bool, FollowFault> {
        let now = self.following.view.now.as_micros();
        for _ in 0..WINDOWS {
            let turned = self.app.store.turned_after(place.turned, now, WINDOW).await?;
            let last = turned.last().map(|(turn, item)| (*turn, item.key)).filter(|_| turned.len() == WINDOW);
            for (turn, item) in turned {
                let is_told = self.told.iter().any(|(_, key)| *key == item.key);
                let is_there = self.follows(&item);
                let was_there = item.expires_at == Some(turn)
                    && item.published_at.is_none_or(|at| at < turn)
                    && self.following.may_read(&item.visibility, item.organization, &item.regions)
                    && self.following.matches(&self.catalog, item.kind, &item.regions, &item.topics);
                if is_told || !(is_there || was_there) {
                    continue;
                }
                if self.is_full() {
                    return Ok(true);
                }
                place.turned = (turn, item.key);
                self.told.push((item.kind, item.key));
                if !is_there {
                    let (reason, at) = (TombstoneReason::Expired, Timestamp::from_micros(turn));
                    self.tombstones.insert(item.key, Gone { id: item.id, kind: item.kind, at, reason, purge: false });
                }
            }
            match last {
                Some(last) => place.turned = last,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// What is told, with the items as they are. One that was taken away since then is told of with that change.
    async fn whole(&mut self, with_body: bool) -> Result<Vec<Told>, FollowFault> {
        let mut items = HashMap::new();
        for kind in Kind::ALL {
            let is_there = |(of, key): &&(Kind, i64)| *of == kind && !self.tombstones.contains_key(key);
            let keys: Vec<i64> = self.told.iter().filter(is_there).map(|(_, key)| *key).collect();
            if !keys.is_empty() {
                items.extend(self.app.store.find_items(kind, &keys, &self.following.view, with_body).await?);
            }
        }
        let mut told = Vec::with_capacity(self.told.len());
        for (_, key) in &self.told {
            if let Some(gone) = self.tombstones.remove(key) {
                told.push(Told::Tombstone(gone));
            } else if let Some(item) = items.remove(key).filter(|item| item.content.status == "PUBLISHED") {
                told.push(Told::Upsert(item));
            }
        }
        Ok(told)
    }
}

/// The rows behind a place; none if it is not in the log: that is kept for a while only, or it is another one.
fn behind(place: &Place, mut rows: Vec<Logged>) -> Option<Vec<Logged>> {
    match rows.first() {
        Some(first) if first.seq == place.seq => {
            let is_same = first.at == place.at;
            rows.remove(0);
            is_same.then_some(rows)
        }
        Some(first) => (place.at == 0 && first.seq == place.seq.saturating_add(1)).then_some(rows),
        None => (place.at == 0).then_some(rows),
    }
}

/// The kind of content that a row is about.
fn kind(row: &Logged) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.noun().name() == row.noun)
}
