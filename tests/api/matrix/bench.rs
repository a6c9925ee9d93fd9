//! What the matrix is asked with: two organizations with one client each, whose grants are set anew for every question,
//! and items made as they are needed.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value, json};
use solidarity::domain::public_id::{Noun, PublicId};
use solidarity::domain::scope::Scope;
use solidarity::service::client::{self, By, GrantInput};

use super::table::{Needs, Row};
use crate::actor::{TestClient, load};
use crate::harness::Server;
use crate::lines::{self, Line, organization, text};

/// The organizations: the client's own, and another one.
pub const OWN: usize = 0;
pub const OTHER: usize = 1;
pub const ORGANIZATIONS: [&str; 2] = ["one", "two"];
/// The province that items lie in, and one that they do not.
pub const HERE: Option<&str> = Some("CA-ON");
pub const ELSEWHERE: Option<&str> = Some("CA-BC");

/// What a client is to hold, each scope with where.
pub type Held<'a> = Vec<(Scope, Option<&'a str>)>;

/// Everything, everywhere.
pub fn everything() -> Held<'static> {
    Scope::ALL.iter().map(|scope| (*scope, None)).collect()
}

/// Everything but some scopes.
pub fn all_but(scopes: &[Scope]) -> Held<'static> {
    everything().into_iter().filter(|(scope, _)| !scopes.contains(scope)).collect()
}

/// Scopes of a text such as `a:b c:d`.
pub fn scopes(text: &str) -> Vec<Scope> {
    let parse = |name: &str| Scope::parse(name).unwrap_or_else(|| panic!("{name} is not a scope"));
    text.split([' ', '+', '/']).filter(|name| !name.is_empty()).map(parse).collect()
}

/// What a question is about.
#[derive(Clone, Debug)]
pub struct Target {
    pub id: String,
    pub version: i64,
    pub slug: String,
    /// The members of its input, without publisher and slug.
    pub input: Map<String, Value>,
}

pub struct Bench {
    pub server: Server,
    /// One client of each organization.
    clients: [TestClient; 2],
    reviewer: String,
    count: AtomicU32,
}

impl Bench {
    pub async fn new() -> Self {
        let server = Server::with_content(&text(ORGANIZATIONS.map(organization))).await;
        let mut clients = Vec::new();
        for organization in ORGANIZATIONS {
            clients.push(server.new_client(Scope::ALL, organization, &[]).await);
        }
        let reviewer = server.client(&[Scope::ContentReview], "starter-collection", &[]).await;
        Self { server, clients: clients.try_into().unwrap(), reviewer, count: AtomicU32::new(0) }
    }

    fn number(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// Sets what a client holds, without a word to the tokens that it has.
    pub async fn grant(&self, organization: usize, held: &Held<'_>) {
        let grant = |(scope, region): &(Scope, Option<&str>)| GrantInput {
            scope: scope.as_str().to_string(),
            regions: region.map(|region| vec![region.to_string()]),
        };
        let grants: Vec<GrantInput> = held.iter().map(grant).collect();
        let id: PublicId = self.clients[organization].id.parse().unwrap();
        client::set_grants(&self.server.app, By::Operator, id, &grants).await.unwrap();
    }

    /// A token of a client that holds this now; with `asked`, one that says only these scopes.
    pub async fn token(&self, organization: usize, held: &Held<'_>, asked: Option<&Held<'_>>) -> String {
        self.grant(organization, held).await;
        let client = &self.clients[organization];
        let mut form = vec![("grant_type", "client_credentials".to_string())];
        if let Some(asked) = asked {
            let names: Vec<&str> = asked.iter().map(|(scope, _)| scope.as_str()).collect();
            form.push(("scope", names.join(" ")));
        }
        let request = self.server.http.post(self.server.url("/oauth/token"));
        let response = request.basic_auth(&client.id, Some(&client.secret)).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 200, "no token for {asked:?}");
        let body: Value = response.json().await.unwrap();
        body["access_token"].as_str().unwrap().to_string()
    }

    /// A line of a kind, about Toronto.
    pub fn line(&self, what: &str, organization: usize) -> Line {
        let kind = what.split(' ').next().unwrap_or_default();
        let slug = format!("item-{}", self.number());
        let line = match kind {
            "resource" => lines::resource(&slug),
            "event" => lines::series(&slug),
            "campaign" => lines::campaign(&slug),
            "drugAlert" => lines::alert(&slug),
            "serviceUpdate" => lines::service_update(&slug),
            "policyUpdate" => lines::policy_update(&slug),
            "communityUpdate" => lines::community_update(&slug),
            other => panic!("{other} is no kind"),
        };
        let source = json!({ "system": "matrix", "externalId": slug });
        line.with(json!({ "publisher": ORGANIZATIONS[organization], "regions": ["toronto"], "source": source }))
    }

