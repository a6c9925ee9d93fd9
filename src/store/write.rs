//! Writing items, their places in lists, and the catalog, in a transaction that the service began. Appends the change
//! row with every write. Must not decide whether a write is allowed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::change::{Epoch, NewChange, Side, append};
use super::sql::unpack_keys;
use super::{Catalog, Detail, Kind, ListKind, Store};
use crate::domain::time::Timestamp;
use crate::domain::update::UpdateFamily;
use crate::domain::vocabulary::{UpdateKind, Vocabulary};

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

/// Rows of one INSERT into `listing`.
const LISTING_CHUNK: usize = 400;

impl Store {
    /// Stores an item whole, lists it where it belongs, and appends to the change log.
    pub async fn save_item(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        saving: Saving<'_>,
    ) -> Result<Epoch, DbErr> {
        let Saving { item, before, what, at } = saving;
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
        if before.map_or(&[][..], |before| &before.links) != item.links {
            affected = save_links(tx, id, &item.links).await?;
        }
        if before.is_none_or(|before| place(before) != place(item)) {
            affected.extend(supersedes(item));
            affected.extend(before.and_then(supersedes));
            self.relist(tx, catalog, &item.content, Some(&item.detail)).await?;
        }
        affected.remove(&id);
        for linked in affected {
            if let Some(content) = entity::content::Entity::find_by_id(linked).one(tx).await? {
                self.relist(tx, catalog, &content, None).await?;
            }
        }
        append(tx, change(&item.content, before.map(|before| &before.content), what, at)).await
    }

    /// Writes an item's rows in `listing` anew. Its detail is read if it is not at hand.
    pub(super) async fn relist(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        content: &entity::content::Model,
        detail: Option<&Detail>,
    ) -> Result<(), DbErr> {
        let id = content.id;
        entity::listing::Entity::delete_many().filter(entity::listing::COLUMN.content.eq(id)).exec(tx).await?;
        let Some(kind) = Kind::from_number(content.kind) else { return Ok(()) };
        let mut anchors: BTreeSet<i64> = BTreeSet::from([0, content.organization_id]);
        for region in unpack_keys(&content.region_ids) {
            anchors.insert(region);
            anchors.extend(catalog.region(region).into_iter().flat_map(|region| region.ancestors.iter().copied()));
        }
        let linking = entity::link::Entity::find().filter(entity::link::COLUMN.to_id.eq(id));
        anchors.extend(linking.all(tx).await?.into_iter().map(|link| link.from_id));
        match (kind, detail) {
            (Kind::Event, Some(Detail::Event(event))) => anchors.extend(event.campaign_id),
            (Kind::Event, _) => {
                let event = entity::event::Entity::find_by_id(id).one(tx).await?;
                anchors.extend(event.and_then(|event| event.campaign_id));
            }
            _ => {}
        }
        let mut topics: BTreeSet<i64> = BTreeSet::from([0]);
        for topic in unpack_keys(&content.topic_ids) {
            topics.insert(topic);
            topics.extend(catalog.topic(topic).into_iter().flat_map(|topic| topic.ancestors.iter().copied()));
        }
        let list = ListKind::Of(kind);
        let is_published = content.status == "PUBLISHED";
        let mut lists = vec![(if is_published { list.number() } else { list.unpublished_number() }, anchors.clone())];
        if is_published && kind == Kind::Update && stands_as_alert(tx, content).await? {
            // An alert for a region holds in all that lies inside it.
            for region in unpack_keys(&content.region_ids) {
                anchors.extend(catalog.regions().filter(|r| r.ancestors.contains(&region)).map(|r| r.key));
            }
            lists.push((ListKind::Alerts.number(), anchors));
        }
        let mut rows: Vec<String> = Vec::new();
        for (list, anchors) in lists {
            for anchor in anchors {
                rows.extend(
                    topics.iter().map(|topic| format!("({list}, {anchor}, {topic}, {}, {id})", content.order_key)),
                );
            }
        }
        for chunk in rows.chunks(LISTING_CHUNK) {
            let mut insert = String::from("INSERT INTO listing (kind, anchor, topic, order_key, content) VALUES ");
            let _ = write!(insert, "{}", chunk.join(", "));
            tx.execute_unprepared(&insert).await?;
        }
        Ok(())
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
async fn save_links(tx: &DatabaseTransaction, from: i64, links: &[i64]) -> Result<BTreeSet<i64>, DbErr> {
    let old = entity::link::Entity::find().filter(entity::link::COLUMN.from_id.eq(from)).all(tx).await?;
    let before: BTreeSet<i64> = old.iter().map(|link| link.to_id).collect();
    if !old.is_empty() {
        entity::link::Entity::delete_many().filter(entity::link::COLUMN.from_id.eq(from)).exec(tx).await?;
    }
    for (position, to) in links.iter().enumerate() {
        if links.iter().take(position).any(|earlier| earlier == to) {
            continue;
        }
        let row =
            entity::link::Model { from_id: from, to_id: *to, position: i32::try_from(position).unwrap_or(i32::MAX) };
        entity::link::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    }
    let after: BTreeSet<i64> = links.iter().copied().collect();
    Ok(before.symmetric_difference(&after).copied().collect())
}

/// Whether an update is a drug alert that nothing published has superseded. What only partners see takes no alert from
/// the public.
async fn stands_as_alert(tx: &DatabaseTransaction, content: &entity::content::Model) -> Result<bool, DbErr> {
    let id = content.id;
    let Some(update) = entity::regional_update::Entity::find_by_id(id).one(tx).await? else { return Ok(false) };
    let is_alert = UpdateKind::parse(&update.kind).map(UpdateFamily::of) == Some(UpdateFamily::DrugAlert);
    if !is_alert || matches!(update.message_type.as_str(), "CANCEL" | "ALL_CLEAR") {
        return Ok(false);
    }
    let superseding: Vec<i64> = entity::regional_update::Entity::find()
        .filter(entity::regional_update::COLUMN.supersedes.eq(id))
        .all(tx)
        .await?
        .into_iter()
        .map(|update| update.content_id)
        .collect();
    if superseding.is_empty() {
        return Ok(true);
    }
    let published = entity::content::Entity::find()
        .filter(entity::content::COLUMN.id.is_in(superseding))
        .filter(entity::content::COLUMN.status.eq("PUBLISHED"))
        .all(tx)
        .await?;
    Ok(!published.iter().any(|other| content.visibility != "PUBLIC" || other.visibility == "PUBLIC"))
}

/// Everything that decides in which lists an item and what it supersedes stand.
fn place(item: &NewItem) -> impl PartialEq + use<'_> {
    let NewItem { content, detail, .. } = item;
    let (campaign, message) = match detail {
        Detail::Event(event) => (event.campaign_id, None),
        Detail::Update(update) => (update.supersedes, Some((&update.kind, &update.message_type))),
        Detail::Resource(_) | Detail::Campaign(_) => (None, None),
    };
    let where_to = (&content.region_ids, &content.topic_ids, content.organization_id, content.order_key);
    (where_to, &content.status, &content.visibility, campaign, message)
}

fn supersedes(item: &NewItem) -> Option<i64> {
    match &item.detail {
        Detail::Update(update) => update.supersedes,
        _ => None,
    }
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
