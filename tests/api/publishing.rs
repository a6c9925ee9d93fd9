//! How fast publishing is beside a bare loop that inserts a row of about the same size and commits, on the same database
//! with the same durability; and what publishing does to those who read. `cargo bench --bench publishing` measures;
//! here the same runs for a moment, and only what is not a matter of speed is asserted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use serde_json::{Value, json};
use solidarity::app::SharedApp;
use solidarity::clock::Clock;
use solidarity::service::{follow, schedule};

use crate::actor::{generous, load, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines;
use crate::publisher::{Publisher, UPDATE, resource_input};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Repetitions, interleaved.
    pub rounds: usize,
    /// How long each part of a repetition takes.
    pub span: Duration,
    /// Resources that are there before.
    pub resources: usize,
}

/// Commits a second of one measure: medians.
#[derive(Clone, Copy, Debug)]
pub struct Throughput {
    /// Of the bare loops.
    pub bare: f64,
    /// Of creates and publications in turn; two commits make one publication.
    pub publishing: f64,
    /// Of updates of published items.
    pub updating: f64,
}

/// What readers wait: medians of the repetitions.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    pub p50: Duration,
    pub p99: Duration,
    /// Publications a second that were under way meanwhile.
    pub publications: f64,
}

/// A server on a database with content, its workers at work.
pub struct Bench {
    server: Server,
    url: String,
    publisher: Publisher,
    size: Size,
    workers: [tokio::task::JoinHandle<()>; 2],
}

impl Drop for Bench {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.abort();
        }
    }
}

/// About what the tables of an item take up.
fn body() -> String {
    "Naloxone is free at every pharmacy of the province, and nobody asks why. ".repeat(12)
}

