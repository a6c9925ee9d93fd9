//! Editing: partial updates, versions, translations, revisions, verification, the clock.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::schedule::run_due;

use super::{Hand, SHOWN, article, at, server, with};
use crate::lines::one_of_each;

const HOUR: i64 = 3_600_000_000;

/// A kind of item: its mutation's noun, and a member of its own that may be absent, with its scalar and two values for it.
const KINDS: [(&str, &str, &str, [&str; 2]); 7] = [
    ("resource", "license", "String", ["CC0-1.0", "CC-BY-4.0"]),
    ("event", "endsAtLocal", "LocalDateTime", ["2026-12-15T14:00:00", "2026-12-15T15:00:00"]),
    ("campaign", "endsOn", "Date", ["2026-12-24", "2026-12-25"]),
    ("drugAlert", "effectiveAt", "DateTime", ["2026-11-22T13:00:00Z", "2026-11-22T14:00:00Z"]),
    ("serviceUpdate", "validTo", "Date", ["2026-12-24", "2026-12-25"]),
    ("policyUpdate", "instrument", "String", ["Bill 1", "Bill 2"]),
    ("communityUpdate", "effectiveAt", "DateTime", ["2026-11-22T13:00:00Z", "2026-11-22T14:00:00Z"]),
];

#[tokio::test]
async fn what_a_partial_update_leaves_out_stays_and_null_clears_for_every_kind() {
    let server = server().await;
    let scopes = [Scope::ResourcesWrite, Scope::EventsWrite, Scope::CampaignsWrite, Scope::UpdatesWrite];
    let writer = Hand::new(&server, "one", &scopes).await;
    for (position, (noun, own, scalar, [first, second])) in KINDS.into_iter().enumerate() {
        let line = one_of_each("x")[position].to_string();
        let mut input = serde_json::from_str::<Value>(&line).unwrap()["input"].take();
        let all =
            json!({ "title": "Old", "summary": "Words", "topics": ["naloxone"], "regions": ["toronto"], own: first });
        input = with(input, all);
        let shown = format!("id version title summary {own} topics {{ slug }} regions {{ slug }}");
        let made = writer.does(&format!("{noun}Create"), &shown, input).await;
        let state = |title: &str, summary: Value, value: Value, topics: Value| json!({ "title": title, "summary": summary, own: value, "topics": topics, "regions": [{ "slug": "toronto" }] });
        let topic = json!([{ "slug": "naloxone" }]);
        let old = || state("Old", json!("Words"), json!(first), topic.clone());
        let mut version = 1;
        let cleared = |title: &str| state(title, json!(null), json!(null), json!([]));
        // The members as variables, or written out; what is given; what the item is then.
        let variables = "summary: $summary, topics: $topics, ".to_string() + own + ": $own";
        let nulls = format!("summary: null, topics: null, {own}: null");
        // All of these scalars are written as strings.
        let literal = format!("summary: \"Others\", topics: [\"opioids\"], {own}: {second:?}");
        let other = || state("Old", json!("Others"), json!(second), json!([{ "slug": "opioids" }]));
        let back = json!({ "summary": "Words", "topics": ["naloxone"], "own": first });
        let steps: [(&str, String, Value, Value); 9] = [
            ("nothing given", String::new(), json!({}), old()),
            ("variables left out", variables.clone(), json!({}), old()),
            ("literals", literal, json!({}), other()),
            ("variables", variables.clone(), back.clone(), old()),
            (
                "null variables",
                variables.clone(),
                json!({ "summary": null, "topics": null, "own": null }),
                cleared("Old"),
            ),
            ("variables again", variables.clone(), back.clone(), old()),
            ("null literals", nulls, json!({}), cleared("Old")),
            ("the title alone", "title: $title".into(), json!({ "title": "New" }), cleared("New")),
            ("some left out", format!("title: $title, {variables}"), with(back, json!({ "title": "Old" })), old()),
        ];
        for (name, members, given, expected) in steps {
            let declared: String =
                [("title", "String"), ("summary", "String"), ("topics", "[String!]"), ("own", scalar)]
                    .iter()
                    .filter(|(variable, _)| members.contains(&format!("${variable}")))
                    .map(|(variable, of)| format!(", ${variable}: {of}"))
                    .collect();
            let document = format!(
                "mutation($id: ID!, $v: Int!{declared}) {{ {noun}Update(input: {{id: $id, expectedVersion: $v, {members}}}) {{
                    item: {noun} {{ {shown} }} userErrors {{ code field message }} }} }}"
            );
            let given = with(json!({ "id": made["id"], "v": version }), given);
            let mut answer = server.ask_as(&writer.token, &document, given).await;
            assert!(answer["errors"].is_null(), "{noun}, {name}: {answer:#}");
            let payload = answer["data"][format!("{noun}Update")].take();
            version += 1;
            let expected = with(json!({ "id": made["id"], "version": version }), expected);
            assert_eq!(payload, json!({ "item": expected, "userErrors": [] }), "{noun}, {name}");
        }
        // What every item must have cannot be cleared, and a refused change changes nothing.
        for member in ["title", "locale"] {
            let update = json!({ "id": made["id"], "expectedVersion": version, "summary": "Lost", member: null });
            let refused = writer.refused(&format!("{noun}Update"), update).await;
            assert_eq!(refused, json!([["REQUIRED", format!("input.{member}")]]), "{noun}");
        }
        let stale = json!({ "id": made["id"], "expectedVersion": version - 1, "title": "Lost" });
        let refused = writer.refused(&format!("{noun}Update"), stale).await;
        assert_eq!(refused, json!([["STALE_VERSION", "input.expectedVersion"]]), "{noun}");
        let same = json!({ "id": made["id"], "expectedVersion": version });
        let kept = writer.does(&format!("{noun}Update"), "summary version", same).await;
        assert_eq!(kept, json!({ "summary": "Words", "version": version + 1 }), "{noun}");
    }
}

