//! The connections of statements that run at each request. The pool of the driver tests each connection with one more round
//! trip when it gets it back, which takes a database as long as a third of a list; these go back to it once a second.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sea_query::Values;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{AssertSqlSafe, Database, Executor, IntoArguments, Pool, Postgres, Sqlite, query_with};
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, SqlxError, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Span;

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
    Postgres(Arc<Keeper<Postgres>>),
    Sqlite(Arc<Keeper<Sqlite>>),
}

impl Lister {
    /// Of a pool that nobody else takes connections from, and how long one waits for one. Within a runtime.
    pub(super) fn of(pool: &DatabaseConnection, patience: Duration) -> Self {
        let connections = match pool.get_database_backend() {
            DbBackend::Postgres => Connections::Postgres(Keeper::of(pool.get_postgres_connection_pool(), patience)),
            _ => Connections::Sqlite(Keeper::of(pool.get_sqlite_connection_pool(), patience)),
        };
        Self { connections, ran: AtomicU64::new(0) }
    }

    /// The rows of a statement.
    pub(super) async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.connections {
            Connections::Postgres(keeper) => keeper.query(statement, &self.ran).await,
            Connections::Sqlite(keeper) => keeper.query(statement, &self.ran).await,
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
    fn of(pool: &Pool<DB>, patience: Duration) -> Arc<Self> {
        let most = pool.options().get_max_connections();
        let turns = Semaphore::new(usize::try_from(most).unwrap_or(1));
        let keeper = Arc::new(Self { pool: pool.clone(), turns, patience, kept: Mutex::default() });
        let weak = Arc::downgrade(&keeper);
        // Whether or not anybody asks again: what is idle, the pool looks after.
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(OUT).await;
                let Some(keeper) = weak.upgrade() else { return };
                keeper.give_back();
            }
        });
        keeper
    }

    async fn query(&self, statement: Statement, ran: &AtomicU64) -> Result<Vec<QueryResult>, DbErr>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        SqlxValues: IntoArguments<DB>,
        QueryResult: From<DB::Row>,
    {
        let (_turn, mut out) = self.take().await?;
        ran.fetch_add(1, Ordering::Relaxed);
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let rows = query_with(AssertSqlSafe(statement.sql), values).fetch_all(&mut *out.connection);
        // After a failure, and if nobody waits for the rows any more, the connection goes to the pool, which tests it.
        let rows = outside(rows).await.map_err(|fault| DbErr::Query(RuntimeErr::SqlxError(fault.into())))?;
        if out.since.elapsed() < OUT {
            self.kept().push(out);
        }
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// A turn and the connection that was used last, or one of the pool.
    async fn take(&self) -> Result<(SemaphorePermit<'_>, Out<DB>), DbErr> {
        let turn = self.turns.try_acquire().ok();
        let out = turn.as_ref().and_then(|_| self.pop());
        if let (Some(turn), Some(out)) = (turn, out) {
            return Ok((turn, out));
        }
        // In a box, so that its size is not moved about with each statement that has no need of it.
        let wait = Box::pin(async {
            let turn =
                self.turns.acquire().await.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
            let out = match self.pop() {
                Some(out) => out,
                None => Out { connection: self.pool.acquire().await.map_err(unavailable)?, since: Instant::now() },
            };
            Ok((turn, out))
        });
        let waited = tokio::time::timeout(self.patience, wait).await;
        waited.unwrap_or(Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)))
    }

    /// What has been out for too long goes back on the way.
    fn pop(&self) -> Option<Out<DB>> {
        loop {
            let last = self.kept().pop()?;
            if last.since.elapsed() < OUT {
                return Some(last);
            }
        }
    }

    fn give_back(&self) {
        let late: Vec<_> = self.kept().extract_if(.., |out| out.since.elapsed() >= OUT).collect();
        drop(late);
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Out<DB>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No runtime may be left to give connections back in: they are closed.
impl<DB: Database> Drop for Keeper<DB> {
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            self.kept().drain(..).for_each(|out| drop(out.connection.leak()));
        }
    }
}

/// Leaves the request's span meanwhile: the driver would enter it several times for each row.
async fn outside<T>(of: impl Future<Output = T>) -> T {
    let mut of = pin!(of);
    poll_fn(|waker| {
        let span = Span::current();
        span.with_subscriber(|(id, subscriber)| subscriber.exit(id));
        let polled = of.as_mut().poll(waker);
        span.with_subscriber(|(id, subscriber)| subscriber.enter(id));
        polled
    })
    .await
}

