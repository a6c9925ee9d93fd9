//! Nothing that tells who asked, or for what, stays anywhere: the program itself is started with the most talkative log
//! and asked 2 000 times, with marks in every place where a client can put something.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::raw;
use crate::program::Program;

const REQUESTS: usize = 2_000;
const AT_ONCE: usize = 8;

/// Every byte of every file in the program's folder, log and database included.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// A request of one of many kinds, each full of marks. Kinds cover every way in which a request can go wrong.
fn request(index: usize, mark: &str) -> Vec<u8> {
    let address = if index.is_multiple_of(2) {
        format!("198.18.{}.{}", index / 250, index % 250)
    } else {
        format!("2001:db8:5afe:{index:x}::{index:x}")
    };
    let common = format!(
        "host: {mark}.example\r\nconnection: close\r\nx-forwarded-for: {address}\r\nuser-agent: {mark}-agent\r\n\
         referer: https://{mark}.example/{mark}\r\ncookie: {mark}={mark}\r\norigin: https://{mark}.example\r\n\
         accept-language: fr-CA, {mark}\r\nx-{mark}: {mark}\r\n"
    );
    let post = |headers: &str, body: &[u8]| {
        let length = body.len();
        let json = "content-type: application/json\r\n";
        let head =
            format!("POST /graphql?{mark}={mark} HTTP/1.1\r\n{common}{json}{headers}content-length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    };
    let send = |value: serde_json::Value| post("", value.to_string().as_bytes());
    let document = |text: String| send(json!({ "query": text }));
    let get = |target: String, headers: &str| format!("GET {target} HTTP/1.1\r\n{common}{headers}\r\n").into_bytes();
    let typed = "query Q($name: String!) { __type(name: $name) { name } }";
    let form = |path: &str, headers: &str, body: String| {
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        let length = body.len();
        let head = format!("POST {path}?{mark} HTTP/1.1\r\n{common}{kind}{headers}content-length: {length}\r\n\r\n");
        format!("{head}{body}").into_bytes()
    };
    let grant = "grant_type=client_credentials";
    let basic = format!("authorization: Basic {}\r\n", STANDARD.encode(format!("{mark}:{mark}")));
    match index % 44 {
        0 => send(json!({ "query": typed, "variables": { "name": mark } })),
        1 => send(json!({ "query": format!("query {mark} {{ {mark}: __typename }}"), "operationName": mark })),
        2 => document(format!("{{ {mark} }}")),
        3 => document(format!("{{ __type(name: \"{mark}\") {{ {mark} }} }}")),
        4 => document(format!("{{ {mark} ")),
        5 => document(format!("{{ __typename @{mark} }} # {mark}")),
        6 => document(format!("{{ ...{mark} }} fragment {mark} on {mark} {{ {mark} }}")),
        7 => document(format!("{{ ...{mark} }} fragment {mark} on Query {{ ...{mark} }}")),
        8 => send(json!({ "query": typed, "variables": { "name": [mark] } })),
        9 => send(json!({ "query": typed, "variables": { mark: mark } })),
        10 => send(json!({ "query": "{ __typename }", "operationName": mark })),
        11 => send(json!({ "query": { mark: mark } })),
        12 => send(json!([{ "query": mark }])),
        13 => post("", format!("{{\"query\": {mark}").as_bytes()),
        14 => post("", &[mark.as_bytes(), b"\xff\xfe"].concat()),
        15 => post(&format!("content-encoding: {mark}\r\n"), mark.as_bytes()),
        16 => post("", mark.repeat(10_000).as_bytes()),
        17 => post(&format!("authorization: Bearer {mark}\r\n"), b"{}"),
        18 => post(&format!("accept: {mark}/{mark}\r\n"), b"{}"),
        19 => document(format!("mutation {{ {mark} }}")),
        20 => document(format!("subscription {{ {mark} }}")),
        21 => document(format!("{{ search(query: \"{mark}\") {{ totalCount }} }}")),
        22 => document(format!("{{ resources(first: 500, filter: {{near: \"{mark}\"}}) {{ totalCount }} }}")),
        23 => send(json!({ "query": mark, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": mark } } })),
        24 => get(format!("/graphql?query=%7B__typename%7D&variables=%7B%22{mark}%22%3A%22{mark}%22%7D"), ""),
        25 => get(format!("/graphql?query=mutation%7B{mark}%7D"), ""),
        26 => get(format!("/graphql?query={mark}%ff"), ""),
        27 => get(format!("/{mark}/{mark}?{mark}"), &format!("authorization: Basic {mark}\r\n")),
        28 => get(format!("/playground/{mark}"), &format!("if-none-match: \"{mark}\"\r\n")),
        29 => format!("{} /graphql HTTP/1.1\r\n{common}\r\n", mark.to_uppercase()).into_bytes(),
        30 => format!("POST /graphql HTTP/1.1\r\n{common}content-length: {mark}\r\n\r\n{mark}").into_bytes(),
        31 => form("/oauth/token", "", format!("{grant}&client_id={mark}&client_secret=sldrt_secret_{mark}")),
        32 => form("/oauth/token", &basic, format!("{grant}&scope={mark}&resource={mark}")),
        33 => form("/oauth/token", &basic, format!("{grant}&{mark}={mark}&{mark}={mark}")),
        34 => form("/oauth/revoke", &basic, format!("token={mark}&token_type_hint={mark}")),
        35 => form("/oauth/introspect", "", format!("token={mark}&client_id={mark}&client_secret={mark}")),
        36 => form("/oauth/token", &format!("authorization: {mark}\r\n"), format!("grant_type={mark}")),
        37 => get(format!("/.well-known/oauth-authorization-server?{mark}"), ""),
        38 => get(format!("/oauth/{mark}"), &format!("authorization: Bearer {mark}.{mark}.{mark}\r\n")),
        39 => get(format!("/feeds/updates.atom?region={mark}&{mark}={mark}"), ""),
        40 => get(format!("/feeds/resources.atom?{mark}={mark}"), &format!("if-none-match: \"{mark}\"\r\n")),
        41 => get(format!("/feeds/alerts.cap?lang=fr,{mark}"), ""),
        42 => get(format!("/feeds/alerts/{mark}.cap?{mark}"), ""),
        _ => format!("{mark} {mark}\r\n\r\n").into_bytes(),
    }
}

async fn ask(program: &Program, prefix: &str, count: usize) -> Vec<Option<u16>> {
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..count {
        let (address, bytes) = (program.address, request(index, &format!("{prefix}{index}")));
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        tasks.spawn(async move {
            let answer = raw(address, &bytes, Duration::from_secs(5)).await;
            assert!(!answer.head.contains("set-cookie"), "{}", answer.head);
            drop(place);
            answer.status
        });
    }
    tasks.join_all().await
}

/// Secrets and tokens of real clients, used rightly and wrongly.
async fn secrets(program: &Program) -> Vec<String> {
    let organization = program.folder.join("organization.jsonl");
    std::fs::write(&organization, crate::lines::text([crate::lines::organization("canary")])).unwrap();
    assert!(program.run(&["import", organization.to_str().unwrap()]).status.success());
    let create = ["client", "create", "--organization", "canary", "--name", "x", "--scope", "clients:manage", "--json"];
    let made: Value = serde_json::from_slice(&program.run(&create).stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let (id, secret) = (text(&made["clientId"]), text(&made["clientSecret"]));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = |path: &str| http.post(format!("http://{}{path}", program.address));
    let grant = [("grant_type", "client_credentials")];
    let request = post("/oauth/token").basic_auth(&id, Some(&secret)).form(&grant);
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let token = text(&body["access_token"]);
    let create = "mutation { clientCreate(input: {name: \"y\", grants: []}) { clientSecret } }";
    let request = post("/graphql").bearer_auth(&token).json(&json!({ "query": create }));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let other = text(&body["data"]["clientCreate"]["clientSecret"]);
    post("/oauth/introspect").basic_auth(&id, Some(&secret)).form(&[("token", &token)]).send().await.unwrap();
    post("/oauth/revoke").basic_auth(&id, Some(&secret)).form(&[("token", &token)]).send().await.unwrap();
    let refused = post("/graphql").bearer_auth(&token).json(&json!({ "query": create })).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    post("/oauth/token").basic_auth(&id, Some(format!("{secret}x"))).form(&grant).send().await.unwrap();
    vec![secret, token, other]
}

#[tokio::test]
async fn nothing_of_any_request_stays_in_logs_metrics_or_database_files() {
    let prefix = format!("zq{:08x}", rand::random::<u32>());
    let program = Program::start("privacy", &["--log-format", "json"]).await;
    let statuses = ask(&program, &prefix, REQUESTS).await;
    for status in [200, 400, 401, 404, 405, 406, 413, 415] {
        assert!(statuses.contains(&Some(status)), "no request met {status}");
    }
    assert!(statuses.iter().flatten().all(|status| *status < 500));
    let secrets = secrets(&program).await;
    let limited = Program::start("privacy", &["--rate-anonymous", "20"]).await;
    let address = "x-forwarded-for: 198.18.255.1\r\n";
    let mut last = None;
    for index in 0..64 {
        let target = format!("/graphql?query={prefix}{index}");
        let bytes = format!("GET {target} HTTP/1.1\r\nhost: {prefix}\r\nconnection: close\r\n{address}\r\n");
        last = raw(limited.address, bytes.as_bytes(), Duration::from_secs(5)).await.status;
    }
    assert_eq!(last, Some(429));

    let mut needles = vec![prefix.as_str(), "198.18.", "2001:db8:5afe"];
    needles.extend(secrets.iter().map(String::as_str));
    for program in [&program, &limited] {
        let scrape = b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let metrics = raw(program.metrics_address, scrape, Duration::from_secs(5)).await;
        assert!(metrics.body.contains("solidarity_http_requests_total"));
        let mut kept = files(&program.folder);
        let lines = kept.iter().find(|(path, _)| path.ends_with("log")).unwrap().1.split(|byte| *byte == b'\n').count();
        assert!(lines > 60, "the log has {lines} lines: it is not the most talkative one");
        assert!(kept.iter().any(|(path, _)| path.ends_with("canary.sqlite")));
        kept.push(("metrics".into(), metrics.body.into_bytes()));
        for (path, bytes) in &kept {
            for needle in &needles {
                assert!(!holds(bytes, needle), "{needle} is kept in {}", path.display());
            }
        }
    }
}
