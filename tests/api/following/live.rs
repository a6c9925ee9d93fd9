//! Followers that are connected: told at once what those who poll find, over websockets and as events.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::follow::follow;
use tokio::task::AbortHandle;

use super::socket::{Heard, Socket};
use super::{CHANGES, REDACT, WITHDRAW, place, publisher, reference, served};
use crate::harness::Server;
use crate::lines::{Line, organization, resource};
use crate::publisher::{CREATE, Publisher, UPDATE};

const FOLLOW: &str = "subscription($since: String, $kinds: [ContentKind!], $regions: [String!], $topics: [String!]) {
  contentChanged(since: $since, kinds: $kinds, regions: $regions, topics: $topics) {
    hasMore nextToken fullResyncRequired
    changes { __typename
      ... on Upsert { content { id version title visibility expiresAt regions { slug } topics { slug } } }
      ... on Tombstone { id kind at reason purge } } } }";

/// Follows the log of a server until it is dropped, as `serve` does.
pub struct Followed(AbortHandle);

impl Followed {
    pub fn of(server: &Server) -> Self {
        Self(follow(server.app.clone()).abort_handle())
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn live(lines: impl IntoIterator<Item = Line>) -> (Server, Publisher, Followed) {
    let server = served([organization("hub")].into_iter().chain(lines)).await;
    let publisher = publisher(&server).await;
    let followed = Followed::of(&server);
    (server, publisher, followed)
}

/// The page in the result of a subscription.
fn page(result: &Value) -> &Value {
    assert!(result["errors"].is_null(), "{result:#}");
    result["data"].as_object().unwrap().values().next().unwrap()
}

fn titles(page: &Value) -> Vec<&str> {
    page["changes"].as_array().unwrap().iter().filter_map(|change| change["content"]["title"].as_str()).collect()
}

/// The value of a figure of a server.
async fn figure(server: &Server, name: &str) -> f64 {
    let text = server.metrics().await;
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_follower_is_told_at_once_and_goes_on_where_it_was() {
    let (server, publisher, _followed) = live([]).await;
    let mut socket = Socket::open(server.address, None).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    let first = socket.next("1").await;
    assert_eq!((page(&first)["changes"].clone(), page(&first)["hasMore"].clone()), (json!([]), json!(false)));

    let item = publisher.publish(&place("Told", &["vancouver"], &[])).await;
    let told = socket.next("1").await;
    assert_eq!(titles(page(&told)), ["Told"]);
    // What a poll finds behind the first token is the same, token included.
    let since = &page(&first)["nextToken"];
    let polled = server.ask(CHANGES, json!({ "since": since, "first": 20 }), None).await;
    assert_eq!(&polled["data"]["changes"], page(&told));

    drop(socket);
    publisher.made(WITHDRAW, &reference(&item)).await;
    publisher.publish(&place("Missed", &[], &[])).await;
    let mut socket = Socket::open(server.address, None).await;
    socket.subscribe("1", FOLLOW, json!({ "since": page(&told)["nextToken"] })).await;
    let missed = socket.next("1").await;
    assert_eq!(titles(page(&missed)), ["Missed"]);
    assert_eq!(page(&missed)["changes"][0]["reason"], "WITHDRAWN");
    publisher.publish(&place("Live again", &[], &[])).await;
    assert_eq!(titles(page(&socket.next("1").await)), ["Live again"]);

    // Nothing hidden is told, and nothing is sent for it.
    publisher.made(CREATE, &place("A draft", &[], &[])).await;
    assert_eq!(socket.heard_within(Duration::from_millis(700)).await, None);
}

#[tokio::test]
async fn a_walk_is_told_to_its_end_and_goes_over_into_what_changes() {
    let places = (0..45).map(|number| resource(&format!("place-{number}")).with(json!({ "publisher": "hub" })));
    let (server, publisher, _followed) = live(places).await;
    let begun = server.ask(CHANGES, json!({ "first": 1 }), None).await;
    let since = begun["data"]["changes"]["nextToken"].clone();
    let mut socket = Socket::open(server.address, None).await;
    socket.subscribe("1", FOLLOW, json!({ "since": since })).await;
    let mut known = BTreeSet::new();
    loop {
        let result = socket.next("1").await;
        let page = page(&result);
        known.extend(page["changes"].as_array().unwrap().iter().map(|change| change["content"]["id"].to_string()));
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(known.len(), 44, "all but the one that the first page told");
    publisher.publish(&place("New", &[], &[])).await;
    assert_eq!(titles(page(&socket.next("1").await)), ["New"]);

    // A token of another question makes it start again, to the end.
    socket.subscribe("2", FOLLOW, json!({ "since": since, "kinds": ["RESOURCE", "EVENT"] })).await;
    let result = socket.next("2").await;
    assert_eq!(page(&result)["fullResyncRequired"], true);
    let mut told = 0;
    loop {
        let result = socket.next("2").await;
        told += page(&result)["changes"].as_array().unwrap().len();
        if page(&result)["hasMore"] == false {
            break;
        }
    }
    assert_eq!(told, 46);
}

#[tokio::test]
async fn partners_are_told_more_until_their_token_ends() {
    let (server, publisher, _followed) = live([]).await;
    let client = server.new_client(&[Scope::ContentReadPartners], "hub", &[]).await;
    let token = server.token_of(&client).await;
    let mut anyone = Socket::open(server.address, None).await;
    let mut partner = Socket::open(server.address, Some(&token)).await;
    for socket in [&mut anyone, &mut partner] {
        socket.subscribe("1", FOLLOW, json!({})).await;
        socket.next("1").await;
    }
    let mut input = place("For partners", &[], &[]);
    input["visibility"] = json!("PARTNERS");
    let item = publisher.publish(&input).await;
    assert_eq!(titles(page(&partner.next("1").await)), ["For partners"]);
    assert_eq!(anyone.heard_within(Duration::from_millis(500)).await, None, "the public is told of it");

    // Revoked: the next thing that there is to tell is not told.
    let form = [("token", token.as_str())];
    let revoked = server.http.post(server.url("/oauth/revoke")).basic_auth(&client.id, Some(&client.secret));
    assert!(revoked.form(&form).send().await.unwrap().status().is_success());
    let mut patch = reference(&item);
    patch["visibility"] = json!("PUBLIC");
    publisher.made(UPDATE, &patch).await;
    assert_eq!(partner.heard().await, Heard::Closed(4403));
    assert_eq!(titles(page(&anyone.next("1").await)), ["For partners"]);

    // Another token goes on; a disabled client does not.
    let token = server.token_of(&client).await;
    let mut partner = Socket::open(server.address, Some(&token)).await;
    partner.subscribe("1", FOLLOW, json!({})).await;
    partner.next("1").await;
    server.app.clock.advance(601_000_000);
    let again = super::publisher(&server).await;
    again.publish(&place("Later", &[], &[])).await;
    assert_eq!(partner.heard().await, Heard::Closed(4403), "a token that ended");
    assert_eq!(titles(page(&anyone.next("1").await)), ["Later"]);
}

#[tokio::test]
async fn what_the_clock_ends_is_told_with_the_worker_stopped() {
    let ending = resource("over-soon").with(json!({ "publisher": "hub", "expiresAt": "2026-11-23T12:00:05Z" }));
    let (server, _publisher, _followed) = live([ending]).await;
    let mut socket = Socket::open(server.address, None).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    socket.next("1").await;
    server.app.clock.advance(6_000_000);
    let result = socket.next("1").await;
    assert_eq!(page(&result)["changes"][0]["reason"], "EXPIRED", "{result:#}");
}

#[tokio::test]
async fn an_alert_reaches_its_region_those_in_it_and_those_around_it() {
    let (server, _publisher, _followed) = live([]).await;
    let alerts = "subscription($regions: [String!]) { alertIssued(regions: $regions) { nextToken changes {
        ... on Upsert { content { id title ... on DrugAlert { smsText } } } ... on Tombstone { reason purge } } } }";
    let mut sockets = Vec::new();
    for regions in [json!(["CA-BC"]), json!(["vancouver"]), json!(["CA-ON"]), json!(null)] {
        let mut socket = Socket::open(server.address, None).await;
        socket.subscribe("1", alerts, json!({ "regions": regions })).await;
        socket.next("1").await;
        sockets.push(socket);
    }
    let alert = crate::lines::one_of_each("later");
    let lines: Vec<Line> = alert.into_iter().map(|line| line.with(json!({ "regions": ["CA-BC"] }))).collect();
    crate::actor::load(&server.app, &crate::lines::text(lines)).await;
    for (position, socket) in sockets.iter_mut().enumerate() {
        if position == 2 {
            assert_eq!(socket.heard_within(Duration::from_millis(500)).await, None, "another province");
            continue;
        }
        let result = socket.next("1").await;
        assert_eq!(titles(page(&result)).len(), 1, "{position}: an alert and nothing else: {result:#}");
    }
}

#[tokio::test]
async fn subscribers_of_the_same_cost_one_execution() {
    let (server, publisher, _followed) = live([]).await;
    let mut sockets = Vec::new();
    for number in 0..40 {
        let mut socket = Socket::open(server.address, None).await;
        // Half of them go on from a token of their own.
        let since = server.ask(CHANGES, json!({ "first": 100 }), None).await["data"]["changes"]["nextToken"].clone();
        let since = if number % 2 == 0 { since } else { Value::Null };
        socket.subscribe("1", FOLLOW, json!({ "since": since })).await;
        assert_eq!(page(&socket.next("1").await)["hasMore"], false);
        sockets.push(socket);
    }
    assert_eq!(figure(&server, "solidarity_subscriptions ").await, 40.0);
    assert_eq!(figure(&server, "solidarity_subscription_readers ").await, 1.0);
    let before = figure(&server, "solidarity_subscription_executions_total").await;
    for number in 0..5 {
        publisher.publish(&place(&format!("Number {number}"), &[], &[])).await;
        for socket in &mut sockets {
            assert_eq!(titles(page(&socket.next("1").await)), [format!("Number {number}")]);
        }
    }
    assert_eq!(figure(&server, "solidarity_subscription_executions_total").await - before, 5.0);
    drop(sockets);
    let started = Instant::now();
    for name in ["solidarity_subscriptions ", "solidarity_websockets ", "solidarity_subscription_readers "] {
        while figure(&server, name).await > 0.0 {
            assert!(started.elapsed() < Duration::from_secs(10), "{name}: {}", figure(&server, name).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn operations_of_one_document_are_told_apart_by_their_own_variables() {
    let (server, publisher, _followed) = live([]).await;
    let document = "subscription A($x: String) { contentChanged(since: $x) { hasMore } }
        subscription B($x: Boolean! = false) { contentChanged { hasMore changes @include(if: $x) { __typename } } }";
    let mut sockets = Vec::new();
    for variables in [json!({ "x": true }), json!({ "x": false }), json!({})] {
        let mut socket = Socket::open(server.address, None).await;
        let payload = json!({ "query": document, "operationName": "B", "variables": variables });
        socket.send(&json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
        let is_asked = variables["x"] == true;
        assert_eq!(page(&socket.next("1").await)["changes"].is_array(), is_asked);
        sockets.push((socket, is_asked));
    }
    for number in 0..3 {
        publisher.publish(&place(&format!("Number {number}"), &[], &[])).await;
        for (socket, is_asked) in &mut sockets {
            let result = socket.next("1").await;
            assert_eq!(page(&result).get("changes").is_some(), *is_asked, "{result}");
        }
    }
}

/// Reads events, and the comments between them.
pub struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    pub async fn open(server: &Server, query: &str, variables: Value, headers: &[(&str, &str)]) -> Self {
        let mut request = server.http.post(server.url("/graphql")).header("accept", "text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        Self { response, text: String::new() }
    }

    /// The next event: its name, its id and its data. None at the end.
    async fn next(&mut self) -> Option<(String, Option<String>, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_start().to_string())
                };
                let found = field("event:").map(|name| {
                    let data = field("data:").unwrap();
                    let data = if data.is_empty() { Value::Null } else { serde_json::from_str(&data).unwrap() };
                    (name, field("id:"), data)
                });
                self.text = rest.to_string();
                match found {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk());
            let chunk = chunk.await.unwrap_or_else(|_| panic!("no event came")).unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    pub async fn result(&mut self) -> (Option<String>, Value) {
        match self.next().await {
            Some((name, id, data)) if name == "next" => (id, data),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn events_tell_the_same_and_a_browser_goes_on_by_itself() {
    let (server, publisher, _followed) = live([]).await;
    let mut events = Events::open(&server, FOLLOW, json!({}), &[]).await;
    let (id, first) = events.result().await;
    assert_eq!(id.as_deref(), page(&first)["nextToken"].as_str());
    let item = publisher.publish(&place("Told", &[], &[])).await;
    let (id, told) = events.result().await;
    assert_eq!(titles(page(&told)), ["Told"]);
    drop(events);
    publisher.made(REDACT, &reference(&item)).await;
    // An `EventSource` sends the same again, by GET, with the id of the last event.
    let query: String = "subscription{contentChanged{changes{...on Tombstone{reason purge}}}}".replace(' ', "%20");
    let url = server.url(&format!("/graphql?query={}", query.replace('{', "%7B").replace('}', "%7D")));
    let request = server.http.get(url).header("accept", "text/event-stream").header("last-event-id", id.unwrap());
    let mut events = Events { response: request.send().await.unwrap(), text: String::new() };
    let (_, missed) = events.result().await;
    assert_eq!(page(&missed)["changes"], json!([{ "reason": "REDACTED", "purge": true }]));
    // Errors come as results, since a browser reads no other status.
    for (query, code) in [("subscription { nothing }", "BAD_REQUEST"), ("subscription {", "BAD_REQUEST")] {
        let mut events = Events::open(&server, query, json!({}), &[]).await;
        let (_, result) = events.result().await;
        assert_eq!(result["errors"][0]["extensions"]["code"], code);
        assert!(result.get("data").is_none());
        assert_eq!(events.next().await.unwrap().0, "complete");
        assert_eq!(events.next().await, None);
    }
    let mut single = Events::open(&server, "{ viewer { isAuthenticated } }", json!({}), &[]).await;
    assert_eq!(single.result().await.1["data"]["viewer"]["isAuthenticated"], false);
    assert_eq!(single.next().await.unwrap().0, "complete");
    // Without an ear for events, a subscription is refused with the ways to have it.
    let refused = server.post(FOLLOW).await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("text/event-stream"));
}

#[tokio::test]
async fn a_server_that_stops_ends_its_events() {
    let (server, _publisher, _followed) = live([]).await;
    let mut events = Events::open(&server, FOLLOW, json!({}), &[]).await;
    events.result().await;
    let started = Instant::now();
    server.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(events.next().await, None, "it is not complete: the client connects again");
}
