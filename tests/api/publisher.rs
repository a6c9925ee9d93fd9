//! A publisher's app: a token, and the mutations that it sends. It knows an address only, so that the server may be in
//! this process or a program of its own that may be gone.

use std::net::SocketAddr;

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use crate::harness::Server;

/// What a mutation of a resource shows of it.
macro_rules! resource_mutation {
    ($name:literal, $input:literal) => {
        concat!(
            "mutation($input: ",
            $input,
            "!) { ",
            $name,
            "(input: $input) { resource { id slug version status title summary } \
             userErrors { code field message } warnings { code field } } }"
        )
    };
}

pub const CREATE: &str = resource_mutation!("resourceCreate", "ResourceCreateInput");
pub const UPDATE: &str = resource_mutation!("resourceUpdate", "ResourceUpdateInput");
pub const UPSERT: &str = resource_mutation!("resourceUpsert", "ResourceUpsertInput");
pub const PUBLISH: &str = "mutation($input: ContentPublishInput!) { contentPublish(input: $input) {
    content { id slug version status title } userErrors { code field message } } }";

/// The scopes of who writes and publishes resources.
pub const SCOPES: [Scope; 4] =
    [Scope::ResourcesWrite, Scope::ResourcesPublish, Scope::ImportRun, Scope::ContentReadDrafts];

/// Who publishes what names no publisher.
pub const ORGANIZATION: &str = "starter-collection";

/// One publisher, or one of several places where the same one is at work.
#[derive(Clone, Debug)]
pub struct Publisher {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Publisher {
    pub fn new(address: SocketAddr, token: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, url: format!("http://{address}/graphql"), token }
    }

    /// A new client of a server in this process.
    pub async fn of(server: &Server) -> Self {
        Self::new(server.address, server.client(&SCOPES, ORGANIZATION, &[]).await)
    }

    /// The whole answer to a document; none if the server went away before it answered.
    pub async fn send(&self, document: &str, input: &Value) -> Option<Value> {
        let body = json!({ "query": document, "variables": { "input": input } });
        let response = self.http.post(&self.url).bearer_auth(&self.token).json(&body).send().await.ok()?;
        response.json().await.ok()
    }

    /// The whole answer of a server that is there.
    pub async fn ask(&self, document: &str, input: &Value) -> Value {
        self.send(document, input).await.unwrap_or_else(|| panic!("no answer to {document} {input}"))
    }

    /// The payload of the only mutation of a document, without errors of the request.
    pub async fn payload(&self, document: &str, input: &Value) -> Value {
        let mut answer = self.ask(document, input).await;
        assert!(answer["errors"].is_null(), "{document} {input}: {answer:#}");
        let data = answer["data"].as_object_mut().unwrap();
        data.values_mut().next().unwrap().take()
    }

    /// The item that a mutation made or changed.
    pub async fn made(&self, document: &str, input: &Value) -> Value {
        let mut payload = self.payload(document, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{document} {input}");
        let name = ["resource", "event", "content"].into_iter().find(|name| payload.get(name).is_some()).unwrap();
        payload[name].take()
    }

    /// Code and field of the only reason why nothing was changed.
    pub async fn refused(&self, document: &str, input: &Value) -> (String, String) {
        let payload = self.payload(document, input).await;
        let [error] = payload["userErrors"].as_array().unwrap().as_slice() else { panic!("{input}: {payload}") };
        let text = |name: &str| error[name].as_str().unwrap().to_string();
        (text("code"), text("field"))
    }

    /// Makes a resource and publishes it.
    pub async fn publish(&self, input: &Value) -> Value {
        let draft = self.made(CREATE, input).await;
        self.made(PUBLISH, &json!({ "id": draft["id"], "expectedVersion": draft["version"] })).await
    }
}

/// The least that a resource must say.
pub fn resource_input(title: &str) -> Value {
    json!({ "locale": "en-CA", "title": title, "category": "NEWS", "format": "ARTICLE" })
}

/// The code of the only reason why nothing was changed.
pub fn refusal(payload: &Value) -> &str {
    match payload["userErrors"].as_array().map(Vec::as_slice) {
        Some([error]) => error["code"].as_str().unwrap_or_default(),
        _ => "",
    }
}

/// Whether the trials run at full size.
pub fn is_full() -> bool {
    std::env::var("SOLIDARITY_TRIAL").is_ok_and(|trial| trial == "full")
}