#[tokio::test]
async fn every_step_on_an_outdated_version_is_refused_and_loses_nothing() {
    let server = server().await;
    let writer = Hand::new(&server, "one", Scope::ALL).await;
    let draft = writer.does("resourceCreate", SHOWN, article("One")).await;
    let newer = writer.does("resourceUpdate", SHOWN, with(at(&draft), json!({ "title": "Two" }))).await;
    let french = json!({ "locale": "fr-CA", "origin": "HUMAN", "title": "Un" });
    for (mutation, more) in [
        ("resourceUpdate", json!({ "title": "Lost" })),
        ("contentTranslate", json!({ "translation": french })),
        ("contentVerify", json!({ "verification": null })),
        ("contentSubmit", json!({})),
        ("contentApprove", json!({})),
        ("contentReject", json!({ "reason": "x" })),
        ("contentPublish", json!({})),
        ("contentSchedule", json!({ "at": "2026-12-01T12:00:00Z" })),
        ("contentWithdraw", json!({})),
        ("contentArchive", json!({})),
        ("contentRestore", json!({ "version": 1 })),
        ("emergencyWithdraw", json!({})),
        ("contentRedact", json!({})),
    ] {
        for version in [1, 3, 0, -1, i32::MAX] {
            let input = with(json!({ "id": draft["id"], "expectedVersion": version }), more.clone());
            let refused = writer.refused(mutation, input).await;
            assert_eq!(refused, json!([["STALE_VERSION", "input.expectedVersion"]]), "{mutation} at {version}");
        }
    }
    let kept = writer.does("contentPublish", "id version status title", at(&newer)).await;
    assert_eq!(kept, json!({ "id": draft["id"], "version": 3, "status": "PUBLISHED", "title": "Two" }));
    let until = json!({ "id": draft["id"], "expectedVersion": 2, "until": "2026-12-01T12:00:00Z" });
    let refused = writer.refused("contentSpotlight", until).await;
    assert_eq!(refused, json!([["STALE_VERSION", "input.expectedVersion"]]));
}

