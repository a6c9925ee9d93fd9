//! Writing: slugs, sources, references and ids of what is hidden are taken as those of what is absent.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::schedule::run_due;

use super::{KINDS, World, compare, finish, hidden, ways, worlds};
use crate::actor::generous;
use crate::lines::one_of_each;

/// The reader that writes for another organization.
const WRITER: usize = 5;

/// The members that a kind must have, as a client gives them.
fn members(kind: usize, slug: &str) -> Value {
    let line = one_of_each("x")[kind].clone().with(json!({ "title": slug, "slug": slug }));
    serde_json::from_str::<Value>(&line.to_string()).unwrap()["input"].take()
}

fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

/// A mutation with all that its payload says but the new id.
fn mutation(name: &str, noun: &str) -> String {
    let input = name[..1].to_uppercase() + &name[1..];
    format!(
        "mutation($input: {input}Input!) {{ {name}(input: $input) {{ {noun} {{ slug version status title }}
            userErrors {{ code field message }} warnings {{ code field }} }} }}"
    )
}

#[tokio::test]
async fn a_new_item_gets_the_slug_and_the_source_that_a_hidden_one_has() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    for (way, kind, _) in hidden() {
        let (name, .., noun) = KINDS[kind];
        let slug = format!("{way}-{name}");
        // By the slug itself and by a title that makes it; by the source of the hidden item; twice each.
        let created = members(kind, &slug);
        let mut titled = members(kind, &slug);
        titled.as_object_mut().unwrap().remove("slug");
        let source = json!({ "source": { "system": "cms", "externalId": slug } });
        for _ in 0..2 {
            let upserted = with(created.clone(), source.clone());
            for (verb, input) in [("Create", &created), ("Create", &titled), ("Upsert", &upserted)] {
                let document = mutation(&format!("{noun}{verb}"), noun);
                let variables = json!({ "input": input });
                compare(&worlds, &[WRITER], &document, &variables, &mut wrong).await;
                let answer = worlds[0].bytes(WRITER, &document, &variables).await;
                assert!(answer.contains(&format!("\"slug\":\"{slug}\"")), "{verb} {slug}: {answer}");
                // The same once more on the other server, so that both stay alike.
                worlds[1].bytes(WRITER, &document, &variables).await;
            }
        }
    }
    finish(&wrong);
}

#[tokio::test]
async fn a_published_item_has_the_slug_that_a_hidden_one_wishes_for() {
    let worlds = worlds(generous()).await;
    for world in &worlds {
        // What was public until now gives its slug up when the worker comes by.
        run_due(&world.server.app).await.unwrap();
    }
    for (way, ..) in ways() {
        let slug = format!("{way}-resource");
        let mut ids = Vec::new();
        for world in &worlds {
            let token = world.tokens[WRITER].1.as_deref().unwrap();
            let document =
                "mutation($input: ResourceCreateInput!) { resourceCreate(input: $input) { resource { id } } }";
            let answer = world.server.ask_as(token, document, json!({ "input": members(0, &slug) })).await;
            let id = answer["data"]["resourceCreate"]["resource"]["id"].as_str().unwrap().to_string();
            let document = "mutation($input: ContentPublishInput!) { contentPublish(input: $input) {
                content { slug status version } userErrors { code } } }";
            let input = json!({ "input": { "id": id, "expectedVersion": 1 } });
            let answer = world.server.ask_as(token, document, input).await;
            let expected = json!({ "slug": slug, "status": "PUBLISHED", "version": 2 });
            assert_eq!(answer["data"]["contentPublish"]["content"], expected, "{answer:#}");
            ids.push(id);
        }
        // Anyone now finds the published one by it; the owner, who sees both, as well.
        for (world, id) in worlds.iter().zip(&ids) {
            let document = format!("{{ resource(by: {{slug: {slug:?}}}) {{ id }} }}");
            assert_eq!(world.server.query(&document, json!({})).await["resource"]["id"], *id);
            let owner = world.server.client(&[Scope::ContentReadDrafts, Scope::ContentReadPartners], "hub", &[]).await;
            let answer = world.server.ask_as(&owner, &document, json!({})).await;
            assert_eq!(answer["data"]["resource"]["id"], *id, "{answer:#}");
        }
    }
}

