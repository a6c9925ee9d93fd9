//! What must not be seen leaves no trace: two servers that differ in hidden items only answer byte for byte the same,
//! whichever door is tried; and those who may see an item find it through each of them.

mod feeds;
mod reads;
mod writes;

use serde_json::{Value, json};
use solidarity::domain::limits::Limits;
use solidarity::domain::public_id::Noun;
use solidarity::domain::scope::Scope;

use crate::actor::NOW;
use crate::harness::Server;
use crate::lines::{Line, one_of_each, organization, text};

/// The kinds of content, in the order of [`one_of_each`]: name, prefix of ids, list, look-up, mutation.
const KINDS: [(&str, Noun, &str, &str, &str); 7] = [
    ("resource", Noun::Resource, "resources", "resource", "resource"),
    ("event", Noun::Event, "events", "event", "event"),
    ("campaign", Noun::Campaign, "campaigns", "campaign", "campaign"),
    ("alert", Noun::Update, "regionalUpdates", "regionalUpdate", "drugAlert"),
    ("service", Noun::Update, "regionalUpdates", "regionalUpdate", "serviceUpdate"),
    ("policy", Noun::Update, "regionalUpdates", "regionalUpdate", "policyUpdate"),
    ("community", Noun::Update, "regionalUpdates", "regionalUpdate", "communityUpdate"),
];
const STATES: [&str; 7] = ["DRAFT", "IN_REVIEW", "SCHEDULED", "PUBLISHED", "EXPIRED", "WITHDRAWN", "ARCHIVED"];

/// Ways to be hidden from the public, each with what makes an item so.
fn ways() -> Vec<(&'static str, Value, Value)> {
    let status = |status: &str| json!({ "status": status });
    vec![
        ("draft", json!({}), status("DRAFT")),
        ("review", json!({}), status("IN_REVIEW")),
        ("planned", json!({}), json!({ "status": "SCHEDULED", "publishedAt": "2026-12-01T12:00:00Z" })),
        ("partners", json!({ "visibility": "PARTNERS" }), status("PUBLISHED")),
        ("withdrawn", json!({}), status("WITHDRAWN")),
        ("expired", json!({}), status("EXPIRED")),
        ("archived", json!({}), status("ARCHIVED")),
        ("over", json!({ "expiresAt": NOW }), status("PUBLISHED")),
        ("redacted", json!({}), status("PUBLISHED")),
    ]
}

/// The id of an item by its number, the same on all servers.
fn id(noun: Noun, number: usize) -> String {
    format!("{}_1{number:04}{:021}", noun.prefix(), 0)
}

/// All hidden items: way, kind, id.
fn hidden() -> Vec<(&'static str, usize, String)> {
    let mut all = Vec::new();
    for (position, (way, ..)) in ways().iter().enumerate() {
        for (kind, (_, noun, ..)) in KINDS.iter().enumerate() {
            all.push((*way, kind, id(*noun, 100 + position * 10 + kind)));
        }
    }
    all
}

/// What everyone sees, and with `with_hidden` the rest; what is seen refers to it.
fn content(with_hidden: bool) -> String {
    // Cursors of searches are bound to keys of publishers.
    let publisher = |slug: &str, number| organization(slug).record(json!({ "id": id(Noun::Organization, number) }));
    let mut all: Vec<Line> = vec![publisher("hub", 900), publisher("two", 901)];
    let place = json!({ "publisher": "hub", "regions": ["toronto"], "topics": ["naloxone"], "body": "Words." });
    if with_hidden {
        for (position, (way, input, record)) in ways().into_iter().enumerate() {
            for (kind, line) in one_of_each(way).into_iter().enumerate() {
                let name = format!("{way}-{}", KINDS[kind].0);
                let own = json!({
                    "id": id(KINDS[kind].1, 100 + position * 10 + kind),
                    "updatedAt": "2026-11-20T12:00:00Z", "createdAt": "2026-11-20T12:00:00Z",
                });
                let source = json!({ "source": { "system": "cms", "externalId": name } });
                all.push(line.with(place.clone()).with(input.clone()).with(source).record(own).record(record.clone()));
            }
        }
    }
    let of = |noun: &str, kinds: &[&str]| -> Vec<String> {
        let ways = ways();
        let ways = ways.iter().filter(|_| with_hidden).map(|(way, ..)| *way).chain(["shown"]);
        ways.flat_map(|way| kinds.iter().map(move |kind| format!("{noun}:{way}-{kind}"))).collect()
    };
    let updates = of("update", &["alert", "service", "policy", "community"]);
    for (kind, line) in one_of_each("shown").into_iter().enumerate() {
        let record = json!({ "id": id(KINDS[kind].1, kind), "publishedAt": "2026-11-19T12:00:00Z",
            "updatedAt": "2026-11-19T12:00:00Z", "createdAt": "2026-11-19T12:00:00Z" });
        let links = match KINDS[kind].0 {
            "resource" if with_hidden => json!({ "supersededBy": "resource:draft-resource" }),
            "event" => json!({ "materials": of("resource", &["resource"]), "updates": updates,
                "campaign": if with_hidden { json!("campaign:review-campaign") } else { json!(null) } }),
            "campaign" => {
                let title = json!([{ "locale": "en-CA", "text": "Come" }]);
                let event = if with_hidden { json!("event:partners-event") } else { json!(null) };
                json!({ "resources": of("resource", &["resource"]), "updates": updates,
                    "asks": [{ "showUp": { "title": title, "event": event } }] })
            }
            "alert" if with_hidden => json!({ "supersedes": "update:withdrawn-alert" }),
            _ => json!({}),
        };
        all.push(line.with(place.clone()).with(links).record(record));
    }
    text(all)
}

