//! Readers beside a publisher that changes 20 items a second: how many requests a second they keep, how long they wait at half
//! of what the server can do, and whether the next request on the same node sees each change.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::Parser;
use reqwest::Client;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::data::{Size, sqlite};
use crate::load::{Load, Script, graphql, run as send};
use crate::process::{OTHER_CORE, Process, hold};
use crate::reads::{Read, mix, three};
use crate::run::{Extent, MIX, ours};

const CHANGES_A_SECOND: u64 = 20;
const CONNECTIONS: usize = 16;

#[derive(Clone, Debug, Parser)]
pub struct Options {
    #[command(flatten)]
    extent: Extent,
    /// Seconds of each load.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
}

/// What a publisher found while it published.
#[derive(Debug, Default)]
struct Published {
    changes: usize,
    /// Changes that the next request on the same node did not see.
    unseen: usize,
}

/// Changes one resource after another, and looks at each, until told to stop.
struct Publisher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Published>,
}

impl Publisher {
    fn start(port: u16, token: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (is_over, token) = (Arc::clone(&stop), token.to_string());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(publish(port, &token, &is_over))
        });
        Self { stop, thread }
    }

    fn finish(self) -> Published {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

async fn ask(http: &Client, port: u16, token: Option<&str>, query: &str, variables: Value) -> Value {
    let request = http.post(format!("http://127.0.0.1:{port}/graphql"));
    let request = request.header("content-type", "application/json");
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    let body = json!({ "query": query, "variables": variables }).to_string();
    let text = request.body(body).send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert!(answer["errors"].is_null(), "{text}");
    answer["data"].clone()
}

async fn publish(port: u16, token: &str, is_over: &AtomicBool) -> Published {
    const LOOK: &str = "query Look($slug: String!) { resource(by: { slug: $slug }) { id version title } }";
    const CHANGE: &str = "mutation Change($input: ResourceUpdateInput!) { resourceUpdate(input: $input) { resource { version \
                          } userErrors { field message } } }";
    let http = Client::builder().no_proxy().build().unwrap();
    let mut published = Published::default();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / u32::try_from(CHANGES_A_SECOND).unwrap());
    while !is_over.load(Ordering::Relaxed) {
        ticks.tick().await;
        // Items of the publisher's own group: see `data`.
        let slug = json!({ "slug": format!("resource-{}", 1 + published.changes % 30 * 50) });
        let before = ask(&http, port, None, LOOK, slug.clone()).await["resource"].take();
        let title = format!("Changed {} times, at {:?}", published.changes, Instant::now());
        let input = json!({ "id": before["id"], "expectedVersion": before["version"], "title": title });
        let changed = ask(&http, port, Some(token), CHANGE, json!({ "input": input })).await;
        let faults = &changed["resourceUpdate"]["userErrors"];
        assert_eq!(faults.as_array().map(Vec::len), Some(0), "{faults}");
        let after = ask(&http, port, None, LOOK, slug).await;
        published.unseen += usize::from(after["resource"]["title"] != title.as_str());
        published.changes += 1;
    }
    published
}

/// A token of the group that has the first resource of fifty.
async fn token(server: &Process, url: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_solidarity"))
        .args(["client", "create", "--database-url", url, "--organization", "group-1", "--name", "bench", "--json"])
        .args(["--scope", "resources:write", "resources:publish"])
        .output()
        .unwrap();
    let made: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no client was made: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |name: &str| made[name].as_str().unwrap().to_string();
    let form = [
        ("grant_type", "client_credentials".to_string()),
        ("client_id", text("clientId")),
        ("client_secret", text("clientSecret")),
    ];
    let http = Client::builder().no_proxy().build().unwrap();
    let response = http.post(format!("http://127.0.0.1:{}/oauth/token", server.port)).form(&form).send().await.unwrap();
    let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token was given: {answer}")).to_string()
}

