//! Starts all servers and sends each the same load in turns, so that what else the machine does falls on all alike.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use clap::{Args, Parser};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::constant::Captured;
use crate::data::{Size, folder, sqlite};
use crate::load::{Found, Load, Script, graphql, run as send};
use crate::peers::{self, PEERS};
use crate::process::{OTHER_CORE, Process, SERVER_CORE, hold, on_core, port};
use crate::reads::{Read, mix, three};
use crate::table::{Row, print};

/// Different reads of the mix.
pub const MIX: usize = 1_000;

/// How much is measured.
#[derive(Clone, Copy, Debug, Args)]
pub struct Extent {
    /// Resources in the data.
    #[arg(long, default_value_t = 100_000)]
    pub size: usize,
    /// Rounds, or starts; medians are told.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
}

/// What is measured.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    #[command(flatten)]
    extent: Extent,
    /// Seconds of each load.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Connections of each load.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Only servers whose names hold one of these.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only these reads.
    #[arg(long, value_delimiter = ',')]
    reads: Vec<String>,
}

/// A server and the reads that it is sent.
struct Subject {
    name: &'static str,
    process: Process,
    database: Option<u32>,
    /// A read's name, and how it is sent.
    scripts: Vec<(&'static str, Script)>,
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.contains(only.as_str()))
    }

    fn reads(&self, all: &[&'static str]) -> Vec<&'static str> {
        let wants = |name: &&&'static str| self.reads.is_empty() || self.reads.iter().any(|read| read == **name);
        all.iter().filter(wants).copied().collect()
    }
}

/// The server itself, on a database.
pub fn ours(url: &str, size: Size, cache: &str) -> Process {
    let (port, keys) = (port(), folder(size).join("keys.json"));
    let mut command = on_core(SERVER_CORE, Path::new(env!("CARGO_BIN_EXE_solidarity")));
    command.args(["serve", "--database-url", url, "--listen", &format!("127.0.0.1:{port}"), "--metrics-listen", "off"]);
    command.args(["--rate-anonymous", "4000000000", "--answer-cache", cache, "--key-file"]).arg(keys);
    Process::start(command, port, "the server listens", true)
}

/// This program in another role.
fn self_as(role: &str, argument: &str) -> Process {
    let port = port();
    let mut command = on_core(SERVER_CORE, &std::env::current_exe().unwrap());
    command.args([role, &port.to_string(), argument]);
    Process::start(command, port, "ready", false)
}

pub async fn answer(port: u16, path: &str, read: &Read) -> (Vec<(String, String)>, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.post(format!("http://127.0.0.1:{port}{path}")).header("content-type", "application/json");
    let response = request.body(read.body()).send().await.unwrap();
    assert_eq!(response.status(), 200, "{}", read.name);
    let headers =
        response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_string()));
    let headers = headers.filter(|(name, _)| name != "date" && name != "content-length").collect();
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    assert!(body["errors"].is_null(), "{}: {}", read.name, body["errors"]);
    (headers, text)
}

/// Where the constant answer to a read is.
fn own(name: &str, number: usize) -> String {
    format!("/{name}/{number}")
}

/// The answers of the server, for the ceiling: the same bytes for the same request.
async fn capture(server: &Process, mixed: &[Read]) -> HashMap<String, Captured> {
    let mut captured = HashMap::new();
    let three = three();
    for (number, read) in three.iter().map(|read| (0, read)).chain(mixed.iter().enumerate()) {
        let (headers, body) = answer(server.port, "/graphql", read).await;
        captured.insert(own(read.name, number), Captured { headers, body });
    }
    captured
}

/// Fails unless a handler answers what the server does.
async fn agree(server: &Process, plan: &Process) {
    for read in three() {
        let data = |text: &str| serde_json::from_str::<Value>(text).unwrap()["data"].take();
        let ours = data(&answer(server.port, "/graphql", &read).await.1);
        let theirs = data(&answer(plan.port, &format!("/{}", read.name), &read).await.1);
        assert_eq!(theirs, ours, "the answers to {} differ", read.name);
    }
}

