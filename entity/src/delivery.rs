//! Table `delivery`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A message to a webhook. It holds ids and what happened, no text of an item.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// Key: webhook.
    pub webhook_id: i64,
    /// The type of the message.
    pub what: String,
    /// The item's global id; none for a test.
    pub item_id: Option<String>,
    /// The item's kind.
    pub kind: Option<String>,
    /// Why it is gone, if it is.
    pub reason: Option<String>,
    /// Whether copies are to be erased.
    pub purge: bool,
    /// When it happened, in microseconds since 1970.
    pub happened_at: i64,
    /// Whether it is pending, delivered or given up.
    pub status: String,
    /// Attempts so far.
    pub attempts: i32,
    /// When it is tried next, in microseconds since 1970; while it is tried, when another node may.
    pub next_at: i64,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// When it arrived or was given up, in microseconds since 1970.
    pub done_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