#[tokio::test]
async fn translations_say_how_they_came_to_be_and_when_they_are_outdated() {
    let server = server().await;
    let writer =
        Hand::new(&server, "one", &[Scope::ResourcesWrite, Scope::ResourcesPublish, Scope::UpdatesWrite]).await;
    let translator = Hand::new(&server, "one", &[Scope::TranslationsWrite]).await;
    let reviewer = Hand::new(&server, "one", &[Scope::TranslationsReview]).await;
    let draft = writer.does("resourceCreate", SHOWN, with(article("Kits"), json!({ "body": "Free." }))).await;
    let french = |origin: &str, title: &str| json!({ "translation": { "locale": "fr-CA", "origin": origin, "title": title, "body": "Gratuit." } });
    // To say that a translation was reviewed takes a scope of its own, by whatever way.
    let reviewed = with(at(&draft), french("COMMUNITY_REVIEWED", "Trousses"));
    let expected = "the access token lacks scope `translations:review`";
    assert_eq!(translator.lacks("contentTranslate", reviewed.clone()).await, expected);
    let by_update = json!({ "translations": [french("MACHINE_REVIEWED", "Trousses")["translation"]] });
    assert_eq!(writer.lacks("resourceUpdate", with(at(&draft), by_update)).await, expected);
    let original = with(at(&draft), french("ORIGINAL", "Trousses"));
    assert_eq!(
        translator.refused("contentTranslate", original).await,
        json!([["INVALID", "input.translation.origin"]])
    );
    let english = json!({ "translation": { "locale": "en-CA", "origin": "HUMAN", "title": "Kits" } });
    let refused = translator.refused("contentTranslate", with(at(&draft), english)).await;
    assert_eq!(refused, json!([["NOT_UNIQUE", "input.translation.locale"]]));

    let added = translator.does("contentTranslate", SHOWN, with(at(&draft), french("HUMAN", "Trousses"))).await;
    let out = writer.does("contentPublish", SHOWN, at(&added)).await;
    let read = "query($id: ID!) { node(id: $id) { ... on Resource { title body localization { locale origin isStale isFallback }
        translations { locale origin isStale } } } }";
    let id = json!({ "id": draft["id"] });
    let seen = server.query_in(Some("fr-CA"), read, id.clone()).await["node"].take();
    assert_eq!((&seen["title"], &seen["body"]), (&json!("Trousses"), &json!("Gratuit.")));
    let localization = |origin: &str, is_stale: bool| json!({ "locale": "fr-CA", "origin": origin, "isStale": is_stale, "isFallback": false });
    assert_eq!(seen["localization"], localization("HUMAN", false));

    // A word more in the original, and the translation is outdated; anything else leaves it as it is.
    let noted = writer.does("resourceUpdate", SHOWN, with(at(&out), json!({ "contentNotes": ["GRIEF"] }))).await;
    let seen = server.query_in(Some("fr-CA"), read, id.clone()).await["node"].take();
    assert_eq!(seen["localization"], localization("HUMAN", false));
    let changed = writer.does("resourceUpdate", SHOWN, with(at(&noted), json!({ "body": "Free, all week." }))).await;
    let seen = server.query_in(Some("fr-CA"), read, id.clone()).await["node"].take();
    assert_eq!(seen["localization"], localization("HUMAN", true));
    assert_eq!(
        seen["translations"],
        json!([{ "locale": "en-CA", "origin": "ORIGINAL", "isStale": false },
            { "locale": "fr-CA", "origin": "HUMAN", "isStale": true }])
    );
    // Done anew and reviewed, it is current, though its item is out: a translation takes no scope that publishes.
    let reviewed = with(at(&changed), french("COMMUNITY_REVIEWED", "Trousses, toute la semaine"));
    reviewer.does("contentTranslate", SHOWN, reviewed).await;
    let seen = server.query_in(Some("fr-CA"), read, id).await["node"].take();
    assert_eq!(seen["localization"], localization("COMMUNITY_REVIEWED", false));
    assert_eq!(seen["translations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_alert_that_is_out_is_translated_only_with_review() {
    let server = server().await;
    let line = crate::lines::alert("a").with(json!({ "publisher": "one" }));
    let draft = crate::lines::alert("b").with(json!({ "publisher": "one" })).record(json!({ "status": "DRAFT" }));
    crate::actor::load(&server.app, &format!("{line}\n{draft}")).await;
    let hand =
        Hand::new(&server, "one", &[Scope::TranslationsWrite, Scope::TranslationsReview, Scope::ContentReadDrafts])
            .await;
    let find = "query($slug: String!) { item: regionalUpdate(by: {slug: $slug}) { id version } }";
    let french = |origin: &str| json!({ "translation": { "locale": "fr-CA", "origin": origin, "title": "Alerte" } });
    let (out, draft) = (
        hand.reads(find, json!({ "slug": "a" })).await["item"].take(),
        hand.reads(find, json!({ "slug": "b" })).await["item"].take(),
    );
    let refused = json!([["TRANSLATION_NOT_REVIEWED", "input.translation.origin"]]);
    for origin in ["HUMAN", "MACHINE_UNREVIEWED"] {
        assert_eq!(hand.refused("contentTranslate", with(at(&out), french(origin))).await, refused, "{origin}");
    }
    let machine = with(at(&draft), french("MACHINE_UNREVIEWED"));
    assert_eq!(hand.refused("contentTranslate", machine).await, refused);
    hand.does("contentTranslate", SHOWN, with(at(&draft), french("HUMAN"))).await;
    for origin in ["MACHINE_REVIEWED", "COMMUNITY_REVIEWED"] {
        let now = hand.reads(find, json!({ "slug": "a" })).await["item"].take();
        hand.does("contentTranslate", SHOWN, with(at(&now), french(origin))).await;
    }
    let seen = server.query_in(Some("fr"), "{ activeAlerts { nodes { title } } }", json!({})).await;
    assert_eq!(seen["activeAlerts"]["nodes"], json!([{ "title": "Alerte" }]));
}

#[tokio::test]
async fn an_earlier_revision_is_restored_as_the_next_version() {
    let server = server().await;
    let scopes = [Scope::ResourcesWrite, Scope::AuditRead, Scope::ContentReadDrafts];
    let writer = Hand::new(&server, "one", &scopes).await;
    let publisher = Hand::new(&server, "one", &[Scope::ResourcesWrite, Scope::ResourcesPublish]).await;
    let first = with(article("One"), json!({ "summary": "First", "topics": ["naloxone"] }));
    let draft = writer.does("resourceCreate", SHOWN, first).await;
    let second = with(at(&draft), json!({ "title": "Two", "summary": null, "topics": ["opioids"] }));
    let second = writer.does("resourceUpdate", SHOWN, second).await;
    let to = |item: &Value, version: i32| with(at(item), json!({ "version": version }));
    for version in [0, 3, -1] {
        let refused = writer.refused("contentRestore", to(&second, version)).await;
        assert_eq!(refused, json!([["NOT_FOUND", "input.version"]]), "{version}");
    }
    let shown = "id version status title summary topics { slug }";
    let restored = writer.does("contentRestore", shown, to(&second, 1)).await;
    let expected = json!({ "id": draft["id"], "version": 3, "status": "DRAFT", "title": "One", "summary": "First",
        "topics": [{ "slug": "naloxone" }] });
    assert_eq!(restored, expected);
    let revisions = "query($id: ID!) { node(id: $id) { ... on Resource { revisions { version action } } } }";
    let seen = writer.reads(revisions, json!({ "id": draft["id"] })).await;
    let action = |version: i32, action: &str| json!({ "version": version, "action": action });
    let expected = json!([action(3, "RESTORED"), action(2, "UPDATED"), action(1, "CREATED")]);
    assert_eq!(seen["node"]["revisions"], expected);

    // What is out stays out with its earlier text, for those only who may put it out; what was taken back is a draft again.
    let out = publisher.does("contentPublish", SHOWN, at(&restored)).await;
    let expected = "the access token lacks scope `resources:publish`";
    assert_eq!(writer.lacks("contentRestore", to(&out, 2)).await, expected);
    let restored = publisher.does("contentRestore", shown, to(&out, 2)).await;
    assert_eq!((&restored["status"], &restored["title"]), (&json!("PUBLISHED"), &json!("Two")));
    let seen = server.query("{ resources { nodes { title summary } } }", json!({})).await;
    assert_eq!(seen["resources"]["nodes"], json!([{ "title": "Two", "summary": null }]));
    let back = publisher.does("contentWithdraw", SHOWN, at(&restored)).await;
    let draft = writer.does("contentRestore", SHOWN, to(&back, 1)).await;
    assert_eq!(draft["status"], "DRAFT");
    assert_eq!(server.query("{ resources { totalCount } }", json!({})).await["resources"]["totalCount"], 0);
}

#[tokio::test]
async fn a_plan_comes_true_at_its_hour_and_what_expires_goes() {
    let server = server().await;
    let scopes = [Scope::ResourcesWrite, Scope::ResourcesPublish, Scope::ContentReadDrafts];
    let writer = Hand::new(&server, "one", &scopes).await;
    let input = with(article("Tomorrow"), json!({ "expiresAt": "2026-11-23T16:00:00Z" }));
    let draft = writer.does("resourceCreate", SHOWN, input).await;
    let plan = |at: &str| json!({ "id": draft["id"], "expectedVersion": 1, "at": at });
    let refused = json!([["OUT_OF_RANGE", "input.at"]]);
    for wrong in ["2026-11-23T12:00:00Z", "2026-11-22T12:00:00Z", "2027-12-29T12:00:00Z"] {
        assert_eq!(writer.refused("contentSchedule", plan(wrong)).await, refused, "{wrong}");
    }
    let expires = json!([["OUT_OF_RANGE", "input.id"]]);
    assert_eq!(writer.refused("contentSchedule", plan("2026-11-23T16:00:00Z")).await, expires);
    let shown = "id version status publishedAt";
    let planned = writer.does("contentSchedule", shown, plan("2026-11-23T14:00:00Z")).await;
    let expected =
        json!({ "id": draft["id"], "version": 2, "status": "SCHEDULED", "publishedAt": "2026-11-23T14:00:00Z" });
    assert_eq!(planned, expected);

    let read = "{ resources { totalCount nodes { title version publishedAt } } resource(by: {slug: \"tomorrow\"}) { status } }";
    let nothing = json!({ "resources": { "totalCount": 0, "nodes": [] }, "resource": null });
    let there = json!({ "resources": { "totalCount": 1, "nodes": [{ "title": "Tomorrow", "version": 3,
        "publishedAt": "2026-11-23T14:00:00Z" }] }, "resource": { "status": "PUBLISHED" } });
    // Hours after the plan was made, what is due then, and what anyone sees after that.
    for (hours, due, expected) in [(0, 0, &nothing), (1, 0, &nothing), (1, 1, &there), (0, 0, &there), (1, 0, &there)] {
        server.app.clock.advance(hours * HOUR);
        assert_eq!(run_due(&server.app).await.unwrap(), due, "{hours}");
        assert_eq!(server.query(read, json!({})).await, *expected, "{hours}");
    }
    // Its time is over for readers at once, whether the worker runs or not.
    server.app.clock.advance(HOUR);
    assert_eq!(server.query(read, json!({})).await, nothing);
    assert_eq!(run_due(&server.app).await.unwrap(), 1);
    assert_eq!(run_due(&server.app).await.unwrap(), 0);
    assert_eq!(server.query(read, json!({})).await, nothing);
    let later = Hand::new(&server, "one", &scopes).await;
    let own = "query($id: ID!) { node(id: $id) { ... on Resource { version status } } }";
    let own = later.reads(own, json!({ "id": draft["id"] })).await;
    assert_eq!(own["node"], json!({ "version": 4, "status": "EXPIRED" }));

    // A plan that is taken back does not come true.
    let draft = later.does("resourceCreate", SHOWN, article("Never")).await;
    let plan = with(at(&draft), json!({ "at": "2026-11-23T18:00:00Z" }));
    let planned = later.does("contentSchedule", SHOWN, plan).await;
    let back = later.does("contentWithdraw", shown, at(&planned)).await;
    assert_eq!((&back["status"], &back["publishedAt"]), (&json!("WITHDRAWN"), &Value::Null));
    server.app.clock.advance(3 * HOUR);
    assert_eq!(run_due(&server.app).await.unwrap(), 0);
    assert_eq!(server.query("{ resources { totalCount } }", json!({})).await["resources"]["totalCount"], 0);
}

#[tokio::test]
async fn facts_are_verified_and_items_pointed_to_for_a_time() {
    let server = server().await;
    let writer = Hand::new(&server, "one", &[Scope::ResourcesWrite, Scope::ResourcesPublish]).await;
    let checker = Hand::new(&server, "one", &[Scope::ResourcesWrite]).await;
    let curator = Hand::new(&server, "two", &[Scope::ContentSpotlight]).await;
    let draft = writer.does("resourceCreate", SHOWN, article("Hours")).await;
    let word = json!({ "verification": { "verifiedAt": "2026-11-22T12:00:00Z", "verifiedBy": "The night shift",
        "method": "PHONE", "recheckBy": "2026-12-22T12:00:00Z" } });
    let shown = "id version verification { verifiedAt verifiedBy method recheckBy }";
    let known = checker.does("contentVerify", shown, with(at(&draft), word.clone())).await;
    assert_eq!(known["verification"], word["verification"]);
    let until = |until: Value| json!({ "id": draft["id"], "until": until });
    let early = curator.refused("contentSpotlight", until(json!("2026-11-25T12:00:00Z"))).await;
    assert_eq!(early, json!([["NOT_FOUND", "input.id"]]), "another organization's draft");
    let out = writer.does("contentPublish", SHOWN, at(&known)).await;
    // Once it is out, its facts are no longer the writer's alone.
    let lacks = checker.lacks("contentVerify", with(at(&out), json!({ "verification": null }))).await;
    assert_eq!(lacks, "the access token lacks scope `resources:publish`");
    let read =
        "{ resources { nodes { verification { verifiedBy } } } pointed: resources(filter: {isSpotlighted: true}) {
        nodes { title isSpotlighted } } }";
    let seen = server.query(read, json!({})).await;
    assert_eq!(seen["resources"]["nodes"], json!([{ "verification": { "verifiedBy": "The night shift" } }]));
    assert_eq!(seen["pointed"]["nodes"], json!([]));
    writer.does("contentVerify", shown, with(at(&out), json!({ "verification": null }))).await;
    let seen = server.query(read, json!({})).await;
    assert_eq!(seen["resources"]["nodes"], json!([{ "verification": null }]));

    for wrong in ["2026-11-23T12:00:00Z", "2027-12-29T12:00:00Z"] {
        let refused = curator.refused("contentSpotlight", until(json!(wrong))).await;
        assert_eq!(refused, json!([["OUT_OF_RANGE", "input.until"]]), "{wrong}");
    }
    let pointed = json!([{ "title": "Hours", "isSpotlighted": true }]);
    curator.does("contentSpotlight", SHOWN, until(json!("2026-11-25T12:00:00Z"))).await;
    assert_eq!(server.query(read, json!({})).await["pointed"]["nodes"], pointed);
    curator.does("contentSpotlight", SHOWN, until(json!(null))).await;
    assert_eq!(server.query(read, json!({})).await["pointed"]["nodes"], json!([]));
    curator.does("contentSpotlight", SHOWN, until(json!("2026-11-25T12:00:00Z"))).await;
    server.app.clock.advance(48 * HOUR);
    assert_eq!(server.query(read, json!({})).await["pointed"]["nodes"], json!([]), "its time is over");
}
