//! Regional updates and alerts: four types, what stands, what supersedes, and what time does to them.

use serde_json::{Value, json};

use crate::actor::{load, members, slugs};
use crate::harness::Server;
use crate::lines::{Line, alert, community_update, policy_update, service_update, text};

const DAY: i64 = 86_400_000_000;

fn words(text: &str) -> Value {
    json!([{ "locale": "en-CA", "text": text }])
}

#[tokio::test]
async fn each_kind_is_an_object_of_its_family_with_its_own_fields() {
    let lines = [
        alert("a").with(json!({ "basis": ["LAB_ANALYSIS"], "areaDescription": words("Downtown"), "observedEffects": words("Sleep"),
            "routes": ["SMOKED"], "naloxoneGuidance": "USE_NALOXONE", "instructions": words("Carry naloxone."),
            "samples": [{ "soldAs": "down", "collectedOn": "2026-11-20", "detected": [{ "name": "nitazene", "confirmed": true }] }] })),
        service_update("s").with(json!({ "serviceName": words("A site"), "serviceStatus": "REDUCED", "validFrom": "2026-12-01" })),
        policy_update("p").with(json!({ "jurisdiction": "Ontario", "effect": "RESTRICTS_ACCESS", "whatItMeans": words("Less.") })),
        community_update("c").with(json!({ "kind": "EXTREME_WEATHER", "messageType": "UPDATE" })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let document = "{ regionalUpdates { nodes { __typename slug kind messageType issuedAt instructions
        ... on DrugAlert { severity urgency certainty basis areaDescription observedEffects routes naloxoneGuidance
            samples { soldAs collectedOn detected { name confirmed } } smsText }
        ... on ServiceUpdate { serviceName serviceStatus validFrom validTo }
        ... on PolicyUpdate { jurisdiction effect whatItMeans } } } }";
    let mut data = server.query(document, json!({})).await;
    let sms = data["regionalUpdates"]["nodes"][0]["smsText"].take();
    assert!(sms.as_str().is_some_and(|sms| sms.chars().count() <= 160 && sms.starts_with('a')), "{sms}");
    assert_eq!(
        data["regionalUpdates"]["nodes"],
        json!([
            { "__typename": "DrugAlert", "slug": "a", "kind": "DRUG_ALERT", "messageType": "ALERT", "issuedAt": "2026-11-22T12:00:00Z",
              "instructions": "Carry naloxone.", "severity": "SEVERE", "urgency": "IMMEDIATE", "certainty": "OBSERVED",
              "basis": ["LAB_ANALYSIS"], "areaDescription": "Downtown", "observedEffects": "Sleep", "routes": ["SMOKED"],
              "naloxoneGuidance": "USE_NALOXONE", "smsText": Value::Null,
              "samples": [{ "soldAs": "down", "collectedOn": "2026-11-20", "detected": [{ "name": "nitazene", "confirmed": true }] }] },
            { "__typename": "ServiceUpdate", "slug": "s", "kind": "SERVICE_CHANGED", "messageType": "ALERT", "issuedAt": "2026-11-21T12:00:00Z",
              "instructions": Value::Null, "serviceName": "A site", "serviceStatus": "REDUCED", "validFrom": "2026-12-01", "validTo": Value::Null },
            { "__typename": "PolicyUpdate", "slug": "p", "kind": "POLICY_CHANGE", "messageType": "ALERT", "issuedAt": "2026-11-20T12:00:00Z",
              "instructions": Value::Null, "jurisdiction": "Ontario", "effect": "RESTRICTS_ACCESS", "whatItMeans": "Less." },
            { "__typename": "CommunityUpdate", "slug": "c", "kind": "EXTREME_WEATHER", "messageType": "UPDATE", "issuedAt": "2026-11-19T12:00:00Z",
              "instructions": Value::Null },
        ])
    );
}

