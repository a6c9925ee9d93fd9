//! One content item as it is read: the envelope, the detail of its kind, and single look-ups. Must not list.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use sea_orm::sqlx::postgres::{PgRow, Postgres};
use sea_orm::sqlx::sqlite::{Sqlite, SqliteRow};
use sea_orm::sqlx::{Decode, Row as _};
use sea_orm::{DbBackend, DbErr, Iterable, QueryResult, sea_query::Iden};

use super::catalog::json;
use super::sql::Sql;
use super::{NewItem, Store};
use crate::domain::content::{ContentBody, ContentText};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::view::{Area, View};

/// The kinds of content, with the small numbers that the tables use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A resource.
    Resource = 1,
    /// An event.
    Event = 2,
    /// A campaign.
    Campaign = 3,
    /// A regional update.
    Update = 4,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Resource, Self::Event, Self::Campaign, Self::Update];

    /// The number in the tables.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The kind of a number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The noun of its public ids.
    pub const fn noun(self) -> Noun {
        match self {
            Self::Resource => Noun::Resource,
            Self::Event => Noun::Event,
            Self::Campaign => Noun::Campaign,
            Self::Update => Noun::Update,
        }
    }

    /// The kind of a noun, if it is content.
    pub fn of_noun(noun: Noun) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.noun() == noun)
    }

    /// The table of its details.
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Event => "event",
            Self::Campaign => "campaign",
            Self::Update => "regional_update",
        }
    }
}

/// What an item has beyond the envelope.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Of a resource.
    Resource(entity::resource::Model),
    /// Of an event.
    Event(entity::event::Model),
    /// Of a campaign.
    Campaign(entity::campaign::Model),
    /// Of a regional update.
    Update(entity::regional_update::Model),
}

/// An item as it was read for one view.
#[derive(Clone, Debug)]
pub struct Item {
    /// What kind it is.
    pub kind: Kind,
    /// The envelope. `body` is there only if it was asked for.
    pub content: entity::content::Model,
    /// Titles and summaries, the original first.
    pub texts: Vec<ContentText>,
    /// The rest.
    pub detail: Detail,
}

/// Which columns of items are read. The others of an item are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Columns {
    /// Whether the body is.
    pub body: bool,
    /// Whether those are that lists seldom show: see `is_rare`.
    pub rare: bool,
}

impl Columns {
    /// All of them.
    pub const ALL: Self = Self { body: true, rare: true };

    /// All of them, the body perhaps.
    pub const fn with_body(body: bool) -> Self {
        Self { body, rare: true }
    }
}

/// Whether a column is read only if it is asked for. Whoever adds one looks at `graphql::wanted`, where the fields are that
/// need none of these.
const fn is_rare(table: &str, column: &str) -> bool {
    const CONTENT: &[&str] = &[
        "locales",
        "title_key",
        "attribution",
        "content_notes",
        "source_system",
        "source_external_id",
        "source",
        "verification",
        "spotlight_until",
        "created_at",
        "updated_at",
    ];
    const RESOURCE: &[&str] = &[
        "audience",
        "external_url",
        "files",
        "evidence",
        "reviewed_at",
        "review_due_at",
        "superseded_by",
        "license",
        "reading_level",
        "languages",
    ];
    const EVENT: &[&str] = &["over_at", "languages", "features", "campaign_id", "detail"];
    const CAMPAIGN: &[&str] = &["detail"];
    (is_same(table, "content") && is_among(column, CONTENT))
        || (is_same(table, "resource") && is_among(column, RESOURCE))
        || (is_same(table, "event") && is_among(column, EVENT))
        || (is_same(table, "campaign") && is_among(column, CAMPAIGN))
}

const fn is_among(name: &str, mut names: &[&str]) -> bool {
    while let [first, rest @ ..] = names {
        if is_same(name, first) {
            return true;
        }
        names = rest;
    }
    false
}

const fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