fn input(title: &str) -> Value {
    let mut input = resource_input(title);
    let more = json!({ "summary": "What it is and where to get it.", "body": body(), "regions": ["CA-BC"],
        "topics": ["naloxone"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

impl Bench {
    pub async fn new(database: Database, size: Size) -> Self {
        let url = database.url.clone();
        let app: SharedApp = open(&database, generous(), Clock::System).await;
        let there = (0..size.resources).map(|number| {
            let place = json!({ "regions": ["CA-BC"], "topics": ["naloxone"], "body": body() });
            lines::resource(&format!("there-{number}"))
                .with(place)
                .record(json!({ "publishedAt": format!("2026-01-01T00:{:02}:{:02}Z", number / 60 % 60, number % 60) }))
        });
        load(&app, &lines::text(there)).await;
        let workers = [follow::follow(Arc::clone(&app)), schedule::run(Arc::clone(&app))];
        let server = Server::of(app, Some(database)).await;
        let publisher = Publisher::of(&server).await;
        Self { server, url, publisher, size, workers }
    }

    /// Throughput with so many publishers at once.
    pub async fn throughput(&self, at_once: usize) -> Throughput {
        let bare = Bare::open(&self.url, at_once).await;
        let (mut loops, mut publishing, mut updating) = (Vec::new(), Vec::new(), Vec::new());
        let published = self.published(at_once).await;
        for _ in 0..self.size.rounds {
            loops.push(rate(at_once, self.size.span, |_| bare.commit()).await);
            publishing.push(2.0 * rate(at_once, self.size.span, |_| self.publish_one()).await);
            updating.push(rate(at_once, self.size.span, |at| self.update_one(&published[at])).await);
        }
        let [bare, publishing, updating] = [loops, publishing, updating].map(median);
        Throughput { bare, publishing, updating }
    }

    async fn publish_one(&self) {
        self.publisher.publish(&input(&title())).await;
    }

    /// Published items, one for each publisher, with the version that it knows.
    async fn published(&self, count: usize) -> Vec<(String, AtomicUsize)> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            let item = self.publisher.publish(&input(&title())).await;
            let version = usize::try_from(item["version"].as_u64().unwrap()).unwrap();
            items.push((item["id"].as_str().unwrap().to_string(), AtomicUsize::new(version)));
        }
        items
    }

    async fn update_one(&self, (id, version): &(String, AtomicUsize)) {
        let expected = version.fetch_add(1, Ordering::Relaxed);
        let patch = json!({ "id": id, "expectedVersion": expected, "title": title() });
        assert_eq!(self.publisher.made(UPDATE, &patch).await["version"], expected + 1);
    }

    /// What four readers at once wait, first alone and then beside publications at a steady rate.
    pub async fn latency(&self, publications_a_second: u32) -> [Latency; 2] {
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..self.size.rounds {
            alone.push(self.read(None).await);
            beside.push(self.read(Some(publications_a_second)).await);
        }
        [alone, beside].map(|rounds| {
            let of = |part: fn(&Latency) -> f64| median(rounds.iter().map(part).collect());
            Latency {
                p50: Duration::from_secs_f64(of(|round| round.p50.as_secs_f64())),
                p99: Duration::from_secs_f64(of(|round| round.p99.as_secs_f64())),
                publications: of(|round| round.publications),
            }
        })
    }

    async fn read(&self, publications_a_second: Option<u32>) -> Latency {
        let is_over = AtomicBool::new(false);
        let published = AtomicUsize::new(0);
        let started = Instant::now();
        let publishing = async {
            let Some(rate) = publications_a_second else { return };
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
            while !is_over.load(Ordering::Relaxed) {
                ticks.tick().await;
                self.publish_one().await;
                published.fetch_add(1, Ordering::Relaxed);
            }
        };
        let reading = async {
            let readers = (0..4).map(|_| async {
                let mut took = Vec::new();
                while started.elapsed() < self.size.span {
                    let asked = Instant::now();
                    let data = self.server.query(READ, json!({})).await;
                    took.push(asked.elapsed());
                    assert!(!data["resources"]["nodes"].as_array().unwrap().is_empty());
                    // Readers think: what is measured is waiting, not a machine that is full.
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                took
            });
            let took = futures_util::future::join_all(readers).await.concat();
            is_over.store(true, Ordering::Relaxed);
            took
        };
        let (mut took, ()) = tokio::join!(reading, publishing);
        took.sort_unstable();
        let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
        let publications = published.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
        Latency { p50: at(50), p99: at(99), publications }
    }
}

const READ: &str = "{ resources(first: 20, filter: { regions: [\"CA-BC\"], topics: [\"naloxone\"] }) {
    nodes { id slug title summary publishedAt publisher { name } regions { name } topics { name } } } }";

fn title() -> String {
    format!("Where to get naloxone {}", Clock::System.random_id().simple())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// How often a second something was done by so many at once, for a while.
async fn rate<F: Future<Output = ()>>(at_once: usize, span: Duration, work: impl Fn(usize) -> F) -> f64 {
    let done = AtomicUsize::new(0);
    let started = Instant::now();
    let (done, work) = (&done, &work);
    futures_util::future::join_all((0..at_once).map(|at| async move {
        while started.elapsed() < span {
            work(at).await;
            done.fetch_add(1, Ordering::Relaxed);
        }
    }))
    .await;
    done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

/// The bare loop: a row of the size of an item, inserted and committed.
struct Bare {
    connection: DatabaseConnection,
}

impl Bare {
    /// As the server opens it, with a connection for each loop where the database takes several writers.
    async fn open(url: &str, at_once: usize) -> Self {
        let mut options = ConnectOptions::new(url);
        let writers = if url.starts_with("sqlite:") { 1 } else { u32::try_from(at_once).unwrap() };
        options
            .sqlx_logging(false)
            .max_connections(writers)
            .min_connections(writers)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(30))
            .map_sqlx_sqlite_opts(|options| {
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(30))
            });
        let connection = Connect::connect(options).await.unwrap();
        let table = "CREATE TABLE IF NOT EXISTS bare (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)";
        connection.execute_unprepared(table).await.unwrap();
        Self { connection }
    }

    async fn commit(&self) {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.connection.begin_with_options(options).await.unwrap();
        let id = (Clock::System.random_id().as_u128() >> 65) as i64;
        let insert = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            "INSERT INTO bare (id, text) VALUES ($1, $2)",
            [id.into(), body().into()],
        );
        transaction.execute_raw(insert).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_and_readers_are_served_at_once() {
    let size = Size { rounds: 1, span: Duration::from_millis(500), resources: 100 };
    let bench = Bench::new(Database::fresh().await, size).await;
    for at_once in [1, 8] {
        let found = bench.throughput(at_once).await;
        assert!(found.bare > 0.0 && found.publishing > 0.0 && found.updating > 0.0, "{found:?}");
    }
    let [alone, beside] = bench.latency(20).await;
    assert!(alone.publications == 0.0 && beside.publications > 0.0, "{alone:?} {beside:?}");
}

/// Statements in the transaction of each step, the beginning and the end of it not counted.
#[tokio::test]
async fn a_write_runs_few_statements() {
    let bench = Bench::new(Database::fresh().await, Size { rounds: 1, span: Duration::ZERO, resources: 1 }).await;
    for worker in &bench.workers {
        worker.abort();
    }
    let store = &bench.server.app.store;
    let counted = async |document: &str, input: Value| {
        let before = store.write_statements();
        let item = bench.publisher.made(document, &input).await;
        (item, store.write_statements() - before)
    };
    let (draft, creating) = counted(crate::publisher::CREATE, input("A measured resource")).await;
    let reference = |item: &Value| json!({ "id": item["id"], "expectedVersion": item["version"] });
    let (item, publishing) = counted(crate::publisher::PUBLISH, reference(&draft)).await;
    let mut patch = reference(&item);
    patch["title"] = json!("Another title");
    let (_, updating) = counted(UPDATE, patch).await;
    println!("creating {creating}, publishing {publishing}, updating {updating}");
    assert!(creating <= 8 && publishing <= 11 && updating <= 9, "{creating}, {publishing}, {updating}");
}
