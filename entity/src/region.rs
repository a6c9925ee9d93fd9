//! Table `region`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A region.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// Name in addresses.
    pub slug: String,
    /// What sort it is.
    pub kind: String,
    /// JSON: texts by locale.
    pub names: String,
    /// JSON: names that the people themselves use.
    pub endonyms: String,
    /// JSON: codes of other systems.
    pub codes: String,
    /// Keys of the regions that this one lies in, between commas.
    pub parent_ids: String,
    /// Keys of the regions that this one overlaps, between commas.
    pub overlap_ids: String,
    /// JSON: IANA names, the one that most people use first.
    pub time_zones: String,
    /// Acknowledgement.
    pub acknowledgement: String,
    /// Boundary disclaimer.
    pub boundary_disclaimer: String,
    /// Valid from, as an ISO 8601 date.
    pub valid_from: Option<String>,
    /// Valid to, as an ISO 8601 date.
    pub valid_to: Option<String>,
    /// Key: superseded by.
    pub superseded_by: Option<i64>,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// Updated at, in microseconds since 1970.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
