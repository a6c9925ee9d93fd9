//! Writes that were planned while nobody held the database, committed many at a time: what each was planned upon is held
//! against what is stored, in the transaction that writes. On SQLite the one writer is held for as long as statements run,
//! and not while they are made; on both databases one wait for the disk serves all that wait. Must not plan.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{ConnAcquireErr, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryTrait};
use tokio::sync::{Semaphore, oneshot};

use super::fault::came_between;
use super::write::{Write, run_all};
use super::{Catalog, Credentials, Epoch, Extent, Store};
use crate::domain::public_id::PublicId;

/// Writes that one transaction takes.
const MOST: usize = 64;

/// Whether what is found of a client is good enough.
pub type Check = Box<dyn Fn(Option<&Credentials>) -> bool + Send + Sync>;

/// Whose write it is, and whether the client may still do what was planned for it.
pub struct Holder {
    /// The client.
    pub client: PublicId,
    /// The token's own name.
    pub jti: String,
    /// Holds what is found of the client now against what the plan was made with.
    pub is_same: Check,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holder").field("client", &self.client).finish_non_exhaustive()
    }
}

/// A write with what it was planned upon.
#[derive(Debug)]
pub struct Plan {
    /// Whose it is.
    pub holder: Holder,
    /// The catalog in force.
    pub catalog: Arc<Catalog>,
    /// The item that is changed and the number of its last change, which tells more than its version: an import may say
    /// which version it is. None if it is new.
    pub base: Option<(i64, i64)>,
    /// What no other item may have: its kind and slug, or its publisher and source.
    pub names: Vec<String>,
    /// What is written.
    pub write: Write,
}

impl Plan {
    /// Keeps a key that nobody took, with what the write makes.
    pub fn keep_key(&mut self, store: &Store, row: entity::idempotency::Model) {
        self.names.push(format!("key {} {}", row.client_id, row.idempotency_key));
        self.write.add(entity::idempotency::Entity::insert(row.into_active_model()).build(store.backend()));
    }
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is stored.
    Stored,
    /// What it was planned upon is not so any more. Nothing was written.
    Outdated,
}

#[derive(Debug)]
struct Waiting {
    plan: Plan,
    since: Instant,
    answer: oneshot::Sender<Result<Committed, DbErr>>,
}

/// The plans that wait, and whose turn it is to commit them.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Vec<Waiting>>,
    turns: Semaphore,
}

impl Queue {
    /// SQLite has one writer; on PostgreSQL one transaction writes its rows while another waits for the disk.
    pub(super) fn of(backend: DbBackend) -> Self {
        let turns = if backend == DbBackend::Postgres { 2 } else { 1 };
        Self { waiting: Mutex::default(), turns: Semaphore::new(turns) }
    }

    fn push(&self, waiting: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }

    /// Answers those that have waited for too long, and forgets those whom nobody waits for.
    fn refuse_late(&self, patience: Duration) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| !waiting.answer.is_closed());
        for late in waiting.extract_if(.., |waiting| waiting.since.elapsed() >= patience) {
            answer(late, Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
        }
    }

    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(MOST);
        waiting.drain(..count).collect()
    }
}

impl Store {
    /// Commits a plan together with those of others that wait. Once its turn has come it is done whether the caller waits for
    /// it or not; who went away before, or waits for too long, gets nothing done.
    pub async fn commit_planned(&self, plan: Plan) -> Result<Committed, DbErr> {
        let (sender, answered) = oneshot::channel();
        self.queue.push(Waiting { plan, since: Instant::now(), answer: sender });
        let store = self.clone();
        // A task of its own, so that no caller's going away ends a transaction that holds the writes of others.
        tokio::spawn(async move {
            let turn = tokio::time::timeout(store.patience, store.queue.turns.acquire()).await;
            store.queue.refuse_late(store.patience);
            let waiting = if turn.is_ok() { store.queue.take() } else { Vec::new() };
            if !waiting.is_empty() {
                store.commit_all(waiting).await;
            }
        });
        answered.await.unwrap_or_else(|_| Err(DbErr::Custom("the server stopped before it committed".to_string())))
    }

