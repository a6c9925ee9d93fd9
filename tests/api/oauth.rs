//! The endpoints by which clients get, revoke and look into tokens, and what anyone may know of them.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::client::{self, By};

use crate::actor::TestClient;
use crate::harness::{Server, raw};
use crate::lines::{organization, text};

type Form<'a> = &'a [(&'a str, &'a str)];

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// A server with the organizations `one` and `two`.
async fn server() -> Server {
    Server::with_content(&text([organization("one"), organization("two")])).await
}

async fn client(server: &Server) -> TestClient {
    server.new_client(&[Scope::ResourcesWrite, Scope::EventsWrite], "one", &[]).await
}

async fn post(server: &Server, path: &str, client: Option<&TestClient>, form: Form<'_>) -> Response {
    let mut request = server.http.post(server.url(path));
    if let Some(client) = client {
        request = request.basic_auth(&client.id, Some(&client.secret));
    }
    request.form(form).send().await.unwrap()
}

/// Status, error code, and the whole body.
async fn refusal(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_string());
    assert_eq!(challenge.as_deref(), (status == 401).then_some("Basic realm=\"solidarity\""));
    let body: Value = response.json().await.unwrap();
    assert!(body["error_description"].is_string(), "{body}");
    (status, body["error"].as_str().unwrap_or_default().to_string(), body)
}

#[tokio::test]
async fn a_client_gets_a_token_by_basic_and_by_post() {
    let server = server().await;
    let client = client(&server).await;
    assert!(client.secret.starts_with("sldrt_secret_") && client.secret.len() == 71);
    let by_basic = post(&server, "/oauth/token", Some(&client), &[GRANT]).await;
    let in_body = [GRANT, ("client_id", &client.id), ("client_secret", &client.secret)];
    let by_post = post(&server, "/oauth/token", None, &in_body).await;
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
    let encoded = TestClient { id: client.id.replace('_', "%5F"), secret: client.secret.replace('_', "%5f") };
    let by_encoded = post(&server, "/oauth/token", Some(&encoded), &[GRANT, ("client_id", &client.id)]).await;
    for response in [by_basic, by_post, by_encoded] {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 600);
        assert_eq!(body["scope"], "resources:write events:write");
        let answer = server.ask_as(body["access_token"].as_str().unwrap(), "{ viewer { scopes } }", json!({})).await;
        assert_eq!(answer["data"]["viewer"]["scopes"], json!(["resources:write", "events:write"]));
    }
}

#[tokio::test]
async fn a_token_can_be_narrower_than_what_the_client_holds() {
    let server = server().await;
    let client = client(&server).await;
    let (audience, issuer) = (server.url("/graphql"), server.url(""));
    for (form, scope) in [
        ([GRANT, ("scope", "events:write")], "events:write"),
        ([GRANT, ("scope", "events:write events:write")], "events:write"),
        ([GRANT, ("scope", "")], "resources:write events:write"),
        ([GRANT, ("resource", &audience)], "resources:write events:write"),
        ([GRANT, ("resource", &issuer)], "resources:write events:write"),
    ] {
        let body: Value = post(&server, "/oauth/token", Some(&client), &form).await.json().await.unwrap();
        assert_eq!(body["scope"], scope, "{form:?}");
        let answer = server.ask_as(body["access_token"].as_str().unwrap(), "{ viewer { scopes } }", json!({})).await;
        assert_eq!(answer["data"]["viewer"]["scopes"], json!(scope.split(' ').collect::<Vec<_>>()));
    }
    for (form, error) in [
        ([GRANT, ("scope", "alerts:issue")], "invalid_scope"),
        ([GRANT, ("scope", "events:write alerts:issue")], "invalid_scope"),
        ([GRANT, ("scope", "moon:fly")], "invalid_scope"),
        ([GRANT, ("scope", "events:write\tresources:write")], "invalid_scope"),
        ([GRANT, ("resource", "https://example.org/graphql")], "invalid_target"),
    ] {
        let (status, code, _) = refusal(post(&server, "/oauth/token", Some(&client), &form).await).await;
        assert_eq!((status, code.as_str()), (400, error), "{form:?}");
    }
}

