//! Many writers at once: no edit is lost, no repeated request makes a thing twice, no wish for a name or a source makes
//! a write fail, and a server whose database is taken says so. Small by default;
//! `SOLIDARITY_TRIAL=full cargo test --release --test api concurrency` takes 8 000 updates and 5 000 tries of creates.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::actor::{generous, open};
use crate::database::{Database, rows};
use crate::harness::{Server, codes};
use crate::lines;
use crate::publisher::{CREATE, PUBLISH, Publisher, UPDATE, UPSERT, is_full, refusal, resource_input};

const ITEMS: usize = 20;
const WRITERS: usize = 4;
const TRIES: usize = 10;
const READ: &str = "query($input: ResourceBy!) { resource(by: $input) { id version title } }";
const IMPORT: &str = "mutation($input: ImportBatchInput!) { importBatch(input: $input) {
    items { action content { id slug version status title } } isStored userErrors { code field message } } }";

async fn server() -> Server {
    let database = Database::fresh().await;
    let app = open(&database, generous(), solidarity::clock::Clock::System).await;
    crate::actor::load(&app, &lines::text([])).await;
    Server::of(app, Some(database)).await
}

fn url(server: &Server) -> &str {
    &server.database.as_ref().unwrap().url
}

/// The only number that a statement finds.
async fn count(server: &Server, sql: &str) -> i64 {
    rows(url(server), sql).await[0].try_get_by_index(0).unwrap()
}

