//! Changes that publishers make: each is authorised, checked, made, recorded and logged in one transaction, so that what
//! was acknowledged is whole and what was not is absent. Must not know GraphQL or HTTP.
//!
//! A change is a value with [`Change::apply`]; [`perform`] runs it. What it needs of the item is found by `target.rs`,
//! what the client may do to it is decided in `authority.rs`. Most changes are planned before their transaction begins, so
//! that others need not wait for that; see `plan.rs`.

mod alert;
mod approval;
mod authority;
mod batch;
mod catalog;
mod compose;
mod create;
mod occurrence;
mod plan;
mod redact;
mod repeat;
mod restore;
mod step;
mod target;
mod update;
mod warning;

use std::sync::{Arc, OnceLock};

use sea_orm::{DatabaseExecutor, DatabaseTransaction, DbErr};

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

use plan::Planned;

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
use crate::store::fault::came_between;
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
    /// Whether it reads and then saves one item, and does nothing else: it can be planned before a transaction begins.
    const IS_PLAIN: bool = false;

    /// Makes the change in a transaction, and answers the item as it is now stored.
    fn apply(&self, edit: &mut Edit<'_>) -> impl Future<Output = Result<NewItem, Refusal>> + Send;
}

/// A change under way.
#[derive(Debug)]
pub struct Edit<'a> {
    app: &'a App,
    caller: &'a Caller,
    /// What is read from.
    reads: DatabaseExecutor<'a>,
    /// What is written in; none while the change is planned.
    writes: Option<&'a DatabaseTransaction>,
    /// What was planned.
    planned: Planned,
    /// The number of the last change of the item that is changed, when it was read to plan.
    last_change: OnceLock<i64>,
    catalog: Arc<Catalog>,
    now: Timestamp,
    taken: TakenSlugs,
    /// A scope that every write of the transaction needs beside its own, in the same regions.
    beside: Option<Scope>,
}

/// How often a change is tried when another one came between.
const ATTEMPTS: usize = 8;

/// Makes a change: planned if it can be, else in a transaction of its own. One that another came between is made again from
/// the start.
pub async fn perform<C: Change>(app: &App, caller: &Caller, change: &C) -> Result<NewItem, Refusal> {
    if C::IS_PLAIN
        && let Some(item) = plan::perform(app, caller, change, None).await?
    {
        return Ok(item);
    }
    in_transaction(app, caller, change).await
}

/// Makes a change in a transaction of its own, again from the start if another came between.
async fn in_transaction(app: &App, caller: &Caller, change: &impl Change) -> Result<NewItem, Refusal> {
    let mut attempt = 1;
    loop {
        let tx = app.store.begin().await?;
        let outcome = async {
            let caller = caller.recheck(app, &tx).await?;
            change.apply(&mut Edit::new(app, &caller, &tx)).await
        };
        // On the heap: a change is a deep future, and resolvers are nested deeply already.
        let outcome = Box::pin(outcome).await;
        match finish(app, tx, outcome).await {
            Err(Refusal::Database(cause)) if attempt < ATTEMPTS && came_between(&cause) => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// Commits what was made, or rolls back.
async fn finish<T>(app: &App, tx: DatabaseTransaction, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
    match outcome {
        Ok(made) => {
            app.store.commit_logged(tx).await?;
            Ok(made)
        }
        Err(refusal) => {
            tx.rollback().await?;
            Err(refusal)
        }
    }
}

impl<'a> Edit<'a> {
    fn new(app: &'a App, caller: &'a Caller, tx: &'a DatabaseTransaction) -> Self {
        Self { writes: Some(tx), reads: tx.into(), ..Self::planning(app, caller) }
    }

    /// One that is planned: it reads what is committed, and what it saves becomes a plan.
    fn planning(app: &'a App, caller: &'a Caller) -> Self {
        let (catalog, now) = (app.store.catalog(), app.clock.now());
        let (reads, taken) = (app.store.reads(), TakenSlugs::new());
        Self {
            app,
            caller,
            reads,
            writes: None,
            planned: Planned::Nothing,
            last_change: OnceLock::new(),
            catalog,
            now,
            taken,
            beside: None,
        }
    }

    fn actor(&self) -> &'a Actor {
        &self.caller.actor
    }

    /// The transaction of a change that is not planned.
    fn tx(&self) -> Result<&'a DatabaseTransaction, Refusal> {
        self.writes.ok_or_else(|| DbErr::Custom("a change that is not plain was planned".to_string()).into())
    }

    /// Stores an item with its revision. `ids` are the public ids of what it refers to.
    async fn save(
        &mut self,
        saving: Saving<'_>,
        ids: &std::collections::HashMap<i64, String>,
        action: RevisionAction,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        let author = Author { client: Some(self.actor().client), action, note };
        let recording = Recording { catalog: &self.catalog, ids, author: &author };
        match self.writes {
            Some(tx) => {
                record(self.app, tx, &recording, saving).await?;
            }
            None => self.planned = plan::of_saving(self, &recording, &saving)?,
        }
        Ok(())
    }
}
