//! The program is killed while several publishers write, and started again: what was acknowledged is there once, at its
//! version, with its revision and its place in the change log; what was not is whole or absent, and may be asked for
//! again under the same key. 3 kills by default; `SOLIDARITY_TRIAL=full cargo test --release --test api crash` takes 50
//! with 5 000 acknowledged writes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::database::{Database, rows};
use crate::lines;
use crate::program::Program;
use crate::publisher::{CREATE, ORGANIZATION, PUBLISH, Publisher, SCOPES, UPDATE, is_full, resource_input};

const WRITERS: usize = 4;
/// From the kill to the first `/readyz` that says so. A debug build takes half of that for itself, and shares the machine
/// with the other tests: what it is held to only tells a start that hangs.
const READY: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// What one writer knows of one item when the program dies.
#[derive(Clone, Debug)]
struct Known {
    input: Value,
    /// Absent until the create is acknowledged.
    id: Option<String>,
    /// A word of each acknowledged version, in order.
    words: Vec<String>,
}

/// Creates, publishes and changes items until the program is gone; answers what it knows of each.
async fn write(publisher: &Publisher, place: &str, acknowledged: &AtomicUsize) -> Vec<Known> {
    let mut all: Vec<Known> = Vec::new();
    for number in 0.. {
        let word = format!("written-{place}-{number}-end");
        let mut input = resource_input(&word);
        input["idempotencyKey"] = json!(word);
        all.push(Known { input, id: None, words: Vec::new() });
        let known = all.last_mut().unwrap();
        for step in [CREATE, PUBLISH, UPDATE] {
            let changed = format!("changed-{place}-{number}-end");
            let mut input = json!({ "id": known.id, "expectedVersion": known.words.len() });
            if step == CREATE {
                input = known.input.clone();
            } else if step == UPDATE {
                input["title"] = json!(changed);
            }
            let Some(mut answer) = publisher.send(step, &input).await else { return all };
            assert!(answer["errors"].is_null(), "{answer:#}");
            let payload = answer["data"].as_object_mut().unwrap().values_mut().next().unwrap();
            assert_eq!(payload["userErrors"], json!([]), "{input}");
            let item = if step == PUBLISH { &payload["content"] } else { &payload["resource"] };
            assert_eq!(item["version"], known.words.len() + 1);
            known.id = Some(item["id"].as_str().unwrap().to_string());
            known.words.push(if step == UPDATE { changed } else { word.clone() });
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }
    all
}

/// One item as the database has it.
#[derive(Debug, Default)]
struct Stored {
    version: i32,
    details: i64,
    listings: i64,
    revisions: BTreeMap<i32, String>,
    changes: i64,
}

/// Everything that is stored, by public id.
async fn stored(url: &str) -> BTreeMap<String, Stored> {
    let sql = "SELECT c.public_id, c.version, (SELECT count(*) FROM resource d WHERE d.content_id = c.id),
        (SELECT count(*) FROM listing l WHERE l.content = c.id
         AND l.kind = CASE WHEN c.status = 'PUBLISHED' THEN c.kind ELSE l.kind END),
        (SELECT count(*) FROM change h WHERE h.item = c.id) FROM content c";
    let mut all = BTreeMap::new();
    for row in rows(url, sql).await {
        let item = Stored {
            version: row.try_get_by_index(1).unwrap(),
            details: row.try_get_by_index(2).unwrap(),
            listings: row.try_get_by_index(3).unwrap(),
            changes: row.try_get_by_index(4).unwrap(),
            revisions: BTreeMap::new(),
        };
        all.insert(row.try_get_by_index::<String>(0).unwrap(), item);
    }
    let sql = "SELECT c.public_id, r.version, r.snapshot FROM revision r JOIN content c ON c.id = r.content_id";
    for row in rows(url, sql).await {
        let item = all.get_mut(&row.try_get_by_index::<String>(0).unwrap()).unwrap();
        item.revisions.insert(row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap());
    }
    all
}

/// Nothing is half there, whoever wrote it.
async fn check_all_whole(url: &str, all: &BTreeMap<String, Stored>) {
    for (id, item) in all {
        let versions: Vec<i32> = item.revisions.keys().copied().collect();
        assert_eq!(versions, (1..=item.version).collect::<Vec<_>>(), "the revisions of {id}");
        assert_eq!(item.changes, i64::from(item.version), "the changes of {id}");
        assert!(item.details == 1 && item.listings >= 1, "{id}: {item:?}");
    }
    for (table, key) in [("resource", "content_id"), ("revision", "content_id"), ("listing", "content")] {
        let orphans = format!("SELECT count(*) FROM {table} WHERE {key} NOT IN (SELECT id FROM content)");
        assert_eq!(rows(url, &orphans).await[0].try_get_by_index::<i64>(0).unwrap(), 0, "{table}");
    }
    let orphans = "SELECT count(*) FROM change WHERE noun = 'resource' AND item NOT IN (SELECT id FROM content)";
    assert_eq!(rows(url, orphans).await[0].try_get_by_index::<i64>(0).unwrap(), 0, "change");
    let gaps = "SELECT (SELECT seq FROM epoch) - (SELECT count(*) FROM change)";
    assert_eq!(rows(url, gaps).await[0].try_get_by_index::<i64>(0).unwrap(), 0, "numbers of changes");
    if url.starts_with("sqlite:") {
        let checked: String = rows(url, "PRAGMA integrity_check").await[0].try_get_by_index(0).unwrap();
        assert_eq!(checked, "ok");
    }
}

/// What was acknowledged is there, and at most the one write that was under way beyond it.
fn check_known(known: &Known, all: &BTreeMap<String, Stored>) {
    let Some(id) = &known.id else { return };
    let item = &all[id.trim_start_matches("res_")];
    let acknowledged = i32::try_from(known.words.len()).unwrap();
    assert!((acknowledged..=acknowledged + 1).contains(&item.version), "{known:?}: {item:?}");
    for (version, word) in (1..).zip(&known.words) {
        assert!(item.revisions[&version].contains(word.as_str()), "version {version} of {known:?}");
    }
}

fn named<'a>(all: &'a BTreeMap<String, Stored>, known: &Known) -> Vec<&'a str> {
    let word = known.input["title"].as_str().unwrap();
    all.iter().filter(|(_, item)| item.revisions[&1].contains(word)).map(|(id, _)| id.as_str()).collect()
}

