//! Table `organization`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// An organization.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// Name in addresses.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Website.
    pub website: Option<String>,
    /// Keys of the regions, between commas.
    pub region_ids: String,
    /// Languages, between commas.
    pub languages: String,
    /// Is verified.
    pub is_verified: bool,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// Updated at, in microseconds since 1970.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
