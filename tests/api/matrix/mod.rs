//! Who may do what: every mutation and every gated field, asked as everyone who might ask, against a table written by hand.

mod bench;
mod escalation;
mod gated;
mod table;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use solidarity::domain::scope::Scope;

use crate::harness::Server;
use bench::{Bench, ELSEWHERE, HERE, Held, OTHER, OWN, Target, all_but, everything, named_scopes, scopes};
use table::{GATED, KINDS, Needs, OK, OTHERS, Row};

fn rows() -> Vec<Row> {
    KINDS.into_iter().flatten().chain(OTHERS).collect()
}

const TYPES: &str = "{ __schema { types { name
    fields(includeDeprecated: true) { name description }
    inputFields { name description } enumValues(includeDeprecated: true) { name description } } } }";

/// Every field, input field and enum value with its description on one line.
async fn descriptions(server: &Server) -> Vec<(String, String)> {
    let data = server.query(TYPES, json!({})).await;
    let mut all = Vec::new();
    for found in data["__schema"]["types"].as_array().unwrap() {
        for members in ["fields", "inputFields", "enumValues"] {
            for member in found[members].as_array().map(Vec::as_slice).unwrap_or_default() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
                let description = text(&member["description"]).split_whitespace().collect::<Vec<_>>().join(" ");
                all.push((format!("{}.{}", text(&found["name"]), text(&member["name"])), description));
            }
        }
    }
    all
}

/// The scopes that a description says are required, sorted; none if it says nothing.
fn required(description: &str) -> Option<String> {
    let (_, said) = description.rsplit_once("Requires scope ")?;
    Some(sorted(&named_scopes(said).join(" ")))
}

fn sorted(names: &str) -> String {
    let names: BTreeSet<&str> = names.split_whitespace().collect();
    names.into_iter().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_mutation_and_gated_field_has_a_row_that_its_description_agrees_with() {
    let server = Server::with_content(&crate::lines::text([])).await;
    let mut said = BTreeSet::new();
    for (name, description) in descriptions(&server).await {
        let scopes = required(&description);
        if name.starts_with("Mutation.") {
            said.insert((name, scopes.unwrap_or_default()));
        } else if let Some(scopes) = scopes {
            said.insert((name, scopes));
        }
    }
    let mutations = rows().into_iter().map(|row| (format!("Mutation.{}", row.mutation), sorted(row.says)));
    let gated = GATED.iter().map(|(name, scopes)| ((*name).to_string(), sorted(scopes)));
    let expected: BTreeSet<(String, String)> = mutations.chain(gated).collect();
    let missing: Vec<_> = said.difference(&expected).collect();
    let extra: Vec<_> = expected.difference(&said).collect();
    assert!(missing.is_empty() && extra.is_empty(), "in the schema only: {missing:#?}\nin the table only: {extra:#?}");
    assert!(expected.len() > 60, "{}", expected.len());
}

/// The input of a mutation about a target.
fn input(mutation: &str, what: &str, target: &Target) -> Value {
    let names = json!([{ "locale": "en-CA", "text": "A name" }]);
    let mut item = json!({ "id": target.id, "expectedVersion": target.version });
    let mut with = |members: Value| {
        item.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        item.clone()
    };
    let changed = || {
        let mut input: Map<String, Value> = target.input.clone();
        input.insert("contentNotes".to_string(), json!(["DEATH"]));
        input
    };
    let of_an_item = what.split(' ').next().unwrap_or_default();
    let origin = if what.contains("reviewed") { "COMMUNITY_REVIEWED" } else { "HUMAN" };
    match mutation {
        "contentTranslate" => with(json!({ "translation": { "locale": "fr-CA", "origin": origin, "title": "Titre" } })),
        "contentVerify" => with(json!({ "verification": {
            "verifiedAt": "2026-11-20T12:00:00Z", "verifiedBy": "A group", "method": "PHONE" } })),
        "contentReject" => with(json!({ "reason": "Say where." })),
        "contentSchedule" => with(json!({ "at": "2026-11-24T12:00:00Z" })),
        "contentRestore" => with(json!({ "version": 1 })),
        "contentSpotlight" => with(json!({ "until": "2026-12-01T12:00:00Z" })),
        "alertCancel" => with(json!({ "messageType": "ALL_CLEAR" })),
        "occurrenceOverride" => {
            with(json!({ "recurrenceId": "2026-12-22T12:00:00", "startsAtLocal": "2026-12-22T15:00:00" }))
        }
        "occurrenceCancel" => with(json!({ "recurrenceId": "2026-12-22T12:00:00" })),
        "seriesConfirm" => with(json!({ "confirmedThrough": "2027-06-30" })),
        "regionUpsert" => json!({ "slug": target.slug, "kind": "OTHER", "names": names, "parents": ["toronto"] }),
        "topicUpsert" => json!({ "slug": target.slug, "facet": "STRUGGLE", "names": names }),
        "organizationUpsert" => json!({ "slug": target.slug, "name": "Another name", "regions": ["toronto"] }),
        "webhookCreate" => json!({ "url": "https://hooks.example.org/" }),
        "webhookUpdate" => with(json!({ "description": "Another" })),
        _ if mutation.starts_with("webhook") => json!({ "id": target.id }),
        "clientCreate" => json!({ "name": "x", "grants": [] }),
        "grantSet" => json!({ "id": target.id, "grants": [] }),
        "importBatch" => json!({ "items": [{ of_an_item: changed() }] }),
        _ if mutation.starts_with("client") => json!({ "id": target.id }),
        _ if mutation.ends_with("Upsert") => Value::Object(changed()),
        _ if mutation.ends_with("Create") => Value::Object(target.input.clone()),
        // A change that no second client must approve.
        _ if mutation.ends_with("Update") => with(json!({ "contentNotes": ["DEATH"] })),
        _ => item,
    }
}

/// What is asked, what is expected and what was answered.
#[derive(Debug, Default)]
struct Tally {
    cells: usize,
    empty: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn cell(&mut self, cell: &str, expected: &str, answered: &str) {
        self.cells += 1;
        if expected != answered {
            self.wrong.push(format!("{cell}: expected {expected}, answered {answered}"));
        }
    }
}

/// The alternatives of a table's entry, each with the scopes that are needed together.
fn alternatives(does: &str) -> Vec<Vec<Scope>> {
    does.split('/').map(scopes).collect()
}

fn held<'a>(scopes: &[Scope], region: Option<&'a str>) -> Held<'a> {
    scopes.iter().map(|scope| (*scope, region)).collect()
}

