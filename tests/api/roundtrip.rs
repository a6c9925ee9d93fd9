//! Export and import: everything out, into an empty database, and out again is the same bytes on either database; an
//! import is all or nothing.

use serde_json::{Value, json};
use solidarity::app::App;
use solidarity::clock::Clock;
use solidarity::service::export::export;
use solidarity::service::import::{ImportError, ImportOptions, ImportReport, import};
use solidarity::service::seed::{DemoError, load_demo};

use crate::actor::{clock, generous, load, migrated, open};
use crate::database::Database;
use crate::lines::{
    Line, alert, campaign, community_update, event, line, one_of_each, organization, policy_update, region, resource,
    service_update, text, topic,
};

/// Everything that a database holds, as lines.
async fn exported(app: &App) -> String {
    let mut output = Vec::new();
    export(app, &mut output).await.unwrap();
    String::from_utf8(output).unwrap()
}

/// Items with every member that the demo content has not: states, long names, texts of many scripts, links both ways.
fn odd() -> String {
    let words = "Words, \u{1F9E1} עברית العربية ᐃᓄᒃᑎᑐᑦ \\ \" ' % _ \u{200D} {{x}} <b>";
    let long = "9".repeat(80);
    let mut all =
        vec![organization("other-publisher").with(json!({ "name": words, "languages": ["iu-Cans", "en-CA"] }))];
    all.push(region("odd-region", &["CA"]).with(json!({
        "overlaps": ["CA-QC"], "endonyms": [{ "locale": "iu-Cans", "text": "ᓄᓇ" }], "validFrom": "1999-04-01",
        "codes": [{ "scheme": "OTHER", "value": "ODD-1" }], "timeZones": ["America/Iqaluit"], "supersededBy": "CA-NU",
    })));
    all.push(topic("odd-topic", &["naloxone", "opioids"]));
    for status in ["DRAFT", "IN_REVIEW", "SCHEDULED", "PUBLISHED", "EXPIRED", "WITHDRAWN", "ARCHIVED"] {
        let slug = status.to_lowercase().replace('_', "-");
        all.extend(one_of_each(&slug).map(|line| line.record(json!({ "status": status, "version": 7 }))));
    }
    all.push(resource("whole").with(json!({
        "title": words, "summary": format!("{words}\n\n{words}"), "body": "é".repeat(65_536), "regions": ["odd-region"],
        "topics": ["odd-topic", "naloxone"], "contentNotes": ["DEATH", "OTHER"], "expiresAt": "9999-12-30T21:59:59.999999Z",
        "visibility": "PARTNERS", "supersededBy": "resource:published-resource", "audience": ["YOUTH", "ORGANIZERS"],
        "files": [{ "url": "https://example.org/a.pdf", "title": words, "sizeBytes": 4_294_967_295_u32, "locale": "crk" }],
        "evidence": [{ "basis": "LIVED_EXPERTISE", "citation": words, "year": 2024, "doi": "10.1/x" }],
        "translations": [
            { "locale": "fr-CA", "origin": "HUMAN", "title": "Deux", "basedOn": 1, "body": "Corps" },
            { "locale": "iu-Cans", "origin": "MACHINE_UNREVIEWED", "title": "ᑎᑎᕋᖅ" },
        ],
        "attribution": { "displayName": words, "kind": "PSEUDONYM", "note": "a\nb", "organization": "other-publisher" },
        "source": { "system": "s", "externalId": words, "url": "http://example.org/", "retrievedAt": "2020-01-01T00:00:00.000001Z" },
        "verification": { "verifiedAt": "2026-01-01T00:00:00Z", "verifiedBy": words, "method": "PHONE" },
    })).record(json!({ "spotlightUntil": "2027-01-01T00:00:00Z", "createdAt": "0001-01-01T00:00:00Z" })));
    all.push(event("everywhere").with(json!({
        "startsAtLocal": "2026-12-15T12:00:00.5", "endsAtLocal": "2026-12-16T00:00:00", "timeZone": "America/St_Johns",
        "location": { "disclosure": "EXACT", "address": words, "region": "odd-region",
            "point": { "latitude": -89.999_999, "longitude": 179.123_457 } },
        "materials": ["resource:whole", "resource:draft-resource"], "updates": ["update:whole-alert"],
        "campaign": "campaign:whole-campaign", "agenda": { "visibility": "PUBLIC", "text": [{ "locale": "en-CA", "text": words }] },
    })));
    all.push(campaign("whole-campaign").with(json!({
        "asks": [{ "showUp": { "title": [{ "locale": "en-CA", "text": words }], "event": "event:everywhere" } }],
        "goal": { "description": [{ "locale": "en-CA", "text": words }], "amount": { "amount": "1500.00", "currency": "CAD" } }, "startsOn": "2026-01-31",
        "endorsements": [{ "organization": "other-publisher" }], "resources": ["resource:whole"],
    })));
    all.push(alert("whole-alert").with(json!({ "samples": [{ "soldAs": words, "detected": [{ "name": words }] }] })));
    all.push(
        service_update("superseding").with(json!({ "supersedes": "update:whole-alert", "messageType": "CANCEL" })),
    );
    // Two publishers with the same slug: the second gets a number, which must fit too.
    all.push(policy_update(&long));
    let source = json!({ "system": "s", "externalId": "second" });
    all.push(policy_update(&long).with(json!({ "publisher": "other-publisher", "source": source })));
    all.push(community_update("last").with(json!({ "source": { "system": "s", "externalId": "last" } })));
    text(all)
}

