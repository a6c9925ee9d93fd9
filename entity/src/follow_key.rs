//! Table `follow_key`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// The key that seals the places of followers in the change log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_key")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// 64 hexadecimal digits.
    pub key: String,
}

impl ActiveModelBehavior for ActiveModel {}
