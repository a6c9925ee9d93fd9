//! Rows as they are stored, whatever their state: for the service, imports and exports. Must not serve readers: they
//! have a `View`.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, SimpleExpr, UnionType};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, QueryTrait, Select,
};

use super::columns::columns;
use super::item::Item;
use super::sql::{Sql, unpack_keys};
use super::{Columns, Detail, Kind, NewItem, Store};

/// Rows of regions, topics and organizations.
pub type CatalogRows = (Vec<entity::region::Model>, Vec<entity::topic::Model>, Vec<entity::organization::Model>);

/// The keys of what an item links to, packed, in order.
const LINKS: &str = "(SELECT group_concat(to_id) FROM (SELECT to_id FROM link WHERE from_id = c.id ORDER BY position))";
/// The same on PostgreSQL.
const LINKS_POSTGRES: &str = "(SELECT string_agg(to_id::text, ',' ORDER BY position) FROM link WHERE from_id = c.id)";

/// The number of an item's last change.
const LAST_CHANGE: &str = "COALESCE((SELECT max(seq) FROM change WHERE item = c.id), 0)";

fn links_of(row: &QueryResult) -> Result<Vec<i64>, DbErr> {
    Ok(row.try_get::<Option<String>>("", "links")?.as_deref().map(unpack_keys).unwrap_or_default())
}

/// An envelope with its detail and links.
pub(super) async fn whole<C: ConnectionTrait>(
    connection: &C,
    kind: Kind,
    content: entity::content::Model,
) -> Result<NewItem, DbErr> {
    let id = content.id;
    let detail = match kind {
        Kind::Resource => entity::resource::Entity::find_by_id(id).one(connection).await?.map(Detail::Resource),
        Kind::Event => entity::event::Entity::find_by_id(id).one(connection).await?.map(Detail::Event),
        Kind::Campaign => entity::campaign::Entity::find_by_id(id).one(connection).await?.map(Detail::Campaign),
        Kind::Update => entity::regional_update::Entity::find_by_id(id).one(connection).await?.map(Detail::Update),
    };
    let detail = detail.ok_or_else(|| DbErr::RecordNotFound(format!("the detail of content {id}")))?;
    Ok(NewItem { content, detail, links: links(connection, id).await? })
}

/// The envelopes of some items with their details.
pub(super) async fn envelopes<C: ConnectionTrait>(
    connection: &C,
    keys: BTreeSet<i64>,
) -> Result<Vec<(entity::content::Model, Detail)>, DbErr> {
    // Before the details: whoever finds the version of an envelope later has read no older detail.
    let mut contents =
        entity::content::Entity::find().filter(entity::content::COLUMN.id.is_in(keys)).all(connection).await?;
    let mut all = Vec::with_capacity(contents.len());
    for kind in Kind::ALL {
        let own: Vec<i64> = contents.iter().filter(|c| c.kind == kind.number()).map(|c| c.id).collect();
        if own.is_empty() {
            continue;
        }
        let mut details: HashMap<i64, Detail> = match kind {
            Kind::Resource => details!(connection, resource, Resource, own),
            Kind::Event => details!(connection, event, Event, own),
            Kind::Campaign => details!(connection, campaign, Campaign, own),
            Kind::Update => details!(connection, regional_update, Update, own),
        };
        let (of_kind, others) = contents.into_iter().partition(|content| content.kind == kind.number());
        contents = others;
        let of_kind: Vec<entity::content::Model> = of_kind;
        all.extend(
            of_kind.into_iter().filter_map(|content| details.remove(&content.id).map(|detail| (content, detail))),
        );
    }
    Ok(all)
}

/// The details of some items of a kind, by key.
macro_rules! details {
    ($connection:ident, $module:ident, $variant:ident, $keys:ident) => {
        entity::$module::Entity::find()
            .filter(entity::$module::COLUMN.content_id.is_in($keys))
            .all($connection)
            .await?
            .into_iter()
            .map(|row| (row.content_id, Detail::$variant(row)))
            .collect()
    };
}
use details;

/// The keys of what an item links to, in order.
async fn links<C: ConnectionTrait>(connection: &C, id: i64) -> Result<Vec<i64>, DbErr> {
    let links = entity::link::Entity::find().filter(entity::link::COLUMN.from_id.eq(id));
    let links = links.order_by_asc(entity::link::Column::Position).all(connection).await?;
    Ok(links.into_iter().map(|link| link.to_id).collect())
}

impl Store {
    /// Whether any content is stored.
    pub async fn has_content(&self) -> Result<bool, DbErr> {
        Ok(entity::content::Entity::find().limit(1).count(&self.writer).await? > 0)
    }

