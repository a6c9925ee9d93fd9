//! How long the program takes from its start to its first answer, what lists cost in the table that they are read from, and how
//! much of the database a page of a list touches.

use std::time::Instant;

use clap::Parser;
use sea_orm::{ConnectionTrait, Database, Statement, TransactionTrait as _};

use crate::cluster::Cluster;
use crate::data::{Size, sqlite};
use crate::gates;
use crate::reads::three;
use crate::run::{Extent, answer, ours};

/// Items whose places are written in one measure.
const ITEMS: usize = 1_000;
/// Items of a page of a list.
const PAGE: usize = 20;

#[derive(Clone, Debug, Parser)]
pub struct Options {
    #[command(flatten)]
    extent: Extent,
}

/// Measures on both databases.
pub async fn run(options: Options) {
    let size = Size::of(options.extent.size);
    let files = sqlite(size).await;
    start("SQLite", &files, size, options.extent.rounds).await;
    let Some(cluster) = Cluster::with(size).await else {
        println!("PostgreSQL is not installed: only SQLite is measured");
        return;
    };
    start("PostgreSQL", &cluster.url, size, options.extent.rounds).await;
    listing(&cluster.url).await;
    let depths: Vec<usize> = [1, 100, 5_000].into_iter().filter(|page| page * PAGE <= size.resources).collect();
    for (page, touched) in gates::pages(&cluster.url, PAGE, &depths).await {
        println!("page {page} of {PAGE} resources touches {touched} pages of the database");
    }
}

async fn start(name: &str, url: &str, size: Size, rounds: usize) {
    let mut found = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        let server = ours(url, size, "32");
        let ready = begun.elapsed();
        let [home, ..] = three();
        answer(server.port, "/graphql", &home).await;
        found.push((ready, begun.elapsed(), server.memory()));
    }
    found.sort_by_key(|(_, first, _)| *first);
    let (ready, first, memory) = found[found.len() / 2];
    println!(
        "{name}: {} resources, listening after {} ms, first answer after {} ms, {memory:.0} MiB then",
        size.resources,
        ready.as_millis(),
        first.as_millis()
    );
}

/// Rows of the table `listing` an item, its size, and how long the rows of an item take to be written.
async fn listing(url: &str) {
    let connection = Database::connect(url).await.unwrap();
    let backend = connection.get_database_backend();
    let text = "SELECT avg(rows)::float8, max(rows), (SELECT pg_total_relation_size('listing')::float8 / (SELECT count(*) FROM \
                content)), (SELECT pg_total_relation_size('content')::float8 / (SELECT count(*) FROM content)) FROM (SELECT \
                count(*) AS rows FROM listing GROUP BY content) l";
    let row = connection.query_one_raw(Statement::from_string(backend, text)).await.unwrap().unwrap();
    let figure = |at: usize| row.try_get_by_index::<f64>(at).unwrap();
    let most: i64 = row.try_get_by_index(1).unwrap();
    println!(
        "listing: {:.1} rows an item, {most} at most; {:.0} bytes an item with its index, where content has {:.0}",
        figure(0),
        figure(2),
        figure(3)
    );
    let tx = connection.begin().await.unwrap();
    let text = format!("SELECT id FROM content ORDER BY id LIMIT {ITEMS}");
    let rows = tx.query_all_raw(Statement::from_string(backend, text)).await.unwrap();
    let begun = Instant::now();
    for row in &rows {
        let id: i64 = row.try_get_by_index(0).unwrap();
        // Under keys that no item has yet: the same number of rows at other places of the index.
        let text = "INSERT INTO listing (kind, anchor, topic, order_key, content) SELECT kind, anchor, topic, order_key + 1, \
                    content FROM listing WHERE content = $1";
        tx.execute_raw(Statement::from_sql_and_values(backend, text, [id.into()])).await.unwrap();
    }
    println!(
        "listing: the rows of an item are written in {:.0} us",
        begun.elapsed().as_secs_f64() * 1e6 / ITEMS as f64
    );
    tx.rollback().await.unwrap();
    connection.close().await.unwrap();
}
