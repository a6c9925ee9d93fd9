//! Languages: the nearest text is given, and the answer says honestly which language it is in.

use serde_json::{Value, json};

use crate::actor::slugs;
use crate::harness::Server;
use crate::lines;

const TITLE: &str = "{ title localization { locale isFallback origin isStale direction } }";

async fn shown(server: &Server, language: Option<&str>, locales: Value) -> Value {
    let document = format!("query($locales: [Locale!]) {{ resources(locales: $locales) {{ nodes {TITLE} }} }}");
    server.query_in(language, &document, json!({ "locales": locales })).await["resources"]["nodes"][0].take()
}

fn translated(translations: Value) -> String {
    let resource = lines::resource("item").with(json!({ "title": "English", "translations": translations }));
    lines::text([resource.record(json!({ "version": 3 }))])
}

#[tokio::test]
async fn french_readers_get_french_and_are_told_where_there_is_none() {
    let server = Server::shared_demo().await;
    let document = r#"{
        region(by: {code: "CA-BC"}) { name }
        topic(by: {slug: "supervised-consumption"}) { name }
        resources(first: 100) { nodes { slug title localization { locale isFallback } translations { locale } } }
        activeAlerts { nodes { title localization { locale isFallback } } }
    }"#;
    let data = server.query_in(Some("fr-CA"), document, json!({})).await;
    assert_eq!(data["region"]["name"], "Colombie-Britannique");
    assert_eq!(data["topic"]["name"], "Consommation supervisée");
    let resources = data["resources"]["nodes"].as_array().unwrap();
    assert!(resources.len() > 50);
    for resource in resources {
        let has_french = resource["translations"].as_array().unwrap().iter().any(|one| one["locale"] == "fr-CA");
        let expected = if has_french { "fr-CA" } else { "en-CA" };
        assert_eq!(resource["localization"]["locale"], expected, "{resource}");
        assert_eq!(resource["localization"]["isFallback"], !has_french, "{resource}");
    }
    let alert = &data["activeAlerts"]["nodes"][0];
    assert_eq!(
        alert["localization"],
        json!({ "locale": "en-CA", "isFallback": true }),
        "alerts have no unreviewed French"
    );
}

#[tokio::test]
async fn the_argument_wins_over_the_header_and_reaches_everything_below() {
    let server = Server::shared_demo().await;
    let document = r#"{
        english: region(by: {code: "CA-QC"}, locales: ["en"]) { name ancestors { name } }
        french: region(by: {code: "CA-QC"}, locales: ["fr"]) { name ancestors { name } }
        header: region(by: {code: "CA-QC"}) { name }
    }"#;
    let data = server.query_in(Some("fr"), document, json!({})).await;
    assert_eq!(data["english"]["name"], "Quebec");
    assert_eq!(data["french"]["name"], "Québec");
    assert_eq!(data["header"]["name"], "Québec");
    assert!(data["english"]["ancestors"].to_string().contains("World"));
    assert!(data["french"]["ancestors"].to_string().contains("Monde"));
}

#[tokio::test]
async fn inuktitut_tries_both_scripts_before_english() {
    for (script, title) in [("iu-Cans", "ᐃᓄᒃᑎᑐᑦ"), ("iu-Latn", "Inuktitut")] {
        let server =
            Server::with_content(&translated(json!([{ "locale": script, "origin": "HUMAN", "title": title }]))).await;
        let item = shown(&server, Some("iu"), Value::Null).await;
        assert_eq!(item["title"], title);
        assert_eq!(item["localization"]["locale"], script);
        assert_eq!(item["localization"]["isFallback"], false);
        let item = shown(&server, Some("crk"), Value::Null).await;
        assert_eq!((&item["title"], &item["localization"]["isFallback"]), (&json!("English"), &json!(true)));
    }
}