/// A database with the demo content and the odd items.
async fn full(database: &Database) -> String {
    let app = open(database, generous(), clock()).await;
    load_demo(&app).await.unwrap();
    load(&app, &odd()).await;
    exported(&app).await
}

/// What comes out of an empty database into which lines were imported, at another time than they were made.
async fn copied(database: &Database, lines: &str) -> String {
    let later = Clock::set_at("2031-05-05T05:05:05Z".parse().unwrap());
    let app = migrated(database, generous(), later).await;
    let report = load(&app, lines).await;
    assert_eq!((report.created, report.updated, report.unchanged), (lines.lines().count(), 0, 0));
    exported(&app).await
}

/// Compares texts by line: a whole export is no message.
fn same(one: &str, other: &str) {
    for (number, (one, other)) in one.lines().zip(other.lines()).enumerate() {
        assert_eq!(one, other, "line {}", number + 1);
    }
    assert!(one == other, "{} and {} lines", one.lines().count(), other.lines().count());
}

#[tokio::test]
async fn a_copy_of_an_export_exports_the_same_bytes() {
    let first = full(&Database::fresh().await).await;
    assert!(first.lines().count() > 600 && first.contains("\"status\":\"IN_REVIEW\"") && first.contains('\u{1F9E1}'));
    same(&copied(&Database::fresh().await, &first).await, &first);
}

#[tokio::test]
async fn a_copy_on_the_other_database_exports_the_same_bytes_both_ways() {
    let Some(postgres) = Database::postgres("a copy on the other database").await else { return };
    let from_sqlite = full(&Database::sqlite()).await;
    same(&copied(&postgres, &from_sqlite).await, &from_sqlite);
    let from_postgres = full(&Database::postgres("both ways").await.unwrap()).await;
    same(&copied(&Database::sqlite(), &from_postgres).await, &from_postgres);
}

#[tokio::test]
async fn importing_the_same_again_changes_nothing() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load_demo(&app).await.unwrap();
    load(&app, &odd()).await;
    let (before, epoch) = (exported(&app).await, app.store.last_epoch().await.unwrap());
    app.clock.advance(3_600_000_000);
    for lines in [odd(), before.clone()] {
        let count = lines.lines().count();
        assert_eq!(load(&app, &lines).await, ImportReport { created: 0, updated: 0, unchanged: count });
        assert_eq!(app.store.last_epoch().await.unwrap(), epoch);
    }
    assert_eq!(load_demo(&app).await.unwrap(), ImportReport::default(), "the demo is there already");
    same(&exported(&app).await, &before);
    let changed = load(&app, &text([resource("whole").with(json!({ "title": "Another" }))])).await;
    assert_eq!((changed.updated, changed.created), (1, 0), "a change is seen");
    assert!(app.store.last_epoch().await.unwrap() > epoch);
}

fn long(characters: usize) -> String {
    "x".repeat(characters)
}

