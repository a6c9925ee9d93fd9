//! Events: what is not to be told is neither told nor stored.

use serde_json::json;

use crate::harness::Server;
use crate::lines::{event, text};

const EXACT: [&str; 2] = ["43.653226", "79.383184"];

#[tokio::test]
async fn an_approximate_place_is_the_centre_of_its_cell_and_the_exact_one_is_nowhere() {
    let point = json!({ "latitude": 43.653226, "longitude": -79.383184 });
    let label = json!([{ "locale": "en-CA", "text": "Near the park" }]);
    let near = event("near").with(json!({
        "location": { "disclosure": "APPROXIMATE", "label": label, "region": "CA-ON", "point": point },
    }));
    let exact = event("exact").with(json!({
        "location": { "disclosure": "EXACT", "address": "100 Queen Street", "point": { "latitude": 1.5, "longitude": 2.5 } },
    }));
    let server = Server::with_content(&text([near, exact])).await;
    let document = "query($slug: String!) { event(by: {slug: $slug}) { location {
        disclosure label region { slug } address point { latitude longitude } precisionMetres } } }";

    let near = server.query(document, json!({ "slug": "near" })).await["event"]["location"].take();
    let point = &near["point"];
    let (latitude, longitude) = (point["latitude"].as_f64().unwrap(), point["longitude"].as_f64().unwrap());
    assert!((latitude - 43.653226).abs() < 0.06 && (longitude + 79.383184).abs() < 0.08, "{near}");
    assert!(latitude != 43.653226 && longitude != -79.383184, "{near}");
    assert_eq!(near["precisionMetres"], 11_132);
    assert_eq!((&near["region"]["slug"], &near["address"]), (&json!("ontario"), &json!(null)));
    let exact = server.query(document, json!({ "slug": "exact" })).await["event"]["location"].take();
    assert_eq!(exact["point"], json!({ "latitude": 1.5, "longitude": 2.5 }));
    assert_eq!((&exact["precisionMetres"], &exact["address"]), (&json!(0), &json!("100 Queen Street")));

    let Some(folder) = server.database.as_ref().and_then(|database| database.folder.clone()) else {
        eprintln!("skipped in part: the files of PostgreSQL are not looked into; the SQLite run does");
        return;
    };
    let mut looked = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        looked += bytes.len();
        for digits in EXACT {
            let is_there = bytes.windows(digits.len()).any(|window| window == digits.as_bytes());
            assert!(!is_there, "{digits} is stored");
        }
    }
    assert!(looked > 100_000, "the database was not found");
}

#[tokio::test]
async fn a_join_link_and_partners_notes_are_not_told_to_anyone() {
    let said = |words: &str, visibility: &str| json!({ "visibility": visibility, "text": [{ "locale": "en-CA", "text": words }] });
    let meeting = event("meeting").with(json!({
        "format": "HYBRID",
        "online": { "platform": "Jitsi", "joinUrl": "https://meet.example.org/secret-room" },
        "agenda": said("Public agenda", "PUBLIC"),
        "notes": said("Names that were said", "PARTNERS"),
    }));
    let server = Server::with_content(&text([meeting])).await;
    let document = "{ events { nodes { agenda notes online { platform joinUrl howToJoin } } } }";
    let answer = server.ask(document, json!({}), None).await;
    assert_eq!(
        answer["data"]["events"]["nodes"][0],
        json!({
            "agenda": "Public agenda", "notes": null,
            "online": { "platform": "Jitsi", "joinUrl": null, "howToJoin": null },
        })
    );
    assert!(!answer.to_string().contains("secret-room"));
}
