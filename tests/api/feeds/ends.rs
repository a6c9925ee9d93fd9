//! What is over is gone: from every feed and every query, at once, whether or not a worker runs; a tombstone remains.

use std::time::Duration;

use serde_json::{Value, json};
use solidarity::clock::Clock;
use solidarity::domain::scope::Scope;
use solidarity::service::schedule::{self, run_due};

use super::cap::{check, name, references};
use super::{ALERTS, UPDATES, message_path, words};
use crate::actor::{NOW, generous, load, open};
use crate::database::Database;
use crate::harness::{Server, codes};
use crate::lines::{Line, alert, campaign, publisher, resource, text};

/// Stands in every text of the alert, and nowhere else.
const MARK: &str = "zqendedwx";
const ID: &str = "upd_10001000000000000000000000";
const HOUR: i64 = 3_600_000_000;

fn marked() -> Line {
    let said = |what: &str| format!("{MARK} in the {what}");
    alert("marked")
        .with(json!({
            "title": said("title"), "summary": said("summary"), "body": said("body"), "instructions": words(&said("instructions")),
            "areaDescription": words(&said("area")), "observedEffects": words(&said("effects")),
            "samples": [{ "soldAs": said("sample"), "detected": [{ "name": said("substance") }] }],
            "translations": [{ "locale": "fr-CA", "origin": "HUMAN", "title": said("titre"), "body": said("corps") }],
            "regions": ["toronto"], "topics": ["nitazenes"],
        }))
        .record(json!({ "id": ID }))
}

/// Every feed that shows the alert.
fn feeds() -> Vec<String> {
    let mut all = Vec::new();
    for path in [UPDATES, ALERTS] {
        for query in
            ["", "?lang=fr", "?region=toronto", "?region=CA-ON&topic=opioids", "?organization=starter-collection"]
        {
            all.push(format!("{path}{query}"));
        }
    }
    all.push(format!("{ALERTS}?region=CA"));
    all
}