async fn token(program: &Program, client: &Value) -> String {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.post(format!("http://{}/oauth/token", program.address));
    let (id, secret) = (client["clientId"].as_str().unwrap(), client["clientSecret"].as_str().unwrap());
    let form = [("grant_type", "client_credentials")];
    let response = request.basic_auth(id, Some(secret)).form(&form).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    body["access_token"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_string()
}

/// Starts the program, or kills it and starts it again, and waits until it is ready, which must be soon then.
async fn start(program: Option<Program>, database: &Database) -> Program {
    let (started, is_restart) = (Instant::now(), program.is_some());
    let arguments = ["--rate-client", "1000000000"];
    let program = match program {
        None => Program::start_on("crash", &database.url, &arguments).await,
        Some(program) => program.kill_and_restart(&arguments).await,
    };
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ready = http.get(format!("http://{}/readyz", program.address)).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    if is_restart {
        let took = started.elapsed();
        assert!(took <= READY, "ready after {took:?}");
    }
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_and_what_was_not_is_whole_or_absent() {
    let (kills, each) = if is_full() { (50, 100) } else { (3, 84) };
    let database = Database::fresh().await;
    let mut program = start(None, &database).await;
    std::fs::write(program.folder.join("organization.jsonl"), lines::text([])).unwrap();
    assert!(program.run(&["import", "organization.jsonl"]).status.success());
    let mut arguments = vec!["client", "create", "--json", "--organization", ORGANIZATION, "--name", "crash"];
    arguments.extend(SCOPES.iter().flat_map(|scope| ["--scope", scope.as_str()]));
    let made = program.run(&arguments);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let client: Value = serde_json::from_slice(&made.stdout).unwrap();

    let (mut acknowledged, mut open, mut slowest) = (0, 0, Duration::ZERO);
    let mut ever: Vec<Known> = Vec::new();
    for kill in 0..kills {
        let publisher = Publisher::new(program.address, token(&program, &client).await);
        let done = AtomicUsize::new(0);
        let places: Vec<String> = (0..WRITERS).map(|writer| format!("{kill}-{writer}")).collect();
        let writing = futures_util::future::join_all(places.iter().map(|place| write(&publisher, place, &done)));
        let killing = async {
            // The writers go in step: another number each time, so that creates are killed as well as changes.
            while done.load(Ordering::Relaxed) < each + kill % (WRITERS * 3) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            // At another point of a write each time.
            tokio::time::sleep(Duration::from_micros(u64::try_from(kill).unwrap() * 370 % 5_000)).await;
            let killed = Instant::now();
            let program = start(Some(program), &database).await;
            (program, killed.elapsed())
        };
        let (known, (restarted, took)) = tokio::join!(writing, killing);
        program = restarted;
        slowest = slowest.max(took);
        acknowledged += done.load(Ordering::Relaxed);

        let all = stored(&database.url).await;
        check_all_whole(&database.url, &all).await;
        let again = Publisher::new(program.address, token(&program, &client).await);
        for known in known.into_iter().flatten() {
            check_known(&known, &all);
            let named = named(&all, &known);
            assert!(named.len() <= 1, "{known:?} is there twice");
            assert!(known.id.is_none() || named.len() == 1, "{known:?} is gone");
            if known.id.is_none() {
                open += 1;
                let item = again.made(CREATE, &known.input).await;
                let id = item["id"].as_str().unwrap().trim_start_matches("res_");
                assert!(named.is_empty() || named == [id], "{known:?} was made again");
                let words = vec![known.input["title"].as_str().unwrap().to_string()];
                ever.push(Known { id: Some(format!("res_{id}")), words, ..known });
            } else {
                ever.push(known);
            }
        }
    }
    let all = stored(&database.url).await;
    check_all_whole(&database.url, &all).await;
    assert_eq!(all.len(), ever.len(), "each create made exactly one item");
    for known in &ever {
        check_known(known, &all);
        assert_eq!(named(&all, known).len(), 1);
    }
    assert!(acknowledged >= kills * each);
    println!("{kills} kills, {acknowledged} acknowledged writes, {open} creates asked for again, ready in {slowest:?}");
}
