//! Table `client_secret`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A secret of a client.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_secret")]
pub struct Model {
    /// Key: client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: i64,
    /// SHA-256 of the secret, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
