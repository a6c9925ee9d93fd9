//! Table `link`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A link from one item to another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    /// Key: from id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_id: i64,
    /// Key: to id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_id: i64,
    /// Position.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