/// Sends a read at a fixed rate, whether answers come or not, and tells what share of a thousand came within how long, to a
/// tenth of a millisecond. One thread looks at all connections, since PostgreSQL and the publisher need the core that it is
/// on.
fn paced(port: u16, read: &Read, rate: f64, span: Duration) -> [Duration; 2] {
    let body = read.body();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let apart = Duration::from_secs_f64(CONNECTIONS as f64 / rate);
    let begun = Instant::now() + Duration::from_millis(50);
    let first = |number: usize| begun + apart.mul_f64(number as f64 / CONNECTIONS as f64);
    let mut senders: Vec<Sender> = (0..CONNECTIONS).map(|number| Sender::new(port, first(number))).collect();
    let mut buffer = vec![0; 1 << 18];
    let mut waits = Vec::new();
    while Instant::now() < begun + span {
        let before = waits.len();
        for sender in &mut senders {
            waits.extend(sender.step(request.as_bytes(), apart, &mut buffer));
        }
        if waits.len() == before {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
    // What no answer came to until the end has waited as long as that.
    let late = senders.iter().flat_map(|sender| sender.late(begun + span, apart));
    waits.extend(late);
    waits.sort();
    [500, 990].map(|thousandth| waits[waits.len() * thousandth / 1_000])
}

/// One connection, that has one request under way at most.
struct Sender {
    stream: TcpStream,
    /// When the request that is under way, or the next one, is to be sent.
    due: Instant,
    /// How much of the answer is there.
    filled: Option<usize>,
    whole: Option<usize>,
}

impl Sender {
    fn new(port: u16, due: Instant) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self { stream, due, filled: None, whole: None }
    }

    /// Sends what is due and reads what is there; how long an answer took from when its request was due, if it is whole.
    fn step(&mut self, request: &[u8], apart: Duration, buffer: &mut [u8]) -> Option<Duration> {
        let Some(filled) = self.filled else {
            if Instant::now() >= self.due {
                self.stream.write_all(request).unwrap();
                self.filled = Some(0);
            }
            return None;
        };
        let read = match self.stream.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
            Err(error) => panic!("the server went away: {error}"),
        };
        assert!(read > 0, "the server went away");
        if filled == 0 {
            // The head comes in one piece: it is written at once, and smaller than what a connection holds.
            assert!(buffer.starts_with(b"HTTP/1.1 200"));
            self.whole = length(&buffer[..read]);
        }
        self.filled = Some(filled + read);
        if self.whole.unwrap() > filled + read {
            return None;
        }
        let wait = self.due.elapsed();
        (self.filled, self.whole) = (None, None);
        self.due += apart;
        Some(wait)
    }

    /// How long each of its requests has waited at an instant.
    fn late(&self, now: Instant, apart: Duration) -> impl Iterator<Item = Duration> {
        let due = move |number: u32| now.checked_duration_since(self.due + apart * number);
        (0..).map_while(due)
    }
}

/// The length of an answer whose head is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let body = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    Some(end + body.parse::<usize>().unwrap())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Measures on both databases, and prints a table.
pub async fn run(options: Options) {
    let size = Size::of(options.extent.size);
    hold(std::process::id(), OTHER_CORE);
    println!(
        "{} resources; medians of {} rounds of {} s, {CONNECTIONS} connections, {CHANGES_A_SECOND} changes a second",
        size.resources, options.extent.rounds, options.seconds
    );
    println!(
        "| database | read | requests/s alone | beside changes | kept | p99 ms at half, alone | p50 ms beside | p99 ms beside | MiB | changes | \
         unseen |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    match Cluster::with(size).await {
        Some(cluster) => {
            hold(cluster.pid, OTHER_CORE);
            measure("PostgreSQL", &cluster.url, size, &options).await;
        }
        None => println!("PostgreSQL is not installed: only SQLite is measured"),
    }
    measure("SQLite", &sqlite(size).await, size, &options).await;
}

async fn measure(database: &str, url: &str, size: Size, options: &Options) {
    let server = ours(url, size, "32");
    let token = token(&server, url).await;
    let span = Duration::from_secs(options.seconds);
    let load = Load { connections: CONNECTIONS, span };
    let mut reads: Vec<(&str, Vec<Read>)> = three().into_iter().map(|read| (read.name, vec![read])).collect();
    reads.push(("mix", mix(MIX)));
    for (name, reads) in reads {
        let script = Script::new(&graphql, &reads);
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        let (mut calm, mut p50, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        let mut all = Published::default();
        send(&server, None, &script, Load { span: Duration::from_secs(1), ..load });
        for _ in 0..options.extent.rounds {
            alone.push(send(&server, None, &script, load).rate);
            let rate = alone.last().unwrap() / 2.0;
            let at_half = |read: &Read| paced(server.port, read, rate, span).map(|wait| wait.as_secs_f64() * 1e3);
            if let [read] = reads.as_slice() {
                calm.push(at_half(read)[1]);
            }
            let publisher = Publisher::start(server.port, &token);
            beside.push(send(&server, None, &script, load).rate);
            if let [read] = reads.as_slice() {
                let [half, most] = at_half(read);
                p50.push(half);
                p99.push(most);
            }
            let published = publisher.finish();
            all.changes += published.changes;
            all.unseen += published.unseen;
        }
        let figure =
            |figures: Vec<f64>| if figures.is_empty() { "".to_string() } else { format!("{:.2}", median(figures)) };
        let (alone, beside) = (median(alone), median(beside));
        println!(
            "| {database} | {name} | {alone:.0} | {beside:.0} | {:.0} % | {} | {} | {} | {:.0} | {} | {} |",
            100.0 * beside / alone,
            figure(calm),
            figure(p50),
            figure(p99),
            server.memory(),
            all.changes,
            all.unseen
        );
    }
}
