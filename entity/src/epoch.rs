//! Table `epoch`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// The number of the last committed change.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "epoch")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// Strictly increasing in the order of commits.
    pub seq: i64,
}

impl ActiveModelBehavior for ActiveModel {}
