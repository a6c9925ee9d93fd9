//! Resources: look-ups, every filter, every ordering, and all of their fields.

use serde_json::{Value, json};

use crate::actor::slugs;
use crate::harness::Server;
use crate::lines::{Line, resource, text};

/// Four resources that differ in everything that lists filter by.
fn varied() -> Vec<Line> {
    let french = json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": "Ah" }]);
    vec![
        resource("a").with(json!({
            "title": "Zoé", "category": "EDUCATION", "format": "GUIDE", "audience": ["YOUTH", "ORGANIZERS"],
            "readingLevel": "PLAIN", "contentNotes": ["DEATH", "GRIEF"], "translations": french,
        })).record(json!({ "publishedAt": "2026-10-04T00:00:00Z", "updatedAt": "2026-11-01T00:00:00Z",
            "spotlightUntil": "2026-11-24T00:00:00Z" })),
        resource("b").with(json!({
            "title": "abba", "category": "EDUCATION", "format": "ZINE", "audience": ["YOUTH"], "readingLevel": "TECHNICAL",
            "contentNotes": ["DEATH"],
        })).record(json!({ "publishedAt": "2026-10-03T00:00:00Z", "updatedAt": "2026-11-04T00:00:00Z",
            "spotlightUntil": "2026-11-23T12:00:00Z" })),
        resource("c").with(json!({ "title": "Éclair", "category": "NEWS", "format": "ARTICLE", "locale": "crk" }))
            .record(json!({ "publishedAt": "2026-10-02T00:00:00Z", "updatedAt": "2026-11-03T00:00:00Z" })),
        resource("d").with(json!({ "title": "« d »", "category": "OTHER", "format": "GUIDE", "contentNotes": ["GRIEF"] }))
            .record(json!({ "publishedAt": "2026-10-01T00:00:00Z", "updatedAt": "2026-11-02T00:00:00Z" })),
    ]
}