/// The cells of a row, one after the other. Straight from the driver: its columns are our own, so that their types are known.
struct Cells<'r> {
    row: Row<'r>,
    next: usize,
    has_rare: bool,
}

enum Row<'r> {
    Postgres(&'r PgRow),
    Sqlite(&'r SqliteRow),
}

impl<'r> Cells<'r> {
    fn of(row: &'r QueryResult, first: usize, columns: Columns) -> Result<Self, DbErr> {
        let postgres = row.try_as_pg_row().map(Row::Postgres);
        let row = postgres.or_else(|| row.try_as_sqlite_row().map(Row::Sqlite));
        let row = row.ok_or_else(|| DbErr::Type("a row of no known database".to_string()))?;
        Ok(Self { row, next: first, has_rare: columns.rare })
    }

    /// The next one, of a column that may not have been read.
    fn rare<T: Decode<'r, Postgres> + Decode<'r, Sqlite> + Default>(&mut self) -> Result<T, DbErr> {
        if self.has_rare { self.take() } else { Ok(T::default()) }
    }

    fn take<T: Decode<'r, Postgres> + Decode<'r, Sqlite>>(&mut self) -> Result<T, DbErr> {
        let at = self.next;
        self.next += 1;
        let value = match self.row {
            Row::Postgres(row) => row.try_get_unchecked(at),
            Row::Sqlite(row) => row.try_get_unchecked(at),
        };
        value.map_err(|fault| DbErr::Type(format!("column {at} of an item: {fault}")))
    }
}

/// Reads rows by the positions of their columns: by name, as `FromQueryResult` does, it takes longer than all else of a list.
mod row {
    use sea_orm::DbErr;

    use super::{Cells, is_rare};

    macro_rules! readers {
        ($($table:ident { $($column:ident)+ })+) => {
            $(pub(super) fn $table(cells: &mut Cells<'_>) -> Result<entity::$table::Model, DbErr> {
                Ok(entity::$table::Model {
                    $($column: if const { is_rare(stringify!($table), stringify!($column)) } {
                        cells.rare()?
                    } else {
                        cells.take()?
                    },)+
                })
            })+

            #[cfg(test)]
            pub(super) fn all() -> Vec<(&'static str, Vec<String>, Vec<&'static str>)> {
                use sea_orm::{Iterable, sea_query::Iden};
                vec![$((
                    stringify!($table),
                    entity::$table::Column::iter().map(|column| column.unquoted().to_string()).collect(),
                    vec![$(stringify!($column)),+],
                ),)+]
            }
        };
    }

    readers! {
        content {
            id public_id kind slug wanted_slug organization_id status visibility version texts locales title_key
            attribution content_notes source_system source_external_id source verification region_ids topic_ids
            order_key spotlight_until published_at expires_at created_at updated_at body
        }
        resource {
            content_id category format audience external_url files evidence reviewed_at review_due_at superseded_by
            license reading_level languages
        }
        event {
            content_id kind format event_status starts_at_local ends_at_local time_zone is_all_day starts_at ends_at
            over_at languages features campaign_id detail
        }
        campaign { content_id kind state urgency starts_on ends_on detail }
        regional_update {
            content_id kind message_type supersedes issued_at effective_at severity instructions detail
        }
    }
}

impl Item {
    /// Reads a row that was selected with [`columns`], the first of which stands at a position.
    pub(super) fn from_row(row: &QueryResult, first: usize, read: Columns) -> Result<Self, DbErr> {
        let mut cells = Cells::of(row, first, read)?;
        let content = row::content(&mut cells)?;
        let kind = Kind::from_number(content.kind)
            .ok_or_else(|| DbErr::Type(format!("unknown content kind {}", content.kind)))?;
        let detail = match kind {
            Kind::Resource => Detail::Resource(row::resource(&mut cells)?),
            Kind::Event => Detail::Event(row::event(&mut cells)?),
            Kind::Campaign => Detail::Campaign(row::campaign(&mut cells)?),
            Kind::Update => Detail::Update(row::regional_update(&mut cells)?),
        };
        Ok(Self { kind, texts: json(&content.texts)?, content, detail })
    }

    /// An item as it was just stored.
    pub fn from_stored(item: &NewItem) -> Result<Self, DbErr> {
        let content = item.content.clone();
        let kind = Kind::from_number(content.kind)
            .ok_or_else(|| DbErr::Type(format!("unknown content kind {}", content.kind)))?;
        Ok(Self { kind, texts: json(&content.texts)?, content, detail: item.detail.clone() })
    }

    /// Its name in addresses, or the one that it asks for while the public does not see it.
    pub fn slug(&self) -> &str {
        shown_slug(&self.content)
    }

    /// The version in which the original's words were last changed.
    pub fn text_version(&self) -> i32 {
        self.texts.first().map_or(self.content.version, |original| original.based_on)
    }

    /// The public id.
    pub fn public_id(&self) -> String {
        format!("{}_{}", self.kind.noun().prefix(), self.content.public_id)
    }

    /// The bodies by locale, if the body was read.
    pub fn bodies(&self) -> Result<Vec<ContentBody>, DbErr> {
        self.content.body.as_deref().map_or(Ok(Vec::new()), json)
    }
}

/// The name of a stored item in addresses, or the one that it asks for while the public does not see it.
pub fn shown_slug(content: &entity::content::Model) -> &str {
    content.wanted_slug.as_deref().unwrap_or(&content.slug)
}

/// Appends `, c.x AS c_x, …, d.y AS d_y, …`, with an empty body unless it is read; answers how many columns these are.
pub(super) fn columns(kind: Kind, read: Columns, sql: &mut Sql) -> usize {
    static TEXTS: LazyLock<HashMap<(Kind, Columns), (String, usize)>> = LazyLock::new(|| {
        let all = Kind::ALL.into_iter().flat_map(|kind| [false, true].map(|body| (kind, body)));
        let all = all.flat_map(|(kind, body)| [false, true].map(|rare| (kind, Columns { body, rare })));
        let of = |(kind, read)| {
            let texts = column_texts(kind, read);
            ((kind, read), (texts.concat(), texts.len()))
        };
        all.map(of).collect()
    });
    let Some((text, count)) = TEXTS.get(&(kind, read)) else { return 0 };
    sql.push(text);
    *count
}

fn column_texts(kind: Kind, read: Columns) -> Vec<String> {
    fn texts<C: Iden>(table: &str, alias: char, columns: impl Iterator<Item = C>, read: Columns) -> Vec<String> {
        let names = columns.map(|column| column.unquoted().to_string());
        let names = names.filter(|name| read.rare || !is_rare(table, name));
        names
            .map(|name| match name.as_str() {
                "body" if !read.body => ", CAST(NULL AS TEXT) AS c_body".to_string(),
                _ => format!(", {alias}.{name} AS {alias}_{name}"),
            })
            .collect()
    }
    let table = kind.table();
    let detail = match kind {
        Kind::Resource => texts(table, 'd', entity::resource::Column::iter(), read),
        Kind::Event => texts(table, 'd', entity::event::Column::iter(), read),
        Kind::Campaign => texts(table, 'd', entity::campaign::Column::iter(), read),
        Kind::Update => texts(table, 'd', entity::regional_update::Column::iter(), read),
    };
    let mut all = texts("content", 'c', entity::content::Column::iter(), read);
    all.extend(detail);
    all
}

/// Appends the condition that the item of an alias is published and visible to the viewer now.
pub(super) fn visible(alias: &str, view: &View, backend: DbBackend, sql: &mut Sql) {
    sql.push(&format!("{alias}.status = 'PUBLISHED' AND "));
    match &view.sight.partners {
        Some(Area::Everywhere) => {}
        Some(area) => {
            sql.push(&format!("({alias}.visibility = 'PUBLIC' OR "));
            lies_within(alias, area, backend, sql);
            sql.push(") AND ");
        }
        None => {
            sql.push(&format!("{alias}.visibility = 'PUBLIC' AND "));
        }
    }
    sql.push(&format!("({alias}.expires_at IS NULL OR {alias}.expires_at > "));
    sql.bind(view.now.as_micros()).push(&format!(") AND ({alias}.published_at IS NULL OR {alias}.published_at <= "));
    sql.bind(view.now.as_micros()).push(")");
}

/// Appends the condition that the viewer may read the item of an alias, published or not.
pub(super) fn readable(alias: &str, view: &View, backend: DbBackend, sql: &mut Sql) {
    if !view.sight.is_wide() {
        return visible(alias, view, backend, sql);
    }
    sql.push("((");
    visible(alias, view, backend, sql);
    sql.push(")");
    if let Some((organization, area)) = &view.sight.own {
        sql.push(&format!(" OR ({alias}.organization_id = ")).bind(*organization).push(" AND ");
        lies_within(alias, area, backend, sql);
        sql.push(")");
    }
    if let Some(area) = &view.sight.review {
        sql.push(&format!(" OR ({alias}.status = 'IN_REVIEW' AND "));
        lies_within(alias, area, backend, sql);
        sql.push(")");
    }
    sql.push(")");
}

/// Appends the condition that a right to read holds for the item's regions: see [`Area::holds`].
fn lies_within(alias: &str, area: &Area, backend: DbBackend, sql: &mut Sql) {
    match (area, backend) {
        (Area::Everywhere, _) => {
            sql.push("1 = 1");
        }
        (Area::Within(keys), DbBackend::Postgres) => {
            sql.push(&format!(
                "({alias}.region_ids <> '' AND string_to_array(trim(both ',' from {alias}.region_ids), ',')::bigint[] <@ "
            ));
            sql.bind(keys.to_vec()).push(")");
        }
        (Area::Within(keys), _) => {
            let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
            sql.push(&format!(
                "({alias}.region_ids <> '' AND NOT EXISTS (SELECT 1 FROM json_each('[' || trim({alias}.region_ids, ',') \
                 || ']') o WHERE o.value NOT IN (SELECT value FROM json_each("
            ));
            sql.bind(format!("[{}]", keys.join(","))).push("))))");
        }
    }
}

/// Which items to find.
#[derive(Clone, Copy, Debug)]
enum Wanted<'a> {
    Keys(&'a [i64]),
    Slug(&'a str),
    Superseding(&'a [i64]),
}

/// Appends that a row of `content c` of a kind has a slug or asks for it, by an index on each: see `by_any_slug`.
fn called<'a>(backend: DbBackend, kind: Kind, slug: &str, sql: &'a mut Sql) -> &'a mut Sql {
    if backend == DbBackend::Postgres {
        return sql.push("(c.slug = ").bind(slug).push(" OR c.wanted_slug = ").bind(slug).push(")");
    }
    let number = i64::from(kind.number());
    sql.push("c.id IN (SELECT id FROM content WHERE kind = ").push_number(number).push(" AND slug = ").bind(slug);
    sql.push(" UNION ALL SELECT id FROM content WHERE kind = ").push_number(number).push(" AND wanted_slug = ");
    sql.bind(slug).push(")")
}

impl Store {
    /// The visible item of a public id.
    pub async fn find_item(&self, id: PublicId, view: &View, read: Columns) -> Result<Option<Arc<Item>>, DbErr> {
        let Some(kind) = Kind::of_noun(id.noun) else { return Ok(None) };
        let found = self.find_wanted(kind, Wanted::Keys(&[id.key()]), view, read).await?;
        Ok(found.into_iter().next().filter(|item| item.public_id() == id.to_string()))
    }

    /// The visible item of a slug.
    pub async fn find_item_by_slug(
        &self,
        kind: Kind,
        slug: &str,
        view: &View,
        read: Columns,
    ) -> Result<Option<Arc<Item>>, DbErr> {
        Ok(self.find_wanted(kind, Wanted::Slug(slug), view, read).await?.into_iter().next())
    }

    /// The visible items of some keys.
    pub async fn find_items(
        &self,
        kind: Kind,
        keys: &[i64],
        view: &View,
        with_body: bool,
    ) -> Result<HashMap<i64, Arc<Item>>, DbErr> {
        let found = self.find_wanted(kind, Wanted::Keys(keys), view, Columns::with_body(with_body)).await?;
        Ok(found.into_iter().map(|item| (item.content.id, item)).collect())
    }

    /// The visible updates that supersede some others, by the key of the superseded one; the last issued wins.
    pub async fn find_superseding(
        &self,
        keys: &[i64],
        view: &View,
        with_body: bool,
    ) -> Result<HashMap<i64, Arc<Item>>, DbErr> {
        let mut found =
            self.find_wanted(Kind::Update, Wanted::Superseding(keys), view, Columns::with_body(with_body)).await?;
        found.sort_by_key(|item| (item.content.order_key, item.content.id));
        let superseded = |item: &Item| match &item.detail {
            Detail::Update(update) => update.supersedes,
            _ => None,
        };
        Ok(found.into_iter().filter_map(|item| superseded(&item).map(|key| (key, item))).collect())
    }

    async fn find_wanted(
        &self,
        kind: Kind,
        wanted: Wanted<'_>,
        view: &View,
        read: Columns,
    ) -> Result<Vec<Arc<Item>>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT 1 AS found");
        columns(kind, read, &mut sql);
        match (wanted, self.backend()) {
            // From the keys on: without statistics, SQLite would rather read all that is published.
            (Wanted::Keys(keys), DbBackend::Sqlite) => {
                sql.push(" FROM json_each(")
                    .bind(serde_json::json!(keys).to_string())
                    .push(") k CROSS JOIN content c ON ");
                sql.push(&format!("c.id = k.value CROSS JOIN {} d ON d.content_id = c.id WHERE ", kind.table()));
            }
            _ => {
                sql.push(&format!(" FROM content c JOIN {} d ON d.content_id = c.id WHERE ", kind.table()));
            }
        }
        match wanted {
            Wanted::Keys(_) if self.backend() == DbBackend::Sqlite => sql.push("1 = 1"),
            Wanted::Keys(keys) => sql.push("c.id").is_any(self.backend(), keys),
            // What the public does not see has no slug of its own yet, and may share the one that it asks for.
            Wanted::Slug(slug) if view.sight.is_wide() || view.sight.partners.is_some() => {
                called(self.backend(), kind, slug, &mut sql)
            }
            Wanted::Slug(slug) => sql.push("c.slug = ").bind(slug),
            Wanted::Superseding(keys) => sql.push("d.supersedes").is_any(self.backend(), keys),
        };
        // Not by the kind, where there is a better way.
        let of_kind = if matches!(wanted, Wanted::Slug(_)) { " AND c.kind = " } else { " AND c.kind + 0 = " };
        sql.push(of_kind).push_number(kind.number().into()).push(" AND ");
        match wanted {
            Wanted::Superseding(_) => visible("c", view, self.backend(), &mut sql),
            Wanted::Keys(_) => readable("c", view, self.backend(), &mut sql),
            Wanted::Slug(_) => {
                readable("c", view, self.backend(), &mut sql);
                sql.push(" ORDER BY c.wanted_slug IS NOT NULL, c.created_at, c.id");
            }
        }
        let rows = self.query_alike(sql.statement(self.backend())).await?;
        rows.iter().map(|row| Item::from_row(row, 1, read).map(Arc::new)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn rows_are_read_in_the_order_in_which_they_are_selected() {
        for (table, selected, read) in row::all() {
            assert_eq!(selected, read, "{table}");
        }
    }
}
