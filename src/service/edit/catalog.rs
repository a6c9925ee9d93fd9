//! Writing regions, topics and organizations: made or replaced by their slug.

use serde_json::{Map, Value};

use super::authority::{holds, outside};
use super::compose::given;
use super::{ATTEMPTS, Caller, Edit, Refusal, came_between, finish};
use crate::app::App;
use crate::domain::actor::Reach;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::service::catalog::{Placing, organization, region, topic};
use crate::service::fault::{Fault, FaultCode};
use crate::service::identity::identity;
use crate::service::input::Record;
use crate::service::line::Input;
use crate::service::names::Names;
use crate::store::unpack_keys;

/// The key of what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogDone(pub i64);

/// Writes one noun of the catalog, and puts the new catalog in force. `kind` is that of its line.
pub async fn upsert_catalog(
    app: &App,
    caller: &Caller,
    kind: &'static str,
    input: &Map<String, Value>,
) -> Result<CatalogDone, Refusal> {
    let input = Input::read(kind, given(input))?;
    let mut attempt = 1;
    let done = loop {
        let tx = app.store.begin().await?;
        let outcome = async {
            let caller = caller.recheck(app, &tx).await?;
            write(&Edit::new(app, &caller, &tx), &input).await
        };
        let outcome = Box::pin(outcome).await;
        match finish(app, tx, outcome).await {
            Err(Refusal::Database(cause)) if attempt < ATTEMPTS && came_between(&cause) => attempt += 1,
            outcome => break outcome?,
        }
    };
    app.store.reload_catalog().await?;
    Ok(done)
}

async fn write(edit: &Edit<'_>, input: &Input) -> Result<CatalogDone, Refusal> {
    edit.app.store.lock_catalog(edit.tx()?).await?;
    let catalog = edit.app.store.catalog_within(edit.tx()?).await?;
    let names = Names::of_catalog(&catalog);
    let called = identity(input);
    let slug = called.slug.unwrap_or_default();
    let stored_rows = edit.app.store.stored_catalog_within(edit.tx()?).await?;
    let record = Record { updated_at: Some(edit.now), ..Record::default() };
    let id_of = |noun: Noun, bare: Option<&String>| match bare {
        Some(bare) => noun.id_of(bare).parse::<PublicId>().map_err(|_| broken()),
        None => Ok(PublicId::new(noun, edit.app.clock.random_id())),
    };
    let placing = |id, stored| Placing { id, record: &record, stored, names: &names, now: edit.now };
    match input {
        Input::Region(input) => {
            let stored = stored_rows.0.iter().find(|row| row.slug == slug);
            let id = id_of(Noun::Region, stored.map(|row| &row.public_id))?;
            let times = stored.map(|row| (row.created_at, row.updated_at));
            let row = region(input, &placing(id, times), &edit.app.zones)?;
            let parents = unpack_keys(&row.parent_ids);
            if parents.iter().any(|parent| catalog.is_within(*parent, id.key())) {
                return Err(Fault::new(FaultCode::Invalid, "input.parents", "holds a region inside this one").into());
            }
            let inside = if stored.is_some() { vec![id.key()] } else { parents.clone() };
            may_write(edit, Scope::RegionsManage, &[inside, parents.clone()], "input.parents")?;
            if stored.is_some_and(|stored| unpack_keys(&stored.parent_ids) != parents || stored.names != row.names) {
                edit.app.store.begin_reindex(edit.tx()?).await?;
            }
            edit.app.store.save_region(edit.tx()?, row, stored.is_none(), edit.now).await?;
            Ok(CatalogDone(id.key()))
        }
        Input::Topic(input) => {
            let stored = stored_rows.1.iter().find(|row| row.slug == slug);
            let id = id_of(Noun::Topic, stored.map(|row| &row.public_id))?;
            let row = topic(input, &placing(id, stored.map(|row| (row.created_at, row.updated_at))))?;
            let broader = unpack_keys(&row.broader_ids);
            let is_inside = |key: &i64| catalog.topic(*key).is_some_and(|topic| topic.ancestors.contains(&id.key()));
            if broader.iter().any(is_inside) {
                return Err(Fault::new(FaultCode::Invalid, "input.broader", "holds a topic below this one").into());
            }
            may_write(edit, Scope::TopicsManage, &[Vec::new()], "input.slug")?;
            if stored.is_some_and(|stored| unpack_keys(&stored.broader_ids) != broader || stored.names != row.names) {
                edit.app.store.begin_reindex(edit.tx()?).await?;
            }
            edit.app.store.save_topic(edit.tx()?, row, stored.is_none(), edit.now).await?;
            Ok(CatalogDone(id.key()))
        }
        Input::Organization(input) => {
            let stored = stored_rows.2.iter().find(|row| row.slug == slug);
            let id = id_of(Noun::Organization, stored.map(|row| &row.public_id))?;
            let row = organization(input, &placing(id, stored.map(|row| (row.created_at, row.updated_at))))?;
            let mut places = vec![unpack_keys(&row.region_ids)];
            places.extend(stored.map(|stored| unpack_keys(&stored.region_ids)));
            may_write(edit, Scope::OrganizationsManage, &places, "input.regions")?;
            if stored.is_some_and(|stored| stored.name != row.name) {
                edit.app.store.begin_reindex(edit.tx()?).await?;
            }
            edit.app.store.save_organization(edit.tx()?, row, stored.is_none(), edit.now).await?;
            Ok(CatalogDone(id.key()))
        }
        _ => Err(Fault::new(FaultCode::Invalid, "input", "is not of the catalog").into()),
    }
}

fn broken() -> sea_orm::DbErr {
    sea_orm::DbErr::Type("a stored public id does not parse".to_string())
}

/// Refuses unless the scope is held for each of the lists of regions.
fn may_write(edit: &Edit<'_>, scope: Scope, places: &[Vec<i64>], field: &str) -> Result<(), Refusal> {
    match edit.actor().grants.reach(scope) {
        None => Err(Refusal::Scope(vec![scope])),
        Some(Reach::Everywhere) => Ok(()),
        Some(reach) if places.iter().all(|regions| holds(reach, regions, &edit.catalog)) => Ok(()),
        Some(_) => Err(outside(field).into()),
    }
}
