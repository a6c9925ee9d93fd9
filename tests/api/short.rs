//! The short ways of a request, beside the long ones: whatever is asked for is read, all answers have the same headers, and
//! nothing can be asked for that the schema does not have.

use std::collections::BTreeSet;

use reqwest::Response;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use serde_json::json;
use solidarity::domain::limits::Limits;

use crate::actor::{clock, generous, load, migrated, open};
use crate::database::Database;
use crate::generated::{Schema, base, content};
use crate::harness::Server;
use crate::lines;

const LISTS: [(&str, &[&str]); 4] = [
    ("resources", &["Resource"]),
    ("events", &["Event"]),
    ("campaigns", &["Campaign"]),
    ("regionalUpdates", &["RegionalUpdate", "DrugAlert", "ServiceUpdate", "PolicyUpdate", "CommunityUpdate"]),
];

/// The fields of a type that take no arguments and have none below them, and those of theirs.
fn fields(schema: &Schema, of: &str, depth: usize) -> Vec<String> {
    let Some(fields_of) = schema.objects.get(of) else { return Vec::new() };
    let plain = fields_of.iter().filter(|field| field.arguments.is_empty());
    let text = |name: &str, below: &str| match schema.objects.contains_key(below) {
        false => Some(name.to_string()),
        true if depth == 0 => None,
        true => {
            let inside = fields(schema, below, depth - 1).join(" ");
            Some(format!("{name} {{ __typename {inside} }}"))
        }
    };
    plain.filter_map(|field| text(field.name.node.as_str(), &base(&field.ty.node))).collect()
}

