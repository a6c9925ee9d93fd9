//! What the public could see and no longer can: from the change log, from the clock where no worker has run, and from
//! updates that end an alert. Must not tell of anything that the public never saw, nor any text.

use sea_orm::{DbBackend, DbErr, QueryResult};

use super::item::visible;
use super::sql::Sql;
use super::{Kind, Store};
use crate::domain::update::{ALERT_KINDS, ENDING_TYPES};
use crate::domain::view::View;
use crate::domain::vocabulary::Vocabulary;

/// Tombstones that one question finds.
const MOST: i64 = 500;

/// Which tombstones to find. Absent members do not narrow.
#[derive(Clone, Debug)]
pub struct TombstoneQuery {
    /// Of what kind.
    pub kind: Kind,
    /// Only drug alerts.
    pub is_of_alerts: bool,
    /// Of one item, by key.
    pub item: Option<i64>,
    /// Of items with one of these regions, by key.
    pub regions: Option<Vec<i64>>,
    /// Of items with one of these topics, by key.
    pub topics: Option<Vec<i64>>,
    /// Of items of these publishers, by key.
    pub publishers: Option<Vec<i64>>,
    /// Gone at or after this instant; what an alert's end took away is found as long as that end stands.
    pub since: i64,
    /// Who asks: an anonymous reader, at what time.
    pub view: View,
}

/// How an item ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The public sees it no longer: withdrawn, expired, archived, redacted, for partners only.
    Gone,
    /// It is an alert that is cancelled or over, or an update that says so of an alert: that one's id.
    Ended(Option<String>),
}

/// An item that is no longer to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// Its public id.
    pub id: String,
    /// Since when, in microseconds since 1970.
    pub at: i64,
    /// How it ended.
    pub end: End,
}

impl Store {
    /// Tombstones, the last first; at most 500, each item once.
    pub async fn tombstones(&self, query: &TombstoneQuery) -> Result<Vec<Tombstone>, DbErr> {
        let mut sql = Sql::default();
        let writer = Writer { query, backend: self.backend() };
        sql.push("SELECT public_id, at, is_end, ended FROM (");
        writer.gone(&mut sql);
        sql.push(" UNION ALL ");
        writer.over(&mut sql);
        if query.kind == Kind::Update {
            sql.push(" UNION ALL ");
            writer.ended(&mut sql);
        }
        sql.push(") g WHERE is_end = 1 OR at >= ").bind(query.since);
        sql.push(" ORDER BY at DESC, public_id LIMIT ").push_number(MOST);
        let mut found: Vec<Tombstone> = Vec::new();
        for row in self.query(sql.statement(self.backend())).await? {
            let tombstone = read(&row, query.kind)?;
            if !found.iter().any(|known| known.id == tombstone.id) {
                found.push(tombstone);
            }
        }
        Ok(found)
    }
}

fn read(row: &QueryResult, kind: Kind) -> Result<Tombstone, DbErr> {
    let id = |bare: String| kind.noun().id_of(&bare);
    let end = if row.try_get::<i64>("", "is_end")? == 1 {
        End::Ended(row.try_get::<Option<String>>("", "ended")?.map(id))
    } else {
        End::Gone
    };
    Ok(Tombstone { id: id(row.try_get("", "public_id")?), at: row.try_get("", "at")?, end })
}

struct Writer<'a> {
    query: &'a TombstoneQuery,
    backend: DbBackend,
}

