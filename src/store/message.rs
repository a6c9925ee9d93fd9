//! The versions of alerts that the public could read, each of which went out as a message of its own. Must not tell of
//! drafts.

use sea_orm::{DbBackend, DbErr};

use super::Store;
use super::sql::Sql;
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::{RevisionAction, Vocabulary};

/// A version of an item that the public could read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicVersion {
    /// The item's key.
    pub item: i64,
    /// The 26 characters of its public id after the prefix.
    pub public_id: String,
    /// Key of its publisher.
    pub organization: i64,
    /// The version.
    pub version: i32,
    /// When it was made.
    pub at: Timestamp,
    /// When it was issued, as that version said.
    pub issued_at: Option<Timestamp>,
}

impl Store {
    /// The public versions of some updates, in the order of their making. What changed no word of an item, such as a
    /// spotlight, is no version of its own.
    pub async fn public_versions(&self, items: &[i64]) -> Result<Vec<PublicVersion>, DbErr> {
        let issued = match self.backend() {
            DbBackend::Postgres => "(r.snapshot::json #>> '{input,issuedAt}')",
            _ => "json_extract(r.snapshot, '$.input.issuedAt')",
        };
        let mut sql = Sql::default();
        sql.push("SELECT r.content_id AS item, r.version, r.at, r.action, c.public_id, c.organization_id, ");
        sql.push(issued).push(" AS issued FROM revision r JOIN content c ON c.id = r.content_id WHERE r.content_id");
        sql.is_any(self.backend(), items);
        sql.push(
            " AND r.action NOT IN ('SPOTLIGHTED', 'VERIFIED') AND EXISTS (SELECT 1 FROM change h WHERE h.item = r.content_id \
             AND h.at = r.at AND h.visibility_after = 'PUBLIC' AND (c.expires_at IS NULL OR c.expires_at > h.at)) \
             ORDER BY r.content_id, r.version",
        );
        let mut versions: Vec<PublicVersion> = Vec::new();
        for row in self.query(sql.statement(self.backend())).await? {
            let version = PublicVersion {
                item: row.try_get("", "item")?,
                public_id: row.try_get("", "public_id")?,
                organization: row.try_get("", "organization_id")?,
                version: row.try_get("", "version")?,
                at: Timestamp::from_micros(row.try_get("", "at")?),
                issued_at: row.try_get::<Option<String>>("", "issued")?.and_then(|issued| issued.parse().ok()),
            };
            // What came before a publication was not public, though it may have been made at the same instant.
            if row.try_get::<String>("", "action")? == RevisionAction::Published.as_str() {
                versions.retain(|known| known.item != version.item);
            }
            versions.push(version);
        }
        Ok(versions)
    }
}
