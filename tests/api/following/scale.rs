//! What many who are connected cost, and how soon they are told. `SOLIDARITY_TRIAL=full cargo test --release --test api
//! following::scale -- --nocapture --test-threads 1` takes 2 000 idle subscribers, 20 000 connections that come and go, and
//! 1 000 who are told; else it is a twentieth. Needs as many open files as subscribers, in both processes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;

use super::live::Followed;
use super::socket::{Heard, Socket};
use super::{UPDATE, place, reference};
use crate::database::Database;
use crate::harness::Server;
use crate::program::Program;
use crate::publisher::{Publisher, is_full};

const ARGUMENTS: [&str; 7] =
    ["--demo", "--rate-client", "1000000000", "--rate-anonymous", "1000000000", "--connections", "20000"];
const FOLLOW: &str = "subscription { contentChanged(kinds: [RESOURCE]) { nextToken changes { __typename
    ... on Upsert { content { id title } } ... on Tombstone { id reason purge } } } }";

/// So many in the full trial, else a twentieth.
fn many(full: usize) -> usize {
    if is_full() { full } else { full / 20 }
}

async fn writer(program: &Program) -> Publisher {
    let secret = program.client(&["resources:write", "resources:publish"]);
    program.publisher(&secret).await
}

async fn subscriber(program: &Program) -> Socket {
    let mut socket = Socket::open(program.address, None).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    socket.next("1").await;
    socket
}

