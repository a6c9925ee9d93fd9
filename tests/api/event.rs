//! Events: filters, what is gated, and how much of a place is told.

use std::path::Path;

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use crate::actor::{clock, generous, load, open, slugs};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{Line, community_update, event, resource, text};

fn varied() -> Vec<Line> {
    let on = |day: &str| format!("2026-12-{day}T12:00:00");
    vec![
        event("a").with(json!({ "startsAtLocal": on("01"), "kind": "RALLY", "eventStatus": "CANCELLED",
            "accessibility": { "features": ["ASL", "CHILDCARE"] } })),
        event("b").with(json!({ "startsAtLocal": on("02"), "endsAtLocal": on("04"), "format": "ONLINE" })),
        event("c")
            .with(json!({ "startsAtLocal": on("03"), "format": "HYBRID", "accessibility": { "features": ["ASL"] } })),
        event("d").with(json!({ "startsAtLocal": "2026-01-01T12:00:00", "recurrence": { "rrule": "FREQ=WEEKLY" } })),
        event("e").with(json!({ "startsAtLocal": "2026-01-02T12:00:00",
            "recurrence": { "rrule": "FREQ=WEEKLY;UNTIL=20260301T000000Z" } })),
    ]
}

#[tokio::test]
async fn filters_of_events_are_or_within_and_and_between() {
    let server = Server::with_content(&text(varied())).await;
    let document = "query($filter: EventFilter) { events(filter: $filter) { totalCount nodes { slug } } }";
    for (filter, expected) in [
        (json!(null), "deabc"),
        (json!({ "kinds": ["RALLY", "MARCH"] }), "a"),
        (json!({ "formats": ["ONLINE", "HYBRID"] }), "bc"),
        (json!({ "statuses": ["SCHEDULED"], "formats": ["IN_PERSON"] }), "de"),
        (json!({ "statuses": ["CANCELLED", "POSTPONED"] }), "a"),
        (json!({ "accessibility": ["CHILDCARE", "LSQ"] }), "a"),
        (json!({ "accessibility": ["ASL"] }), "ac"),
        (json!({ "starts": { "from": "2026-12-02T17:00:00Z" } }), "bc"),
        (json!({ "starts": { "from": "2026-12-02T17:00:00.000001Z", "before": "2026-12-04T00:00:00-05:00" } }), "c"),
        (json!({ "endsAfter": "2026-12-03T17:00:00Z" }), "db"),
        (json!({ "endsAfter": "2026-02-01T00:00:00Z", "kinds": ["WORKSHOP"] }), "debc"),
        (json!({ "kinds": [] }), ""),
        (json!({ "formats": [] }), ""),
        (json!({ "statuses": [] }), ""),
        (json!({ "accessibility": [] }), ""),
        (json!({ "kinds": null, "starts": null, "endsAfter": null, "accessibility": null }), "deabc"),
    ] {
        let data = server.query(document, json!({ "filter": filter })).await;
        assert_eq!(slugs(&data["events"]).concat(), expected, "{filter}");
        assert_eq!(data["events"]["totalCount"], expected.len(), "{filter}");
    }
}

#[tokio::test]
async fn an_event_is_found_by_id_and_slug_and_shows_its_times_and_its_series() {
    let server = Server::shared_demo().await;
    let document = "query($by: EventBy!) { event(by: $by) { id slug kind format eventStatus startsAtLocal endsAtLocal timeZone
        startsAt endsAt allDay languages campaign { slug } materials { totalCount } updates { totalCount }
        recurrence { rrule confirmedThrough exceptions additions overrides { recurrenceId startsAtLocal status note } }
        accessibility { features } safety { naloxoneOnSite policeExpected substancePolicy } registration { required capacity } } }";
    let by_slug = server.query(document, json!({ "by": { "slug": "example-toronto-organizer-meeting" } })).await;
    let meeting = &by_slug["event"];
    assert_eq!(server.query(document, json!({ "by": { "id": meeting["id"] } })).await, by_slug);
    assert_eq!(meeting["startsAtLocal"], "2026-12-01T18:30:00");
    assert_eq!(meeting["startsAt"], "2026-12-01T18:30:00-05:00");
    assert_eq!(meeting["endsAt"], "2026-12-01T20:30:00-05:00");
    assert_eq!(meeting["recurrence"]["rrule"], "FREQ=MONTHLY;BYDAY=1TU");
    let overrides = meeting["recurrence"]["overrides"].as_array().unwrap();
    assert_eq!(overrides[0]["startsAtLocal"], "2027-01-12T18:30:00");
    assert_eq!(overrides[1]["status"], "CANCELLED");
    assert_eq!(meeting["campaign"]["slug"], "example-supplies-in-every-shelter");
    assert_eq!((&meeting["materials"]["totalCount"], &meeting["updates"]["totalCount"]), (&json!(3), &json!(2)));
    assert_eq!(meeting["safety"]["policeExpected"], false);
    assert_eq!(server.query(document, json!({ "by": { "slug": "none" } })).await["event"], Value::Null);
}

