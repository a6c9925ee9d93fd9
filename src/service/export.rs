//! Exporting everything as JSON Lines: the same content is always the same bytes, on every database. Must not leave
//! out what is not published: an export is a backup.

use std::collections::HashMap;
use std::io::Write;

use sea_orm::DbErr;

use super::catalog::{export_organization, export_region, export_topic};
use super::fault::Fault;
use super::input::Record;
use super::line::{Input, write};
use super::{campaign, event, resource, update};
use crate::app::App;
use crate::store::{Catalog, Detail, Kind, NewItem};

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// The output failed.
    #[error("the output cannot be written")]
    Output(#[from] std::io::Error),
    /// Something stored is not what this program stores.
    #[error("a stored value does not parse: {0}")]
    Stored(Fault),
    /// JSON failed.
    #[error("a value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl From<Fault> for ExportError {
    fn from(fault: Fault) -> Self {
        Self::Stored(fault)
    }
}

const BATCH: u64 = 500;

/// Writes all regions, topics, organizations and items; answers how many lines.
pub async fn export(app: &App, output: &mut (dyn Write + Send)) -> Result<usize, ExportError> {
    app.store.reload_catalog().await?;
    let catalog = app.store.catalog();
    let (regions, topics, organizations) = app.store.stored_catalog().await?;
    let mut lines = 0;
    for row in &regions {
        let (input, record) = export_region(row, &catalog)?;
        writeln!(output, "{}", write("region", &input, &record)?)?;
        lines += 1;
    }
    for row in &topics {
        let (input, record) = export_topic(row, &catalog)?;
        writeln!(output, "{}", write("topic", &input, &record)?)?;
        lines += 1;
    }
    for row in &organizations {
        let (input, record) = export_organization(row, &catalog)?;
        writeln!(output, "{}", write("organization", &input, &record)?)?;
        lines += 1;
    }
    for kind in Kind::ALL {
        let mut after = String::new();
        loop {
            let batch = app.store.stored_after(kind, &after, BATCH).await?;
            let Some(last) = batch.last() else { break };
            after.clone_from(&last.content.public_id);
            let ids = referenced(app, &batch).await?;
            for item in &batch {
                writeln!(output, "{}", line(item, &catalog, &ids)?)?;
                lines += 1;
            }
        }
    }
    output.flush()?;
    Ok(lines)
}

/// The keys of everything that an item refers to by key.
pub(super) fn referred_keys(item: &NewItem) -> Vec<i64> {
    let mut keys = item.links.clone();
    match &item.detail {
        Detail::Resource(row) => keys.extend(row.superseded_by),
        Detail::Event(row) => keys.extend(row.campaign_id),
        Detail::Update(row) => keys.extend(row.supersedes),
        Detail::Campaign(_) => {}
    }
    keys
}

/// The public ids of everything that a batch refers to.
async fn referenced(app: &App, batch: &[NewItem]) -> Result<HashMap<i64, String>, DbErr> {
    let mut keys: Vec<i64> = batch.iter().flat_map(referred_keys).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut ids = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(500) {
        for (key, kind, bare) in app.store.stored_ids(chunk).await? {
            ids.insert(key, kind.noun().id_of(&bare));
        }
    }
    Ok(ids)
}

fn line(item: &NewItem, catalog: &Catalog, ids: &HashMap<i64, String>) -> Result<String, ExportError> {
    let (input, record) = input_of(item, catalog, ids)?;
    Ok(input.line(&record)?)
}

/// What a stored item says, as the input and the record that make it.
pub(super) fn input_of(
    item: &NewItem,
    catalog: &Catalog,
    ids: &HashMap<i64, String>,
) -> Result<(Input, Record), Fault> {
    let id_of = |key: i64| ids.get(&key).cloned();
    Ok(match &item.detail {
        Detail::Resource(row) => {
            let (input, record) = resource::export(item, row, catalog, &id_of)?;
            (Input::Resource(Box::new(input)), record)
        }
        Detail::Event(row) => {
            let (input, record) = event::export(item, row, catalog, &id_of)?;
            (Input::Event(Box::new(input)), record)
        }
        Detail::Campaign(row) => {
            let (input, record) = campaign::export(item, row, catalog, &id_of)?;
            (Input::Campaign(Box::new(input)), record)
        }
        Detail::Update(row) => update::export(item, row, catalog, &id_of)?,
    })
}
