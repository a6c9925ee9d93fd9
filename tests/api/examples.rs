//! The playground's example library: every operation runs over the demo content, and what needs a token runs with one
//! that has the scopes that its badge names, and with no other.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use crate::actor::{NOW, TestClient};
use crate::following::live::Events;
use crate::harness::{Server, codes};
use crate::library::{Example, Filling, examples};

const ORGANIZATION: &str = "starter-collection";

#[tokio::test]
async fn every_example_of_the_playground_runs_without_errors_and_shows_something() {
    let server = Server::shared_demo().await;
    let filling = Filling::at(NOW);
    let (mut ran, mut failed) = (0, Vec::new());
    for example in examples().into_iter().filter(|example| example.scopes.is_empty()) {
        let variables = filling.fill(&example.variables);
        let answer = if example.query.starts_with("subscription") {
            Events::open(&server, &example.query, variables, &[]).await.result().await.1
        } else {
            server.ask(&example.query, variables, None).await
        };
        if !answer["errors"].is_null() {
            failed.push(format!("{}: {:#}", example.title, answer["errors"]));
        } else if !has_leaf(&answer["data"]) {
            failed.push(format!("{} answers nothing: {:#}", example.title, answer["data"]));
        }
        ran += 1;
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran >= 30, "only {ran} examples");
}

#[tokio::test]
async fn every_example_that_needs_a_token_runs_in_its_place_with_just_the_scopes_of_its_badge() {
    let server = Server::demo().await;
    let writer = server.new_client(Scope::ALL, ORGANIZATION, &[]).await;
    let reviewer = server.new_client(&[Scope::ContentReview], ORGANIZATION, &[]).await;
    // Twice, as people who try things out do.
    for _ in 0..2 {
        let mut filling = Filling::at(NOW);
        for example in examples().into_iter().filter(|example| !example.scopes.is_empty()) {
            let variables = filling.fill(&example.variables);
            let client = if example.scopes.contains(&Scope::ContentReview) { &reviewer } else { &writer };
            let token = narrow_token(&server, client, &example.scopes).await;
            let answer = server.ask_as(&token, &example.query, variables).await;
            check(&example, &answer);
            if example.query.starts_with("mutation") {
                filling.remember(&answer["data"]);
            }
        }
    }
}

#[tokio::test]
async fn every_example_that_needs_a_token_is_refused_without_one_or_with_another() {
    let server = Server::shared_demo().await;
    let filling = Filling::made_up(NOW);
    let other = server.client(&[Scope::EventsJoin], ORGANIZATION, &[]).await;
    for example in examples().into_iter().filter(|example| example.query.starts_with("mutation")) {
        let variables = filling.fill(&example.variables);
        let answer = server.ask(&example.query, variables.clone(), None).await;
        assert_eq!(codes(&answer), ["UNAUTHENTICATED"], "{}: {answer:#}", example.title);
        let answer = server.ask_as(&other, &example.query, variables).await;
        assert_eq!(codes(&answer), ["INSUFFICIENT_SCOPE"], "{}: {answer:#}", example.title);
    }
}

/// A token with no more than these scopes.
async fn narrow_token(server: &Server, client: &TestClient, scopes: &[Scope]) -> String {
    let scope = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let form = [("grant_type", "client_credentials"), ("scope", &scope)];
    let request = server.http.post(server.url("/oauth/token")).basic_auth(&client.id, Some(&client.secret));
    let body: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    body["access_token"].as_str().unwrap_or_else(|| panic!("no token for {scope}: {body}")).to_string()
}

/// No errors, no refusals, nothing that the API would say in other words, and something to see.
fn check(example: &Example, answer: &Value) {
    let title = &example.title;
    assert!(answer["errors"].is_null() && has_leaf(&answer["data"]), "{title}: {answer:#}");
    if example.query.starts_with("mutation") {
        for payload in answer["data"].as_object().unwrap().values() {
            assert_eq!(payload["userErrors"], json!([]), "{title}: {answer:#}");
            assert!(payload.get("warnings").is_none_or(|warnings| *warnings == json!([])), "{title}: {answer:#}");
        }
    }
}

/// Whether anything but nulls and empty lists came back.
fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(values) => values.iter().any(has_leaf),
        Value::Object(members) => members.values().any(has_leaf),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