/// One writer's updates; answers the title that each acknowledged version of each item has.
async fn write(publisher: &Publisher, ids: &[String], writer: usize, updates: usize) -> Vec<(usize, u64, String)> {
    let mut acknowledged = Vec::with_capacity(updates);
    for number in 0..updates {
        let at = (number * 7 + writer * 3) % ids.len();
        let title = format!("Version {number} of writer {writer}");
        loop {
            let stored = publisher.ask(READ, &json!({ "id": ids[at] })).await["data"]["resource"].take();
            let patch = json!({ "id": ids[at], "expectedVersion": stored["version"], "title": title });
            let payload = publisher.payload(UPDATE, &patch).await;
            if payload["resource"].is_object() {
                assert_eq!(payload["resource"]["title"], title);
                acknowledged.push((at, payload["resource"]["version"].as_u64().unwrap(), title));
                break;
            }
            assert_eq!(refusal(&payload), "STALE_VERSION", "{payload:#}");
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_edit_is_lost_among_several_writers() {
    let updates = if is_full() { 2_000 } else { 100 };
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    let mut ids = Vec::with_capacity(ITEMS);
    for number in 0..ITEMS {
        let item = publisher.made(CREATE, &resource_input(&format!("Item {number}"))).await;
        ids.push(item["id"].as_str().unwrap().to_string());
    }
    let writers = join_all((0..WRITERS).map(|writer| write(&publisher, &ids, writer, updates))).await;
    let mut expected: Vec<BTreeMap<u64, String>> = vec![BTreeMap::new(); ITEMS];
    for (at, version, title) in writers.into_iter().flatten() {
        let twice = expected[at].insert(version, title);
        assert_eq!(twice, None, "two writers were told that they wrote version {version} of item {at}");
    }
    for (id, titles) in ids.iter().zip(&expected) {
        let stored = publisher.ask(READ, &json!({ "id": id })).await["data"]["resource"].take();
        assert_eq!(stored["version"], titles.len() + 1);
        assert_eq!(&stored["title"], titles.values().last().unwrap());
        let of_item = format!("FROM content WHERE public_id = '{}'", id.trim_start_matches("res_"));
        let sql = format!("SELECT version, snapshot FROM revision WHERE content_id = (SELECT id {of_item})");
        let mut revisions: BTreeMap<u64, String> = BTreeMap::new();
        for row in rows(url(&server), &sql).await {
            let version: i32 = row.try_get_by_index(0).unwrap();
            revisions.insert(u64::try_from(version).unwrap(), row.try_get_by_index(1).unwrap());
        }
        assert_eq!(revisions.len(), titles.len() + 1);
        for (version, title) in titles {
            assert!(revisions[version].contains(&format!("\"title\":\"{title}\"")), "version {version} of {id}");
        }
        let changes = count(&server, &format!("SELECT count(*) FROM change WHERE item = (SELECT id {of_item})")).await;
        assert_eq!(changes, i64::try_from(titles.len()).unwrap() + 1);
    }
}

/// Asks for the same several times at once; answers the one answer.
async fn repeat(publisher: &Publisher, document: &str, input: &Value) -> Value {
    let mut answers = join_all((0..TRIES).map(|_| publisher.ask(document, input))).await;
    let answer = answers.pop().unwrap();
    for other in answers {
        assert_eq!(other, answer, "{input}");
    }
    assert!(answer["errors"].is_null(), "{answer:#}");
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_create_makes_one_item_and_answers_the_same() {
    let keys = if is_full() { 500 } else { 25 };
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    let mut ids = BTreeSet::new();
    for number in 0..keys {
        let mut input = resource_input(&format!("Wanted once, number {number}"));
        input["idempotencyKey"] = json!(format!("key {number}"));
        let answer = repeat(&publisher, CREATE, &input).await;
        ids.insert(answer["data"]["resourceCreate"]["resource"]["id"].as_str().unwrap().to_string());
        input["title"] = json!("Something else");
        let payload = publisher.payload(CREATE, &input).await;
        assert_eq!(refusal(&payload), "IDEMPOTENCY_KEY_REUSED", "{payload:#}");
        assert_eq!(payload["userErrors"][0]["field"], "input.idempotencyKey");
    }
    assert_eq!(ids.len(), keys);
    for table in ["content", "revision", "change WHERE noun = 'resource'", "idempotency"] {
        assert_eq!(count(&server, &format!("SELECT count(*) FROM {table}")).await, i64::try_from(keys).unwrap());
    }
    // Keys are each client's own.
    let other = Publisher::of(&server).await;
    let mut input = resource_input("Wanted by another client");
    input["idempotencyKey"] = json!("key 0");
    assert!(!ids.contains(other.made(CREATE, &input).await["id"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_batch_is_imported_once_and_answers_the_same() {
    let keys = if is_full() { 100 } else { 5 };
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    for number in 0..keys {
        let item = |part: usize| {
            let mut input = resource_input(&format!("Part {part} of batch {number}"));
            input["source"] = json!({ "system": "batches", "externalId": format!("{number}-{part}") });
            json!({ "resource": input })
        };
        let mut input = json!({ "items": [item(0), item(1), item(2)], "idempotencyKey": format!("batch {number}") });
        let answer = repeat(&publisher, IMPORT, &input).await;
        let payload = &answer["data"]["importBatch"];
        assert_eq!(payload["isStored"], true, "{payload:#}");
        let items = payload["items"].as_array().unwrap();
        assert!(items.len() == 3 && items.iter().all(|item| item["action"] == "CREATED"), "{payload:#}");
        input["items"] = json!([item(0)]);
        assert_eq!(refusal(&publisher.payload(IMPORT, &input).await), "IDEMPOTENCY_KEY_REUSED");
    }
    for table in ["content", "revision"] {
        assert_eq!(count(&server, &format!("SELECT count(*) FROM {table}")).await, 3 * i64::from(keys));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_items_that_wish_for_one_slug_are_all_published() {
    let items = if is_full() { 200 } else { 24 };
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    let wish = |number: usize| {
        let mut input = resource_input(&format!("Wish {number}"));
        input["slug"] = json!("wanted-by-all");
        input
    };
    let drafts = join_all((0..items).map(|number| {
        let (publisher, input) = (&publisher, wish(number));
        async move { publisher.made(CREATE, &input).await }
    }))
    .await;
    let published = join_all(drafts.iter().map(|draft| {
        let (publisher, input) = (&publisher, json!({ "id": draft["id"], "expectedVersion": draft["version"] }));
        async move { publisher.made(PUBLISH, &input).await }
    }))
    .await;
    let slugs: BTreeSet<&str> = published.iter().map(|item| item["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs.len(), items);
    assert!(slugs.contains("wanted-by-all") && slugs.iter().all(|slug| slug.starts_with("wanted-by-all")), "{slugs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upserts_of_one_source_at_once_make_one_item() {
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    for round in 0..if is_full() { 100 } else { 5 } {
        let input = |number: usize| {
            let mut input = resource_input(&format!("Words of import {number}"));
            input["source"] = json!({ "system": "cms", "externalId": format!("page {round}") });
            input
        };
        let upserted = join_all((0..TRIES).map(|number| {
            let (publisher, input) = (&publisher, input(number));
            async move { publisher.made(UPSERT, &input).await }
        }))
        .await;
        let ids: BTreeSet<&str> = upserted.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 1);
        let versions: BTreeSet<u64> = upserted.iter().map(|item| item["version"].as_u64().unwrap()).collect();
        assert_eq!(versions, (1..=TRIES as u64).collect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_that_find_no_connection_are_told_to_come_back() {
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    // Another program holds what every write needs, longer than a write waits for its turn and not so long that it
    // fails on the way.
    let mut options = sea_orm::ConnectOptions::new(url(&server));
    options.max_connections(1);
    let other = sea_orm::Database::connect(options).await.unwrap();
    let begin = if server.app.store.backend_name() == "SQLite" { "BEGIN IMMEDIATE" } else { "BEGIN" };
    other.execute_unprepared(begin).await.unwrap();
    other.execute_unprepared("UPDATE epoch SET seq = seq WHERE id = 1").await.unwrap();
    let release = async {
        tokio::time::sleep(Duration::from_millis(3_000)).await;
        other.execute_unprepared("COMMIT").await.unwrap();
    };
    let asking = join_all((0..40).map(|number| {
        let publisher = &publisher;
        async move { publisher.ask(CREATE, &resource_input(&format!("Asked for at once {number}"))).await }
    }));
    let (answers, ()) = tokio::join!(asking, release);
    let mut made = 0;
    for answer in &answers {
        match codes(answer).as_slice() {
            [] => made += 1,
            codes => assert_eq!(codes, ["OVERLOADED"], "{answer:#}"),
        }
    }
    assert!(made >= 1 && made < answers.len(), "{made} were made");
    assert_eq!(count(&server, "SELECT count(*) FROM content").await, i64::try_from(made).unwrap());
    publisher.made(CREATE, &resource_input("Asked for afterwards")).await;
}

/// A change of an item that was read before another program changed something, and is written after it did.
async fn late(server: &Server, publisher: &Publisher, item: &Value, statement: &str) -> Value {
    let mut options = sea_orm::ConnectOptions::new(url(server));
    options.max_connections(1);
    let other = sea_orm::Database::connect(options).await.unwrap();
    let begin = if server.app.store.backend_name() == "SQLite" { "BEGIN IMMEDIATE" } else { "BEGIN" };
    other.execute_unprepared(begin).await.unwrap();
    // What a writer of this item waits for.
    other.execute_unprepared("UPDATE content SET updated_at = updated_at").await.unwrap();
    let patch = json!({ "id": item["id"], "expectedVersion": item["version"], "title": "Written late" });
    let between = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        other.execute_unprepared(statement).await.unwrap();
        if statement.contains("UPDATE content") {
            other.execute_unprepared("UPDATE epoch SET seq = seq + 1 WHERE id = 1").await.unwrap();
            let log = "INSERT INTO change (seq, at, noun, item, public_id, what, purge) \
                       SELECT e.seq, 0, 'resource', c.id, c.public_id, 'UPDATED', FALSE FROM epoch e, content c \
                       WHERE e.id = 1 AND c.public_id = '"
                .to_string();
            let public_id = item["id"].as_str().unwrap().trim_start_matches("res_");
            other.execute_unprepared(&format!("{log}{public_id}'")).await.unwrap();
        }
        other.execute_unprepared("COMMIT").await.unwrap();
    };
    let (answer, ()) = tokio::join!(publisher.ask(UPDATE, &patch), between);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_held_against_what_came_between_its_reading_and_its_writing() {
    let server = server().await;
    let publisher = Publisher::of(&server).await;
    let item = publisher.publish(&resource_input("Read before")).await;

    // Nothing that matters to it.
    let answer = late(&server, &publisher, &item, "UPDATE client SET name = 'other'").await;
    let changed = &answer["data"]["resourceUpdate"]["resource"];
    assert_eq!(changed["title"], "Written late", "{answer:#}");

    let answer = late(&server, &publisher, changed, "UPDATE content SET version = version + 1").await;
    assert_eq!(refusal(&answer["data"]["resourceUpdate"]), "STALE_VERSION", "{answer:#}");

    // As an import that says which version it is.
    let second = publisher.publish(&resource_input("Taken back between")).await;
    let take_back = "UPDATE content SET status = 'WITHDRAWN' WHERE slug = 'taken-back-between'";
    let answer = late(&server, &publisher, &second, take_back).await;
    assert_eq!(refusal(&answer["data"]["resourceUpdate"]), "INVALID_STATE_TRANSITION", "{answer:#}");

    let version = changed["version"].as_i64().unwrap() + 1;
    let item = json!({ "id": changed["id"], "version": version });
    let answer = late(&server, &publisher, &item, "UPDATE client SET token_generation = token_generation + 1").await;
    assert_eq!(codes(&answer), ["UNAUTHENTICATED"], "{answer:#}");

    let publisher = Publisher::of(&server).await;
    let answer = late(&server, &publisher, &item, "DELETE FROM client_grant WHERE scope = 'resources:publish'").await;
    assert_eq!(codes(&answer), ["INSUFFICIENT_SCOPE"], "{answer:#}");
    let written = count(&server, "SELECT count(*) FROM revision WHERE snapshot LIKE '%Written late%'").await;
    assert_eq!(written, 1);
}
