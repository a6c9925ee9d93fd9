//! What can hurt people: alerts, places of direct actions, money; and taking things back at once.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use super::{Hand, SHOWN, article, at, server, with};

const REQUIRED: [[&str; 2]; 1] = [["SECOND_REVIEWER_REQUIRED", "input.id"]];

fn alert(title: &str) -> Value {
    json!({ "locale": "en-CA", "title": title, "kind": "DRUG_ALERT", "issuedAt": "2026-11-23T11:00:00Z",
        "expiresAt": "2026-11-30T11:00:00Z", "severity": "SEVERE", "urgency": "IMMEDIATE", "certainty": "LIKELY",
        "regions": ["toronto"] })
}

#[tokio::test]
async fn an_alert_goes_out_only_as_a_second_client_approved_it_and_ends_at_once() {
    let server = server().await;
    let writer = Hand::new(&server, "one", &[Scope::UpdatesWrite, Scope::AlertsIssue, Scope::ContentReview]).await;
    let reviewer = Hand::new(&server, "one", &[Scope::ContentReview]).await;
    let draft = writer.does("drugAlertCreate", SHOWN, alert("Medetomidine in blue powder")).await;
    let active = "{ activeAlerts { totalCount nodes { title messageType severity } } }";
    let none = json!({ "activeAlerts": { "totalCount": 0, "nodes": [] } });

    // Neither the draft nor what is in review goes out, nor by plan, nor approved by its writer.
    let later = |item: &Value| with(at(item), json!({ "at": "2026-11-24T11:00:00Z" }));
    assert_eq!(writer.refused("contentPublish", at(&draft)).await, json!(REQUIRED));
    assert_eq!(writer.refused("contentSchedule", later(&draft)).await, json!(REQUIRED));
    let waiting = writer.does("contentSubmit", SHOWN, at(&draft)).await;
    assert_eq!(writer.refused("contentPublish", at(&waiting)).await, json!(REQUIRED));
    let own = writer.refused("contentApprove", at(&waiting)).await;
    assert_eq!(own, json!([["SELF_APPROVAL_FORBIDDEN", "input.id"]]));
    // What is changed after the approval needs another one.
    let approved = reviewer.does("contentApprove", SHOWN, at(&waiting)).await;
    let changed = with(at(&approved), json!({ "severity": "EXTREME" }));
    let changed = writer.does("drugAlertUpdate", SHOWN, changed).await;
    assert_eq!(changed["status"], "IN_REVIEW");
    assert_eq!(writer.refused("contentPublish", at(&changed)).await, json!(REQUIRED));
    assert_eq!(server.query(active, json!({})).await, none);

    let approved = reviewer.does("contentApprove", SHOWN, at(&changed)).await;
    let out = writer.does("contentPublish", SHOWN, at(&approved)).await;
    let shown = |message: &str| json!({ "title": "Medetomidine in blue powder", "messageType": message, "severity": "EXTREME" });
    let one = json!({ "activeAlerts": { "totalCount": 1, "nodes": [shown("ALERT")] } });
    assert_eq!(server.query(active, json!({})).await, one);

    // Nobody changes behind the reviewer's back what is out; what is not critical may change.
    for critical in [
        json!({ "title": "All is well" }),
        json!({ "severity": "MINOR" }),
        json!({ "instructions": [{ "locale": "en-CA", "text": "Do nothing." }] }),
        json!({ "messageType": "UPDATE" }),
    ] {
        let refused = writer.refused("drugAlertUpdate", with(at(&out), critical.clone())).await;
        assert_eq!(refused, json!(REQUIRED), "{critical}");
    }
    let noted = writer.does("drugAlertUpdate", SHOWN, with(at(&out), json!({ "contentNotes": ["OVERDOSE"] }))).await;
    writer.does("drugAlertUpdate", SHOWN, with(at(&noted), json!({ "expiresAt": "2026-12-01T11:00:00Z" }))).await;
    assert_eq!(server.query(active, json!({})).await, one);
}

