//! Table `review`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// Which version of an item was approved.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    /// Key: the item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: i64,
    /// The version that was approved.
    pub approved_version: i32,
    /// Key: the client that approved it.
    pub approved_by: i64,
}

impl ActiveModelBehavior for ActiveModel {}
