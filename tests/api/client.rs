//! Clients that manage clients: what they may give, what they may not, and what the operator's command line does beside a
//! running server.

use std::process::Output;

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::client::{self, By, GrantInput, MOST_CLIENTS, NewClient};

use crate::actor::TestClient;
use crate::harness::{Server, codes};
use crate::lines::{organization, text};
use crate::program::Program;

const CREATE: &str = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) {
    client { id name isEnabled createdAt grants { scope regions { slug } } } clientSecret
    userErrors { code field message } warnings { code } } }";
const SET: &str = "mutation($input: GrantSetInput!) { grantSet(input: $input) {
    client { id grants { scope regions { slug } } } userErrors { code field message } } }";
const ROTATE: &str = "mutation($input: ClientRotateSecretInput!) { clientRotateSecret(input: $input) {
    client { id } clientSecret userErrors { code field message } } }";
const DISABLE: &str = "mutation($input: ClientDisableInput!) { clientDisable(input: $input) {
    client { id isEnabled } userErrors { code field message } } }";
const REVOKE: &str = "mutation($input: ClientRevokeTokensInput!) { clientRevokeTokens(input: $input) {
    client { id } userErrors { code field message } } }";
const LIST: &str = "{ clients { id name isEnabled grants { scope regions { slug } } } }";

/// A server with the organizations `one` and `two`.
async fn server() -> Server {
    Server::with_content(&text([organization("one"), organization("two")])).await
}

fn grant(scope: &str, regions: Option<&[&str]>) -> Value {
    json!({ "scope": scope, "regions": regions })
}

