//! All SQL. Reads take a `View`; nothing here decides who may write. Must not know GraphQL or HTTP.

mod catalog;
mod change;
mod client;
mod columns;
mod commit;
mod due;
mod erase;
pub(crate) mod fault;
mod follow;
mod fresh;
mod hear;
mod item;
mod lister;
mod listing;
mod lists;
mod lock;
mod message;
mod occurrence;
mod outline;
mod place;
mod plan;
mod reads;
mod revision;
mod search;
mod search_follow;
mod search_index;
mod search_text;
mod shown;
mod sql;
mod standing;
mod stored;
mod together;
mod told;
mod tombstone;
mod walk;
mod webhook;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbBackend,
    DbErr, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub use catalog::{Catalog, Code, Entry, Organization, Region, Topic, is_french, json};
pub use change::Epoch;
pub use client::{Credentials, Grant, StoredClient};
pub use columns::Columns;
pub use commit::{Committed, Holder, Plan};
pub use follow::{ItemState, LogEnd, Logged, Seen};
pub use fresh::{Freshness, Moment};
pub use item::{Detail, Item, Kind, shown_slug};
pub use listing::{Condition, Filter, ListKind, ListQuery, Order, OrderField, Page, PageKey, PageRequest, Parent};
pub use message::PublicVersion;
pub use occurrence::{CalendarEntry, CalendarPage, CalendarQuery, Expanded, Place};
pub use reads::{Read, Touched};
pub use revision::Claim;
pub use search::{Found, RANKED, SearchPage, SearchQuery};
pub use shown::body_for;
pub use sql::{unpack, unpack_keys};
pub use tombstone::{End, Tombstone, TombstoneQuery};
pub use webhook::{Attempt, DEAD, DELIVERED, Delivery, PENDING, Tried, Webhook, WebhookEnd};
pub use write::{CREATED, Kept, MOVED, NewItem, Saving, Write};

use crate::domain::limits::Limits;

/// The database: pools for reading, whose statements have a time limit on PostgreSQL, and one for writing, which is a
/// single connection on SQLite; a connection that looks for what others commit; and the catalog in memory.
#[derive(Clone, Debug)]
pub struct Store {
    reader: DatabaseConnection,
    lister: Arc<lister::Lister>,
    writer: DatabaseConnection,
    watcher: DatabaseConnection,
    catalog: Arc<ArcSwap<Catalog>>,
    /// The change up to which the catalog is known to be current; -1 before it was read.
    catalog_epoch: Arc<AtomicI64>,
    /// Whose turn it is to read the catalog.
    catalog_turn: Arc<tokio::sync::Mutex<()>>,
    statements: Arc<AtomicU64>,
    write_statements: Arc<AtomicU64>,
    is_unscrubbed: Arc<AtomicBool>,
    scrubbing: Arc<tokio::sync::Mutex<()>>,
    indexing: Arc<tokio::sync::Mutex<()>>,
    commits: Arc<tokio::sync::Notify>,
    freshness: Arc<Freshness>,
    queue: Arc<commit::Queue>,
    /// How long a write waits for its turn.
    patience: Duration,
    scan: usize,
}

/// The state of the database, for `/readyz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Migrations that are not applied yet.
    pub pending_migrations: usize,
}

/// In KiB: the pages that every write touches stay in memory, and those that readers miss the system still has.
const WRITER_CACHE: u32 = 8_192;
const READER_CACHE: u32 = 2_048;
/// For so long it is looked what a commit touched before it counts as one that may have touched anything.
const SOON: Duration = Duration::from_millis(50);

/// What a transaction touched.
enum Extent {
    /// That is not known.
    Unknown,
    /// What the log tells.
    Logged,
    /// This, by these changes of the log; none if it is not known after all.
    Known(Option<Vec<Touched>>, Vec<Epoch>),
}

