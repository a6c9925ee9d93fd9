//! Writing items and the catalog in a transaction that the service began. Every write has its row in the change log. Must
//! not decide whether a write is allowed.

use std::collections::BTreeSet;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter, QuerySelect, QueryTrait, Statement,
};

use super::change::{Epoch, NewChange, Side, append, append_all, append_with};
use super::outline::outline;
use super::place::tells_less;
use super::reads::Reach;
use super::sql::Sql;
use super::together::Together;
use super::{Catalog, Detail, Expanded, Kind, Store, Touched};
use crate::domain::time::Timestamp;

/// An item to be stored: whole, with its links to other items.
#[derive(Clone, Debug, PartialEq)]
pub struct NewItem {
    /// The envelope with its body.
    pub content: entity::content::Model,
    /// The rest.
    pub detail: Detail,
    /// Keys of the items that it links to, in order.
    pub links: Vec<i64>,
}

/// What the change log says of an item whose id was made for it.
pub const CREATED: &str = "CREATED";
/// What it says of a region or topic that lies elsewhere than before, and everything in it with it.
pub const MOVED: &str = "MOVED";

/// An item to be stored, and what is known of it.
#[derive(Clone, Debug)]
pub struct Saving<'a> {
    /// The item as it is to be.
    pub item: &'a NewItem,
    /// The item as it is stored now; none if it is new.
    pub before: Option<&'a NewItem>,
    /// What the change log says; by the states before and after if absent.
    pub what: Option<&'static str>,
    /// When.
    pub at: Timestamp,
}

/// What is kept beside an item.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its revision.
    pub revision: entity::revision::Model,
    /// When it takes place, if it is an event and that changed.
    pub expanded: Option<Expanded>,
}

/// Statements that store an item in one round trip, told before the transaction that runs them.
#[derive(Clone, Debug)]
pub struct Write {
    together: Together,
    change: NewChange,
}

impl Write {
    /// Adds a statement of the same transaction that touches other rows.
    pub(super) fn add(&mut self, statement: Statement) {
        self.together.add(statement);
    }

    /// What they touch for readers, if that is known: rows of one item only.
    pub(super) fn touched(&self, catalog: &Catalog) -> Option<Touched> {
        let NewChange { noun, item, before, after, reach, .. } = &self.change;
        let packed =
            |of: fn(&Side) -> &Option<String>| [before, after].map(|side| of(side).as_deref().unwrap_or_default());
        Touched::of((noun, *item, *reach), packed(|side| &side.regions), packed(|side| &side.topics), catalog)
    }

    /// Runs them.
    pub(super) async fn run(self, tx: &DatabaseTransaction) -> Result<Epoch, DbErr> {
        append_with(self.together, tx, self.change).await
    }
}

/// Runs writes of different items, whose changes get their numbers last: on PostgreSQL every other write waits from there
/// to the end of the transaction. Answers the numbers.
pub(super) async fn run_all(writes: Vec<Write>, tx: &DatabaseTransaction) -> Result<Vec<Epoch>, DbErr> {
    let (rows, changes): (Vec<Together>, Vec<NewChange>) =
        writes.into_iter().map(|write| (write.together, write.change)).unzip();
    let append = append_all(tx.get_database_backend(), changes);
    let numbers = Together::run_all(rows, append, tx).await?;
    numbers.iter().map(|row| row.try_get_by_index(0).map(Epoch)).collect()
}

impl Store {
    /// Stores an item whole with its revision, lists it where it belongs, and appends what became of it to the
    /// change log; the index of search follows that. Comes last in its transaction: others that write wait from here to its end.
    pub async fn save_item(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        saving: &Saving<'_>,
        kept: Kept,
    ) -> Result<Epoch, DbErr> {
        if let Some(places) = self.simple_places(catalog, saving, &kept)? {
            return self.simple_write(saving, kept, places)?.run(tx).await;
        }
        let Saving { item, before, .. } = *saving;
        let (id, backend) = (item.content.id, self.backend());
        if let Some(before) = before {
            self.forget_exact_place(tx, item, before).await?;
            if kept.expanded.is_some() {
                self.clear_occurrences(tx, id).await?;
            }
        }
        let mut together = self.own_rows(saving, kept)?;
        let mut affected = BTreeSet::new();
        let linked = before.map_or(&[][..], |before| &before.links);
        if linked != item.links {
            affected.extend(changed_links(linked, &item.links));
            if !linked.is_empty() {
                entity::link::Entity::delete_many().filter(entity::link::COLUMN.from_id.eq(id)).exec(tx).await?;
            }
            together.add(insert_links(backend, id, &item.links));
        }
        together.run(tx).await?;
        affected.extend(self.place_item(tx, catalog, saving).await?);
        affected.remove(&id);
        // Each is locked before it is read: another transaction may be changing it, and the one that ends last must list it
        // as it is then.
        for linked in affected {
            let found = entity::content::Entity::find_by_id(linked).lock_exclusive().one(tx).await?;
            if let Some(content) = found {
                self.relist(tx, catalog, &content, None).await?;
            }
        }
        append(tx, change_of(saving)).await
    }