/// One of the two servers, with the tokens of those who look at it.
struct World {
    server: Server,
    tokens: Vec<(&'static str, Option<String>)>,
}

/// Who looks and must not see: each with its scopes, organization and regions.
fn outsiders() -> Vec<(&'static str, Vec<Scope>, &'static str, Vec<&'static str>)> {
    use Scope::{ClientsManage, ContentReadDrafts, ContentReadPartners, ContentReview, ContentWithdraw};
    let writing =
        |scope: &Scope| !matches!(scope, ContentReadPartners | ContentReview | ContentWithdraw | ClientsManage);
    vec![
        ("drafts of another organization", vec![ContentReadDrafts], "two", vec![]),
        ("partners elsewhere", vec![ContentReadPartners], "two", vec!["CA-BC"]),
        ("own drafts elsewhere", vec![ContentReadDrafts], "hub", vec!["CA-BC"]),
        ("reviews elsewhere", vec![ContentReview, ContentReadPartners], "two", vec!["CA-BC"]),
        ("writes for another organization", Scope::ALL.iter().copied().filter(writing).collect(), "two", vec![]),
    ]
}

impl World {
    async fn new(with_hidden: bool, limits: Limits) -> Self {
        let server = Server::with_limited_content(&content(with_hidden), limits).await;
        if with_hidden {
            let token = server.client(&[Scope::ContentWithdraw], "hub", &[]).await;
            for (_, _, id) in hidden().iter().filter(|(way, ..)| *way == "redacted") {
                let document = "mutation($input: ContentRedactInput!) { contentRedact(input: $input) {
                    content { id } userErrors { code } } }";
                let answer = server.ask_as(&token, document, json!({ "input": { "id": id } })).await;
                assert_eq!(answer["data"]["contentRedact"]["content"]["id"], *id, "{answer:#}");
            }
        }
        let mut tokens = vec![("anyone", None)];
        for (name, scopes, organization, regions) in outsiders() {
            tokens.push((name, Some(server.client(&scopes, organization, &regions).await)));
        }
        Self { server, tokens }
    }

    /// The bytes of an answer, without what names the request.
    async fn bytes(&self, reader: usize, document: &str, variables: &Value) -> String {
        let mut request = self.server.http.post(self.server.url("/graphql"));
        if let Some(token) = &self.tokens[reader].1 {
            request = request.bearer_auth(token);
        }
        let response = request.json(&json!({ "query": document, "variables": variables })).send().await.unwrap();
        let status = response.status();
        assert!(status.as_u16() < 500, "{status}: {document}");
        let body = response.text().await.unwrap();
        let mut parts = body.split("\"requestId\":\"");
        let mut text = format!("{status} {}", parts.next().unwrap_or_default());
        for part in parts {
            text.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
        }
        text
    }
}

/// Two servers that differ in what is hidden only.
async fn worlds(limits: Limits) -> [World; 2] {
    [World::new(true, limits.clone()).await, World::new(false, limits).await]
}

/// Asks both servers as each reader, and says which answers differ.
async fn compare(worlds: &[World; 2], readers: &[usize], document: &str, variables: &Value, wrong: &mut Vec<String>) {
    for reader in readers {
        let with = worlds[0].bytes(*reader, document, variables).await;
        let without = worlds[1].bytes(*reader, document, variables).await;
        assert!(!with.contains("\"errors\":"), "nothing was compared: {document} {variables}: {with}");
        if with != without {
            let who = worlds[0].tokens[*reader].0;
            wrong.push(format!("{who}: {document} {variables}\n  hidden: {with}\n  absent: {without}"));
        }
    }
}

const EVERYONE: [usize; 6] = [0, 1, 2, 3, 4, 5];

fn finish(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} answers tell of what is hidden:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}
