//! Table `delivery_attempt`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// An attempt to deliver a message.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_attempt")]
pub struct Model {
    /// Key: delivery.
    #[sea_orm(primary_key, auto_increment = false)]
    pub delivery_id: i64,
    /// When, in microseconds since 1970.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i64,
    /// Which attempt it is, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The status that came back.
    pub status: Option<i32>,
    /// What went wrong, if none did.
    pub failure: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