    /// What [`Store::save_item`] would run, if it can be told without a look at what else is stored; none if it cannot.
    pub fn plan_item(&self, catalog: &Catalog, saving: &Saving<'_>, kept: Kept) -> Result<Option<Write>, DbErr> {
        let places = self.simple_places(catalog, saving, &kept)?;
        places.map(|places| self.simple_write(saving, kept, places)).transpose()
    }

    /// What lists an item where it belongs, if no other item is touched and nothing of the item's own has to go first.
    fn simple_places(
        &self,
        catalog: &Catalog,
        saving: &Saving<'_>,
        kept: &Kept,
    ) -> Result<Option<Option<Statement>>, DbErr> {
        let Saving { item, before, .. } = *saving;
        let links = before.map_or(&[][..], |before| &before.links);
        let is_own = links == item.links && (before.is_none() || kept.expanded.is_none());
        if !is_own || before.map_or(Ok(false), |before| tells_less(item, before))? {
            return Ok(None);
        }
        Ok(self.place_simply(catalog, saving))
    }

    fn simple_write(&self, saving: &Saving<'_>, kept: Kept, places: Option<Statement>) -> Result<Write, DbErr> {
        let mut together = self.own_rows(saving, kept)?;
        places.into_iter().for_each(|statement| together.add(statement));
        Ok(Write { together, change: change_of(saving) })
    }

    /// The statements for an item's rows outside of lists and links.
    fn own_rows(&self, saving: &Saving<'_>, kept: Kept) -> Result<Together, DbErr> {
        let Saving { item, before, .. } = *saving;
        let backend = self.backend();
        let Kept { revision, expanded } = kept;
        let mut together = Together::new(backend);
        let (row, row_before) = (outlined(item), before.map(outlined));
        together.add(save_row::<entity::content::Entity>(backend, &row, row_before.as_ref()));
        if before.is_none_or(|before| before.detail != item.detail) {
            together.add(save_detail(backend, &item.detail, before.map(|before| &before.detail))?);
        }
        together.add(self.revise(revision));
        self.place_on_map(item, before)?.into_iter().for_each(|statement| together.add(statement));
        if let Some(expanded) = expanded {
            self.place_occurrences(item.content.id, &expanded)
                .into_iter()
                .for_each(|statement| together.add(statement));
        }
        if let Some(before) = before {
            self.hide_from_search(item, before, &mut together);
        }
        Ok(together)
    }

    /// Stores a region, topic or organization and logs it. `is_new` says whether its row is not there yet.
    pub async fn save_region(
        &self,
        tx: &DatabaseTransaction,
        row: entity::region::Model,
        is_new: bool,
        at: Timestamp,
    ) -> Result<Epoch, DbErr> {
        let mut change = catalog_change("region", row.id, &row.public_id, is_new, at);
        let before = entity::region::Entity::find_by_id(row.id).one(tx).await?;
        if before.is_some_and(|before| before.parent_ids != row.parent_ids) {
            change.what = MOVED;
        }
        let row = row.into_active_model();
        if is_new {
            entity::region::Entity::insert(row).exec_without_returning(tx).await?;
        } else {
            entity::region::Entity::update(row.reset_all()).exec(tx).await?;
        }
        append(tx, change).await
    }

    /// See [`Store::save_region`].
    pub async fn save_topic(
        &self,
        tx: &DatabaseTransaction,
        row: entity::topic::Model,
        is_new: bool,
        at: Timestamp,
    ) -> Result<Epoch, DbErr> {
        let mut change = catalog_change("topic", row.id, &row.public_id, is_new, at);
        let before = entity::topic::Entity::find_by_id(row.id).one(tx).await?;
        if before.is_some_and(|before| before.broader_ids != row.broader_ids) {
            change.what = MOVED;
        }
        let row = row.into_active_model();
        if is_new {
            entity::topic::Entity::insert(row).exec_without_returning(tx).await?;
        } else {
            entity::topic::Entity::update(row.reset_all()).exec(tx).await?;
        }
        append(tx, change).await
    }

    /// See [`Store::save_region`].
    pub async fn save_organization(
        &self,
        tx: &DatabaseTransaction,
        row: entity::organization::Model,
        is_new: bool,
        at: Timestamp,
    ) -> Result<Epoch, DbErr> {
        let change = catalog_change("organization", row.id, &row.public_id, is_new, at);
        let row = row.into_active_model();
        if is_new {
            entity::organization::Entity::insert(row).exec_without_returning(tx).await?;
        } else {
            entity::organization::Entity::update(row.reset_all()).exec(tx).await?;
        }
        append(tx, change).await
    }

