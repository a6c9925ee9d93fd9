//! Hostile text in every string input of every mutation, found by walking the schema, so that a new input is covered
//! from its first day: each is refused with a user error that names its path, or normalised, alike on both databases.

use std::collections::BTreeSet;

use serde_json::Value;
use solidarity::domain::scope::Scope;

use crate::actor::{generous, load, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{one_of_each, resource, series, text};
use crate::text::{Types, base, hostile};
use async_graphql::parser::types::{BaseType, Type, TypeKind};

/// One string inside the input of a mutation.
struct Place {
    mutation: String,
    document: String,
    /// As `userErrors` would name it.
    path: String,
    /// The input as JSON with `@@` where the string is.
    input: String,
    /// Whether no place before is of the same member of the same type; the others get the worst texts only.
    is_first: bool,
}

/// A valid value of a type: what must be there, and nothing else.
fn sample(types: &Types, ty: &Type) -> String {
    match &ty.base {
        BaseType::List(inner) => format!("[{}]", sample(types, inner)),
        BaseType::Named(name) => match (name.as_str(), types.kind(name)) {
            ("Int", _) => "1".into(),
            ("Float", _) => "1.5".into(),
            ("Boolean", _) => "true".into(),
            ("ID", _) => "\"@id@\"".into(),
            ("String", _) => "\"sample\"".into(),
            ("DateTime", _) => "\"2026-12-01T12:00:00Z\"".into(),
            ("Date", _) => "\"2026-12-01\"".into(),
            ("LocalDateTime", _) => "\"2026-12-01T12:00:00\"".into(),
            ("TimeZone", _) => "\"America/Toronto\"".into(),
            ("Locale", _) => "\"en-CA\"".into(),
            ("RRule", _) => "\"FREQ=DAILY\"".into(),
            ("URL", _) => "\"https://example.org/\"".into(),
            (_, Some(TypeKind::Enum(found))) => format!("\"{}\"", found.values[0].node.value.node),
            (_, Some(TypeKind::InputObject(_))) => object(types, name, None),
            _ => "\"sample\"".into(),
        },
    }
}

/// The value of a member that only some values are valid for.
fn known(member: &str, other: impl FnOnce() -> String) -> String {
    match member {
        "expectedVersion" => "@version@".to_string(),
        "amount" => "\"10.00\"".to_string(),
        "currency" => "\"CAD\"".to_string(),
        "slug" => "\"sample-slug\"".to_string(),
        "externalId" => "\"@source@\"".to_string(),
        "scope" => "\"resources:write\"".to_string(),
        _ => other(),
    }
}

/// A valid input object, with one member given.
fn object(types: &Types, name: &str, given: Option<(&str, &str)>) -> String {
    let Some(TypeKind::InputObject(found)) = types.kind(name) else { panic!("{name} is no input") };
    let is_oneof = types.is_oneof(name);
    let mut members: Vec<String> = Vec::new();
    for field in found.fields.iter().map(|field| &field.node) {
        let member = field.name.node.as_str();
        match given {
            Some((wanted, value)) if wanted == member => members.push(format!("\"{member}\": {value}")),
            _ if is_oneof || field.ty.node.nullable => {}
            _ => members.push(format!("\"{member}\": {}", known(member, || sample(types, &field.ty.node)))),
        }
    }
    if is_oneof && given.is_none() {
        let first = &found.fields[0].node;
        members.push(format!("\"{}\": {}", first.name.node, sample(types, &first.ty.node)));
    }
    format!("{{{}}}", members.join(", "))
}

/// Every string inside a type: its path, a valid value with `@@` in its place, and the member that it is of its type.
fn strings(types: &Types, ty: &Type, depth: usize) -> Vec<(String, String, String)> {
    if depth > 8 {
        return Vec::new();
    }
    if let BaseType::List(inner) = &ty.base {
        let found = strings(types, inner, depth + 1).into_iter();
        return found.map(|(path, value, of)| (format!("[0]{path}"), format!("[{value}]"), of)).collect();
    }
    let name = base(ty);
    match types.kind(name) {
        _ if matches!(name, "String" | "ID") => vec![(String::new(), "@@".to_string(), String::new())],
        Some(TypeKind::Scalar) => vec![(String::new(), "@@".to_string(), String::new())],
        Some(TypeKind::InputObject(found)) => {
            let mut places = Vec::new();
            for field in found.fields.iter().map(|field| &field.node) {
                let member = field.name.node.as_str();
                for (path, value, of) in strings(types, &field.ty.node, depth + 1) {
                    // The three inputs of a kind declare each member once.
                    let owner = name.replace("Update", "Create").replace("Upsert", "Create");
                    let of = if of.is_empty() { format!("{owner}.{member}") } else { of };
                    places.push((format!(".{member}{path}"), object(types, name, Some((member, &value))), of));
                }
            }
            places
        }
        _ => Vec::new(),
    }
}

/// Texts that every place gets.
const WORST: [&str; 1] = ["NUL inside"];
/// Texts that no place may take.
const MUST_BE_REFUSED: [&str; 5] = ["NUL", "NUL inside", "controls", "nothing", "white space"];

fn places() -> Vec<Place> {
    let types = Types::load();
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    for field in types.fields("Mutation") {
        let mutation = field.name.node.to_string();
        let input = &field.arguments[0].node;
        let document = format!(
            "mutation($v: {}) {{ {mutation}(input: $v) {{ userErrors {{ code field message }} }} }}",
            input.ty.node
        );
        for (path, value, of) in strings(&types, &input.ty.node, 0) {
            places.push(Place {
                mutation: mutation.clone(),
                document: document.clone(),
                path: format!("input{path}"),
                input: value,
                is_first: seen.insert(of),
            });
        }
    }
    places
}

const SERIES: &str = "evt_10001000000000000000000000";

async fn server(database: Database) -> (Server, String) {
    let app = open(&database, generous(), crate::actor::clock()).await;
    // Enough that steps which take an item away do not run out of them.
    let resources = (0..150).map(|number| resource(&format!("resource-{number}")));
    let weekly = series("weekly").record(serde_json::json!({ "id": SERIES }));
    load(&app, &text(one_of_each("x").into_iter().chain(resources).chain([weekly]))).await;
    let server = Server::of(app, Some(database)).await;
    let token = server.client(Scope::ALL, "starter-collection", &[]).await;
    let other = "mutation { clientCreate(input: {name: \"other\", grants: []}) { userErrors { message } } }";
    let made = server.ask_as(&token, other, serde_json::json!({})).await;
    assert_eq!(made["data"]["clientCreate"]["userErrors"], serde_json::json!([]), "{made}");
    let webhook = "mutation { webhookCreate(input: {url: \"https://a.example.org/\"}) { userErrors { message } } }";
    let made = server.ask_as(&token, webhook, serde_json::json!({})).await;
    assert_eq!(made["data"]["webhookCreate"]["userErrors"], serde_json::json!([]), "{made}");
    (server, token)
}

/// The id and the version of the item that a mutation is tried on.
async fn tried_on(server: &Server, token: &str, mutation: &str) -> (String, String) {
    if mutation == "grantSet" {
        let found = server.ask_as(token, "{ clients { id name } }", serde_json::json!({})).await;
        let clients = found["data"]["clients"].as_array().unwrap_or_else(|| panic!("{found}"));
        let other = clients.iter().find(|client| client["name"] == "other").unwrap();
        return (other["id"].as_str().unwrap().to_string(), String::new());
    }
    if mutation.starts_with("webhook") {
        let found = server.ask_as(token, "{ webhooks { id version } }", serde_json::json!({})).await;
        let webhook = &found["data"]["webhooks"][0];
        return (webhook["id"].as_str().unwrap().to_string(), webhook["version"].to_string());
    }
    if ["eventUpdate", "occurrenceOverride", "occurrenceCancel", "seriesConfirm"].contains(&mutation) {
        // The same one on both databases: those that are made meanwhile start at the same time, in whichever order.
        let document = format!("{{ event(by: {{id: \"{SERIES}\"}}) {{ id version }} }}");
        let found = server.ask_as(token, &document, serde_json::json!({})).await;
        let event = &found["data"]["event"];
        let id = event["id"].as_str().map_or_else(|| panic!("no event for {mutation}: {found}"), str::to_string);
        return (id, event["version"].to_string());
    }
    let (list, kinds) = match mutation {
        "campaignUpdate" => ("campaigns", ""),
        "drugAlertUpdate" | "alertCancel" => ("regionalUpdates", "kinds: [DRUG_ALERT], "),
        "serviceUpdateUpdate" => ("regionalUpdates", "kinds: [SERVICE_CLOSED, SERVICE_CHANGED, SERVICE_OPENED], "),
        "policyUpdateUpdate" => ("regionalUpdates", "kinds: [POLICY_CHANGE], "),
        "communityUpdateUpdate" => ("regionalUpdates", "kinds: [COMMUNITY_NOTICE, OTHER], "),
        _ => ("resources", ""),
    };
    let states = "publicationStatuses: [DRAFT, PUBLISHED, IN_REVIEW, SCHEDULED]";
    let document = format!("{{ {list}(first: 1, filter: {{{kinds}{states}}}) {{ nodes {{ id version }} }} }}");
    let found = server.ask_as(token, &document, serde_json::json!({})).await;
    let node = &found["data"][list]["nodes"][0];
    let id = node["id"].as_str().map_or_else(|| panic!("nothing for {mutation}: {found}"), str::to_string);
    (id, node["version"].to_string())
}

async fn answer(server: &Server, token: &str, place: &Place, literal: &str) -> (u16, Value) {
    let source: String = place.path.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut input = place.input.replace("@@", literal).replace("@source@", &format!("{}{source}", place.mutation));
    if input.contains("@id@") {
        let (id, version) = tried_on(server, token, &place.mutation).await;
        input = input.replace("@id@", &id).replace("@version@", &version);
    }
    let document = Value::from(&*place.document);
    let input = input.replace("@version@", "1");
    let body = format!("{{\"query\": {document}, \"variables\": {{\"v\": {input}}}}}");
    let request = server.http.post(server.url("/graphql")).header("content-type", "application/json");
    let response = request.bearer_auth(token).body(body).send().await.unwrap();
    let status = response.status().as_u16();
    let mut answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"].as_object_mut().map(|extensions| extensions.remove("requestId"));
    }
    answer.as_object_mut().unwrap().remove("extensions");
    (status, answer)
}

