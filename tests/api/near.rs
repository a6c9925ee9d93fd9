//! What is near and what is in a box, ordered by distance: on both databases, through lists and calendars, and no way to
//! learn more of a place than is told of it.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use crate::actor::{members, slugs};
use crate::database::rows;
use crate::harness::Server;
use crate::lines::{Line, event, resource, series, service_update, text};
use crate::publisher::{ORGANIZATION, Publisher, is_full};

fn at(line: Line, disclosure: &str, latitude: f64, longitude: f64) -> Line {
    let point = json!({ "latitude": latitude, "longitude": longitude });
    line.with(json!({ "location": { "disclosure": disclosure, "point": point } }))
}

/// Events in and around Toronto, one of them hidden, one without a point, and a service in Hamilton.
async fn server() -> Server {
    let region_only = json!({ "location": { "disclosure": "REGION_ONLY", "region": "toronto" } });
    let lines = [
        at(event("downtown"), "EXACT", 43.653_2, -79.383_2),
        at(event("scarborough"), "EXACT", 43.776_4, -79.231_8),
        at(series("hamilton"), "EXACT", 43.255_7, -79.871_1),
        at(event("ottawa"), "EXACT", 45.421_5, -75.697_2),
        at(event("partners"), "EXACT", 43.653_2, -79.383_3).with(json!({ "visibility": "PARTNERS" })),
        event("somewhere").with(region_only),
        event("online").with(json!({ "format": "ONLINE" })),
        at(service_update("hamilton-service"), "EXACT", 43.255_7, -79.871_1),
        service_update("elsewhere"),
        resource("guide"),
    ];
    Server::with_content(&text(lines)).await
}

const TORONTO: &str = "latitude: 43.6532, longitude: -79.3832";

#[tokio::test]
async fn what_is_near_is_found_and_ordered_by_distance() {
    let server = server().await;
    let found = async |arguments: &str| {
        let data =
            server.query(&format!("{{ events({arguments}) {{ totalCount nodes {{ slug }} }} }}"), json!({})).await;
        let found = slugs(&data["events"]);
        assert_eq!(data["events"]["totalCount"], found.len(), "{arguments}");
        found
    };
    let near = |radius: u32| format!("filter: {{near: {{{TORONTO}, radiusKm: {radius}}}}}");
    let by_distance = |direction: &str| format!(", orderBy: {{field: DISTANCE, direction: {direction}}}");
    for (radius, expected) in [
        (5, vec!["downtown"]),
        // Scarborough is 18.4 km away, Hamilton 59.1, Ottawa 352.
        (19, vec!["downtown", "scarborough"]),
        (60, vec!["downtown", "scarborough", "hamilton"]),
        (353, vec!["downtown", "scarborough", "hamilton", "ottawa"]),
    ] {
        assert_eq!(found(&(near(radius) + &by_distance("ASC"))).await, expected, "{radius}");
        let mut backward = expected.clone();
        backward.reverse();
        assert_eq!(found(&(near(radius) + &by_distance("DESC"))).await, backward, "{radius}");
        let mut usual = found(&near(radius)).await;
        usual.sort();
        let mut sorted = expected.clone();
        sorted.sort_unstable();
        assert_eq!(usual, sorted, "{radius}");
    }
    let box_of = "filter: {within: {south: 43.2, west: -79.9, north: 43.7, east: -79.3}}, orderBy: {field: TITLE, direction: ASC}";
    assert_eq!(found(box_of).await, ["downtown", "hamilton"]);
    let narrowed = "filter: {statuses: [CANCELLED], near: {latitude: 43.6532, longitude: -79.3832, radiusKm: 60}}";
    assert!(found(narrowed).await.is_empty());

    let calendar = format!(
        "{{ calendar(from: \"2026-12-16T00:00:00Z\", to: \"2027-01-01T00:00:00Z\", \
         filter: {{near: {{{TORONTO}, radiusKm: 60}}}}) {{ nodes {{ event {{ slug }} }} }} }}"
    );
    let data = server.query(&calendar, json!({})).await;
    let occurrences = data["calendar"]["nodes"].as_array().unwrap();
    assert!(occurrences.len() == 2 && occurrences.iter().all(|it| it["event"]["slug"] == "hamilton"), "{data}");

    let updates = "filter: {near: {latitude: 43.2557, longitude: -79.8711, radiusKm: 5}}, orderBy: {field: DISTANCE, direction: ASC}";
    let data = server.query(&format!("{{ regionalUpdates({updates}) {{ nodes {{ slug }} }} }}"), json!({})).await;
    assert_eq!(slugs(&data["regionalUpdates"]), ["hamilton-service"]);
}

