//! `solidarity mirror` keeps a copy current while four writers change things at random and servers and mirrors are killed.
//! 400 changes by default; `SOLIDARITY_TRIAL=full cargo test --release --test api mirror` takes 10 000.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::database::{Database, rows};
use crate::following::changes::{Known, change};
use crate::program::Program;
use crate::publisher::is_full;

const WRITERS: usize = 4;
/// What each mirror follows.
const QUESTIONS: [&[&str]; 3] =
    [&[], &["--region", "CA-BC"], &["--topic", "naloxone", "--kind", "RESOURCE", "EVENT", "--page", "7"]];

/// A mirror of a server, as a process.
fn mirror(server: &Program, file: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_solidarity"))
        .args(["mirror", &format!("http://{}", server.address)])
        .arg(file)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a mirror to its end; answers whether it ended well and what it said.
async fn mirrored(server: &Program, file: &Path, arguments: &[&str]) -> (bool, String) {
    let child = mirror(server, file, arguments);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

async fn copied(file: &Path) -> Vec<(String, Value)> {
    let url = format!("sqlite://{}", file.display());
    let mut items = Vec::new();
    for row in rows(&url, "SELECT id, content FROM current ORDER BY id").await {
        let content: String = row.try_get_by_index(1).unwrap();
        items.push((row.try_get_by_index(0).unwrap(), serde_json::from_str(&content).unwrap()));
    }
    items
}

fn files(server: &Program) -> [PathBuf; 3] {
    ["all.sqlite", "british.sqlite", "naloxone.sqlite"].map(|name| server.folder.join(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_stay_true_through_kills_of_servers_and_mirrors() {
    let (total, rounds) = if is_full() { (10_000, 20) } else { (400, 4) };
    let database = Database::fresh().await;
    let arguments = ["--demo", "--rate-client", "1000000000", "--rate-anonymous", "1000000000"];
    let mut server = Program::start_on("mirror", &database.url, &arguments).await;
    let scopes = ["resources:write", "resources:publish", "content:withdraw", "translations:write"];
    let secret = server.client(&scopes);
    let mut dice = StdRng::seed_from_u64(20_261_126);
    let done = AtomicUsize::new(0);
    let mut kills = 0;
    let mut pools: Vec<Vec<Known>> = vec![Vec::new(); WRITERS];
    for round in 0..rounds {
        let goal = total * (round + 1) / rounds;
        let publisher = server.publisher(&secret).await;
        let seeds: Vec<u64> = (0..WRITERS).map(|_| dice.random()).collect();
        let writers = pools.iter_mut().zip(seeds).enumerate().map(|(writer, (pool, seed))| {
            let (publisher, done) = (&publisher, &done);
            async move {
                let mut dice = StdRng::seed_from_u64(seed);
                while done.load(Ordering::Relaxed) < goal {
                    let number = done.fetch_add(1, Ordering::Relaxed);
                    let known = (!pool.is_empty() && dice.random_ratio(3, 4)).then(|| {
                        let at = dice.random_range(0..pool.len());
                        pool.swap_remove(at)
                    });
                    // Of what was under way when the server died the writer does not know; it is not changed any more.
                    match change(publisher, &mut dice, known, &format!("{writer}-{number}")).await {
                        Some(known) => pool.extend(known),
                        None => return,
                    }
                }
            }
        });
        let writing = futures_util::future::join_all(writers);
        let mirroring = async {
            let mut killed = 0;
            for (file, question) in files(&server).iter().zip(QUESTIONS) {
                for _ in 0..2 {
                    let mut child = mirror(&server, file, question);
                    tokio::time::sleep(Duration::from_millis(dice.random_range(5..400))).await;
                    killed += usize::from(child.try_wait().unwrap().is_none());
                    child.kill().unwrap();
                    child.wait().unwrap();
                }
            }
            killed
        };
        if round % 2 == 0 {
            kills += tokio::join!(writing, mirroring).1;
        } else {
            // The server dies under both.
            let dying = async { tokio::join!(tokio::time::timeout(Duration::from_millis(700), writing), mirroring).1 };
            kills += dying.await;
            server = server.kill_and_restart(&arguments).await;
            done.store(goal, Ordering::Relaxed);
        }
    }
    println!("{} changes, {kills} mirrors killed", done.load(Ordering::Relaxed));
    assert!(kills > 0, "no mirror was killed at its work");
    for (file, question) in files(&server).iter().zip(QUESTIONS) {
        let (is_well, said) = mirrored(&server, file, &[question, &["--verify"]].concat()).await;
        assert!(is_well && said.contains("none differs"), "{question:?}: {said}");
        let again = server.folder.join("again.sqlite");
        let (is_well, said) = mirrored(&server, &again, question).await;
        assert!(is_well, "{said}");
        assert_eq!(copied(file).await, copied(&again).await, "{question:?}");
        assert!(copied(file).await.len() > 10, "{question:?}");
        std::fs::remove_file(again).unwrap();
    }
}

#[tokio::test]
async fn a_mirror_says_what_is_wrong_and_notices_what_was_changed_in_its_file() {
    let database = Database::fresh().await;
    let server = Program::start_on("mirror-words", &database.url, &["--demo"]).await;
    let file = server.folder.join("copy.sqlite");
    let (is_well, said) = mirrored(&server, &file, &["--kind", "CAMPAIGN", "--verify"]).await;
    assert!(is_well && said.contains("none differs"), "{said}");
    let (is_well, said) = mirrored(&server, &file, &["--kind", "EVENT"]).await;
    assert!(!is_well && said.contains("copy of another question") && said.contains("CAMPAIGN"), "{said}");
    let (is_well, said) = mirrored(&server, &server.folder.join("other.sqlite"), &["--region", "atlantis"]).await;
    assert!(!is_well && said.contains("regions[0]: \"atlantis\" is not known"), "{said}");

    let url = format!("sqlite://{}?mode=rwc", file.display());
    let id: String = rows(&url, "SELECT min(id) FROM item").await[0].try_get_by_index(0).unwrap();
    rows(&url, &format!("UPDATE item SET content = '{}' WHERE id = '{id}'", json!({ "id": id }))).await;
    let (is_well, said) = mirrored(&server, &file, &["--kind", "CAMPAIGN", "--verify"]).await;
    assert!(!is_well && said.contains("1 items differ") && said.contains(&id), "{said}");
}
