//! The change log as followers read it: rows with what has become of their items, and the walks over all items. Must not
//! decide what a follower may know.

use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryResult, Statement};

use super::change::{catalog_changed, last_epoch};
use super::sql::{Sql, unpack_keys};
use super::{Epoch, Kind, Store};
use crate::domain::time::Timestamp;
use crate::domain::update::ALERT_KINDS;
use crate::domain::vocabulary::Vocabulary;

/// What is known of an item beside its texts.
#[derive(Clone, Debug)]
pub struct ItemState {
    /// Its key.
    pub key: i64,
    /// What it is.
    pub kind: Kind,
    /// Its public id.
    pub id: String,
    /// Where it stands in its life.
    pub status: String,
    /// Who may read it.
    pub visibility: String,
    /// Its publisher's key.
    pub organization: i64,
    /// Its regions' keys.
    pub regions: Vec<i64>,
    /// Its topics' keys.
    pub topics: Vec<i64>,
    /// When it was published, in microseconds since 1970.
    pub published_at: Option<i64>,
    /// When it ends, in microseconds since 1970.
    pub expires_at: Option<i64>,
    /// Whether it is a drug alert.
    pub is_alert: bool,
}

/// An item as it was before or after a change: none if nobody but its makers could see it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Who could read it.
    pub visibility: String,
    /// Its regions' keys.
    pub regions: Vec<i64>,
    /// Its topics' keys.
    pub topics: Vec<i64>,
}

/// A row of the change log.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Its number.
    pub seq: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What it is about.
    pub noun: String,
    /// The key of that.
    pub item: i64,
    /// Its public id, without prefix.
    pub public_id: String,
    /// What happened.
    pub what: String,
    /// The item before.
    pub before: Option<Seen>,
    /// The item after.
    pub after: Option<Seen>,
    /// Whether copies are to be erased.
    pub purge: bool,
    /// The item now, if it is content and there.
    pub now: Option<ItemState>,
    /// The number of the last change of the same item.
    pub last: i64,
}

/// How long changes are kept, in days.
pub const KEPT_DAYS: i64 = 90;
/// Changes that one statement forgets.
const FORGOTTEN: i64 = 5_000;

/// The last change that is committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogEnd {
    /// Its number.
    pub seq: i64,
    /// Its instant, in microseconds since 1970; 0 if its row is not kept.
    pub at: i64,
    /// The latest instant of the changes before it: clocks differ.
    pub latest: i64,
}

/// What [`ItemState`] is read from, of a row `e` of the content.
static STATE: LazyLock<String> = LazyLock::new(|| {
    let update = Kind::Update.number();
    let alerts = ALERT_KINDS.map(|kind| format!("'{}'", kind.as_str())).join(", ");
    format!(
        "{COLUMNS}, CASE WHEN e.kind = {update} AND EXISTS (SELECT 1 FROM regional_update u WHERE u.content_id = e.id \
             AND u.kind IN ({alerts})) THEN 1 ELSE 0 END AS e_is_alert"
    )
});

const COLUMNS: &str = "e.id AS e_id, e.kind AS e_kind, e.public_id AS e_public_id, e.status AS e_status, e.visibility AS \
                        e_visibility, e.organization_id AS e_organization_id, e.region_ids AS e_region_ids, e.topic_ids AS \
                        e_topic_ids, e.published_at AS e_published_at, e.expires_at AS e_expires_at";

impl ItemState {
    fn from_row(row: &QueryResult) -> Result<Option<Self>, DbErr> {
        let Some(key) = row.try_get::<Option<i64>>("", "e_id")? else { return Ok(None) };
        let number: i16 = row.try_get("", "e_kind")?;
        let kind = Kind::from_number(number).ok_or_else(|| DbErr::Type(format!("unknown content kind {number}")))?;
        let bare: String = row.try_get("", "e_public_id")?;
        Ok(Some(Self {
            key,
            kind,
            id: kind.noun().id_of(&bare),
            status: row.try_get("", "e_status")?,
            visibility: row.try_get("", "e_visibility")?,
            organization: row.try_get("", "e_organization_id")?,
            regions: unpack_keys(&row.try_get::<String>("", "e_region_ids")?),
            topics: unpack_keys(&row.try_get::<String>("", "e_topic_ids")?),
            published_at: row.try_get("", "e_published_at")?,
            expires_at: row.try_get("", "e_expires_at")?,
            is_alert: row.try_get::<i32>("", "e_is_alert")? != 0,
        }))
    }
}