#[tokio::test]
async fn a_reference_to_a_hidden_item_is_refused_as_one_to_an_absent_one() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    let title = json!([{ "locale": "en-CA", "text": "Come" }]);
    for (way, kind, id) in hidden() {
        let slug = format!("{way}-{}", KINDS[kind].0);
        for reference in [id.clone(), slug.clone(), format!("{}:{slug}", KINDS[kind].1.name())] {
            let doors: Vec<(usize, Value)> = match KINDS[kind].0 {
                "resource" => vec![
                    (0, json!({ "supersededBy": reference })),
                    (1, json!({ "materials": [reference] })),
                    (2, json!({ "resources": [reference] })),
                ],
                "event" => vec![(2, json!({ "asks": [{ "showUp": { "title": title, "event": reference } }] }))],
                "campaign" => vec![(1, json!({ "campaign": reference }))],
                _ => vec![
                    (1, json!({ "updates": [reference] })),
                    (2, json!({ "updates": [reference] })),
                    (3, json!({ "supersedes": reference })),
                    (4, json!({ "supersedes": reference })),
                    (5, json!({ "supersedes": reference })),
                    (6, json!({ "supersedes": reference })),
                ],
            };
            for (door, members_of) in doors {
                let (.., noun) = KINDS[door];
                let input = with(members(door, "referring"), members_of.clone());
                let upserted = with(input.clone(), json!({ "source": { "system": "x", "externalId": "y" } }));
                let shown = json!({ "id": super::id(KINDS[door].1, door), "expectedVersion": 1 });
                for (verb, input) in
                    [("Create", input), ("Upsert", upserted), ("Update", with(shown, members_of.clone()))]
                {
                    let document = mutation(&format!("{noun}{verb}"), noun);
                    let variables = json!({ "input": input });
                    compare(&worlds, &[WRITER], &document, &variables, &mut wrong).await;
                    let expected = if verb == "Update" { "NOT_FOUND" } else { "INVALID_REFERENCE" };
                    let answer = worlds[0].bytes(WRITER, &document, &variables).await;
                    assert!(answer.contains(expected), "{verb} {members_of}: {answer}");
                }
            }
        }
    }
    finish(&wrong);
}

