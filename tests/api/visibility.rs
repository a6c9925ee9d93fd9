//! What must not be seen is seen through no door: lists, nested lists, totals, single look-ups, references.

use serde_json::{Value, json};

use crate::actor::{NOW, clock, generous, load, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{Line, one_of_each, organization, text};

/// Ways not to be there for an anonymous reader, each with what makes an item so.
fn hidden() -> [(&'static str, Value, Value); 9] {
    let status = |status: &str| json!({ "status": status });
    [
        ("draft", json!({}), status("DRAFT")),
        ("in-review", json!({}), status("IN_REVIEW")),
        ("scheduled", json!({}), status("SCHEDULED")),
        ("gone", json!({}), status("WITHDRAWN")),
        ("archived", json!({}), status("ARCHIVED")),
        ("lapsed", json!({}), status("EXPIRED")),
        ("partners", json!({ "visibility": "PARTNERS" }), status("PUBLISHED")),
        ("over", json!({ "expiresAt": NOW }), status("PUBLISHED")),
        ("later", json!({}), json!({ "status": "PUBLISHED", "publishedAt": "2026-11-23T12:00:01Z" })),
    ]
}

/// One item of each kind in each of these ways, and one of each that is there; all linked and placed alike.
fn content() -> String {
    let mut all: Vec<Line> = vec![organization("hub")];
    let place = json!({ "publisher": "hub", "regions": ["toronto"], "topics": ["naloxone"], "body": "Hidden words." });
    let shown = ("shown", json!({}), json!({ "status": "PUBLISHED" }));
    let mut add = |name: &str, input: &Value, record: &Value| {
        for line in one_of_each(name) {
            all.push(line.with(place.clone()).with(input.clone()).record(record.clone()));
        }
    };
    for (name, input, record) in hidden().iter().chain([&shown]) {
        add(name, input, record);
    }
    let names: Vec<&str> = hidden().iter().map(|(name, ..)| *name).chain(["shown"]).collect();
    let of = |noun: &str, kind: &str| names.iter().map(|name| format!("{noun}:{name}-{kind}")).collect::<Vec<_>>();
    let updates: Vec<String> =
        ["alert", "service", "policy", "community"].iter().flat_map(|k| of("update", k)).collect();
    let gathered = json!({ "resources": of("resource", "resource"), "updates": updates });
    let shared =
        json!({ "materials": of("resource", "resource"), "updates": updates, "campaign": "campaign:shown-campaign" });
    for line in &mut all {
        if line.kind() == "campaign" {
            *line = line.clone().with(gathered.clone());
        } else if line.kind() == "event" {
            *line = line.clone().with(shared.clone());
        }
    }
    text(all)
}

const ROOTS: [&str; 5] = ["resources", "events", "campaigns", "regionalUpdates", "activeAlerts"];

#[tokio::test]
async fn lists_and_totals_show_what_is_public_and_current_only() {
    let server = Server::with_content(&content()).await;
    let order = "orderBy: {field: TITLE, direction: ASC}";
    for list in ROOTS {
        let orders = if list == "activeAlerts" { vec![""] } else { vec!["", order] };
        for order in orders {
            for filter in [
                "",
                "regions: [\"CA\"]",
                "topics: [\"naloxone\"]",
                "publishers: [\"hub\"], languages: [\"en-CA\"]",
                "regions: [\"toronto\"], includeSubregions: false, topics: [\"naloxone\"]",
            ] {
                let document = format!(
                    "{{ list: {list}(first: 100, filter: {{{filter}}} {order}) {{ totalCount nodes {{ slug status visibility }} }} }}"
                );
                only_shown(
                    &server.query(&document, json!({})).await["list"],
                    if list == "regionalUpdates" { 4 } else { 1 },
                );
            }
        }
    }
}

fn only_shown(list: &Value, count: usize) {
    assert_eq!(list["totalCount"], count, "{list:#}");
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), count, "{list:#}");
    for node in nodes {
        assert!(node["slug"].as_str().unwrap().starts_with("shown-"), "{node}");
        assert_eq!((&node["status"], &node["visibility"]), (&json!("PUBLISHED"), &json!("PUBLIC")));
    }
}

