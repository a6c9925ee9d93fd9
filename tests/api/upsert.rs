//! Upserts that say nothing new: a CMS may send the same item as often as it likes.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use crate::actor::NOW;
use crate::harness::Server;
use crate::library::{Filling, examples};

const UPSERT: &str = "mutation($input: ResourceUpsertInput!) { resourceUpsert(input: $input) {
    resource { id version } userErrors { code field message } } }";

/// The version of the only item of an answer without refusals.
fn version(answer: &Value) -> i64 {
    assert!(answer["errors"].is_null(), "{answer:#}");
    let payload = answer["data"].as_object().unwrap().values().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]), "{answer:#}");
    let item = payload.as_object().unwrap().values().find(|member| member.get("version").is_some());
    item.unwrap_or_else(|| panic!("no item in {answer:#}"))["version"].as_i64().unwrap()
}

#[tokio::test]
async fn an_upsert_of_each_kind_that_says_the_same_again_changes_nothing() {
    let server = Server::demo().await;
    let token = server.client(Scope::ALL, "starter-collection", &[]).await;
    let filling = Filling::at(NOW);
    let mut kinds = 0;
    for example in examples().into_iter().filter(|example| example.query.contains("UpsertInput!")) {
        if !example.query.contains("version") {
            continue;
        }
        let variables = filling.fill(&example.variables);
        for _ in 0..3 {
            let answer = server.ask_as(&token, &example.query, variables.clone()).await;
            assert_eq!(version(&answer), 1, "{}", example.title);
        }
        kinds += 1;
    }
    assert_eq!(kinds, 7);
}

#[tokio::test]
async fn the_same_said_in_another_way_changes_nothing_and_another_word_does() {
    let server = Server::demo().await;
    let token = server.client(&[Scope::ResourcesWrite, Scope::ResourcesPublish], "starter-collection", &[]).await;
    let base = json!({ "source": { "system": "cms", "externalId": "1" }, "locale": "en-CA", "title": "Wound care",
        "category": "EDUCATION", "format": "ARTICLE", "regions": ["CA-BC"],
        "translations": [{ "locale": "fr-CA", "origin": "HUMAN", "title": "Soin des plaies" }] });
    let with = |members: Value| {
        let mut input = base.clone();
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({ "input": input })
    };
    for (members, expected) in [
        (json!({}), 1),
        (json!({}), 1),
        (json!({ "summary": null, "visibility": "PUBLIC" }), 1),
        (json!({ "regions": ["british-columbia"], "title": " Wound care " }), 1),
        (json!({ "title": "Wound care at home" }), 2),
        (json!({ "title": "Wound care at home" }), 2),
        (json!({}), 3),
    ] {
        let answer = server.ask_as(&token, UPSERT, with(members.clone())).await;
        assert_eq!(version(&answer), expected, "{members}");
    }
}

#[tokio::test]
async fn an_upsert_that_says_the_same_of_a_published_item_takes_no_more_than_writing() {
    let server = Server::demo().await;
    let both = server.client(&[Scope::ResourcesWrite, Scope::ResourcesPublish], "starter-collection", &[]).await;
    let writer = server.client(&[Scope::ResourcesWrite], "starter-collection", &[]).await;
    let input = json!({ "input": { "source": { "system": "cms", "externalId": "2" }, "locale": "en-CA",
        "title": "Wound care", "category": "EDUCATION", "format": "ARTICLE" } });
    let made = server.ask_as(&both, UPSERT, input.clone()).await;
    let id = &made["data"]["resourceUpsert"]["resource"]["id"];
    let publish = "mutation($id: ID!) { contentPublish(input: { id: $id, expectedVersion: 1 }) {
        content { version } userErrors { code field message } } }";
    assert_eq!(version(&server.ask_as(&both, publish, json!({ "id": id })).await), 2);
    assert_eq!(version(&server.ask_as(&writer, UPSERT, input.clone()).await), 2);
    let mut changed = input;
    changed["input"]["title"] = "Wound care at home".into();
    let refused = server.ask_as(&writer, UPSERT, changed).await;
    assert_eq!(crate::harness::codes(&refused), ["INSUFFICIENT_SCOPE"]);
}
