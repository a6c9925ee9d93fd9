//! The playground's example library: every operation runs over the demo content.

use serde_json::Value;

use crate::harness::Server;

#[tokio::test]
async fn every_example_of_the_playground_runs_without_errors_and_shows_something() {
    let server = Server::shared_demo().await;
    let library: Value = serde_json::from_str(playground::EXAMPLES).unwrap();
    let (mut ran, mut failed) = (0, Vec::new());
    for group in library.as_array().unwrap() {
        for example in group["items"].as_array().unwrap() {
            let title = example["title"].as_str().unwrap();
            let variables = example.get("variables").cloned().unwrap_or_else(|| serde_json::json!({}));
            let answer = server.ask(example["query"].as_str().unwrap(), variables, None).await;
            if !answer["errors"].is_null() {
                failed.push(format!("{title}: {:#}", answer["errors"]));
            } else if !has_leaf(&answer["data"]) {
                failed.push(format!("{title} answers nothing: {:#}", answer["data"]));
            }
            ran += 1;
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran >= 30, "only {ran} examples");
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
