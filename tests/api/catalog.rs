//! Writing regions, topics and organizations, and what follows for the lists of content; batches of imports.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::schedule::run_due;

use crate::actor::{load, slugs};
use crate::harness::Server;
use crate::lines::{region, resource, text, topic};

const REGION: &str = "mutation($v: RegionUpsertInput!) { regionUpsert(input: $v) { region { slug name parents { slug } } \
                      userErrors { code field } } }";
const TOPIC: &str = "mutation($v: TopicUpsertInput!) { topicUpsert(input: $v) { topic { slug broader { slug } } \
                     userErrors { code field } } }";
const BATCH: &str = "mutation($v: ImportBatchInput!) { importBatch(input: $v) { isStored \
                     items { action content { slug status version } } userErrors { code field message } } }";

fn named(slug: &str, parents: &[&str]) -> Value {
    json!({ "slug": slug, "kind": "MUNICIPALITY", "names": [{ "locale": "en-CA", "text": slug }], "parents": parents })
}

#[tokio::test]
async fn a_region_that_moves_takes_its_content_along() {
    let lines = [
        region("west", &["CA"]),
        region("east", &["CA"]),
        region("town", &["west"]),
        topic("wide", &[]),
        topic("narrow", &["wide"]),
        resource("in-town").with(json!({ "regions": ["town"], "topics": ["narrow"] })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let token = server.client(&[Scope::RegionsManage, Scope::TopicsManage], "starter-collection", &[]).await;
    let listed = async |filter: &str| {
        let document = format!("{{ resources(filter: {{{filter}}}) {{ totalCount nodes {{ slug }} }} }}");
        slugs(&server.query(&document, json!({})).await["resources"])
    };
    assert_eq!(listed("regions: [\"west\"]").await, ["in-town"]);
    assert_eq!(listed("regions: [\"east\"]").await, Vec::<String>::new());

    let moved = server.ask_as(&token, REGION, json!({ "v": named("town", &["east"]) })).await;
    let expected =
        json!({ "region": { "slug": "town", "name": "town", "parents": [{ "slug": "east" }] }, "userErrors": [] });
    assert_eq!(moved["data"]["regionUpsert"], expected, "{moved}");
    run_due(&server.app).await.unwrap();
    assert_eq!(listed("regions: [\"west\"]").await, Vec::<String>::new());
    assert_eq!(listed("regions: [\"east\"]").await, ["in-town"]);

    let input = json!({ "slug": "narrow", "facet": "PRACTICE", "names": [{ "locale": "en-CA", "text": "Narrow" }] });
    let freed = server.ask_as(&token, TOPIC, json!({ "v": input })).await;
    assert_eq!(freed["data"]["topicUpsert"]["topic"]["broader"], json!([]), "{freed}");
    assert_eq!(listed("topics: [\"wide\"]").await, ["in-town"], "listed anew by the worker only");
    run_due(&server.app).await.unwrap();
    assert_eq!(listed("topics: [\"wide\"]").await, Vec::<String>::new());
    assert_eq!(listed("topics: [\"narrow\"]").await, ["in-town"]);

    // The operator's import moves it back.
    load(&server.app, &text([region("town", &["west"])])).await;
    run_due(&server.app).await.unwrap();
    assert_eq!(listed("regions: [\"west\"]").await, ["in-town"]);
}

#[tokio::test]
async fn a_region_cannot_lie_in_itself_and_a_limited_grant_ends_at_its_regions() {
    let lines = [region("west", &["CA"]), region("east", &["CA"]), region("town", &["west"])];
    let server = Server::with_content(&text(lines)).await;
    let everywhere = server.client(&[Scope::RegionsManage], "starter-collection", &[]).await;
    let west = server.client(&[Scope::RegionsManage], "starter-collection", &["west"]).await;
    for (token, input, code, field) in [
        (&everywhere, named("west", &["town"]), "INVALID", "input.parents"),
        (&everywhere, named("west", &["west"]), "INVALID", "input.parents"),
        (&everywhere, named("west", &["nowhere"]), "INVALID_REFERENCE", "input.parents[0]"),
        (&west, named("town", &["east"]), "OUT_OF_GRANTED_REGION", "input.parents"),
        (&west, named("new", &["east"]), "OUT_OF_GRANTED_REGION", "input.parents"),
        (&west, named("east", &["west"]), "OUT_OF_GRANTED_REGION", "input.parents"),
    ] {
        let answer = server.ask_as(token, REGION, json!({ "v": input })).await;
        let expected = json!({ "region": null, "userErrors": [{ "code": code, "field": field }] });
        assert_eq!(answer["data"]["regionUpsert"], expected, "{input}: {answer}");
    }
    let made = server.ask_as(&west, REGION, json!({ "v": named("village", &["town"]) })).await;
    assert_eq!(made["data"]["regionUpsert"]["userErrors"], json!([]), "{made}");
    let found = server.query("{ region(by: {slug: \"village\"}) { ancestors { slug } } }", json!({})).await;
    assert!(found["region"]["ancestors"].as_array().unwrap().contains(&json!({ "slug": "west" })), "{found}");
}

#[tokio::test]
async fn a_batch_is_all_or_what_is_right_or_only_told() {
    let server = Server::with_content(&text([])).await;
    let scopes = [Scope::ImportRun, Scope::ResourcesWrite, Scope::EventsWrite, Scope::ContentReadDrafts];
    let token = server.client(&scopes, "starter-collection", &[]).await;
    let item = |id: &str, title: &str| {
        json!({ "resource": {
            "source": { "system": "cms", "externalId": id }, "locale": "en-CA", "title": title,
            "category": "EDUCATION", "format": "GUIDE",
        } })
    };
    let batch = async |v: Value| server.ask_as(&token, BATCH, json!({ "v": v })).await["data"]["importBatch"].take();
    let wrong = json!([item("1", "One"), item("2", &"x".repeat(201))]);

    let refused = batch(json!({ "items": wrong })).await;
    assert_eq!(refused["isStored"], false);
    assert_eq!(refused["userErrors"][0]["code"], "TOO_LONG");
    assert_eq!(refused["userErrors"][0]["field"], "input.items[1].resource.title");
    let told = batch(json!({ "items": [item("1", "One")], "dryRun": true })).await;
    assert_eq!((&told["isStored"], &told["items"][0]["action"]), (&json!(false), &json!("CREATED")));
    let all = "{ resources(filter: {publicationStatuses: [DRAFT]}) { totalCount } }";
    assert_eq!(server.ask_as(&token, all, json!({})).await["data"]["resources"]["totalCount"], 0);

    let kept = batch(json!({ "items": wrong, "errorPolicy": "SKIP_INVALID", "idempotencyKey": "k" })).await;
    assert_eq!(kept["isStored"], true);
    let shown = json!([
        { "action": "CREATED", "content": { "slug": "one", "status": "DRAFT", "version": 1 } },
        { "action": "SKIPPED", "content": null },
    ]);
    assert_eq!(kept["items"], shown);
    let again = batch(json!({ "items": wrong, "errorPolicy": "SKIP_INVALID", "idempotencyKey": "k" })).await;
    assert_eq!(again["items"], shown);
    let other = batch(json!({ "items": [item("1", "One")], "idempotencyKey": "k" })).await;
    assert_eq!(other["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    let same = batch(json!({ "items": [item("1", "One"), item("1", "Uno")] })).await;
    let actions: Vec<&Value> = same["items"].as_array().unwrap().iter().map(|item| &item["action"]).collect();
    assert_eq!(actions, ["UNCHANGED", "UPDATED"]);
    let many: Vec<Value> = (0..101).map(|number| item(&number.to_string(), "Many")).collect();
    let large = batch(json!({ "items": many })).await;
    assert_eq!(
        (&large["userErrors"][0]["code"], &large["userErrors"][0]["field"]),
        (&json!("BATCH_TOO_LARGE"), &json!("input.items"))
    );

    let event = json!({ "campaign": { "source": { "system": "cms", "externalId": "c" }, "locale": "en-CA",
        "title": "No scope", "kind": "PETITION" } });
    let lacking = server.ask_as(&token, BATCH, json!({ "v": { "items": [item("9", "Nine"), event] } })).await;
    assert_eq!(lacking["errors"][0]["extensions"]["code"], "INSUFFICIENT_SCOPE", "{lacking}");
    assert_eq!(server.ask_as(&token, all, json!({})).await["data"]["resources"]["totalCount"], 1);
}