fn unreviewed() -> Value {
    json!([{ "locale": "fr-CA", "origin": "MACHINE_UNREVIEWED", "title": "Alerte" }])
}

/// Lines that are wrong: each with the code, the field, and a part of the message that names value or limit.
fn wrong() -> Vec<(String, &'static str, &'static str, &'static str)> {
    let nine = ["CA-ON", "CA-BC", "CA-QC", "CA-AB", "CA-MB", "CA-SK", "CA-NS", "CA-NB", "CA-PE"];
    let ended = json!({ "endsAtLocal": "2026-12-15T11:59:59" });
    let hidden = json!({ "location": { "disclosure": "APPROXIMATE", "address": "1 Street" } });
    let pointed = json!({ "location": { "disclosure": "WITHHELD", "point": { "latitude": 1, "longitude": 1 } } });
    let user = json!({ "externalUrl": "https://user:secret@example.org/" });
    let cases: Vec<(Line, &str, &str, &str)> = vec![
        (line("flyer", json!({})), "INVALID", "kind", "communityUpdate"),
        (resource("a").with(json!({ "colour": "red" })), "INVALID", "input.colour", "unknown field"),
        (resource("a").record(json!({ "by": "x" })), "INVALID", "record.by", "unknown field"),
        (resource("a").without("title"), "REQUIRED", "input.title", "is required"),
        (event("a").without("timeZone"), "REQUIRED", "input.timeZone", "is required"),
        (
            resource("a").with(json!({ "title": long(201) })),
            "INVALID",
            "input.title",
            "201 characters, more than the maximum of 200",
        ),
        (resource("a").with(json!({ "summary": long(601) })), "INVALID", "input.summary", "maximum of 600"),
        (resource("a").with(json!({ "body": long(65_537) })), "INVALID", "input.body", "maximum of 65536"),
        (resource("a").with(json!({ "title": "a\u{0}b" })), "INVALID", "input.title", "U+0000"),
        (resource("a").with(json!({ "title": "a\nb" })), "INVALID", "input.title", "U+000A"),
        (resource("a").with(json!({ "title": "a\u{202E}b" })), "INVALID", "input.title", "U+202E"),
        (resource("a").with(json!({ "title": 7 })), "INVALID", "input.title", "expected a string"),
        (resource("a").with(json!({ "slug": "Not A Slug" })), "INVALID", "input.slug", "is not a slug"),
        (resource("a").with(json!({ "locale": "english" })), "INVALID", "input.locale", "BCP 47"),
        (resource("a").with(json!({ "externalUrl": "http://example.org/" })), "INVALID", "input.externalUrl", "https"),
        (resource("a").with(user), "INVALID", "input.externalUrl", "user name"),
        (resource("a").with(json!({ "regions": ["atlantis"] })), "INVALID_REFERENCE", "input.regions[0]", "atlantis"),
        (resource("a").with(json!({ "publisher": "nobody" })), "INVALID_REFERENCE", "input.publisher", "nobody"),
        (resource("a").with(json!({ "supersededBy": "resource:no" })), "INVALID_REFERENCE", "input.supersededBy", "no"),
        (
            resource("a").with(json!({ "regions": nine })),
            "OUT_OF_RANGE",
            "input.regions",
            "9 values, more than the maximum of 8",
        ),
        (resource("a").with(json!({ "category": "GOSSIP" })), "INVALID", "input.category", "GOSSIP"),
        (
            resource("a").record(json!({ "id": "evt_00fzm5kmy6x4w1sf5221q3jqy4" })),
            "INVALID",
            "record.id",
            "expected the id of a resource",
        ),
        (resource("a").record(json!({ "id": "res_x" })), "INVALID", "record.id", "is not an id"),
        (event("a").with(ended), "ENDS_BEFORE_START", "input.endsAtLocal", "before the start"),
        (event("a").with(hidden), "LOCATION_TOO_PRECISE", "input.location", "address"),
        (event("a").with(pointed), "LOCATION_TOO_PRECISE", "input.location", "point"),
        (
            event("a").with(json!({ "recurrence": { "rrule": "FREQ=SOMETIMES" } })),
            "INVALID_RRULE",
            "input.recurrence.rrule",
            "FREQ",
        ),
        (
            campaign("a").with(json!({ "startsOn": "2026-02-02", "endsOn": "2026-02-01" })),
            "ENDS_BEFORE_START",
            "input.endsOn",
            "2026-02-01",
        ),
        (alert("a").without("expiresAt"), "EXPIRY_REQUIRED", "input.expiresAt", "30 days"),
        (
            alert("a").with(json!({ "expiresAt": "2026-12-22T12:00:01Z" })),
            "EXPIRY_TOO_FAR",
            "input.expiresAt",
            "30 days",
        ),
        (
            alert("a").with(json!({ "translations": unreviewed() })),
            "TRANSLATION_NOT_REVIEWED",
            "input.translations[0].origin",
            "machine",
        ),
        (alert("a").with(json!({ "kind": "SERVICE_CLOSED" })), "INVALID", "input.kind", "SERVICE_CLOSED"),
        (
            resource("a").with(json!({ "expiresAt": "9999-12-30T22:00:00.999999Z" })),
            "INVALID",
            "input.expiresAt",
            "outside the years",
        ),
        (
            region("a", &["CA"]).with(json!({ "timeZones": ["Canada/Nowhere"] })),
            "INVALID_TIME_ZONE",
            "input.timeZones[0]",
            "Canada/Nowhere",
        ),
        (topic("a", &["a"]), "INVALID", "input.broader", "itself"),
    ];
    let mut cases: Vec<_> =
        cases.into_iter().map(|(line, code, field, part)| (line.to_string(), code, field, part)).collect();
    cases.push(("{\"kind\": \"resource\"".to_string(), "INVALID", "line", "EOF"));
    cases.push(("[]".to_string(), "INVALID", "line", "kind"));
    cases
}

