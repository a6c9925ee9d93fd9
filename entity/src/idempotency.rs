//! Table `idempotency`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// What a repeated request is answered with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Key: the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: i64,
    /// The key that the client chose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub idempotency_key: String,
    /// SHA-256 of the request.
    pub fingerprint: String,
    /// JSON: public ids and versions that the request made.
    pub answer: Option<String>,
    /// Until when the key is known, in microseconds since 1970.
    pub expires_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