#[tokio::test]
async fn an_alert_is_cancelled_by_one_who_could_not_have_issued_it() {
    let server = server().await;
    let line = crate::lines::alert("a").with(json!({ "publisher": "one", "regions": ["toronto"] }));
    crate::actor::load(&server.app, &line.to_string()).await;
    let active = "{ activeAlerts { totalCount } regionalUpdate(by: {slug: \"a\"}) { id version status messageType } }";
    let before = server.query(active, json!({})).await;
    assert_eq!(
        (&before["activeAlerts"]["totalCount"], &before["regionalUpdate"]["messageType"]),
        (&json!(1), &json!("ALERT"))
    );
    let item = &before["regionalUpdate"];
    let canceller = Hand::new(&server, "one", &[Scope::AlertsCancel]).await;
    let wrong = json!({ "id": item["id"], "messageType": "UPDATE" });
    assert_eq!(canceller.refused("alertCancel", wrong).await, json!([["INVALID", "input.messageType"]]));
    let stale = json!({ "id": item["id"], "expectedVersion": 7, "messageType": "ALL_CLEAR" });
    assert_eq!(canceller.refused("alertCancel", stale).await, json!([["STALE_VERSION", "input.expectedVersion"]]));
    let words = json!([{ "locale": "en-CA", "text": "The batch is gone." }]);
    let input = json!({ "id": item["id"], "messageType": "ALL_CLEAR", "instructions": words });
    let ended = canceller.does("alertCancel", "version status messageType instructions", input).await;
    let expected = json!({ "version": 2, "status": "PUBLISHED", "messageType": "ALL_CLEAR", "instructions": "The batch is gone." });
    assert_eq!(ended, expected);
    let after = server.query(active, json!({})).await;
    assert_eq!(after["activeAlerts"]["totalCount"], 0, "at once");
    let expected = json!({ "id": item["id"], "version": 2, "status": "PUBLISHED", "messageType": "ALL_CLEAR" });
    assert_eq!(after["regionalUpdate"], expected, "and it stays readable");
    // It has ended: its canceller may put it away, but publishes nothing.
    let id = json!({ "id": item["id"], "expectedVersion": 2 });
    let lacks = canceller.lacks("contentPublish", id.clone()).await;
    assert!(lacks.contains("`alerts:issue`"), "{lacks}");
    canceller.does("contentArchive", SHOWN, id).await;
    assert_eq!(server.query(active, json!({})).await["regionalUpdate"], Value::Null);
}

