//! Table `occurrence`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// One time that an event takes place.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrence")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content: i64,
    /// The local start that the rule gives, in microseconds since 1970 as if it were UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recurrence_id: i64,
    /// Starts at, in microseconds since 1970.
    pub starts_at: i64,
    /// Ends at, in microseconds since 1970.
    pub ends_at: i64,
    /// Whether it takes more than 24 hours.
    pub is_long: bool,
    /// Its state, if it is another than the event's.
    pub status: Option<String>,
    /// The position of the override that made it what it is.
    pub changed_by: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
