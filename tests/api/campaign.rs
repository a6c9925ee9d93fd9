//! Campaigns: look-ups, filters, asks of every kind, and what they gather.

use serde_json::{Value, json};

use crate::actor::slugs;
use crate::harness::Server;
use crate::lines::{Line, campaign, community_update, event, organization, resource, text};

fn words(text: &str) -> Value {
    json!([{ "locale": "en-CA", "text": text }, { "locale": "fr-CA", "text": format!("{text} (fr)") }])
}

fn varied() -> Vec<Line> {
    let at = |day: &str| json!({ "publishedAt": format!("2026-10-0{day}T00:00:00Z") });
    vec![
        campaign("a").with(json!({ "kind": "PETITION", "state": "WON", "urgency": "HIGH" })).record(at("4")),
        campaign("b").with(json!({ "kind": "BAIL_FUND", "state": "ACTIVE", "urgency": "CRITICAL" })).record(at("3")),
        campaign("c").with(json!({ "kind": "BAIL_FUND", "state": "UPCOMING" })).record(at("2")),
    ]
}

#[tokio::test]
async fn filters_of_campaigns_are_or_within_and_and_between() {
    let server = Server::with_content(&text(varied())).await;
    let document = "query($filter: CampaignFilter) { campaigns(filter: $filter) { totalCount nodes { slug } } }";
    for (filter, expected) in [
        (json!(null), "abc"),
        (json!({ "kinds": ["BAIL_FUND"] }), "bc"),
        (json!({ "kinds": ["BAIL_FUND", "PETITION"], "states": ["WON", "UPCOMING"] }), "ac"),
        (json!({ "urgencies": ["HIGH", "CRITICAL"] }), "ab"),
        (json!({ "urgencies": ["NORMAL"] }), "c"),
        (json!({ "kinds": [] }), ""),
        (json!({ "states": [] }), ""),
        (json!({ "urgencies": [] }), ""),
        (json!({ "kinds": null, "states": null, "urgencies": null, "excludeContentNotes": ["DEATH"] }), "abc"),
    ] {
        let data = server.query(document, json!({ "filter": filter })).await;
        assert_eq!(slugs(&data["campaigns"]).concat(), expected, "{filter}");
        assert_eq!(data["campaigns"]["totalCount"], expected.len(), "{filter}");
    }
}

#[tokio::test]
async fn a_campaign_shows_an_ask_of_every_kind() {
    let server = Server::shared_demo().await;
    let document = "query($slug: String!) { campaign(by: {slug: $slug}) { id kind state urgency asks { __typename
        ... on DonateAsk { title payee { name } goal { amount currency } closesOn url } ... on GoodsAsk { title items { name quantity } }
        ... on PetitionAsk { title url signatures } ... on ContactAsk { title channel script targets { name } }
        ... on ShowUpAsk { title event { slug } } ... on VolunteerAsk { title roles } ... on ShareAsk { title message hashtags } } } }";
    let data = server.query(document, json!({ "slug": "example-supplies-in-every-shelter" })).await;
    let mut kinds: Vec<&str> =
        data["campaign"]["asks"].as_array().unwrap().iter().map(|ask| ask["__typename"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let all = ["ContactAsk", "DonateAsk", "GoodsAsk", "PetitionAsk", "ShareAsk", "ShowUpAsk", "VolunteerAsk"];
    assert_eq!(kinds, all, "{data:#}");
    assert!(data["campaign"]["asks"].as_array().unwrap().iter().all(|ask| !ask["title"].as_str().unwrap().is_empty()));
    let by_id = format!("{{ campaign(by: {{id: {}}}) {{ slug }} }}", data["campaign"]["id"]);
    assert_eq!(server.query(&by_id, json!({})).await["campaign"]["slug"], "example-supplies-in-every-shelter");
    assert_eq!(server.query(document, json!({ "slug": "no-such-campaign" })).await["campaign"], Value::Null);
}

#[tokio::test]
async fn a_campaign_shows_its_goals_in_the_language_of_the_reader() {
    let line = campaign("whole").with(json!({
        "kind": "MUTUAL_AID", "state": "ACTIVE", "urgency": "ONGOING", "startsOn": "2026-01-02", "endsOn": "2026-12-31",
        "demands": [{ "text": words("Demand") }], "goal": { "description": words("Goal"), "count": 100 },
        "milestones": [{ "title": words("Step"), "targetOn": "2026-06-01" }], "outcome": words("Outcome"),
        "targets": [{ "name": "An office" }],
        "endorsements": [{ "organization": "friends", "statement": words("Yes"), "endorsedOn": "2026-02-03" }],
    }));
    let server = Server::with_content(&text([organization("friends"), line])).await;
    let document = "query($locales: [Locale!]) { campaign(by: {slug: \"whole\"}, locales: $locales) { startsOn endsOn demands outcome
        goal { description count amount { amount } } milestones { title targetOn reachedOn } targets { name }
        endorsements { organization { slug } statement endorsedOn } } }";
    for (locale, mark) in [("en-CA", ""), ("fr-CA", " (fr)")] {
        let data = server.query(document, json!({ "locales": [locale] })).await;
        let said = |text: &str| format!("{text}{mark}");
        assert_eq!(
            data["campaign"],
            json!({
                "startsOn": "2026-01-02", "endsOn": "2026-12-31", "demands": [said("Demand")], "outcome": said("Outcome"),
                "goal": { "description": said("Goal"), "count": 100, "amount": Value::Null },
                "milestones": [{ "title": said("Step"), "targetOn": "2026-06-01", "reachedOn": Value::Null }],
                "targets": [{ "name": "An office" }],
                "endorsements": [{ "organization": { "slug": "friends" }, "statement": said("Yes"), "endorsedOn": "2026-02-03" }],
            })
        );
    }
}