#[tokio::test]
async fn every_mutation_of_a_hidden_item_answers_as_of_an_absent_one() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    let french = json!({ "locale": "fr-CA", "origin": "HUMAN", "title": "Titre" });
    for (way, kind, id) in hidden() {
        let (.., noun) = KINDS[kind];
        let update = format!("{noun}Update");
        let mut doors: Vec<(&str, Value)> = vec![
            (&update, json!({ "title": "Mine" })),
            ("contentTranslate", json!({ "translation": french })),
            ("contentVerify", json!({ "verification": null })),
            ("contentSubmit", json!({})),
            ("contentRestore", json!({ "version": 1 })),
            ("contentPublish", json!({})),
            ("contentSchedule", json!({ "at": "2026-12-24T12:00:00Z" })),
            ("contentWithdraw", json!({})),
            ("contentArchive", json!({})),
            ("contentSpotlight", json!({ "until": "2026-12-24T12:00:00Z" })),
        ];
        if noun == "drugAlert" {
            doors.push(("alertCancel", json!({ "messageType": "CANCEL" })));
        }
        if noun == "event" {
            let occurrence = json!({ "recurrenceId": "2026-12-15T12:00:00" });
            doors.push(("occurrenceOverride", occurrence.clone()));
            doors.push(("occurrenceCancel", occurrence));
            doors.push(("seriesConfirm", json!({ "confirmedThrough": "2027-06-30" })));
        }
        for (name, more) in doors {
            let payload = if name.starts_with("content") { "content" } else { noun };
            let document = mutation(name, payload);
            for version in [1, 2, 99] {
                let input = with(json!({ "id": id, "expectedVersion": version }), more.clone());
                let variables = json!({ "input": input });
                compare(&worlds, &[WRITER], &document, &variables, &mut wrong).await;
            }
            let variables = json!({ "input": with(json!({ "id": id, "expectedVersion": 1 }), more) });
            let answer = worlds[0].bytes(WRITER, &document, &variables).await;
            assert!(answer.contains("\"NOT_FOUND\"") && answer.contains("\"input.id\""), "{name} of {way}: {answer}");
        }
    }
    finish(&wrong);
    // Those who review or withdraw learn of no item that is neither in review nor was published, nor of one elsewhere.
    for scopes in [vec![Scope::ContentReview], vec![Scope::ContentWithdraw]] {
        for regions in [vec![], vec!["CA-BC"]] {
            let mut tokens = Vec::new();
            for world in &worlds {
                tokens.push(world.server.client(&scopes, "two", &regions).await);
            }
            for (way, kind, id) in hidden() {
                let is_theirs = match scopes[0] {
                    Scope::ContentReview => way == "review",
                    _ => !matches!(way, "draft" | "review" | "planned"),
                };
                if is_theirs && regions.is_empty() || KINDS[kind].0 != "resource" {
                    continue;
                }
                for name in ["contentApprove", "contentReject", "emergencyWithdraw", "contentRedact"] {
                    if (scopes[0] == Scope::ContentReview) != (name == "contentApprove" || name == "contentReject") {
                        continue;
                    }
                    let input = json!({ "id": id, "expectedVersion": 1, "reason": "x" });
                    let input = if matches!(name, "contentApprove" | "contentRedact") {
                        json!({ "id": id, "expectedVersion": 1 })
                    } else {
                        input
                    };
                    let mut answers = Vec::new();
                    for (world, token) in worlds.iter().zip(&tokens) {
                        let document = mutation(name, "content");
                        answers.push(world.server.ask_as(token, &document, json!({ "input": input })).await);
                    }
                    assert_eq!(answers[0]["data"], answers[1]["data"], "{name} of {way} within {regions:?}");
                    assert_eq!(answers[0]["data"][name]["userErrors"][0]["code"], "NOT_FOUND", "{name} of {way}");
                }
            }
        }
    }
}

/// What was planned and taken back before its hour was never published: nobody else may learn of it.
#[tokio::test]
async fn a_plan_that_was_withdrawn_stays_unknown_to_those_who_withdraw() {
    let world = World::new(true, generous()).await;
    let server = &world.server;
    let own = server.client(&[Scope::ResourcesPublish, Scope::ContentWithdraw], "hub", &[]).await;
    let other = server.client(&[Scope::ContentWithdraw], "two", &[]).await;
    let (_, _, id) = hidden().into_iter().find(|(way, kind, _)| *way == "planned" && *kind == 0).unwrap();
    let withdraw = json!({ "input": { "id": id, "expectedVersion": 1 } });
    let answer = server.ask_as(&own, &mutation("contentWithdraw", "content"), withdraw).await;
    assert_eq!(answer["data"]["contentWithdraw"]["content"]["status"], "WITHDRAWN", "{answer:#}");
    server.app.clock.advance(30 * 24 * 60 * 60 * 1_000_000);
    let other_client = server.client(&[Scope::ContentWithdraw], "two", &[]).await;
    let _ = other;
    for name in ["emergencyWithdraw", "contentRedact"] {
        let input = json!({ "input": { "id": id } });
        let answer = server.ask_as(&other_client, &mutation(name, "content"), input).await;
        assert_eq!(answer["data"][name]["userErrors"][0]["code"], "NOT_FOUND", "{answer:#}");
    }
}