impl Logged {
    fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        let side = |name: &str| -> Result<Option<Seen>, DbErr> {
            let text = |part: &str| row.try_get::<Option<String>>("", &format!("{part}_{name}"));
            let Some(visibility) = text("visibility")? else { return Ok(None) };
            let keys = |part: &str| text(part).map(|keys| keys.as_deref().map(unpack_keys).unwrap_or_default());
            Ok(Some(Seen { visibility, regions: keys("regions")?, topics: keys("topics")? }))
        };
        let seq = row.try_get("", "seq")?;
        Ok(Self {
            seq,
            at: row.try_get("", "at")?,
            noun: row.try_get("", "noun")?,
            item: row.try_get("", "item")?,
            public_id: row.try_get("", "public_id")?,
            what: row.try_get("", "what")?,
            before: side("before")?,
            after: side("after")?,
            purge: row.try_get("", "purge")?,
            now: ItemState::from_row(row)?,
            last: row.try_get::<Option<i64>>("", "last")?.unwrap_or(seq),
        })
    }
}

impl Store {
    /// The end of the log.
    pub async fn log_end(&self) -> Result<LogEnd, DbErr> {
        let sql = "SELECT e.seq, COALESCE((SELECT c.at FROM change c WHERE c.seq = e.seq), 0), COALESCE((SELECT max(l.at) \
                   FROM (SELECT at FROM change ORDER BY seq DESC LIMIT 500) l), 0) FROM epoch e WHERE e.id = 1";
        let row = self.reader.query_one_raw(Statement::from_string(self.backend(), sql)).await?;
        let Some(row) = row else { return Ok(LogEnd::default()) };
        Ok(LogEnd { seq: row.try_get_by_index(0)?, at: row.try_get_by_index(1)?, latest: row.try_get_by_index(2)? })
    }

