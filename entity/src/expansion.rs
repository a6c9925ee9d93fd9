//! Table `expansion`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// How far an event's occurrences are written down.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expansion")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content: i64,
    /// The instant up to which all are there, in microseconds since 1970.
    pub expanded_to: i64,
    /// The version of the time zone database by which instants were computed.
    pub zones: String,
}

impl ActiveModelBehavior for ActiveModel {}
