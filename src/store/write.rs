//! Writing items and the catalog in a transaction that the service began. Every write has its row in the change log. Must
//! not decide whether a write is allowed.

use std::collections::BTreeSet;

use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::change::{Epoch, NewChange, Side, append};
use super::{Catalog, Detail, Kind, Store};
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

impl Store {
    /// Stores an item whole, lists it where it belongs and indexes its words. [`Store::log_item`] comes last in its transaction.
    pub async fn save_item(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        saving: &Saving<'_>,
    ) -> Result<(), DbErr> {
        let Saving { item, before, .. } = *saving;
        let id = item.content.id;
        let content = item.content.clone().into_active_model();
        match before {
            None => {
                entity::content::Entity::insert(content).exec_without_returning(tx).await?;
            }
            Some(_) => {
                entity::content::Entity::update_many()
                    .set(content.reset_all())
                    .filter(entity::content::COLUMN.id.eq(id))
                    .exec(tx)
                    .await?;
            }
        }
        if before.is_none_or(|before| before.detail != item.detail) {
            save_detail(tx, item.detail.clone(), before.is_some()).await?;
        }
        let mut affected = BTreeSet::new();
        let linked = before.map_or(&[][..], |before| &before.links);
        if linked != item.links {
            affected = save_links(tx, id, linked, &item.links).await?;
        }
        affected.extend(self.place_item(tx, catalog, item, before).await?);
        self.index_item(tx, catalog, item, before).await?;
        affected.remove(&id);
        // Each is locked before it is read: another transaction may be changing it, and the one that ends last must list it
        // as it is then.
        for linked in affected {
            let found = entity::content::Entity::find_by_id(linked).lock_exclusive().one(tx).await?;
            if let Some(content) = found {
                self.relist(tx, catalog, &content, None).await?;
            }
        }
        Ok(())
    }

    /// Appends what became of an item to the change log. Others that write wait from here to the end of the transaction.
    pub async fn log_item(&self, tx: &DatabaseTransaction, saving: &Saving<'_>) -> Result<Epoch, DbErr> {
        let before = saving.before.map(|before| &before.content);
        append(tx, change(&saving.item.content, before, saving.what, saving.at)).await
    }

    /// Stores a region, topic or organization and logs it. `is_new` says whether its row is not there yet.
    pub async fn save_region(
        &self,
        tx: &DatabaseTransaction,
        row: entity::region::Model,
        is_new: bool,
        at: Timestamp,
    ) -> Result<Epoch, DbErr> {
        let change = catalog_change("region", row.id, &row.public_id, is_new, at);
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
        let change = catalog_change("topic", row.id, &row.public_id, is_new, at);
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

async fn save_detail(tx: &DatabaseTransaction, detail: Detail, is_there: bool) -> Result<(), DbErr> {
    macro_rules! save {
        ($module:ident, $row:expr) => {{
            let row = $row.into_active_model();
            if is_there {
                entity::$module::Entity::update(row.reset_all()).exec(tx).await.map(|_| ())
            } else {
                entity::$module::Entity::insert(row).exec_without_returning(tx).await.map(|_| ())
            }
        }};
    }
    match detail {
        Detail::Resource(row) => save!(resource, row),
        Detail::Event(row) => save!(event, row),
        Detail::Campaign(row) => save!(campaign, row),
        Detail::Update(row) => save!(regional_update, row),
    }
}

/// Replaces the links of an item; returns the items that gained or lost one.
async fn save_links(tx: &DatabaseTransaction, from: i64, old: &[i64], links: &[i64]) -> Result<BTreeSet<i64>, DbErr> {
    let (before, after): (BTreeSet<i64>, BTreeSet<i64>) =
        (old.iter().copied().collect(), links.iter().copied().collect());
    if !before.is_empty() {
        entity::link::Entity::delete_many().filter(entity::link::COLUMN.from_id.eq(from)).exec(tx).await?;
    }
    let rows =
        links.iter().enumerate().filter(|(position, to)| !links.iter().take(*position).any(|known| known == *to));
    let rows: Vec<entity::link::ActiveModel> = rows
        .map(|(position, to)| {
            let position = i32::try_from(position).unwrap_or(i32::MAX);
            entity::link::Model { from_id: from, to_id: *to, position }.into_active_model()
        })
        .collect();
    if !rows.is_empty() {
        entity::link::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(before.symmetric_difference(&after).copied().collect())
}

fn side(content: &entity::content::Model) -> Side {
    let is_published = content.status == "PUBLISHED";
    Side {
        visibility: is_published.then(|| content.visibility.clone()),
        regions: Some(content.region_ids.clone()),
        topics: Some(content.topic_ids.clone()),
    }
}

fn change(
    after: &entity::content::Model,
    before: Option<&entity::content::Model>,
    what: Option<&'static str>,
    at: Timestamp,
) -> NewChange {
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
        before: before.map(side).unwrap_or_default(),
        after: side(after),
        purge: what == Some("REDACTED") || (was_published && after.status == "WITHDRAWN"),
    }
}

fn catalog_change(noun: &'static str, item: i64, public_id: &str, is_new: bool, at: Timestamp) -> NewChange {
    let what = if is_new { "PUBLISHED" } else { "UPDATED" };
    let (before, after) = (Side::default(), Side::default());
    NewChange { at, noun, item, public_id: public_id.to_string(), what, before, after, purge: false }
}
