//! Revisions: what an item was after each change, for those who may audit it. Must not decide who may.

use async_graphql::{Context, ID, SimpleObject};

use crate::domain::public_id::{Noun, PublicId};
use crate::domain::vocabulary::{RevisionAction, Vocabulary};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
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

/// The revisions of an item, the last first.
pub(super) async fn list(
    ctx: &Context<'_>,
    item: i64,
    first: Option<i32>,
    before_version: Option<i32>,
) -> Result<Vec<Revision>, ApiError> {
    let limits = &ctx.app().limits;
    let size = match first.map(usize::try_from) {
        None => limits.page_default,
        Some(Ok(size)) if (1..=limits.page_max).contains(&size) => size,
        Some(Ok(found)) if found > 0 => return Err(ApiError::Page { found, maximum: limits.page_max }),
        Some(_) => return Err(ApiError::BadInput("first must be at least 1".to_string())),
    };
    let rows = ctx.app().store.list_revisions(item, before_version.unwrap_or(i32::MAX), size as u64).await?;
    Ok(rows.into_iter().map(|(row, client)| Revision::new(row, client)).collect())
}
