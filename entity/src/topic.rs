//! Table `topic`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A topic.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// Name in addresses.
    pub slug: String,
    /// Facet.
    pub facet: String,
    /// JSON: texts by locale.
    pub names: String,
    /// Keys of the broader topics, between commas.
    pub broader_ids: String,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// Updated at, in microseconds since 1970.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
