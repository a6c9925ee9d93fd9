//! Table `resource`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// What a resource has beyond the envelope.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: i64,
    /// Category.
    pub category: String,
    /// Format.
    pub format: String,
    /// Audiences, between commas.
    pub audience: String,
    /// External url.
    pub external_url: Option<String>,
    /// Files.
    pub files: String,
    /// Evidence.
    pub evidence: String,
    /// Reviewed at, in microseconds since 1970.
    pub reviewed_at: Option<i64>,
    /// Review due at, in microseconds since 1970.
    pub review_due_at: Option<i64>,
    /// Key: superseded by.
    pub superseded_by: Option<i64>,
    /// License.
    pub license: Option<String>,
    /// Reading level.
    pub reading_level: Option<String>,
    /// Languages, between commas.
    pub languages: String,
}

impl ActiveModelBehavior for ActiveModel {}
