//! A follower's way through the walk over everything, the change log, and what the clock brings: one page at a time. Must not
//! seal places.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{FollowFault, Following, Gone, Reached, Told};
use crate::app::App;
use crate::domain::following::Place;
use crate::domain::time::{DAY_MICROS, Timestamp};
use crate::domain::vocabulary::TombstoneReason;
use crate::store::{Catalog, ItemState, Kind, Logged, MOVED, Seen};

/// Rows that one statement reads.
pub(super) const WINDOW: usize = 500;
/// Statements over rows that tell nothing, before a page is answered that says that there is more.
const WINDOWS: usize = 8;
/// After how long a place moves on over changes that tell nothing, so that it does not grow too old: in microseconds.
pub(super) const STILL: i64 = 7 * DAY_MICROS;

/// How far a follower came.
#[derive(Debug)]
pub(super) struct Advanced {
    /// What is told on the way.
    pub changes: Vec<Told>,
    /// Whether there is more now.
    pub has_more: bool,
    /// Where it stands: it has not passed what is hidden behind the last change that was told.
    pub place: Place,
    /// Where it would stand if it had.
    pub reading: Place,
    /// Up to where it has read.
    pub reached: Reached,
    /// Whether it has to start again.
    pub is_resync: bool,
}

/// From a place, or from the start, on by at most so many items.
pub(super) async fn advance(
    app: &App,
    following: &Following,
    from: Option<Place>,
    size: usize,
    with_body: bool,
) -> Result<Advanced, FollowFault> {
    let mut follower = Follower::new(app, following, size).await?;
    let start = match from {
        Some(place) => place,
        None => follower.start().await?,
    };
    match follower.go_on(start).await? {
        Some((place, has_more)) => {
            let changes = follower.whole(with_body).await?;
            Ok(follower.advanced(place, has_more, changes))
        }
        None => {
            let place = follower.start().await?;
            Ok(Advanced { is_resync: true, ..follower.advanced(place, true, Vec::new()) })
        }
    }
}

/// Before everything, or where all that changes from now on is told.
pub(super) async fn begin(app: &App, following: &Following, with_walk: bool) -> Result<Advanced, FollowFault> {
    let mut follower = Follower::new(app, following, 0).await?;
    let mut place = follower.start().await?;
    if !with_walk {
        place.walk = None;
    }
    Ok(follower.advanced(place, false, Vec::new()))
}

/// A page under way.
pub(super) struct Follower<'a> {
    app: &'a App,
    following: Following,
    catalog: Arc<Catalog>,
    size: usize,
    /// What is told, in order: the items by kind and key.
    told: Vec<(Kind, i64)>,
    /// Those of them that are gone.
    tombstones: HashMap<i64, Gone>,
    /// The last change that was read: its number, and its instant.
    read: (i64, i64),
}

impl<'a> Follower<'a> {
    pub(super) async fn new(app: &'a App, following: &Following, size: usize) -> Result<Self, FollowFault> {
        let mut following = following.clone();
        following.view.now = following.view.now.max(app.clock.now());
        if following.is_placed() {
            // By an old graph, what was moved would be told wrongly, and never again.
            app.store.refresh_catalog().await?;
        }
        let catalog = app.store.catalog();
        let (told, tombstones) = (Vec::new(), HashMap::new());
        Ok(Self { app, following, catalog, size, told, tombstones, read: (0, 0) })
    }

    fn advanced(&self, place: Place, has_more: bool, changes: Vec<Told>) -> Advanced {
        let (seq, at) = self.read;
        let reading = if place.walk.is_none() { Place { seq, at, ..place } } else { place };
        let reached = Reached { seq, now: self.following.view.now.as_micros() };
        Advanced { changes, has_more, place, reading, reached, is_resync: false }
    }

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
        self.read = (end.seq, end.at);
        Ok(Place { question: self.following.name(), seq: end.seq, at: end.at, walk: Some(Place::START), turned })
    }

    /// Fills the page from a place on; answers where it ends and whether there is more, or nothing if the follower has to
    /// start again.
    async fn go_on(&mut self, mut place: Place) -> Result<Option<(Place, bool)>, FollowFault> {
        self.read = (place.seq, place.at);
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

    pub(super) fn follows(&self, item: &ItemState) -> bool {
        self.following.is_about(item)
            && self.following.sees(item)
            && self.following.matches(&self.catalog, item.kind, &item.regions, &item.topics)
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
            self.catch_up_with(&rows);
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
                self.read = (from.seq, from.at);
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

    /// A change that came while this page was made, or by a clock that is ahead of ours: nothing that the log holds is of the
    /// future, else what was published then would never be told.
    pub(super) fn catch_up_with(&mut self, rows: &[Logged]) {
        let latest = rows.iter().map(|row| Timestamp::from_micros(row.at)).max();
        let now = &mut self.following.view.now;
        *now = latest.map_or(*now, |latest| latest.max(*now));
    }

    /// The instant that expiry is judged by, in microseconds since 1970.
    pub(super) const fn now(&self) -> i64 {
        self.following.view.now.as_micros()
    }

    /// Whether a place has not moved for so long that it might be lost.
    fn is_old(&self, place: &Place) -> bool {
        place.at == 0 || self.following.view.now.as_micros().saturating_sub(place.at) > STILL
    }

    /// Whether a region or topic was moved, so that items came or went without a change of their own.
    pub(super) fn is_moved(&self, rows: &[Logged]) -> bool {
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
        let (before, after) = self.sides(row);
        before || after
    }

    /// Whether it could see the item before a change, and whether it could after it.
    pub(super) fn sides(&self, row: &Logged) -> (bool, bool) {
        let Some(kind) = kind(row) else { return (false, false) };
        if row.now.as_ref().map_or(self.following.is_alerts, |now| !self.following.is_about(now)) {
            return (false, false);
        }
        let organization = row.now.as_ref().map_or(0, |now| now.organization);
        let saw = |seen: &Seen| {
            self.following.may_read(&seen.visibility, organization, &seen.regions)
                && self.following.matches(&self.catalog, kind, &seen.regions, &seen.topics)
        };
        // What was over when it came was never there.
        let is_over = row.now.as_ref().and_then(|now| now.expires_at).is_some_and(|end| end <= row.at);
        (row.before.as_ref().is_some_and(saw), !is_over && row.after.as_ref().is_some_and(saw))
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
    pub(super) fn gone(&self, kind: Kind, last: &Logged, rows: &[&Logged]) -> Gone {
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
            id: kind.noun().id_of(&last.public_id),
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
                let was_there = self.ended_at(&item, turn);
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

    /// Whether an item was there for the follower until an instant.
    fn ended_at(&self, item: &ItemState, turn: i64) -> bool {
        self.following.is_about(item)
            && item.expires_at == Some(turn)
            && item.published_at.is_none_or(|at| at < turn)
            && self.following.may_read(&item.visibility, item.organization, &item.regions)
            && self.following.matches(&self.catalog, item.kind, &item.regions, &item.topics)
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
pub(super) fn behind(place: &Place, mut rows: Vec<Logged>) -> Option<Vec<Logged>> {
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
pub(super) fn kind(row: &Logged) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.noun().name() == row.noun)
}
