//! The Atom feeds of updates, resources and campaigns: what is newest, and what of it must not be shown any more. Two
//! statements each, whatever the data.

use std::collections::HashSet;

use axum::extract::{Request, State};
use axum::response::Response;

use super::params::Params;
use super::{Asked, Document, Failure, answer};
use crate::domain::time::Timestamp;
use crate::domain::view::View;
use crate::feeds::atom::{self, Deleted, Feed, Link, Text};
use crate::feeds::entry::{Reader, entry, headline, is_shown};
use crate::feeds::urn;
use crate::server::router::Shared;
use crate::server::state::ServerState;
use crate::store::{
    Catalog, Columns, End, Filter, Kind, ListKind, ListQuery, Order, OrderField, Page, PageRequest, Tombstone,
    TombstoneQuery,
};

/// Entries of one document, and tombstones.
pub(super) const MOST: usize = 100;
/// Days that a tombstone is told.
const TOMBSTONE_DAYS: i64 = 30;
/// From this size on, in bytes, further entries have their summaries only.
const FULL_BYTES: usize = 2 * 1024 * 1024;
/// What an answer in several languages depends on.
pub(super) const VARIES: &str = "Accept-Encoding, Accept-Language, Authorization";

/// `GET /feeds/updates.atom`
pub(super) async fn updates(State(state): State<Shared>, request: Request) -> Response {
    serve(&state, request, Kind::Update).await
}

/// `GET /feeds/resources.atom`
pub(super) async fn resources(State(state): State<Shared>, request: Request) -> Response {
    serve(&state, request, Kind::Resource).await
}

/// `GET /feeds/campaigns.atom`
pub(super) async fn campaigns(State(state): State<Shared>, request: Request) -> Response {
    serve(&state, request, Kind::Campaign).await
}

async fn serve(state: &ServerState, request: Request, kind: Kind) -> Response {
    let asked = Asked::of(request);
    answer(state, &asked, make(state, &asked, kind)).await
}

async fn make(state: &ServerState, asked: &Asked, kind: Kind) -> Result<Document, Failure> {
    let catalog = state.app.store.catalog();
    let params = Params::parse(&asked.query, &catalog, &state.app.limits)?;
    let view = asked.view(state, &params);
    let reader = Reader { preference: &view.preference, catalog: &catalog, address: &state.parties.issuer };
    let page = list(state, ListKind::Of(kind), &params, &view).await?;
    let gone = TombstoneQuery {
        regions: keys(&params.regions, |outer| inside(&catalog, outer)),
        ..tombstone_query(kind, &params, &view, &catalog)
    };
    let gone = state.app.store.tombstones(&gone).await?;
    let ended: HashSet<&str> = gone.iter().flat_map(ended_ids).collect();
    let (name, title) = match kind {
        Kind::Resource => ("resources", reader.say("Resources", "Ressources")),
        Kind::Campaign => ("campaigns", reader.say("Campaigns", "Campagnes")),
        Kind::Update | Kind::Event => ("updates", reader.say("Regional updates", "Nouvelles des régions")),
    };
    let mut feed = feed(state, &format!("{name}.atom"), title, &params, &page);
    let mut bytes = 0;
    for (_, item) in page.items.iter().filter(|(_, item)| is_shown(item) && !ended.contains(item.public_id().as_str()))
    {
        bytes += item.content.body.as_ref().map_or(0, String::len);
        feed.entries.push(if bytes < FULL_BYTES { entry(item, &reader)? } else { headline(item, &reader)? });
    }
    if params.after.is_none() {
        feed.deleted = deleted(&gone);
    }
    document(&feed)
}

/// The ids that a tombstone says have ended.
pub(super) fn ended_ids(tombstone: &Tombstone) -> impl Iterator<Item = &str> {
    let other = match &tombstone.end {
        End::Ended(other) => other.as_deref(),
        End::Gone => None,
    };
    std::iter::once(tombstone.id.as_str()).chain(other)
}

