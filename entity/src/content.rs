//! Table `content`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// The envelope of a published item.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "content")]
pub struct Model {
    /// Inner key: the upper 63 bits of the public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The 26 characters of the public id after its prefix.
    pub public_id: String,
    /// What sort it is.
    pub kind: i16,
    /// Name in addresses, unique in its kind; `~` and the public id while the public does not see the item.
    pub slug: String,
    /// The slug that it asks for while the public does not see it.
    pub wanted_slug: Option<String>,
    /// Key: organization id.
    pub organization_id: i64,
    /// Status.
    pub status: String,
    /// Visibility.
    pub visibility: String,
    /// Version.
    pub version: i32,
    /// JSON: titles and summaries by locale, the original first.
    pub texts: String,
    /// Locales of the texts, between commas.
    pub locales: String,
    /// The original title, folded, for ordering.
    pub title_key: String,
    /// Attribution.
    pub attribution: Option<String>,
    /// Content notes, between commas.
    pub content_notes: String,
    /// Source system.
    pub source_system: Option<String>,
    /// Key: source external id.
    pub source_external_id: Option<String>,
    /// Source.
    pub source: Option<String>,
    /// Verification.
    pub verification: Option<String>,
    /// Keys of the regions, between commas.
    pub region_ids: String,
    /// Keys of the topics, between commas.
    pub topic_ids: String,
    /// What the default list is ordered by, in microseconds or the like.
    pub order_key: i64,
    /// Spotlight until, in microseconds since 1970.
    pub spotlight_until: Option<i64>,
    /// Published at, in microseconds since 1970.
    pub published_at: Option<i64>,
    /// Expires at, in microseconds since 1970.
    pub expires_at: Option<i64>,
    /// Created at, in microseconds since 1970.
    pub created_at: i64,
    /// Updated at, in microseconds since 1970.
    pub updated_at: i64,
    /// JSON: bodies by locale; read only when selected.
    pub body: Option<String>,
    /// What lists show of the table of its kind, between commas: see the migration that made it.
    pub outline: String,
}

impl ActiveModelBehavior for ActiveModel {}
