//! Which updates lines of an import take the place of: a reader of alerts knows them by the ids of their source only, which
//! are looked up here. Must not change what is stored.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::{Value, json};

use super::identity::DEFAULT_PUBLISHER;
use crate::app::App;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::update::UpdateFamily;
use crate::domain::vocabulary::{UpdateKind, Vocabulary as _};
use crate::store::{Detail, Kind};

/// Members that only a drug alert has.
const OF_ALERTS: [&str; 5] = ["severity", "urgency", "certainty", "areaDescription", "naloxoneGuidance"];

/// An update that is referred to.
struct Referred {
    id: String,
    kind: UpdateKind,
}

/// Replaces the references of lines by what they mean; what they refer to in vain is told, and a line that does nothing but
/// refer to it is left out.
pub(super) async fn settle(app: &App, lines: &mut Vec<(String, Value)>, report: &mut Vec<String>) -> Result<(), DbErr> {
    if lines.iter().all(|(_, line)| line.get("references").is_none()) {
        return Ok(());
    }
    let tx = app.store.begin().await?;
    let ids: Vec<String> = lines.iter().map(|(_, line)| external_id(line)).collect();
    let at: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let mut dropped = Vec::new();
    for number in 0..lines.len() {
        let Some((name, line)) = lines.get_mut(number) else { continue };
        let (name, mut line) = (name.clone(), line.take());
        let references = line.as_object_mut().and_then(|members| members.remove("references"));
        let is_bare = line.as_object_mut().and_then(|members| members.remove("isBare")) == Some(json!(true));
        let references: Vec<String> = references.and_then(|all| serde_json::from_value(all).ok()).unwrap_or_default();
        let mut found = None;
        for reference in references.iter().rev() {
            found = match at.get(reference.as_str()).filter(|at| **at != number) {
                Some(at) => {
                    let stored = stored(app, &tx, &line, reference).await?;
                    in_file(app, lines.get_mut(*at).map(|(_, line)| line), stored)
                }
                None => stored(app, &tx, &line, reference).await?,
            };
            if found.is_some() {
                break;
            }
        }
        match found {
            Some(found) => refer(&mut line, &found, is_bare),
            None if is_bare => {
                report.push(format!("{name}: references name no alert that is known here: there is nothing to cancel, and it was left out"));
                dropped.push(number);
            }
            None if !references.is_empty() => {
                report.push(format!("{name}: references name no alert that is known here, and were left out"));
            }
            None => {}
        }
        if let Some((_, place)) = lines.get_mut(number) {
            *place = line;
        }
    }
    tx.rollback().await?;
    let mut number = 0;
    lines.retain(|_| {
        number += 1;
        !dropped.contains(&(number - 1))
    });
    Ok(())
}

fn external_id(line: &Value) -> String {
    line.pointer("/input/source/externalId").and_then(Value::as_str).unwrap_or_default().to_string()
}

/// A line of the same file, which gets an id to be referred to by.
fn in_file(app: &App, line: Option<&mut Value>, stored: Option<Referred>) -> Option<Referred> {
    let line = line?;
    let kind = UpdateKind::parse(line.pointer("/input/kind")?.as_str()?)?;
    let known = line.pointer("/record/id").and_then(Value::as_str).map(str::to_string);
    let id = known.or(stored.map(|stored| stored.id));
    let id = id.unwrap_or_else(|| PublicId::new(Noun::Update, app.clock.random_id()).to_string());
    line.get_mut("record")?.as_object_mut()?.insert("id".to_string(), json!(id));
    Some(Referred { id, kind })
}

/// What was imported before, from the same source for the same publisher.
async fn stored(app: &App, tx: &DatabaseTransaction, line: &Value, reference: &str) -> Result<Option<Referred>, DbErr> {
    let publisher = line.pointer("/input/publisher").and_then(Value::as_str).unwrap_or(DEFAULT_PUBLISHER);
    let system = line.pointer("/input/source/system").and_then(Value::as_str).unwrap_or_default();
    let catalog = app.store.catalog();
    let Some(organization) = catalog.find_organization(publisher) else { return Ok(None) };
    let Some(row) = app.store.stored_by_source(tx, organization.key, system, reference).await? else { return Ok(None) };
    let Some(item) = app.store.stored_item_locked(tx, Kind::Update, row.id).await? else { return Ok(None) };
    let Detail::Update(detail) = &item.detail else { return Ok(None) };
    let id = Noun::Update.id_of(&row.public_id);
    Ok(UpdateKind::parse(&detail.kind).map(|kind| Referred { id, kind }))
}

/// Makes a line take the place of another update; one that says nothing itself is of the same kind.
fn refer(line: &mut Value, found: &Referred, is_bare: bool) {
    if is_bare && let Some(members) = line.as_object_mut() {
        members.insert("kind".to_string(), json!(super::cap::line_kind(found.kind)));
    }
    let Some(input) = line.get_mut("input").and_then(Value::as_object_mut) else { return };
    input.insert("supersedes".to_string(), json!(found.id));
    if is_bare {
        input.insert("kind".to_string(), json!(found.kind.as_str()));
        if UpdateFamily::of(found.kind) != UpdateFamily::DrugAlert {
            input.retain(|name, _| !OF_ALERTS.contains(&name.as_str()));
        }
    }
}