    /// The stored envelope of an organization's item that has a slug or asks for it; a public one first.
    pub async fn stored_by_own_slug(
        &self,
        tx: &impl ConnectionTrait,
        organization: i64,
        kind: Kind,
        slug: &str,
    ) -> Result<Option<entity::content::Model>, DbErr> {
        // With a sum, SQLite does not read all items of the organization instead.
        let publisher = Expr::col(entity::content::Column::OrganizationId).add(0_i64);
        by_any_slug(self.backend(), kind, slug).filter(publisher.eq(organization)).one(tx).await
    }

    /// The stored envelope of any item that has a slug or asks for it; a public one first.
    pub async fn stored_by_any_slug(
        &self,
        tx: &DatabaseTransaction,
        kind: Kind,
        slug: &str,
    ) -> Result<Option<entity::content::Model>, DbErr> {
        by_any_slug(self.backend(), kind, slug).one(tx).await
    }

    /// The stored envelope of a public item's slug.
    pub async fn stored_by_slug(
        &self,
        tx: &impl ConnectionTrait,
        kind: Kind,
        slug: &str,
    ) -> Result<Option<entity::content::Model>, DbErr> {
        let query = entity::content::Entity::find()
            .filter(entity::content::COLUMN.kind.eq(kind.number()))
            .filter(entity::content::COLUMN.slug.eq(slug));
        query.one(tx).await
    }

    /// The stored envelope of a source's id within a publisher.
    pub async fn stored_by_source(
        &self,
        tx: &impl ConnectionTrait,
        organization: i64,
        system: &str,
        external_id: &str,
    ) -> Result<Option<entity::content::Model>, DbErr> {
        let query = entity::content::Entity::find()
            .filter(entity::content::COLUMN.organization_id.eq(organization))
            .filter(entity::content::COLUMN.source_system.eq(system))
            .filter(entity::content::COLUMN.source_external_id.eq(external_id));
        query.one(tx).await
    }

    /// The stored envelope of a key.
    pub async fn stored_by_key(
        &self,
        tx: &impl ConnectionTrait,
        key: i64,
    ) -> Result<Option<entity::content::Model>, DbErr> {
        entity::content::Entity::find_by_id(key).one(tx).await
    }

    /// A batch of stored items of a kind, bodies and links included, behind a public id, in the order of public ids.
    pub async fn stored_after(&self, kind: Kind, after: &str, size: u64) -> Result<Vec<NewItem>, DbErr> {
        let rows = entity::content::Entity::find()
            .filter(entity::content::COLUMN.kind.eq(kind.number()))
            .filter(Expr::col(entity::content::Column::PublicId).gt(after))
            .limit(size);
        let rows = sea_orm::QueryOrder::order_by_asc(rows, entity::content::Column::PublicId).all(&self.writer).await?;
        let mut items = Vec::with_capacity(rows.len());
        for content in rows {
            items.push(whole(&self.writer, kind, content).await?);
        }
        Ok(items)
    }

    /// Kind and public id of some stored items.
    pub async fn stored_ids(&self, keys: &[i64]) -> Result<Vec<(i64, Kind, String)>, DbErr> {
        stored_ids(&self.writer, keys).await
    }

    /// The same as a transaction sees it.
    pub async fn stored_ids_within(
        &self,
        tx: &impl ConnectionTrait,
        keys: &[i64],
    ) -> Result<Vec<(i64, Kind, String)>, DbErr> {
        if keys.is_empty() { Ok(Vec::new()) } else { stored_ids(tx, keys).await }
    }

    /// The stored item of a key, whatever its state.
    pub async fn stored_item(&self, tx: &impl ConnectionTrait, kind: Kind, key: i64) -> Result<Option<NewItem>, DbErr> {
        self.read_item(tx, kind, key, "").await
    }

    /// The same with the number of the item's last change, of one moment.
    pub async fn stored_item_and_change(
        &self,
        reads: &impl ConnectionTrait,
        kind: Kind,
        key: i64,
    ) -> Result<Option<(NewItem, i64)>, DbErr> {
        let also = format!("{} AS links, {LAST_CHANGE} AS last_change", self.links_here());
        let Some(row) = self.read_row(reads, (kind, key), &also, "").await? else { return Ok(None) };
        let Item { content, detail, .. } = Item::from_row(&row, 2, kind, Columns::ALL)?;
        let links = links_of(&row)?;
        Ok(Some((NewItem { content, detail, links }, row.try_get("", "last_change")?)))
    }

    /// The same for a transaction that changes it: nobody else does until that ends. SQLite has one writer, which holds
    /// every lock. Both tables are locked: of one that is not, PostgreSQL shows what was there before the wait.
    pub async fn stored_item_locked(
        &self,
        tx: &impl ConnectionTrait,
        kind: Kind,
        key: i64,
    ) -> Result<Option<NewItem>, DbErr> {
        let lock = if self.backend() == DbBackend::Postgres { " FOR UPDATE OF c, d" } else { "" };
        self.read_item(tx, kind, key, lock).await
    }

