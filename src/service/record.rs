//! Storing an item with all that goes with it in one transaction: its lists, its change in the log, its revision. Must not
//! decide whether it may be stored.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, DbErr};

use super::export::{input_of, referred_keys};
use super::occurrence::expanded;
use crate::app::App;
use crate::domain::vocabulary::{RevisionAction, Vocabulary};
use crate::store::{Catalog, Epoch, Kept, Saving};

/// Who makes a revision, and what for.
#[derive(Clone, Debug)]
pub(super) struct Author {
    /// The client; none for the operator's command line and for the clock.
    pub client: Option<i64>,
    /// What happens.
    pub action: RevisionAction,
    /// What is said with it.
    pub note: Option<String>,
}

/// What a revision is written with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recording<'a> {
    pub catalog: &'a Catalog,
    /// Public ids of what the item refers to, by key.
    pub ids: &'a HashMap<i64, String>,
    pub author: &'a Author,
}

/// Stores an item and its revision, and logs the change.
pub(super) async fn record(
    app: &App,
    tx: &DatabaseTransaction,
    recording: &Recording<'_>,
    saving: Saving<'_>,
) -> Result<Epoch, DbErr> {
    let kept = kept(app, recording, &saving)?;
    app.store.save_item(tx, recording.catalog, &saving, kept).await
}

/// What is kept beside an item.
pub(super) fn kept(app: &App, recording: &Recording<'_>, saving: &Saving<'_>) -> Result<Kept, DbErr> {
    let Recording { catalog, ids, author } = *recording;
    let (item, at) = (saving.item, saving.at);
    let snapshot = match author.action {
        RevisionAction::Redacted => None,
        _ => {
            let broken = |fault: String| DbErr::Type(format!("an item does not become a line: {fault}"));
            let (input, record) = input_of(item, catalog, ids).map_err(|fault| broken(fault.to_string()))?;
            Some(input.line(&record).map_err(|fault| broken(fault.to_string()))?)
        }
    };
    let revision = entity::revision::Model {
        content_id: item.content.id,
        version: item.content.version,
        at: at.as_micros(),
        client_id: author.client,
        action: author.action.as_str().to_string(),
        note: author.note.clone(),
        snapshot,
    };
    Ok(Kept { revision, expanded: expanded(app, item, saving.before)? })
}

/// The same for what no client asked for.
pub(super) async fn record_unasked(
    app: &App,
    tx: &DatabaseTransaction,
    author: &Author,
    saving: Saving<'_>,
) -> Result<Epoch, DbErr> {
    let found = app.store.stored_ids_within(tx, &referred_keys(saving.item)).await?;
    let ids: HashMap<i64, String> =
        found.into_iter().map(|(key, kind, bare)| (key, kind.noun().id_of(&bare))).collect();
    let catalog = app.store.catalog();
    record(app, tx, &Recording { catalog: &catalog, ids: &ids, author }, saving).await
}