fn insufficient(code: &str, scopes: impl IntoIterator<Item = Scope>) -> String {
    let mut names: Vec<&str> = scopes.into_iter().map(Scope::as_str).collect();
    names.sort_unstable();
    format!("{code} {}", names.join(" "))
}

/// Sets of scopes without any of which the mutation is refused, each with what the refusal names.
fn lacking(row: &Row, does: &str) -> Vec<(Vec<Scope>, String)> {
    let says = scopes(row.says);
    let alternatives = alternatives(does);
    let missing: Vec<Vec<Scope>> = match alternatives.as_slice() {
        [together] => together.iter().map(|scope| vec![*scope]).collect(),
        several => vec![several.iter().flatten().copied().collect()],
    };
    let mut sets: Vec<(Vec<Scope>, String)> = Vec::new();
    for missing in missing {
        let is_of_guard = says.iter().all(|scope| missing.contains(scope));
        let named = if is_of_guard { says.clone() } else { missing.clone() };
        sets.push((missing, insufficient("INSUFFICIENT_SCOPE", named)));
    }
    if !sets.iter().any(|(missing, _)| says.iter().all(|scope| missing.contains(scope))) {
        sets.push((says.clone(), insufficient("INSUFFICIENT_SCOPE", says)));
    }
    sets
}

/// The cells of a row for one kind of item.
async fn ask_all(bench: &Bench, row: &Row, (what, does): (&str, &str), tally: &mut Tally) {
    let Row { mutation, elsewhere, theirs, .. } = *row;
    let name = |cell: &str| format!("{mutation} of {what}, {cell}");
    let elsewhere = elsewhere.replace('*', what.split(' ').next().unwrap_or_default());
    let target = bench.target(row, what, OWN).await;
    let asked = input(mutation, what, &target);
    let before = bench.state(&target).await;

    let answered = bench.ask(None, mutation, &asked).await;
    let expected = insufficient("UNAUTHENTICATED", scopes(row.says));
    tally.cell(&name("without a token"), &expected, &answered);
    for (missing, expected) in lacking(row, does) {
        // A token that says the scope, of a client from which it was taken away.
        let token = bench.token(OWN, &everything(), None).await;
        bench.grant(OWN, &all_but(&missing)).await;
        let answered = bench.ask(Some(&token), mutation, &asked).await;
        tally.cell(&name(&format!("{missing:?} taken away")), &expected, &answered);
        // A client that holds it, with a token that does not say so.
        let token = bench.token(OWN, &everything(), Some(&all_but(&missing))).await;
        let answered = bench.ask(Some(&token), mutation, &asked).await;
        tally.cell(&name(&format!("a token without {missing:?}")), &expected, &answered);
    }
    if !row.says.contains("clients:manage") {
        let token = bench.token(OWN, &held(&[Scope::ClientsManage], None), None).await;
        let expected = insufficient("INSUFFICIENT_SCOPE", scopes(row.says));
        let answered = bench.ask(Some(&token), mutation, &asked).await;
        tally.cell(&name("one that manages clients"), &expected, &answered);
    }
    let whole = all_but(&[]);
    if elsewhere != OK {
        for together in alternatives(does) {
            // One of them elsewhere while the others hold everywhere is enough to refuse.
            for out in &together {
                let place = |scope: &Scope| (*scope, if scope == out { ELSEWHERE } else { None });
                let token = bench.token(OWN, &together.iter().map(place).collect(), None).await;
                let answered = bench.ask(Some(&token), mutation, &asked).await;
                tally.cell(&name(&format!("{out:?} elsewhere")), &elsewhere, &answered);
            }
        }
    }
    let is_same = bench.state(&target).await == before;
    tally.cell(&name("what was refused changed nothing"), "true", &is_same.to_string());
    if theirs.starts_with("n.a.") {
        tally.empty += 1;
    } else {
        let foreign = bench.target(row, what, OTHER).await;
        let before = bench.own_item(OTHER, &foreign).await;
        let token = bench.token(OWN, &whole, None).await;
        let answered = bench.ask(Some(&token), mutation, &input(mutation, what, &foreign)).await;
        tally.cell(&name("another organization's"), theirs, &answered);
        if theirs != OK || row.needs == Needs::Source {
            let after = bench.own_item(OTHER, &foreign).await;
            tally.cell(&name("another organization's afterwards"), &before, &after);
        }
    }

    for (position, together) in alternatives(does).iter().enumerate() {
        let mut cells =
            vec![("alone", None, OK), ("here", HERE, if what == "topic" { elsewhere.as_str() } else { OK })];
        if elsewhere == OK {
            cells.push(("elsewhere, which does not matter", ELSEWHERE, OK));
        }
        for (cell, region, expected) in cells {
            let target = bench.target(row, what, OWN).await;
            let token = bench.token(OWN, &held(together, region), None).await;
            let answered = bench.ask(Some(&token), mutation, &input(mutation, what, &target)).await;
            tally.cell(&name(&format!("alternative {position} {cell}")), expected, &answered);
        }
    }
}

