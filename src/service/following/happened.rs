//! Each change that a follower may know of, one by one: what webhooks are told. Must not tell what an item is now: who is told
//! asks for it.

use super::follower::{Follower, WINDOW, behind, kind};
use super::{FollowFault, Following, Gone};
use crate::app::App;
use crate::domain::following::Place;
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::{TombstoneReason, Vocabulary};
use crate::store::{Kind, Logged};

/// Something that happened to an item.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The item's global id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It can be read, and could not before.
    Published,
    /// It is other than before.
    Updated,
    /// It cannot be read any more, or is not among what is followed.
    Removed {
        /// Why.
        reason: TombstoneReason,
        /// Whether copies are to be erased.
        purge: bool,
    },
}

/// What lies between two places.
#[derive(Debug)]
pub struct Between {
    /// In the order of the log.
    pub happened: Vec<Happened>,
    /// Whether items came or went without a change of their own, or the place was lost: a copy has to be made anew.
    pub is_resync: bool,
    /// Where it ends.
    pub place: Place,
    /// Whether there is more.
    pub has_more: bool,
}

/// Where all that changes from now on lies behind.
pub async fn place_from_now(app: &App, following: &Following) -> Result<Place, FollowFault> {
    Ok(super::follower::begin(app, following, false).await?.place)
}

/// What happened behind a place; some of it at most.
pub async fn happened(app: &App, following: &Following, place: Place) -> Result<Between, FollowFault> {
    let mut follower = Follower::new(app, following, 0).await?;
    let rows = app.store.log_from(place.seq, WINDOW + 1).await?;
    let is_last = rows.len() <= WINDOW;
    let Some(rows) = behind(&place, rows) else {
        let place = place_from_now(app, following).await?;
        return Ok(Between { happened: Vec::new(), is_resync: true, place, has_more: false });
    };
    follower.catch_up_with(&rows);
    let is_resync = follower.is_moved(&rows);
    let mut happened: Vec<Happened> = rows.iter().filter_map(|row| of_row(&follower, row)).collect();
    let mut to = place;
    if let Some(last) = rows.last() {
        (to.seq, to.at) = (last.seq, last.at);
    }
    let mut has_more = !is_last;
    if is_last {
        let turned = app.store.turned_after(place.turned, follower.now(), WINDOW).await?;
        has_more = turned.len() == WINDOW;
        for (turn, item) in turned {
            to.turned = (turn, item.key);
            // What ended is told by the change that the worker makes of it.
            if turn != item.expires_at.unwrap_or(i64::MAX) && follower.follows(&item) {
                let at = Timestamp::from_micros(turn);
                happened.push(Happened { id: item.id, kind: item.kind, at, what: What::Published });
            }
        }
    }
    Ok(Between { happened, is_resync, place: to, has_more })
}

fn of_row(follower: &Follower<'_>, row: &Logged) -> Option<Happened> {
    let kind = kind(row)?;
    let what = match follower.sides(row) {
        (false, false) => return None,
        (false, true) => What::Published,
        (true, true) => What::Updated,
        (true, false) => {
            let Gone { reason, purge, .. } = follower.gone(kind, row, &[row]);
            What::Removed { reason: TombstoneReason::parse(&row.what).unwrap_or(reason), purge }
        }
    };
    let id = kind.noun().id_of(&row.public_id);
    Some(Happened { id, kind, at: Timestamp::from_micros(row.at), what })
}