/// The paths that the user errors of an answer name.
fn fields(answer: &Value, mutation: &str) -> BTreeSet<String> {
    let errors = answer["data"][mutation]["userErrors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap_or_default().to_string()).collect()
}

#[tokio::test]
async fn hostile_text_in_every_input_of_a_mutation_is_refused_by_its_path_or_normalised_alike_on_both_databases() {
    let places = places();
    let known: BTreeSet<&str> = places.iter().map(|place| &*place.path).collect();
    for path in ["input.title", "input.translations[0].body", "input.asks[0].donate.payee.name", "input.reason"] {
        assert!(known.contains(path), "{path} was not found");
    }
    assert!(places.len() > 400, "only {} places", places.len());
    let mut servers = vec![server(Database::sqlite()).await];
    if let Some(database) = Database::postgres("hostile inputs of mutations").await {
        servers.push(server(database).await);
    }
    let (mut refused, mut passed) = (0, Vec::new());
    for place in &places {
        let mut usual = BTreeSet::new();
        for (server, token) in &servers {
            let (_, found) = answer(server, token, place, "\"sample\"").await;
            usual = fields(&found, &place.mutation);
        }
        for (name, literal) in hostile() {
            if !place.is_first && !WORST.contains(&name) {
                continue;
            }
            let asked = servers.iter().map(|(server, token)| answer(server, token, place, &literal));
            let answers = futures_util::future::join_all(asked).await;
            let (status, found) = &answers[0];
            let what = format!("{name} at {} of {}", place.path, place.mutation);
            let shown: String = found.to_string().chars().take(600).collect();
            assert!(*status < 500, "{what}: {status} {shown}");
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {what}: {answers:#?}");
            if found["errors"].is_array() {
                // What is no JSON string at all is refused with the body, before it is an input.
                assert!(name.contains("surrogate") || name.contains("pair"), "{what}: {shown}");
                continue;
            }
            let named = fields(found, &place.mutation);
            let is_at = |field: &String| place.path.starts_with(field.as_str()) || field.starts_with(&place.path);
            let strange: Vec<_> = named.iter().filter(|field| !is_at(field) && !usual.contains(*field)).collect();
            assert!(strange.is_empty(), "{what}: {strange:?} {shown}");
            if named.iter().any(is_at) {
                refused += 1;
            } else if MUST_BE_REFUSED.contains(&name) {
                passed.push(format!("{what}: {shown}"));
            }
        }
    }
    assert!(passed.is_empty(), "{} passed: {:#?}", passed.len(), passed.iter().take(40).collect::<Vec<_>>());
    assert!(refused > places.len() * 3, "only {refused} refused: were the values handed over?");
}
