//! Topics: look-ups, filters, and lists that include what is narrower.

use serde_json::{Value, json};

use crate::actor::{members, slugs};
use crate::harness::Server;
use crate::lines::{Line, resource, text, topic};

#[tokio::test]
async fn a_topic_is_found_by_id_and_slug() {
    let server = Server::shared_demo().await;
    let document = "query($by: TopicBy!, $locales: [Locale!]) { topic(by: $by, locales: $locales) {
        id slug name facet broader { slug } narrower { slug } } }";
    let by_slug = server.query(document, json!({ "by": { "slug": "opioids" } })).await;
    let topic = &by_slug["topic"];
    assert_eq!((&topic["name"], &topic["facet"]), (&json!("Opioids"), &json!("SUBSTANCE")));
    let narrower = members(&json!({ "nodes": topic["narrower"] }), "slug");
    assert!(narrower.contains(&"nitazenes".to_string()), "{narrower:?}");
    assert_eq!(server.query(document, json!({ "by": { "id": topic["id"] } })).await, by_slug);
    for by in [json!({ "slug": "no-such-topic" }), json!({ "id": "top_00000000000000000000000000" })] {
        assert_eq!(server.query(document, json!({ "by": by })).await["topic"], Value::Null);
    }
    let french = server.query(document, json!({ "by": { "slug": "opioids" }, "locales": ["fr"] })).await;
    assert_eq!(french["topic"]["name"], "Opioïdes");
}

#[tokio::test]
async fn filters_of_topics_are_or_within_and_and_between() {
    let server = Server::shared_demo().await;
    let document =
        "query($filter: TopicFilter) { topics(first: 100, filter: $filter) { totalCount nodes { slug facet } } }";
    let all = server.query(document, json!({})).await["topics"]["totalCount"].as_u64().unwrap();
    assert!(all >= 60, "{all}");
    let facets = server.query(document, json!({ "filter": { "facets": ["SETTING", "SUBSTANCE"] } })).await;
    let found = members(&facets["topics"], "facet");
    assert!(found.contains(&"SETTING".into()) && found.contains(&"SUBSTANCE".into()));
    assert!(found.iter().all(|facet| facet == "SETTING" || facet == "SUBSTANCE"), "{found:?}");
    let narrower = server.query(document, json!({ "filter": { "within": ["opioids", "overdose-response"] } })).await;
    let found = slugs(&narrower["topics"]);
    assert!(found.contains(&"nitazenes".into()) && found.contains(&"naloxone".into()), "{found:?}");
    assert!(!found.contains(&"opioids".into()), "a topic is not narrower than itself");
    let both = json!({ "filter": { "within": ["opioids", "overdose-response"], "facets": ["SUBSTANCE"] } });
    assert!(!slugs(&server.query(document, both).await["topics"]).contains(&"naloxone".to_string()));
    for (filter, count) in
        [(json!({ "facets": [] }), 0), (json!({ "within": [] }), 0), (json!({ "facets": null }), all)]
    {
        assert_eq!(
            server.query(document, json!({ "filter": filter })).await["topics"]["totalCount"],
            count,
            "{filter}"
        );
    }
    let (code, message) = server.refusal(document, json!({ "filter": { "within": ["nonsense"] } })).await;
    assert_eq!((&*code, &*message), ("BAD_REQUEST", "filter.within[0]: \"nonsense\" is not known"));
}

fn about() -> Vec<Line> {
    let about = |slug: &str, topics: &[&str], region: &str| {
        resource(slug).with(json!({ "topics": topics, "regions": [region] }))
    };
    vec![
        topic("broad", &[]),
        topic("other", &[]),
        topic("middle", &["broad"]),
        topic("narrow", &["middle", "other"]),
        about("on-broad", &["broad"], "toronto"),
        about("on-middle", &["middle"], "CA-BC"),
        about("on-narrow", &["narrow"], "toronto"),
        about("on-two", &["narrow", "broad"], "CA-BC"),
        about("on-other", &["other"], "toronto"),
    ]
}

#[tokio::test]
async fn a_topic_has_what_is_about_narrower_ones_each_once() {
    let server = Server::with_content(&text(about())).await;
    let order = "first: 50, orderBy: {field: TITLE, direction: ASC}";
    for (topic, expected) in [
        ("broad", vec!["on-broad", "on-middle", "on-narrow", "on-two"]),
        ("middle", vec!["on-middle", "on-narrow", "on-two"]),
        ("narrow", vec!["on-narrow", "on-two"]),
        ("other", vec!["on-narrow", "on-other", "on-two"]),
        ("naloxone", vec![]),
    ] {
        let document = format!(
            "{{ topic(by: {{slug: \"{topic}\"}}) {{ resources({order}) {{ totalCount nodes {{ slug }} }}
                    usual: resources {{ nodes {{ slug }} }} }}
                resources(filter: {{topics: [\"{topic}\"]}}, {order}) {{ totalCount nodes {{ slug }} }} }}"
        );
        let data = server.query(&document, json!({})).await;
        for list in [&data["topic"]["resources"], &data["resources"]] {
            assert_eq!(slugs(list), expected, "{topic}");
            assert_eq!(list["totalCount"], expected.len(), "{topic}");
        }
        let mut usual = slugs(&data["topic"]["usual"]);
        usual.sort();
        assert_eq!(usual, expected, "{topic}");
    }
}

#[tokio::test]
async fn topics_are_or_among_themselves_and_and_with_regions() {
    let server = Server::with_content(&text(about())).await;
    for (filter, expected) in [
        ("topics: [\"middle\", \"other\"]", vec!["on-middle", "on-narrow", "on-other", "on-two"]),
        ("topics: [\"middle\", \"other\"], regions: [\"toronto\"]", vec!["on-narrow", "on-other"]),
        ("topics: [\"broad\"], regions: [\"CA-BC\", \"CA-QC\"]", vec!["on-middle", "on-two"]),
        ("topics: [\"broad\"], regions: [\"CA\"], includeSubregions: false", vec![]),
        ("topics: [\"broad\"], regions: [\"CA-BC\"], includeSubregions: false", vec!["on-middle", "on-two"]),
        ("topics: []", vec![]),
        ("topics: [\"broad\"], regions: []", vec![]),
    ] {
        for order in ["USUAL", "TITLE", "UPDATED_AT"] {
            let list = format!("filter: {{{filter}}}, orderBy: {{field: {order}, direction: ASC}}");
            let document = format!(
                "{{ resources({list}) {{ totalCount nodes {{ slug }} }}
                    publisher: organization(by: {{slug: \"starter-collection\"}}) {{ resources({list}) {{ totalCount nodes {{ slug }} }} }}
                    world: region(by: {{slug: \"world\"}}) {{ resources({list}) {{ totalCount nodes {{ slug }} }} }} }}"
            );
            let data = server.query(&document, json!({})).await;
            for list in [&data["resources"], &data["publisher"]["resources"], &data["world"]["resources"]] {
                let mut found = slugs(list);
                found.sort();
                assert_eq!(found, expected, "{filter} by {order}");
                assert_eq!(list["totalCount"], expected.len(), "{filter} by {order}");
            }
        }
    }
}