    /// An item in a state.
    pub async fn item(&self, line: Line, status: &str) -> Target {
        let noun = match line.kind() {
            "resource" => Noun::Resource,
            "event" => Noun::Event,
            "campaign" => Noun::Campaign,
            _ => Noun::Update,
        };
        let id = PublicId::new(noun, self.server.app.clock.random_id()).to_string();
        let line = line.record(json!({ "id": id, "status": status }));
        load(&self.server.app, &line.to_string()).await;
        let mut read: Value = serde_json::from_str(&line.to_string()).unwrap();
        let mut input = read["input"].as_object_mut().unwrap().clone();
        input.remove("publisher");
        let slug = input.remove("slug").unwrap().as_str().unwrap().to_string();
        Target { id, version: 1, slug, input }
    }

    /// What a mutation of a row is about, for a kind of item of an organization.
    pub async fn target(&self, row: &Row, what: &str, organization: usize) -> Target {
        let none = Target { id: String::new(), version: 0, slug: String::new(), input: Map::new() };
        let is_out = what.ends_with(" out");
        match row.needs {
            Needs::Nothing if matches!(what, "client" | "webhook") => none,
            Needs::Nothing => {
                let line = self.line(what, organization).without("source");
                let read: Value = serde_json::from_str(&line.to_string()).unwrap();
                let mut input = read["input"].as_object().unwrap().clone();
                input.remove("publisher");
                input.remove("slug");
                Target { input, ..none }
            }
            Needs::Item(_) | Needs::Source => {
                let needs_review = what == "drugAlert" && matches!(row.mutation, "contentPublish" | "contentSchedule");
                let status = match row.needs {
                    _ if is_out => "PUBLISHED",
                    _ if needs_review => "IN_REVIEW",
                    Needs::Item(status) => status,
                    _ => "DRAFT",
                };
                let mut target = self.item(self.line(what, organization), status).await;
                if needs_review {
                    target.version = self.approve(&target).await;
                }
                target
            }
            Needs::Catalog => {
                let slug = format!("place-{}", self.number());
                match what {
                    "region there" => {
                        load(&self.server.app, &lines::region(&slug, &["toronto"]).to_string()).await;
                    }
                    "organization" => {
                        let line = lines::organization(&slug).with(json!({ "regions": ["toronto"] }));
                        load(&self.server.app, &line.to_string()).await;
                    }
                    _ => {}
                }
                Target { slug, ..none }
            }
            Needs::Client => {
                let client = self.server.new_client(&[], ORGANIZATIONS[organization], &[]).await;
                Target { id: client.id, ..none }
            }
            Needs::Webhook | Needs::Message => {
                let id = self.webhook(organization).await;
                let id = if row.needs == Needs::Message { self.message(organization, &id).await } else { id };
                Target { id, version: 1, ..none }
            }
        }
    }

    /// A new webhook of an organization.
    pub async fn webhook(&self, organization: usize) -> String {
        let token = self.token(organization, &everything(), None).await;
        // An organization has some at most.
        let found = self.server.ask_as(&token, "{ webhooks { id } }", json!({})).await;
        for webhook in found["data"]["webhooks"].as_array().unwrap().iter().take(10) {
            let document = "mutation($input: WebhookDeleteInput!) { webhookDelete(input: $input) { deletedId } }";
            self.server.ask_as(&token, document, json!({ "input": { "id": webhook["id"] } })).await;
        }
        let document =
            "mutation { made: webhookCreate(input: {url: \"https://hooks.example.org/a\"}) { webhook { id } } }";
        let answer = self.server.ask_as(&token, document, json!({})).await;
        answer["data"]["made"]["webhook"]["id"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_string()
    }

    /// A new message to a webhook.
    async fn message(&self, organization: usize, webhook: &str) -> String {
        let token = self.token(organization, &everything(), None).await;
        let document = "mutation($input: WebhookTestInput!) { made: webhookTest(input: $input) { delivery { id } } }";
        let answer = self.server.ask_as(&token, document, json!({ "input": { "id": webhook } })).await;
        answer["data"]["made"]["delivery"]["id"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_string()
    }

    /// Has the version that is in review approved by a client that has nothing to do with it.
    async fn approve(&self, target: &Target) -> i64 {
        let document = "mutation($input: ContentApproveInput!) { contentApprove(input: $input) {
            content { version } userErrors { code field message } } }";
        let input = json!({ "id": target.id, "expectedVersion": target.version });
        let answer = self.server.ask_as(&self.reviewer, document, json!({ "input": input })).await;
        let version = &answer["data"]["contentApprove"]["content"]["version"];
        version.as_i64().unwrap_or_else(|| panic!("not approved: {answer:#}"))
    }