fn unavailable(fault: SqlxError) -> DbErr {
    match fault {
        SqlxError::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        SqlxError::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        fault => DbErr::Conn(RuntimeErr::SqlxError(fault.into())),
    }
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::task::{Context, Poll, Waker};

    use sea_orm::{ConnectOptions, Database};

    use super::*;

    /// A statement of many rows.
    const MANY: &str = "WITH RECURSIVE n (i) AS (SELECT CAST(-1 AS BIGINT) UNION ALL SELECT i - 1 FROM n WHERE i > -30000) \
                        SELECT i FROM n";

    /// Databases to try.
    async fn databases() -> Vec<DatabaseConnection> {
        let connect = async |url: &str| {
            let mut options = ConnectOptions::new(url);
            options.max_connections(2).sqlx_logging(false);
            Database::connect(options).await.unwrap()
        };
        let mut databases = vec![connect("sqlite::memory:").await];
        let urls = ["SOLIDARITY_TEST_POSTGRES", "SOLIDARITY_TEST_POSTGRES_SERVER"];
        match urls.iter().find_map(|name| std::env::var(name).ok()) {
            Some(url) => databases.push(connect(&url).await),
            None => {
                assert!(std::env::var_os("CI").is_none(), "CI must give SOLIDARITY_TEST_POSTGRES");
                eprintln!("skipped on PostgreSQL: SOLIDARITY_TEST_POSTGRES names no server");
            }
        }
        databases
    }

    async fn ask(lister: &Lister, sql: &str) -> Result<i64, DbErr> {
        let backend = match lister.connections {
            Connections::Postgres(_) => DbBackend::Postgres,
            Connections::Sqlite(_) => DbBackend::Sqlite,
        };
        let rows = lister.query(Statement::from_string(backend, sql)).await?;
        rows.first().ok_or_else(|| DbErr::Custom("no row".to_string()))?.try_get_by_index(0)
    }

    /// How many connections are out of the pool, and how many lie in it.
    fn count(lister: &Lister) -> (usize, usize) {
        match &lister.connections {
            Connections::Postgres(keeper) => (keeper.kept().len(), keeper.pool.num_idle()),
            Connections::Sqlite(keeper) => (keeper.kept().len(), keeper.pool.num_idle()),
        }
    }

    fn lister(pool: &DatabaseConnection) -> Lister {
        Lister::of(pool, Duration::from_secs(20))
    }

    #[tokio::test]
    async fn what_ran_well_is_kept_for_a_while_and_what_failed_is_not() {
        for pool in databases().await {
            let lister = lister(&pool);
            assert_eq!(ask(&lister, "SELECT CAST(7 AS BIGINT)").await.unwrap(), 7);
            assert_eq!(count(&lister).0, 1);
            ask(&lister, "SELECT nothing FROM nowhere").await.unwrap_err();
            assert_eq!(count(&lister).0, 0);
            assert_eq!(ask(&lister, "SELECT CAST(8 AS BIGINT)").await.unwrap(), 8);
            // Though nobody asks.
            tokio::time::sleep(OUT * 3).await;
            let (out, idle) = count(&lister);
            assert!(out == 0 && idle >= 1, "{out} out, {idle} idle");
            assert_eq!(ask(&lister, "SELECT CAST(9 AS BIGINT)").await.unwrap(), 9);
            assert_eq!(lister.ran(), 4);
        }
    }

    #[tokio::test]
    async fn whoever_goes_away_leaves_nothing_to_the_next() {
        for pool in databases().await {
            let lister = lister(&pool);
            for round in 0..40 {
                let mut asked = Box::pin(ask(&lister, MANY));
                // Given up at one place or another.
                for _ in 0..=round % 8 {
                    let polled = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    if polled.is_ready() {
                        break;
                    }
                    assert_eq!(count(&lister).0, 0);
                    tokio::time::sleep(Duration::from_micros(500)).await;
                }
                drop(asked);
                let sql = format!("SELECT CAST({round} AS BIGINT)");
                assert_eq!(ask(&lister, &sql).await.unwrap(), round);
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn more_than_there_are_connections_wait_for_their_turns() {
        for pool in databases().await {
            let (lister, started) = (Arc::new(lister(&pool)), Instant::now());
            let each = (0..200i64).map(|number| {
                let lister = Arc::clone(&lister);
                tokio::spawn(async move { ask(&lister, &format!("SELECT CAST({number} AS BIGINT)")).await })
            });
            for (number, asked) in each.collect::<Vec<_>>().into_iter().enumerate() {
                assert_eq!(asked.await.unwrap().unwrap(), i64::try_from(number).unwrap());
            }
            assert!(count(&lister).0 <= 2);
            assert!(started.elapsed() < OUT * 10, "{:?}", started.elapsed());
        }
    }

    /// All turns but some, so that nobody else has one.
    fn hold(lister: &Lister, turns: u32) -> SemaphorePermit<'_> {
        match &lister.connections {
            Connections::Postgres(keeper) => keeper.turns.try_acquire_many(turns).unwrap(),
            Connections::Sqlite(keeper) => keeper.turns.try_acquire_many(turns).unwrap(),
        }
    }

    /// All connections of the pool, whose own patience is 30 s.
    async fn all(lister: &Lister) -> [Box<dyn Any>; 2] {
        match &lister.connections {
            Connections::Postgres(keeper) => {
                let pool = &keeper.pool;
                [Box::new(pool.acquire().await.unwrap()), Box::new(pool.acquire().await.unwrap())]
            }
            Connections::Sqlite(keeper) => {
                let pool = &keeper.pool;
                [Box::new(pool.acquire().await.unwrap()), Box::new(pool.acquire().await.unwrap())]
            }
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_longer_than_the_limit() {
        for pool in databases().await {
            let patience = Duration::from_secs(1);
            let lister = Lister::of(&pool, patience);
            let taken = all(&lister).await;
            let turns = hold(&lister, 2);
            let since = Instant::now();
            let (asked, ()) = tokio::join!(ask(&lister, "SELECT CAST(1 AS BIGINT)"), async {
                tokio::time::sleep(patience * 3 / 4).await;
                drop(turns);
            });
            let waited = since.elapsed();
            assert!(matches!(asked, Err(DbErr::ConnectionAcquire(_))), "{asked:?} after {waited:?}");
            assert!(waited >= patience && waited < patience * 6, "{waited:?}");
            drop(taken);
            assert_eq!(ask(&lister, "SELECT CAST(1 AS BIGINT)").await.unwrap(), 1);
            assert_eq!(lister.ran(), 1);
        }
    }

    #[tokio::test]
    async fn a_connection_that_the_server_ended_is_lost_to_one_at_most() {
        for pool in databases().await.into_iter().filter(|pool| pool.get_database_backend() == DbBackend::Postgres) {
            let lister = lister(&pool);
            let other = Lister::of(&pool, Duration::from_secs(20));
            let process = ask(&lister, "SELECT CAST(pg_backend_pid() AS BIGINT)").await.unwrap();
            let ended = format!("SELECT CAST(count(*) AS BIGINT) FROM (SELECT pg_terminate_backend({process})) ended");
            assert_eq!(ask(&other, &ended).await.unwrap(), 1);
            tokio::time::sleep(Duration::from_millis(100)).await;
            // On a slow machine the pool has it back already.
            let _ = ask(&lister, "SELECT CAST(1 AS BIGINT)").await;
            assert_eq!(ask(&lister, "SELECT CAST(2 AS BIGINT)").await.unwrap(), 2);
        }
    }

    #[tokio::test]
    async fn who_waits_for_rows_is_small() {
        for pool in databases().await {
            let lister = lister(&pool);
            let asked = lister.query(Statement::from_string(pool.get_database_backend(), "SELECT 1"));
            let size = size_of_val(&asked);
            assert!(size < 1_500, "{size}");
        }
    }

    #[tokio::test]
    async fn the_span_is_left_at_each_poll_and_there_again_after_it() {
        let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
        let span = tracing::error_span!("request");
        let seen = async {
            let mut polls = 0;
            let inside = poll_fn(|waker| {
                polls += 1;
                waker.waker().wake_by_ref();
                if polls < 3 { Poll::Pending } else { Poll::Ready(Span::current().is_none()) }
            });
            let is_outside = outside(inside).await;
            (is_outside, Span::current().id(), polls)
        };
        let seen = tracing::Instrument::instrument(seen, span.clone()).await;
        assert_eq!(seen, (true, span.id(), 3));
        assert!(span.id().is_some() && Span::current().is_none());
    }

    #[test]
    fn the_last_of_it_may_go_when_the_runtime_has_gone() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listers = runtime.block_on(async {
            let mut listers = Vec::new();
            for pool in databases().await {
                let lister = lister(&pool);
                ask(&lister, "SELECT CAST(1 AS BIGINT)").await.unwrap();
                listers.push(lister);
            }
            listers
        });
        drop(runtime);
        assert!(listers.iter().any(|lister| count(lister).0 == 1));
        drop(listers);
    }
}
