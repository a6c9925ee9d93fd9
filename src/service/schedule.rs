//! The worker that makes happen what the clock brings: scheduled publications, expiries, lists written anew. Its steps are
//! idempotent and conditional, so that every node may run it and none leads. Reads check the clock too, so that a worker
//! that does not run shows nothing that is over.

use std::time::Duration;

use sea_orm::{DatabaseTransaction, DbErr};
use tokio::task::JoinHandle;

use super::occurrence;
use super::prepare::{Settling, TakenSlugs, settle_slug};
use super::record::{Author, record_unasked};
use crate::app::{App, SharedApp};
use crate::domain::vocabulary::{PublicationStatus, RevisionAction, Vocabulary};
use crate::store::{Epoch, Kind, Saving};

/// How often the worker looks.
const INTERVAL: Duration = Duration::from_millis(250);
/// After how many looks old keys are forgotten, and series expanded further: about every ten minutes.
const SELDOM: u32 = 2_400;

/// Runs the worker until the handle is aborted. A failed look is tried again at the next interval.
pub fn run(app: SharedApp) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut is_failing = false;
        let mut looks = 0_u32;
        let mut seen = Epoch::default();
        loop {
            tokio::time::sleep(INTERVAL).await;
            let outcome = run_due(&app).await.and(index(&app, &mut seen).await);
            if outcome.is_err() && !is_failing {
                tracing::warn!("what is due cannot be done; it is tried again");
            }
            is_failing = outcome.is_err();
            if app.store.is_unscrubbed() && app.store.scrub().await.is_err() {
                tracing::warn!("what was erased is not yet out of the database's files; it is tried again");
            }
            looks = looks.wrapping_add(1);
            if looks % SELDOM != 1 {
                continue;
            }
            if app.store.forget_keys(app.clock.now()).await.is_err() {
                tracing::warn!("old keys of repeated requests cannot be forgotten yet");
            }
            if forget_changes(&app).await.is_err() {
                tracing::warn!("old changes cannot be forgotten yet");
            }
            if occurrence::extend(&app).await.is_err() {
                tracing::warn!("series cannot be expanded further yet");
            }
        }
    })
}

/// Does what is due now; answers how many items changed. One that fails keeps no other one waiting.
pub async fn run_due(app: &App) -> Result<usize, DbErr> {
    let mut changed = 0;
    let mut failure = None;
    for (kind, key) in app.store.due_items(app.clock.now()).await? {
        let tx = app.store.begin().await?;
        let outcome = match advance(app, &tx, kind, key).await {
            Ok(is_changed) => app.store.commit_logged(tx).await.map(|()| is_changed),
            Err(cause) => tx.rollback().await.and(Err(cause)),
        };
        match outcome {
            Ok(is_changed) => changed += usize::from(is_changed),
            Err(cause) => failure = Some(cause),
        }
    }
    while app.store.is_reindexing().await? {
        let tx = app.store.begin().await?;
        let has_more = app.store.reindex_batch(&tx).await?;
        app.store.commit(tx).await?;
        if !has_more {
            break;
        }
    }
    failure.map_or(Ok(changed), Err)
}

async fn forget_changes(app: &App) -> Result<(), DbErr> {
    while app.store.forget_changes(app.clock.now()).await? {}
    Ok(())
}

/// Indexes for search what had been changed at the last look. What is newer waits for the next one, unless somebody
/// searches: it may be about to change again, as a draft that is published, and who changes it need not wait for its words.
async fn index(app: &App, seen: &mut Epoch) -> Result<(), DbErr> {
    app.store.catch_up_search(*seen, INTERVAL).await?;
    *seen = app.store.last_epoch().await?;
    Ok(())
}

/// Publishes or expires an item if that is still due; another node may have done it.
async fn advance(app: &App, tx: &DatabaseTransaction, kind: Kind, key: i64) -> Result<bool, DbErr> {
    let Some(before) = app.store.stored_item_locked(tx, kind, key).await? else { return Ok(false) };
    let now = app.clock.now();
    let is_past = |at: Option<i64>| at.is_some_and(|at| at <= now.as_micros());
    let is_over = is_past(before.content.expires_at);
    let (status, action) = match PublicationStatus::parse(&before.content.status) {
        Some(PublicationStatus::Scheduled) if is_past(before.content.published_at) && !is_over => {
            (PublicationStatus::Published, RevisionAction::Published)
        }
        Some(PublicationStatus::Scheduled | PublicationStatus::Published) if is_over => {
            (PublicationStatus::Expired, RevisionAction::Expired)
        }
        _ => return Ok(false),
    };
    let mut item = before.clone();
    item.content.status = status.as_str().to_string();
    item.content.version = item.content.version.saturating_add(1);
    item.content.updated_at = now.as_micros();
    let settling = Settling { kind, content: &mut item.content, stored: Some(&before.content) };
    settle_slug(app, &tx.into(), settling, &mut TakenSlugs::new()).await?;
    let author = Author { client: None, action, note: None };
    record_unasked(app, tx, &author, Saving { item: &item, before: Some(&before), what: None, at: now }).await?;
    Ok(true)
}
