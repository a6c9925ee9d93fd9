//! Calendars and occurrences: what takes place when, in order, for those who may see it.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::occurrence::extend;

use crate::database::rows;
use crate::harness::Server;
use crate::lines::{event, region, series, text};
use crate::publisher::{ORGANIZATION, PUBLISH, Publisher};

const CALENDAR: &str = "query($from: DateTime!, $to: DateTime!, $first: Int, $after: String, $last: Int, $before: String,
    $filter: EventFilter) {
    calendar(from: $from, to: $to, first: $first, after: $after, last: $last, before: $before, filter: $filter) { totalCount
        nodes { recurrenceId startsAt endsAt status isOverride isConfirmed note event { slug } }
        pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } }";

async fn calendar(server: &Server, variables: Value) -> Value {
    server.query(CALENDAR, variables).await["calendar"].take()
}

async fn publisher(server: &Server) -> Publisher {
    let scopes = [Scope::EventsWrite, Scope::EventsPublish];
    Publisher::new(server.address, server.client(&scopes, ORGANIZATION, &[]).await)
}

/// Slug and start of each occurrence.
fn starts(found: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    found["nodes"].as_array().unwrap().iter().map(|it| (text(&it["event"]["slug"]), text(&it["startsAt"]))).collect()
}

fn window(from: &str, to: &str) -> Value {
    json!({ "from": from, "to": to, "first": 100 })
}

#[tokio::test]
async fn single_events_and_series_stand_in_one_calendar_in_order_page_by_page() {
    let long = json!({ "startsAtLocal": "2026-12-01T09:00:00", "endsAtLocal": "2026-12-20T17:00:00" });
    let content = text([
        series("weekly"),
        event("once").with(json!({ "startsAtLocal": "2026-12-22T18:00:00", "endsAtLocal": "2026-12-22T20:00:00" })),
        event("festival").with(long),
        event("draft").record(json!({ "status": "DRAFT" })).with(json!({ "startsAtLocal": "2026-12-22T19:00:00" })),
        event("over").with(json!({ "startsAtLocal": "2026-12-10T19:00:00" })),
    ]);
    let server = Server::with_content(&content).await;
    let found = calendar(&server, window("2026-12-15T12:30:00-05:00", "2027-01-06T00:00:00-05:00")).await;
    let expected = [
        ("festival", "2026-12-01T09:00:00-05:00"),
        ("weekly", "2026-12-15T12:00:00-05:00"),
        ("weekly", "2026-12-22T12:00:00-05:00"),
        ("once", "2026-12-22T18:00:00-05:00"),
        ("weekly", "2026-12-29T12:00:00-05:00"),
        ("weekly", "2027-01-05T12:00:00-05:00"),
    ]
    .map(|(slug, start)| (slug.to_string(), start.to_string()));
    assert_eq!(starts(&found), expected);
    assert_eq!(found["totalCount"], 6);
    let (mut paged, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut variables = window("2026-12-15T12:30:00-05:00", "2027-01-06T00:00:00-05:00");
        variables["first"] = json!(2);
        variables["after"] = after;
        let page = calendar(&server, variables).await;
        paged.extend(starts(&page));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(paged, expected);
    let (mut paged, mut before) = (Vec::new(), Value::Null);
    loop {
        let mut variables = window("2026-12-15T12:30:00-05:00", "2027-01-06T00:00:00-05:00");
        variables["first"] = Value::Null;
        variables["last"] = json!(4);
        variables["before"] = before;
        let page = calendar(&server, variables).await;
        paged.splice(0..0, starts(&page));
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
        before = page["pageInfo"]["startCursor"].clone();
    }
    assert_eq!(paged, expected, "backward");
    let own = "{ event(by: {slug: \"weekly\"}) { occurrences(from: \"2026-12-14T00:00:00Z\", last: 2) {
        nodes { recurrenceId } pageInfo { hasPreviousPage hasNextPage } } } }";
    let found = server.query(own, json!({})).await["event"]["occurrences"].take();
    let expected = json!({
        "nodes": [{ "recurrenceId": "2028-01-04T12:00:00" }, { "recurrenceId": "2028-01-11T12:00:00" }],
        "pageInfo": { "hasPreviousPage": true, "hasNextPage": false },
    });
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_calendar_is_narrowed_as_lists_of_events_are() {
    let content = text([
        region("outaouais", &["CA-QC"]),
        series("here").with(json!({ "regions": ["toronto"], "topics": ["naloxone"], "kind": "NALOXONE_TRAINING" })),
        series("there").with(json!({ "regions": ["outaouais"] })),
    ]);
    let server = Server::with_content(&content).await;
    let of = async |filter: Value| {
        let mut variables = window("2026-12-14T00:00:00-05:00", "2026-12-16T00:00:00-05:00");
        variables["filter"] = filter;
        starts(&calendar(&server, variables).await).into_iter().map(|(slug, _)| slug).collect::<Vec<_>>()
    };
    assert_eq!(of(json!({ "regions": ["CA-ON"] })).await, ["here"]);
    assert_eq!(of(json!({ "regions": ["CA-QC"] })).await, ["there"]);
    assert_eq!(of(json!({ "topics": ["naloxone"] })).await, ["here"]);
    assert_eq!(of(json!({ "kinds": ["NALOXONE_TRAINING"] })).await, ["here"]);
    assert_eq!(of(json!({ "kinds": [] })).await, Vec::<String>::new());
    assert_eq!(of(json!({})).await.len(), 2);
}

