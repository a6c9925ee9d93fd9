//! Whole stories over HTTP, as the people of a partner group live them: from their credentials to the last request.

mod editing;
mod safety;

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use crate::actor::TestClient;
use crate::harness::{Server, codes};
use crate::lines::{organization, text};

/// One who writes with a token.
struct Hand<'a> {
    server: &'a Server,
    token: String,
}

/// A server with the organizations `one` and `two`.
async fn server() -> Server {
    Server::with_content(&text([organization("one"), organization("two")])).await
}

/// A value with more members.
fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

impl<'a> Hand<'a> {
    async fn new(server: &'a Server, organization: &str, scopes: &[Scope]) -> Self {
        Self { server, token: server.client(scopes, organization, &[]).await }
    }

    /// The whole answer to a mutation; its payload shows `shown` of its item.
    async fn answer(&self, mutation: &str, shown: &str, input: &Value) -> Value {
        let named = mutation[..1].to_uppercase() + &mutation[1..];
        let noun = ["Create", "Update", "Upsert"].iter().find_map(|verb| mutation.strip_suffix(verb));
        let noun = if mutation == "alertCancel" { "drugAlert" } else { noun.unwrap_or("content") };
        let document = format!(
            "mutation($input: {named}Input!) {{ {mutation}(input: $input) {{ item: {noun} {{ {shown} }}
                userErrors {{ code field }} warnings {{ code field }} }} }}"
        );
        self.server.ask_as(&self.token, &document, json!({ "input": input })).await
    }

    /// The item after a mutation that is done, without a word of warning.
    async fn does(&self, mutation: &str, shown: &str, input: Value) -> Value {
        let mut answer = self.answer(mutation, shown, &input).await;
        assert!(answer["errors"].is_null(), "{mutation} {input}: {answer:#}");
        let payload = &mut answer["data"][mutation];
        assert_eq!((&payload["userErrors"], &payload["warnings"]), (&json!([]), &json!([])), "{mutation} {input}");
        payload["item"].take()
    }

    /// Codes and fields of what is refused, which changed nothing.
    async fn refused(&self, mutation: &str, input: Value) -> Value {
        let mut answer = self.answer(mutation, "id", &input).await;
        assert!(answer["errors"].is_null(), "{mutation} {input}: {answer:#}");
        assert_eq!(answer["data"][mutation]["item"], Value::Null, "{mutation} {input}");
        let payload = answer["data"][mutation]["userErrors"].take();
        let errors = payload.as_array().unwrap().iter().map(|error| json!([error["code"], error["field"]]));
        errors.collect()
    }

    /// The message of a refusal for want of a scope.
    async fn lacks(&self, mutation: &str, input: Value) -> String {
        let answer = self.answer(mutation, "id", &input).await;
        assert_eq!(codes(&answer), ["INSUFFICIENT_SCOPE"], "{mutation} {input}: {answer:#}");
        assert_eq!(answer["data"][mutation], Value::Null);
        answer["errors"][0]["message"].as_str().unwrap().to_string()
    }

    /// The data of a query.
    async fn reads(&self, document: &str, variables: Value) -> Value {
        let mut answer = self.server.ask_as(&self.token, document, variables).await;
        assert!(answer["errors"].is_null(), "{document}: {answer:#}");
        answer["data"].take()
    }
}

/// Id and version of an item, for the next step.
fn at(item: &Value) -> Value {
    json!({ "id": item["id"], "expectedVersion": item["version"] })
}

const SHOWN: &str = "id version status";

fn article(title: &str) -> Value {
    json!({ "locale": "en-CA", "title": title, "category": "NEWS", "format": "ARTICLE" })
}

