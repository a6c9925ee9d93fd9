//! Fields and values that are not for everyone, asked as everyone who might ask.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use super::bench::{Bench, ELSEWHERE, HERE, OTHER, OWN, Target, all_but, everything};
use super::{Tally, held, insufficient};
use crate::actor::load;

/// What a question answers, in a word: the code of its first error with the scopes it names, or what `read` makes of it.
async fn ask(bench: &Bench, token: Option<&str>, document: &str, id: &str) -> Value {
    let variables = json!({ "id": id });
    match token {
        Some(token) => bench.server.ask_as(token, document, variables).await,
        None => bench.server.ask(document, variables, None).await,
    }
}

fn said(answer: &Value) -> String {
    let error = &answer["errors"][0];
    if !error.is_object() {
        return answer["data"].to_string();
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let code = text(&error["extensions"]["code"]);
    std::iter::once(code).chain(super::named_scopes(&text(&error["message"]))).collect::<Vec<_>>().join(" ")
}

/// One gated field: the question, and what it answers those who may read it and those whom it is empty for.
struct Field<'a> {
    name: &'a str,
    document: &'a str,
    id: &'a str,
    scope: Scope,
    shown: &'a str,
    /// Elsewhere, if the grant for another region empties it.
    empty: &'a str,
    /// What a client of another organization with all scopes reads.
    theirs: &'a str,
    is_regional: bool,
}

async fn ask_field(bench: &Bench, field: &Field<'_>, tally: &mut Tally) {
    let Field { name, document, id, scope, shown, empty, theirs, is_regional } = *field;
    let mut check = |cell: &str, expected: &str, answer: &Value| {
        tally.cell(&format!("{name}, {cell}"), expected, &said(answer));
    };
    let anonymous = ask(bench, None, document, id).await;
    check("without a token", &insufficient("UNAUTHENTICATED", [scope]), &anonymous);
    let lacking = insufficient("INSUFFICIENT_SCOPE", [scope]);
    let token = bench.token(OWN, &everything(), None).await;
    bench.grant(OWN, &all_but(&[scope])).await;
    check("taken away", &lacking, &ask(bench, Some(&token), document, id).await);
    let token = bench.token(OWN, &everything(), Some(&all_but(&[scope]))).await;
    check("a token without it", &lacking, &ask(bench, Some(&token), document, id).await);
    if scope != Scope::ClientsManage {
        let token = bench.token(OWN, &held(&[Scope::ClientsManage], None), None).await;
        check("one that manages clients", &lacking, &ask(bench, Some(&token), document, id).await);
    }
    for (cell, region, expected) in [
        ("alone", None, shown),
        ("here", HERE, shown),
        ("elsewhere", ELSEWHERE, if is_regional { empty } else { shown }),
    ] {
        let token = bench.token(OWN, &held(&[scope], region), None).await;
        check(cell, expected, &ask(bench, Some(&token), document, id).await);
    }
    let token = bench.token(OTHER, &everything(), None).await;
    check("another organization's", theirs, &ask(bench, Some(&token), document, id).await);
}

