//! Changes that are planned while nobody holds the database: composed of what is committed, and made only if that is still
//! so in the transaction that writes them, together with those of others. Must not write.

use std::sync::Arc;

use super::repeat::Key;
use super::{Caller, Change, Edit, Refusal};
use crate::app::App;
use crate::service::access::holder;
use crate::service::record::{Recording, kept};
use crate::store::fault::came_between;
use crate::store::{Committed, NewItem, Plan, Saving};

/// How often a change is planned before it takes the database for itself.
const PLANS: usize = 4;

/// What came of planning.
#[derive(Debug)]
pub(super) enum Planned {
    /// Nothing was to be saved.
    Nothing,
    /// One write.
    Write(Box<Plan>),
    /// More than what a plan can hold.
    Beyond,
}

/// Plans a change and makes it; none if it cannot be planned. With a key, once for that key.
pub(super) async fn perform(
    app: &App,
    caller: &Caller,
    change: &impl Change,
    key: Option<&Key>,
) -> Result<Option<NewItem>, Refusal> {
    for _ in 0..PLANS {
        let mut edit = Edit::planning(app, caller);
        if is_known(&edit, key).await? {
            return Ok(None);
        }
        // On the heap: a change is a deep future, and resolvers are nested deeply already.
        let item = match Box::pin(change.apply(&mut edit)).await {
            Ok(item) => item,
            // The same request came first, and made what is in this one's way.
            Err(_) if is_known(&edit, key).await? => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let mut plan = match std::mem::replace(&mut edit.planned, Planned::Nothing) {
            Planned::Nothing => return Ok(Some(item)),
            Planned::Beyond => return Ok(None),
            Planned::Write(plan) => plan,
        };
        if let Some(key) = key {
            plan.keep_key(&app.store, edit.answered(key, &item));
        }
        match app.store.commit_planned(*plan).await {
            Ok(Committed::Stored) => return Ok(Some(item)),
            Ok(Committed::Outdated) => {}
            Err(cause) if came_between(&cause) => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    Ok(None)
}

/// Whether anything is kept of a key.
async fn is_known(edit: &Edit<'_>, key: Option<&Key>) -> Result<bool, Refusal> {
    match key {
        Some(key) => edit.is_known(key).await,
        None => Ok(false),
    }
}

/// What saving an item would write.
pub(super) fn of_saving(edit: &Edit<'_>, recording: &Recording<'_>, saving: &Saving<'_>) -> Result<Planned, Refusal> {
    let kept = kept(edit.app, recording, saving)?;
    let Some(write) = edit.app.store.plan_item(&edit.catalog, saving, kept)? else { return Ok(Planned::Beyond) };
    let content = &saving.item.content;
    let mut names = vec![format!("{} {}", content.kind, content.slug)];
    if let (Some(system), Some(external_id)) = (&content.source_system, &content.source_external_id) {
        names.push(format!("{} {system} {external_id}", content.organization_id));
    }
    Ok(Planned::Write(Box::new(Plan {
        holder: holder(edit.app, &edit.caller.actor)?,
        catalog: Arc::clone(&edit.catalog),
        // An item that was not read to plan is held against what no item has.
        base: saving.before.map(|before| (before.content.id, edit.last_change.get().copied().unwrap_or(-1))),
        names,
        write,
    })))
}
