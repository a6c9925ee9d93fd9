//! What stands in an item's envelope of the table of its kind says what that table says, whoever wrote it.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::database::rows;
use crate::harness::Server;
use crate::lines::{alert, campaign, event, resource, text};

/// Lists of fields that envelopes tell alone, and with one more they do not.
const LISTS: [(&str, &str); 3] = [
    ("resources", "category format"),
    ("events", "kind format eventStatus timeZone startsAt endsAt startsAtLocal endsAtLocal allDay"),
    ("campaigns", "kind state urgency startsOn endsOn"),
];

async fn server() -> Server {
    let local = |start: &str, end: Value, all_day: bool| json!({ "startsAtLocal": start, "endsAtLocal": end, "timeZone": "America/St_Johns", "allDay": all_day });
    let days = |start: Value, end: Value| json!({ "startsOn": start, "endsOn": end });
    Server::with_content(&text([
        resource("text"),
        resource("video").with(json!({ "category": "TOOLKIT", "format": "VIDEO" })),
        event("open-ended"),
        event("timed").with(local("2026-12-01T18:00:00", json!("2026-12-01T20:30:00"), false)),
        event("all-day").with(local("2026-12-02T00:00:00", json!("2026-12-04T00:00:00"), true)),
        event("moved").with(json!({ "eventStatus": "CANCELLED", "format": "HYBRID" })),
        campaign("without-days"),
        campaign("from-one-day").with(days(json!("2026-11-01"), Value::Null)),
        campaign("until-another").with(days(Value::Null, json!("2027-01-31"))),
        campaign("pressing")
            .with(json!({ "urgency": "CRITICAL" }))
            .with(days(json!("2026-11-01"), json!("2027-01-31"))),
        alert("alert"),
    ]))
    .await
}

async fn listed(server: &Server, list: &str, fields: &str) -> Vec<Value> {
    let data = server.query(&format!("{{ {list}(first: 50) {{ nodes {{ slug {fields} }} }} }}"), json!({})).await;
    data[list]["nodes"].as_array().unwrap().clone()
}

/// What is stored, by slug.
async fn outlines(server: &Server) -> Vec<(String, String)> {
    let stored = rows(&server.database.as_ref().unwrap().url, "SELECT slug, outline FROM content ORDER BY slug").await;
    stored.iter().map(|row| (row.try_get("", "slug").unwrap(), row.try_get("", "outline").unwrap())).collect()
}

async fn run(server: &Server, statements: &[&str]) {
    let connection = sea_orm::Database::connect(&server.database.as_ref().unwrap().url).await.unwrap();
    for statement in statements {
        connection.execute_unprepared(statement).await.unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_say_the_same_by_envelopes_alone() {
    let server = server().await;
    for (list, fields) in LISTS {
        let mut whole = listed(&server, list, &format!("{fields} updatedAt")).await;
        assert!(!whole.is_empty(), "{list}");
        for item in &mut whole {
            assert!(item.as_object_mut().unwrap().remove("updatedAt").is_some());
        }
        assert_eq!(listed(&server, list, fields).await, whole, "{list}");
        for field in fields.split(' ') {
            let alone: Vec<Value> =
                whole.iter().map(|item| json!({ "slug": item["slug"], field: item[field] })).collect();
            assert_eq!(listed(&server, list, field).await, alone, "{list} {field}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_says_what_whoever_wrote_a_table_did_not() {
    let server = server().await;
    let told = outlines(&server).await;
    assert!(told.iter().all(|(slug, outline)| outline.is_empty() == (slug == "alert")), "{told:?}");

    // As by a process that does not know the column.
    run(
        &server,
        &[
            "UPDATE content SET outline = ''",
            "UPDATE resource SET category = category",
            "UPDATE event SET kind = kind",
            "UPDATE campaign SET urgency = urgency",
        ],
    )
    .await;
    assert_eq!(outlines(&server).await, told);

    run(
        &server,
        &[
            "UPDATE event SET ends_at_local = '2026-12-01T21:00:00' WHERE ends_at_local = '2026-12-01T20:30:00'",
            "UPDATE campaign SET starts_on = NULL WHERE ends_on IS NULL",
        ],
    )
    .await;
    let changed = outlines(&server).await;
    let difference: Vec<_> = changed.iter().filter(|outline| !told.contains(outline)).map(|(slug, _)| slug).collect();
    assert_eq!(difference, ["from-one-day", "timed"]);
    let events = listed(&server, "events", "endsAtLocal").await;
    assert!(events.contains(&json!({ "slug": "timed", "endsAtLocal": "2026-12-01T21:00:00" })), "{events:#?}");
}