/// Asks every cell of some rows.
async fn no_cell_is_wrong(rows: Vec<Row>, at_least: usize) {
    let bench = Bench::new().await;
    let mut tally = Tally::default();
    for row in rows {
        for entry in row.does {
            ask_all(&bench, &row, *entry, &mut tally).await;
        }
    }
    let Tally { cells, empty, wrong } = tally;
    println!("{cells} cells asked, {empty} empty, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} of {cells} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells > at_least, "only {cells} cells were asked");
}

#[tokio::test]
async fn no_cell_of_what_writes_is_wrong() {
    no_cell_is_wrong(KINDS.into_iter().flatten().collect(), 350).await;
}

#[tokio::test]
async fn no_cell_of_what_is_written_already_is_wrong() {
    no_cell_is_wrong(OTHERS[..8].to_vec(), 400).await;
}

#[tokio::test]
async fn no_cell_of_the_others_is_wrong() {
    no_cell_is_wrong(OTHERS[8..].to_vec(), 400).await;
}

/// What lies across the border of a grant, before or after a change, is out of it.
#[tokio::test]
async fn a_grant_holds_for_all_regions_of_an_item_before_and_after_a_change() {
    let bench = Bench::new().await;
    for (kind, write) in [("resource", Scope::ResourcesWrite), ("event", Scope::EventsWrite)] {
        let update = format!("{kind}Update");
        let token = bench.token(OWN, &vec![(write, HERE)], None).await;
        for (regions, to, expected) in [
            (json!(["toronto", "vancouver"]), json!(["toronto"]), "OUT_OF_GRANTED_REGION input.id"),
            (json!([]), json!(["toronto"]), "OUT_OF_GRANTED_REGION input.id"),
            (json!(["toronto"]), json!(["toronto", "vancouver"]), "OUT_OF_GRANTED_REGION input.regions"),
            (json!(["toronto"]), json!(["vancouver"]), "OUT_OF_GRANTED_REGION input.regions"),
            (json!(["toronto"]), json!(["CA"]), "OUT_OF_GRANTED_REGION input.regions"),
            (json!(["toronto"]), json!([]), "OUT_OF_GRANTED_REGION input.regions"),
            (json!(["toronto"]), json!(null), "OUT_OF_GRANTED_REGION input.regions"),
            (json!(["toronto"]), json!(["CA-ON"]), OK),
        ] {
            let item = bench.item(bench.line(kind, OWN).with(json!({ "regions": regions })), "DRAFT").await;
            let input = json!({ "id": item.id, "expectedVersion": 1, "regions": to });
            assert_eq!(bench.ask(Some(&token), &update, &input).await, expected, "{kind} from {regions} to {to}");
        }
        for (regions, expected) in [
            (json!(["toronto", "vancouver"]), "OUT_OF_GRANTED_REGION input.regions"),
            (json!([]), "OUT_OF_GRANTED_REGION input.regions"),
            (json!(["toronto", "CA-ON"]), OK),
        ] {
            let row = KINDS.iter().flatten().find(|row| row.mutation == format!("{kind}Create")).unwrap();
            let mut input = bench.target(row, kind, OWN).await.input;
            input.insert("regions".to_string(), regions.clone());
            let answered = bench.ask(Some(&token), row.mutation, &Value::Object(input)).await;
            assert_eq!(answered, expected, "a new {kind} of {regions}");
        }
    }
}