/// Measures, and prints a table.
pub async fn run(options: Options) {
    let size = Size::of(options.extent.size);
    let reads = options.reads(&["Q1", "Q2", "Q3", "mix"]);
    let mixed = mix(MIX);
    let of = |name: &str| -> Vec<Read> {
        if name == "mix" { mixed.clone() } else { three().into_iter().filter(|read| read.name == name).collect() }
    };
    let scripts = |path: &dyn Fn(&str, usize) -> String, names: &[&'static str]| -> Vec<(&'static str, Script)> {
        names.iter().map(|name| (*name, Script::new(&|number| path(name, number), &of(name)))).collect()
    };
    let one = |_: &str, number: usize| graphql(number);
    let by_hand = |name: &str, _: usize| format!("/{name}");
    let three_only: Vec<&'static str> = reads.iter().copied().filter(|name| *name != "mix").collect();
    let mut subjects = Vec::new();
    let cluster = Cluster::with(size).await;
    if let Some(cluster) = &cluster {
        let stored = Some(cluster.pid);
        let cached = ours(&cluster.url, size, "32");
        let file = folder(size).join("captured.json");
        std::fs::write(&file, serde_json::to_string(&capture(&cached, &mixed).await).unwrap()).unwrap();
        if options.wants("constant bytes") {
            let process = self_as("constant", file.to_str().unwrap());
            subjects.push(Subject { name: "constant bytes", process, database: None, scripts: scripts(&own, &reads) });
        }
        let plan = self_as("plan", &cluster.url);
        agree(&cached, &plan).await;
        subjects.push(Subject { name: "cached", process: cached, database: stored, scripts: scripts(&one, &reads) });
        subjects.push(Subject {
            name: "by hand, PostgreSQL",
            process: plan,
            database: stored,
            scripts: scripts(&by_hand, &three_only),
        });
        let process = ours(&cluster.url, size, "0");
        subjects.push(Subject {
            name: "uncached, PostgreSQL",
            process,
            database: stored,
            scripts: scripts(&one, &reads),
        });
        match peers::prepare(&cluster.url).await {
            Ok(()) => {
                for (name, program, schema) in PEERS.into_iter().filter(|(name, ..)| options.wants(name)) {
                    let process = peers::start(program, &cluster.url);
                    let sent = peers::reads(schema);
                    let of = |name: &&'static str| {
                        let read = sent.iter().find(|read| read.name == *name).unwrap();
                        (*name, Script::new(&graphql, std::slice::from_ref(read)))
                    };
                    let scripts = three_only.iter().map(of).collect();
                    for read in &sent {
                        answer(process.port, "/graphql", read).await;
                    }
                    subjects.push(Subject { name, process, database: stored, scripts });
                }
            }
            Err(why) => println!("the servers of others are not measured: {why}"),
        }
        hold(cluster.pid, OTHER_CORE);
    } else {
        println!("PostgreSQL is not installed: only SQLite is measured");
    }
    if options.wants("uncached, SQLite") {
        let process = ours(&sqlite(size).await, size, "0");
        subjects.push(Subject { name: "uncached, SQLite", process, database: None, scripts: scripts(&one, &reads) });
    }
    subjects.retain(|subject| options.wants(subject.name));
    let load = Load { connections: options.connections, span: Duration::from_secs(options.seconds) };
    let mut found: HashMap<(&str, &str), Vec<Found>> = HashMap::new();
    for round in 0..=options.extent.rounds {
        // What is compared comes one after the other.
        for read in &reads {
            for subject in &subjects {
                let Some((_, script)) = subject.scripts.iter().find(|(name, _)| name == read) else { continue };
                // The first round is for caches to fill, and does not count.
                let span = if round == 0 { Duration::from_secs(1) } else { load.span };
                let once = send(&subject.process, subject.database, script, Load { span, ..load });
                if round > 0 {
                    found.entry((subject.name, read)).or_default().push(once);
                }
            }
        }
        eprintln!("round {round} of {}", options.extent.rounds);
    }
    let mut rows = Vec::new();
    for read in &reads {
        for subject in &subjects {
            if let Some(runs) = found.remove(&(subject.name, read)) {
                rows.push(Row { read, name: subject.name, runs });
            }
        }
    }
    println!(
        "{} resources, {} events, {} campaigns; medians of {} rounds of {} s, {} connections",
        size.resources, size.events, size.campaigns, options.extent.rounds, options.seconds, options.connections
    );
    print(&rows);
}
