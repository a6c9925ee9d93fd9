//! Services of others as a directory.

use serde_json::json;
use solidarity::service::hsds;

use super::{damaged, import, inputs, options, shared};
use crate::harness::Server;
use crate::lines::text;

const SERVICE: &str = r#"{ "id": "s-1", "name": "Naloxone kits", "description": "Free kits. <b onclick=x>No</b> questions.",
  "url": "http://kits.example/", "email": "kits@@example", "status": "active",
  "phones": [{ "number": "\"+1 416 555 0199\"", "extension": 5 }, { "number": "none" }],
  "schedules": [{ "timezone": 3, "byday": "MO,TU", "opens_at": "10:00:00", "closes_at": "18:00:00" }],
  "contacts": [{ "name": "Ann Persona", "department": "Desk", "email": "desk@kits.example" }],
  "languages": [{ "code": "fr" }, { "code": "français" }],
  "attributes": [{ "taxonomy_term": { "name": "Naloxone" } }],
  "service_at_locations": [{ "location": { "latitude": 100, "longitude": 101,
      "addresses": [{ "address_1": "12 Hidden Street", "city": "Toronto", "state_province": "ON" }] } },
    { "location": { "latitude": 43.65107, "longitude": -79.347015 } }],
  "organization": { "id": "o-1", "name": "Kits Collective" } }"#;

#[tokio::test]
async fn a_service_is_imported_without_its_exact_place_and_people_and_what_is_impossible_is_told() {
    let server = Server::with_content(&text([])).await;
    for counts in [(1, 0), (0, 1)] {
        let (done, told) = import(&server, hsds::read, SERVICE.as_bytes(), &options()).await;
        assert_eq!((done.created, done.unchanged), counts, "{told:?}");
        let told = told.join("\n");
        for part in [
            "service 1 \"Naloxone kits\": url is http: and is kept as the address of the source only",
            "email \"kits@@example\" is no e-mail address",
            "phones.number \"\\\"+1 416 555 0199\\\"\" had quotes around it",
            "phones.number \"none\" cannot be dialled",
            "schedules.timezone is \"3\", which is no time zone",
            "languages.code \"français\" is no language tag",
            "location is no place on Earth (latitude 100 is not between -90 and 90)",
            "location has a point, which was left out",
            "addresses hold a street, which was left out",
            "contacts.name may name a person",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }
    let found = server
        .query(
            "{ resources(first: 5) { nodes { title body category externalUrl languages regions { slug } topics { slug }
            attribution { displayName } source { system externalId url } } } }",
            json!({}),
        )
        .await;
    let expected = json!([{ "title": "Naloxone kits", "category": "DIRECTORY", "externalUrl": null, "languages": ["fr"],
        "body": "Free kits. **No** questions.\n\n**Hours**\n\n- MO,TU; 10:00–18:00\n\n**Contact**\n\n- +1 416 555 0199 ext. 5\n- Desk: desk@kits.example",
        "regions": [{ "slug": "toronto" }], "topics": [{ "slug": "naloxone" }], "attribution": { "displayName": "Kits Collective" },
        "source": { "system": "hsds", "externalId": "s-1", "url": "http://kits.example/" } }]);
    assert_eq!(found["resources"]["nodes"], expected);
    let line = json!(hsds::read(SERVICE.as_bytes(), &options(), &server.app.store.catalog()).lines).to_string();
    for hidden in ["Hidden Street", "43.65", "79.34", "Persona"] {
        assert!(!line.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn services_of_others_are_imported_and_a_second_time_nothing_changes() {
    for (name, bytes) in shared("hsds", "json") {
        let server = Server::with_content(&text([])).await;
        let (done, told) = import(&server, hsds::read, &bytes, &options()).await;
        println!("{name}\n  {}", told.join("\n  "));
        assert_eq!(done.created, 1, "{name}: {told:?}");
        let (done, told) = import(&server, hsds::read, &bytes, &options()).await;
        assert_eq!((done.created, done.updated, done.unchanged), (0, 0, 1), "{name}: {told:?}");
    }
    let catalog = solidarity::store::Catalog::default();
    let list = format!("[{SERVICE},{{\"name\":\"No id\"}},{{}},7,{SERVICE}]");
    let read = hsds::read(list.as_bytes(), &options(), &catalog);
    assert_eq!(inputs(&read).len(), 2, "{:?}", read.report);
    for file in damaged(SERVICE.as_bytes()).into_iter().chain([b"[".repeat(100_000), Vec::new(), b"null".to_vec()]) {
        hsds::read(&file, &options(), &catalog);
    }
}
