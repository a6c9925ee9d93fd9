//! Changes that publishers make: each is authorised, checked, made, recorded and logged in one transaction, so that what
//! was acknowledged is whole and what was not is absent. Must not know GraphQL or HTTP.
//!
//! A change is a value with [`Change::apply`]; [`perform`] runs it. What it needs of the item is found by `target.rs`,
//! what the client may do to it is decided in `authority.rs`.

mod alert;
mod approval;
mod authority;
mod batch;
mod catalog;
mod compose;
mod create;
mod occurrence;
mod redact;
mod repeat;
mod restore;
mod step;
mod target;
mod update;
mod warning;

use std::sync::Arc;

use sea_orm::{DatabaseTransaction, DbErr, SqlErr};

pub use alert::CancelAlert;
pub use approval::{Approve, Reject};
pub use batch::{Batch, BatchDone, BatchItem, ErrorPolicy, ItemAction, import_batch};
pub use catalog::{CatalogDone, upsert_catalog};
pub use create::{Create, Upsert};
pub use occurrence::{ChangeSeries, SeriesChange};
pub use redact::{EmergencyWithdraw, Redact, scrub};
pub use repeat::{IDEMPOTENCY_KEY_CHARS, create_once};
pub use restore::Restore;
pub use step::{Archive, Publish, Schedule, Spotlight, Submit, Withdraw};
pub use update::{Translate, Update};
pub use warning::{Warning, warnings};

use super::access::{AccessError, recheck};
use super::fault::Fault;
use super::prepare::TakenSlugs;
use super::record::{Author, Recording, record};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;
use crate::domain::view::View;
use crate::domain::vocabulary::RevisionAction;
use crate::store::{Catalog, NewItem, Saving};

/// Who asks for a change, and what they may see.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The client.
    pub actor: Arc<Actor>,
    /// What it sees: what it refers to must be visible to it.
    pub view: View,
}

impl Caller {
    /// The same caller as the transaction that is about to write sees it: what was taken away a moment ago is gone.
    async fn recheck(&self, app: &App, tx: &DatabaseTransaction) -> Result<Self, Refusal> {
        let actor = recheck(app, tx, &self.actor).await?;
        Ok(Self { actor: Arc::new(actor), view: self.view.clone() })
    }
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The input is wrong, or the item is not in the state for it.
    #[error("{} faults in the input", .0.len())]
    Faults(Vec<Fault>),
    /// The token lacks a scope; any of these would do.
    #[error("a scope is missing")]
    Scope(Vec<Scope>),
    /// The token is not valid any more.
    #[error(transparent)]
    Access(AccessError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Database(cause) => Self::Database(cause),
            error => Self::Access(error),
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Faults(vec![fault])
    }
}

impl From<Vec<Fault>> for Refusal {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

/// A change that a client asks for.
pub trait Change: Sync {
    /// Makes the change in a transaction, and answers the item as it is now stored.
    fn apply(&self, edit: &mut Edit<'_>) -> impl Future<Output = Result<NewItem, Refusal>> + Send;
}

/// A transaction under way.
#[derive(Debug)]
pub struct Edit<'a> {
    app: &'a App,
    caller: &'a Caller,
    tx: &'a DatabaseTransaction,
    catalog: Arc<Catalog>,
    now: Timestamp,
    taken: TakenSlugs,
    /// A scope that every write of the transaction needs beside its own, in the same regions.
    beside: Option<Scope>,
}

/// How often a change is tried when another one came between.
const ATTEMPTS: usize = 8;

/// Makes a change in a transaction of its own. One that another came between is made again from the start.
pub async fn perform(app: &App, caller: &Caller, change: &impl Change) -> Result<NewItem, Refusal> {
    let mut attempt = 1;
    loop {
        let tx = app.store.begin().await?;
        let outcome = async {
            let caller = caller.recheck(app, &tx).await?;
            change.apply(&mut Edit::new(app, &caller, &tx)).await
        };
        // On the heap: a change is a deep future, and resolvers are nested deeply already.
        let outcome = Box::pin(outcome).await;
        match finish(tx, outcome).await {
            Err(Refusal::Database(cause)) if attempt < ATTEMPTS && came_between(&cause) => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// Commits what was made, or rolls back.
async fn finish<T>(tx: DatabaseTransaction, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
    match outcome {
        Ok(made) => {
            tx.commit().await?;
            Ok(made)
        }
        Err(refusal) => {
            tx.rollback().await?;
            Err(refusal)
        }
    }
}

/// Whether a transaction failed only since another was made at the same time.
fn came_between(cause: &DbErr) -> bool {
    if matches!(cause.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return true;
    }
    let text = cause.to_string();
    ["deadlock detected", "could not serialize", "database is locked"].iter().any(|sign| text.contains(sign))
}

impl<'a> Edit<'a> {
    fn new(app: &'a App, caller: &'a Caller, tx: &'a DatabaseTransaction) -> Self {
        let (catalog, now) = (app.store.catalog(), app.clock.now());
        Self { app, caller, tx, catalog, now, taken: TakenSlugs::new(), beside: None }
    }

    fn actor(&self) -> &'a Actor {
        &self.caller.actor
    }

    /// Stores an item with its revision. `ids` are the public ids of what it refers to.
    async fn save(
        &self,
        saving: Saving<'_>,
        ids: &std::collections::HashMap<i64, String>,
        action: RevisionAction,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        let author = Author { client: Some(self.actor().client), action, note };
        let recording = Recording { catalog: &self.catalog, ids, author: &author };
        record(self.app, self.tx, &recording, saving).await?;
        Ok(())
    }
}
