//! Table `revision`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// One version of an item, as it was stored.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    /// Key: the item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: i64,
    /// The version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// When it was made, in microseconds since 1970.
    pub at: i64,
    /// Key: the client that made it; none for the operator's command line and for the clock.
    pub client_id: Option<i64>,
    /// What happened.
    pub action: String,
    /// What was said with it, such as why it was rejected.
    pub note: Option<String>,
    /// The item as a line of JSON Lines; none once it was redacted.
    pub snapshot: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
