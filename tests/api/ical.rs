//! Events as an iCalendar: what another program reads from it takes place when the API says.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use solidarity::domain::event::Recurrence;
use solidarity::domain::recurrence::Series;
use solidarity::domain::time::{Timestamp, Zones};
use solidarity::service::ics::{self, IcsOptions};
use solidarity::service::import::{ImportOptions, import_read};

use crate::harness::Server;
use crate::lines::{event, series, text};
use crate::python::python;

const CALENDAR: &str = "query($from: DateTime!, $to: DateTime!, $after: String) {
    calendar(from: $from, to: $to, first: 100, after: $after) {
        nodes { startsAt endsAt event { id timeZone } } pageInfo { hasNextPage endCursor } } }";

fn seconds(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<solidarity::domain::time::Timestamp>().unwrap().as_micros() / 1_000_000
}

/// Id, start and end of each occurrence in a window, by the API.
async fn by_the_api(server: &Server, from: &str, to: &str) -> Vec<(String, i64, i64)> {
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = server.query(CALENDAR, json!({ "from": from, "to": to, "after": after })).await["calendar"].take();
        for it in page["nodes"].as_array().unwrap() {
            let start = seconds(&it["startsAt"]);
            let end = if it["endsAt"].is_null() { start } else { seconds(&it["endsAt"]) };
            all.push((it["event"]["id"].as_str().unwrap().to_string(), start, end));
        }
        if page["pageInfo"]["hasNextPage"] == false {
            all.sort();
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The same by another program that reads the feed.
fn by_another(
    mut python: std::process::Command,
    feed: &str,
    from: &str,
    to: &str,
    zone: &str,
) -> Vec<(String, i64, i64)> {
    let at = |text: &str| seconds(&json!(text)).to_string();
    let mut child = python
        .args(["tests/recurrence/expand.py", &at(from), &at(to), zone])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(feed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{feed}", String::from_utf8_lossy(&output.stderr));
    let found: Vec<(String, i64, i64, bool)> = serde_json::from_slice(&output.stdout).unwrap();
    found.into_iter().map(|(uid, start, end, _)| (uid, start, end)).collect()
}

async fn feed(server: &Server, path: &str) -> String {
    let response = server.http.get(server.url(path)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/calendar; charset=utf-8");
    response.text().await.unwrap()
}

/// Series across every change of the clocks that matters, with exceptions, additions and changed occurrences.
fn content() -> String {
    let mut all = Vec::new();
    for zone in [
        "America/Vancouver",
        "America/Edmonton",
        "America/Winnipeg",
        "America/Toronto",
        "America/St_Johns",
        "America/Regina",
        "UTC",
    ] {
        let slug = zone.to_lowercase().replace(['/', '_'], "-");
        let times =
            json!({ "startsAtLocal": "2026-10-06T19:00:00", "endsAtLocal": "2026-10-06T20:30:00", "timeZone": zone });
        let rule = |rrule: &str| json!({ "recurrence": { "rrule": rrule } });
        all.push(event(&format!("{slug}-weekly")).with(times.clone()).with(rule("FREQ=WEEKLY;BYDAY=TU,TH")));
        all.push(
            event(&format!("{slug}-monthly")).with(times.clone()).with(rule("FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270901")),
        );
        all.push(event(&format!("{slug}-night")).with(json!({ "startsAtLocal": "2026-10-01T01:30:00",
            "endsAtLocal": "2026-10-01T04:00:00", "timeZone": zone, "recurrence": { "rrule": "FREQ=DAILY;COUNT=200" } })));
        all.push(event(&format!("{slug}-once")).with(times));
    }
    all.push(series("changed").with(
        json!({ "timeZone": "America/St_Johns", "recurrence": { "rrule": "FREQ=WEEKLY;COUNT=30",
        "exceptions": ["2026-12-22T12:00:00"], "additions": ["2026-12-24T18:00:00"],
        "confirmedThrough": "2027-02-01", "overrides": [
            { "recurrenceId": "2026-12-29T12:00:00", "startsAtLocal": "2026-12-30T15:00:00", "status": "RESCHEDULED" },
            { "recurrenceId": "2027-01-05T12:00:00", "status": "CANCELLED",
              "note": [{ "locale": "en-CA", "text": "Closed; no heat, sorry\nBEGIN:VEVENT" }] },
            { "recurrenceId": "2027-03-02T12:00:00", "startsAtLocal": "2027-03-02T10:00:00",
              "endsAtLocal": "2027-03-02T12:30:00", "andFollowing": true },
        ] } }),
    ));
    all.push(event("days").with(json!({ "startsAtLocal": "2026-12-21T00:00:00", "endsAtLocal": "2026-12-23T00:00:00",
        "allDay": true, "recurrence": { "rrule": "FREQ=MONTHLY;COUNT=4", "exceptions": ["2027-01-21T00:00:00"] } })));
    let long = format!("{}{}", "A title that is folded, with é, 日本 and ".repeat(4), "\\;,");
    all.push(event("escaped").with(json!({ "title": long, "body": "One, two; three\\four\n\nEND:VCALENDAR" })));
    text(all)
}

#[tokio::test]
async fn what_another_program_reads_takes_place_when_the_api_says() {
    let Some(python) = python("recurring_ical_events") else { return };
    let server = Server::with_content(&content()).await;
    let (from, to) = ("2026-10-01T00:00:00Z", "2027-10-30T00:00:00Z");
    let feed = feed(&server, "/feeds/events.ics").await;
    let found = by_another(python, &feed, from, to, "America/Toronto");
    let expected = by_the_api(&server, from, to).await;
    assert!(expected.len() > 1_500, "{} occurrences", expected.len());
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_demo_events_take_place_when_the_api_says() {
    let server = Server::shared_demo().await;
    let (from, to) = ("2026-10-20T00:00:00Z", "2027-11-20T00:00:00Z");
    let feed = feed(&server, "/feeds/events.ics").await;
    let all = by_the_api(&server, from, to).await;
    // Dates are in no zone: each zone's events are read as one who lives there reads them.
    let events = server.query("{ events(first: 100) { nodes { id timeZone } } }", json!({})).await;
    let zone_of: std::collections::BTreeMap<&str, &str> = events["events"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), it["timeZone"].as_str().unwrap()))
        .collect();
    for zone in zone_of.values().collect::<std::collections::BTreeSet<_>>() {
        let Some(python) = python("recurring_ical_events") else { return };
        let of_zone = |it: &(String, i64, i64)| zone_of.get(it.0.as_str()) == Some(zone);
        let found: Vec<_> = by_another(python, &feed, from, to, zone).into_iter().filter(of_zone).collect();
        let expected: Vec<_> = all.iter().filter(|it| of_zone(it)).cloned().collect();
        assert_eq!(found, expected, "{zone}");
    }
}

#[tokio::test]
async fn a_calendar_is_whole_whatever_its_events_say() {
    let server = Server::with_content(&content()).await;
    let all = feed(&server, "/feeds/events.ics").await;
    for line in all.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\n') && !line.contains('\r'), "{line:?}");
    }
    let unfolded = all.replace("\r\n ", "");
    assert_eq!(unfolded.matches("\r\nBEGIN:VEVENT\r\n").count(), unfolded.matches("\r\nEND:VEVENT\r\n").count());
    assert_eq!(unfolded.matches("\r\nEND:VCALENDAR\r\n").count(), 1, "texts are escaped");
    assert!(unfolded.contains("DESCRIPTION;LANGUAGE=en-CA:One\\, two\\; three"), "{unfolded}");
    assert!(unfolded.contains("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/St_Johns:20270302T120000\r\n"));
    assert!(
        unfolded.contains("STATUS:CANCELLED\r\n") && unfolded.contains("BEGIN:VTIMEZONE\r\nTZID:America/St_Johns\r\n")
    );
    assert!(unfolded.contains("DTSTART;VALUE=DATE:20261221\r\nDTEND;VALUE=DATE:20261223\r\n"));
    assert!(unfolded.contains("RRULE:FREQ=MONTHLY;UNTIL=20270902T065959Z;BYDAY=1TU\r\n"), "of Vancouver");
}

#[tokio::test]
async fn a_calendar_is_narrowed_in_a_language_and_of_one_event_and_shows_nothing_hidden() {
    let french = json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": "Rencontre" }]);
    let server = Server::with_content(&text([
        series("here").with(json!({ "regions": ["toronto"], "translations": french })),
        series("there"),
        series("draft").record(json!({ "status": "DRAFT" })),
        series("partners").with(json!({ "visibility": "PARTNERS" })),
    ]))
    .await;
    let titles = |feed: &str| {
        let summaries = feed.split("\r\n").filter_map(|line| line.strip_prefix("SUMMARY;LANGUAGE="));
        summaries.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(titles(&feed(&server, "/feeds/events.ics?region=CA-ON&lang=fr").await), ["fr-CA:Rencontre"]);
    assert_eq!(titles(&feed(&server, "/feeds/events.ics").await).len(), 2);
    let id = async |slug: &str| {
        let found = server.query(&format!("{{ event(by: {{slug: \"{slug}\"}}) {{ id icsUrl }} }}"), json!({})).await;
        found["event"]["icsUrl"].as_str().map(str::to_string)
    };
    let url = id("here").await.unwrap();
    let path = url.split_once("/feeds/").unwrap().1.to_string();
    assert_eq!(titles(&feed(&server, &format!("/feeds/{path}")).await), ["en-CA:here"]);
    assert_eq!(id("draft").await, None);
    for path in ["/feeds/events/evt_1.ics", "/feeds/events/x", &format!("/feeds/{}", path.replace(".ics", ""))] {
        assert_eq!(server.http.get(server.url(path)).send().await.unwrap().status(), 404, "{path}");
    }
    assert_eq!(server.http.get(server.url("/feeds/events.ics?when=now")).send().await.unwrap().status(), 400);
}

/// When the events of a file take place after an import, by their `UID`.
fn imported(bytes: &[u8], zone: &str, from: i64, to: i64) -> (Vec<(String, i64, i64)>, Vec<String>) {
    let zones = Zones::bundled();
    let options = IcsOptions {
        organization: None,
        system: "test".to_string(),
        locale: "en-CA".to_string(),
        time_zone: zone.to_string(),
    };
    let read = ics::read(bytes, &options, &zones);
    let mut all = Vec::new();
    for (uid, line) in &read.lines {
        let input = &line["input"];
        let local = |name: &str| input[name].as_str().map(|text| text.parse().unwrap());
        let recurrence: Option<Recurrence> = serde_json::from_value(input["recurrence"].clone()).unwrap();
        let series = Series {
            starts_at_local: local("startsAtLocal").unwrap(),
            ends_at_local: local("endsAtLocal"),
            time_zone: input["timeZone"].as_str().unwrap(),
            is_all_day: input["allDay"] == true,
            recurrence: recurrence.as_ref(),
        };
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for it in series.between(&zones, at(from), at(to), usize::MAX) {
            if series.is_all_day {
                // Days have no zone: both are compared as days in UTC.
                let day = |local| zones.instant(local, "UTC").unwrap().as_micros() / 1_000_000;
                all.push((uid.clone(), day(it.starts_at_local), it.ends_at_local.map_or(0, day)));
                continue;
            }
            all.push((uid.clone(), it.starts_at.as_micros() / 1_000_000, it.ends_at.as_micros() / 1_000_000));
        }
    }
    all.sort();
    (all, read.report)
}

/// Calendars that others wrote, broken ones among them, take place after an import when another program says.
/// `SOLIDARITY_CALENDARS` names another folder of `.ics` files.
#[tokio::test]
async fn calendars_of_others_take_place_when_another_program_says() {
    let folder = std::env::var("SOLIDARITY_CALENDARS").unwrap_or_else(|_| "../shared/data/ical".to_string());
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {folder} is not there");
        return;
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "ics")) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        let (from, to) = (946_684_800, 2_208_988_800);
        let (found, report) = imported(&bytes, "UTC", from, to);
        let Some(mut python) = python("recurring_ical_events") else { return };
        let mut child = python
            .args(["tests/recurrence/expand.py", &from.to_string(), &to.to_string(), "UTC"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_string();
            println!("{name}: the other program gives up: {error}; {} occurrences, {report:?}", found.len());
            continue;
        }
        if report.iter().any(|told| told.contains("which is unknown")) {
            println!("{name}: has a zone of its own, which is told: {report:?}");
            continue;
        }
        let expected: Vec<(String, i64, i64, bool)> = serde_json::from_slice(&output.stdout).unwrap();
        // Without a UID an event has none that both know; a change without its series is known by its occurrence, too.
        let known = |uid: &str| if bytes.windows(4).any(|at| at == b"UID:") { uid.to_string() } else { String::new() };
        let plain = |uid: &str| known(uid.rsplit_once(" 20").map_or(uid, |(uid, _)| uid));
        let mut expected: Vec<(String, i64, i64)> =
            expected.into_iter().map(|(uid, start, end, _)| (known(&uid), start, end)).collect();
        let mut found: Vec<(String, i64, i64)> =
            found.into_iter().map(|(uid, start, end)| (plain(&uid), start, end)).collect();
        expected.sort();
        found.sort();
        compared += 1;
        if found != expected {
            let missing: Vec<_> = expected.iter().filter(|it| !found.contains(it)).take(3).collect();
            let more: Vec<_> = found.iter().filter(|it| !expected.contains(it)).take(3).collect();
            wrong.push(format!(
                "{name}: {} found, {} expected, missing {missing:?}, more {more:?}, {report:?}",
                found.len(),
                expected.len()
            ));
        }
    }
    assert!(compared > 5, "{compared} calendars were compared");
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}

const CALENDAR_OF_ANOTHER: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:America/Vancouver\r\n\
BEGIN:VEVENT\r\nUID:meeting@example.org\r\nSUMMARY:Monthly meeting\r\nDESCRIPTION:Bring a friend\\, or two.\\nAll\r\n  welcome.\r\n\
DTSTART:20261202T020000Z\r\nDTEND:20261202T040000Z\r\nRRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=3\r\nGEO:49.28012;-123.11034\r\n\
LOCATION:The hall\r\nATTENDEE;CN=Someone:mailto:someone@example.org\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:meeting@example.org\r\nRECURRENCE-ID:20270106T020000Z\r\nDTSTART:20270107T020000Z\r\n\
DTEND:20270107T040000Z\r\nSUMMARY:Monthly meeting\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:call@example.org\r\nSUMMARY:Call\r\nDTSTART:20261210T030000Z\r\nLOCATION:https://meet.example.org/secret\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:private@example.org\r\nCLASS:PRIVATE\r\nSUMMARY:Dentist\r\nDTSTART:20261210T030000Z\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:broken@example.org\r\nSUMMARY:Never\r\nDTSTART:tomorrow\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn a_calendar_is_imported_once_and_tells_what_it_could_not_keep_and_nobody_who_was_invited() {
    let server = Server::with_content(&text([])).await;
    let options = IcsOptions {
        organization: None,
        system: "a-group".to_string(),
        locale: "en-CA".to_string(),
        time_zone: "UTC".to_string(),
    };
    for counts in [(3, 0), (0, 3)] {
        let read = ics::read(CALENDAR_OF_ANOTHER.as_bytes(), &options, &server.app.zones);
        let mut told = read.report;
        let done = import_read(&server.app, read.lines, ImportOptions::default(), &mut told).await.unwrap();
        assert_eq!((done.created, done.unchanged), counts);
        let told = told.join("\n");
        for part in ["PRIVATE, and became a draft", "\"tomorrow\", which is no date", "names who was invited"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    let found = server
        .query(
            "{ events(first: 10, orderBy: {field: TITLE, direction: DESC}) { nodes { title body timeZone location { label point { latitude longitude } }
                online { howToJoin } occurrences(from: \"2026-11-25T00:00:00Z\") { nodes { startsAt isOverride } } } } }",
            json!({}),
        )
        .await;
    let expected = json!([
        { "title": "Monthly meeting", "body": "Bring a friend, or two.\nAll welcome.", "timeZone": "America/Vancouver",
          "location": { "label": "The hall", "point": { "latitude": 49.25, "longitude": -123.092183 } }, "online": null,
          "occurrences": { "nodes": [
            { "startsAt": "2026-12-01T19:00:00-07:00", "isOverride": false },
            { "startsAt": "2027-01-06T19:00:00-07:00", "isOverride": true },
            { "startsAt": "2027-02-02T19:00:00-07:00", "isOverride": false },
          ] } },
        { "title": "Call", "body": null, "timeZone": "America/Vancouver", "location": null, "online": { "howToJoin": null },
          "occurrences": { "nodes": [{ "startsAt": "2026-12-09T20:00:00-07:00", "isOverride": false }] } },
    ]);
    assert_eq!(found["events"]["nodes"], expected);
}