const SQLITE_READERS: u32 = 4;
const SQLITE_LISTERS: u32 = 4;
/// A PostgreSQL connection that was idle for so long is tested before it is used: the server may have gone away.
const IDLE: Duration = Duration::from_secs(2);
/// A list walks an index in its order and looks its items up by their keys, whatever the statistics say: the first plan is
/// the best, and is kept.
#[doc(hidden)]
pub const ALIKE: [(&str, &str); 7] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_sort", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_memoize", "off"),
    ("enable_seqscan", "off"),
    ("jit", "off"),
];
const POSTGRES_READERS: u32 = 8;
const POSTGRES_LISTERS: u32 = 16;
const POSTGRES_WRITERS: u32 = 4;

impl Store {
    /// Opens the database of a URL (`sqlite://FILE` or `postgres://…`). Migrations are not run and the catalog is
    /// empty until [`Store::reload_catalog`].
    pub async fn open(url: &str, limits: &Limits) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let (mut reader, mut writer) = match url {
            url if url.starts_with("sqlite:") => {
                let writer = Database::connect(sqlite(url, limits, 1, WRITER_CACHE)).await?;
                (Database::connect(sqlite(url, limits, SQLITE_READERS, READER_CACHE)).await?, writer)
            }
            url if url.starts_with("postgres:") || url.starts_with("postgresql:") => {
                let mut reading = postgres(url, limits, POSTGRES_READERS);
                reading.statement_timeout(limits.statement);
                let writer = Database::connect(postgres(url, limits, POSTGRES_WRITERS)).await?;
                (Database::connect(reading).await?, writer)
            }
            _ => return Err(DbErr::Custom("database-url must start with `sqlite://` or `postgres://`".to_string())),
        };
        let listing = match url {
            url if url.starts_with("sqlite:") => sqlite(url, limits, SQLITE_LISTERS, READER_CACHE),
            _ => {
                let mut listing = postgres(url, limits, POSTGRES_LISTERS);
                listing.statement_timeout(limits.statement);
                listing.map_sqlx_postgres_opts(|options| options.options(ALIKE));
                listing
            }
        };
        let lister = Arc::new(lister::Lister::of(&Database::connect(listing).await?, limits.pool_wait));
        // On SQLite one of its own: a look must wait neither for a long import nor for many readers.
        let watcher = match url {
            url if url.starts_with("sqlite:") => Database::connect(sqlite(url, limits, 1, READER_CACHE)).await?,
            _ => writer.clone(),
        };
        let write_statements = Arc::new(AtomicU64::new(0));
        let backend = reader.get_database_backend();
        for (pool, counter) in [(&mut reader, &statements), (&mut writer, &write_statements)] {
            let counter = Arc::clone(counter);
            pool.set_metric_callback(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(Self {
            reader,
            lister,
            writer,
            watcher,
            catalog: Arc::default(),
            catalog_epoch: Arc::new(AtomicI64::new(-1)),
            catalog_turn: Arc::default(),
            statements,
            write_statements,
            is_unscrubbed: Arc::new(AtomicBool::new(true)),
            scrubbing: Arc::default(),
            indexing: Arc::default(),
            commits: Arc::default(),
            freshness: Arc::default(),
            queue: Arc::new(commit::Queue::of(backend)),
            patience: limits.pool_wait,
            scan: limits.scan,
        })
    }

    /// Statements that reads have run since the start.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed) + self.lister.ran()
    }

    /// Statements that transactions which write have run since the start, without their beginnings and ends.
    pub fn write_statements(&self) -> u64 {
        self.write_statements.load(Ordering::Relaxed)
    }

    /// The snapshot of regions, topics and organizations in force.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    /// Reads the catalog anew and puts it in force.
    pub async fn reload_catalog(&self) -> Result<(), DbErr> {
        self.load_catalog(&self.writer).await
    }

    async fn load_catalog(&self, connection: &DatabaseConnection) -> Result<(), DbErr> {
        // In turn, so that none that was read earlier comes into force later.
        let _turn = self.catalog_turn.lock().await;
        let catalog = Catalog::load(connection).await?;
        self.catalog.store(Arc::new(catalog));
        self.freshness.changed();
        Ok(())
    }