#[tokio::test]
async fn windows_and_cursors_that_cannot_be_are_refused() {
    let server = Server::with_content(&text([series("weekly")])).await;
    for (variables, message) in [
        (window("2026-12-15T00:00:00Z", "2026-12-15T00:00:00Z"), "to is not behind from"),
        (window("2026-12-15T00:00:00Z", "2028-01-20T00:00:00Z"), "exceeds the maximum of 400 days"),
        (window("2028-12-01T00:00:00Z", "2029-01-01T00:00:00Z"), "lies more than 750 days ahead"),
        (json!({ "from": "2026-12-15T00:00:00Z", "to": "2026-12-16T00:00:00Z", "after": "bm90" }), "after"),
    ] {
        let (code, found) = server.refusal(CALENDAR, variables).await;
        assert!(found.contains(message), "{code}: {found}");
        assert!(["BAD_REQUEST", "INVALID_CURSOR"].contains(&code.as_str()), "{code}");
    }
}

#[tokio::test]
async fn one_occurrence_or_all_that_follow_are_moved_and_cancelled_and_a_series_is_confirmed() {
    let server = Server::with_content(&text([series("weekly")])).await;
    let publisher = publisher(&server).await;
    let mut input = json!({ "locale": "en-CA", "title": "Weekly", "slug": "mine", "kind": "ORGANIZER_MEETING", "format": "ONLINE",
        "startsAtLocal": "2026-12-01T18:00:00", "endsAtLocal": "2026-12-01T19:00:00", "timeZone": "America/Vancouver",
        "recurrence": { "rrule": "FREQ=WEEKLY;COUNT=5" } });
    const EVENT: &str = "event { id version }";
    let document = |name: &str, ty: &str| {
        format!("mutation($input: {ty}!) {{ {name}(input: $input) {{ {EVENT} userErrors {{ code field message }} }} }}")
    };
    let made = publisher.made(&document("eventCreate", "EventCreateInput"), &input).await;
    let id = made["id"].clone();
    let step = async |name: &str, ty: &str, version: &Value, more: Value| {
        let mut input = json!({ "id": id, "expectedVersion": version });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        publisher.made(&document(name, ty), &input).await["version"].clone()
    };
    let over = "OccurrenceOverrideChangeInput";
    let moved = json!({ "recurrenceId": "2026-12-08T18:00:00", "startsAtLocal": "2026-12-09T20:00:00",
        "note": [{ "locale": "en-CA", "text": "A day later." }] });
    let version = step("occurrenceOverride", over, &json!(1), moved).await;
    let following = json!({ "recurrenceId": "2026-12-22T18:00:00", "startsAtLocal": "2026-12-22T17:00:00",
        "endsAtLocal": "2026-12-22T19:00:00", "andFollowing": true });
    let version = step("occurrenceOverride", over, &version, following).await;
    let cancelled = json!({ "recurrenceId": "2026-12-15T18:00:00" });
    let version = step("occurrenceCancel", "OccurrenceCancelInput", &version, cancelled).await;
    let version =
        step("seriesConfirm", "SeriesConfirmInput", &version, json!({ "confirmedThrough": "2026-12-22" })).await;

    input = json!({ "id": id, "expectedVersion": version, "recurrenceId": "2026-12-16T18:00:00" });
    let (code, field) = publisher.refused(&document("occurrenceCancel", "OccurrenceCancelInput"), &input).await;
    assert_eq!((code.as_str(), field.as_str()), ("NOT_FOUND", "input.recurrenceId"));
    input = json!({ "id": id, "expectedVersion": version, "recurrenceId": "2026-12-15T18:00:00",
        "startsAtLocal": "2026-12-15T18:00:00", "endsAtLocal": "2026-12-15T17:00:00" });
    let (code, field) = publisher.refused(&document("occurrenceOverride", over), &input).await;
    assert_eq!((code.as_str(), field.as_str()), ("ENDS_BEFORE_START", "input.endsAtLocal"));

    publisher.made(PUBLISH, &json!({ "id": id, "expectedVersion": version })).await;
    let own = "{ event(by: {slug: \"mine\"}) { occurrences(from: \"2026-11-25T00:00:00Z\", to: \"2027-11-25T00:00:00Z\") { totalCount
        nodes { recurrenceId startsAt endsAt status isOverride isConfirmed note event { slug } } } } }";
    let found = server.query(own, json!({})).await["event"]["occurrences"].take();
    let tell = |id: &str, start: &str, end: &str, status: &str, is: [bool; 2], note: Value| {
        json!({ "recurrenceId": format!("2026-12-{id}T18:00:00"), "startsAt": format!("2026-12-{start}:00-07:00"),
            "endsAt": format!("2026-12-{end}:00-07:00"), "status": status, "isOverride": is[0], "isConfirmed": is[1],
            "note": note, "event": { "slug": "mine" } })
    };
    let expected = json!([
        tell("01", "01T18:00", "01T19:00", "SCHEDULED", [false, true], Value::Null),
        tell("08", "09T20:00", "09T21:00", "SCHEDULED", [true, true], json!("A day later.")),
        tell("15", "15T18:00", "15T19:00", "CANCELLED", [true, true], Value::Null),
        tell("22", "22T17:00", "22T19:00", "SCHEDULED", [true, true], Value::Null),
        tell("29", "29T17:00", "29T19:00", "SCHEDULED", [true, false], Value::Null),
    ]);
    assert_eq!(found["nodes"], expected);
    // The calendar says the same.
    let mut variables = window("2026-11-25T00:00:00Z", "2027-11-25T00:00:00Z");
    variables["filter"] = json!({ "kinds": ["ORGANIZER_MEETING"] });
    assert_eq!(calendar(&server, variables).await["nodes"], expected);
}

