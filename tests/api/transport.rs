//! GraphQL over HTTP: negotiation, statuses, caching, persisted queries, headers, limits.

use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use solidarity::domain::limits::Limits;
use solidarity::server::{self, ServeOptions};
use solidarity::service;

use crate::harness::{Server, app, codes, post_bytes, post_with, query_bytes, raw, read_answer};

const GRAPHQL_JSON: &str = "application/graphql-response+json";
const SECOND: Duration = Duration::from_secs(1);

fn hash(query: &str) -> String {
    Sha256::digest(query).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(query: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(query) } })
}

#[tokio::test]
async fn the_media_type_decides_the_status_of_a_request_that_is_not_executed() {
    let server = Server::start().await;
    for (query, code) in [
        ("{", "BAD_REQUEST"),
        ("{ doesNotExist }", "BAD_REQUEST"),
        ("query($id: ID!) { __typename }", "BAD_REQUEST"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("{ ...A } fragment A on Query { ...A }", "BAD_REQUEST"),
    ] {
        for (accept, status) in [("application/json", 200), (GRAPHQL_JSON, 400)] {
            let request = server.http.post(server.url("/graphql")).header("accept", accept);
            let response = request.json(&json!({ "query": query })).send().await.unwrap();
            assert_eq!(response.status(), status, "{query}");
            assert!(response.headers()["content-type"].to_str().unwrap().starts_with(accept));
            assert_eq!(response.headers()["cache-control"], "private, no-store");
            let body: Value = response.json().await.unwrap();
            assert_eq!(codes(&body), [code], "{query}");
            assert_eq!(body.get("data"), None);
        }
    }
    let body: Value = server.post("{").await.json().await.unwrap();
    assert_eq!(body["errors"][0]["message"], "syntax error: expected selection");
    assert_eq!(body["errors"][0]["locations"], json!([{ "line": 1, "column": 2 }]));
}

#[tokio::test]
async fn an_answer_tells_its_cost_in_the_body_and_the_allowance_in_headers() {
    let server = Server::with(|limits, _| limits.rate_anonymous = 60).await;
    let response = server.post("{ __schema { queryType { name } } }").await;
    assert_eq!(response.headers()["ratelimit-policy"], "\"anonymous\";q=60;w=60");
    assert_eq!(response.headers()["ratelimit"], "\"anonymous\";r=40;t=20");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["extensions"], json!({ "cost": { "requested": 20, "limit": 1000 } }));
    assert_eq!(body["data"]["__schema"]["queryType"]["name"], "Query");
}

#[tokio::test]
async fn only_json_posts_and_query_gets_are_taken() {
    let server = Server::start().await;
    let url = server.url("/graphql");
    let body = json!({ "query": "{ __typename }" }).to_string();
    for (content_type, status) in [
        ("application/json", 200),
        ("Application/JSON; Charset=\"UTF-8\"", 200),
        ("application/json; charset=utf-16", 415),
        ("application/graphql", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("", 415),
    ] {
        let request = server.http.post(&url).header("content-type", content_type);
        assert_eq!(request.body(body.clone()).send().await.unwrap().status(), status, "{content_type}");
    }
    let encoded = server.http.post(&url).header("content-type", "application/json").header("content-encoding", "gzip");
    let response = encoded.body(body.clone()).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["accept-encoding"]),
        (415, &"identity".parse().unwrap())
    );
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let response = server.http.request(method, &url).body(body.clone()).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "GET, HEAD, POST, OPTIONS");
    }
    let response = server.get("/graphql?query=mutation%7B__typename%7D").await;
    assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST, OPTIONS".parse().unwrap()));
    let response = server.http.get(&url).header("accept", "text/html").send().await.unwrap();
    assert_eq!(response.status(), 406);
    let batch = server.post_json(&json!([{ "query": "{ __typename }" }])).await;
    assert_eq!(batch.status(), 400);
    let batch: Value = batch.json().await.unwrap();
    assert_eq!(batch["errors"][0]["message"], "batches are not taken: send one request object");
    assert!(batch["errors"][0]["extensions"]["requestId"].as_str().unwrap().len() == 32);
}