/// The status and body of a request with a form.
async fn post(server: &Server, path: &str, client: &TestClient, form: &[(&str, &str)]) -> (u16, Value) {
    let request = server.http.post(server.url(path)).basic_auth(&client.id, Some(&client.secret)).form(form);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_partner_writes_publishes_corrects_and_takes_back_and_its_token_ends() {
    let server = server().await;
    // Credentials from the operator; a token for them from the server itself.
    let operator = [Scope::ResourcesWrite, Scope::ResourcesPublish, Scope::ContentReadDrafts, Scope::AuditRead];
    let client = server.new_client(&operator, "one", &[]).await;
    let writing = [("grant_type", "client_credentials"), ("scope", "resources:write content:read-drafts")];
    let (status, body) = post(&server, "/oauth/token", &client, &writing).await;
    assert_eq!((status, &body["token_type"]), (200, &json!("Bearer")), "{body}");
    assert_eq!((&body["scope"], &body["expires_in"]), (&json!("resources:write content:read-drafts"), &json!(600)));
    let writer = Hand { server: &server, token: body["access_token"].as_str().unwrap().to_string() };

    // A draft, which nobody else sees.
    let input = with(
        article("Naloxone on Main Street"),
        json!({ "body": "Free kits.", "regions": ["toronto"], "topics": ["naloxone"] }),
    );
    let fields = "id slug version status visibility title body publisher { slug } regions { slug } publishedAt";
    let draft = writer.does("resourceCreate", fields, input).await;
    let slug = "naloxone-on-main-street";
    assert_eq!(
        draft,
        json!({ "id": draft["id"], "slug": slug, "version": 1, "status": "DRAFT", "visibility": "PUBLIC",
            "title": "Naloxone on Main Street", "body": "Free kits.", "publisher": { "slug": "one" },
            "regions": [{ "slug": "toronto" }], "publishedAt": null })
    );
    let anyone =
        "query($id: ID!, $slug: String!) { node(id: $id) { id } resource(by: {slug: $slug}) { title version body }
        resources { totalCount nodes { title } } }";
    let key = json!({ "id": draft["id"], "slug": slug });
    let nothing = json!({ "node": null, "resource": null, "resources": { "totalCount": 0, "nodes": [] } });
    assert_eq!(server.query(anyone, key.clone()).await, nothing);
    let own = writer.reads(anyone, key.clone()).await;
    assert_eq!(own["resource"], json!({ "title": "Naloxone on Main Street", "version": 1, "body": "Free kits." }));

    // Writing is not publishing.
    let expected = "the access token lacks scope `resources:publish`, `events:publish`, `campaigns:publish`, \
                    `updates:publish` or `alerts:issue`";
    assert_eq!(writer.lacks("contentPublish", at(&draft)).await, expected);
    let submitted = writer.does("contentSubmit", SHOWN, at(&draft)).await;
    assert_eq!(submitted, json!({ "id": draft["id"], "version": 2, "status": "IN_REVIEW" }));
    let publisher = Hand { server: &server, token: server.token_of(&client).await };
    let refused = publisher.refused("contentPublish", at(&submitted)).await;
    assert_eq!(refused, json!([["SECOND_REVIEWER_REQUIRED", "input.id"]]), "what is in review is approved first");

    // A second client reviews: hands it back once, then approves.
    let reviewer = Hand::new(&server, "two", &[Scope::ContentReview]).await;
    let waiting = "{ resources(filter: {publicationStatuses: [IN_REVIEW]}) { nodes { id version } } }";
    let found = reviewer.reads(waiting, json!({})).await;
    assert_eq!(found["resources"]["nodes"], json!([{ "id": draft["id"], "version": 2 }]));
    let reason = with(at(&submitted), json!({ "reason": "Say until when." }));
    let rejected = reviewer.does("contentReject", SHOWN, reason).await;
    assert_eq!(rejected, json!({ "id": draft["id"], "version": 3, "status": "DRAFT" }));
    assert_eq!(reviewer.reads(waiting, json!({})).await["resources"]["nodes"], json!([]));
    let changed = with(at(&rejected), json!({ "body": "Free kits until May." }));
    let changed = writer.does("resourceUpdate", SHOWN, changed).await;
    let submitted = writer.does("contentSubmit", SHOWN, at(&changed)).await;
    let approved = reviewer.does("contentApprove", SHOWN, at(&submitted)).await;
    assert_eq!(approved, json!({ "id": draft["id"], "version": 6, "status": "IN_REVIEW" }));

    // Published, it is there for anyone in the very next request.
    let published = publisher.does("contentPublish", "id slug version status publishedAt", at(&approved)).await;
    assert_eq!(
        published,
        json!({ "id": draft["id"], "slug": slug, "version": 7, "status": "PUBLISHED", "publishedAt": crate::actor::NOW })
    );
    let seen = |title: &str, version: i32, body: &str| {
        json!({ "node": { "id": draft["id"] }, "resource": { "title": title, "version": version, "body": body },
            "resources": { "totalCount": 1, "nodes": [{ "title": title }] } })
    };
    let title = "Naloxone on Main Street";
    assert_eq!(server.query(anyone, key.clone()).await, seen(title, 7, "Free kits until May."));

    // A correction needs the scope that publishes, and is there in the next request too.
    let correction = with(at(&published), json!({ "title": "Naloxone on King Street" }));
    let expected = "the access token lacks scope `resources:publish`";
    assert_eq!(writer.lacks("resourceUpdate", correction.clone()).await, expected);
    assert_eq!(server.query(anyone, key.clone()).await, seen(title, 7, "Free kits until May."));
    let corrected = publisher.does("resourceUpdate", SHOWN, correction).await;
    let title = "Naloxone on King Street";
    assert_eq!(server.query(anyone, key.clone()).await, seen(title, 8, "Free kits until May."));

    // Taken back, it is gone for anyone in the next request, and what happened can be read by those who audit.
    let withdrawal = with(at(&corrected), json!({ "reason": "The place closed." }));
    let withdrawn = publisher.does("contentWithdraw", SHOWN, withdrawal).await;
    assert_eq!(withdrawn, json!({ "id": draft["id"], "version": 9, "status": "WITHDRAWN" }));
    assert_eq!(server.query(anyone, key.clone()).await, nothing);
    let revisions =
        "query($id: ID!) { node(id: $id) { ... on Resource { revisions { version action note clientId } } } }";
    let revisions = publisher.reads(revisions, key.clone()).await["node"]["revisions"].take();
    let actions: Vec<String> = revisions
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| {
            let by = if revision["clientId"] == client.id.as_str() { "own" } else { "other" };
            let action = revision["action"].as_str().unwrap();
            format!("{} {action} {by} {}", revision["version"], revision["note"].as_str().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        actions,
        [
            "9 WITHDRAWN own The place closed.",
            "8 UPDATED own -",
            "7 PUBLISHED own -",
            "6 APPROVED other -",
            "5 SUBMITTED own -",
            "4 UPDATED own -",
            "3 REJECTED other Say until when.",
            "2 SUBMITTED own -",
            "1 CREATED own -",
        ]
    );

    // Revoked, the token is refused in the next request, for reads and writes; the client's other one goes on.
    let (status, _) = post(&server, "/oauth/revoke", &client, &[("token", &writer.token)]).await;
    assert_eq!(status, 200);
    for document in ["{ __typename }", anyone] {
        let request = server.http.post(server.url("/graphql")).bearer_auth(&writer.token);
        let response = request.json(&json!({ "query": document, "variables": key })).send().await.unwrap();
        assert_eq!(response.status(), 401, "{document}");
        assert!(response.headers().contains_key("www-authenticate"));
    }
    assert_eq!(codes(&writer.answer("resourceCreate", "id", &article("Again")).await), ["UNAUTHENTICATED"]);
    publisher.does("resourceCreate", SHOWN, article("Again")).await;
}