#[tokio::test]
async fn weights_of_the_header_are_heeded_and_nonsense_in_it_fails_nothing() {
    let server =
        Server::with_content(&translated(json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": "Français" }]))).await;
    let cases = [
        ("fr;q=0.9, en;q=0.1", "Français"),
        ("fr;q=0.1, en;q=0.9", "English"),
        ("fr;q=0, en", "English"),
        ("de, fr;q=0.5, en;q=0.4", "Français"),
        ("*", "English"),
        (";;;,,,q=1,\u{a0}", "English"),
        ("fr-CA-x-private-very-long-tag-that-goes-on, fr", "Français"),
    ];
    for (header, title) in cases {
        assert_eq!(shown(&server, Some(header), Value::Null).await["title"], title, "{header}");
    }
}

#[tokio::test]
async fn a_translation_of_an_older_version_is_stale_and_its_origin_is_told() {
    let translations = json!([
        { "locale": "fr-CA", "origin": "MACHINE_UNREVIEWED", "title": "Français", "basedOn": 2 },
        { "locale": "ar", "origin": "COMMUNITY_REVIEWED", "title": "عربي" },
    ]);
    let server = Server::with_content(&translated(translations)).await;
    let french = shown(&server, None, json!(["fr-CA"])).await;
    assert_eq!(
        french["localization"],
        json!({ "locale": "fr-CA", "isFallback": false, "origin": "MACHINE_UNREVIEWED", "isStale": true, "direction": "LTR" })
    );
    let arabic = shown(&server, None, json!(["ar-EG"])).await;
    assert_eq!(
        arabic["localization"],
        json!({ "locale": "ar", "isFallback": false, "origin": "COMMUNITY_REVIEWED", "isStale": false, "direction": "RTL" })
    );
    let filter = |language: &str| json!({ "filter": { "languages": [language] } });
    let document = "query($filter: ResourceFilter) { resources(filter: $filter) { nodes { slug } } }";
    assert_eq!(slugs(&server.query(document, filter("ar")).await["resources"]), ["item"]);
    assert!(slugs(&server.query(document, filter("iu-Cans")).await["resources"]).is_empty());
}

#[tokio::test]
async fn a_rule_is_said_in_the_language_of_the_reader_and_in_english_to_others() {
    let server = Server::with_content(&lines::text([
        lines::event("meeting").with(json!({ "startsAtLocal": "2026-12-01T18:30:00", "timeZone": "America/Toronto",
            // Still the first of June in Toronto.
            "recurrence": { "rrule": "FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270602T030000Z",
                "exceptions": ["2027-01-05T18:30:00"], "additions": ["2027-01-06T18:30:00"] } })),
        lines::event("once"),
    ]))
    .await;
    let english = "Every month on the first Tuesday until June 1, 2027";
    let french = "Tous les mois, le premier mardi, jusqu’au 1er juin 2027";
    let document = r#"query($locales: [Locale!]) {
        event(by: {slug: "meeting"}, locales: $locales) { recurrence { humanReadable } } }"#;
    for (header, locales, expected) in [
        (None, Value::Null, english),
        (Some("fr-CA"), Value::Null, french),
        (Some("fr"), json!(["en"]), english),
        (None, json!(["fr-FR"]), french),
        (None, json!(["iu-Cans"]), english),
        (Some("de"), Value::Null, english),
        (Some("de, fr;q=0.5"), Value::Null, french),
    ] {
        let data = server.query_in(header, document, json!({ "locales": locales })).await;
        assert_eq!(data["event"]["recurrence"]["humanReadable"], expected, "{header:?} {locales}");
    }
    let document = r#"{ events(first: 5, orderBy: {field: TITLE, direction: ASC}, locales: ["fr"]) {
        nodes { slug recurrence { rrule humanReadable } } } }"#;
    let expected = json!([
        { "slug": "meeting", "recurrence": {
            "rrule": "FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270602T030000Z", "humanReadable": french } },
        { "slug": "once", "recurrence": null },
    ]);
    assert_eq!(server.query(document, json!({})).await["events"]["nodes"], expected);
}
