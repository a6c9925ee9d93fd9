//! Table `reindex`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// How far a reindex has come.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reindex")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// Key of the last item that was listed anew.
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