#[tokio::test]
async fn the_place_of_a_direct_action_is_told_only_once_a_second_client_approved_it() {
    let server = server().await;
    let scopes = [Scope::EventsWrite, Scope::EventsPublish, Scope::EventsExactLocation];
    let writer = Hand::new(&server, "one", &scopes).await;
    let reviewer = Hand::new(&server, "two", &[Scope::ContentReview]).await;
    let place = |disclosure: &str, address: Option<&str>| json!({ "location": { "disclosure": disclosure, "region": "toronto", "address": address } });
    let action = json!({ "locale": "en-CA", "title": "Sit-in", "kind": "DIRECT_ACTION", "format": "IN_PERSON",
        "startsAtLocal": "2026-12-15T12:00:00", "timeZone": "America/Toronto" });
    let read = "query($id: ID!) { node(id: $id) { ... on Event { location { disclosure address region { slug } } } } }";
    for disclosure in ["REGION_ONLY", "ON_REQUEST", "WITHHELD"] {
        let input = with(action.clone(), place(disclosure, None));
        let draft = writer.does("eventCreate", SHOWN, input).await;
        let out = writer.does("contentPublish", SHOWN, at(&draft)).await;
        // What becomes told later needs the second client as well.
        let told = with(at(&out), place("EXACT", Some("1 Main Street")));
        assert_eq!(writer.refused("eventUpdate", told).await, json!(REQUIRED), "{disclosure}");
    }
    let exact = with(action.clone(), place("EXACT", Some("1 Main Street")));
    let draft = writer.does("eventCreate", SHOWN, exact).await;
    assert_eq!(writer.refused("contentPublish", at(&draft)).await, json!(REQUIRED));
    let waiting = writer.does("contentSubmit", SHOWN, at(&draft)).await;
    let approved = reviewer.does("contentApprove", SHOWN, at(&waiting)).await;
    let out = writer.does("contentPublish", SHOWN, at(&approved)).await;
    let seen = server.query(read, json!({ "id": out["id"] })).await;
    let expected = json!({ "disclosure": "EXACT", "address": "1 Main Street", "region": { "slug": "toronto" } });
    assert_eq!(seen["node"]["location"], expected);
    let moved = with(at(&out), place("EXACT", Some("2 Main Street")));
    assert_eq!(writer.refused("eventUpdate", moved).await, json!(REQUIRED));
    // To tell less takes nobody's word.
    let less = with(at(&out), place("WITHHELD", None));
    writer.does("eventUpdate", SHOWN, less).await;
    let seen = server.query(read, json!({ "id": out["id"] })).await;
    assert_eq!(seen["node"]["location"]["address"], Value::Null);
    // A vigil is no direct action: its place needs the scope that writes it, not a second client.
    let vigil = with(action, json!({ "kind": "VIGIL" }));
    let draft = writer.does("eventCreate", SHOWN, with(vigil, place("EXACT", Some("1 Main Street")))).await;
    writer.does("contentPublish", SHOWN, at(&draft)).await;
}

#[tokio::test]
async fn money_is_asked_for_a_verified_payee_only_and_after_a_second_client() {
    let server = server().await;
    let writer = Hand::new(&server, "one", &[Scope::CampaignsWrite, Scope::CampaignsPublish]).await;
    let verifier = Hand::new(&server, "one", &[Scope::CampaignsWrite, Scope::CampaignsVerifyPayee]).await;
    let reviewer = Hand::new(&server, "two", &[Scope::ContentReview]).await;
    let give = |url: &str, more: Value| {
        let payee = with(json!({ "name": "The fund" }), more);
        let title = json!([{ "locale": "en-CA", "text": "Give" }]);
        json!({ "asks": [{ "donate": { "title": title, "payee": payee, "url": url } }] })
    };
    let verified = json!({ "verifiedAt": "2026-11-22T12:00:00Z", "verifiedBy": "The assembly" });
    let campaign = json!({ "locale": "en-CA", "title": "Bail", "kind": "BAIL_FUND" });
    let link = "https://fund.example.org/";
    let draft = writer.does("campaignCreate", SHOWN, with(campaign, give(link, json!({})))).await;
    let both = json!([["UNVERIFIED_PAYEE", "input.id"], ["SECOND_REVIEWER_REQUIRED", "input.id"]]);
    assert_eq!(writer.refused("contentPublish", at(&draft)).await, both);
    let input = with(at(&draft), give(link, verified.clone()));
    let expected = "the access token lacks scope `campaigns:verify-payee`";
    assert_eq!(writer.lacks("campaignUpdate", input.clone()).await, expected);
    let known = verifier.does("campaignUpdate", SHOWN, input).await;
    // The word stands for this payee and link: with another one it is a new word.
    let elsewhere = with(at(&known), give("https://other.example.org/", verified.clone()));
    assert_eq!(writer.lacks("campaignUpdate", elsewhere.clone()).await, expected);
    assert_eq!(writer.refused("contentPublish", at(&known)).await, json!(REQUIRED));
    let waiting = writer.does("contentSubmit", SHOWN, at(&known)).await;
    let approved = reviewer.does("contentApprove", SHOWN, at(&waiting)).await;
    let out = writer.does("contentPublish", SHOWN, at(&approved)).await;
    let read = "query($id: ID!) { node(id: $id) { ... on Campaign { asks { ... on DonateAsk {
        url payee { name verifiedBy verifiedAt } } } } } }";
    let seen = server.query(read, json!({ "id": out["id"] })).await;
    let payee = json!({ "name": "The fund", "verifiedBy": "The assembly", "verifiedAt": "2026-11-22T12:00:00Z" });
    assert_eq!(seen["node"]["asks"], json!([{ "url": link, "payee": payee }]));
    // Out, the link is changed by nobody alone; the rest of the campaign is.
    let trusted =
        Hand::new(&server, "one", &[Scope::CampaignsWrite, Scope::CampaignsPublish, Scope::CampaignsVerifyPayee]).await;
    let elsewhere = with(at(&out), give("https://other.example.org/", verified));
    assert_eq!(trusted.refused("campaignUpdate", elsewhere).await, json!(REQUIRED));
    writer.does("campaignUpdate", SHOWN, with(at(&out), json!({ "title": "Bail now" }))).await;
}

