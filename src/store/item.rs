//! One content item as it is read: the envelope, the detail of its kind, and single look-ups. Must not list.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{DbBackend, DbErr, QueryResult};

use super::catalog::json;
use super::columns::{Cells, Columns, columns, row};
use super::outline::fill;
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
    /// The envelope. Columns that were not read are empty.
    pub content: entity::content::Model,
    /// Titles and summaries, the original first.
    pub texts: Vec<ContentText>,
    /// The rest; empty where it was not read.
    pub detail: Detail,
}

impl Item {
    /// Reads a row of a kind that was selected with [`columns`], the first of which stands at a position.
    pub(super) fn from_row(row: &QueryResult, first: usize, kind: Kind, read: Columns) -> Result<Self, DbErr> {
        let read = read.of_kind(kind);
        let mut cells = Cells::of(row, first, read)?;
        let content = entity::content::Model { kind: kind.number(), ..row::content(&mut cells)? };
        let content_id = content.id;
        let mut detail = match kind {
            Kind::Resource => Detail::Resource(entity::resource::Model { content_id, ..row::resource(&mut cells)? }),
            Kind::Event => Detail::Event(entity::event::Model { content_id, ..row::event(&mut cells)? }),
            Kind::Campaign => Detail::Campaign(entity::campaign::Model { content_id, ..row::campaign(&mut cells)? }),
            Kind::Update => Detail::Update(row::regional_update(&mut cells)?),
        };
        if read.has_outline() {
            fill(&mut detail, &content.outline)?;
        }
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
        self.kind.noun().id_of(&self.content.public_id)
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

/// Appends the condition that the item of an alias is published and visible to the viewer now.
pub(super) fn visible(alias: &str, view: &View, backend: DbBackend, sql: &mut Sql) {
    sql.push(alias).push(".status = 'PUBLISHED' AND ");
    match &view.sight.partners {
        Some(Area::Everywhere) => {}
        Some(area) => {
            sql.push(&format!("({alias}.visibility = 'PUBLIC' OR "));
            lies_within(alias, area, backend, sql);
            sql.push(") AND ");
        }
        None => {
            sql.push(alias).push(".visibility = 'PUBLIC' AND ");
        }
    }
    let now = view.now.as_micros();
    sql.push("(").push(alias).push(".expires_at IS NULL OR ").push(alias).push(".expires_at > ").bind(now);
    sql.push(") AND (").push(alias).push(".published_at IS NULL OR ").push(alias).push(".published_at <= ").bind(now);
    sql.push(")");
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
                sql.push("c.id = k.value");
            }
            _ => {
                sql.push(" FROM content c");
            }
        }
        if read.has_detail(kind) {
            let join = if let (Wanted::Keys(_), DbBackend::Sqlite) = (wanted, self.backend()) { " CROSS" } else { "" };
            sql.push(&format!("{join} JOIN {} d ON d.content_id = c.id", kind.table()));
        }
        sql.push(" WHERE ");
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
        rows.iter().map(|row| Item::from_row(row, 1, kind, read).map(Arc::new)).collect()
    }
}
