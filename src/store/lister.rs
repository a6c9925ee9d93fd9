//! The connections of statements that run at each request. The pool of the driver tests each connection with one more round
//! trip when it gets it back, which takes a database as long as a third of a list; these go back to it once a second.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{AssertSqlSafe, Database, Executor, IntoArguments, Pool, Postgres, Sqlite, query_with};
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, SqlxError, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::Semaphore;
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

/// For so long a connection stays out of the pool, which tests it and knows when it is too old.
const OUT: Duration = Duration::from_secs(1);

/// Runs statements on connections that it keeps.
#[derive(Debug)]
pub(super) struct Lister {
    connections: Connections,
    /// Statements that have run.
    ran: AtomicU64,
}

#[derive(Debug)]
enum Connections {
    Postgres(Keeper<Postgres>),
    Sqlite(Keeper<Sqlite>),
}

impl Lister {
    /// Of a pool that nobody else takes connections from, and how long one waits for one.
    pub(super) fn of(pool: &DatabaseConnection, patience: Duration) -> Self {
        let connections = match pool.get_database_backend() {
            DbBackend::Postgres => Connections::Postgres(Keeper::of(pool.get_postgres_connection_pool(), patience)),
            _ => Connections::Sqlite(Keeper::of(pool.get_sqlite_connection_pool(), patience)),
        };
        Self { connections, ran: AtomicU64::new(0) }
    }

    /// The rows of a statement.
    pub(super) async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ran.fetch_add(1, Ordering::Relaxed);
        match &self.connections {
            Connections::Postgres(keeper) => keeper.query(statement).await,
            Connections::Sqlite(keeper) => keeper.query(statement).await,
        }
    }

    /// How many statements have run.
    pub(super) fn ran(&self) -> u64 {
        self.ran.load(Ordering::Relaxed)
    }
}

/// Connections of a pool that are used again as they are, the last one first.
#[derive(Debug)]
struct Keeper<DB: Database> {
    pool: Pool<DB>,
    /// One for each connection that the pool may open: whoever has one finds a connection here, or there.
    turns: Semaphore,
    patience: Duration,
    kept: Mutex<Vec<Out<DB>>>,
}

/// A connection out of the pool.
#[derive(Debug)]
struct Out<DB: Database> {
    connection: PoolConnection<DB>,
    since: Instant,
}

impl<DB: Database> Keeper<DB> {
    fn of(pool: &Pool<DB>, patience: Duration) -> Self {
        let most = pool.options().get_max_connections();
        let turns = Semaphore::new(usize::try_from(most).unwrap_or(1));
        Self { pool: pool.clone(), turns, patience, kept: Mutex::default() }
    }

    async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        SqlxValues: IntoArguments<DB>,
        QueryResult: From<DB::Row>,
    {
        let _turn = match self.turns.try_acquire() {
            Ok(turn) => turn,
            Err(_) => self.wait().await?,
        };
        let mut out = match self.take() {
            Some(out) => out,
            None => Out { connection: self.pool.acquire().await.map_err(none)?, since: Instant::now() },
        };
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let query = query_with(AssertSqlSafe(statement.sql), values);
        // The driver enters the request's span several times for each row, and says nothing in it.
        let rows = query.fetch_all(&mut *out.connection).with_subscriber(NoSubscriber::new()).await;
        // After a failure, and if nobody waits for the rows any more, it goes to the pool, which tests it.
        let rows = rows.map_err(|fault| DbErr::Query(RuntimeErr::SqlxError(fault.into())))?;
        self.keep(out);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    async fn wait(&self) -> Result<tokio::sync::SemaphorePermit<'_>, DbErr> {
        let turn = tokio::time::timeout(self.patience, self.turns.acquire()).await;
        turn.ok().and_then(Result::ok).ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
    }

    /// The connection that was used last. What is out for too long goes back to the pool.
    fn take(&self) -> Option<Out<DB>> {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.retain(|out| out.since.elapsed() < OUT);
        kept.pop()
    }

    fn keep(&self, out: Out<DB>) {
        if out.since.elapsed() < OUT {
            self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(out);
        }
    }
}

/// No runtime may be left to give connections back in: they are closed.
impl<DB: Database> Drop for Keeper<DB> {
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            let kept = self.kept.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
            kept.drain(..).for_each(|out| drop(out.connection.leak()));
        }
    }
}

fn none(fault: SqlxError) -> DbErr {
    match fault {
        SqlxError::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        SqlxError::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        fault => DbErr::Conn(RuntimeErr::SqlxError(fault.into())),
    }
}