#[tokio::test]
async fn a_list_by_distance_is_paged_both_ways() {
    let server = server().await;
    let page = async |arguments: String| {
        let document = format!(
            "{{ events(filter: {{near: {{{TORONTO}, radiusKm: 400}}}}, orderBy: {{field: DISTANCE, direction: ASC}}, \
             {arguments}) {{ nodes {{ slug }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"
        );
        server.query(&document, json!({})).await["events"].clone()
    };
    let first = page("first: 2".to_string()).await;
    assert_eq!(
        (slugs(&first), &first["pageInfo"]["hasNextPage"]),
        (vec!["downtown".into(), "scarborough".into()], &json!(true))
    );
    let second = page(format!("first: 2, after: {}", first["pageInfo"]["endCursor"])).await;
    assert_eq!(
        (slugs(&second), &second["pageInfo"]["hasNextPage"]),
        (vec!["hamilton".into(), "ottawa".into()], &json!(false))
    );
    let back = page(format!("last: 1, before: {}", second["pageInfo"]["startCursor"])).await;
    assert_eq!(slugs(&back), ["scarborough"]);
}

#[tokio::test]
async fn what_is_too_near_or_no_place_is_refused_and_answers_are_in_no_cache() {
    let server = server().await;
    for (arguments, part) in [
        ("filter: {near: {latitude: 43.6, longitude: -79.4, radiusKm: 4.9}}", "radiusKm 4.9 is not between 5 and 2000"),
        (
            "filter: {near: {latitude: 43.6, longitude: -79.4, radiusKm: 2001}}",
            "radiusKm 2001 is not between 5 and 2000",
        ),
        ("filter: {near: {latitude: 91, longitude: 0, radiusKm: 5}}", "latitude 91 is not between"),
        ("filter: {within: {south: 43.6, west: -79.4, north: 43.61, east: -79.3}}", "less than 5 km high or wide"),
        ("filter: {within: {south: 44, west: -79.4, north: 43, east: -79.3}}", "south must be below north"),
        ("orderBy: {field: DISTANCE, direction: ASC}", "DISTANCE needs filter.near"),
    ] {
        let (code, message) =
            server.refusal(&format!("{{ events({arguments}) {{ nodes {{ id }} }} }}"), json!({})).await;
        assert!(code == "BAD_REQUEST" && message.contains(part), "{arguments}: {code} {message}");
    }
    let order = "{ resources(orderBy: {field: DISTANCE, direction: ASC}) { nodes { id } } }";
    assert_eq!(server.refusal(order, json!({})).await.0, "BAD_REQUEST");
    for filter in [
        "near: {latitude: 43.6, longitude: -79.4, radiusKm: 5}",
        "within: {south: 43, west: -80, north: 44, east: -79}",
    ] {
        let answer = server.post(&format!("{{ events(filter: {{{filter}}}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(answer.headers()["cache-control"], "private, no-store", "{filter}");
    }
}

/// A repeatable sequence of numbers from 0 to 1.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.next()
    }
}

/// Queries that try to tell two places of one cell from each other: 250, or 5 000 with `SOLIDARITY_TRIAL=full`.
#[tokio::test]
async fn no_query_separates_two_places_of_one_cell() {
    let lines = [
        at(event("one"), "APPROXIMATE", 43.611_111, -79.401_111),
        at(event("other"), "APPROXIMATE", 43.688_888, -79.352_222),
        at(event("third"), "APPROXIMATE", 43.588_888, -79.401_111),
    ];
    let server = Server::with_content(&text(lines)).await;
    let data = server.query("{ events { nodes { slug location { point { latitude longitude } } } } }", json!({})).await;
    let point = |slug: &str| {
        let nodes = data["events"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["slug"] == slug).unwrap()["location"].clone()
    };
    assert_eq!(point("one"), point("other"), "the places are in one cell");
    assert_ne!(point("one"), point("third"), "and this one is not");
    let mut chance = Chance(11);
    let (mut both, mut neither, mut apart) = (0, 0, 0);
    for number in 0..if is_full() { 5_000 } else { 250 } {
        let (latitude, longitude) = (chance.between(43.2, 44.1), chance.between(-79.9, -78.8));
        let arguments = if number % 2 == 0 {
            let radius = chance.between(5.0, 40.0);
            format!(
                "filter: {{near: {{latitude: {latitude}, longitude: {longitude}, radiusKm: {radius}}}}}, \
                 orderBy: {{field: DISTANCE, direction: ASC}}"
            )
        } else {
            let (north, east) = (latitude + chance.between(0.05, 0.4), longitude + chance.between(0.07, 0.5));
            format!("filter: {{within: {{south: {latitude}, west: {longitude}, north: {north}, east: {east}}}}}")
        };
        let data = server.query(&format!("{{ events({arguments}) {{ nodes {{ slug }} }} }}"), json!({})).await;
        let found = slugs(&data["events"]);
        let has = |slug: &str| found.iter().any(|known| known == slug);
        assert_eq!(has("one"), has("other"), "{arguments}");
        if has("one") {
            both += 1
        } else {
            neither += 1
        }
        apart += u32::from(has("one") != has("third"));
    }
    assert!(both > 20 && neither > 20 && apart > 5, "{both} {neither} {apart}");
}

