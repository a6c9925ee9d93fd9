//! Table `revoked_token`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A token that was revoked before its end.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revoked_token")]
pub struct Model {
    /// The token's own name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub jti: String,
    /// Key: the client that it was issued to.
    pub client_id: i64,
    /// When it ends, in microseconds since 1970.
    pub expires_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