#[tokio::test]
async fn a_hostile_rule_is_refused_at_once_or_costs_little() {
    let server = Server::with_content(&text([series("weekly")])).await;
    let publisher = publisher(&server).await;
    let create = "mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id version
        occurrences(from: \"2026-12-01T00:00:00Z\", first: 100) { totalCount } } userErrors { code field message } } }";
    let with = |rule: &str, start: &str| {
        json!({ "locale": "en-CA", "title": "Hostile", "kind": "OTHER", "format": "ONLINE",
            "startsAtLocal": start, "timeZone": "America/Toronto", "recurrence": { "rrule": rule } })
    };
    for (rule, code) in [
        ("FREQ=SECONDLY", "RRULE_TOO_DENSE"),
        ("FREQ=MINUTELY;INTERVAL=5", "RRULE_TOO_DENSE"),
        ("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30", "RRULE_TOO_DENSE"),
        ("FREQ=SECONDLY;COUNT=2147483647;BYMONTH=2", "RRULE_TOO_DENSE"),
        ("FREQ=YEARLY;COUNT=0", "INVALID_RRULE"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "INVALID_RRULE"),
        ("FREQ=DAILY;BYDAY=2MO", "INVALID_RRULE"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "INVALID_RRULE"),
        ("FREQ=DAILY;FREQ=DAILY", "INVALID_RRULE"),
        ("FREQ=DAILY;BYSETPOS=1", "INVALID_RRULE"),
        ("BYDAY=MO", "INVALID_RRULE"),
    ] {
        let began = std::time::Instant::now();
        let (found, field) = publisher.refused(create, &with(rule, "2026-12-01T18:00:00")).await;
        assert_eq!((found.as_str(), field.as_str()), (code, "input.recurrence.rrule"), "{rule}");
        assert!(began.elapsed().as_millis() < 2_000, "{rule} took {:?}", began.elapsed());
    }
    let early = publisher.refused(create, &with("FREQ=DAILY;COUNT=2147483647", "0001-01-01T00:00:00")).await;
    assert_eq!(early, ("OUT_OF_RANGE".to_string(), "input.startsAtLocal".to_string()));
    for (rule, start) in [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-12-01T18:00:00"),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "2026-12-01T18:00:00"),
        ("FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3;BYMINUTE=7", "1970-01-01T00:00:00"),
        ("FREQ=DAILY;COUNT=2147483647", "1900-01-01T00:00:00"),
        ("FREQ=YEARLY;INTERVAL=2147483647", "2026-12-01T18:00:00"),
        ("FREQ=MONTHLY;COUNT=2147483647;BYDAY=5FR", "2026-12-01T18:00:00"),
    ] {
        let began = std::time::Instant::now();
        let made = publisher.made(create, &with(rule, start)).await;
        assert!(made["occurrences"]["totalCount"].as_i64().unwrap() <= 2_000, "{rule}: {made}");
        assert!(began.elapsed().as_millis() < 5_000, "{rule} took {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn events_that_were_there_before_are_expanded_by_the_worker_and_further_as_time_goes_on() {
    let server = Server::with_content(&text([series("weekly")])).await;
    let count = async || {
        let variables = window("2026-12-01T00:00:00-05:00", "2027-11-30T00:00:00-05:00");
        calendar(&server, variables).await["totalCount"].as_i64().unwrap()
    };
    assert_eq!(count().await, 50);
    assert_eq!(extend(&server.app).await.unwrap(), 0, "nothing is due");
    for sql in ["DELETE FROM occurrence", "UPDATE expansion SET zones = '2025b', expanded_to = 0"] {
        rows(&server.database.as_ref().unwrap().url, sql).await;
    }
    assert_eq!(count().await, 0);
    assert_eq!(extend(&server.app).await.unwrap(), 1);
    assert_eq!(count().await, 50);
}