#[tokio::test]
async fn notes_for_partners_and_join_links_are_not_told_to_the_public() {
    let gated = |visibility: &str, said: &str| json!({ "visibility": visibility, "text": [{ "locale": "en-CA", "text": said }] });
    let online = json!({ "platform": "Jitsi", "joinUrl": "https://meet.example.org/secret-room",
        "howToJoin": [{ "locale": "en-CA", "text": "Ask." }] });
    let lines = [
        event("open").with(json!({ "agenda": gated("PUBLIC", "Open agenda"), "notes": gated("PARTNERS", "Secret notes"), "online": online })),
        event("closed").with(json!({ "agenda": gated("PARTNERS", "Secret agenda"), "notes": gated("PUBLIC", "Open notes") })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let document = "{ events { nodes { slug agenda notes online { platform howToJoin } } }
        event(by: {slug: \"open\"}) { agenda notes } }";
    let data = server.query(document, json!({})).await;
    let secrets = data.to_string();
    assert!(!secrets.contains("ecret"), "{secrets}");
    let of = |slug: &str| {
        data["events"]["nodes"].as_array().unwrap().iter().find(|node| node["slug"] == slug).unwrap().clone()
    };
    assert_eq!((&of("open")["agenda"], &of("open")["notes"]), (&json!("Open agenda"), &Value::Null));
    assert_eq!((&of("closed")["agenda"], &of("closed")["notes"]), (&Value::Null, &json!("Open notes")));
    assert_eq!(of("open")["online"], json!({ "platform": "Jitsi", "howToJoin": "Ask." }));

    let link = "{ event(by: {slug: \"open\"}) { notes online { joinUrl } } }";
    let (code, message) = server.refusal(link, json!({})).await;
    assert_eq!((&*code, &*message), ("UNAUTHENTICATED", "an access token is required; it needs scope `events:join`"));
    let without = server.client(&[Scope::ContentReadPartners], "starter-collection", &[]).await;
    let answer = server.ask_as(&without, link, json!({})).await;
    assert_eq!(answer["data"]["event"], json!({ "notes": "Secret notes", "online": { "joinUrl": null } }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INSUFFICIENT_SCOPE");
    let with = server.client(&[Scope::EventsJoin], "starter-collection", &[]).await;
    let answer = server.ask_as(&with, link, json!({})).await;
    let told = json!({ "notes": null, "online": { "joinUrl": "https://meet.example.org/secret-room" } });
    assert_eq!((&answer["errors"], &answer["data"]["event"]), (&Value::Null, &told));
}

fn placed(disclosure: &str, more: Value) -> Line {
    let mut location =
        json!({ "disclosure": disclosure, "region": "toronto", "label": [{ "locale": "en-CA", "text": "A room" }] });
    location.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event(&disclosure.to_lowercase().replace('_', "-")).with(json!({ "location": location }))
}

#[tokio::test]
async fn a_place_is_told_as_far_as_its_disclosure_goes() {
    let point = json!({ "latitude": 43.653_226, "longitude": -79.383_184 });
    let lines = [
        placed("EXACT", json!({ "point": point, "address": "100 Queen Street West" })),
        placed("APPROXIMATE", json!({ "point": point })),
        placed("REGION_ONLY", json!({})),
        placed("ON_REQUEST", json!({ "howToGetDetails": [{ "locale": "en-CA", "text": "Write to us." }] })),
        placed("WITHHELD", json!({})),
    ];
    let server = Server::with_content(&text(lines)).await;
    let document = "query($slug: String!) { event(by: {slug: $slug}) { location {
        disclosure label address point { latitude longitude } precisionMetres howToGetDetails region { slug } } } }";
    for (slug, expected) in [
        ("exact", json!({ "address": "100 Queen Street West", "point": point, "precisionMetres": 0 })),
        ("approximate", json!({ "point": { "latitude": 43.65, "longitude": -79.397_624 }, "precisionMetres": 11_132 })),
        ("region-only", json!({})),
        ("on-request", json!({ "howToGetDetails": "Write to us." })),
        ("withheld", json!({})),
    ] {
        let data = server.query(document, json!({ "slug": slug })).await;
        let mut whole = json!({ "disclosure": slug.to_uppercase().replace('-', "_"), "label": "A room", "address": null, "point": null,
            "precisionMetres": null, "howToGetDetails": null, "region": { "slug": "toronto" } });
        whole.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
        assert_eq!(data["event"]["location"], whole, "{slug}");
    }
}

#[tokio::test]
async fn an_approximate_place_is_not_in_the_database_and_neighbours_share_a_point() {
    // SQLite whatever the run is on, since its file can be read from outside.
    let database = Database::sqlite();
    let app = open(&database, generous(), clock()).await;
    let at = |slug: &str, latitude: f64, longitude: f64, disclosure: &str| {
        let point = json!({ "latitude": latitude, "longitude": longitude });
        event(slug).with(json!({ "location": { "disclosure": disclosure, "point": point } }))
    };
    let lines = [
        at("here", 43.653_771, -79.383_991, "APPROXIMATE"),
        at("near", 43.681_113, -79.371_117, "APPROXIMATE"),
        at("told", 43.612_345, -79.354_321, "EXACT"),
    ];
    load(&app, &text(lines)).await;
    let server = Server::of(app, Some(database)).await;
    let folder = server.database.as_ref().and_then(|database| database.folder.clone()).unwrap();
    let data = server.query("{ events(orderBy: {field: TITLE, direction: ASC}) { nodes { slug location { point { latitude longitude } } } } }", json!({})).await;
    let nodes = data["events"]["nodes"].as_array().unwrap();
    assert_eq!(nodes[0]["location"], nodes[1]["location"], "one cell, one point");
    for exact in ["43.653771", "43653771", "79.383991", "79383991", "43.681113", "79.371117"] {
        assert!(!is_in_files(&folder, exact), "{exact} is stored");
    }
    assert!(is_in_files(&folder, "43.612345"), "the search finds what is there");
}

/// Whether a text is in a file of a folder.
fn is_in_files(folder: &Path, text: &str) -> bool {
    let holds = |path: &Path| std::fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes());
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.any(|path| holds(&path))
}

#[tokio::test]
async fn an_event_shares_resources_and_updates() {
    let lines = [
        resource("r").with(json!({ "topics": ["naloxone"] })),
        resource("other"),
        community_update("u"),
        event("meeting").with(json!({ "materials": ["resource:r"], "updates": ["update:u"] })),
        event("bare"),
    ];
    let server = Server::with_content(&text(lines)).await;
    let lists = "slug materials { totalCount nodes { slug } } updates { totalCount nodes { slug } }
        on: materials(filter: {topics: [\"overdose-response\"]}) { totalCount } off: materials(filter: {topics: [\"opioids\"]}) { totalCount }";
    let data = server.query(&format!("{{ meeting: event(by: {{slug: \"meeting\"}}) {{ {lists} }} bare: event(by: {{slug: \"bare\"}}) {{ {lists} }} }}"), json!({})).await;
    assert_eq!(data["meeting"]["materials"], json!({ "totalCount": 1, "nodes": [{ "slug": "r" }] }));
    assert_eq!(data["meeting"]["updates"], json!({ "totalCount": 1, "nodes": [{ "slug": "u" }] }));
    assert_eq!((&data["meeting"]["on"]["totalCount"], &data["meeting"]["off"]["totalCount"]), (&json!(1), &json!(0)));
    assert_eq!(data["bare"]["materials"]["totalCount"], 0);
}
