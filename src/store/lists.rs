//! The places of items in lists, written with the items: see the table `listing`. Must not read lists.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, Statement};

use super::sql::{Sql, unpack_keys};
use super::{CREATED, Catalog, Detail, Kind, ListKind, NewItem, Saving, Store};
use crate::domain::update::UpdateFamily;
use crate::domain::vocabulary::{UpdateKind, Vocabulary};

impl Store {
    /// The statement that lists an item where it belongs now, if one is needed. None if more than one may be, or a look
    /// at what else is stored.
    pub(super) fn place_simply(&self, catalog: &Catalog, saving: &Saving<'_>) -> Option<Option<Statement>> {
        let item = saving.item;
        let kind = Kind::from_number(item.content.kind)?;
        let Some(before) = saving.before else {
            // Of an id that was just made nobody knew: nothing links to it.
            let is_simple =
                saving.what == Some(CREATED) && supersedes(item).is_none() && item.content.status != "PUBLISHED";
            let (anchors, topics) = under(catalog, &item.content, campaign(&item.detail));
            let rows = rows(usual_list(kind, &item.content), &anchors, &topics, item.content.order_key);
            return is_simple.then(|| Some(insert(self.backend(), item.content.id, &rows)));
        };
        if (state(before), scope(before)) == (state(item), scope(item)) {
            return Some(None);
        }
        let is_simple = scope(before) == scope(item)
            && !is_drug_alert(&item.detail)
            && supersedes(item).is_none()
            && supersedes(before).is_none();
        if !is_simple {
            return None;
        }
        // Under the same regions and topics as before: to the list of its state and its place in it.
        let mut sql = Sql::default();
        sql.push("UPDATE listing SET kind = ").bind(usual_list(kind, &item.content));
        sql.push(", order_key = ").bind(item.content.order_key);
        // By the index of items: without statistics, PostgreSQL would read all of the list instead.
        sql.push(" WHERE content = ").bind(item.content.id);
        sql.push(" AND kind + 0 = ").bind(usual_list(kind, &before.content));
        Some(Some(sql.statement(self.backend())))
    }

    /// Lists an item that was stored where it belongs now; answers the items that it supersedes or did, which may have to
    /// be listed elsewhere.
    pub(super) async fn place_item(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        saving: &Saving<'_>,
    ) -> Result<BTreeSet<i64>, DbErr> {
        let Saving { item, before, .. } = *saving;
        if before.is_some_and(|before| (state(before), scope(before)) == (state(item), scope(item))) {
            return Ok(BTreeSet::new());
        }
        self.relist(tx, catalog, &item.content, Some(&item.detail)).await?;
        Ok(supersedes(item).into_iter().chain(before.and_then(supersedes)).collect())
    }

    /// Writes an item's rows anew. Its detail is read if it is not at hand.
    pub(super) async fn relist(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        content: &entity::content::Model,
        detail: Option<&Detail>,
    ) -> Result<(), DbErr> {
        let id = content.id;
        entity::listing::Entity::delete_many().filter(entity::listing::COLUMN.content.eq(id)).exec(tx).await?;
        let linking = linking(tx, id).await?;
        let listed = Listed { content, detail, linking: &linking };
        tx.execute_raw(insert(self.backend(), id, &places(tx, catalog, listed).await?)).await.map(|_| ())
    }
}

/// Keys of the items that link to one.
async fn linking(tx: &DatabaseTransaction, id: i64) -> Result<Vec<i64>, DbErr> {
    let links = entity::link::Entity::find().filter(entity::link::COLUMN.to_id.eq(id));
    Ok(links.all(tx).await?.into_iter().map(|link| link.from_id).collect())
}

/// An item that is to be listed.
struct Listed<'a> {
    content: &'a entity::content::Model,
    /// Read if it is not at hand.
    detail: Option<&'a Detail>,
    /// Keys of the items that link to it.
    linking: &'a [i64],
}

/// The list, the anchor, the topic and the place in the order of each row of an item.
async fn places(
    tx: &DatabaseTransaction,
    catalog: &Catalog,
    listed: Listed<'_>,
) -> Result<Vec<(i16, i64, i64, i64)>, DbErr> {
    let Listed { content, detail, linking } = listed;
    let Some(kind) = Kind::from_number(content.kind) else { return Ok(Vec::new()) };
    let campaign = match (kind, detail) {
        (Kind::Event, None) => {
            let event = entity::event::Entity::find_by_id(content.id).one(tx).await?;
            event.and_then(|event| event.campaign_id)
        }
        _ => detail.and_then(campaign),
    };
    let (mut anchors, topics) = under(catalog, content, campaign);
    anchors.extend(linking);
    let mut all = rows(usual_list(kind, content), &anchors, &topics, content.order_key);
    if content.status == "PUBLISHED" && kind == Kind::Update && stands_as_alert(tx, content, detail).await? {
        // An alert for a region holds in all that lies inside it.
        for region in unpack_keys(&content.region_ids) {
            anchors.extend(catalog.regions().filter(|r| r.ancestors.contains(&region)).map(|r| r.key));
        }
        all.extend(rows(ListKind::Alerts.number(), &anchors, &topics, content.order_key));
    }
    Ok(all)
}

