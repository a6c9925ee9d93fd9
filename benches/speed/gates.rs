//! What is exact, whatever else the machine does: statements a request, pages of the database that a page of a list touches,
//! and instructions a request. Held against `gates.json`; more than a twentieth above it fails. `--record` writes it anew.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use clap::Parser;
use sea_orm::{ConnectionTrait, Database, Statement};
use solidarity::app::App;
use solidarity::domain::limits::Limits;
use solidarity::domain::locale::Preference;
use solidarity::domain::view::View;
use solidarity::server::{self, ServeOptions};
use solidarity::store::{Columns, Filter, Kind, ListKind, ListQuery, Order, OrderField, PageKey, PageRequest};

use crate::cluster::Cluster;
use crate::data::{Size, open_with, sqlite};
use crate::reads::{Read, three};

const SIZE: usize = 2_000;
/// Items of a page, and the pages that are looked at.
const PAGE: usize = 5;
const PAGES: [usize; 3] = [1, 100, 390];
/// Instructions of the longer run, about: so many more than those of a start that what starts differ by, a few millions, counts
/// for little. The shorter run has a tenth of its requests; what they differ by is the requests alone.
const INSTRUCTIONS: i64 = 800_000_000;
/// Each run is made so many times, and the least counts: what the server does now and then by the clock falls into some.
const TRIES: usize = 2;

#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Write what is found to `gates.json`.
    #[arg(long)]
    record: bool,
}

/// Nothing is limited or kept.
fn limits() -> Limits {
    Limits { rate_anonymous: u32::MAX, answer_cache_bytes: 0, ..Limits::default() }
}

async fn serve(app: &Arc<App>) -> server::Running {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = ServeOptions { listen, metrics_listen: None, public_url: None, trusted_proxies: Vec::new() };
    server::start(Arc::clone(app), options).await.unwrap()
}

/// Sends a request some times, one after the other, on one connection.
fn send(address: SocketAddr, body: &str, times: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let request = head + body;
    let mut buffer = vec![0; 1 << 20];
    for _ in 0..times {
        stream.write_all(request.as_bytes()).unwrap();
        let mut filled = 0;
        loop {
            filled += stream.read(&mut buffer[filled..]).unwrap();
            let text = std::str::from_utf8(&buffer[..filled]).unwrap_or_default();
            let Some((head, answer)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if answer.len() == length.parse::<usize>().unwrap() {
                assert!(head.starts_with("HTTP/1.1 200") && !answer.contains("\"errors\""), "{text}");
                break;
            }
        }
    }
}

/// Serves on SQLite until its standard input ends: what `gates` counts the instructions of. What sends is another process.
pub async fn counted() {
    let app = open_with(&sqlite(Size::of(SIZE)).await, limits()).await;
    let running = serve(&app).await;
    println!("{}", running.address);
    let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
    running.shutdown().await;
}

fn collected(read: &Read, times: usize) -> i64 {
    let mut server = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .arg("counted")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    send(address.trim().parse().expect("the server did not start"), &read.body(), times);
    drop(server.stdin.take());
    let output = server.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = line.unwrap_or_else(|| panic!("valgrind failed: {text}"));
    count.trim().parse().unwrap()
}

async fn statements(found: &mut BTreeMap<String, i64>) {
    let app = open_with(&sqlite(Size::of(SIZE)).await, limits()).await;
    let running = serve(&app).await;
    for read in three() {
        let (name, before) = (read.name, app.store.statements());
        let address = running.address;
        tokio::task::spawn_blocking(move || send(address, &read.body(), 10)).await.unwrap();
        let each = (app.store.statements() - before).div_ceil(10);
        found.insert(format!("statements, {name}"), i64::try_from(each).unwrap());
    }
    running.shutdown().await;
}

/// Pages of PostgreSQL's that a page of `size` items of a list touches, by its depth.
pub async fn pages(url: &str, size: usize, depths: &[usize]) -> Vec<(usize, i64)> {
    let app = open_with(url, limits()).await;
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    let mut found = Vec::new();
    for page in depths {
        let behind = (page - 1) * size;
        let after = if behind == 0 {
            None
        } else {
            let place = format!(
                "SELECT order_key, content FROM listing WHERE kind = 1 AND anchor = 0 AND topic = 0 ORDER BY order_key DESC, \
                 content DESC OFFSET {} LIMIT 1",
                behind - 1
            );
            let statement = Statement::from_string(connection.get_database_backend(), place);
            let row = connection.query_one_raw(statement).await.unwrap().unwrap();
            Some(PageKey::Number(row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()))
        };
        let query = ListQuery {
            list: ListKind::Of(Kind::Resource),
            order: Order { field: OrderField::Usual, is_descending: true },
            filter: Filter::default(),
            page: PageRequest { size, after, before: None, from_end: false },
            columns: Columns::FEWEST,
            with_total: false,
            with_more: true,
            view: View { sight: Arc::default(), preference: Arc::new(Preference::default()), now: app.clock.now() },
        };
        // The first time pages may come from the disk.
        app.store.list(&query).await.unwrap();
        found.push((*page, app.store.pages_touched(&query).await.unwrap()));
    }
    connection.close().await.unwrap();
    found
}

/// Checks, and ends with how many passed.
pub async fn run(options: Options) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/gates.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut recorded: BTreeMap<String, i64> = serde_json::from_str(&text).unwrap();
    let mut found = BTreeMap::new();
    statements(&mut found).await;
    match Cluster::with(Size::of(SIZE)).await {
        Some(cluster) => {
            let touched = pages(&cluster.url, PAGE, &PAGES).await;
            found
                .extend(touched.into_iter().map(|(page, touched)| (format!("pages touched, page {page:03}"), touched)));
        }
        None => skipped("pages touched", "PostgreSQL is not installed"),
    }
    if Command::new("valgrind").arg("--version").output().is_ok() {
        for read in three() {
            let name = format!("instructions, {}", read.name);
            let each = recorded.get(&name).copied().unwrap_or(1_000_000);
            let more = usize::try_from(INSTRUCTIONS / each).unwrap();
            let runs = [more / 10, more];
            let [few, all] = runs.map(|times| (0..TRIES).map(|_| collected(&read, times)).min().unwrap_or_default());
            found.insert(name, (all - few) / i64::try_from(runs[1] - runs[0]).unwrap());
        }
    } else {
        skipped("instructions", "valgrind is not installed");
    }
    if options.record {
        std::fs::write(&file, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        recorded.clone_from(&found);
    }
    let (mut passed, mut failed) = (0, 0);
    for (name, value) in &found {
        // A page or two more or less is how an index happened to be split.
        let slack = if name.starts_with("pages") { 5 } else { 0 };
        let limit = recorded.get(name).map_or(0, |recorded| recorded + recorded / 20 + slack);
        let is_met = *value <= limit;
        println!("{} {name}: {value}, at most {limit}", if is_met { "ok  " } else { "FAIL" });
        if is_met {
            passed += 1
        } else {
            failed += 1
        }
        if *value < limit - limit / 10 {
            println!("     far below: `gates --record` holds it there");
        }
    }
    println!("{passed} passed, {failed} failed");
    std::process::exit(i32::from(failed > 0));
}

fn skipped(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}: {why}, and CI=true allows no skip");
    println!("skipped: {what}: {why}");
}