/// The same by events, of which the answer's head and first event are read.
async fn listener(program: &Program) -> TcpStream {
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    let body = json!({ "query": FOLLOW }).to_string();
    let length = body.len();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains("nextToken") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "{}", String::from_utf8_lossy(&read));
    }
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_subscriber_costs_little_memory() {
    let database = Database::fresh().await;
    let program = Program::start_on("idle", &database.url, &ARGUMENTS).await;
    let (mut sockets, mut streams) = (Vec::new(), Vec::new());
    let mut before = 0;
    let count = many(2_000);
    for number in 0..count + 50 {
        if number == 50 {
            // The first ones fill what all share.
            before = program.memory();
        }
        if number % 4 == 3 { streams.push(listener(&program).await) } else { sockets.push(subscriber(&program).await) }
    }
    let each = program.memory().saturating_sub(before) / count;
    println!("{count} idle subscribers: {each} KiB each, {} MiB in all", program.memory() / 1_024);
    // Futures of a program that is not optimised are larger.
    let most = if cfg!(debug_assertions) { 120 } else { 40 };
    assert!(each < most, "{each} KiB each");
    drop((sockets, streams));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_come_and_go_leave_nothing_behind() {
    let database = Database::fresh().await;
    let program = Arc::new(Program::start_on("comers", &database.url, &ARGUMENTS).await);
    let settled = async || {
        let started = Instant::now();
        let names = ["solidarity_subscriptions", "solidarity_websockets", "solidarity_subscription_readers"];
        for name in names {
            while program.figure(name).await > 0.0 {
                assert!(started.elapsed() < Duration::from_secs(20), "{name}: {}", program.figure(name).await);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        // The connection that asks for the figures is one; others of the same client may be idle.
        tokio::time::sleep(Duration::from_millis(500)).await;
        (program.figure("solidarity_tasks").await, program.descriptors(), program.memory())
    };
    let come_and_go = async |count: usize| {
        let rounds = (0..8).map(|worker| {
            let program = Arc::clone(&program);
            async move {
                for number in (worker..count).step_by(8) {
                    match number % 4 {
                        // It says nothing, says half, goes in the middle, or ends well.
                        0 => drop(Socket::connect(program.address).await),
                        1 => drop(listener(&program).await),
                        2 => drop(subscriber(&program).await),
                        _ => {
                            let mut socket = subscriber(&program).await;
                            socket.send(&json!({ "type": "complete", "id": "1" })).await;
                            socket.close().await;
                        }
                    }
                }
            }
        });
        join_all(rounds).await;
    };
    come_and_go(many(2_000)).await;
    let (tasks, descriptors, memory) = settled().await;
    come_and_go(many(20_000)).await;
    let (tasks_after, descriptors_after, memory_after) = settled().await;
    println!(
        "{} connections: tasks {tasks} to {tasks_after}, descriptors {descriptors} to {descriptors_after}, memory {memory} \
         to {memory_after} KiB",
        many(20_000)
    );
    assert!(tasks_after <= tasks + 4.0, "{tasks} tasks became {tasks_after}");
    assert!(descriptors_after <= descriptors + 4, "{descriptors} descriptors became {descriptors_after}");
    assert!(memory_after < memory + 8 * 1_024, "{memory} KiB became {memory_after}");
}

/// The longest of the shortest so many in a hundred.
fn percentile(times: &mut [Duration], part: usize) -> Duration {
    times.sort();
    times[(times.len() * part / 100).min(times.len() - 1)]
}

/// Publishes changes, and takes the time until each subscriber was told, from when the answer to the publisher began to be
/// waited for.
async fn delays(publisher: &Publisher, sockets: Vec<Socket>, changes: usize) -> Vec<Duration> {
    let (sender, mut heard) = mpsc::unbounded_channel();
    let readers: Vec<_> = sockets
        .into_iter()
        .map(|mut socket| {
            let sender = sender.clone();
            tokio::spawn(async move {
                while let Some(Heard::Message(message)) = socket.heard_within(Duration::from_secs(60)).await {
                    let at = Instant::now();
                    let page = &message["payload"]["data"]["contentChanged"]["changes"];
                    for change in page.as_array().unwrap() {
                        let title = change["content"]["title"].as_str().unwrap().to_string();
                        if sender.send((title, at)).is_err() {
                            return;
                        }
                    }
                }
            })
        })
        .collect();
    let count = readers.len();
    let mut item = publisher.publish(&place("Before", &[], &[])).await;
    for _ in 0..count {
        heard.recv().await.unwrap();
    }
    let mut delays = Vec::new();
    for number in 0..changes {
        let mut patch = reference(&item);
        let title = format!("Change {number}");
        patch["title"] = json!(title);
        let begun = Instant::now();
        let (made, told) = tokio::join!(publisher.made(UPDATE, &patch), async {
            let mut told = Vec::new();
            while told.len() < count {
                let (found, at) = heard.recv().await.unwrap();
                if found == title {
                    told.push(at - begun);
                }
            }
            told
        });
        item = made;
        delays.extend(told);
    }
    readers.into_iter().for_each(|reader| reader.abort());
    delays
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_reaches_all_who_follow_at_once() {
    let database = Database::fresh().await;
    let program = Program::start_on("told", &database.url, &ARGUMENTS).await;
    let publisher = writer(&program).await;
    let mut sockets = Vec::new();
    for _ in 0..many(1_000) {
        sockets.push(subscriber(&program).await);
    }
    let executions = program.figure("solidarity_subscription_executions_total").await;
    let mut delays = delays(&publisher, sockets, 100).await;
    let executed = program.figure("solidarity_subscription_executions_total").await - executions;
    let (median, p99) = (percentile(&mut delays, 50), percentile(&mut delays, 99));
    println!("{} subscribers, from before the write: median {median:?}, 99 of 100 within {p99:?}", many(1_000));
    assert!(p99 < Duration::from_millis(if is_full() { 100 } else { 500 }), "{p99:?}");
    assert!((100.0..=102.0).contains(&executed), "{executed} executions for 101 changes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_reaches_those_of_another_node_within_a_second() {
    let Some(database) = Database::postgres("a_change_reaches_those_of_another_node_within_a_second").await else {
        return;
    };
    let first = Program::start_on("node-one", &database.url, &ARGUMENTS).await;
    // Nodes of one service have the same keys.
    let keys = first.folder.join("solidarity-keys.json");
    let arguments = [&ARGUMENTS[1..], &["--key-file", keys.to_str().unwrap()]].concat();
    let second = Program::start_on("node-two", &database.url, &arguments).await;
    let publisher = writer(&first).await;
    let mut sockets = Vec::new();
    for _ in 0..many(1_000) {
        sockets.push(subscriber(&second).await);
    }
    let mut delays = delays(&publisher, sockets, 50).await;
    let (median, p99) = (percentile(&mut delays, 50), percentile(&mut delays, 99));
    println!("{} subscribers of another node: median {median:?}, 99 of 100 within {p99:?}", many(1_000));
    assert!(p99 < Duration::from_secs(1), "{p99:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_never_reads_costs_little_and_delays_nobody() {
    let database = Database::fresh().await;
    let program = Program::start_on("deaf", &database.url, &ARGUMENTS).await;
    let publisher = writer(&program).await;
    let whole = "subscription { contentChanged(kinds: [RESOURCE]) { changes { ... on Upsert { content { title
        ... on Resource { body } } } } } }";
    let deaf = deaf(&program, whole).await;
    let mut sockets = Vec::new();
    for _ in 0..many(2_000).max(20) / 10 - 1 {
        sockets.push(subscriber(&program).await);
    }
    let mut body = place("Long", &[], &[]);
    body["body"] = json!("A long text. ".repeat(4_000));
    let mut item = publisher.publish(&body).await;
    let before = program.memory();
    let sizes = many(2_000);
    for number in 0..sizes {
        let mut patch = reference(&item);
        patch["title"] = json!(format!("Long {number}"));
        item = publisher.made(UPDATE, &patch).await;
    }
    let mut delays = delays(&publisher, sockets, 20).await;
    let (p99, grown) = (percentile(&mut delays, 99), program.memory().saturating_sub(before) / 1_024);
    println!("one of many never reads {sizes} changes of 50 KiB: {grown} MiB, others within {p99:?}");
    assert!(grown < 20, "{grown} MiB");
    assert!(p99 < Duration::from_millis(500), "{p99:?}");
    drop(deaf);
}

/// A client that subscribes and never reads, with little room to receive.
async fn deaf(program: &Program, query: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(program.address).await.unwrap();
    let body = json!({ "query": query }).to_string();
    let length = body.len();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_that_is_not_read_is_told_and_let_go() {
    let server = Server::with(|limits, _| {
        limits.write_stall = Duration::from_secs(9);
        limits.rate_anonymous = 1_000_000_000;
        limits.rate_client = 1_000_000_000;
    })
    .await;
    solidarity::service::seed::seed(&server.app).await.unwrap();
    solidarity::service::seed::load_demo(&server.app).await.unwrap();
    let _followed = Followed::of(&server);
    let publisher = Publisher::of(&server).await;
    let mut socket = Socket::open_small(server.address).await;
    let whole =
        "subscription { contentChanged { changes { ... on Upsert { content { ... on Resource { body } } } } } }";
    for id in 0..40 {
        socket.subscribe(&id.to_string(), whole, json!({})).await;
    }
    let mut body = place("Long", &[], &[]);
    body["body"] = json!("A long text. ".repeat(4_900));
    let mut item = publisher.publish(&body).await;
    let started = Instant::now();
    let mut number = 0;
    // Until all room on the way is full.
    while started.elapsed() < Duration::from_millis(2_000) {
        let mut patch = reference(&item);
        patch["title"] = json!(format!("Long {number}"));
        item = publisher.made(UPDATE, &patch).await;
        number += 1;
    }
    // For six seconds the server waits, for three more one may hear why it does not any more.
    tokio::time::sleep(Duration::from_millis(8_400).saturating_sub(started.elapsed())).await;
    assert_eq!(socket.closed().await, 1013, "it is told when it reads again");
}
