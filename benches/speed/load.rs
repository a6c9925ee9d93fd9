//! Load by `wrk`: how many requests a second, how long they take, and what the server uses meanwhile.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{OTHER_CORE, Process, between, children, on_core};
use crate::reads::{Read, zipf};

/// Requests of a mix in the order in which they are sent, over and over.
const DRAWS: usize = 20_000;

/// What one run found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// Requests a second.
    pub rate: f64,
    /// Processor time of the server, in microseconds a request.
    pub server: f64,
    /// Processor time of the database, in microseconds a request.
    pub database: f64,
    /// Half of the answers came within, in milliseconds.
    pub p50: f64,
    /// 99 of 100 came within.
    pub p99: f64,
    /// Resident memory of the server, in MiB.
    pub memory: f64,
}

/// The path of all requests to a server of GraphQL.
pub fn graphql(_: usize) -> String {
    "/graphql".to_string()
}

/// What is sent: one request over and over, or a mix.
pub struct Script {
    text: String,
}

impl Script {
    /// Requests by POST, each to the path of its number, in the proportions of a Zipf distribution if there are many.
    pub fn new(path: &dyn Fn(usize) -> String, reads: &[Read]) -> Self {
        let mut text = String::from("local made = {}\ninit = function()\n");
        text.push_str("  local headers = { [\"content-type\"] = \"application/json\" }\n");
        for (number, read) in reads.iter().enumerate() {
            let (path, body) = (path(number), lua(&read.body()));
            let _ = writeln!(text, "  made[#made + 1] = wrk.format(\"POST\", {path:?}, headers, {body})");
        }
        text.push_str("end\n");
        if reads.len() == 1 {
            text.push_str("request = function() return made[1] end\n");
        } else {
            let order: Vec<String> = zipf(reads.len(), DRAWS).iter().map(|one| (one + 1).to_string()).collect();
            let _ = writeln!(text, "local order, at = {{ {} }}, 0", order.join(","));
            text.push_str("request = function() at = at % #order + 1 return made[order[at]] end\n");
        }
        text.push_str(
            "done = function(summary, latency)\n  local failed = summary.errors\n  \
             io.write(string.format(\"FOUND %d %d %d %f %f\\n\", summary.requests, summary.duration, failed.connect + \
             failed.read + failed.write + failed.status + failed.timeout, latency:percentile(50), \
             latency:percentile(99)))\nend\n",
        );
        Self { text }
    }
}

/// A text in the syntax of Lua.
fn lua(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// How a load is sent.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub connections: usize,
    pub span: Duration,
}

/// Sends a load to a server.
pub fn run(server: &Process, database: Option<u32>, script: &Script, load: Load) -> Found {
    let file = std::env::temp_dir().join(format!("solidarity-speed-{}.lua", std::process::id()));
    std::fs::write(&file, &script.text).unwrap();
    let stored = || database.map(children).unwrap_or_default();
    let (server_before, stored_before) = (server.time(), stored());
    let output = command(&file, server.port, load).output().expect("wrk is not installed");
    let (server_after, stored_after) = (server.time(), stored());
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("FOUND "));
    let line = line.unwrap_or_else(|| panic!("wrk failed: {text} {}", String::from_utf8_lossy(&output.stderr)));
    let figures: Vec<f64> = line.split(' ').map(|figure| figure.parse().unwrap()).collect();
    let [requests, micros, failed, p50, p99] = figures[..] else { panic!("{line}") };
    assert!(requests > 0.0 && failed == 0.0, "{failed} of {requests} requests failed");
    Found {
        rate: requests / micros * 1e6,
        server: (server_after - server_before) as f64 / requests / 1e3,
        database: between(&stored_before, &stored_after) as f64 / requests / 1e3,
        p50: p50 / 1e3,
        p99: p99 / 1e3,
        memory: server.memory(),
    }
}

fn command(file: &Path, port: u16, load: Load) -> Command {
    let mut command = on_core(OTHER_CORE, Path::new("wrk"));
    command.args(["-t1", &format!("-c{}", load.connections), &format!("-d{}s", load.span.as_secs())]);
    command.arg("-s").arg(file).arg(format!("http://127.0.0.1:{port}"));
    command
}