/// The tombstones of a document, each id once.
pub(super) fn deleted(gone: &[Tombstone]) -> Vec<Deleted> {
    let mut deleted: Vec<Deleted> = Vec::new();
    for tombstone in gone {
        for id in ended_ids(tombstone) {
            let reference = urn(id);
            if deleted.len() < MOST && !deleted.iter().any(|known| known.reference == reference) {
                deleted.push(Deleted { reference, when: Timestamp::from_micros(tombstone.at) });
            }
        }
    }
    deleted
}

/// A page of a list as anyone sees it, newest first.
pub(super) async fn list(
    state: &ServerState,
    list: ListKind,
    params: &Params,
    view: &View,
) -> Result<Page, sea_orm::DbErr> {
    let listing = Listing { list, filter: Filter::default(), size: MOST, is_descending: true };
    list_of(state, listing, params, view).await
}

/// What is listed for a document.
pub(super) struct Listing {
    pub list: ListKind,
    /// What it is narrowed to beside what the address says.
    pub filter: Filter,
    pub size: usize,
    pub is_descending: bool,
}

/// A page of a list as anyone sees it.
pub(super) async fn list_of(
    state: &ServerState,
    listing: Listing,
    params: &Params,
    view: &View,
) -> Result<Page, sea_orm::DbErr> {
    let Listing { list, filter, size, is_descending } = listing;
    let some = |keys: &[i64]| Some(keys.to_vec()).filter(|keys| !keys.is_empty());
    let filter = Filter {
        regions: some(&params.regions),
        topics: some(&params.topics),
        publishers: some(&params.organizations),
        excluded_notes: params.excluded_notes.clone(),
        ..filter
    };
    let query = ListQuery {
        list,
        order: Order { field: OrderField::Usual, is_descending },
        filter,
        page: PageRequest { size, after: params.after.clone(), before: None, from_end: false },
        columns: Columns::with_body(list != ListKind::Alerts),
        with_total: false,
        with_more: true,
        view: view.clone(),
    };
    state.app.store.list(&query).await
}

/// What tombstones belong to a feed; its regions are still to be named.
pub(super) fn tombstone_query(kind: Kind, params: &Params, view: &View, catalog: &Catalog) -> TombstoneQuery {
    let narrower = |topic: i64| catalog.topics().filter(|t| t.ancestors.contains(&topic)).map(|t| t.key).collect();
    TombstoneQuery {
        kind,
        is_of_alerts: false,
        item: None,
        regions: None,
        topics: keys(&params.topics, narrower),
        publishers: keys(&params.organizations, |_| Vec::new()),
        since: view.now.plus_days(-TOMBSTONE_DAYS).as_micros(),
        view: view.clone(),
    }
}

/// Keys with those that go with them; none for none.
pub(super) fn keys(keys: &[i64], with: impl Fn(i64) -> Vec<i64>) -> Option<Vec<i64>> {
    let all: Vec<i64> = keys.iter().flat_map(|key| std::iter::once(*key).chain(with(*key))).collect();
    Some(all).filter(|all| !all.is_empty())
}

/// The regions that lie inside one.
pub(super) fn inside(catalog: &Catalog, outer: i64) -> Vec<i64> {
    catalog.regions().filter(|region| region.ancestors.contains(&outer)).map(|region| region.key).collect()
}

/// A feed without entries.
pub(super) fn feed(state: &ServerState, file: &str, title: Text, params: &Params, page: &Page) -> Feed {
    let address = format!("{}/feeds/{file}", state.parties.issuer);
    let link = |rel, href| Link { rel, href, media_type: Some("application/atom+xml") };
    let mut links = vec![link("self", params.address(&address, params.after.as_ref()))];
    if params.after.is_some() {
        links.push(link("first", params.address(&address, None)));
    }
    let last = page.scanned_to.as_ref().or(page.items.last().map(|(key, _)| key));
    if let (true, Some(last)) = (page.has_next, last) {
        links.push(link("next", params.address(&address, Some(last))));
    }
    let id = urn(&format!("feed:{file}{}", params.identity()));
    Feed { id, title, links, entries: Vec::new(), deleted: Vec::new() }
}

/// The document of a feed.
pub(super) fn document(feed: &Feed) -> Result<Document, Failure> {
    let cost = feed.entries.len() as u64;
    Ok(Document { bytes: feed.render()?, media_type: atom::MEDIA_TYPE, varies: VARIES, cost: cost.max(1) })
}