#[tokio::test]
async fn filters_of_updates_and_alerts_are_or_within_and_and_between() {
    let lines = [
        alert("a"),
        alert("b").with(json!({ "kind": "DRUG_ADVISORY", "severity": "MINOR", "issuedAt": "2026-11-22T11:00:00Z" })),
        service_update("s").with(json!({ "messageType": "ALL_CLEAR" })),
        policy_update("p"),
        community_update("c"),
    ];
    let server = Server::with_content(&text(lines)).await;
    let document =
        "query($filter: RegionalUpdateFilter) { list: regionalUpdates(filter: $filter) { totalCount nodes { slug } } }";
    let alerts = "query($filter: AlertFilter) { list: activeAlerts(filter: $filter) { totalCount nodes { slug } } }";
    for (document, filter, expected) in [
        (document, json!(null), "abspc"),
        (document, json!({ "kinds": ["DRUG_ALERT", "POLICY_CHANGE"] }), "ap"),
        (document, json!({ "messageTypes": ["ALL_CLEAR"] }), "s"),
        (document, json!({ "messageTypes": ["ALERT"], "kinds": ["SERVICE_CHANGED", "COMMUNITY_NOTICE"] }), "c"),
        (document, json!({ "severities": ["MINOR", "SEVERE"] }), "ab"),
        (document, json!({ "issued": { "from": "2026-11-20T12:00:00Z", "before": "2026-11-22T12:00:00Z" } }), "bsp"),
        (document, json!({ "kinds": [] }), ""),
        (document, json!({ "messageTypes": [] }), ""),
        (document, json!({ "severities": [] }), ""),
        (document, json!({ "kinds": null, "severities": null, "issued": null }), "abspc"),
        (alerts, json!(null), "ab"),
        (alerts, json!({ "kinds": ["DRUG_ADVISORY"] }), "b"),
        (alerts, json!({ "severities": ["SEVERE", "EXTREME"] }), "a"),
        (alerts, json!({ "severities": ["SEVERE"], "kinds": ["DRUG_ADVISORY"] }), ""),
        (alerts, json!({ "kinds": [] }), ""),
    ] {
        let list = server.query(document, json!({ "filter": filter })).await["list"].take();
        assert_eq!(slugs(&list).concat(), expected, "{filter}");
        assert_eq!(list["totalCount"], expected.len(), "{filter}");
    }
}

