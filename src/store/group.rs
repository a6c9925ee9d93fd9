//! Group commit: on SQLite, which has one writer, small changes that wait for each other share a transaction, each within
//! a savepoint, and one write to the disk makes all of them durable. None is acknowledged before. On PostgreSQL each has a
//! transaction of its own. Must not hold long changes: the others wait for them.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sea_orm::error::ConnAcquireErr;
use sea_orm::{DatabaseTransaction, DbBackend, DbErr, TransactionTrait};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::Store;

/// Changes that share a transaction at most.
const MOST: usize = 64;
/// How long a transaction takes more changes in.
const OPEN: Duration = Duration::from_millis(20);

type Outcome = Result<(), String>;

/// A shared transaction, and those who wait for its end.
#[derive(Debug)]
struct Group {
    tx: DatabaseTransaction,
    since: Instant,
    number: u64,
    members: Vec<oneshot::Sender<Outcome>>,
}

/// The place where changes wait for their turn, in order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    turn: Arc<Mutex<Turn>>,
    waiting: AtomicUsize,
}

#[derive(Debug, Default)]
struct Turn {
    group: Option<Group>,
    /// Groups so far.
    count: u64,
}

impl Turn {
    /// Ends the open transaction, and tells all whose changes it holds.
    async fn close(&mut self) -> Result<(), DbErr> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let ended = group.tx.commit().await;
        let outcome = ended.as_ref().copied().map_err(ToString::to_string);
        for member in group.members {
            // One that has gone away does not ask any more.
            let _ = member.send(outcome.clone());
        }
        ended
    }
}

/// A change under way.
#[derive(Debug)]
pub struct Writing {
    /// Absent once it ended.
    tx: Option<DatabaseTransaction>,
    /// On SQLite only: nobody else has the turn meanwhile.
    shared: Option<(OwnedMutexGuard<Turn>, Arc<Queue>)>,
}

impl Deref for Writing {
    type Target = DatabaseTransaction;

    #[expect(clippy::expect_used, reason = "only `commit` and `rollback`, which consume it, take the transaction out")]
    fn deref(&self) -> &DatabaseTransaction {
        self.tx.as_ref().expect("a change under way has its transaction")
    }
}

impl Store {
    /// Begins a small change, which may share its transaction with others that wait.
    pub async fn begin_small(&self) -> Result<Writing, DbErr> {
        if self.backend() == DbBackend::Postgres {
            return Ok(Writing { tx: Some(self.begin().await?), shared: None });
        }
        let waiting = Waiting::new(&self.queue);
        let turn = tokio::time::timeout(self.pool_wait, Arc::clone(&self.queue.turn).lock_owned()).await;
        drop(waiting);
        let mut turn = turn.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        if turn.group.is_none() {
            let tx = self.begin().await?;
            turn.count += 1;
            let number = turn.count;
            turn.group = Some(Group { tx, since: Instant::now(), number, members: Vec::new() });
        }
        let mut writing = Writing { tx: None, shared: Some((turn, Arc::clone(&self.queue))) };
        if let Some(group) = writing.shared.as_ref().and_then(|(turn, _)| turn.group.as_ref()) {
            writing.tx = Some(group.tx.begin().await?);
        }
        Ok(writing)
    }
}

impl Writing {
    /// Answers when the change is durable, alone or with those that came along.
    pub async fn commit(mut self) -> Result<(), DbErr> {
        if let Some(tx) = self.tx.take() {
            tx.commit().await?;
        }
        let Some((mut turn, queue)) = self.shared.take() else { return Ok(()) };
        let is_awaited = queue.waiting.load(Ordering::SeqCst) > 0;
        let open = turn
            .group
            .as_mut()
            .filter(|group| is_awaited && group.members.len() + 1 < MOST && group.since.elapsed() < OPEN);
        let Some(group) = open else { return turn.close().await };
        let (told, tells) = oneshot::channel();
        group.members.push(told);
        let number = group.number;
        drop(turn);
        // Behind those who wait now, on its own: whoever waits may go away, and so may this one.
        let turns = Arc::clone(&queue.turn);
        let closing = tokio::spawn(async move {
            let mut turn = turns.lock_owned().await;
            if turn.group.as_ref().is_some_and(|group| group.number == number) {
                // The members are told.
                let _ = turn.close().await;
            }
        });
        let outcome = tells.await.unwrap_or_else(|_| Err("the shared transaction ended without a word".to_string()));
        closing.abort();
        outcome.map_err(DbErr::Custom)
    }

    /// Undoes the change, and not those that share its transaction.
    pub async fn rollback(mut self) -> Result<(), DbErr> {
        match self.tx.take() {
            Some(tx) => tx.rollback().await,
            None => Ok(()),
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // What was not committed is rolled back first, then a transaction that holds nobody's change.
        drop(self.tx.take());
        if let Some((turn, _)) = &mut self.shared
            && turn.group.as_ref().is_some_and(|group| group.members.is_empty())
        {
            turn.group = None;
        }
    }
}

/// One more who waits for a turn, as long as this lives.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(queue: &'a Queue) -> Self {
        queue.waiting.fetch_add(1, Ordering::SeqCst);
        Self(&queue.waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