#[tokio::test]
async fn a_campaign_gathers_events_resources_and_updates() {
    let at = |day: &str| json!({ "publishedAt": format!("2026-10-0{day}T00:00:00Z") });
    let lines = [
        resource("r-1").record(at("1")).with(json!({ "regions": ["toronto"] })),
        resource("r-2").record(at("2")),
        resource("r-other"),
        community_update("u-1"),
        event("e-2").with(json!({ "campaign": "campaign:own", "startsAtLocal": "2026-12-02T12:00:00" })),
        event("e-1").with(json!({ "campaign": "campaign:own", "startsAtLocal": "2026-12-01T12:00:00" })),
        event("e-other"),
        campaign("own").with(json!({ "resources": ["resource:r-1", "resource:r-2"], "updates": ["update:u-1"] })),
        campaign("empty"),
    ];
    let server = Server::with_content(&text(lines)).await;
    let lists = "events { totalCount nodes { slug campaign { slug } } } resources { totalCount nodes { slug } }
        here: resources(filter: {regions: [\"CA-ON\"]}) { totalCount nodes { slug } }
        titled: resources(orderBy: {field: TITLE, direction: ASC}) { nodes { slug } } updates { totalCount nodes { slug __typename } }";
    let data = server.query(&format!("{{ own: campaign(by: {{slug: \"own\"}}) {{ {lists} }} empty: campaign(by: {{slug: \"empty\"}}) {{ {lists} }} }}"), json!({})).await;
    let own = &data["own"];
    assert_eq!(slugs(&own["events"]), ["e-1", "e-2"]);
    assert_eq!(own["events"]["nodes"][0]["campaign"]["slug"], "own");
    assert_eq!(slugs(&own["resources"]), ["r-2", "r-1"]);
    assert_eq!(own["here"], json!({ "totalCount": 1, "nodes": [{ "slug": "r-1" }] }));
    assert_eq!(slugs(&own["titled"]), ["r-1", "r-2"]);
    assert_eq!(
        own["updates"],
        json!({ "totalCount": 1, "nodes": [{ "slug": "u-1", "__typename": "CommunityUpdate" }] })
    );
    for list in ["events", "resources", "here", "updates"] {
        assert_eq!(data["empty"][list], json!({ "totalCount": 0, "nodes": [] }), "{list}");
    }
}