#[tokio::test]
async fn requests_that_are_not_well_formed_are_refused() {
    let server = server().await;
    let client = client(&server).await;
    let secret = ("client_secret", client.secret.as_str());
    for (form, code) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "")], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code"), ("code", "x")], "unsupported_grant_type"),
        (vec![GRANT, GRANT], "invalid_request"),
        (vec![GRANT, ("scope", "events:write"), ("scope", "events:write")], "invalid_request"),
        (vec![GRANT, ("x", "1"), ("x", "2")], "invalid_request"),
        (vec![GRANT, secret], "invalid_request"),
        (vec![GRANT, ("client_id", client.id.as_str()), secret], "invalid_request"),
        (vec![GRANT, ("client_id", "cli_00000000000000000000000000")], "invalid_request"),
    ] {
        let (status, found, _) = refusal(post(&server, "/oauth/token", Some(&client), &form).await).await;
        assert_eq!((status, found.as_str()), (400, code), "{form:?}");
    }
    let send = async |kind: Option<&str>, body: String| {
        let mut request = server.http.post(server.url("/oauth/token"));
        request = request.basic_auth(&client.id, Some(&client.secret)).body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        refusal(request.send().await.unwrap()).await
    };
    let form = Some("application/x-www-form-urlencoded");
    let valid = "grant_type=client_credentials";
    for (kind, body, status) in [
        (Some("application/json"), json!({ "grant_type": "client_credentials" }).to_string(), 400),
        (None, valid.to_string(), 400),
        (form, format!("{valid}&x=%zz"), 400),
        (form, format!("{valid}&x=%ff"), 400),
        (form, format!("{valid}&x={}", "a".repeat(9_000)), 413),
    ] {
        let (found, code, _) = send(kind, body.clone()).await;
        assert_eq!((found, code.as_str()), (status, "invalid_request"), "{kind:?} {body:.60}");
    }
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let (status, code, _) = refusal(post(&server, path, Some(&client), &[]).await).await;
        assert_eq!((status, code.as_str()), (400, "invalid_request"));
    }
    for (method, path, allowed) in [
        (Method::GET, "/oauth/token", "POST, OPTIONS"),
        (Method::PUT, "/oauth/revoke", "POST, OPTIONS"),
        (Method::POST, "/oauth/jwks", "GET, HEAD, OPTIONS"),
        (Method::POST, "/.well-known/oauth-authorization-server", "GET, HEAD, OPTIONS"),
    ] {
        let response = server.http.request(method, server.url(path)).send().await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &allowed.parse().unwrap()));
        let preflight = server.http.request(Method::OPTIONS, server.url(path)).send().await.unwrap();
        assert_eq!(preflight.headers()["access-control-allow-methods"], allowed);
    }
}

#[tokio::test]
async fn clients_that_do_not_exist_or_are_disabled_are_answered_like_a_wrong_secret() {
    let server = server().await;
    let right = client(&server).await;
    let disabled = client(&server).await;
    client::disable(&server.app, By::Operator, disabled.id.parse().unwrap()).await.unwrap();
    let other = client(&server).await;
    let of = |id: &str, secret: &str| TestClient { id: id.to_string(), secret: secret.to_string() };
    let mut answers = Vec::new();
    for tried in [
        of(&right.id, &other.secret),
        of(&right.id, "x"),
        of(&right.id, ""),
        of(&right.id, &right.secret[..70]),
        of("cli_00000000000000000000000007", &right.secret),
        of("cli_x", &right.secret),
        of(&right.id.to_uppercase(), &right.secret),
        of("org_00000000000000000000000007", &right.secret),
        of("", ""),
        of("cli_\0", "\0"),
        disabled.clone(),
    ] {
        let statements = server.app.store.statements();
        answers.push(refusal(post(&server, "/oauth/token", Some(&tried), &[GRANT]).await).await);
        assert_eq!(server.app.store.statements() - statements, 1, "{tried:?}");
    }
    let expected = (401, "invalid_client".to_string());
    assert!(answers.iter().all(|(status, code, _)| (*status, code.clone()) == expected));
    answers.dedup();
    assert_eq!(answers.len(), 1, "answers differ: {answers:?}");
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let (status, ..) = refusal(post(&server, path, Some(&disabled), &[("token", "x")]).await).await;
        assert_eq!(status, 401);
    }
    let (status, code, _) = refusal(post(&server, "/oauth/token", None, &[GRANT]).await).await;
    assert_eq!((status, code.as_str()), (401, "invalid_client"));
    for header in ["Basic", "Basic !!!", "Basic eA==", "Bearer x", "Digest x"] {
        let request = server.http.post(server.url("/oauth/token")).header("authorization", header).form(&[GRANT]);
        assert_eq!(refusal(request.send().await.unwrap()).await.0, 401, "{header}");
    }
}

