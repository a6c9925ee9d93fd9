//! Hostile strings in every string input of every query: never a fault of ours, and the same answer on both databases.
//! The inputs are found by introspection, so that new ones are covered.

use serde_json::{Value, json};

use crate::database::Database;
use crate::harness::Server;

/// Contents of JSON strings, as they stand between the quotes.
fn hostile() -> Vec<String> {
    let mut strings: Vec<String> = [
        r"",
        r" ",
        r"\u0000",
        r"a\u0000b",
        r"\u0001\u001f\u007f",
        r"\u202eevil\u202c",
        r"\u2066\u2069",
        r"\ud800",
        r"\udfff\ud800",
        r"\ufeff",
        r"\u200b\u200d",
        r"e\u0301\u0301\u0301\u0301",
        r"\ud83c\udff4\ud83c\udf08",
        r"\u05d0\u0627",
        r"line\r\nfeed\ttab",
        r"'; DROP TABLE content; --",
        r#"\" OR 1=1 --"#,
        r"%_\\%",
        r"%,1,%",
        r"NEAR(a b) AND (c* OR -d:e^",
        r"<script>alert(1)</script>",
        r"{{7*7}}${7*7}#{7*7}%(x)s",
        r#"{\"$serde_json::private::RawValue\":\"1\"}"#,
        r"../../etc/passwd",
        r"res_7zzzzzzzzzzzzzzzzzzzzzzzzz",
        r"res_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        r"2026-02-30T25:61:61Z",
        r"99999999999999999999999",
        r"toString",
    ]
    .map(str::to_string)
    .to_vec();
    strings.push("a".repeat(10_000));
    strings.push(r"\ud83d\udc80".repeat(500));
    strings
}

const TYPES: &str = "{ __schema { types { kind name
    fields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
             args { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }
    inputFields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

/// The objects whose fields are asked, and how each is reached.
const PLACES: [(&str, &str); 6] = [
    ("Query", ""),
    ("Region", "region(by: {code: \"CA\"})"),
    ("Topic", "topic(by: {slug: \"naloxone\"})"),
    ("Organization", "organization(by: {slug: \"starter-collection\"})"),
    ("Event", "event(by: {slug: \"example-toronto-organizer-meeting\"})"),
    ("Campaign", "campaign(by: {slug: \"dulf-court-case-support\"})"),
];

/// A request with `"@"` where the string belongs.
struct Case {
    name: String,
    body: String,
}

fn written(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&ty["ofType"])),
        "LIST" => format!("[{}]", written(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap().to_string(),
    }
}

fn named(ty: &Value) -> &Value {
    if ty["ofType"].is_null() { ty } else { named(&ty["ofType"]) }
}

/// A value of a type that holds the string, for each place in it that takes one.
fn values(ty: &Value, types: &[Value], depth: usize) -> Vec<(String, Value)> {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => values(&ty["ofType"], types, depth),
        "LIST" => values(&ty["ofType"], types, depth).into_iter().map(|(at, value)| (at, json!([value]))).collect(),
        "SCALAR" if !matches!(ty["name"].as_str().unwrap(), "Int" | "Float" | "Boolean") => {
            vec![(String::new(), json!("@"))]
        }
        "INPUT_OBJECT" if depth < 4 => {
            let input = types.iter().find(|one| one["name"] == ty["name"]).unwrap();
            let mut found = Vec::new();
            for field in input["inputFields"].as_array().unwrap() {
                let name = field["name"].as_str().unwrap();
                for (at, value) in values(&field["type"], types, depth + 1) {
                    found.push((format!(".{name}{at}"), json!({ name: value })));
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

async fn cases(server: &Server) -> Vec<Case> {
    let answer: Value = server.post(TYPES).await.json().await.unwrap();
    let types = answer["data"]["__schema"]["types"].as_array().unwrap().clone();
    let mut cases = Vec::new();
    for (ty, path) in PLACES {
        let object = types.iter().find(|one| one["name"] == ty).unwrap();
        for field in object["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let is_leaf = matches!(named(&field["type"])["kind"].as_str().unwrap(), "SCALAR" | "ENUM");
            let selection = if is_leaf { "" } else { "{ __typename }" };
            for argument in field["args"].as_array().unwrap() {
                let argument_name = argument["name"].as_str().unwrap();
                for (at, value) in values(&argument["type"], &types, 0) {
                    let asked = format!("{name}({argument_name}: $v) {selection}");
                    let asked = if path.is_empty() { asked } else { format!("{path} {{ {asked} }}") };
                    let query = format!("query($v: {}) {{ {asked} }}", written(&argument["type"]));
                    let body = json!({ "query": query, "variables": { "v": value } }).to_string();
                    cases.push(Case { name: format!("{ty}.{name}({argument_name}{at})"), body });
                }
            }
        }
    }
    cases
}

async fn answer(server: &Server, body: &str) -> (u16, String) {
    let request = server.http.post(server.url("/graphql")).header("content-type", "application/json");
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status().as_u16();
    let mut answer: Value = response.json().await.unwrap();
    // Each refusal has an id of its own.
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        if let Some(extensions) = error["extensions"].as_object_mut() {
            extensions.remove("requestId");
        }
    }
    (status, answer.to_string())
}

#[tokio::test]
async fn hostile_strings_in_every_string_input_are_answered_alike_on_both_databases() {
    let sqlite = Server::demo_on(Database::sqlite()).await;
    let other = match Database::postgres("hostile strings").await {
        Some(database) => Some(Server::demo_on(database).await),
        None => None,
    };
    let cases = cases(&sqlite).await;
    assert!(cases.len() > 150, "only {} string inputs were found", cases.len());
    for case in &cases {
        for string in hostile() {
            let body = case.body.replace("\"@\"", &format!("\"{string}\""));
            let (status, text) = answer(&sqlite, &body).await;
            let shown: String = string.chars().take(60).collect();
            assert!(status < 500 && !text.contains("\"INTERNAL\""), "{} {shown}: {status} {text}", case.name);
            if let Some(other) = &other {
                assert_eq!(answer(other, &body).await, (status, text), "{} {shown}", case.name);
            }
        }
    }
}
