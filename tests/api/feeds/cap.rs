//! CAP 1.2: messages are valid, chains of updates and cancellations refer to what was sent before.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{ALERTS, Element, message_path};
use crate::actor::load;
use crate::harness::Server;
use crate::lines::{Line, alert, community_update, text};

/// The order and number of elements in `alert`, as the schema of CAP 1.2 has them: name, whether it must be there, whether
/// it may be there more than once.
const ALERT: [(&str, bool, bool); 15] = [
    ("identifier", true, false),
    ("sender", true, false),
    ("sent", true, false),
    ("status", true, false),
    ("msgType", true, false),
    ("source", false, false),
    ("scope", true, false),
    ("restriction", false, false),
    ("addresses", false, false),
    ("code", false, true),
    ("note", false, false),
    ("references", false, false),
    ("incidents", false, false),
    ("info", false, true),
    ("Signature", false, true),
];

/// The same in `info`.
const INFO: [(&str, bool, bool); 21] = [
    ("language", false, false),
    ("category", true, true),
    ("event", true, false),
    ("responseType", false, true),
    ("urgency", true, false),
    ("severity", true, false),
    ("certainty", true, false),
    ("audience", false, false),
    ("eventCode", false, true),
    ("effective", false, false),
    ("onset", false, false),
    ("expires", false, false),
    ("senderName", false, false),
    ("headline", false, false),
    ("description", false, false),
    ("instruction", false, false),
    ("web", false, false),
    ("contact", false, false),
    ("parameter", false, true),
    ("resource", false, true),
    ("area", false, true),
];

fn in_order(element: &Element, order: &[(&str, bool, bool)]) {
    let mut at = 0;
    for child in &element.children {
        let found = order.iter().position(|(name, ..)| *name == child.name);
        let found = found.unwrap_or_else(|| panic!("{} is no element of {}", child.name, element.name));
        assert!(found >= at, "{} stands too late in {}", child.name, element.name);
        at = found;
    }
    for (name, is_required, may_repeat) in order {
        let count = element.all(name).len();
        assert!(count > 0 || !is_required, "{name} is missing");
        assert!(count < 2 || *may_repeat, "{name} stands twice");
    }
}

fn is_instant(text: &str) -> bool {
    text.len() == 25
        && text.ends_with("-00:00")
        && text[..19].parse::<solidarity::domain::time::LocalDateTime>().is_ok()
}

