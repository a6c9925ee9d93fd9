//! Many upserts in one transaction: all or none of them, or those that are right; or only what would happen.

use serde_json::{Map, Value, json};

use super::create::{Upsert, Upserted, upsert};
use super::repeat::Key;
use super::{ATTEMPTS, Caller, Edit, Refusal, came_between};
use crate::app::App;
use crate::domain::public_id::PublicId;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::{UserErrorCode, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::store::{Kind, NewItem};

/// What becomes of the others when an item is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPolicy {
    /// Nothing is stored.
    RejectAll,
    /// The others are stored.
    SkipInvalid,
}

/// One upsert of a batch.
#[derive(Clone, Debug)]
pub struct BatchItem {
    /// What is made or changed.
    pub upsert: Upsert,
}

/// A batch of upserts.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The items, in order.
    pub items: Vec<BatchItem>,
    /// What becomes of the others when one is wrong.
    pub policy: ErrorPolicy,
    /// Whether nothing is stored, whatever comes of it.
    pub is_dry_run: bool,
    /// The key under which the batch may be repeated.
    pub key: Option<String>,
}

/// What became of one item of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemAction {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It said what was there already.
    Unchanged,
    /// It is wrong, and nothing was stored of it.
    Skipped,
}

impl ItemAction {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Created, "CREATED"),
        (Self::Updated, "UPDATED"),
        (Self::Unchanged, "UNCHANGED"),
        (Self::Skipped, "SKIPPED"),
    ];

    fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(action, _)| *action == self).map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(action, _)| *action)
    }
}

/// What became of a batch.
#[derive(Clone, Debug)]
pub struct BatchDone {
    /// What became of each item, in their order, with the item if there is one.
    pub items: Vec<(ItemAction, Option<NewItem>)>,
    /// What is wrong, each with the path that the client used.
    pub faults: Vec<Fault>,
    /// Whether anything was stored.
    pub is_stored: bool,
}

/// Imports a batch.
pub async fn import_batch(app: &App, caller: &Caller, batch: &Batch) -> Result<BatchDone, Refusal> {
    let most = app.limits.list_inputs;
    if batch.items.len() > most {
        let message = format!("holds {} items, more than the maximum of {most}", batch.items.len());
        return Err(Fault::new(FaultCode::BatchTooLarge, "input.items", message).into());
    }
    if !caller.actor.has(Scope::ImportRun) {
        return Err(Refusal::Scope(vec![Scope::ImportRun]));
    }
    let key = batch.key.as_deref().map(|key| Key::parse(key, "importBatch", &batch.fingerprinted())).transpose()?;
    let mut attempt = 1;
    loop {
        let tx = app.store.begin().await?;
        let outcome = async {
            let caller = caller.recheck(app, &tx).await?;
            let mut edit = Edit::new(app, &caller, &tx);
            edit.beside = Some(Scope::ImportRun);
            run(&mut edit, batch, key.as_ref()).await
        };
        let outcome = match Box::pin(outcome).await {
            Ok(done) if done.is_stored => match app.store.commit_logged(tx).await {
                Ok(()) => Ok(done),
                Err(cause) => Err(cause.into()),
            },
            other => {
                tx.rollback().await?;
                other
            }
        };
        match outcome {
            Err(Refusal::Database(cause)) if attempt < ATTEMPTS && came_between(&cause) => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn run(edit: &mut Edit<'_>, batch: &Batch, key: Option<&Key>) -> Result<BatchDone, Refusal> {
    if let Some(key) = key
        && let Some(answer) = edit.claim(key).await?
    {
        return replay(edit, &answer).await;
    }
    let mut done = BatchDone { items: Vec::with_capacity(batch.items.len()), faults: Vec::new(), is_stored: false };
    for (position, item) in batch.items.iter().enumerate() {
        match upsert(edit, &item.upsert).await {
            Ok((item, upserted)) => {
                let action = match upserted {
                    Upserted::Created => ItemAction::Created,
                    Upserted::Updated => ItemAction::Updated,
                    Upserted::Unchanged => ItemAction::Unchanged,
                };
                done.items.push((action, Some(item)));
            }
            Err(Refusal::Faults(faults)) => {
                done.items.push((ItemAction::Skipped, None));
                done.faults.extend(faults.into_iter().map(|fault| placed(fault, position, item.upsert.kind)));
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let is_refused = batch.policy == ErrorPolicy::RejectAll && !done.faults.is_empty();
    done.is_stored = !is_refused && !batch.is_dry_run;
    if is_refused {
        // What would have been stored is not there, so that there is nothing to show of it.
        for (_, item) in &mut done.items {
            *item = None;
        }
    }
    if let (Some(key), true) = (key, done.is_stored) {
        edit.answer(key, answer(&done)).await?;
    }
    Ok(done)
}

/// A fault with the path that the client used: `input.items[3].resource.title`.
fn placed(mut fault: Fault, position: usize, kind: &str) -> Fault {
    let rest = fault.field.strip_prefix("input").unwrap_or(&fault.field);
    fault.field = format!("input.items[{position}].{kind}{rest}");
    fault
}

impl Batch {
    /// The whole request, for its fingerprint.
    fn fingerprinted(&self) -> Value {
        let items: Vec<Value> = self
            .items
            .iter()
            .map(|item| json!([item.upsert.kind, item.upsert.input, item.upsert.expected_version]))
            .collect();
        json!([items, self.policy == ErrorPolicy::RejectAll, self.is_dry_run])
    }
}

/// What is kept of a batch: ids, what became of them, and which fields were wrong. No text.
fn answer(done: &BatchDone) -> String {
    let id = |item: &NewItem| {
        let noun = Kind::from_number(item.content.kind).map_or("", |kind| kind.noun().prefix());
        format!("{noun}_{}", item.content.public_id)
    };
    let items: Vec<Value> =
        done.items.iter().map(|(action, item)| json!([action.as_str(), item.as_ref().map(id)])).collect();
    let faults: Vec<Value> = done.faults.iter().map(|fault| json!([fault.code.as_str(), fault.field])).collect();
    json!({ "items": items, "faults": faults }).to_string()
}

/// The answer to a batch that was made before.
async fn replay(edit: &Edit<'_>, answer: &str) -> Result<BatchDone, Refusal> {
    type Answer = (Vec<(String, Option<String>)>, Vec<(String, String)>);
    let gone = || sea_orm::DbErr::Custom("what a key of a repeated batch made is gone".to_string());
    let mut members: Map<String, Value> = serde_json::from_str(answer).map_err(|_| gone())?;
    let part = |name: &str, members: &mut Map<String, Value>| members.remove(name).unwrap_or_default();
    let (items, faults): Answer = (
        serde_json::from_value(part("items", &mut members)).map_err(|_| gone())?,
        serde_json::from_value(part("faults", &mut members)).map_err(|_| gone())?,
    );
    let mut done = BatchDone { items: Vec::new(), faults: Vec::new(), is_stored: true };
    for (action, id) in items {
        let mut item = None;
        if let Some(id) = id.and_then(|id| id.parse::<PublicId>().ok())
            && let Some(kind) = Kind::of_noun(id.noun)
        {
            item = edit.app.store.stored_item(&edit.reads, kind, id.key()).await?;
        }
        done.items.push((ItemAction::parse(&action).ok_or_else(gone)?, item));
    }
    for (code, field) in faults {
        let code = UserErrorCode::parse(&code).ok_or_else(gone)?;
        done.faults.push(Fault::new(code, field, "was refused when this batch was first sent"));
    }
    Ok(done)
}