const CREATE: &str = "mutation($input: EventCreateInput!) { eventCreate(input: $input) {
    event { id slug version status title } userErrors { code field message } } }";
const UPDATE: &str = "mutation($input: EventUpdateInput!) { eventUpdate(input: $input) {
    event { id slug version status title } userErrors { code field message } } }";

fn input(point: Value, disclosure: &str) -> Value {
    json!({ "locale": "en-CA", "title": "A vigil", "kind": "VIGIL", "format": "IN_PERSON",
        "startsAtLocal": "2026-12-15T12:00:00", "timeZone": "America/Toronto",
        "location": { "disclosure": disclosure, "point": point } })
}

async fn organizer(server: &Server) -> Publisher {
    let scopes = [Scope::EventsWrite, Scope::EventsPublish, Scope::EventsExactLocation, Scope::ContentReadDrafts];
    Publisher::new(server.address, server.client(&scopes, ORGANIZATION, &[]).await)
}

#[tokio::test]
async fn a_place_that_is_not_told_any_more_is_in_no_table() {
    let server = Server::with_content(&text([resource("guide")])).await;
    let organizer = organizer(&server).await;
    let mut exact = input(json!({ "latitude": 43.654_321, "longitude": -79.387_654 }), "EXACT");
    exact["location"]["address"] = json!("7 Secret Lane");
    let item = organizer.made(CREATE, &exact).await;
    let url = server.database.as_ref().unwrap().url.clone();
    let holding = async |text: &str| {
        let mut found = 0;
        for (table, column) in [("event", "detail"), ("revision", "snapshot")] {
            let sql = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%{text}%'");
            found += rows(&url, &sql).await[0].try_get_by_index::<i64>(0).unwrap();
        }
        let place = "SELECT count(*) FROM place WHERE latitude = 43654321";
        (found, rows(&url, place).await[0].try_get_by_index::<i64>(0).unwrap())
    };
    assert_eq!((holding("654321").await, holding("Secret Lane").await), ((2, 1), (2, 1)));
    let point = json!({ "latitude": 43.654_321, "longitude": -79.387_654 });
    let patch =
        json!({ "id": item["id"], "expectedVersion": 1, "location": { "disclosure": "APPROXIMATE", "point": point } });
    organizer.made(UPDATE, &patch).await;
    assert_eq!((holding("654321").await, holding("Secret Lane").await), ((0, 0), (0, 0)));
    let snapshot = "SELECT snapshot FROM revision WHERE version = 1 AND snapshot LIKE '%A vigil%'";
    let snapshot: String = rows(&url, snapshot).await[0].try_get_by_index(0).unwrap();
    let line: Value = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(line["input"]["location"]["disclosure"], "WITHHELD", "the rest of the revision stays");
}

#[tokio::test]
async fn a_key_of_a_repeated_request_tells_nothing_of_the_exact_place() {
    let server = Server::with_content(&text([resource("guide")])).await;
    let organizer = organizer(&server).await;
    let asked = |latitude: f64, disclosure: &str| {
        let mut input = input(json!({ "latitude": latitude, "longitude": -79.387_654 }), disclosure);
        input["idempotencyKey"] = json!(format!("once {disclosure}"));
        input
    };
    let item = organizer.made(CREATE, &asked(43.654_321, "APPROXIMATE")).await;
    let again = organizer.made(CREATE, &asked(43.661_111, "APPROXIMATE")).await;
    assert_eq!(item["id"], again["id"], "what is hashed is the place as it is stored");
    organizer.made(CREATE, &asked(43.654_321, "EXACT")).await;
    let (code, _) = organizer.refused(CREATE, &asked(43.661_111, "EXACT")).await;
    assert_eq!(code, "IDEMPOTENCY_KEY_REUSED");
    let data = server.query("{ events { nodes { slug } } }", json!({})).await;
    assert!(members(&data["events"], "slug").is_empty(), "drafts are not listed");
}