#[tokio::test]
async fn a_read_is_cached_by_its_entity_tag() {
    let server = Server::start().await;
    let path = "/graphql?query=%7B__typename%7D";
    let first = server.get(path).await;
    assert_eq!(first.headers()["cache-control"], "public, no-cache");
    assert_eq!(first.headers()["vary"], "Accept, Accept-Encoding, Accept-Language, Authorization");
    let tag = first.headers()["etag"].clone();
    let request = || server.http.get(server.url(path));
    let again = request().header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((again.status(), &again.headers()["etag"]), (StatusCode::NOT_MODIFIED, &tag));
    assert_eq!(again.headers()["cache-control"], "public, no-cache");
    assert_eq!(again.bytes().await.unwrap().len(), 0);
    let strong = tag.to_str().unwrap().trim_start_matches("W/").to_string();
    let listed = request().header("if-none-match", format!("\"x\", {strong}")).send().await.unwrap();
    assert_eq!(listed.status(), 304);
    let other = request().header("if-none-match", &tag).header("accept", GRAPHQL_JSON).send().await.unwrap();
    assert_eq!(other.status(), 304, "both media types have the same bytes here");
    assert_eq!(request().header("if-none-match", "\"other\"").send().await.unwrap().status(), 200);
    let head = server.http.head(server.url(path)).send().await.unwrap();
    assert_eq!((head.status(), &head.headers()["etag"]), (StatusCode::OK, &tag));
    let post = server.post("{ __typename }").await;
    assert_eq!(post.headers()["cache-control"], "private, no-store");
    assert!(!post.headers().contains_key("etag"));
    let failed = server.get("/graphql?query=%7Bnope%7D").await;
    assert_eq!(failed.headers()["cache-control"], "private, no-store");
}

#[tokio::test]
async fn a_document_is_persisted_by_its_hash_once_it_was_executed() {
    let server = Server::start().await;
    let query = "query Name { __typename }";
    let by_hash = json!({ "extensions": persisted(query) });
    let miss: Value = server.post_json(&by_hash).await.json().await.unwrap();
    assert_eq!(codes(&miss), ["PERSISTED_QUERY_NOT_FOUND"]);
    assert_eq!(miss["errors"][0]["message"], "PersistedQueryNotFound");
    let with_query = json!({ "query": query, "extensions": persisted(query) });
    assert_eq!(server.post_json(&with_query).await.json::<Value>().await.unwrap()["data"]["__typename"], "Query");
    let hit: Value = server.post_json(&by_hash).await.json().await.unwrap();
    assert_eq!(hit["data"]["__typename"], "Query");
    let url = reqwest::Url::parse_with_params(&server.url("/graphql"), [("extensions", persisted(query).to_string())]);
    let by_get = server.http.get(url.unwrap()).send().await.unwrap();
    assert_eq!(by_get.headers()["cache-control"], "public, no-cache");
    assert_eq!(by_get.json::<Value>().await.unwrap()["data"]["__typename"], "Query");

    let invalid = "{ nope }";
    let _ = server.post_json(&json!({ "query": invalid, "extensions": persisted(invalid) })).await;
    let not_kept: Value = server.post_json(&json!({ "extensions": persisted(invalid) })).await.json().await.unwrap();
    assert_eq!(codes(&not_kept), ["PERSISTED_QUERY_NOT_FOUND"]);
    let mismatch = server.post_json(&json!({ "query": "{ __typename }", "extensions": persisted(query) })).await;
    assert_eq!(mismatch.status(), 400);
}