/// What an item is listed under, by what itself says: anchors and topics, each with those that they lie in.
fn under(catalog: &Catalog, content: &entity::content::Model, campaign: Option<i64>) -> (BTreeSet<i64>, BTreeSet<i64>) {
    let mut anchors: BTreeSet<i64> = BTreeSet::from([0, content.organization_id]);
    for region in unpack_keys(&content.region_ids) {
        anchors.insert(region);
        anchors.extend(catalog.region(region).into_iter().flat_map(|region| region.ancestors.iter().copied()));
    }
    anchors.extend(campaign);
    let mut topics: BTreeSet<i64> = BTreeSet::from([0]);
    for topic in unpack_keys(&content.topic_ids) {
        topics.insert(topic);
        topics.extend(catalog.topic(topic).into_iter().flat_map(|topic| topic.ancestors.iter().copied()));
    }
    (anchors, topics)
}

/// A row for each pair.
fn rows(list: i16, anchors: &BTreeSet<i64>, topics: &BTreeSet<i64>, order_key: i64) -> Vec<(i16, i64, i64, i64)> {
    anchors.iter().flat_map(|anchor| topics.iter().map(move |topic| (list, *anchor, *topic, order_key))).collect()
}

/// The campaign that an event is part of.
fn campaign(detail: &Detail) -> Option<i64> {
    match detail {
        Detail::Event(event) => event.campaign_id,
        Detail::Resource(_) | Detail::Campaign(_) | Detail::Update(_) => None,
    }
}

/// The rows of an item. The text does not depend on how many there are, so that it is prepared once.
fn insert(backend: DbBackend, id: i64, rows: &[(i16, i64, i64, i64)]) -> Statement {
    let mut sql = Sql::default();
    sql.push("INSERT INTO listing (kind, anchor, topic, order_key, content) SELECT ");
    if backend == DbBackend::Postgres {
        let column = |of: fn(&(i16, i64, i64, i64)) -> i64| rows.iter().map(of).collect::<Vec<i64>>();
        sql.push("CAST(l.kind AS SMALLINT), l.anchor, l.topic, l.order_key, ").bind(id).push(" FROM unnest(");
        sql.bind(column(|row| row.0.into())).push("::bigint[], ").bind(column(|row| row.1)).push("::bigint[], ");
        sql.bind(column(|row| row.2)).push("::bigint[], ").bind(column(|row| row.3));
        sql.push("::bigint[]) AS l (kind, anchor, topic, order_key)");
    } else {
        sql.push("value ->> 0, value ->> 1, value ->> 2, value ->> 3, ").bind(id).push(" FROM json_each(");
        sql.bind(serde_json::json!(rows).to_string()).push(")");
    }
    sql.statement(backend)
}

/// The number of the list of an item's kind and state.
fn usual_list(kind: Kind, content: &entity::content::Model) -> i16 {
    let list = ListKind::Of(kind);
    if content.status == "PUBLISHED" { list.number() } else { list.unpublished_number() }
}

fn is_drug_alert(detail: &Detail) -> bool {
    match detail {
        Detail::Update(update) => {
            UpdateKind::parse(&update.kind).map(UpdateFamily::of) == Some(UpdateFamily::DrugAlert)
        }
        _ => false,
    }
}

/// Whether an update is a drug alert that nothing published has superseded. What only partners see takes no alert from
/// the public.
async fn stands_as_alert(
    tx: &DatabaseTransaction,
    content: &entity::content::Model,
    detail: Option<&Detail>,
) -> Result<bool, DbErr> {
    let id = content.id;
    let detail = match detail {
        Some(detail) => Some(detail.clone()),
        None => entity::regional_update::Entity::find_by_id(id).one(tx).await?.map(Detail::Update),
    };
    let Some(Detail::Update(update)) = detail.filter(is_drug_alert) else { return Ok(false) };
    if matches!(update.message_type.as_str(), "CANCEL" | "ALL_CLEAR") {
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

/// What decides in which list of its kind an item stands, at which place, and whether it supersedes another.
fn state(item: &NewItem) -> impl PartialEq + use<'_> {
    let content = &item.content;
    (content.order_key, &content.status, &content.visibility)
}

/// What decides under which regions, topics and items an item stands, and what it supersedes.
fn scope(item: &NewItem) -> impl PartialEq + use<'_> {
    let NewItem { content, detail, .. } = item;
    let (campaign, message) = match detail {
        Detail::Event(event) => (event.campaign_id, None),
        Detail::Update(update) => (update.supersedes, Some((&update.kind, &update.message_type))),
        Detail::Resource(_) | Detail::Campaign(_) => (None, None),
    };
    (&content.region_ids, &content.topic_ids, content.organization_id, campaign, message)
}

fn supersedes(item: &NewItem) -> Option<i64> {
    match &item.detail {
        Detail::Update(update) => update.supersedes,
        _ => None,
    }
}
