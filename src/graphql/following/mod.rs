//! What followers keep current: pages of changes, upserts and tombstones. Must not decide what a follower is told.

mod query;
mod subscription;

use std::sync::Arc;

use async_graphql::{Description, ID, Object, SimpleObject, Union};

pub(crate) use query::FollowingQueries;
pub use subscription::{Asked, Delivered, Subscription, Wish};

use super::content::{Content, content_node, name_of};
use super::scalar::DateTime;
use crate::domain::view::View;
use crate::domain::vocabulary::{ContentKind, TombstoneReason};
use crate::service::following::{Gone, Told, ToldPage};

/// An item that is new to the follower, or was changed: keep it in the place of what you have of it.
#[derive(Clone, Debug, Description)]
pub(crate) struct Upsert {
    content: Content,
}

#[Object(use_type_description)]
impl Upsert {
    /// The item as it is now.
    async fn content(&self) -> &Content {
        &self.content
    }
}

/// An item that the follower could see and must not keep: drop what you have of it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Tombstone {
    /// The item's global id.
    id: ID,
    /// What it was.
    kind: ContentKind,
    /// Since when it is gone.
    at: DateTime,
    /// Why.
    reason: TombstoneReason,
    /// Whether every copy is to be erased at once, with caches, search indexes and backups: someone may be in danger by it.
    purge: bool,
}

impl Tombstone {
    fn of(gone: Gone) -> Self {
        let Gone { id, kind, at, reason, purge } = gone;
        Self { id: ID(id), kind: name_of(kind), at: DateTime::micros(at.as_micros()), reason, purge }
    }
}

/// What became of an item.
#[derive(Clone, Debug, Union)]
pub(crate) enum Change {
    /// It is there.
    Upsert(Upsert),
    /// It is gone.
    Tombstone(Tombstone),
}

/// What changed since a token was given, or everything from the start.
#[derive(Clone, Debug, Description)]
pub(crate) struct ChangePage {
    page: Arc<ToldPage>,
    view: View,
}

#[Object(use_type_description)]
impl ChangePage {
    /// The items, each once for all its changes; a later page may tell of one again. A page may hold fewer than `first`, and
    /// none, though there is more.
    async fn changes(&self) -> Vec<Change> {
        let change = |told: &Told| match told {
            Told::Upsert(item) => Change::Upsert(Upsert { content: content_node(item, &self.view) }),
            Told::Tombstone(gone) => Change::Tombstone(Tombstone::of(gone.clone())),
        };
        self.page.changes.iter().map(change).collect()
    }

    /// Whether there is more now: ask again with `nextToken` at once. If not, ask when you want to be current.
    async fn has_more(&self) -> bool {
        self.page.has_more
    }

    /// For `since`, of the same question. Opaque; the same as was given if nothing is told. Keep it with the items of the
    /// page, in one transaction.
    async fn next_token(&self) -> &str {
        &self.page.next
    }

    /// Whether the token is too old (changes are kept for 90 days), of another question, of another right to see or of
    /// another server, or, of a question with regions or topics, one was moved to lie in another: nothing is told, and
    /// `nextToken` starts again. Keep what you have until all of it is told anew, and then drop what was not told.
    async fn full_resync_required(&self) -> bool {
        self.page.is_resync
    }
}