async fn faults(app: &App, lines: &str) -> Vec<(usize, String)> {
    match import(app, lines, ImportOptions::default(), &mut |_, _| {}).await {
        Err(ImportError::Faults(faults)) => faults.into_iter().map(|(line, fault)| (line, fault.to_string())).collect(),
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn a_file_with_a_bad_line_stores_nothing_and_says_which_line_and_field() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    let before = exported(&app).await;
    let cases = wrong();
    for (bad, code, field, part) in &cases {
        let found = faults(&app, &format!("{}\n\n{bad}\n{}", text([resource("good")]), resource("also-good"))).await;
        let shown: String = bad.chars().take(200).collect();
        assert_eq!(found.len(), 1, "{shown}: {found:?}");
        let (line, message) = &found[0];
        assert_eq!(*line, 4, "{shown}");
        assert!(message.starts_with(&format!("{code} {field}")), "{shown}: {message}");
        assert!(message.contains(part), "{shown}: {message}");
    }
    let all: Vec<String> = cases.iter().map(|(bad, ..)| bad.replace("\"a\"", "\"b\"")).collect();
    let found = faults(&app, &all.join("\n")).await;
    let mut lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
    lines.dedup();
    assert_eq!(lines, (1..=cases.len()).collect::<Vec<_>>(), "every bad line is named at once");
    same(&exported(&app).await, &before);
}

#[tokio::test]
async fn two_lines_about_one_item_are_refused() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    let id = json!({ "id": "res_00fzm5kmy6x4w1sf5221q3jqy4" });
    let found = faults(&app, &text([resource("a").record(id.clone()), resource("b").record(id)])).await;
    assert_eq!(found, [(3, "NOT_UNIQUE record.id: another line is about the same item".to_string())]);
}

#[tokio::test]
async fn the_demo_is_not_loaded_beside_other_content() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load(&app, &text([resource("ours")])).await;
    let before = exported(&app).await;
    let refusal = load_demo(&app).await.unwrap_err();
    assert!(matches!(refusal, DemoError::NotEmpty) && refusal.to_string().contains("other content"), "{refusal}");
    same(&exported(&app).await, &before);
    let other = Database::fresh().await;
    let app = open(&other, generous(), clock()).await;
    assert!(load_demo(&app).await.unwrap().created > 190);
    assert_eq!(load_demo(&app).await.unwrap(), ImportReport::default(), "its own content stays as it is");
    load(&app, &text([resource("tried-out").with(json!({ "publisher": "starter-collection" }))])).await;
    assert_eq!(load_demo(&app).await.unwrap(), ImportReport::default(), "what was published since then stays, too");
}