/// Checks a message against what CAP 1.2 says; against its schema as well where `SOLIDARITY_CAP_XSD` names the file.
pub fn check(document: &str) -> Element {
    let root = Element::parse(document);
    assert_eq!((root.name.as_str(), root.attribute("xmlns")), ("alert", "urn:oasis:names:tc:emergency:cap:1.2"));
    in_order(&root, &ALERT);
    for name in ["identifier", "sender"] {
        assert!(!root.text_of(name).contains([' ', ',', '<', '&']), "{name}");
    }
    assert!(is_instant(root.text_of("sent")), "{}", root.text_of("sent"));
    assert_eq!((root.text_of("status"), root.text_of("scope")), ("Actual", "Public"));
    assert!(["Alert", "Update", "Cancel"].contains(&root.text_of("msgType")));
    for reference in references(&root) {
        let parts: Vec<&str> = reference.split(',').collect();
        assert!(parts.len() == 3 && is_instant(parts[2]), "{reference}");
    }
    for info in root.all("info") {
        in_order(info, &INFO);
        assert_eq!(info.text_of("category"), "Health");
        assert!(["Immediate", "Expected", "Future", "Past", "Unknown"].contains(&info.text_of("urgency")));
        assert!(["Extreme", "Severe", "Moderate", "Minor", "Unknown"].contains(&info.text_of("severity")));
        assert!(["Observed", "Likely", "Possible", "Unlikely", "Unknown"].contains(&info.text_of("certainty")));
        assert!(is_instant(info.text_of("effective")) && is_instant(info.text_of("expires")));
        for area in info.all("area") {
            in_order(area, &[("areaDesc", true, false), ("geocode", false, true)]);
            assert!(!area.text_of("areaDesc").is_empty());
        }
        for named in
            info.all("parameter").into_iter().chain(info.all("area").iter().flat_map(|area| area.all("geocode")))
        {
            in_order(named, &[("valueName", true, false), ("value", true, false)]);
        }
    }
    if let Ok(schema) = std::env::var("SOLIDARITY_CAP_XSD") {
        let mut lint = Command::new("xmllint")
            .args(["--noout", "--huge", "--nonet", "--schema", &schema, "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        lint.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
        let said = lint.wait_with_output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
    root
}

/// What a message refers to.
pub fn references(root: &Element) -> Vec<&str> {
    root.all("references").first().map_or(Vec::new(), |all| all.text.split(' ').collect())
}

/// What others refer to a message by.
pub fn name(root: &Element) -> String {
    format!("{},{},{}", root.text_of("sender"), root.text_of("identifier"), root.text_of("sent"))
}

impl Server {
    /// The message of an alert as it is now.
    pub async fn message(&self, id: &str) -> (String, Element) {
        let fetched = self.feed(&message_path(id)).await;
        (fetched.tag, check(&fetched.body))
    }
}

#[tokio::test]
async fn every_alert_of_the_demo_that_stands_is_a_valid_message() {
    let server = Server::shared_demo().await;
    let index = server.feed(ALERTS).await;
    super::atom::check(&index.root);
    let entries = index.root.all("entry");
    assert!(!entries.is_empty());
    for entry in entries {
        let links = entry.links("alternate");
        let (href, kind) = links[0];
        assert_eq!(kind, "application/cap+xml");
        let path = href.strip_prefix(&format!("http://{}", server.address)).unwrap();
        let root = check(&server.feed(path).await.body);
        assert_eq!(root.text_of("msgType"), "Alert");
        assert!(root.all("info").iter().any(|info| info.text_of("headline") == entry.text_of("title")));
    }
    // What had expired when it was loaded was never to be seen here.
    assert_eq!(server.get("/feeds/alerts/upd_4zp504p6mvstkk4nad32njy9dn.cap").await.status(), 404);
}

#[tokio::test]
async fn a_message_says_all_that_an_alert_says_once_in_each_language() {
    let french = json!({ "locale": "fr-CA", "origin": "HUMAN", "title": "Poudre violette", "summary": "Résumé.", "body": "Corps." });
    let both = |english: &str, french: &str| json!([{ "locale": "en-CA", "text": english }, { "locale": "fr-CA", "text": french }]);
    let line = alert("a").with(json!({
        "title": "Purple powder", "summary": "In short.", "body": "**Body** [here](https://a.example).", "translations": [french],
        "instructions": both("Carry naloxone.", "Ayez de la naloxone."), "observedEffects": both("Deep sleep", "Sommeil profond"),
        "samples": [{ "soldAs": "down", "colour": "purple", "detected": [{ "name": "protonitazene", "abundance": "2 %" }] }],
        "naloxoneGuidance": "MAY_NEED_MORE_DOSES", "regions": ["toronto", "CA-BC"], "effectiveAt": "2026-11-22T13:30:00.5-05:00",
        "source": { "system": "s", "externalId": "a", "url": "https://source.example/a?b=1&c=2" },
        "kind": "OVERDOSE_CLUSTER", "severity": "EXTREME", "urgency": "EXPECTED", "certainty": "LIKELY",
    }));
    let server = Server::with_content(&text([line])).await;
    let id = server.update_id("a").await;
    let (_, root) = server.message(&id).await;
    assert_eq!(root.text_of("identifier"), format!("{id}.1"));
    assert!(
        root.text_of("sender").starts_with("org_") && root.text_of("sender").ends_with(&server.address.to_string())
    );
    assert_eq!((root.text_of("sent"), root.text_of("msgType")), ("2026-11-22T12:00:00-00:00", "Alert"));
    assert!(root.all("note").is_empty() && root.all("references").is_empty());
    let [english, french] = root.all("info")[..] else { panic!("two languages: {root:#?}") };
    let texts = |info: &Element| {
        ["language", "event", "headline", "description", "instruction"].map(|name| info.text_of(name).to_string())
    };
    assert_eq!(
        texts(english),
        [
            "en-CA",
            "Overdose cluster",
            "Purple powder",
            "In short.\n\nBody here.\n\nObserved effects: Deep sleep\n\nSample: down, purple. Found: protonitazene (2 %)",
            "Carry naloxone.\n\nGive naloxone and support breathing. More than one dose may be needed.",
        ]
    );
    assert_eq!(
        texts(french),
        [
            "fr-CA",
            "Surdoses en série",
            "Poudre violette",
            "Résumé.\n\nCorps.\n\nEffets observés : Sommeil profond\n\nÉchantillon : down, purple. Détecté : protonitazene (2 %)",
            "Ayez de la naloxone.\n\nDonnez de la naloxone et soutenez la respiration. Plus d’une dose peut être nécessaire.",
        ]
    );
    assert_eq!(
        ["urgency", "severity", "certainty"].map(|name| english.text_of(name)),
        ["Expected", "Extreme", "Likely"]
    );
    assert_eq!(
        (english.text_of("effective"), english.text_of("expires")),
        ("2026-11-22T18:30:00-00:00", "2026-11-29T12:00:00-00:00")
    );
    assert_eq!(
        (english.text_of("web"), english.text_of("senderName")),
        ("https://source.example/a?b=1&c=2", "starter-collection")
    );
    let named = |element: &Element| (element.text_of("valueName").to_string(), element.text_of("value").to_string());
    let parameters: Vec<(String, String)> = english.all("parameter").into_iter().map(named).collect();
    let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
    assert_eq!(
        parameters,
        [
            pair("urn:solidarity:smsText", "Purple powder. In short."),
            pair("urn:solidarity:naloxoneGuidance", "MAY_NEED_MORE_DOSES")
        ]
    );
    let areas: Vec<(String, Vec<(String, String)>)> = french
        .all("area")
        .into_iter()
        .map(|area| (area.text_of("areaDesc").to_string(), area.all("geocode").into_iter().map(named).collect()))
        .collect();
    let location = "profile:CAP-CP:Location:0.3";
    assert_eq!(
        areas,
        [
            ("Toronto".to_string(), vec![pair(location, "3520005")]),
            ("Colombie-Britannique".to_string(), vec![pair("ISO3166-2", "CA-BC"), pair(location, "59")]),
        ]
    );
}

fn over(slug: &str, message_type: &str, superseded: &str, hour: u32) -> Line {
    alert(slug).with(json!({ "supersedes": format!("update:{superseded}"), "messageType": message_type,
        "issuedAt": format!("2026-11-22T{hour}:00:00Z"), "regions": ["toronto"] }))
}

#[tokio::test]
async fn updates_and_cancellations_refer_to_the_messages_before_them() {
    let first = alert("first").with(json!({ "regions": ["toronto"], "title": "The first words" }));
    let server = Server::with_content(&text([first.clone()])).await;
    let id = server.update_id("first").await;
    let (_, original) = server.message(&id).await;
    // A correction of the same alert is another message.
    server.app.clock.advance(60_000_000);
    load(&server.app, &first.with(json!({ "title": "Better words" })).to_string()).await;
    let (_, corrected) = server.message(&id).await;
    assert_eq!(corrected.text_of("msgType"), "Update");
    assert_ne!(corrected.text_of("identifier"), original.text_of("identifier"));
    assert_eq!(corrected.text_of("sent"), "2026-11-23T12:01:00-00:00");
    assert_eq!(references(&corrected), [name(&original)]);
    // An alert that takes its place refers to both, and a third one, which cancels, to the second.
    server.app.clock.advance(60_000_000);
    load(&server.app, &over("second", "UPDATE", "first", 13).to_string()).await;
    let second_id = server.update_id("second").await;
    let (_, second) = server.message(&second_id).await;
    assert_eq!((second.text_of("msgType"), second.text_of("sent")), ("Update", "2026-11-22T13:00:00-00:00"));
    assert_eq!(references(&second), [name(&original), name(&corrected)]);
    assert_eq!(server.feed(ALERTS).await.titles(), ["second"]);
    server.app.clock.advance(60_000_000);
    load(&server.app, &over("third", "CANCEL", "second", 14).to_string()).await;
    let third_id = server.update_id("third").await;
    let (_, third) = server.message(&third_id).await;
    assert_eq!((third.text_of("msgType"), references(&third)), ("Cancel", vec![name(&second).as_str()]));
    assert!(third.all("info").is_empty() && !third.text_of("note").is_empty());
    // The address of what it cancels leads to the same message.
    assert_eq!(server.feed(&message_path(&second_id)).await.body, server.feed(&message_path(&third_id)).await.body);
    let index = server.feed(ALERTS).await;
    let deleted: Vec<&str> = index.deleted().iter().map(|(id, _)| *id).collect();
    assert!(deleted.contains(&second_id.as_str()) && deleted.contains(&third_id.as_str()), "{deleted:?}");
    assert!(!index.body.contains("second") && !index.body.contains("words"), "{}", index.body);
}

#[tokio::test]
async fn what_is_no_alert_or_was_never_public_has_no_message() {
    let lines = [
        community_update("c"),
        alert("draft").record(json!({ "status": "DRAFT", "id": "upd_10001000000000000000000000" })),
        alert("withdrawn").record(json!({ "status": "WITHDRAWN", "id": "upd_10002000000000000000000000" })),
        alert("over")
            .with(json!({ "expiresAt": crate::actor::NOW }))
            .record(json!({ "id": "upd_10003000000000000000000000" })),
        alert("shown")
            .with(json!({ "supersedes": "update:draft" }))
            .record(json!({ "id": "upd_10004000000000000000000000" })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let community = server.update_id("c").await;
    for file in [
        &format!("{community}.cap"),
        "upd_10001000000000000000000000.cap",
        "upd_10002000000000000000000000.cap",
        "upd_10003000000000000000000000.cap",
        "upd_10009000000000000000000000.cap",
        "upd_10004000000000000000000000",
        "upd_10004000000000000000000000.xml",
        "res_10004000000000000000000000.cap",
        "x.cap",
        ".cap",
        "%FF.cap",
        "%75pd_10004000000000000000000000.cap",
    ] {
        let response = server.get(&format!("/feeds/alerts/{file}")).await;
        assert_eq!(response.status(), 404, "{file}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["errors"][0]["message"], "there is nothing at this address");
    }
    let (_, shown) = server.message("upd_10004000000000000000000000").await;
    assert_eq!((shown.text_of("msgType"), references(&shown)), ("Alert", vec![]), "a draft is not referred to");
    let refused = server.get("/feeds/alerts/upd_10004000000000000000000000.cap?lang=fr").await;
    assert_eq!(refused.status(), 400);
}