#[tokio::test]
async fn one_who_may_withdraw_takes_back_anyones_item_at_once_and_erases_it() {
    let server = server().await;
    let writer = Hand::new(
        &server,
        "one",
        &[Scope::ResourcesWrite, Scope::ResourcesPublish, Scope::AuditRead, Scope::ContentReadDrafts],
    )
    .await;
    let rescuer = Hand::new(&server, "two", &[Scope::ContentWithdraw]).await;
    let input = with(article("A name that must not be here"), json!({ "body": "Marker words." }));
    let draft = writer.does("resourceCreate", SHOWN, input).await;
    let gone = json!([["NOT_FOUND", "input.id"]]);
    assert_eq!(rescuer.refused("emergencyWithdraw", json!({ "id": draft["id"] })).await, gone);
    assert_eq!(rescuer.refused("contentRedact", json!({ "id": draft["id"] })).await, gone);
    let out = writer.does("contentPublish", SHOWN, at(&draft)).await;
    let read = "query($id: ID!) { node(id: $id) { ... on Resource { title } } resources { totalCount } }";
    let id = json!({ "id": draft["id"] });
    assert_eq!(server.query(read, id.clone()).await["node"]["title"], "A name that must not be here");
    let reason = with(id.clone(), json!({ "reason": "It names somebody." }));
    let back = rescuer.does("emergencyWithdraw", SHOWN, reason).await;
    assert_eq!(back, json!({ "id": draft["id"], "version": 3, "status": "WITHDRAWN" }));
    assert_eq!(server.query(read, id.clone()).await, json!({ "node": null, "resources": { "totalCount": 0 } }));
    let again = rescuer.refused("emergencyWithdraw", id.clone()).await;
    assert_eq!(again, json!([["INVALID_STATE_TRANSITION", "input.id"]]));
    assert_eq!(writer.refused("contentPublish", at(&out)).await, json!([["STALE_VERSION", "input.expectedVersion"]]));

    // Erased, nothing is left of it, for its own organization either, and nothing is restored.
    rescuer.does("contentRedact", SHOWN, id.clone()).await;
    let all = "query($id: ID!) { node(id: $id) { ... on Resource { version status title summary body slug
        revisions { version action snapshot } } } }";
    let left = writer.reads(all, id.clone()).await;
    assert!(
        !left.to_string().contains("must not be here") && !left.to_string().contains("must-not-be-here"),
        "{left:#}"
    );
    assert!(!left.to_string().contains("Marker words"), "{left:#}");
    assert_eq!((&left["node"]["version"], &left["node"]["status"]), (&json!(4), &json!("WITHDRAWN")));
    let restore = json!({ "id": draft["id"], "expectedVersion": 4, "version": 1 });
    let refused = writer.refused("contentRestore", restore).await;
    assert_eq!(refused, json!([["INVALID_STATE_TRANSITION", "input.id"]]));
}
