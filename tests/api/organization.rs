//! Organizations: look-ups, filters, and what each has published.

use serde_json::{Value, json};

use crate::actor::slugs;
use crate::harness::Server;
use crate::lines::{campaign, event, organization, resource, text};

#[tokio::test]
async fn an_organization_is_found_by_id_and_slug() {
    let server = Server::shared_demo().await;
    let document = "query($by: OrganizationBy!, $locales: [Locale!]) { organization(by: $by, locales: $locales) {
        id slug name description { text locale } website isVerified languages regions { slug } } }";
    let by_slug = server.query(document, json!({ "by": { "slug": "starter-collection" } })).await;
    let organization = &by_slug["organization"];
    assert_eq!(organization["name"], "Solidarity Collective (starter collection)");
    assert_eq!(organization["isVerified"], true);
    assert_eq!(organization["languages"], json!(["en-CA", "fr-CA"]));
    assert_eq!(organization["regions"], json!([{ "slug": "canada" }]));
    assert_eq!(server.query(document, json!({ "by": { "id": organization["id"] } })).await, by_slug);
    let french = server.query(document, json!({ "by": { "slug": "starter-collection" }, "locales": ["fr-CA"] })).await;
    assert_eq!(french["organization"]["description"]["locale"], "fr-CA");
    for by in [json!({ "slug": "nobody" }), json!({ "id": "org_00000000000000000000000000" })] {
        assert_eq!(server.query(document, json!({ "by": by })).await["organization"], Value::Null);
    }
}

#[tokio::test]
async fn filters_of_organizations_include_what_works_inside_a_region() {
    let of = |slug: &str, regions: &[&str], is_verified: bool| {
        organization(slug).with(json!({ "regions": regions, "isVerified": is_verified }))
    };
    let lines = [of("a", &["toronto"], true), of("b", &["CA-ON"], false), of("c", &["vancouver", "toronto"], false)];
    let server = Server::with_content(&text(lines)).await;
    let document =
        "query($filter: OrganizationFilter) { organizations(filter: $filter) { totalCount nodes { slug } } }";
    for (filter, expected) in [
        (json!({ "regions": ["CA-ON"] }), vec!["a", "b", "c"]),
        (json!({ "regions": ["toronto"] }), vec!["a", "c"]),
        (json!({ "regions": ["vancouver", "CA-ON"], "isVerified": false }), vec!["b", "c"]),
        (json!({ "isVerified": true }), vec!["a"]),
        (json!({ "regions": [] }), vec![]),
        (json!({ "regions": null, "isVerified": null }), vec!["a", "b", "c", "starter-collection"]),
    ] {
        let data = server.query(document, json!({ "filter": filter })).await;
        assert_eq!(slugs(&data["organizations"]), expected, "{filter}");
        assert_eq!(data["organizations"]["totalCount"], expected.len(), "{filter}");
    }
    let (code, message) = server.refusal(document, json!({ "filter": { "regions": ["atlantis"] } })).await;
    assert_eq!((&*code, &*message), ("BAD_REQUEST", "filter.regions[0]: \"atlantis\" is not known"));
}

#[tokio::test]
async fn an_organization_has_what_it_published_and_filters_by_publisher_agree() {
    let by = |organization: &str| json!({ "publisher": organization, "regions": ["toronto"], "topics": ["naloxone"] });
    let lines = [
        organization("one"),
        organization("two"),
        resource("r-one").with(by("one")),
        resource("r-two").with(by("two")),
        event("e-one").with(by("one")),
        campaign("c-two").with(by("two")),
        resource("r-credited").with(json!({
            "attribution": { "displayName": "One", "kind": "PARTNER_GROUP", "organization": "one" }
        })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let document = "{ organization(by: {slug: \"one\"}) {
            resources { totalCount nodes { slug publisher { slug } } } events { nodes { slug } } campaigns { totalCount nodes { slug } }
            inside: resources(filter: {regions: [\"CA\"], topics: [\"naloxone\", \"opioids\"]}) { nodes { slug } }
            others: resources(filter: {publishers: [\"two\"]}) { totalCount nodes { slug } } }
        filtered: resources(filter: {publishers: [\"one\"]}) { totalCount nodes { slug } }
        both: resources(filter: {publishers: [\"one\", \"two\"], regions: [\"CA-ON\"]}) { totalCount nodes { slug } }
        titled: resources(filter: {publishers: [\"two\", \"one\"]}, orderBy: {field: TITLE, direction: DESC}) { nodes { slug } }
        none: resources(filter: {publishers: []}) { totalCount nodes { slug } }
        credited: resource(by: {slug: \"r-credited\"}) { attribution { displayName organization { slug } } publisher { slug } } }";
    let data = server.query(document, json!({})).await;
    let one = &data["organization"];
    assert_eq!(
        one["resources"],
        json!({ "totalCount": 1, "nodes": [{ "slug": "r-one", "publisher": { "slug": "one" } }] })
    );
    assert_eq!(slugs(&one["events"]), ["e-one"]);
    assert_eq!(one["campaigns"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(slugs(&one["inside"]), ["r-one"]);
    assert_eq!(
        one["others"],
        json!({ "totalCount": 0, "nodes": [] }),
        "a parent and another publisher exclude each other"
    );
    assert_eq!(data["filtered"], json!({ "totalCount": 1, "nodes": [{ "slug": "r-one" }] }));
    assert_eq!(data["both"]["totalCount"], 2);
    assert_eq!(slugs(&data["titled"]), ["r-two", "r-one"]);
    assert_eq!(data["none"]["totalCount"], 0);
    assert_eq!(data["credited"]["attribution"]["organization"]["slug"], "one");
    assert_eq!(data["credited"]["publisher"]["slug"], "starter-collection");
}