impl Writer<'_> {
    /// What the change log says has left the public's sight. What its time took away is gone since then, not since a worker
    /// came by.
    fn gone(&self, sql: &mut Sql) {
        sql.push(
            "SELECT c.public_id AS public_id, CAST(CASE WHEN c.expires_at < h.at THEN c.expires_at ELSE h.at END AS BIGINT) \
             AS at, CAST(0 AS BIGINT) AS is_end, CAST(NULL AS TEXT) AS ended FROM change h \
             JOIN content c ON c.id = h.item",
        );
        self.detail(sql);
        sql.push(" WHERE h.noun = '").push(self.query.kind.noun().name());
        sql.push(
            "' AND h.visibility_before = 'PUBLIC' AND (h.visibility_after IS NULL OR h.visibility_after <> 'PUBLIC') \
             AND h.at >= ",
        );
        sql.bind(self.query.since).push(" AND (c.published_at IS NULL OR c.published_at <= h.at) AND NOT (");
        visible("c", &self.query.view, self.backend, sql);
        sql.push(")");
        self.seen(" AND p.seq < h.seq", sql);
        self.narrowed(["h.item", "h.regions_before", "h.topics_before"], sql);
    }

    /// What is over by the clock, though nothing has said so in the change log yet.
    fn over(&self, sql: &mut Sql) {
        sql.push("SELECT c.public_id, c.expires_at, CAST(0 AS BIGINT), CAST(NULL AS TEXT) FROM content c");
        self.detail(sql);
        sql.push(" WHERE c.status = 'PUBLISHED' AND c.visibility = 'PUBLIC' AND c.kind = ");
        sql.push_number(self.query.kind.number().into()).push(" AND c.expires_at <= ");
        sql.bind(self.query.view.now.as_micros()).push(" AND c.expires_at >= ").bind(self.query.since);
        sql.push(" AND (c.published_at IS NULL OR c.published_at < c.expires_at)");
        self.seen("", sql);
        self.narrowed(["c.id", "c.region_ids", "c.topic_ids"], sql);
    }

    /// Published updates that end an alert, with the alert that they end if it is another item.
    fn ended(&self, sql: &mut Sql) {
        // The few that end an alert come first: SQLite keeps the order of cross joins.
        let join = if self.backend == DbBackend::Postgres { "JOIN" } else { "CROSS JOIN" };
        sql.push(&format!(
            "SELECT c.public_id, c.updated_at, CAST(1 AS BIGINT), s.public_id FROM regional_update d \
             {join} content c ON c.id = d.content_id LEFT JOIN content s ON s.id = d.supersedes AND "
        ));
        visible("s", &self.query.view, self.backend, sql);
        sql.push(" WHERE ").push(&words("d.message_type", &ENDING_TYPES.map(|ending| ending.as_str())));
        sql.push(" AND ").push(&alerts()).push(" AND ");
        visible("c", &self.query.view, self.backend, sql);
        self.narrowed(["c.id", "c.region_ids", "c.topic_ids"], sql);
    }

    fn detail(&self, sql: &mut Sql) {
        if self.query.is_of_alerts {
            sql.push(" JOIN regional_update d ON d.content_id = c.id AND ").push(&alerts());
        }
    }

    /// That the public saw it: it became public before its time was over. Where the log no longer reaches back, what it says
    /// of the end is enough.
    fn seen(&self, before: &str, sql: &mut Sql) {
        let public = format!("SELECT 1 FROM change p WHERE p.item = c.id AND p.visibility_after = 'PUBLIC'{before}");
        sql.push(&format!(
            " AND (c.expires_at IS NULL OR EXISTS ({public} AND p.at < c.expires_at) OR NOT EXISTS ({public}))"
        ));
    }

    fn narrowed(&self, [key, regions, topics]: [&str; 3], sql: &mut Sql) {
        if let Some(item) = self.query.item {
            sql.push(&format!(" AND {key} = ")).bind(item);
        }
        if let Some(keys) = &self.query.regions {
            holds_any(regions, keys, self.backend, sql);
        }
        if let Some(keys) = &self.query.topics {
            holds_any(topics, keys, self.backend, sql);
        }
        if let Some(publishers) = &self.query.publishers {
            sql.push(" AND c.organization_id").is_any(self.backend, publishers);
        }
    }
}

/// That the detail `d` is a drug alert's.
fn alerts() -> String {
    words("d.kind", &ALERT_KINDS.map(|kind| kind.as_str()))
}

/// That a column is one of some fixed words.
fn words(column: &str, words: &[&str]) -> String {
    format!("{column} IN ('{}')", words.join("', '"))
}

/// Appends the condition that a packed set of keys holds one of some keys.
fn holds_any(column: &str, keys: &[i64], backend: DbBackend, sql: &mut Sql) {
    if backend == DbBackend::Postgres {
        sql.push(&format!(" AND string_to_array(trim(both ',' from {column}), ',')::bigint[] && "));
        sql.bind(keys.to_vec());
        return;
    }
    let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
    sql.push(&format!(
        " AND EXISTS (SELECT 1 FROM json_each('[' || trim({column}, ',') || ']') o WHERE o.value IN \
         (SELECT value FROM json_each("
    ));
    sql.bind(format!("[{}]", keys.join(","))).push(")))");
}
