//! How fast publishing is on each database, beside a bare loop of inserts and commits of the same durability, and what
//! it does to those who read. `cargo bench --bench publishing` takes a minute; with `SOLIDARITY_TRIAL=full` several.
//! PostgreSQL is measured on a cluster of its own with `fsync` on, if it is installed.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    reason = "measures fail by panicking, and use a part of the tests' harness"
)]

#[path = "../tests/api/actor.rs"]
mod actor;
#[path = "../tests/api/cluster.rs"]
mod cluster;
#[path = "../tests/api/database.rs"]
mod database;
#[path = "../tests/api/harness.rs"]
mod harness;
#[path = "../tests/api/lines.rs"]
mod lines;
#[path = "../tests/api/postgres.rs"]
mod postgres;
#[path = "../tests/api/publisher.rs"]
mod publisher;
#[path = "../tests/api/publishing.rs"]
mod publishing;

use std::time::Duration;

use cluster::Cluster;
use database::Database;
use publishing::{Bench, Size};

#[tokio::main]
async fn main() {
    let size = if publisher::is_full() {
        Size { rounds: 9, span: Duration::from_secs(3), resources: 20_000 }
    } else {
        Size { rounds: 5, span: Duration::from_secs(1), resources: 2_000 }
    };
    measure("SQLite", Database::sqlite(), size).await;
    match Cluster::start() {
        Some(cluster) => measure("PostgreSQL", Database::on(cluster.url.clone()).await, size).await,
        None => println!("PostgreSQL is not installed, and is not measured"),
    }
}

async fn measure(name: &str, database: Database, size: Size) {
    let bench = Bench::new(database, size).await;
    println!("{name}: commits a second, medians of {} rounds of {:?}", size.rounds, size.span);
    println!("publishers   bare   create+publish          update of published");
    let mut single = 0.0;
    for at_once in [1, 8, 32] {
        let found = bench.throughput(at_once).await;
        if at_once == 1 {
            single = found.bare;
        }
        let share = |rate: f64| {
            format!("{:.0} % of as many loops, {:.0} % of one", 100.0 * rate / found.bare, 100.0 * rate / single)
        };
        println!(
            "{at_once:>10} {:>6.0} {:>6.0} ({}) {:>6.0} ({})",
            found.bare,
            found.publishing,
            share(found.publishing),
            found.updating,
            share(found.updating)
        );
    }
    let [alone, beside] = bench.latency(20).await;
    println!("{name}: what four readers wait");
    println!("  alone                        p50 {:?}, p99 {:?}", alone.p50, alone.p99);
    println!("  beside {:>4.1} publications a s  p50 {:?}, p99 {:?}", beside.publications, beside.p50, beside.p99);
}
