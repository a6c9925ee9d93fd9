//! Table `client_grant`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A scope that a client holds, everywhere or in one region.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_grant")]
pub struct Model {
    /// Key: client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: i64,
    /// The scope by its name in tokens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// Key: region; 0 for everywhere.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