    /// Some rows of the log, from a number on.
    pub async fn log_from(&self, seq: i64, most: usize) -> Result<Vec<Logged>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT c.*, ").push(&STATE);
        sql.push(", (SELECT max(l.seq) FROM change l WHERE l.item = c.item) AS last FROM (SELECT * FROM change");
        sql.push(" WHERE seq >= ").bind(seq).push(" ORDER BY seq LIMIT ");
        sql.push_number(i64::try_from(most).unwrap_or(i64::MAX));
        sql.push(") c LEFT JOIN content e ON e.id = c.item ORDER BY c.seq");
        self.query(sql.statement(self.backend())).await?.iter().map(Logged::from_row).collect()
    }

    /// Some items, whatever their state, in the order of their keys, behind one.
    pub async fn states_after(&self, key: i64, most: usize) -> Result<Vec<ItemState>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT ").push(&STATE).push(" FROM content e WHERE e.id > ").bind(key);
        sql.push(" ORDER BY e.id LIMIT ").push_number(i64::try_from(most).unwrap_or(i64::MAX));
        self.states(sql).await
    }

    /// What the clock did to some published items until an instant, though no change says so: their hour came, or their time
    /// was over. In the order of these instants, behind one and a key; each with its instant.
    pub async fn turned_after(
        &self,
        (turn, key): (i64, i64),
        now: i64,
        most: usize,
    ) -> Result<Vec<(i64, ItemState)>, DbErr> {
        let mut sql = Sql::default();
        let part = |column: &str, condition: &str, sql: &mut Sql| {
            sql.push("SELECT ")
                .push(&STATE)
                .push(&format!(", {column} AS turn FROM content e WHERE e.status = 'PUBLISHED'"));
            sql.push(&format!(" AND {column} >= ")).bind(turn).push(&format!(" AND {column} <= ")).bind(now);
            sql.push(&format!(" AND ({column}, e.id) > (")).bind(turn).push(", ").bind(key).push(")").push(condition);
        };
        part("e.expires_at", "", &mut sql);
        sql.push(" UNION ALL ");
        // Its index holds these only. Of what was changed since, the change tells.
        let condition = " AND e.published_at > e.updated_at AND COALESCE((SELECT max(l.at) FROM change l WHERE \
                         l.item = e.id), 0) < e.published_at";
        part("e.published_at", condition, &mut sql);
        sql.push(" ORDER BY turn, e_id LIMIT ").push_number(i64::try_from(most).unwrap_or(i64::MAX));
        let rows = self.query(sql.statement(self.backend())).await?;
        let mut turned = Vec::with_capacity(rows.len());
        for row in &rows {
            let turn = row.try_get("", "turn")?;
            turned.extend(ItemState::from_row(row)?.map(|state| (turn, state)));
        }
        Ok(turned)
    }

    async fn states(&self, sql: Sql) -> Result<Vec<ItemState>, DbErr> {
        let rows = self.query(sql.statement(self.backend())).await?;
        let mut states = Vec::with_capacity(rows.len());
        for row in &rows {
            states.extend(ItemState::from_row(row)?);
        }
        Ok(states)
    }

    /// Forgets changes that are older than 90 days and that nobody who follows in here has still to read. Some at a time;
    /// answers whether there may be more.
    pub async fn forget_changes(&self, now: Timestamp) -> Result<bool, DbErr> {
        let mut sql = Sql::default();
        // The first ones, up to the last that is old: who was told of it has missed nothing.
        sql.push(
            "DELETE FROM change WHERE seq IN (SELECT c.seq FROM change c WHERE c.seq < COALESCE((SELECT k.seq FROM ",
        );
        sql.push("change k WHERE k.at >= ").bind(now.plus_days(-KEPT_DAYS).as_micros());
        sql.push(
            " ORDER BY k.seq LIMIT 1), (SELECT seq + 1 FROM epoch WHERE id = 1)) - 1 AND c.seq <= (SELECT min(seq) FROM ",
        );
        sql.push("log_reader) ORDER BY c.seq LIMIT ").push_number(FORGOTTEN).push(")");
        let done = self.writer.execute_raw(sql.statement(self.backend())).await?;
        Ok(i64::try_from(done.rows_affected()).unwrap_or(0) == FORGOTTEN)
    }

    /// The secret that seals the places of followers.
    pub async fn follow_key(&self) -> Result<String, DbErr> {
        let found = entity::follow_key::Entity::find_by_id(1_i16).one(&self.reader).await?;
        found.map(|row| row.key).ok_or_else(|| DbErr::Custom("the key of followers is missing".to_string()))
    }

    /// Reads the catalog anew if a change says that it is old. With a connection that neither readers nor writers keep busy.
    /// Answers the number of the last committed change.
    pub async fn follow_catalog(&self) -> Result<Epoch, DbErr> {
        self.follow_catalog_on(&self.watcher).await
    }

    /// The same for one who reads, and must not wait for those who write.
    pub async fn refresh_catalog(&self) -> Result<Epoch, DbErr> {
        self.follow_catalog_on(&self.reader).await
    }

    async fn follow_catalog_on(&self, connection: &DatabaseConnection) -> Result<Epoch, DbErr> {
        let known = Epoch(self.catalog_epoch.load(Ordering::Acquire));
        let epoch = last_epoch(connection).await?;
        if known < Epoch(0) || (known != epoch && catalog_changed(connection, known).await?) {
            self.load_catalog(connection).await?;
        }
        self.count_up_to(connection, epoch).await?;
        self.catalog_epoch.fetch_max(epoch.0, Ordering::AcqRel);
        Ok(epoch)
    }
}
