//! Table `log_reader`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// How far someone has read the change log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_reader")]
pub struct Model {
    /// Who: `search`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The last change that was read.
    pub seq: i64,
}

impl ActiveModelBehavior for ActiveModel {}