#[tokio::test]
async fn nested_lists_show_no_more_than_lists() {
    let server = Server::with_content(&content()).await;
    let page = "(first: 100) { totalCount nodes { slug status visibility } }";
    let lists = format!("resources{page} updates{page} events{page} campaigns{page} activeAlerts{page}");
    for parent in [
        "region(by: {code: \"CA-ON\"})",
        "topic(by: {slug: \"overdose-response\"})",
        "organization(by: {slug: \"hub\"})",
    ] {
        let data = server.query(&format!("{{ parent: {parent} {{ {lists} }} }}"), json!({})).await;
        for (list, count) in [("resources", 1), ("updates", 4), ("events", 1), ("campaigns", 1), ("activeAlerts", 1)] {
            only_shown(&data["parent"][list], count);
        }
    }
    let document = format!(
        "{{ campaign(by: {{slug: \"shown-campaign\"}}) {{ resources{page} updates{page} events{page} }}
            event(by: {{slug: \"shown-event\"}}) {{ materials{page} updates{page} }} }}"
    );
    let data = server.query(&document, json!({})).await;
    only_shown(&data["campaign"]["resources"], 1);
    only_shown(&data["campaign"]["updates"], 4);
    only_shown(&data["campaign"]["events"], 1);
    only_shown(&data["event"]["materials"], 1);
    only_shown(&data["event"]["updates"], 4);
}

#[tokio::test]
async fn single_look_ups_find_nothing_that_is_hidden() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load(&app, &content()).await;
    let server = Server::of(app, Some(database)).await;
    let kinds = [
        ("resource", "resource"),
        ("event", "event"),
        ("campaign", "campaign"),
        ("regionalUpdate", "alert"),
        ("regionalUpdate", "service"),
        ("regionalUpdate", "policy"),
        ("regionalUpdate", "community"),
    ];
    let mut exported = Vec::new();
    solidarity::service::export::export(&server.app, &mut exported).await.unwrap();
    let lines: Vec<Value> =
        String::from_utf8(exported).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let id_of = |slug: &str| {
        let line = lines.iter().find(|line| line["input"]["slug"] == slug).unwrap();
        line["record"]["id"].as_str().unwrap().to_string()
    };
    for (field, kind) in kinds {
        for (name, is_there) in hidden().iter().map(|(name, ..)| (*name, false)).chain([("shown", true)]) {
            let slug = format!("{name}-{kind}");
            let id = id_of(&slug);
            let document = format!(
                "query($id: ID!, $slug: String!) {{ bySlug: {field}(by: {{slug: $slug}}) {{ id slug body }}
                    byId: {field}(by: {{id: $id}}) {{ id slug body }} node(id: $id) {{ id ... on Content {{ body }} }}
                    nodes(ids: [$id]) {{ id ... on Content {{ title }} }} }}"
            );
            let data = server.query(&document, json!({ "id": id, "slug": slug })).await;
            for door in [&data["bySlug"], &data["byId"], &data["node"], &data["nodes"][0]] {
                assert_eq!(!door.is_null(), is_there, "{slug}: {data:#}");
            }
            assert_eq!(data.to_string().contains("Hidden words."), is_there, "{slug}");
        }
    }
}

#[tokio::test]
async fn references_lead_to_nothing_that_is_hidden() {
    let mut lines = Vec::new();
    for (name, input, record) in hidden() {
        for line in one_of_each(name) {
            lines.push(line.with(input.clone()).record(record.clone()));
        }
        let [resource, event, campaign, alert, ..] = one_of_each(&format!("to-{name}"));
        lines.push(resource.with(json!({ "supersededBy": format!("resource:{name}-resource") })));
        lines.push(event.with(json!({ "campaign": format!("campaign:{name}-campaign") })));
        let ask = json!({ "showUp": { "title": [{ "locale": "en-CA", "text": "Come" }], "event": format!("event:{name}-event") } });
        lines.push(campaign.with(json!({ "asks": [ask] })));
        lines.push(alert.with(json!({ "supersedes": format!("update:{name}-alert") })));
    }
    // The other way round: what hidden updates supersede still stands alone.
    let server = Server::with_content(&text(lines)).await;
    for (name, ..) in hidden() {
        let document = format!(
            "{{ resource(by: {{slug: \"to-{name}-resource\"}}) {{ supersededBy {{ slug }} }}
                event(by: {{slug: \"to-{name}-event\"}}) {{ campaign {{ slug }} }}
                campaign(by: {{slug: \"to-{name}-campaign\"}}) {{ asks {{ ... on ShowUpAsk {{ event {{ slug }} }} }} }}
                regionalUpdate(by: {{slug: \"to-{name}-alert\"}}) {{ supersedes {{ slug }} }} }}"
        );
        let data = server.query(&document, json!({})).await;
        assert!(data["resource"]["supersededBy"].is_null(), "{data:#}");
        assert!(data["event"].is_object() && data["event"]["campaign"].is_null(), "{data:#}");
        assert_eq!(data["campaign"]["asks"], json!([{ "event": null }]), "{data:#}");
        assert!(data["regionalUpdate"]["supersedes"].is_null(), "{data:#}");
    }
}

#[tokio::test]
async fn an_item_appears_when_its_hour_comes_and_goes_when_it_expires() {
    let [resource, ..] = one_of_each("timely");
    let hours = json!({ "expiresAt": "2026-11-23T14:00:00Z" });
    let line = resource.with(hours).record(json!({ "status": "PUBLISHED", "publishedAt": "2026-11-23T13:00:00Z" }));
    let server = Server::with_content(&text([line])).await;
    let document = "{ resources { totalCount nodes { slug } } resource(by: {slug: \"timely-resource\"}) { slug } }";
    for (minutes, is_there) in [(0, false), (59, false), (1, true), (59, true), (1, false)] {
        server.app.clock.advance(minutes * 60_000_000);
        let data = server.query(document, json!({})).await;
        assert_eq!(data["resource"].is_object(), is_there, "{data:#}");
        assert_eq!(data["resources"]["totalCount"], u8::from(is_there), "{data:#}");
    }
}
