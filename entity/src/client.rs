//! Table `client`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A client: one app of one organization.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// Key: organization.
    pub organization_id: i64,
    /// What people call it.
    pub name: String,
    /// Whether it may act.
    pub is_enabled: bool,
    /// Tokens of an older generation are refused.
    pub token_generation: i64,
    /// Key: the client that made it; none if the operator did.
    pub made_by: Option<i64>,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// Updated at, in microseconds since 1970.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