#[tokio::test]
async fn every_filter_narrows_by_its_field() {
    let server = Server::with_content(&text(varied())).await;
    let document = "query($filter: ResourceFilter) { resources(filter: $filter) { totalCount nodes { slug } }
        publisher: organization(by: {slug: \"starter-collection\"}) { resources(filter: $filter) { totalCount nodes { slug } } } }";
    for (filter, expected) in [
        (json!(null), "abcd"),
        (json!({}), "abcd"),
        (json!({ "categories": null, "topics": null, "languages": null, "published": null }), "abcd"),
        (json!({ "categories": ["EDUCATION"] }), "ab"),
        (json!({ "categories": ["EDUCATION", "NEWS"] }), "abc"),
        (json!({ "categories": ["EDUCATION", "OTHER"], "formats": ["GUIDE"] }), "ad"),
        (json!({ "categories": [] }), ""),
        (json!({ "formats": [] }), ""),
        (json!({ "audiences": ["ORGANIZERS"] }), "a"),
        (json!({ "audiences": ["ORGANIZERS", "YOUTH"] }), "ab"),
        (json!({ "audiences": [] }), ""),
        (json!({ "readingLevels": ["PLAIN", "TECHNICAL"] }), "ab"),
        (json!({ "readingLevels": [] }), ""),
        (json!({ "excludeContentNotes": ["DEATH"] }), "cd"),
        (json!({ "excludeContentNotes": ["DEATH", "GRIEF"] }), "c"),
        (json!({ "excludeContentNotes": [] }), "abcd"),
        (json!({ "languages": ["fr-CA"] }), "a"),
        (json!({ "languages": ["crk", "fr-CA"] }), "ac"),
        (json!({ "languages": [] }), ""),
        (json!({ "isSpotlighted": true }), "a"),
        (json!({ "isSpotlighted": false }), "bcd"),
        (json!({ "published": { "from": "2026-10-02T00:00:00Z" } }), "abc"),
        (json!({ "published": { "before": "2026-10-02T00:00:00Z" } }), "d"),
        (json!({ "published": { "from": "2026-10-02T00:00:00Z", "before": "2026-10-04T00:00:00-04:00" } }), "abc"),
        (json!({ "published": { "from": null, "before": null } }), "abcd"),
        (json!({ "updatedSince": "2026-11-03T00:00:00Z" }), "bc"),
        (json!({ "regions": [] }), ""),
        (json!({ "topics": [] }), ""),
        (json!({ "publishers": [] }), ""),
        (
            json!({ "publishers": ["starter-collection"], "categories": ["NEWS", "OTHER"], "excludeContentNotes": ["GRIEF"] }),
            "c",
        ),
    ] {
        let data = server.query(document, json!({ "filter": filter })).await;
        for list in [&data["resources"], &data["publisher"]["resources"]] {
            assert_eq!(slugs(list).concat(), expected, "{filter}");
            assert_eq!(list["totalCount"], expected.len(), "{filter}");
        }
    }
}

#[tokio::test]
async fn a_filter_that_cannot_be_meant_is_refused_by_its_field() {
    let server = Server::with_content(&text(varied())).await;
    let document = "query($filter: ResourceFilter) { resources(filter: $filter) { nodes { slug } } }";
    let eleven = |value: &'static str| vec![value; 11];
    for (filter, part) in [
        (json!({ "regions": ["CA", "atlantis"] }), "filter.regions[1]: \"atlantis\" is not known"),
        (json!({ "topics": ["x"] }), "filter.topics[0]: \"x\" is not known"),
        (json!({ "publishers": ["x"] }), "filter.publishers[0]: \"x\" is not known"),
        (json!({ "regions": eleven("CA") }), "filter.regions holds 11 values, more than the maximum of 10"),
        (json!({ "topics": eleven("naloxone") }), "filter.topics holds 11 values, more than the maximum of 10"),
        (json!({ "languages": eleven("en") }), "filter.languages holds 11 values, more than the maximum of 10"),
        (json!({ "languages": ["english"] }), "BCP 47"),
        (json!({ "published": { "from": "yesterday" } }), "RFC 3339"),
        (json!({ "categories": ["GOSSIP"] }), "GOSSIP"),
        (json!({ "colour": "red" }), "colour"),
    ] {
        let (code, message) = server.refusal(document, json!({ "filter": filter })).await;
        assert_eq!(code, "BAD_REQUEST", "{filter}: {message}");
        assert!(message.contains(part), "{filter}: {message}");
    }
}

#[tokio::test]
async fn every_ordering_is_by_its_field_and_titles_ignore_case_and_accents() {
    let server = Server::with_content(&text(varied())).await;
    for (order, expected) in [
        ("", "abcd"),
        ("orderBy: {field: USUAL, direction: DESC}", "abcd"),
        ("orderBy: {field: USUAL, direction: ASC}", "dcba"),
        ("orderBy: {field: PUBLISHED_AT, direction: ASC}", "dcba"),
        ("orderBy: {field: PUBLISHED_AT, direction: DESC}", "abcd"),
        ("orderBy: {field: UPDATED_AT, direction: DESC}", "bcda"),
        ("orderBy: {field: UPDATED_AT, direction: ASC}", "adcb"),
        ("orderBy: {field: TITLE, direction: ASC}", "bdca"),
        ("orderBy: {field: TITLE, direction: DESC}", "acdb"),
    ] {
        let document = format!(
            "{{ resources(first: 9 {order}) {{ nodes {{ slug }} }} narrowed: resources(filter: {{isSpotlighted: false}} {order}) {{ nodes {{ slug }} }}
                publisher: organization(by: {{slug: \"starter-collection\"}}) {{ resources(first: 9 {order}) {{ nodes {{ slug }} }} }} }}"
        );
        let data = server.query(&document, json!({})).await;
        assert_eq!(slugs(&data["resources"]).concat(), expected, "{order}");
        assert_eq!(slugs(&data["publisher"]["resources"]).concat(), expected, "{order}");
        assert_eq!(slugs(&data["narrowed"]).concat(), expected.replace('a', ""), "{order}");
    }
}

#[tokio::test]
async fn a_resource_shows_all_that_it_was_given() {
    let line = resource("whole").with(json!({
        "title": "Title", "summary": "Summary", "body": "# Body\n\n<script>x</script>\n\n[link](https://example.org/)",
        "category": "TOOLKIT", "format": "GUIDE", "audience": ["YOUTH"], "readingLevel": "PLAIN", "license": "CC-BY-4.0",
        "languages": ["en-CA", "crk"], "externalUrl": "https://example.org/guide", "regions": ["CA-ON"], "topics": ["naloxone"],
        "files": [{ "url": "https://example.org/a.pdf", "title": "File", "mediaType": "application/pdf", "sizeBytes": 5, "locale": "fr-CA" }],
        "evidence": [{ "basis": "LIVED_EXPERTISE", "citation": "People", "year": 2024, "doi": "10.1/x", "url": "https://example.org/e" }],
        "reviewedAt": "2026-01-01T00:00:00Z", "reviewDueAt": "2027-01-01T00:00:00Z", "contentNotes": ["GRIEF"],
        "source": { "system": "s", "externalId": "1", "url": "http://example.org/", "license": "MIT", "retrievedAt": "2026-02-01T00:00:00Z" },
        "verification": { "verifiedAt": "2026-03-01T00:00:00Z", "verifiedBy": "Peers", "method": "PHONE", "recheckBy": "2027-03-01T00:00:00Z" },
        "attribution": { "displayName": "A pseudonym", "kind": "PSEUDONYM", "note": "Thanks" }, "expiresAt": "2030-01-01T00:00:00Z",
    })).record(json!({ "version": 3, "publishedAt": "2026-10-01T00:00:00Z", "updatedAt": "2026-10-02T00:00:00Z" }));
    let server = Server::with_content(&text([line])).await;
    let document = "{ resource(by: {slug: \"whole\"}) { slug version status visibility isSpotlighted title summary body bodyHtml
        category format audience readingLevel license languages externalUrl files { url title mediaType sizeBytes locale }
        evidence { basis citation url doi year } reviewedAt reviewDueAt supersededBy { slug } contentNotes
        source { system externalId url license retrievedAt } verification { verifiedAt verifiedBy method recheckBy }
        attribution { displayName kind organization { slug } note } publishedAt updatedAt expiresAt url
        regions { slug } topics { slug } localization { locale isFallback origin isStale direction } } }";
    let mut data = server.query(document, json!({})).await;
    let html = data["resource"]["bodyHtml"].take();
    let html = html.as_str().unwrap();
    assert!(html.contains("<h1>Body</h1>") && html.contains("noreferrer") && !html.contains("<script"), "{html}");
    assert_eq!(
        data["resource"],
        json!({
            "slug": "whole", "version": 3, "status": "PUBLISHED", "visibility": "PUBLIC", "isSpotlighted": false,
            "title": "Title", "summary": "Summary", "body": "# Body\n\n<script>x</script>\n\n[link](https://example.org/)",
            "bodyHtml": Value::Null, "category": "TOOLKIT", "format": "GUIDE", "audience": ["YOUTH"], "readingLevel": "PLAIN",
            "license": "CC-BY-4.0", "languages": ["en-CA", "crk"], "externalUrl": "https://example.org/guide",
            "files": [{ "url": "https://example.org/a.pdf", "title": "File", "mediaType": "application/pdf", "sizeBytes": 5, "locale": "fr-CA" }],
            "evidence": [{ "basis": "LIVED_EXPERTISE", "citation": "People", "url": "https://example.org/e", "doi": "10.1/x", "year": 2024 }],
            "reviewedAt": "2026-01-01T00:00:00Z", "reviewDueAt": "2027-01-01T00:00:00Z", "supersededBy": Value::Null,
            "contentNotes": ["GRIEF"], "expiresAt": "2030-01-01T00:00:00Z",
            "source": { "system": "s", "externalId": "1", "url": "http://example.org/", "license": "MIT", "retrievedAt": "2026-02-01T00:00:00Z" },
            "verification": { "verifiedAt": "2026-03-01T00:00:00Z", "verifiedBy": "Peers", "method": "PHONE", "recheckBy": "2027-03-01T00:00:00Z" },
            "attribution": { "displayName": "A pseudonym", "kind": "PSEUDONYM", "organization": Value::Null, "note": "Thanks" },
            "publishedAt": "2026-10-01T00:00:00Z", "updatedAt": "2026-10-02T00:00:00Z", "url": "https://example.org/guide",
            "regions": [{ "slug": "ontario" }], "topics": [{ "slug": "naloxone" }],
            "localization": { "locale": "en-CA", "isFallback": false, "origin": "ORIGINAL", "isStale": false, "direction": "LTR" },
        })
    );
}

#[tokio::test]
async fn a_superseded_resource_leads_to_its_successor() {
    let lines = [resource("new"), resource("old").with(json!({ "supersededBy": "resource:new" }))];
    let server = Server::with_content(&text(lines)).await;
    let data = server.query("{ resource(by: {slug: \"old\"}) { supersededBy { slug } } }", json!({})).await;
    assert_eq!(data["resource"]["supersededBy"]["slug"], "new");
}