    /// The catalog as the transaction sees it.
    pub async fn catalog_within(&self, tx: &DatabaseTransaction) -> Result<Catalog, DbErr> {
        Catalog::load(tx).await
    }
}

/// The envelope as it is stored.
fn outlined(item: &NewItem) -> entity::content::Model {
    entity::content::Model { outline: outline(&item.detail), ..item.content.clone() }
}

fn save_detail(backend: DbBackend, detail: &Detail, before: Option<&Detail>) -> Result<Statement, DbErr> {
    macro_rules! save {
        ($variant:ident, $module:ident, $row:expr) => {
            match before {
                None => save_row::<entity::$module::Entity>(backend, $row, None),
                Some(Detail::$variant(before)) => save_row::<entity::$module::Entity>(backend, $row, Some(before)),
                Some(_) => return Err(DbErr::Custom("an item cannot become one of another kind".to_string())),
            }
        };
    }
    Ok(match detail {
        Detail::Resource(row) => save!(Resource, resource, row),
        Detail::Event(row) => save!(Event, event, row),
        Detail::Campaign(row) => save!(Campaign, campaign, row),
        Detail::Update(row) => save!(Update, regional_update, row),
    })
}

/// The statement that stores a row of a table with one column as its key. Of one that is there only what changed is set:
/// SQLite writes every index of a column that is named, whether its value differs or not.
fn save_row<E>(backend: DbBackend, row: &E::Model, before: Option<&E::Model>) -> Statement
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut active = row.clone().into_active_model();
    let Some(before) = before else { return E::insert(active.reset_all()).build(backend) };
    for column in E::Column::iter().filter(|column| row.get(*column) != before.get(*column)) {
        active.reset(column);
    }
    let mut update = E::update_many().set(active);
    for key in E::PrimaryKey::iter() {
        let key = key.into_column();
        update = update.filter(key.eq(row.get(key)));
    }
    update.build(backend)
}

/// The items that gained or lost a link.
fn changed_links(old: &[i64], links: &[i64]) -> BTreeSet<i64> {
    let (before, after): (BTreeSet<i64>, BTreeSet<i64>) =
        (old.iter().copied().collect(), links.iter().copied().collect());
    before.symmetric_difference(&after).copied().collect()
}

/// The links of an item, each once, in order.
fn insert_links(backend: DbBackend, from: i64, links: &[i64]) -> Statement {
    let mut seen = BTreeSet::new();
    let links: Vec<i64> = links.iter().copied().filter(|to| seen.insert(*to)).collect();
    let mut sql = Sql::default();
    sql.push("INSERT INTO link (from_id, to_id, position) SELECT ").bind(from);
    if backend == DbBackend::Postgres {
        sql.push(", l.to_id, l.number - 1 FROM unnest(").bind(links);
        sql.push("::bigint[]) WITH ORDINALITY AS l (to_id, number)");
    } else {
        sql.push(", l.value, l.key FROM json_each(").bind(serde_json::json!(links).to_string()).push(") l");
    }
    sql.statement(backend)
}

/// What followers see of an item at an instant. One whose hour has not come is not there yet.
fn side(content: &entity::content::Model, at: Timestamp) -> Side {
    let has_come = content.published_at.is_none_or(|published| published <= at.as_micros());
    Side {
        visibility: (content.status == "PUBLISHED" && has_come).then(|| content.visibility.clone()),
        regions: Some(content.region_ids.clone()),
        topics: Some(content.topic_ids.clone()),
    }
}

fn change_of(saving: &Saving<'_>) -> NewChange {
    let Saving { item, before, what, at } = *saving;
    let (after, before) = (&item.content, before.map(|before| &before.content));
    let was_published = before.is_some_and(|content| content.status == "PUBLISHED");
    let by_state = match (was_published, after.status.as_str()) {
        (false, "PUBLISHED") => "PUBLISHED",
        (true, "PUBLISHED") => "UPDATED",
        (_, "WITHDRAWN") => "WITHDRAWN",
        (_, "EXPIRED") => "EXPIRED",
        (_, "ARCHIVED") => "ARCHIVED",
        _ => "UPDATED",
    };
    NewChange {
        at,
        noun: Kind::from_number(after.kind).map_or("", |kind| kind.noun().name()),
        item: after.id,
        public_id: after.public_id.clone(),
        what: what.unwrap_or(by_state),
        before: before.map(|before| side(before, at)).unwrap_or_default(),
        after: side(after, at),
        purge: what == Some("REDACTED") || (was_published && after.status == "WITHDRAWN"),
        reach: Reach::of(saving),
    }
}

fn catalog_change(noun: &'static str, item: i64, public_id: &str, is_new: bool, at: Timestamp) -> NewChange {
    let what = if is_new { "PUBLISHED" } else { "UPDATED" };
    let (before, after) = (Side::default(), Side::default());
    let public_id = public_id.to_string();
    NewChange { at, noun, item, public_id, what, before, after, purge: false, reach: Reach::Lists }
}
