//! The iCalendar feed of events, and the calendar of one event. One statement each, whatever the data.

use axum::extract::{Request, State};
use axum::response::Response;

use super::lists::{self, VARIES};
use super::params::Params;
use super::{Asked, Document, Failure, answer};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::view::View;
use crate::feeds::entry::Reader;
use crate::feeds::ical;
use crate::server::refusal::Refusal;
use crate::server::router::Shared;
use crate::server::state::ServerState;
use crate::store::{Columns, Condition, Filter, Item, Kind, ListKind};

/// Events of one document.
const MOST: usize = 1_000;
/// Days for which an event stays in the feed after its end.
const PAST_DAYS: i64 = 90;

/// `GET /feeds/events.ics`
pub(super) async fn all(State(state): State<Shared>, request: Request) -> Response {
    let asked = Asked::of(request);
    answer(&state, &asked, make(&state, &asked)).await
}

/// `GET /feeds/events/{id}.ics`
pub(super) async fn one(State(state): State<Shared>, request: Request) -> Response {
    // The address as it came: what is not an id in its one form is not there.
    let file = request.uri().path().rsplit('/').next().unwrap_or_default().to_string();
    let asked = Asked::of(request);
    answer(&state, &asked, make_one(&state, &asked, &file)).await
}

async fn make(state: &ServerState, asked: &Asked) -> Result<Document, Failure> {
    let catalog = state.app.store.catalog();
    let params = Params::parse(&asked.query, &catalog, &state.app.limits)?;
    let view = asked.view(state, &params);
    let bound = view.now.plus_days(-PAST_DAYS).as_micros();
    let filter = Filter { conditions: vec![Condition::After("over_at", bound)], ..Filter::default() };
    let asked = lists::Listing { list: ListKind::Of(Kind::Event), filter, size: MOST, is_descending: false };
    let page = lists::list_of(state, asked, &params, &view).await?;
    let items: Vec<&Item> = page.items.iter().map(|(_, item)| item.as_ref()).collect();
    document(state, &items, &view)
}

async fn make_one(state: &ServerState, asked: &Asked, file: &str) -> Result<Document, Failure> {
    let catalog = state.app.store.catalog();
    let params = Params::parse(&asked.query, &catalog, &state.app.limits)?;
    let view = asked.view(state, &params);
    let id = file.strip_suffix(".ics").and_then(|id| PublicId::parse_as(id, Noun::Event).ok());
    let item = match id {
        Some(id) if file == format!("{id}.ics") => state.app.store.find_item(id, &view, Columns::ALL).await?,
        _ => None,
    };
    let item = item.ok_or_else(Refusal::not_found)?;
    document(state, &[&item], &view)
}

fn document(state: &ServerState, items: &[&Item], view: &View) -> Result<Document, Failure> {
    let catalog = state.app.store.catalog();
    let reader = Reader { preference: &view.preference, catalog: &catalog, address: &state.parties.issuer };
    let name = reader.say("Events", "Événements").value;
    let bytes = ical::calendar(&name, items, &reader, &state.app.zones, view.now)?;
    let cost = (items.len() as u64).max(1);
    Ok(Document { bytes, media_type: ical::MEDIA_TYPE, varies: VARIES, cost })
}
