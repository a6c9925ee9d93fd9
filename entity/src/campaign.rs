//! Table `campaign`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// What a campaign has beyond the envelope.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: i64,
    /// What sort it is.
    pub kind: String,
    /// State.
    pub state: String,
    /// Urgency.
    pub urgency: String,
    /// Starts on, as an ISO 8601 date.
    pub starts_on: Option<String>,
    /// Ends on, as an ISO 8601 date.
    pub ends_on: Option<String>,
    /// JSON: value objects that are only rendered.
    pub detail: String,
}

impl ActiveModelBehavior for ActiveModel {}