#[tokio::test]
async fn an_unknown_client_takes_as_long_as_a_wrong_secret() {
    let limits = solidarity::domain::limits::Limits { rate_failures: 1_000_000, ..crate::actor::generous() };
    let server = Server::with_limited_content(&text([organization("one")]), limits).await;
    let right = client(&server).await;
    let wrong = TestClient { secret: "x".repeat(71), ..right.clone() };
    let unknown = TestClient { id: "cli_00000000000000000000000007".into(), ..right };
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..60 {
        for (times, tried) in took.iter_mut().zip([&wrong, &unknown]) {
            let started = Instant::now();
            post(&server, "/oauth/token", Some(tried), &[GRANT]).await;
            times.push(started.elapsed());
        }
    }
    let [wrong, unknown] = took.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    let ratio = wrong.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.4..2.5).contains(&ratio), "a wrong secret took {wrong:?}, an unknown client {unknown:?}");
}

#[tokio::test]
async fn failed_attempts_of_an_address_are_limited_and_others_are_not_held_up() {
    let server = Server::with(|limits, options| {
        limits.rate_failures = 5;
        options.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let attempt = async |address: &str| {
        let request = server.http.post(server.url("/oauth/token")).header("x-forwarded-for", address);
        request.basic_auth("cli_00000000000000000000000007", Some("x")).form(&[GRANT]).send().await.unwrap()
    };
    for _ in 0..5 {
        assert_eq!(attempt("198.51.100.1").await.status(), 401);
    }
    let statements = server.app.store.statements();
    let response = attempt("198.51.100.1").await;
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let (status, code, _) = refusal(response).await;
    assert_eq!((status, code.as_str()), (429, "temporarily_unavailable"));
    assert_eq!(server.app.store.statements(), statements, "a refused attempt asked the database");
    assert_eq!(attempt("198.51.100.2").await.status(), 401);
    assert_eq!(server.post("{ __typename }").await.status(), 200);
}

#[tokio::test]
async fn two_secrets_are_valid_during_a_rotation() {
    let server = server().await;
    let first = client(&server).await;
    let id = first.id.parse().unwrap();
    let mut secrets = vec![first.secret.clone()];
    for _ in 0..3 {
        let made = client::rotate_secret(&server.app, By::Operator, id).await.unwrap();
        secrets.push(made.secret.expose_secret().to_string());
        let mut valid = Vec::new();
        for secret in &secrets {
            let tried = TestClient { secret: secret.clone(), ..first.clone() };
            valid.push(post(&server, "/oauth/token", Some(&tried), &[GRANT]).await.status() == 200);
        }
        let expected: Vec<bool> = (0..secrets.len()).map(|position| position + 2 >= secrets.len()).collect();
        assert_eq!(valid, expected);
    }
}

#[tokio::test]
async fn only_a_clients_own_tokens_are_told_of_and_revoked() {
    let server = server().await;
    let (own, other) = (client(&server).await, client(&server).await);
    let token = server.token_of(&own).await;
    let introspect = async |by: &TestClient, token: &str| -> Value {
        let response = post(&server, "/oauth/introspect", Some(by), &[("token", token)]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["cache-control"], "no-store");
        response.json().await.unwrap()
    };
    let body = introspect(&own, &token).await;
    for (member, value) in [
        ("active", json!(true)),
        ("client_id", json!(own.id)),
        ("sub", json!(own.id)),
        ("iss", json!(server.url(""))),
        ("aud", json!(server.url("/graphql"))),
        ("scope", json!("resources:write events:write")),
        ("token_type", json!("Bearer")),
    ] {
        assert_eq!(body[member], value, "{member}");
    }
    assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 600);
    let inactive = json!({ "active": false });
    assert_eq!(introspect(&other, &token).await, inactive);
    assert_eq!(introspect(&own, "nonsense").await, inactive);
    for (by, text) in [(&other, token.as_str()), (&own, "nonsense")] {
        let form = [("token", text), ("token_type_hint", "refresh_token")];
        assert_eq!(post(&server, "/oauth/revoke", Some(by), &form).await.status(), 200);
    }
    assert_eq!(introspect(&own, &token).await["active"], true, "another client revoked it");
    assert_eq!(post(&server, "/oauth/revoke", Some(&own), &[("token", &token)]).await.status(), 200);
    assert_eq!(introspect(&own, &token).await, inactive);
}

#[tokio::test]
async fn a_program_finds_its_way_from_a_refused_request_to_a_token() {
    let server = server().await;
    let client = client(&server).await;
    let refused = server.http.get(server.url("/graphql")).bearer_auth("x").send().await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_string();
    let (_, address) = challenge.split_once("resource_metadata=\"").unwrap();
    let read = async |address: &str| -> Value {
        let response = server.http.get(address).send().await.unwrap();
        assert_eq!(response.status(), 200, "{address}");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(response.headers()["cache-control"], "public, max-age=300");
        response.json().await.unwrap()
    };
    let resource = read(address.trim_end_matches('"')).await;
    assert_eq!(resource, read(&server.url("/.well-known/oauth-protected-resource")).await);
    assert_eq!(resource["resource"], server.url("/graphql"));
    assert_eq!(resource["bearer_methods_supported"], json!(["header"]));
    let issuer = resource["authorization_servers"][0].as_str().unwrap();
    let metadata = read(&format!("{issuer}/.well-known/oauth-authorization-server")).await;
    assert_eq!(metadata["issuer"], issuer);
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(metadata["response_types_supported"], json!([]));
    assert_eq!(metadata["scopes_supported"].as_array().unwrap().len(), Scope::ALL.len());
    for endpoint in ["token", "revocation", "introspection"] {
        assert!(metadata[format!("{endpoint}_endpoint")].as_str().unwrap().starts_with(issuer));
        let methods = &metadata[format!("{endpoint}_endpoint_auth_methods_supported")];
        assert_eq!(*methods, json!(["client_secret_basic", "client_secret_post"]));
    }
    let keys = read(metadata["jwks_uri"].as_str().unwrap()).await;
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&json!("EC"), &json!("P-256"), &json!("ES256"), &json!("sig"))
    );
    assert!(key.get("d").is_none(), "a private key is public");

    let request = server.http.post(metadata["token_endpoint"].as_str().unwrap());
    let request = request.basic_auth(&client.id, Some(&client.secret)).form(&[GRANT]);
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let token = body["access_token"].as_str().unwrap();
    // Anyone can check it with the published key alone.
    let text = |member: &str| key[member].as_str().unwrap();
    let decoding = jsonwebtoken::DecodingKey::from_ec_components(text("x"), text("y")).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&[server.url("/graphql")]);
    validation.set_issuer(&[issuer]);
    validation.validate_exp = false;
    let found = jsonwebtoken::decode::<Value>(token, &decoding, &validation).unwrap();
    assert_eq!(found.header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(found.header.kid.as_deref(), key["kid"].as_str());
    assert_eq!(found.claims["client_id"], client.id.as_str());
}