#[tokio::test]
async fn gated_fields_answer_those_only_who_hold_the_scope() {
    let bench = Bench::new().await;
    let mut tally = Tally::default();
    let kinds = ["resource", "event", "campaign", "drugAlert", "serviceUpdate", "policyUpdate", "communityUpdate"];
    for kind in kinds {
        let item = bench.item(bench.line(kind, OWN), "PUBLISHED").await;
        let name = super::bench::type_name(kind);
        let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ revisions {{ version }} }} }} }}");
        let (shown, empty) = (r#"{"node":{"revisions":[{"version":1}]}}"#, r#"{"node":{"revisions":null}}"#);
        let field = Field {
            name: &format!("{name}.revisions"),
            document: &document,
            id: &item.id,
            scope: Scope::AuditRead,
            shown,
            empty,
            theirs: empty,
            is_regional: true,
        };
        ask_field(&bench, &field, &mut tally).await;
    }

    let online =
        json!({ "online": { "platform": "Jitsi", "joinUrl": "https://meet.example.org/x" }, "format": "ONLINE" });
    let event = bench.item(bench.line("event", OWN).with(online), "PUBLISHED").await;
    let shown = r#"{"node":{"online":{"joinUrl":"https://meet.example.org/x","platform":"Jitsi"}}}"#;
    let field = Field {
        name: "OnlineAccess.joinUrl",
        document: "query($id: ID!) { node(id: $id) { ... on Event { online { platform joinUrl } } } }",
        id: &event.id,
        scope: Scope::EventsJoin,
        shown,
        empty: r#"{"node":{"online":{"joinUrl":null,"platform":"Jitsi"}}}"#,
        // Partners join each other's meetings.
        theirs: shown,
        is_regional: true,
    };
    ask_field(&bench, &field, &mut tally).await;

    let client = bench.server.new_client(&[], "one", &[]).await;
    let shown = format!(r#"{{"client":{{"id":"{}"}}}}"#, client.id);
    let field = Field {
        name: "Query.client",
        document: "query($id: ID!) { client(id: $id) { id } }",
        id: &client.id,
        scope: Scope::ClientsManage,
        shown: &shown,
        empty: "",
        theirs: r#"{"client":null}"#,
        is_regional: false,
    };
    ask_field(&bench, &field, &mut tally).await;
    let field = Field {
        name: "Query.clients",
        document: "query { clients { name } }",
        id: &client.id,
        scope: Scope::ClientsManage,
        shown: r#"{"clients":[{"name":"a test's client"},{"name":"a test's client"}]}"#,
        empty: "",
        theirs: r#"{"clients":[{"name":"a test's client"}]}"#,
        is_regional: false,
    };
    ask_field(&bench, &field, &mut tally).await;

    let webhook = bench.webhook(OWN).await;
    let shown = format!(r#"{{"webhook":{{"id":"{webhook}"}}}}"#);
    let field = Field {
        name: "Query.webhook",
        document: "query($id: ID!) { webhook(id: $id) { id } }",
        id: &webhook,
        scope: Scope::WebhooksManage,
        shown: &shown,
        empty: "",
        theirs: r#"{"webhook":null}"#,
        is_regional: false,
    };
    ask_field(&bench, &field, &mut tally).await;
    let field = Field {
        name: "Query.webhooks",
        document: "query { webhooks { url } }",
        id: &webhook,
        scope: Scope::WebhooksManage,
        shown: r#"{"webhooks":[{"url":"https://hooks.example.org/a"}]}"#,
        empty: "",
        theirs: r#"{"webhooks":[]}"#,
        is_regional: false,
    };
    ask_field(&bench, &field, &mut tally).await;
    assert!(tally.wrong.is_empty(), "{} cells, wrong:\n{}", tally.cells, tally.wrong.join("\n"));
    assert!(tally.cells >= 70, "{}", tally.cells);
}

/// Who reads what is not published, or for partners only, through a look-up and through a list.
#[tokio::test]
async fn states_and_visibilities_show_their_items_to_those_only_who_hold_the_scope() {
    let bench = Bench::new().await;
    let mut wrong = Vec::new();
    let drafts = Scope::ContentReadDrafts;
    let (review, partners) = (Scope::ContentReview, Scope::ContentReadPartners);
    // Status, visibility, and whether it is read with each right: own drafts here, elsewhere, of the other organization;
    // review here, elsewhere, of the other one; partners the same.
    for (status, visibility, expected) in [
        ("DRAFT", "PUBLIC", [true, false, false, false, false, false, false, false, false]),
        ("IN_REVIEW", "PUBLIC", [true, false, false, true, false, true, false, false, false]),
        ("IN_REVIEW", "PARTNERS", [true, false, false, true, false, true, false, false, false]),
        ("SCHEDULED", "PUBLIC", [true, false, false, false, false, false, false, false, false]),
        ("EXPIRED", "PUBLIC", [true, false, false, false, false, false, false, false, false]),
        ("WITHDRAWN", "PUBLIC", [true, false, false, false, false, false, false, false, false]),
        ("ARCHIVED", "PUBLIC", [true, false, false, false, false, false, false, false, false]),
        ("PUBLISHED", "PARTNERS", [true, false, false, false, false, false, true, false, true]),
        ("PUBLISHED", "PUBLIC", [true; 9]),
    ] {
        let line = |organization| bench.line("resource", organization).with(json!({ "visibility": visibility }));
        let (own, other) = (bench.item(line(OWN), status).await, bench.item(line(OTHER), status).await);
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ id }}
                resources(first: 100, filter: {{publicationStatuses: [{status}], regions: [\"toronto\"]}}) {{ nodes {{ id }} }} }}"
        );
        let reads = async |token: Option<&str>, item: &Target| {
            let answer = ask(&bench, token, &document, &item.id).await;
            assert!(answer["errors"].is_null(), "{answer:#}");
            let by_id = answer["data"]["node"].is_object();
            let nodes = answer["data"]["resources"]["nodes"].as_array().unwrap();
            (by_id, nodes.iter().any(|node| node["id"] == item.id.as_str()))
        };
        let mut found = Vec::new();
        for scope in [drafts, review, partners] {
            for (region, item) in [(HERE, &own), (ELSEWHERE, &own), (HERE, &other)] {
                let token = bench.token(OWN, &vec![(scope, region)], None).await;
                found.push(reads(Some(&token), item).await);
            }
        }
        for (position, (expected, (by_id, listed))) in expected.iter().zip(&found).enumerate() {
            if by_id != expected || listed != expected {
                wrong.push(format!("{status} {visibility} {position}: by id {by_id}, listed {listed}, not {expected}"));
            }
        }
        let is_public = status == "PUBLISHED" && visibility == "PUBLIC";
        assert_eq!(reads(None, &own).await, (is_public, is_public), "{status} {visibility} for anyone");
        let token = bench.token(OWN, &all_but(&[drafts, review, partners]), None).await;
        assert_eq!(reads(Some(&token), &own).await, (is_public, is_public), "{status} {visibility} without the scopes");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What takes a scope of its own inside an input, whatever else the client holds.
#[tokio::test]
async fn parts_of_inputs_that_take_a_scope_of_their_own_are_refused_without_it() {
    let bench = Bench::new().await;
    let title = json!([{ "locale": "en-CA", "text": "Give" }]);
    let payee = |members: Value| {
        let mut payee = json!({ "name": "A fund" });
        payee.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({ "asks": [{ "donate": { "title": title, "payee": payee } }] })
    };
    let place = json!({ "location": { "disclosure": "EXACT", "address": "1 Main Street", "region": "toronto" } });
    let reviewed =
        |origin: &str| json!({ "translations": [{ "locale": "fr-CA", "origin": origin, "title": "Titre" }] });
    let mut tally = Tally::default();
    for (kind, scope, members) in [
        ("event", Scope::EventsExactLocation, place.clone()),
        ("serviceUpdate", Scope::EventsExactLocation, place),
        ("campaign", Scope::CampaignsVerifyPayee, payee(json!({ "verifiedAt": "2026-11-20T12:00:00Z" }))),
        ("campaign", Scope::CampaignsVerifyPayee, payee(json!({ "verifiedBy": "The collective" }))),
        ("resource", Scope::TranslationsReview, reviewed("COMMUNITY_REVIEWED")),
        ("drugAlert", Scope::TranslationsReview, reviewed("MACHINE_REVIEWED")),
        ("event", Scope::TranslationsReview, reviewed("COMMUNITY_REVIEWED")),
    ] {
        let add = |input: &mut serde_json::Map<String, Value>| {
            input.extend(members.as_object().unwrap().clone());
        };
        for verb in ["Create", "Update", "Upsert", "import"] {
            let item = bench.item(bench.line(kind, OWN), "DRAFT").await;
            let mut input = item.input.clone();
            let mutation = match verb {
                "Create" => {
                    input.remove("source");
                    format!("{kind}Create")
                }
                "Update" => {
                    input.clear();
                    input.insert("id".into(), json!(item.id));
                    input.insert("expectedVersion".into(), json!(1));
                    format!("{kind}Update")
                }
                "Upsert" => format!("{kind}Upsert"),
                _ => "importBatch".to_string(),
            };
            add(&mut input);
            let (input, path) = match verb {
                "import" => (json!({ "items": [{ kind: input }] }), format!("input.items[0].{kind}.regions")),
                _ => (Value::Object(input), "input.regions".to_string()),
            };
            let token = bench.token(OWN, &all_but(&[scope]), None).await;
            let answered = bench.ask(Some(&token), &mutation, &input).await;
            let cell = |name: &str| format!("{mutation} of {members}, {name}");
            tally.cell(&cell("without"), &insufficient("INSUFFICIENT_SCOPE", [scope]), &answered);
            let mut grants = all_but(&[scope]);
            grants.push((scope, ELSEWHERE));
            let token = bench.token(OWN, &grants, None).await;
            let answered = bench.ask(Some(&token), &mutation, &input).await;
            tally.cell(&cell("elsewhere"), &format!("OUT_OF_GRANTED_REGION {path}"), &answered);
            let before = bench.own_item(OWN, &item).await;
            tally.cell(&cell("nothing changed"), "1", &before[..1]);
            let mut grants = all_but(&[scope]);
            grants.push((scope, HERE));
            let token = bench.token(OWN, &grants, None).await;
            tally.cell(&cell("here"), "ok", &bench.ask(Some(&token), &mutation, &input).await);
            // What is there already stays without the scope.
            if verb == "Update" {
                let token = bench.token(OWN, &all_but(&[scope]), None).await;
                let again = json!({ "id": item.id, "expectedVersion": 2, "contentNotes": ["DEATH"] });
                tally.cell(&cell("stays"), "ok", &bench.ask(Some(&token), &mutation, &again).await);
            }
        }
    }
    assert!(tally.wrong.is_empty(), "{} cells, wrong:\n{}", tally.cells, tally.wrong.join("\n"));
}

/// A published item that the clock has not reached yet is no one's to spotlight.
#[tokio::test]
async fn what_nobody_sees_yet_is_not_there_to_be_spotlighted() {
    let bench = Bench::new().await;
    let line = bench.line("resource", OTHER);
    let id = solidarity::domain::public_id::PublicId::new(
        solidarity::domain::public_id::Noun::Resource,
        bench.server.app.clock.random_id(),
    );
    let record = json!({ "id": id.to_string(), "status": "PUBLISHED", "publishedAt": "2026-11-23T13:00:00Z" });
    load(&bench.server.app, &line.record(record).to_string()).await;
    let token = bench.token(OWN, &everything(), None).await;
    let input = json!({ "id": id.to_string(), "until": "2026-12-01T12:00:00Z" });
    assert_eq!(bench.ask(Some(&token), "contentSpotlight", &input).await, "NOT_FOUND input.id");
    bench.server.app.clock.advance(60 * 60 * 1_000_000);
    let token = bench.token(OWN, &everything(), None).await;
    assert_eq!(bench.ask(Some(&token), "contentSpotlight", &input).await, "ok");
}
