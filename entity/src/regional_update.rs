//! Table `regional_update`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// What a regional update has beyond the envelope.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "regional_update")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: i64,
    /// What sort it is.
    pub kind: String,
    /// Message type.
    pub message_type: String,
    /// Key: supersedes.
    pub supersedes: Option<i64>,
    /// Issued at, in microseconds since 1970.
    pub issued_at: i64,
    /// Effective at, in microseconds since 1970.
    pub effective_at: Option<i64>,
    /// Severity.
    pub severity: Option<String>,
    /// Instructions.
    pub instructions: String,
    /// JSON: value objects that are only rendered.
    pub detail: String,
}

impl ActiveModelBehavior for ActiveModel {}