#[tokio::test]
async fn the_public_address_is_the_issuer() {
    let server =
        Server::with(|_, options| options.public_url = Some("https://api.example.org/".parse().unwrap())).await;
    let metadata: Value = server.get("/.well-known/oauth-authorization-server").await.json().await.unwrap();
    assert_eq!(metadata["issuer"], "https://api.example.org");
    assert_eq!(metadata["token_endpoint"], "https://api.example.org/oauth/token");
    let resource: Value = server.get("/.well-known/oauth-protected-resource/graphql").await.json().await.unwrap();
    assert_eq!(resource["resource"], "https://api.example.org/graphql");
}

#[tokio::test]
async fn a_hostile_form_is_refused_at_once() {
    let server = server().await;
    let head = |length: usize, more: &str| {
        format!(
            "POST /oauth/token HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{more}content-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let attacks = [
        (head(99_999_999, ""), 413),
        (head(3, "") + "\u{0}=x", 400),
        (head(8_000, "") + &"&".repeat(8_000), 400),
        (head(8_000, "") + &"a&".repeat(4_000), 400),
        (head(8_000, "") + &"%".repeat(8_000), 400),
        (head(0, &format!("authorization: Basic {}\r\n", "A".repeat(30_000))), 400),
        (head(0, "content-encoding: gzip\r\n"), 400),
    ];
    for (bytes, status) in attacks {
        let answer = raw(server.address, bytes.as_bytes(), Duration::from_secs(2)).await;
        assert_eq!(answer.status, Some(status), "{:.200}: {}", bytes, answer.body);
        assert!(answer.took < Duration::from_secs(1));
    }
    assert_eq!(server.post("{ __typename }").await.status(), 200);
}