async fn standing(server: &Server) -> Vec<String> {
    let document = "{ activeAlerts { totalCount nodes { slug } } region(by: {slug: \"toronto\"}) { activeAlerts { nodes { slug } } }
        topic(by: {slug: \"opioids\"}) { activeAlerts { nodes { slug } } } }";
    let data = server.query(document, json!({})).await;
    let found = slugs(&data["activeAlerts"]);
    assert_eq!(data["activeAlerts"]["totalCount"], found.len());
    for parent in ["region", "topic"] {
        assert_eq!(slugs(&data[parent]["activeAlerts"]), found, "{parent}");
    }
    found
}

fn here(line: Line) -> Line {
    line.with(json!({ "regions": ["toronto"], "topics": ["nitazenes"] }))
}

#[tokio::test]
async fn an_alert_is_gone_when_it_expires_whether_or_not_anything_runs() {
    let late = json!({ "expiresAt": "2026-12-22T12:00:00Z" });
    let server = Server::with_content(&text([here(alert("soon")), here(alert("late")).with(late)])).await;
    let mut both = standing(&server).await;
    both.sort();
    assert_eq!(both, ["late", "soon"]);
    // The first expires on 29 November at noon, six days from the tests' clock.
    server.app.clock.advance(6 * DAY - 1);
    assert_eq!(standing(&server).await.len(), 2);
    server.app.clock.advance(1);
    assert_eq!(standing(&server).await, ["late"]);
    for document in [
        "{ regionalUpdate(by: {slug: \"soon\"}) { title } }",
        "{ regionalUpdates { nodes { slug } } }",
        "{ region(by: {code: \"CA\"}) { updates { nodes { slug } } } }",
    ] {
        assert!(!server.query(document, json!({})).await.to_string().contains("soon"), "{document}");
    }
    server.app.clock.advance(30 * DAY);
    assert!(standing(&server).await.is_empty());
}

#[tokio::test]
async fn a_superseded_alert_leaves_those_that_stand_and_both_lead_to_each_other() {
    let later = |hour: &str| json!({ "issuedAt": format!("2026-11-22T{hour}:00:00Z") });
    let lines = [
        here(alert("first")),
        here(alert("second")).with(later("13")).with(json!({ "supersedes": "update:first", "messageType": "UPDATE" })),
        here(alert("ended")).with(later("14")),
        here(alert("all-clear"))
            .with(later("15"))
            .with(json!({ "supersedes": "update:ended", "messageType": "ALL_CLEAR" })),
        here(alert("cancelled")).with(later("16")).with(json!({ "messageType": "CANCEL" })),
        here(alert("drafted-over")).with(later("17")),
        here(alert("draft"))
            .with(later("18"))
            .with(json!({ "supersedes": "update:drafted-over" }))
            .record(json!({ "status": "DRAFT" })),
    ];
    let server = Server::with_content(&text(lines)).await;
    assert_eq!(standing(&server).await, ["drafted-over", "second"], "a draft takes nobody's place");
    let document = "{ regionalUpdates(first: 50) { nodes { slug supersedes { slug } supersededBy { slug } } } }";
    let data = server.query(document, json!({})).await;
    assert_eq!(
        members(&data["regionalUpdates"], "slug"),
        ["drafted-over", "cancelled", "all-clear", "ended", "second", "first"]
    );
    let nodes = data["regionalUpdates"]["nodes"].as_array().unwrap();
    let links: Vec<(&Value, &Value)> =
        nodes.iter().map(|n| (&n["supersedes"]["slug"], &n["supersededBy"]["slug"])).collect();
    let (none, named) = (Value::Null, |name: &str| json!(name));
    assert_eq!(
        links,
        [
            (&none, &none),
            (&none, &none),
            (&named("ended"), &none),
            (&none, &named("all-clear")),
            (&named("first"), &none),
            (&none, &named("second")),
        ]
    );
}

#[tokio::test]
async fn what_the_public_cannot_see_takes_no_alert_from_it() {
    let over = |slug: &str, more: Value| here(alert(slug)).with(json!({ "supersedes": "update:stands" })).with(more);
    let lines = [here(alert("stands")), over("for-partners", json!({ "visibility": "PARTNERS" }))];
    let server = Server::with_content(&text(lines)).await;
    assert_eq!(standing(&server).await, ["stands"]);
    load(&server.app, &over("for-partners", json!({ "visibility": "PUBLIC" })).to_string()).await;
    assert_eq!(standing(&server).await, ["for-partners"]);
}

#[tokio::test]
async fn an_alert_stands_again_when_nothing_supersedes_it_any_more() {
    let second = || here(alert("second"));
    let lines = [here(alert("first")), second().with(json!({ "supersedes": "update:first" }))];
    let server = Server::with_content(&text(lines)).await;
    assert_eq!(standing(&server).await, ["second"]);
    load(&server.app, &second().to_string()).await;
    let mut both = standing(&server).await;
    both.sort();
    assert_eq!(both, ["first", "second"], "the link was taken back");
    let over = second().with(json!({ "supersedes": "update:first" }));
    load(&server.app, &over.to_string()).await;
    assert_eq!(standing(&server).await, ["second"]);
    load(&server.app, &over.record(json!({ "status": "WITHDRAWN" })).to_string()).await;
    assert_eq!(standing(&server).await, ["first"], "what supersedes it was withdrawn");
}

#[tokio::test]
async fn an_update_is_found_by_id_and_slug_and_a_text_message_fits() {
    let server = Server::shared_demo().await;
    let document = "query($by: RegionalUpdateBy!) { regionalUpdate(by: $by) { id slug __typename ... on DrugAlert {
        short: smsText(maxChars: 70) usual: smsText } } }";
    let by_slug = server.query(document, json!({ "by": { "slug": "example-drug-alert-toronto" } })).await;
    let alert = &by_slug["regionalUpdate"];
    assert_eq!(alert["__typename"], "DrugAlert");
    assert_eq!(server.query(document, json!({ "by": { "id": alert["id"] } })).await, by_slug);
    for (text, most) in [(&alert["short"], 70), (&alert["usual"], 160)] {
        let count = text.as_str().unwrap().chars().count();
        assert!((20..=most).contains(&count), "{count}: {text}");
    }
    assert_eq!(server.query(document, json!({ "by": { "slug": "none" } })).await["regionalUpdate"], Value::Null);
}
