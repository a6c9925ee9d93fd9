//! Drug alerts for alerting systems: an Atom index of the alerts that stand, and one CAP message for each alert. Once an
//! alert is cancelled or over its message says so and nothing else; once it is withdrawn or expired there is none.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use super::lists::{deleted, document, feed, inside, keys, list, tombstone_query};
use super::params::Params;
use super::{Asked, Document, Failure, answer};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::time::Timestamp;
use crate::domain::view::View;
use crate::feeds::entry::{Reader, end, headline};
use crate::feeds::message::{Source, message as cap_message};
use crate::feeds::{alert, cap, is_ended};
use crate::server::refusal::Refusal;
use crate::server::router::Shared;
use crate::server::state::ServerState;
use crate::store::{Columns, End, Item, Kind, ListKind, TombstoneQuery};

/// `GET /feeds/alerts.cap`
pub(super) async fn index(State(state): State<Shared>, request: Request) -> Response {
    let asked = Asked::of(request);
    answer(&state, &asked, make_index(&state, &asked)).await
}

/// `GET /feeds/alerts/{id}.cap`
pub(super) async fn message(State(state): State<Shared>, request: Request) -> Response {
    // An id holds nothing that an address encodes, so the path is compared as it came.
    let file = request.uri().path().rsplit('/').next().unwrap_or_default().to_string();
    let asked = Asked::of(request);
    answer(&state, &asked, make_message(&state, &asked, &file)).await
}

/// The alerts that stand in the regions asked for, around them and inside them, and the messages that end one.
async fn make_index(state: &ServerState, asked: &Asked) -> Result<Document, Failure> {
    let catalog = state.app.store.catalog();
    let params = Params::parse(&asked.query, &catalog, &state.app.limits)?;
    let view = asked.view(state, &params);
    let reader = Reader { preference: &view.preference, catalog: &catalog, address: &state.parties.issuer };
    let page = list(state, ListKind::Alerts, &params, &view).await?;
    let around = |region: i64| {
        let outer = catalog.region(region).map(|region| region.ancestors.clone()).unwrap_or_default();
        [outer, inside(&catalog, region)].concat()
    };
    let gone = TombstoneQuery {
        is_of_alerts: true,
        regions: keys(&params.regions, around),
        ..tombstone_query(Kind::Update, &params, &view, &catalog)
    };
    let gone = state.app.store.tombstones(&gone).await?;
    let title = reader.say("Drug alerts (CAP 1.2)", "Alertes sur les drogues (CAP 1.2)");
    let mut feed = feed(state, "alerts.cap", title, &params, &page);
    for (_, item) in &page.items {
        feed.entries.push(headline(item, &reader)?);
    }
    if params.after.is_none() {
        for ended in gone.iter().filter(|tombstone| tombstone.end != End::Gone) {
            feed.entries.push(end(&ended.id, Timestamp::from_micros(ended.at), &reader));
        }
        feed.deleted = deleted(&gone);
    }
    document(&feed)
}

/// The message that an alert is now.
async fn make_message(state: &ServerState, asked: &Asked, file: &str) -> Result<Document, Failure> {
    let id = file.strip_suffix(".cap").and_then(|id| PublicId::parse_as(id, Noun::Update).ok());
    let id = id.ok_or_else(Refusal::not_found)?;
    Params::none(&asked.query)?;
    let store = &state.app.store;
    let view = asked.view(state, &Params::default());
    let Some(item) = store.find_item(id, &view, Columns::ALL).await? else {
        return Err(gone(state, id, &view).await?.into());
    };
    let row = alert(&item).ok_or_else(Refusal::not_found)?;
    let ending = if is_ended(row) { None } else { ending(state, &item, &view).await? };
    let item = ending.unwrap_or(item);
    let superseded = alert(&item).and_then(|row| row.supersedes);
    let versions: Vec<i64> = std::iter::once(item.content.id).chain(superseded).collect();
    let versions = store.public_versions(&versions).await?;
    let catalog = store.catalog();
    let source = Source { item: &item, versions: &versions, catalog: &catalog, address: &state.parties.issuer };
    let message = cap_message(&source)?.ok_or_else(Refusal::not_found)?;
    let bytes = message.render()?;
    Ok(Document { bytes, media_type: cap::MEDIA_TYPE, varies: "Accept-Encoding, Authorization", cost: 1 })
}

/// The alert that ends another one as an item of its own.
async fn ending(state: &ServerState, item: &Item, view: &View) -> Result<Option<std::sync::Arc<Item>>, sea_orm::DbErr> {
    let key = item.content.id;
    let found = state.app.store.find_superseding(&[key], view, true).await?.remove(&key);
    Ok(found.filter(|other| alert(other).is_some_and(is_ended)))
}

/// What is said of an alert that is not shown: that it is gone, if the public ever saw it.
async fn gone(state: &ServerState, id: PublicId, view: &View) -> Result<Refusal, sea_orm::DbErr> {
    let query = TombstoneQuery {
        kind: Kind::Update,
        is_of_alerts: true,
        item: Some(id.key()),
        regions: None,
        topics: None,
        publishers: None,
        since: i64::MIN,
        view: view.clone(),
    };
    let found = state.app.store.tombstones(&query).await?;
    let was_seen = found.iter().any(|tombstone| tombstone.id == id.to_string());
    Ok(if was_seen {
        Refusal::new(StatusCode::GONE, "GONE", "this alert was withdrawn or has expired")
    } else {
        Refusal::not_found()
    })
}
