//! Revisions: what an item was after each change, for those who may audit it. Must not read data.

use async_graphql::{ID, SimpleObject};

use crate::domain::public_id::{Noun, PublicId};
use crate::domain::vocabulary::{RevisionAction, Vocabulary};
use crate::graphql::scalar::DateTime;

/// What an item was after one change.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Revision {
    /// The version that the change made.
    version: i32,
    /// When it was made.
    at: DateTime,
    /// What happened.
    action: RevisionAction,
    /// The client that made it; null for the operator and for the clock.
    client_id: Option<ID>,
    /// What was said with it, such as why an item was handed back.
    note: Option<String>,
    /// The item as a line of JSON Lines (`docs/content-format.md`); null once it was redacted.
    snapshot: Option<String>,
}

impl Revision {
    /// A stored revision; `client_id` is the bare public id of its client.
    pub(crate) fn new(row: entity::revision::Model, client_id: Option<PublicId>) -> Self {
        Self {
            version: row.version,
            at: DateTime::micros(row.at),
            // Every action that is written is of this vocabulary.
            action: RevisionAction::parse(&row.action).unwrap_or(RevisionAction::Updated),
            client_id: client_id.filter(|id| id.noun == Noun::Client).map(|id| ID(id.to_string())),
            note: row.note,
            snapshot: row.snapshot,
        }
    }
}