    /// Whether the database answers, and what is missing before it can be used.
    pub async fn ready(&self) -> Result<Readiness, DbErr> {
        self.reader.execute_unprepared("SELECT 1").await?;
        let pending_migrations = Migrator::get_pending_migrations(&self.reader).await?.len();
        Ok(Readiness { pending_migrations })
    }

    /// Runs all pending migrations.
    pub async fn migrate_up(&self) -> Result<(), DbErr> {
        Migrator::up(&self.writer, None).await
    }

    /// Takes back the last migrations.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(&self.writer, Some(steps)).await
    }

    /// Every migration with whether it has run.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DbErr> {
        let status = Migrator::get_migration_with_status(&self.writer).await?;
        let is_applied = |status| matches!(status, migration::MigrationStatus::Applied);
        Ok(status.iter().map(|migration| (migration.name().to_string(), is_applied(migration.status()))).collect())
    }

    /// Begins a transaction that writes: one at a time on SQLite, from its first statement on.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// Commits, ends what was known to be fresh, and wakes who waits in [`Store::next_commit`]. It goes on to its end even if
    /// nobody waits for it: what was committed must be known to be.
    pub(crate) async fn commit(&self, tx: DatabaseTransaction) -> Result<(), DbErr> {
        self.commit_of(tx, Extent::Unknown).await
    }

    /// The same for a transaction of which the log tells all that public answers may show.
    pub(crate) async fn commit_logged(&self, tx: DatabaseTransaction) -> Result<(), DbErr> {
        self.commit_of(tx, Extent::Logged).await
    }

    async fn commit_of(&self, tx: DatabaseTransaction, extent: Extent) -> Result<(), DbErr> {
        let store = self.clone();
        let committing = tokio::spawn(async move {
            let outcome = tx.commit().await;
            let freshness = &store.freshness;
            match extent {
                Extent::Known(Some(touched), changes) if outcome.is_ok() => freshness.touched(touched, &changes),
                Extent::Logged if outcome.is_ok() && store.is_counted().await => {}
                // If it failed, too: it may be done all the same.
                _ => freshness.changed(),
            }
            store.commits.notify_one();
            outcome
        });
        committing.await.unwrap_or_else(|fault| Err(DbErr::Custom(fault.to_string())))
    }

    /// Counts what was just committed, unless that takes long: what was taken away must not be shown meanwhile.
    async fn is_counted(&self) -> bool {
        matches!(tokio::time::timeout(SOON, self.count_own()).await, Ok(Ok(true)))
    }

    /// Waits until something was committed: by this process, or by another one whose word is heard. One waits at a time.
    pub async fn next_commit(&self) {
        self.commits.notified().await;
    }

    /// The name of the database system.
    pub fn backend_name(&self) -> &'static str {
        if self.backend() == DbBackend::Postgres { "PostgreSQL" } else { "SQLite" }
    }

    /// What reads outside of transactions.
    pub(crate) fn reads(&self) -> DatabaseExecutor<'_> {
        (&self.reader).into()
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Runs a statement whose best plan is the same whatever its values are. PostgreSQL plans it once for each connection; it
    /// would plan it anew each time, which takes several times as long as to run it.
    async fn query_alike(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.lister.query(statement).await
    }

    async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.reader.query_all_raw(statement).await
    }
}

fn sqlite(url: &str, limits: &Limits, connections: u32, cache: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .acquire_timeout(limits.pool_wait)
        .max_connections(connections)
        .test_before_acquire(false)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .pragma("secure_delete", "ON")
                .pragma("cache_size", format!("-{cache}"))
                // In pages: the log is put into the file seldom enough that it costs a write little.
                .pragma("wal_autocheckpoint", "4000")
                .busy_timeout(Duration::from_secs(5))
        });
    options
}

fn postgres(url: &str, limits: &Limits, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .acquire_timeout(limits.pool_wait)
        .max_connections(connections)
        .test_before_acquire_if_idle_for(IDLE);
    options
}
