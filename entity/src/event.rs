//! Table `event`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// What an event has beyond the envelope.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: i64,
    /// What sort it is.
    pub kind: String,
    /// Format.
    pub format: String,
    /// Event status.
    pub event_status: String,
    /// Starts at local.
    pub starts_at_local: String,
    /// Ends at local.
    pub ends_at_local: Option<String>,
    /// Time zone.
    pub time_zone: String,
    /// Is all day.
    pub is_all_day: bool,
    /// Starts at, in microseconds since 1970.
    pub starts_at: i64,
    /// Ends at, in microseconds since 1970.
    pub ends_at: Option<i64>,
    /// The instant after which nothing of the event takes place; far ahead for an endless series.
    pub over_at: i64,
    /// Languages, between commas.
    pub languages: String,
    /// Accessibility features, between commas.
    pub features: String,
    /// Key: campaign id.
    pub campaign_id: Option<i64>,
    /// JSON: value objects that are only rendered.
    pub detail: String,
}

impl ActiveModelBehavior for ActiveModel {}
