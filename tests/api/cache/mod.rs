//! Answers that are kept for anonymous readers: who gets them, and that nobody gets an old one.

mod beside;

use std::io::Read as _;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use solidarity::app::SharedApp;
use solidarity::clock::Clock;
use solidarity::domain::limits::Limits;
use solidarity::domain::scope::Scope;
use solidarity::service::follow::follow;
use tokio::task::JoinHandle;

use crate::actor::{clock, generous, load, migrated, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{Line, alert, event, resource, series, text};
use crate::publisher::{Publisher, UPDATE, resource_input};

const LIST: &str = "{ resources(first: 50) { nodes { slug title isSpotlighted } } }";
const SECOND: i64 = 1_000_000;

/// A server whose process follows the change log, as the program does.
struct Node {
    server: Server,
    follower: JoinHandle<()>,
}

impl Node {
    async fn of(app: SharedApp, database: Option<Database>) -> Self {
        let follower = follow(app.clone());
        let node = Self { server: Server::of(app, database).await, follower };
        node.has_looked().await;
        node
    }

    async fn with(lines: impl IntoIterator<Item = Line>) -> Self {
        Self::limited(generous(), lines).await
    }

    async fn limited(limits: Limits, lines: impl IntoIterator<Item = Line>) -> Self {
        let database = Database::fresh().await;
        let app = open(&database, limits, clock()).await;
        load(&app, &text(lines)).await;
        Self::of(app, Some(database)).await
    }

    /// Waits until the node has looked at the change log and knows how long answers last.
    async fn has_looked(&self) {
        let freshness = self.server.app.store.freshness();
        let started = Instant::now();
        while !freshness.is_confirmed() {
            assert!(started.elapsed() < Duration::from_secs(5), "the node does not look");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The look goes on to what the clock brings.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    /// Hits, misses and joins so far.
    async fn counts(&self) -> [u64; 3] {
        let text = self.server.metrics().await;
        ["hits", "misses", "joins"].map(|name| {
            let name = format!("solidarity_answer_cache_{name}_total ");
            text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
        })
    }

    /// The server, that has just heard of all others: on a machine that is busy its own look may come late.
    fn believing(&self) -> &Server {
        self.server.app.store.freshness().confirm(Instant::now());
        &self.server
    }

    async fn titles(&self, document: &str) -> Vec<String> {
        Self::titles_of(&self.believing().query(document, json!({})).await)
    }

    fn titles_of(data: &Value) -> Vec<String> {
        let nodes = data["resources"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["title"].as_str().unwrap().to_string()).collect()
    }

    fn advance(&self, micros: i64) {
        self.server.app.clock.advance(micros);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

fn some() -> Vec<Line> {
    vec![resource("one"), resource("two"), event("meeting"), alert("red-pills")]
}

#[tokio::test]
async fn what_one_anonymous_reader_was_answered_is_answered_to_the_next_without_the_database() {
    let node = Node::with(some()).await;
    let first = node.believing().query(LIST, json!({})).await;
    assert_eq!(node.counts().await, [0, 1, 0]);
    let before = node.believing().app.store.statements();
    for _ in 0..5 {
        assert_eq!(node.believing().query(LIST, json!({})).await, first);
    }
    assert_eq!(node.counts().await, [5, 1, 0]);
    assert_eq!(node.believing().app.store.statements(), before);
    // The same question in another form, by the other method, and with the languages that are the default.
    let response = node.believing().get(&format!("/graphql?query={}", LIST.replace(' ', "%20"))).await;
    assert_eq!(response.json::<Value>().await.unwrap()["data"], first);
    let body = json!({ "operationName": null, "variables": {}, "query": LIST });
    assert_eq!(node.believing().post_json(&body).await.json::<Value>().await.unwrap()["data"], first);
    node.believing().query_in(Some("en-CA, fr-CA;q=0.5"), LIST, json!({})).await;
    assert_eq!(node.counts().await, [8, 1, 0]);
    // Other questions.
    node.believing().query_in(Some("fr-CA"), LIST, json!({})).await;
    node.believing().query(&LIST.replace("50", "49"), json!({})).await;
    let list = "query A($first: Int) { resources(first: $first) { nodes { slug } } } query B { topics { totalCount } }";
    for (name, first) in [("A", 1), ("A", 2), ("B", 2)] {
        let body = json!({ "query": list, "operationName": name, "variables": { "first": first } });
        let answer: Value = node.believing().post_json(&body).await.json().await.unwrap();
        assert!(answer["errors"].is_null(), "{answer}");
        if name == "A" {
            assert_eq!(answer["data"]["resources"]["nodes"].as_array().unwrap().len(), first);
        }
    }
    assert_eq!(node.counts().await, [8, 6, 0]);
    let metrics = node.believing().metrics().await;
    for name in ["solidarity_answer_cache_bytes", "solidarity_document_cache_bytes"] {
        let bytes = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
        assert!(bytes.parse::<f64>().unwrap() > 100.0, "{name} {bytes}");
    }
}

#[tokio::test]
async fn nothing_that_depends_on_who_asks_is_kept_nor_anything_that_failed() {
    let hidden = resource("for-partners").with(json!({ "visibility": "PARTNERS" }));
    let node = Node::with(some().into_iter().chain([hidden])).await;
    let token = node.believing().client(&[Scope::ContentReadPartners], "starter-collection", &[]).await;
    let slugs = |answer: &Value| answer["data"]["resources"]["nodes"].as_array().unwrap().len();
    for _ in 0..2 {
        assert_eq!(slugs(&node.believing().ask_as(&token, LIST, json!({})).await), 3);
        assert_eq!(slugs(&node.believing().ask(LIST, json!({}), None).await), 2);
    }
    assert_eq!(node.counts().await, [1, 1, 0]);
    for document in [
        "{ viewer { isAuthenticated } }",
        "{ rateLimit { remaining cost } }",
        "{ search(text: \"one\") { totalCount } }",
        "{ events(filter: { near: { latitude: 49, longitude: -123, radiusKm: 5 } }) { totalCount } }",
        "{ resource(by: { id: \"nonsense\" }) { slug } topics { totalCount } }",
        "{ resources(first: 1000) { totalCount } }",
        "{ nothing }",
        "mutation { contentPublish(input: { id: \"res_0\" }) { userErrors { code } } }",
    ] {
        let first = node.believing().ask(document, json!({}), None).await;
        let second = node.believing().ask(document, json!({}), None).await;
        assert_eq!(first["data"].is_null(), second["data"].is_null(), "{first} {second}");
    }
    assert_eq!(node.counts().await[0], 1, "something was kept that must not be");
}

#[tokio::test]
async fn a_kept_answer_costs_what_it_would_if_it_were_made() {
    let node = Node::limited(Limits { rate_anonymous: 600, ..generous() }, some()).await;
    let get = async || {
        let response = node.believing().post(LIST).await;
        assert_eq!(response.status(), 200);
        let text = response.headers()["ratelimit"].to_str().unwrap().to_string();
        text.split_once("r=").unwrap().1.split(';').next().unwrap().parse::<u32>().unwrap()
    };
    let (first, second, third) = (get().await, get().await, get().await);
    assert!(first >= second + 40 && second >= third + 40, "{first} {second} {third}");
    assert_eq!(node.counts().await, [2, 1, 0]);
    while node.believing().post(LIST).await.status() != 429 {}
}

#[tokio::test]
async fn a_write_is_seen_by_the_next_request() {
    let node = Node::with(some()).await;
    let publisher = Publisher::of(&node.server).await;
    let made = publisher.publish(&resource_input("first title")).await;
    let id = made["id"].as_str().unwrap().to_string();
    let one = "query($id: ID!) { resource(by: { id: $id }) { title version } }";
    for number in 0..40 {
        let version = 2 + number;
        let title = format!("title {number}");
        for _ in 0..2 {
            assert_eq!(node.believing().query(one, json!({ "id": id })).await["resource"]["version"], version);
            node.titles(LIST).await;
        }
        publisher.made(UPDATE, &json!({ "id": id, "expectedVersion": version, "title": title })).await;
        assert_eq!(node.believing().query(one, json!({ "id": id })).await["resource"]["title"], title.as_str());
        assert!(node.titles(LIST).await.contains(&title), "{title}");
    }
    let [hits, misses, _] = node.counts().await;
    assert!(hits > 40 && misses > 40, "{hits} hits, {misses} misses");
}

#[tokio::test]
async fn a_change_of_a_catalog_is_seen_by_the_next_request() {
    let node = Node::with(some()).await;
    let token = node.believing().client(&[Scope::TopicsManage], "starter-collection", &[]).await;
    let names = "{ topics(first: 100) { nodes { name } } }";
    for number in 0..5 {
        for _ in 0..2 {
            node.believing().query(names, json!({})).await;
        }
        let name = format!("A new topic {number}");
        let input = json!({ "slug": format!("new-topic-{number}"), "facet": "STRUGGLE",
            "names": [{ "locale": "en-CA", "text": name }] });
        let made = node.believing().ask_as(
            &token,
            "mutation($input: TopicUpsertInput!) { topicUpsert(input: $input) { topic { slug } userErrors { code message } } }",
            json!({ "input": input }),
        );
        let made = made.await;
        assert_eq!(made["data"]["topicUpsert"]["userErrors"], json!([]), "{made}");
        let found = node.believing().query(names, json!({})).await.to_string();
        assert!(found.contains(&name), "{name} is not in {found}");
    }
}

#[tokio::test]
async fn what_the_clock_shows_and_hides_is_seen_at_once() {
    let spot = json!({ "spotlightUntil": "2026-11-23T12:00:05Z" });
    let node = Node::with([
        resource("ends").with(json!({ "expiresAt": "2026-11-23T12:00:03Z" })),
        resource("stays"),
        resource("lit").record(spot),
    ])
    .await;
    let lit = |nodes: &Value| nodes.to_string().contains("\"isSpotlighted\":true");
    let list = async || node.believing().query(LIST, json!({})).await["resources"]["nodes"].take();
    let count = |nodes: &Value| nodes.as_array().unwrap().len();
    for _ in 0..2 {
        assert_eq!(count(&list().await), 3);
    }
    // It lasts beyond the second, since nothing turns.
    node.advance(2 * SECOND);
    assert_eq!(count(&list().await), 3);
    assert_eq!(node.counts().await, [2, 1, 0]);
    node.advance(SECOND);
    let nodes = list().await;
    assert_eq!(count(&nodes), 2, "an expired item was answered");
    assert!(lit(&nodes));
    node.advance(2 * SECOND);
    assert!(!lit(&list().await), "a spotlight outlived its end");
    // A clock that is set back does not get what is of later.
    node.advance(-3 * SECOND);
    assert!(lit(&list().await));
    // Whatever is known, nothing is kept for long.
    let [_, misses, _] = node.counts().await;
    node.advance(3_600 * SECOND);
    node.believing().query("{ topics { totalCount } }", json!({})).await;
    list().await;
    assert_eq!(node.counts().await[1], misses + 2);
}

#[tokio::test]
async fn what_reads_the_clock_itself_is_kept_for_its_second() {
    let node = Node::with([series("weekly")]).await;
    let next = "{ event(by: { slug: \"weekly\" }) { occurrences(first: 1) { nodes { recurrenceId } } } }";
    let first = node.believing().query(next, json!({})).await;
    node.advance(SECOND / 2);
    assert_eq!(node.believing().query(next, json!({})).await, first);
    assert_eq!(node.counts().await, [1, 1, 0]);
    node.advance(SECOND);
    node.believing().query(next, json!({})).await;
    assert_eq!(node.counts().await, [1, 2, 0]);
    node.advance(60 * 86_400 * SECOND);
    assert_ne!(node.believing().query(next, json!({})).await, first);
}

#[tokio::test]
async fn a_write_of_another_node_is_seen_within_a_second() {
    let database = Database::fresh().await;
    let here = open(&database, generous(), Clock::System).await;
    load(&here, &text(some())).await;
    let there = migrated(&database, generous(), Clock::System).await;
    let (writing, reading) = (Node::of(here, None).await, Node::of(there, None).await);
    let publisher = Publisher::of(&writing.server).await;
    let seen = async || Node::titles_of(&reading.server.query(LIST, json!({})).await);
    // As it does without being told that it has heard of all others.
    for _ in 0..500 {
        seen().await;
        if reading.counts().await[0] > 0 {
            break;
        }
    }
    assert!(reading.counts().await[0] > 0, "nothing was kept");
    for number in 0..5 {
        let title = format!("from elsewhere {number}");
        seen().await;
        publisher.publish(&resource_input(&title)).await;
        let written = Instant::now();
        loop {
            let asked = written.elapsed();
            if seen().await.contains(&title) {
                break;
            }
            assert!(asked < Duration::from_secs(1), "{title} is not seen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(writing.titles(LIST).await.contains(&title));
    }
    // A node that does not hear of others any more serves nothing that it kept.
    reading.follower.abort();
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    seen().await;
    let [hits, ..] = reading.counts().await;
    for number in 0..3 {
        let title = format!("unheard {number}");
        publisher.publish(&resource_input(&title)).await;
        assert!(seen().await.contains(&title));
    }
    assert_eq!(reading.counts().await[0], hits);
    drop((writing, reading, database));
}

#[tokio::test]
async fn many_who_ask_at_once_are_answered_by_one_execution() {
    let node = Node::with((0..30).map(|number| resource(&format!("r-{number}")))).await;
    let before = node.believing().app.store.statements();
    let asked = (0..40).map(|_| node.believing().query(LIST, json!({})));
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| answer == &answers[0]));
    assert_eq!(node.believing().app.store.statements() - before, 1);
    let [hits, misses, joins] = node.counts().await;
    assert_eq!((misses, hits + joins), (1, 39));
}

#[tokio::test]
async fn a_kept_answer_has_the_headers_of_the_first_and_comes_packed_to_who_takes_that() {
    let node = Node::with((0..30).map(|number| resource(&format!("resource-number-{number}")))).await;
    let path = format!("/graphql?query={}", LIST.replace(' ', "%20"));
    let get = async |name: &str, value: &str| {
        let request = node.believing().http.get(node.believing().url(&path)).header(name, value);
        request.send().await.unwrap()
    };
    let varying = ["date", "x-request-id", "ratelimit"];
    let heads = async |response: reqwest::Response| {
        let mut heads: Vec<(String, String)> = response
            .headers()
            .iter()
            .filter(|(name, _)| !varying.contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_string()))
            .collect();
        heads.sort();
        (response.status(), heads, response.bytes().await.unwrap())
    };
    for accept in ["application/json", "application/graphql-response+json"] {
        let first = heads(get("accept", accept).await).await;
        assert_eq!(heads(get("accept", accept).await).await, first);
        assert!(first.1.iter().any(|(_, value)| value.starts_with(accept)), "{first:?}");
    }
    let (_, plain, bytes) = heads(get("x-nothing", "").await).await;
    let tag = &plain.iter().find(|(name, _)| name == "etag").unwrap().1;
    let (status, _, nothing) = heads(get("if-none-match", tag).await).await;
    assert_eq!((status.as_u16(), nothing.len()), (304, 0));
    for _ in 0..2 {
        let (_, packed, small) = heads(get("accept-encoding", "gzip").await).await;
        assert!(packed.contains(&("content-encoding".into(), "gzip".into())), "{packed:?}");
        assert!(packed.contains(&("etag".into(), tag.clone())));
        let mut text = String::new();
        GzDecoder::new(&small[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text.as_bytes(), bytes);
        assert!(small.len() * 2 < bytes.len());
    }
    let [hits, misses, _] = node.counts().await;
    assert_eq!((hits, misses), (7, 1));
}

#[tokio::test]
async fn nothing_is_kept_where_the_operator_turned_it_off() {
    let node = Node::limited(Limits { answer_cache_bytes: 0, ..generous() }, some()).await;
    for _ in 0..3 {
        assert_eq!(node.titles(LIST).await.len(), 2);
    }
    assert_eq!(node.counts().await, [0, 0, 0]);
}
