//! What changed since a follower last asked: first a walk over everything that it may see, then what the change log tells,
//! each item once for all its changes. Must not announce, nor tell of what the follower could never see.

mod follower;
mod happened;
mod live;

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::DbErr;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::auth::seal::Seal;
use crate::domain::following::Place;
use crate::domain::time::Timestamp;
use crate::domain::view::{Area, View};
use crate::domain::vocabulary::TombstoneReason;
use crate::store::{Catalog, Item, ItemState, Kind};
use follower::{Advanced, advance, begin};
pub use happened::{Between, Happened, What, happened, place_from_now};
pub use live::{Hub, LivePage, Once, Subscriber};

/// What is followed, and for whom. Absent members do not narrow; an empty list matches nothing.
#[derive(Clone, Debug)]
pub struct Following {
    /// Kinds of content.
    pub kinds: Option<Vec<Kind>>,
    /// Regions by key, with what lies inside them.
    pub regions: Option<Vec<i64>>,
    /// Topics by key, with what is narrower.
    pub topics: Option<Vec<i64>>,
    /// Only drug alerts; with regions, those of the regions that they lie in too, since an alert for a province holds in its
    /// towns.
    pub is_alerts: bool,
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
    /// Up to where the log and the clock were read, whatever was told.
    pub reached: Reached,
}

/// Up to where a follower has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// The number of the last change.
    pub seq: i64,
    /// The instant up to which the clock was read, in microseconds since 1970.
    pub now: i64,
}

/// Why a page cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum FollowFault {
    /// The text is no place.
    #[error("is not a token of `changes`")]
    Malformed,
    /// Too many different things are followed.
    #[error("too many different things are followed at once; try again later")]
    Crowded,
    /// Who read the log for those who follow has stopped.
    #[error("the log is not followed any more")]
    Stopped,
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
    let seal = seal(app).await?;
    let advanced = match since {
        None => advance(app, following, None, size, with_body).await?,
        Some(text) if is_malformed(text) => return Err(FollowFault::Malformed),
        // One of another server or of another question is as good as one that is too old.
        Some(text) => match seal.open(text).and_then(|bytes| Place::decode(&bytes)) {
            Some(place) if place.question == following.name() => {
                advance(app, following, Some(place), size, with_body).await?
            }
            _ => Advanced { is_resync: true, has_more: true, ..begin(app, following, true).await? },
        },
    };
    page(advanced, &seal)
}

/// A page of nothing, from which what changes from now on is told.
pub async fn from_now(app: &App, following: &Following) -> Result<ToldPage, FollowFault> {
    let seal = seal(app).await?;
    page(begin(app, following, false).await?, &seal)
}

async fn seal(app: &App) -> Result<Seal, FollowFault> {
    Seal::of(&app.store.follow_key().await?).ok_or(FollowFault::Sealing)
}

fn page(advanced: Advanced, seal: &Seal) -> Result<ToldPage, FollowFault> {
    let next = seal.close(&advanced.place.encode()).ok_or(FollowFault::Sealing)?;
    let Advanced { changes, has_more, is_resync, reached, .. } = advanced;
    Ok(ToldPage { changes, has_more, next, is_resync, reached })
}

fn is_malformed(text: &str) -> bool {
    text.len() > PLACE_CHARS || !text.bytes().all(is_sealed)
}

fn is_sealed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

impl Following {
    /// Whether the graph of regions and topics decides what is told.
    fn is_placed(&self) -> bool {
        self.regions.is_some() || self.topics.is_some()
    }

    /// The question with what its follower may see, in words that are the same for the same.
    fn question(&self) -> String {
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
        let alerts = if self.is_alerts { " alerts" } else { "" };
        format!("{kinds:?} {regions:?} {topics:?} {partners:?} {own:?} {joining:?}{alerts}")
    }

    /// The same as a short text.
    pub fn named(&self) -> String {
        self.name().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A name for that: a place is good for one question only.
    fn name(&self) -> [u8; 8] {
        let mut name = [0; 8];
        name.iter_mut().zip(Sha256::digest(self.question())).for_each(|(byte, digested)| *byte = digested);
        name
    }

    /// Whether an item of a kind, of some regions and topics is followed, drug alert or not.
    fn matches(&self, catalog: &Catalog, kind: Kind, regions: &[i64], topics: &[i64]) -> bool {
        let is_kind = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        let ancestors = |key: i64| catalog.region(key).map(|region| region.ancestors.as_slice()).unwrap_or_default();
        let lies = |region: &i64| {
            let wanted = self.regions.as_deref().unwrap_or_default();
            wanted.contains(region)
                || ancestors(*region).iter().any(|outer| wanted.contains(outer))
                || (self.is_alerts && wanted.iter().any(|wanted| ancestors(*wanted).contains(region)))
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

    /// Whether an item is of those that are followed as far as it never changes.
    const fn is_about(&self, item: &ItemState) -> bool {
        !self.is_alerts || item.is_alert
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