/// The only field of an answer without errors.
async fn run(server: &Server, token: &str, document: &str, input: Value) -> Value {
    let mut answer = server.ask_as(token, document, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{document}: {answer:#}");
    let data = answer["data"].as_object_mut().unwrap();
    data.values_mut().next().unwrap().take()
}

/// Codes and fields of what is refused, which changed nothing.
fn refusals(payload: &Value) -> Vec<(String, String)> {
    assert_eq!(payload["client"], Value::Null, "{payload:#}");
    assert!(payload.get("clientSecret").is_none_or(Value::is_null), "{payload:#}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let errors = payload["userErrors"].as_array().unwrap();
    errors.iter().map(|error| (text(&error["code"]), text(&error["field"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, field)| ((*code).to_string(), (*field).to_string())).collect()
}

#[tokio::test]
async fn a_client_is_made_used_changed_and_disabled() {
    let server = server().await;
    let scopes = [Scope::ClientsManage, Scope::ResourcesWrite, Scope::EventsWrite];
    let token = server.client(&scopes, "one", &[]).await;
    let input = json!({ "name": " A partner's  app ", "grants": [
        grant("events:write", None), grant("resources:write", Some(&["CA-BC", "toronto"]))] });
    let made = run(&server, &token, CREATE, input).await;
    assert_eq!(made["userErrors"], json!([]));
    assert_eq!(made["warnings"], json!([]));
    let client = &made["client"];
    assert_eq!((&client["name"], &client["isEnabled"]), (&json!("A partner's  app"), &json!(true)));
    assert_eq!(client["createdAt"], crate::actor::NOW);
    let grants = client["grants"].as_array().unwrap();
    assert_eq!(grants[1], json!({ "scope": "events:write", "regions": null }));
    let mut regions = crate::actor::members(&json!({ "nodes": grants[0]["regions"] }), "slug");
    regions.sort();
    assert_eq!(regions, ["british-columbia", "toronto"]);
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let other = TestClient { id: text(&client["id"]), secret: text(&made["clientSecret"]) };

    let theirs = server.token_of(&other).await;
    let viewer = "{ viewer { isAuthenticated scopes organization { slug } expiresAt } }";
    let answer = server.ask_as(&theirs, viewer, json!({})).await;
    assert_eq!(
        answer["data"]["viewer"],
        json!({ "isAuthenticated": true, "scopes": ["resources:write", "events:write"],
            "organization": { "slug": "one" }, "expiresAt": "2026-11-23T12:10:00Z" })
    );
    let answer = server.ask_as(&theirs, LIST, json!({})).await;
    assert_eq!(codes(&answer), ["INSUFFICIENT_SCOPE"]);
    assert_eq!(answer["data"], Value::Null);

    let by_id = "query($id: ID!) { client(id: $id) { id name } node(id: $id) { id } nodes(ids: [$id]) { id } }";
    let found = server.ask_as(&token, by_id, json!({ "id": other.id })).await;
    assert_eq!(found["data"]["client"]["name"], "A partner's  app");
    assert_eq!((&found["data"]["node"], &found["data"]["nodes"]), (&Value::Null, &json!([null])));
    let list = server.ask_as(&token, LIST, json!({})).await;
    let names: Vec<&Value> = list["data"]["clients"].as_array().unwrap().iter().map(|client| &client["name"]).collect();
    assert_eq!(names, ["A partner's  app", "a test's client"]);

    let set = run(&server, &token, SET, json!({ "id": other.id, "grants": [grant("events:write", None)] })).await;
    assert_eq!(set["client"]["grants"], json!([{ "scope": "events:write", "regions": null }]));
    let answer = server.ask_as(&theirs, viewer, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["scopes"], json!(["events:write"]), "at once, for the token that it has");

    let rotated = run(&server, &token, ROTATE, json!({ "id": other.id })).await;
    let newer = TestClient { secret: text(&rotated["clientSecret"]), ..other.clone() };
    assert_ne!(newer.secret, other.secret);
    server.token_of(&newer).await;
    let again = server.token_of(&other).await;

    run(&server, &token, REVOKE, json!({ "id": other.id })).await;
    assert_eq!(codes(&server.ask_as(&again, viewer, json!({})).await), ["UNAUTHENTICATED"]);
    let again = server.token_of(&newer).await;
    let disabled = run(&server, &token, DISABLE, json!({ "id": other.id })).await;
    assert_eq!(disabled["client"], json!({ "id": other.id, "isEnabled": false }));
    assert_eq!(codes(&server.ask_as(&again, viewer, json!({})).await), ["UNAUTHENTICATED"]);
    let refused = run(&server, &token, ROTATE, json!({ "id": other.id })).await;
    assert_eq!(refusals(&refused), pairs(&[("INVALID_STATE_TRANSITION", "input.id")]));
}

#[tokio::test]
async fn without_a_token_or_the_scope_nothing_of_clients_is_to_be_had() {
    let server = server().await;
    let id = "cli_00000000000000000000000007";
    let token = server.client(&[Scope::ResourcesWrite], "one", &[]).await;
    let by_id = "{ client(id: \"cli_00000000000000000000000007\") { id } }";
    for (document, input) in [
        (CREATE, json!({ "name": "x", "grants": [] })),
        (SET, json!({ "id": id, "grants": [] })),
        (ROTATE, json!({ "id": id })),
        (DISABLE, json!({ "id": id })),
        (REVOKE, json!({ "id": id })),
        (LIST, Value::Null),
        (by_id, Value::Null),
    ] {
        let variables = if input.is_null() { json!({}) } else { json!({ "input": input }) };
        let anonymous = server.ask(document, variables.clone(), None).await;
        assert_eq!(codes(&anonymous), ["UNAUTHENTICATED"], "{document}");
        let expected = "an access token is required; it needs scope `clients:manage`";
        assert_eq!(anonymous["errors"][0]["message"], expected);
        let lacking = server.ask_as(&token, document, variables).await;
        assert_eq!(codes(&lacking), ["INSUFFICIENT_SCOPE"], "{document}");
        assert_eq!(lacking["errors"][0]["message"], "the access token lacks scope `clients:manage`");
    }
    assert_eq!(server.app.store.list_clients(None, 9).await.unwrap().len(), 1, "something was made");
}

#[tokio::test]
async fn a_client_gives_no_more_than_it_holds() {
    let server = server().await;
    let everywhere = [Scope::ClientsManage, Scope::ResourcesWrite, Scope::ContentReview];
    let wide = server.client(&everywhere, "one", &[]).await;
    let narrow = server.client(&[Scope::ClientsManage, Scope::ResourcesWrite], "one", &["CA-BC"]).await;
    for (token, grants, expected) in [
        (&wide, json!([grant("alerts:issue", None)]), vec![("INVALID", "input.grants[0].scope")]),
        (&wide, json!([grant("content:review", None)]), vec![("INVALID", "input.grants[0].scope")]),
        (&wide, json!([grant("clients:manage", Some(&["CA-BC"]))]), vec![("INVALID", "input.grants[0].scope")]),
        (&wide, json!([grant("events:write", None)]), vec![("INVALID", "input.grants[0].scope")]),
        (&wide, json!([grant("moon:fly", None)]), vec![("INVALID", "input.grants[0].scope")]),
        (&wide, json!([grant("*", None)]), vec![("INVALID", "input.grants[0].scope")]),
        (&wide, json!([grant("resources:write", Some(&[]))]), vec![("TOO_SHORT", "input.grants[0].regions")]),
        (&wide, json!([grant("resources:write", Some(&["CA-BC"; 21]))]), vec![("TOO_LONG", "input.grants[0].regions")]),
        (
            &wide,
            json!([
                grant("resources:write", None),
                grant("resources:write", Some(&["CA-BC", "atlantis", "x\u{202e}"]))
            ]),
            vec![
                ("INVALID_REFERENCE", "input.grants[1].regions[1]"),
                ("INVALID_REFERENCE", "input.grants[1].regions[2]"),
            ],
        ),
        (&narrow, json!([grant("resources:write", None)]), vec![("OUT_OF_GRANTED_REGION", "input.grants[0].regions")]),
        (
            &narrow,
            json!([grant("resources:write", Some(&["vancouver", "CA-ON", "CA"]))]),
            vec![
                ("OUT_OF_GRANTED_REGION", "input.grants[0].regions[1]"),
                ("OUT_OF_GRANTED_REGION", "input.grants[0].regions[2]"),
            ],
        ),
        (
            &narrow,
            json!([grant("alerts:issue", Some(&["CA-BC"])), grant("events:write", Some(&["CA-BC"]))]),
            vec![("INVALID", "input.grants[0].scope"), ("INVALID", "input.grants[1].scope")],
        ),
    ] {
        let payload = run(&server, token, CREATE, json!({ "name": "x", "grants": grants })).await;
        assert_eq!(refusals(&payload), pairs(&expected), "{grants}");
    }
    let long = "x".repeat(101);
    for (name, code) in [("", "REQUIRED"), (long.as_str(), "TOO_LONG"), ("a\nb", "INVALID"), ("a\u{202e}b", "INVALID")]
    {
        let payload = run(&server, &wide, CREATE, json!({ "name": name, "grants": [] })).await;
        assert_eq!(refusals(&payload), pairs(&[(code, "input.name")]));
    }
    let inside = json!([grant("resources:write", Some(&["vancouver", "CA-BC"]))]);
    let payload = run(&server, &narrow, CREATE, json!({ "name": "x", "grants": inside })).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(server.app.store.list_clients(None, 9).await.unwrap().len(), 3);

    // A token that says less gives less, whatever the client holds.
    let held = server.new_client(&everywhere, "one", &[]).await;
    let form = [("grant_type", "client_credentials"), ("scope", "clients:manage")];
    let request = server.http.post(server.url("/oauth/token")).basic_auth(&held.id, Some(&held.secret)).form(&form);
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let token = body["access_token"].as_str().unwrap();
    let payload = run(&server, token, CREATE, json!({ "name": "x", "grants": [grant("resources:write", None)] })).await;
    assert_eq!(refusals(&payload), pairs(&[("INVALID", "input.grants[0].scope")]));
}

#[tokio::test]
async fn a_client_that_manages_clients_in_one_region_gives_nothing_elsewhere() {
    let server = server().await;
    let catalog = server.app.store.catalog();
    let new = NewClient {
        organization: catalog.find_organization("one").unwrap().key,
        name: "x".into(),
        grants: vec![
            GrantInput { scope: "clients:manage".into(), regions: Some(vec!["CA-BC".into()]) },
            GrantInput { scope: "resources:write".into(), regions: None },
        ],
    };
    let made = client::create(&server.app, By::Operator, &new).await.unwrap();
    let secret = secrecy::ExposeSecret::expose_secret(&made.secret).to_string();
    let own = TestClient { id: format!("cli_{}", made.client.row.public_id), secret };
    let token = server.token_of(&own).await;
    let grants = json!([grant("resources:write", Some(&["CA-ON", "vancouver"]))]);
    let payload = run(&server, &token, CREATE, json!({ "name": "x", "grants": grants })).await;
    assert_eq!(refusals(&payload), pairs(&[("OUT_OF_GRANTED_REGION", "input.grants[0].regions[0]")]));
}

#[tokio::test]
async fn no_client_widens_itself_or_takes_over_one_that_holds_more() {
    let server = server().await;
    let scopes = [Scope::ClientsManage, Scope::ResourcesWrite];
    let own = server.new_client(&scopes, "one", &["CA-BC"]).await;
    let token = server.token_of(&own).await;
    let manage = || grant("clients:manage", Some(&["CA-BC"]));
    for (wider, expected) in [
        (grant("events:write", Some(&["CA-BC"])), ("INVALID", "input.grants[1].scope")),
        (grant("alerts:issue", Some(&["CA-BC"])), ("INVALID", "input.grants[1].scope")),
        (grant("resources:write", None), ("OUT_OF_GRANTED_REGION", "input.grants[1].regions")),
        (grant("resources:write", Some(&["CA"])), ("OUT_OF_GRANTED_REGION", "input.grants[1].regions[0]")),
        (grant("clients:manage", None), ("INVALID", "input.grants[1].scope")),
    ] {
        let payload = run(&server, &token, SET, json!({ "id": own.id, "grants": [manage(), wider] })).await;
        assert_eq!(refusals(&payload), pairs(&[expected]), "{wider}");
    }
    // What another one holds already may stay, and be taken away, but is not to be had.
    let reviewer = server.new_client(&[Scope::ContentReview, Scope::ResourcesWrite], "one", &[]).await;
    let payload = run(&server, &token, ROTATE, json!({ "id": reviewer.id })).await;
    assert_eq!(refusals(&payload), pairs(&[("INVALID", "input.id")]));
    let kept = json!([grant("content:review", None)]);
    let payload = run(&server, &token, SET, json!({ "id": reviewer.id, "grants": kept })).await;
    assert_eq!(payload["client"]["grants"], json!([{ "scope": "content:review", "regions": null }]));
    let payload = run(&server, &token, ROTATE, json!({ "id": reviewer.id })).await;
    assert_eq!(refusals(&payload), pairs(&[("INVALID", "input.id")]));
    let payload = run(&server, &token, SET, json!({ "id": reviewer.id, "grants": [] })).await;
    assert_eq!(payload["client"]["grants"], json!([]));
    let again = json!([grant("content:review", None)]);
    let payload = run(&server, &token, SET, json!({ "id": reviewer.id, "grants": again })).await;
    assert_eq!(refusals(&payload), pairs(&[("INVALID", "input.grants[0].scope")]));
    // Of one that holds no more, and of itself, it may have the secret.
    for id in [&reviewer.id, &own.id] {
        let payload = run(&server, &token, ROTATE, json!({ "id": id })).await;
        assert!(payload["clientSecret"].is_string(), "{payload}");
    }
    // It may narrow itself, after which it may do less.
    let payload = run(&server, &token, SET, json!({ "id": own.id, "grants": [] })).await;
    assert_eq!(payload["client"]["grants"], json!([]));
    let answer = server.ask_as(&token, LIST, json!({})).await;
    assert_eq!(codes(&answer), ["INSUFFICIENT_SCOPE"]);
}

#[tokio::test]
async fn another_organizations_client_is_answered_like_one_that_does_not_exist() {
    let server = server().await;
    let token = server.client(&[Scope::ClientsManage], "one", &[]).await;
    let theirs = server.new_client(&[Scope::ResourcesWrite], "two", &[]).await;
    let absent = "cli_00000000000000000000000007";
    for (document, more) in
        [(SET, json!({ "grants": [] })), (ROTATE, json!({})), (DISABLE, json!({})), (REVOKE, json!({}))]
    {
        let input = |id: &str| {
            let mut input = more.clone();
            input["id"] = json!(id);
            input
        };
        let of_theirs = run(&server, &token, document, input(&theirs.id)).await;
        assert_eq!(refusals(&of_theirs), pairs(&[("NOT_FOUND", "input.id")]));
        assert_eq!(of_theirs.to_string(), run(&server, &token, document, input(absent)).await.to_string());
        for (id, message) in [
            ("x", "is not an id: expected a prefix such as `res_` and 26 characters"),
            ("org_00000000000000000000000007", "is the id of a organization, expected the id of a client (`cli_...`)"),
        ] {
            let wrong = run(&server, &token, document, input(id)).await;
            assert_eq!(refusals(&wrong), pairs(&[("INVALID", "input.id")]));
            assert_eq!(wrong["userErrors"][0]["message"], message);
        }
    }
    let by_id = "query($id: ID!) { client(id: $id) { id } }";
    for id in [theirs.id.as_str(), absent] {
        assert_eq!(server.ask_as(&token, by_id, json!({ "id": id })).await["data"], json!({ "client": null }));
    }
    assert_eq!(codes(&server.ask_as(&token, by_id, json!({ "id": "x" })).await), ["BAD_REQUEST"]);
    server.token_of(&theirs).await;
    assert_eq!(server.ask_as(&token, LIST, json!({})).await["data"]["clients"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn mutations_are_counted_and_run_one_after_the_other() {
    let server = server().await;
    let token = server.client(&[Scope::ClientsManage], "one", &[]).await;
    let many = |count: usize| {
        let fields = (0..count).map(|index| {
            format!("m{index}: clientCreate(input: {{name: \"n{index}\", grants: []}}) {{ client {{ name }} }}")
        });
        format!("mutation {{ {} }}", fields.collect::<Vec<_>>().join(" "))
    };
    let answer = server.ask_as(&token, &many(11), json!({})).await;
    assert_eq!(codes(&answer), ["TOO_MANY_ROOT_FIELDS"]);
    assert_eq!(answer["errors"][0]["message"], "11 root fields exceed the maximum of 10");
    assert!(answer["data"].is_null());
    let answer = server.ask_as(&token, &many(10), json!({})).await;
    assert_eq!(answer["data"]["m9"]["client"]["name"], "n9", "{answer}");
    let query: String = url::form_urlencoded::byte_serialize(many(1).as_bytes()).collect();
    let response = server.http.get(server.url(&format!("/graphql?query={query}"))).bearer_auth(&token);
    assert_eq!(response.send().await.unwrap().status(), 405, "a mutation by GET");

    let organization = server.app.store.catalog().find_organization("one").unwrap().key;
    for index in 11..MOST_CLIENTS {
        let new = NewClient { organization, name: format!("n{index}"), grants: Vec::new() };
        client::create(&server.app, By::Operator, &new).await.unwrap();
    }
    let payload = run(&server, &token, CREATE, json!({ "name": "one too many", "grants": [] })).await;
    assert_eq!(refusals(&payload), pairs(&[("OUT_OF_RANGE", "input")]));
    let list = server.ask_as(&token, LIST, json!({})).await;
    assert_eq!(list["data"]["clients"].as_array().unwrap().len() as u64, MOST_CLIENTS);
}

#[tokio::test]
async fn changes_at_the_same_time_do_not_undo_each_other() {
    let server = server().await;
    let app = &server.app;
    for _ in 0..20 {
        let made = server.new_client(&[Scope::ResourcesWrite], "one", &[]).await;
        let id = made.id.parse().unwrap();
        let (_, _, disabled, _, _) = tokio::join!(
            client::rotate_secret(app, By::Operator, id),
            client::set_grants(app, By::Operator, id, &[]),
            client::disable(app, By::Operator, id),
            client::revoke_tokens(app, By::Operator, id),
            client::rotate_secret(app, By::Operator, id),
        );
        disabled.unwrap();
        let stored = app.store.find_client(id).await.unwrap().unwrap();
        assert_eq!((stored.row.is_enabled, stored.row.token_generation), (false, 1));
        assert_eq!(stored.grants, Vec::new());
    }
}

fn printed(output: &Output) -> (bool, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn the_command_line_changes_clients_and_keys_beside_a_running_server() {
    let program = Program::start("clients", &["--demo"]).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let create = ["client", "create", "--organization", "starter-collection", "--name", "An app", "--json"];
    let made =
        program.run(&[&create[..], &["--scope", "resources:write", "events:write", "--region", "CA-BC"]].concat());
    let (is_done, output, errors) = printed(&made);
    assert!(is_done, "{errors}");
    let made: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(made["scopes"], json!(["resources:write", "events:write"]));
    assert_eq!((&made["organization"], &made["regions"]), (&json!("starter-collection"), &json!(["british-columbia"])));
    let id = made["clientId"].as_str().unwrap();
    let token = async |secret: &Value| {
        let request = http.post(format!("http://{}/oauth/token", program.address));
        let request = request.basic_auth(id, secret.as_str()).form(&[("grant_type", "client_credentials")]);
        let response = request.send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        body["access_token"].as_str().map(str::to_string)
    };
    let status = async |token: &str| {
        let request = http.get(format!("http://{}/graphql?query=%7B__typename%7D", program.address));
        request.bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    let first = token(&made["clientSecret"]).await.unwrap();
    assert_eq!(status(&first).await, 200);

    let (_, output, _) = printed(&program.run(&["client", "rotate-secret", id, "--json"]));
    let rotated: Value = serde_json::from_str(&output).unwrap();
    assert!(token(&made["clientSecret"]).await.is_some() && token(&rotated["clientSecret"]).await.is_some());

    let (is_done, output, _) = printed(&program.run(&["key", "rotate"]));
    assert!(is_done && output.lines().count() == 2, "{output}");
    assert_eq!(status(&first).await, 200, "a token of the key before");
    let second = token(&rotated["clientSecret"]).await.unwrap();
    assert_ne!(first.split('.').next(), second.split('.').next(), "the new key signs");
    assert_eq!(status(&second).await, 200);
    program.run(&["key", "rotate"]);
    assert_eq!(status(&first).await, 401, "a token of a key that went");
    assert_eq!(status(&second).await, 200);

    assert!(printed(&program.run(&["client", "revoke-tokens", id])).0);
    assert_eq!(status(&second).await, 401);
    let third = token(&rotated["clientSecret"]).await.unwrap();
    assert_eq!(status(&third).await, 200);
    let (_, output, _) = printed(&program.run(&["client", "list", "--json"]));
    let listed: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((&listed["clientId"], &listed["isEnabled"]), (&json!(id), &json!(true)));
    assert!(!output.contains("ecret"), "{output}");
    assert!(printed(&program.run(&["client", "disable", id])).0);
    assert_eq!(status(&third).await, 401);
    assert_eq!(token(&rotated["clientSecret"]).await, None);

    let with =
        |more: &[&'static str]| [&["client", "create", "--name", "x", "--scope", "audit:read"][..], more].concat();
    for (arguments, words) in [
        (with(&["--organization", "nobody"]), vec!["--organization", "\"nobody\""]),
        (with(&["--organization", "starter-collection", "--region", "atlantis"]), vec!["--region", "\"atlantis\""]),
        (
            with(&["--organization", "starter-collection", "--scope", "moon:fly"]),
            vec!["--scope", "moon:fly", "audit:read"],
        ),
        (vec!["client", "create", "--name", "x", "--organization", "starter-collection"], vec!["--scope"]),
        (vec!["client", "disable", "cli_00000000000000000000000007"], vec!["ID", "no such client"]),
        (vec!["client", "disable", "res_00000000000000000000000007"], vec!["<ID>", "cli_"]),
    ] {
        let (is_done, output, errors) = printed(&program.run(&arguments));
        assert!(!is_done && output.is_empty(), "{arguments:?}: {output}");
        assert!(words.iter().all(|word| errors.contains(word)), "{arguments:?}: {errors}");
    }
    let keys = std::fs::read_to_string(program.folder.join("solidarity-keys.json")).unwrap();
    let (is_done, _, errors) = printed(&program.run_with(&["key", "rotate"], &[("SOLIDARITY_KEYS", &keys)]));
    assert!(!is_done && errors.contains("SOLIDARITY_KEYS"), "{errors}");
    let log = program.log();
    for secret in [&made["clientSecret"], &rotated["clientSecret"], &json!(third), &json!(id)] {
        assert!(!log.contains(secret.as_str().unwrap()), "{log}");
    }
}
