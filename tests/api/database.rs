//! Fresh databases for tests: on PostgreSQL when `SOLIDARITY_TEST_POSTGRES` names a cluster, else SQLite files.

use std::io::Write;
use std::path::PathBuf;

use sea_orm::{ConnectionTrait, Database as Connect, QueryResult, Statement};
use solidarity::clock::Clock;
use tokio::sync::OnceCell;
use url::Url;

use crate::harness::{folder, tell_faults};

/// A database of its own, gone when this is dropped.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    /// The folder of a SQLite file.
    pub folder: Option<PathBuf>,
    /// The cluster and the name of a PostgreSQL database.
    place: Option<(Url, String)>,
}

/// The cluster's address with rights to create databases, if the whole run is on it.
fn cluster() -> Option<Url> {
    address("SOLIDARITY_TEST_POSTGRES")
}

/// The cluster's address for tests that compare both databases, in a run on either.
fn other_cluster() -> Option<Url> {
    cluster().or_else(|| address("SOLIDARITY_TEST_POSTGRES_SERVER"))
}

fn address(variable: &str) -> Option<Url> {
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty())?;
    Some(url.parse().unwrap_or_else(|_| panic!("{variable} is not a URL")))
}

impl Database {
    /// A database of the kind that the whole run is on.
    pub async fn fresh() -> Self {
        match cluster() {
            Some(cluster) => Self::on(cluster).await,
            None => Self::sqlite(),
        }
    }

    pub fn sqlite() -> Self {
        tell_faults();
        let folder = folder("api");
        let url = format!("sqlite://{}?mode=rwc", folder.join("test.sqlite").display());
        Self { url, folder: Some(folder), place: None }
    }

    /// A PostgreSQL database. Without a cluster the test says that it is skipped; in CI that is a failure.
    pub async fn postgres(test: &str) -> Option<Self> {
        if let Some(cluster) = other_cluster() {
            return Some(Self::on(cluster).await);
        }
        assert!(std::env::var_os("CI").is_none(), "{test}: needs SOLIDARITY_TEST_POSTGRES, and CI=true allows no skip");
        // Past the capture of passing tests, since nobody would read it there.
        let why = "needs PostgreSQL, and SOLIDARITY_TEST_POSTGRES does not say where it is";
        let _ = writeln!(std::io::stderr(), "skipped in part: {test}: {why}");
        None
    }

    /// A PostgreSQL database of a cluster.
    pub async fn on(cluster: Url) -> Self {
        tell_faults();
        sweep(&cluster).await;
        let name = format!("solidarity_test_{}", Clock::System.random_id().simple());
        run(&cluster, &format!("CREATE DATABASE {name}")).await;
        let mut url = cluster.clone();
        url.set_path(&name);
        Self { url: url.into(), folder: None, place: Some((cluster, name)) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        let Some((cluster, name)) = self.place.take() else { return };
        // A thread of its own, since a test's runtime may be blocked here.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        let _ = dropping.join();
    }
}

/// What a statement finds in a database.
pub async fn rows(url: &str, sql: &str) -> Vec<QueryResult> {
    let connection = Connect::connect(url).await.unwrap();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    connection.close().await.unwrap();
    rows
}

async fn run(cluster: &Url, statement: &str) {
    let connection = Connect::connect(cluster.as_str()).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}

/// Drops what earlier runs left behind, once a run. Databases of the last half hour may be another run's.
async fn sweep(cluster: &Url) {
    static ONCE: OnceCell<()> = OnceCell::const_new();
    ONCE.get_or_init(|| async {
        let connection = Connect::connect(cluster.as_str()).await.unwrap();
        let old = "SELECT datname::text FROM pg_database WHERE datname LIKE 'solidarity\\_test\\_%' AND \
                   (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '30 minutes'";
        let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), old)).await;
        for row in rows.unwrap() {
            let name: String = row.try_get_by_index(0).unwrap();
            let _ = connection.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await;
        }
        connection.close().await.unwrap();
    })
    .await;
}