/// Every door of the API that leads to the alert.
async fn queried(server: &Server) -> String {
    let shown = "id title summary body bodyHtml translations { title summary } ... on RegionalUpdate { instructions }
        ... on DrugAlert { areaDescription observedEffects smsText samples { soldAs detected { name } } }";
    let document = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Content {{ {shown} }} }} nodes(ids: [$id]) {{ ... on Content {{ {shown} }} }}
            regionalUpdate(by: {{id: $id}}) {{ {shown} }} bySlug: regionalUpdate(by: {{slug: \"marked\"}}) {{ {shown} }}
            regionalUpdates(first: 100) {{ nodes {{ {shown} }} }} activeAlerts {{ nodes {{ {shown} }} }}
            region(by: {{slug: \"toronto\"}}) {{ updates {{ nodes {{ {shown} }} }} activeAlerts {{ nodes {{ {shown} }} }} }}
            topic(by: {{slug: \"opioids\"}}) {{ updates {{ nodes {{ {shown} }} }} activeAlerts {{ nodes {{ {shown} }} }} }} }}"
    );
    server.query(&document, json!({ "id": ID })).await.to_string()
}

/// The tags of all feeds and of the message, while the alert stands.
async fn standing(server: &Server) -> Vec<(String, String)> {
    let mut tags = Vec::new();
    for path in feeds().into_iter().chain([message_path(ID)]) {
        let fetched = server.feed(&path).await;
        assert!(fetched.body.contains(MARK), "{path}");
        assert_eq!(server.since(&path, &fetched.tag).await.status(), 304, "{path}");
        tags.push((path, fetched.tag));
    }
    assert!(queried(server).await.contains(MARK));
    tags
}

/// That nothing of the alert is left but a tombstone since an instant; answers whether there is still a message.
async fn is_gone(server: &Server, tags: &[(String, String)], when: &str, why: &str) {
    for (path, tag) in tags {
        // The tag of what was there must never be said to hold still.
        let response = server.since(path, tag).await;
        assert_ne!(response.status(), 304, "{why}: {path}");
        let body = response.text().await.unwrap();
        assert!(!body.contains(MARK), "{why}: {path}: {body}");
    }
    for path in feeds() {
        let fetched = server.feed(&path).await;
        super::atom::check(&fetched.root);
        assert_eq!(fetched.deleted(), [(ID, when)], "{why}: {path}");
    }
    for path in ["?region=vancouver", "?topic=housing-and-encampments", "?organization=other"] {
        let fetched = server.feed(&format!("{UPDATES}{path}")).await;
        assert_eq!(fetched.deleted(), [], "{why}: {path} never had it");
    }
    let answer = queried(server).await;
    assert!(!answer.contains(MARK), "{why}: {answer}");
}

async fn server() -> Server {
    Server::with_content(&text([crate::lines::organization("other"), marked()])).await
}

async fn act(server: &Server, mutation: &str, more: Value) {
    let scopes = [Scope::AlertsCancel, Scope::AlertsIssue, Scope::UpdatesPublish, Scope::ContentWithdraw];
    let token = server.client(&scopes, "starter-collection", &[]).await;
    let named = mutation[..1].to_uppercase() + &mutation[1..];
    let document =
        format!("mutation($input: {named}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}");
    let mut input = json!({ "id": ID });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = server.ask_as(&token, &document, json!({ "input": input })).await;
    assert_eq!(answer["data"][mutation]["userErrors"], json!([]), "{answer:#}");
}

#[tokio::test]
async fn a_cancelled_alert_leaves_a_message_that_says_so_and_nothing_else() {
    let told = json!({ "instructions": words("The batch was not what it seemed.") });
    for (ending, more) in [("CANCEL", json!({})), ("ALL_CLEAR", json!({})), ("CANCEL", told)] {
        let server = server().await;
        let tags = standing(&server).await;
        let (_, before) = server.message(ID).await;
        server.app.clock.advance(HOUR);
        let mut input = json!({ "messageType": ending });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        act(&server, "alertCancel", input).await;
        is_gone(&server, &tags, "2026-11-23T13:00:00Z", ending).await;
        let fetched = server.feed(&message_path(ID)).await;
        let message = check(&fetched.body);
        assert_eq!((message.text_of("msgType"), message.text_of("sent")), ("Cancel", "2026-11-23T13:00:00-00:00"));
        assert_eq!(references(&message), [name(&before)]);
        assert_ne!(message.text_of("identifier"), before.text_of("identifier"));
        assert!(message.all("info").is_empty());
        assert_eq!(message.text_of("note").contains("All clear"), ending == "ALL_CLEAR");
        // The index leads followers to it.
        let index = server.feed(ALERTS).await;
        let entry = index.root.one("entry");
        assert_eq!(entry.text_of("id"), format!("urn:solidarity:{ID}:end"));
        assert!(entry.links("alternate")[0].0.ends_with(&message_path(ID)));
        // When its time is over the message ends as well.
        server.app.clock.advance(7 * 24 * HOUR);
        assert_eq!(server.since(&message_path(ID), &fetched.tag).await.status(), 410, "{ending}");
        assert!(server.feed(ALERTS).await.titles().is_empty());
    }
}

#[tokio::test]
async fn what_is_taken_back_or_has_expired_is_gone_with_its_message() {
    for (why, mutation, input) in [
        ("withdrawn", "contentWithdraw", json!({ "expectedVersion": 1 })),
        ("withdrawn in an emergency", "emergencyWithdraw", json!({ "reason": "x" })),
        ("archived", "contentArchive", json!({ "expectedVersion": 1 })),
        ("redacted", "contentRedact", json!({})),
    ] {
        let server = server().await;
        let tags = standing(&server).await;
        server.app.clock.advance(HOUR);
        act(&server, mutation, input).await;
        is_gone(&server, &tags, "2026-11-23T13:00:00Z", why).await;
        assert_no_message(&server, why).await;
    }
    let server = server().await;
    let tags = standing(&server).await;
    load(&server.app, &marked().with(json!({ "visibility": "PARTNERS" })).to_string()).await;
    is_gone(&server, &tags, NOW, "for partners only").await;
    assert_no_message(&server, "for partners only").await;
}

async fn assert_no_message(server: &Server, why: &str) {
    let response = server.get(&message_path(ID)).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["cache-control"]),
        (410, &"private, no-store".parse().unwrap()),
        "{why}"
    );
    let body: Value = response.json().await.unwrap();
    assert_eq!(codes(&body), ["GONE"], "{why}");
}

#[tokio::test]
async fn the_clock_alone_ends_an_alert_and_the_worker_changes_nothing_that_is_seen() {
    let server = server().await;
    let tags = standing(&server).await;
    server.app.clock.advance(6 * 24 * HOUR - 1);
    for (path, tag) in &tags {
        assert_eq!(server.since(path, tag).await.status(), 304, "{path}");
    }
    server.app.clock.advance(1);
    is_gone(&server, &tags, "2026-11-29T12:00:00Z", "expired").await;
    assert_no_message(&server, "expired").await;
    let mut before = Vec::new();
    for path in feeds() {
        before.push(server.feed(&path).await.body);
    }
    server.app.clock.advance(HOUR);
    assert_eq!(run_due(&server.app).await.unwrap(), 1);
    is_gone(&server, &tags, "2026-11-29T12:00:00Z", "expired, and the worker came by").await;
    assert_no_message(&server, "expired, and the worker came by").await;
    for (path, body) in feeds().into_iter().zip(before) {
        assert_eq!(server.feed(&path).await.body, body, "{path}");
    }
    // A tombstone is told for 30 days.
    server.app.clock.advance(30 * 24 * HOUR);
    assert_eq!(server.feed(UPDATES).await.deleted(), []);
    assert_no_message(&server, "long ago").await;
}

/// By the real clock, in real time: with the worker and without.
#[tokio::test]
async fn an_expired_alert_is_gone_within_a_second() {
    for with_worker in [true, false] {
        let database = Database::fresh().await;
        let app = open(&database, generous(), Clock::System).await;
        let now = app.clock.now().as_micros();
        let at = |micros: i64| solidarity::domain::time::Timestamp::from_micros(micros).to_string();
        let expires = now + 6_000_000;
        let line = marked().with(json!({ "issuedAt": at(now - 1_000_000), "expiresAt": at(expires) }));
        load(&app, &text([crate::lines::organization("other"), line])).await;
        let worker = with_worker.then(|| schedule::run(app.clone()));
        let server = Server::of(app, Some(database)).await;
        let tags = standing(&server).await;
        assert!(server.app.clock.now().as_micros() < expires, "the machine is too slow for this test");
        let rest = expires - server.app.clock.now().as_micros();
        tokio::time::sleep(Duration::from_micros(rest.unsigned_abs()) + Duration::from_millis(700)).await;
        is_gone(&server, &tags, &at(expires), if with_worker { "with the worker" } else { "without" }).await;
        if let Some(worker) = worker {
            worker.abort();
        }
    }
}

#[tokio::test]
async fn resources_and_campaigns_leave_tombstones_of_what_was_public_only() {
    let lines = [
        resource("shown").record(json!({ "id": "res_10001000000000000000000000" })),
        resource("hidden").record(json!({ "id": "res_10002000000000000000000000", "status": "WITHDRAWN" })),
        resource("over").with(json!({ "expiresAt": NOW })).record(json!({ "id": "res_10003000000000000000000000" })),
        resource("partners")
            .with(json!({ "visibility": "PARTNERS" }))
            .record(json!({ "id": "res_10004000000000000000000000" })),
        campaign("ending")
            .with(json!({ "expiresAt": "2026-11-24T12:00:00Z" }))
            .record(json!({ "id": "cmp_10005000000000000000000000" })),
    ];
    let server = Server::with_content(&text(lines.clone())).await;
    let (resources, campaigns) = ("/feeds/resources.atom", "/feeds/campaigns.atom");
    assert_eq!(server.feed(resources).await.deleted(), []);
    server.app.clock.advance(HOUR);
    let withdrawn = |line: &Line| line.clone().record(json!({ "status": "WITHDRAWN" })).to_string();
    for line in &lines {
        load(&server.app, &[publisher().to_string(), withdrawn(line)].join("\n")).await;
    }
    let gone = server.feed(resources).await;
    assert_eq!(gone.deleted(), [("res_10001000000000000000000000", "2026-11-23T13:00:00Z")]);
    assert_eq!((gone.titles().len(), gone.root.text_of("updated")), (0, "2026-11-23T13:00:00Z"));
    assert_eq!(server.feed(campaigns).await.deleted(), [("cmp_10005000000000000000000000", "2026-11-23T13:00:00Z")]);
    // What comes back is no longer deleted.
    load(&server.app, &lines[0].to_string()).await;
    let back = server.feed(resources).await;
    assert_eq!((back.titles(), back.deleted()), (vec!["shown"], vec![]));
}