    /// What a mutation answers, in a word: see [`outcome`].
    pub async fn ask(&self, token: Option<&str>, mutation: &str, input: &Value) -> String {
        let named = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation($input: {named}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code field message }} }} }}"
        );
        let variables = json!({ "input": input });
        let answer = match token {
            Some(token) => self.server.ask_as(token, &document, variables).await,
            None => self.server.ask(&document, variables, None).await,
        };
        outcome(&answer, mutation)
    }

    /// Version, state and notes of an item, or what a client is, as its own organization sees it.
    pub async fn own_item(&self, organization: usize, target: &Target) -> String {
        let token = self.token(organization, &everything(), None).await;
        let (document, path) = match target.id.as_str() {
            "" => return String::new(),
            id if id.starts_with("cli_") => {
                (format!("{{ item: client(id: {id:?}) {{ isEnabled createdAt grants {{ scope }} }} }}"), "isEnabled")
            }
            id if id.starts_with("whk_") => {
                (format!("{{ item: webhook(id: {id:?}) {{ version isEnabled description }} }}"), "version")
            }
            id if id.starts_with("msg_") => {
                ("{ item: webhooks { id deliveries { id status nextAttemptAt } } }".to_string(), "version")
            }
            id => {
                let fields = "... on Content { version status contentNotes }";
                (format!("{{ item: node(id: {id:?}) {{ {fields} }} }}"), "version")
            }
        };
        let answer = self.server.ask_as(&token, &document, json!({})).await;
        assert!(answer["errors"].is_null(), "{answer:#}");
        format!("{} {}", answer["data"]["item"][path], answer["data"]["item"])
    }

    /// All that could have been changed by a refused question, as those who may see it all see it.
    pub async fn state(&self, target: &Target) -> String {
        let organization = ORGANIZATIONS.map(|slug| format!("{slug:?}")).join(", ");
        let statuses = "[DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED, EXPIRED, WITHDRAWN, ARCHIVED]";
        let filter = format!("(filter: {{publishers: [{organization}], publicationStatuses: {statuses}}})");
        let lists = ["resources", "events", "campaigns", "regionalUpdates"];
        let lists: Vec<String> = lists.iter().map(|list| format!("{list}{filter} {{ totalCount }}")).collect();
        let is_item = !["cli_", "whk_", "msg_"].iter().any(|prefix| target.id.starts_with(prefix));
        let item = if target.id.is_empty() || !is_item {
            String::new()
        } else {
            format!("node(id: {:?}) {{ ... on Content {{ version status isSpotlighted title }} }}", target.id)
        };
        let document = format!(
            "{{ {} {item} clients {{ id isEnabled grants {{ scope }} }}
                webhooks {{ id isEnabled version deliveries {{ id status nextAttemptAt }} }} regions {{ totalCount }} topics {{ totalCount }}
                organizations(first: 100) {{ nodes {{ slug name }} }} }}",
            lists.join(" ")
        );
        let mut states = Vec::new();
        for organization in [OWN, OTHER] {
            let token = self.token(organization, &everything(), None).await;
            let answer = self.server.ask_as(&token, &document, json!({})).await;
            assert!(answer["errors"].is_null(), "{answer:#}");
            states.push(answer["data"].to_string());
        }
        states.join("\n")
    }
}

/// An answer in a word: `ok`, the codes and fields of its `userErrors`, or the code of its error, with the scopes that the
/// error names.
pub fn outcome(answer: &Value, mutation: &str) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_string();
    if let Some(errors) = answer["errors"].as_array() {
        assert!(answer["data"][mutation].is_null(), "data beside an error: {answer:#}");
        let said: Vec<String> = errors
            .iter()
            .map(|error| {
                let mut named = named_scopes(&text(&error["message"]));
                named.sort();
                let code = std::iter::once(text(&error["extensions"]["code"]));
                code.chain(named).collect::<Vec<_>>().join(" ")
            })
            .collect();
        return said.join(", ");
    }
    let errors = answer["data"][mutation]["userErrors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("no userErrors in {answer:#}"));
    let said: Vec<String> =
        errors.iter().map(|error| format!("{} {}", text(&error["code"]), text(&error["field"]))).collect();
    if said.is_empty() { "ok".to_string() } else { said.join(", ") }
}

/// The names between backticks that are of scopes.
pub fn named_scopes(text: &str) -> Vec<String> {
    let names = text.split('`').skip(1).step_by(2).filter(|name| name.contains(':'));
    names.map(str::to_string).collect()
}

/// The object type of a line's kind.
pub fn type_name(kind: &str) -> String {
    kind[..1].to_uppercase() + &kind[1..]
}