#[tokio::test]
async fn whatever_field_is_asked_for_alone_is_read() {
    let database = Database::fresh().await;
    let app = open(&database, Limits { answer_cache_bytes: 0, ..generous() }, clock()).await;
    load(&app, &lines::text(content())).await;
    let plain = Limits { is_rendering: false, answer_cache_bytes: 0, ..generous() };
    let engine = Server::of(migrated(&database, plain, clock()).await, None).await;
    let short = Server::of(app, Some(database)).await;
    let (schema, own) = (Schema::read(), engine.address.to_string());
    let mut asked = 0;
    for (list, types) in LISTS {
        for of in types.iter().filter(|of| schema.objects.contains_key(**of)) {
            for field in fields(&schema, of, 1) {
                let document = format!("query One {{ {list} {{ totalCount nodes {{ ... on {of} {{ {field} }} }} }} }}");
                let text = async |server: &Server| {
                    let answer = server.post_json(&json!({ "query": document })).await.text().await.unwrap();
                    answer.replace(&server.address.to_string(), &own)
                };
                let expected = text(&engine).await;
                assert!(expected.starts_with("{\"data\""), "{document}: {expected}");
                for _ in 0..2 {
                    assert_eq!(text(&short).await, expected, "{document}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
}

#[tokio::test]
async fn an_answer_has_the_same_headers_whether_it_could_be_packed_or_not() {
    let server = Server::with(|limits, _| limits.rate_anonymous = 60).await;
    let http = &server.http;
    let url = format!("http://{}/graphql", server.address);
    let ask = async |number: usize, encoding: Option<&str>| -> Response {
        let json = |body: &str| http.post(&url).header(CONTENT_TYPE, "application/json").body(body.to_string());
        let request = match number {
            0 => json("{\"query\":\"{ __typename }\"}"),
            1 => http.get(format!("{url}?query=%7B__typename%7D")),
            2 => json("{\"query\":\"{ nothing }\"}"),
            3 => json("{"),
            4 => json("{\"query\":\"{ __typename }\"}").header(ACCEPT, "image/png"),
            5 => http.post(&url).header(CONTENT_TYPE, "text/plain").body("{}"),
            6 => http.get(format!("{url}?query=subscription%7BcontentChanged%7BhasMore%7D%7D")),
            _ => json("{\"query\":\"{ resources(first: 100) { nodes { id } } }\"}"),
        };
        let request = encoding.into_iter().fold(request, |request, encoding| request.header(ACCEPT_ENCODING, encoding));
        request.send().await.unwrap()
    };
    let seen = |response: &Response| -> (u16, BTreeSet<String>) {
        (response.status().as_u16(), response.headers().keys().map(ToString::to_string).collect())
    };
    let mut statuses = BTreeSet::new();
    for number in 0..8 {
        let (plain, packed) = (ask(number, None).await, ask(number, Some("gzip")).await);
        assert_eq!(seen(&plain), seen(&packed), "{number}");
        statuses.insert(plain.status().as_u16());
    }
    // Nothing that there is, is no reason for an error.
    let whole = ask(0, Some("identity;q=0, br")).await;
    assert_eq!((whole.status().as_u16(), whole.text().await.unwrap().starts_with("{\"data\"")), (200, true));
    assert!(statuses.is_superset(&BTreeSet::from([200, 400, 406, 415])), "{statuses:?}");
    // The allowance is used up on both ways alike.
    let mut last = seen(&ask(7, None).await);
    for _ in 0..10 {
        last = seen(&ask(7, None).await);
    }
    assert_eq!((last.0, last), (429, seen(&ask(7, Some("gzip")).await)));
    server.shutdown().await;
}

#[tokio::test]
async fn a_request_that_is_known_cannot_ask_for_more_than_the_schema_has() {
    let server = Server::with(|limits, _| limits.answer_cache_bytes = 0).await;
    for query in ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"] {
        for _ in 0..2 {
            let answer = server.post(query).await.text().await.unwrap();
            assert!(answer.starts_with("{\"errors\""), "{query}: {answer}");
        }
    }
    let query = "{ __type(name: \"_Service\") { name } __schema { types { name } } }";
    for _ in 0..3 {
        let answer = server.post(query).await.text().await.unwrap();
        assert!(answer.contains("\"__type\":null") && !answer.contains("_Service"), "{answer}");
    }
    server.shutdown().await;
}

/// GraphQL October 2021, sections 3.13 and 6.1.2, on the ways that an answer can be made.
#[tokio::test]
async fn what_is_skipped_and_what_is_not_says_the_value_of_its_condition() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load(&app, &lines::text(content())).await;
    let server = async |change: fn(&mut Limits)| {
        let mut limits = generous();
        change(&mut limits);
        Server::of(migrated(&database, limits, clock()).await, None).await
    };
    let engine = server(|limits| (limits.is_rendering, limits.answer_cache_bytes) = (false, 0)).await;
    let unkept = server(|limits| limits.answer_cache_bytes = 0).await;
    let kept = Server::of(app, None).await;
    // A definition, what is sent, and what the variable is worth.
    let variables = [
        ("$x: Boolean!", json!({ "x": true }), true),
        ("$x: Boolean!", json!({ "x": false }), false),
        ("$x: Boolean! = true", json!({}), true),
        ("$x: Boolean! = false", json!({}), false),
        ("$x: Boolean! = true", json!({ "x": false }), false),
        ("$x: Boolean! = false", json!({ "x": true }), true),
        ("$x: Boolean = true", json!({}), true),
    ];
    // Where a condition stands, and the answer with what is under it and without.
    let places = [
        (
            "list: resources(first: 1) IF { nodes { status } }",
            "",
            json!({ "list": { "nodes": [{ "status": "PUBLISHED" }] } }),
            json!({}),
        ),
        (
            "list: resources(first: 1) { nodes IF { status } }",
            "",
            json!({ "list": { "nodes": [{ "status": "PUBLISHED" }] } }),
            json!({ "list": {} }),
        ),
        (
            "list: resources(first: 1) { ... IF { nodes { status } } }",
            "",
            json!({ "list": { "nodes": [{ "status": "PUBLISHED" }] } }),
            json!({ "list": {} }),
        ),
        (
            "list: resources(first: 1) { ...F IF }",
            "fragment F on ResourceConnection { nodes { status } }",
            json!({ "list": { "nodes": [{ "status": "PUBLISHED" }] } }),
            json!({ "list": {} }),
        ),
        (
            "list: resources(first: 1) { ...F }",
            "fragment F on ResourceConnection { nodes IF { status } }",
            json!({ "list": { "nodes": [{ "status": "PUBLISHED" }] } }),
            json!({ "list": {} }),
        ),
        (
            "list: resources(first: 1) { nodes { status IF } }",
            "",
            json!({ "list": { "nodes": [{ "status": "PUBLISHED" }] } }),
            json!({ "list": { "nodes": [{}] } }),
        ),
        (
            "resource(by: {slug: \"r-1\"}) { slug publisher { ... IF { slug } } }",
            "",
            json!({ "resource": { "slug": "r-1", "publisher": { "slug": "starter-collection" } } }),
            json!({ "resource": { "slug": "r-1", "publisher": {} } }),
        ),
    ];
    for (definition, sent, value) in &variables {
        for (place, fragment, with, without) in &places {
            for directive in ["include", "skip"] {
                let condition = format!("@{directive}(if: $x)");
                let (place, fragment) = (place.replace("IF", &condition), fragment.replace("IF", &condition));
                let expected = if *value == (directive == "include") { with } else { without };
                let alone = format!("query A({definition}) {{ {place} }} {fragment}");
                let other = definition.replace("true", "null").replace("false", "true").replace("null", "false");
                let among = format!("query B({other}) {{ {place} }} {alone}");
                for (document, name) in [(&alone, None), (&among, Some("A"))] {
                    let body = json!({ "query": document, "operationName": name, "variables": sent });
                    for server in [&engine, &unkept, &unkept, &kept, &kept] {
                        let text = server.post_json(&body).await.text().await.unwrap();
                        let answer: serde_json::Value =
                            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{body}: {text}"));
                        assert_eq!(&answer["data"], expected, "{body}: {text}");
                    }
                }
            }
        }
    }
    let nothing = json!({ "query": "query A($x: Boolean = true) { resources { nodes @include(if: $x) { slug } } }", "variables": { "x": null } });
    for server in [&engine, &unkept, &kept] {
        let answer: serde_json::Value = server.post_json(&nothing).await.json().await.unwrap();
        assert!(answer["data"].is_null() && answer["errors"].is_array(), "{answer}");
    }
    drop((engine, unkept, kept, database));
}
