//! Table `webhook`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// A webhook: an address of an organization that is told of changes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// Key: organization.
    pub organization_id: i64,
    /// Key: the client that made it, which decides what it may be told.
    pub client_id: i64,
    /// Where messages go.
    pub url: String,
    /// What people call it.
    pub description: String,
    /// JSON: kinds of content by name; none for all.
    pub kinds: Option<String>,
    /// JSON: keys of regions; none for all.
    pub regions: Option<String>,
    /// JSON: keys of topics; none for all.
    pub topics: Option<String>,
    /// Whether it is told of anything.
    pub is_enabled: bool,
    /// Why it is not.
    pub disabled_reason: Option<String>,
    /// Since when it is not, in microseconds since 1970.
    pub disabled_at: Option<i64>,
    /// Since when no message has arrived, in microseconds since 1970; none if the last one did.
    pub failing_since: Option<i64>,
    /// The version of its secret.
    pub secret_version: i64,
    /// When the version before it was replaced, in microseconds since 1970.
    pub rotated_at: Option<i64>,
    /// Names what it is told of and what its client may see, as of the last look.
    pub sight: String,
    /// The last change that deliveries were made of.
    pub seq: i64,
    /// The instant of that change, in microseconds since 1970; 0 if it is not kept.
    pub seq_at: i64,
    /// The last of what the clock did that deliveries were made of: its instant, in microseconds since 1970.
    pub turned_at: i64,
    /// The key of its item.
    pub turned_key: i64,
    /// Counts its changes.
    pub version: i64,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// Updated at, in microseconds since 1970.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
