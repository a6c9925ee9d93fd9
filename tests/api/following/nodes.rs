//! What one process tells of what another one did, and of what was done while the database was away.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::socket::{Heard, Socket};
use crate::cluster::Cluster;
use crate::database::Database;
use crate::lines::resource;
use crate::program::Program;
use crate::publisher::{CREATE, PUBLISH, resource_input};

const FOLLOW: &str = "subscription($since: String) { contentChanged(since: $since, kinds: [RESOURCE]) {
    nextToken changes { ... on Upsert { content { title } } } } }";

/// The titles that a follower is told until it was told one of them.
async fn told(socket: &mut Socket, title: &str, patience: Duration) -> Vec<String> {
    let started = Instant::now();
    let mut titles = Vec::new();
    while !titles.iter().any(|known| known == title) {
        let left =
            patience.checked_sub(started.elapsed()).unwrap_or_else(|| panic!("{title} was not told: {titles:?}"));
        match socket.heard_within(left).await {
            Some(Heard::Message(message)) => {
                let changes = message["payload"]["data"]["contentChanged"]["changes"].as_array().unwrap().clone();
                titles
                    .extend(changes.iter().filter_map(|change| Some(change["content"]["title"].as_str()?.to_string())));
            }
            other => panic!("{title} was not told: {titles:?}, {other:?}"),
        }
    }
    titles
}

#[tokio::test]
async fn what_the_command_line_writes_beside_a_server_is_told() {
    let database = Database::fresh().await;
    let program = Program::start_on("beside", &database.url, &["--demo"]).await;
    let mut socket = Socket::open(program.address, None).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    socket.next("1").await;
    let line = resource("from-the-shell").with(json!({ "title": "From the shell", "publisher": "starter-collection" }));
    std::fs::write(program.folder.join("lines.jsonl"), line.to_string()).unwrap();
    let imported = program.run(&["import", "lines.jsonl"]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    told(&mut socket, "From the shell", Duration::from_secs(1)).await;
}

#[tokio::test]
async fn what_changes_around_a_restart_of_the_database_is_told() {
    let Some(cluster) = Cluster::start() else {
        assert!(std::env::var_os("CI").is_none(), "needs PostgreSQL, and CI=true allows no skip");
        eprintln!("skipped: what_changes_around_a_restart_of_the_database_is_told: PostgreSQL is not installed");
        return;
    };
    let program = Program::start_on("restart", cluster.url.as_str(), &["--demo"]).await;
    let secret = program.client(&["resources:write", "resources:publish"]);
    let publisher = program.publisher(&secret).await;
    let mut socket = Socket::open(program.address, None).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    socket.next("1").await;
    for round in 0..3 {
        publisher.publish(&resource_input(&format!("Before {round}"))).await;
        cluster.stop();
        cluster.launch();
        // Until the database is there again, what is written is refused, and nothing of it is kept.
        let title = format!("After {round}");
        let started = Instant::now();
        let item = loop {
            let answer = publisher.send(CREATE, &resource_input(&title)).await;
            let made = answer.map(|answer| answer["data"]["resourceCreate"]["resource"].clone());
            if let Some(item) = made.filter(Value::is_object) {
                break item;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "nothing can be written");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        publisher.made(PUBLISH, &json!({ "id": item["id"], "expectedVersion": item["version"] })).await;
        let titles = told(&mut socket, &title, Duration::from_secs(10)).await;
        assert!(titles.contains(&format!("Before {round}")), "{titles:?}");
    }
}