    async fn commit_all(&self, waiting: Vec<Waiting>) {
        let plans: Vec<&Plan> = waiting.iter().map(|waiting| &waiting.plan).collect();
        let failure = match self.commit_once(&plans).await {
            Ok(outcomes) => {
                for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
                    answer(waiting, Ok(outcome));
                }
                return;
            }
            Err(failure) => failure,
        };
        match failure {
            // Nothing is stored: the one that is at fault must not take the others with it.
            Failure::Write(_) if waiting.len() > 1 => {
                for waiting in waiting.into_iter().filter(|waiting| !waiting.answer.is_closed()) {
                    if waiting.since.elapsed() >= self.patience {
                        answer(waiting, Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
                        continue;
                    }
                    let outcome = self.commit_once(&[&waiting.plan]).await;
                    let outcome = outcome.map(|outcomes| outcomes.first().copied().unwrap_or(Committed::Outdated));
                    answer(waiting, outcome.map_err(Failure::cause));
                }
            }
            // Nothing to be had, or not known: to try again after a commit that failed might store it twice.
            failure => {
                let cause = failure.cause();
                let mut waiting = waiting.into_iter();
                let first = waiting.next();
                for waiting in waiting {
                    answer(waiting, Err(same(&cause)));
                }
                if let Some(first) = first {
                    answer(first, Err(cause));
                }
            }
        }
    }

    async fn commit_once(&self, plans: &[&Plan]) -> Result<Vec<Committed>, Failure> {
        let tx = self.begin().await.map_err(|cause| {
            Failure::Begin(if came_between(&cause) {
                // The database is taken, and will be for the next one too.
                DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
            } else {
                cause
            })
        })?;
        match self.write_all(&tx, plans).await {
            Ok((outcomes, changes)) if outcomes.contains(&Committed::Stored) => {
                let stored = plans.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Committed::Stored);
                let touched = stored.map(|(plan, _)| plan.write.touched(&plan.catalog)).collect();
                self.commit_of(tx, Extent::Known(touched, changes)).await.map_err(Failure::Commit)?;
                Ok(outcomes)
            }
            outcome => {
                tx.rollback().await.map_err(Failure::Write)?;
                outcome.map(|(outcomes, _)| outcomes).map_err(Failure::Write)
            }
        }
    }

    /// Writes what is as it was planned upon; answers what became of each plan, and the changes.
    async fn write_all(
        &self,
        tx: &DatabaseTransaction,
        plans: &[&Plan],
    ) -> Result<(Vec<Committed>, Vec<Epoch>), DbErr> {
        let items: Vec<i64> = plans.iter().filter_map(|plan| plan.base.map(|(id, _)| id)).collect();
        let mut holders: HashMap<(i64, &str), &Holder> = HashMap::new();
        for Plan { holder, .. } in plans {
            holders.entry((holder.client.key(), holder.jti.as_str())).or_insert(holder);
        }
        let some: Vec<&Holder> = holders.values().copied().collect();
        let mut standing = self.standing(tx, &some, &items).await?;
        let mut credentials = HashMap::with_capacity(holders.len());
        for (name, holder) in holders {
            credentials.insert(name, standing.credentials(holder)?);
        }
        let catalog = self.catalog();
        let mut names: HashSet<&str> = HashSet::new();
        let mut outcomes = Vec::with_capacity(plans.len());
        let mut writes = Vec::with_capacity(plans.len());
        for plan in plans {
            let Plan { holder, base, .. } = plan;
            let is_allowed = credentials
                .get(&(holder.client.key(), holder.jti.as_str()))
                .is_some_and(|found| (holder.is_same)(found.as_ref()));
            // Taken out, so that of two plans upon the same item one is made.
            let is_current = base.is_none_or(|(id, change)| standing.changes.remove(&id) == Some(change));
            let is_free = plan.names.iter().all(|name| !names.contains(name.as_str()));
            if !(is_allowed && is_current && is_free && Arc::ptr_eq(&plan.catalog, &catalog)) {
                outcomes.push(Committed::Outdated);
                continue;
            }
            names.extend(plan.names.iter().map(String::as_str));
            writes.push(plan.write.clone());
            outcomes.push(Committed::Stored);
        }
        let changes = if writes.is_empty() { Vec::new() } else { run_all(writes, tx).await? };
        Ok((outcomes, changes))
    }
}

fn answer(waiting: Waiting, outcome: Result<Committed, DbErr>) {
    // Who does not wait any more needs no answer.
    let _ = waiting.answer.send(outcome);
}

/// Where a commit failed.
#[derive(Debug)]
enum Failure {
    /// Before anything was tried.
    Begin(DbErr),
    /// Before its end: nothing is stored.
    Write(DbErr),
    /// At its end.
    Commit(DbErr),
}

impl Failure {
    fn cause(self) -> DbErr {
        match self {
            Self::Begin(cause) | Self::Write(cause) | Self::Commit(cause) => cause,
        }
    }
}

/// The same failure for another who waited for it.
fn same(cause: &DbErr) -> DbErr {
    match cause {
        DbErr::ConnectionAcquire(_) => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        cause => DbErr::Custom(cause.to_string()),
    }
}