    async fn read_item(
        &self,
        tx: &impl ConnectionTrait,
        kind: Kind,
        key: i64,
        lock: &str,
    ) -> Result<Option<NewItem>, DbErr> {
        // Behind a lock, PostgreSQL shows what was there before it, so that it is asked again there.
        let is_one_moment = self.backend() == DbBackend::Sqlite || lock.is_empty();
        let links_here = if is_one_moment { self.links_here() } else { "1" };
        let Some(row) = self.read_row(tx, (kind, key), &format!("{links_here} AS links"), lock).await? else {
            return Ok(None);
        };
        let Item { content, detail, .. } = Item::from_row(&row, 1, kind, Columns::ALL)?;
        let links = if is_one_moment { links_of(&row)? } else { links(tx, key).await? };
        Ok(Some(NewItem { content, detail, links }))
    }

    fn links_here(&self) -> &'static str {
        if self.backend() == DbBackend::Sqlite { LINKS } else { LINKS_POSTGRES }
    }

    async fn read_row(
        &self,
        reads: &impl ConnectionTrait,
        (kind, key): (Kind, i64),
        also: &str,
        lock: &str,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut sql = Sql::default();
        sql.push("SELECT ").push(also);
        columns(kind, Columns::ALL, &mut sql);
        sql.push(" FROM content c JOIN ").push(kind.table()).push(" d ON d.content_id = c.id WHERE c.id = ").bind(key);
        sql.push(" AND c.kind = ").push_number(kind.number().into()).push(lock);
        reads.query_one_raw(sql.statement(self.backend())).await
    }

    /// Whether a publisher has anything of some source systems.
    pub async fn has_imported(&self, organization: &str, systems: &[&str]) -> Result<bool, DbErr> {
        let Some(own) = self.catalog().find_organization(organization).map(|found| found.key) else { return Ok(false) };
        let column = entity::content::COLUMN;
        let found = entity::content::Entity::find()
            .filter(column.organization_id.eq(own).and(column.source_system.is_in(systems.iter().copied())));
        Ok(found.one(&self.writer).await?.is_some())
    }

    /// The rows of regions, topics and organizations, each ordered by slug.
    pub async fn stored_catalog(&self) -> Result<CatalogRows, DbErr> {
        catalog_rows(&self.writer).await
    }

    /// The same as a transaction sees it.
    pub async fn stored_catalog_within(&self, tx: &DatabaseTransaction) -> Result<CatalogRows, DbErr> {
        catalog_rows(tx).await
    }
}

async fn stored_ids<C: ConnectionTrait>(connection: &C, keys: &[i64]) -> Result<Vec<(i64, Kind, String)>, DbErr> {
    let rows = entity::content::Entity::find()
        .filter(entity::content::COLUMN.id.is_in(keys.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|r| Kind::from_number(r.kind).map(|kind| (r.id, kind, r.public_id))).collect())
}

/// Items that have a slug or ask for it, a public one first: by an index on each. PostgreSQL combines two for an `OR`, where
/// SQLite would read all of the kind; a union inside `IN` it only plans well once it has counted the rows.
fn by_any_slug(backend: DbBackend, kind: Kind, slug: &str) -> Select<entity::content::Entity> {
    let column = entity::content::COLUMN;
    let (has, asks) = (column.slug.eq(slug), column.wanted_slug.eq(slug));
    let of_kind =
        |named: SimpleExpr| entity::content::Entity::find().filter(column.kind.eq(kind.number())).filter(named);
    let found = if backend == DbBackend::Postgres {
        of_kind(has.or(asks))
    } else {
        let ids = |named| of_kind(named).select_only().column(entity::content::Column::Id).into_query();
        let mut called = ids(has);
        called.union(UnionType::All, ids(asks));
        entity::content::Entity::find().filter(column.id.in_subquery(called))
    };
    found
        .order_by_asc(Expr::col(entity::content::Column::WantedSlug).is_not_null())
        .order_by_asc(entity::content::Column::Id)
}

async fn catalog_rows<C: ConnectionTrait>(connection: &C) -> Result<CatalogRows, DbErr> {
    let mut regions = entity::region::Entity::find().all(connection).await?;
    let mut topics = entity::topic::Entity::find().all(connection).await?;
    let mut organizations = entity::organization::Entity::find().all(connection).await?;
    regions.sort_by(|a, b| a.slug.cmp(&b.slug));
    topics.sort_by(|a, b| a.slug.cmp(&b.slug));
    organizations.sort_by(|a, b| a.slug.cmp(&b.slug));
    Ok((regions, topics, organizations))
}