#[tokio::test]
async fn every_route_has_its_security_headers_and_sets_no_cookie() {
    let server = Server::with(|_, options| options.public_url = Some("https://api.example.org".parse().unwrap())).await;
    for (path, status, is_page) in [
        ("/graphql?query=%7B__typename%7D", 200, false),
        ("/graphql", 400, false),
        ("/schema.graphql", 200, false),
        ("/feeds/updates.atom", 200, false),
        ("/feeds/alerts.cap?nothing/at/all=1", 400, false),
        ("/feeds/nothing", 404, false),
        ("/livez", 200, false),
        ("/readyz", 200, false),
        ("/", 200, true),
        ("/plain", 200, true),
        ("/playground/nothing", 404, true),
        ("/nothing/at/all", 404, false),
        ("/metrics", 404, false),
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        let headers = response.headers().clone();
        let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_string();
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("strict-transport-security"), "max-age=63072000", "{path}");
        assert!(header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(header("permissions-policy").contains("geolocation=()"), "{path}");
        assert_eq!(header("x-request-id").len(), 32, "{path}");
        let (resource, origin) = if is_page { ("same-origin", "") } else { ("cross-origin", "*") };
        assert_eq!(header("cross-origin-resource-policy"), resource, "{path}");
        assert_eq!(header("access-control-allow-origin"), origin, "{path}");
        assert_eq!(header("access-control-allow-credentials"), "", "{path}");
        assert_eq!(header("set-cookie"), "", "{path}");
        if status == 404 {
            assert!(!response.text().await.unwrap().contains("nothing/"), "{path}");
        }
    }
    let plain = Server::start().await;
    assert!(!plain.get("/livez").await.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_page_of_any_origin_may_call_with_a_token_of_its_own() {
    let server = Server::start().await;
    let request = server.http.request(Method::OPTIONS, server.url("/graphql"));
    let request = request
        .header("origin", "https://app.example.org")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(response.headers()["access-control-allow-headers"], "Authorization, Content-Type, *");
    assert_eq!(response.headers()["access-control-allow-methods"], "GET, HEAD, POST, OPTIONS");
    assert_eq!(response.headers()["access-control-max-age"], "86400");
    let exposed = response.headers()["access-control-expose-headers"].to_str().unwrap().to_string();
    for name in ["ETag", "RateLimit", "RateLimit-Policy", "Retry-After"] {
        assert!(exposed.contains(name), "{exposed}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_everywhere() {
    let server = Server::start().await;
    for path in ["/graphql?query=%7B__typename%7D", "/schema.graphql", "/livez", "/", "/nothing"] {
        for token in ["Bearer x", "Basic x", ""] {
            let response = server.http.get(server.url(path)).header("authorization", token).send().await.unwrap();
            assert_eq!(response.status(), 401, "{path}");
            let challenge = format!(
                "Bearer error=\"invalid_token\", resource_metadata=\"http://{}/.well-known/oauth-protected-resource/graphql\"",
                server.address
            );
            assert_eq!(response.headers()["www-authenticate"], challenge.as_str());
            assert_eq!(response.headers()["cache-control"], "private, no-store");
            assert_eq!(codes(&response.json().await.unwrap()), ["UNAUTHENTICATED"]);
        }
    }
}

#[tokio::test]
async fn an_address_that_used_up_its_allowance_waits_and_others_do_not() {
    let server = Server::with(|limits, options| {
        limits.rate_anonymous = 50;
        options.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let ask = |address: &'static str, query: &'static str| {
        let request = server.http.post(server.url("/graphql")).header("x-forwarded-for", address);
        async move { request.json(&json!({ "query": query })).send().await.unwrap() }
    };
    // The allowance fills up by one in 1.2 s: a slow machine may see a little more than what was left.
    let left = |response: &Response| -> u32 {
        let header = response.headers()["ratelimit"].to_str().unwrap();
        let (_, rest) = header.split_once(";r=").unwrap();
        rest.split_once(';').unwrap().0.parse().unwrap()
    };
    let schema = "{ __schema { queryType { name } } }";
    assert!((30..33).contains(&left(&ask("192.0.2.1", schema).await)));
    assert!((29..33).contains(&left(&ask("192.0.2.1", "{").await)), "a refused request costs 1");
    assert_eq!(ask("192.0.2.1", schema).await.status(), 200);
    let refused = ask("192.0.2.1", schema).await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(refused.headers().contains_key("ratelimit-policy"));
    let body: Value = refused.json().await.unwrap();
    assert_eq!(codes(&body), ["RATE_LIMITED"]);
    assert_eq!(body["errors"][0]["message"], "the rate limit of 50 cost per minute is used up");
    assert_eq!(ask("192.0.2.2, 127.0.0.1", schema).await.status(), 200);
    assert!((30..33).contains(&left(&ask("2001:db8::1", schema).await)));
    assert!((10..15).contains(&left(&ask("2001:db8::2", schema).await)), "a /64 is one client");
    assert!(server.metrics().await.contains("solidarity_rate_limited_total 1"));
}

#[tokio::test]
async fn too_many_requests_at_once_are_shed() {
    let server = Server::with(|limits, _| limits.in_flight = 0).await;
    let response = server.post("{ __typename }").await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(codes(&response.json().await.unwrap()), ["OVERLOADED"]);
    assert_eq!(server.get("/livez").await.status(), 200);
    assert!(server.metrics().await.contains("solidarity_graphql_shed_total 1"));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_holds_no_place() {
    let server = Server::with(|limits, _| limits.in_flight = 1).await;
    let bytes = query_bytes("{ __typename }");
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&bytes[..bytes.len() - 1]).await.unwrap();
        slow.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.post("{ __typename }").await.status(), 200);
    for mut stream in slow {
        stream.write_all(&bytes[bytes.len() - 1..]).await.unwrap();
        assert!(read_answer(&mut stream).await.0.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn slow_heads_and_bodies_are_cut_off() {
    let server = Server::with(|limits, _| {
        limits.header_read = Duration::from_millis(300);
        limits.body_read = Duration::from_millis(300);
    })
    .await;
    let silent = raw(server.address, b"", 2 * SECOND);
    let head = raw(server.address, b"POST /graphql HTTP/1.1\r\nhost:", 2 * SECOND);
    let partial = post_with("content-type: application/json\r\n", b"{\"query\":\"{__typename}\"}");
    let body = raw(server.address, &partial[..partial.len() - 3], 2 * SECOND);
    let (silent, head, body) = tokio::join!(silent, head, body);
    for answer in [&silent, &head] {
        assert!(answer.status.is_none_or(|status| status == 408), "{answer:?}");
        assert!(answer.took > Duration::from_millis(250) && answer.took < SECOND, "{answer:?}");
    }
    assert_eq!(body.status, Some(408), "{body:?}");
    assert!(body.head.contains("connection: close"), "{body:?}");
    assert!(body.body.contains("the body did not arrive within 0.3 s"), "{body:?}");
    // A connection that stays idle between requests is closed too.
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: test\r\n\r\n").await.unwrap();
    assert!(read_answer(&mut idle).await.0.starts_with("HTTP/1.1 200"));
    let started = Instant::now();
    let rest = tokio::time::timeout(2 * SECOND, read_answer(&mut idle)).await.unwrap();
    assert!(rest.0.is_empty() && started.elapsed() < SECOND, "{rest:?}");
}

#[tokio::test]
async fn an_execution_that_takes_too_long_is_an_answer_and_no_server_error() {
    let server = Server::with(|limits, _| limits.execution = Duration::from_millis(50)).await;
    service::seed::seed(&server.app).await.unwrap();
    service::seed::load_demo(&server.app).await.unwrap();
    let transaction = server.app.store.begin().await.unwrap();
    let slow = if server.app.store.backend_name() == "PostgreSQL" {
        "SELECT pg_sleep(1)"
    } else {
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT 3000000) SELECT count(*) FROM number"
    };
    let view = format!("CREATE VIEW listing AS SELECT quick.* FROM ({slow}) AS slow CROSS JOIN quick");
    for statement in ["ALTER TABLE listing RENAME TO quick", &view] {
        transaction.execute_unprepared(statement).await.unwrap();
    }
    transaction.commit().await.unwrap();
    for accept in ["application/json", GRAPHQL_JSON] {
        let request = server.http.post(server.url("/graphql")).header("accept", accept);
        let body = json!({ "query": "{ resources(first: 1) { nodes { id } } }" });
        let response = request.json(&body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let body: Value = response.json().await.unwrap();
        assert_eq!((codes(&body), &body["data"]), (vec!["TIMEOUT"], &Value::Null));
        assert_eq!(body["errors"][0]["message"], "execution exceeded the maximum of 0.05 s");
    }
    assert!(server.metrics().await.contains("solidarity_graphql_timeouts_total 2"));
    assert_eq!(server.post("{ __typename }").await.status(), 200);
}

#[tokio::test]
async fn a_fault_of_ours_is_a_fixed_sentence_with_the_request_id() {
    let server = Server::start().await;
    let transaction = server.app.store.begin().await.unwrap();
    transaction.execute_unprepared("ALTER TABLE listing RENAME TO gone").await.unwrap();
    transaction.commit().await.unwrap();
    let response = server.post("{ resources(first: 1) { nodes { id } } }").await;
    assert_eq!(response.status(), 200);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_string();
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        body["errors"],
        json!([{
            "message": "the server could not answer this; the cause is logged under the request id",
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["resources"],
            "extensions": { "code": "INTERNAL", "requestId": id },
        }])
    );
    assert!(server.metrics().await.contains("solidarity_faults_total 1"));
}

#[tokio::test]
async fn cost_counts_objects_times_page_sizes_and_is_bounded() {
    let server = Server::start().await;
    let selection = "nodes { title publisher { name } regions { name } topics { name } }";
    let page = server.post(&format!("{{ resources(first: 100) {{ {selection} }} }}")).await;
    let page: Value = page.json().await.unwrap();
    assert_eq!(page["extensions"]["cost"]["requested"], 800);
    assert_eq!(page["errors"], Value::Null);
    for (query, code, message) in [
        ("{ resources(first: 500) { totalCount } }", "PAGE_TOO_LARGE", "page size 500 exceeds the maximum of 100"),
        (
            "{ regions(first: 50) { nodes { events(first: 50) { nodes { id } } } } }",
            "QUERY_TOO_COMPLEX",
            "cost of 2550 exceeds the maximum of 1000",
        ),
    ] {
        let body: Value = server.post(query).await.json().await.unwrap();
        assert_eq!((codes(&body), body["errors"][0]["message"].as_str()), (vec![code], Some(message)));
    }
}

#[tokio::test]
async fn what_differs_from_caller_to_caller_is_never_cached() {
    let server = Server::start().await;
    let response = server.get("/graphql?query=%7BrateLimit%7Bremaining%7D%7D").await;
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert!(!response.headers().contains_key("etag"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["data"]["rateLimit"]["remaining"], 19_999);
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_take_it() {
    let server = Server::start().await;
    let introspection = include_str!("../../src/graphql/guard/introspection.graphql");
    let body = json!({ "query": introspection });
    let request = server.http.post(server.url("/graphql")).header("accept-encoding", "gzip").json(&body);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers().get_all("vary").iter().count(), 1);
    assert_eq!(&response.bytes().await.unwrap()[..2], &[0x1f, 0x8b]);
    let plain: Value = server.post_json(&body).await.json().await.unwrap();
    assert!(plain.get("errors").is_none() && plain["data"]["__schema"]["types"].is_array());
    let small = server.http.get(server.url("/livez")).header("accept-encoding", "gzip").send().await.unwrap();
    assert!(!small.headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn health_and_schema_are_served() {
    let server = Server::start().await;
    let ready: Value = server.get("/readyz").await.json().await.unwrap();
    assert_eq!((&ready["status"], &ready["database"]), (&json!("ready"), &json!("reachable")));
    assert!(ready["timeZones"].as_str().unwrap().starts_with("2026"), "{ready}");
    let schema = server.get("/schema.graphql").await;
    assert_eq!(schema.headers()["content-type"], "text/plain; charset=utf-8");
    let tag = schema.headers()["etag"].clone();
    assert!(schema.text().await.unwrap().contains("type Query"));
    let again = server.http.get(server.url("/schema.graphql")).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let metrics = server.metrics().await;
    assert!(metrics.contains("solidarity_http_requests_total{route=\"schema\",status=\"2xx\"} 1"), "{metrics}");
}

#[tokio::test]
async fn a_stopping_server_finishes_what_is_under_way() {
    let server = Server::start().await;
    let address = server.address;
    let bytes = post_bytes(b"{\"query\":\"{ __typename }\"}");
    let mut under_way = TcpStream::connect(address).await.unwrap();
    under_way.write_all(&bytes[..bytes.len() - 1]).await.unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = tokio::spawn(server.shutdown());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(address).await.is_err(), "nothing new is accepted");
    under_way.write_all(&bytes[bytes.len() - 1..]).await.unwrap();
    assert!(read_answer(&mut under_way).await.1.contains("\"__typename\":\"Query\""));
    assert_eq!(read_answer(&mut idle).await.0, "");
    tokio::time::timeout(2 * SECOND, stopping).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_metrics_listener_that_others_could_reach_stops_the_start() {
    let options = ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        metrics_listen: Some("0.0.0.0:0".parse().unwrap()),
        public_url: None,
        trusted_proxies: Vec::new(),
    };
    let refused = server::start(app(Limits::default()).await, options).await.unwrap_err();
    assert_eq!(refused.to_string(), "metrics_listen 0.0.0.0:0 is not a loopback address");
}
