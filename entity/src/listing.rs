//! Table `listing`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// One place where an item is listed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing")]
pub struct Model {
    /// What sort it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: i16,
    /// A region, an organization, a linking item, or 0 for any.
    #[sea_orm(primary_key, auto_increment = false)]
    pub anchor: i64,
    /// A topic, or 0 for any.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: i64,
    /// What the default list is ordered by, in microseconds or the like.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_key: i64,
    /// Key: content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content: i64,
}

impl ActiveModelBehavior for ActiveModel {}
