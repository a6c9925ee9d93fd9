//! Table `change`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// One committed change.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Strictly increasing in the order of commits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When it happened, in microseconds since 1970.
    pub at: i64,
    /// Noun.
    pub noun: String,
    /// Key: item.
    pub item: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// What.
    pub what: String,
    /// Visibility before.
    pub visibility_before: Option<String>,
    /// Visibility after.
    pub visibility_after: Option<String>,
    /// Regions before.
    pub regions_before: Option<String>,
    /// Regions after.
    pub regions_after: Option<String>,
    /// Topics before.
    pub topics_before: Option<String>,
    /// Topics after.
    pub topics_after: Option<String>,
    /// Purge.
    pub purge: bool,
    /// How far it reaches into lists: see `store::reads::Reach`.
    pub reach: i16,
}

impl ActiveModelBehavior for ActiveModel {}
