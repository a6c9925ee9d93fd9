//! Civil times and instants: right across the clock changes of 2026, and refused where there is no one instant.

use serde_json::json;
use solidarity::service::import::{ImportError, ImportOptions, import};

use crate::actor::{clock, generous, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines;

#[tokio::test]
async fn noon_in_december_2026_has_the_offsets_that_the_law_says() {
    let zones = [
        ("America/Vancouver", "2026-12-15T12:00:00-07:00"),
        ("America/Edmonton", "2026-12-15T12:00:00-06:00"),
        ("America/Winnipeg", "2026-12-15T12:00:00-05:00"),
        ("America/Regina", "2026-12-15T12:00:00-06:00"),
        ("America/St_Johns", "2026-12-15T12:00:00-03:30"),
        ("America/Toronto", "2026-12-15T12:00:00-05:00"),
    ];
    let text = lines::text(zones.iter().map(|(zone, _)| {
        let slug = zone.to_lowercase().replace(['/', '_'], "-");
        lines::event(&slug).with(json!({ "timeZone": zone, "startsAtLocal": "2026-12-15T12:00:00" }))
    }));
    let server = Server::with_content(&text).await;
    let document = "{ events { nodes { timeZone startsAtLocal startsAt } } }";
    let data = server.query(document, json!({})).await;
    let found = data["events"]["nodes"].as_array().unwrap();
    assert_eq!(found.len(), zones.len());
    for (zone, instant) in zones {
        let event = found.iter().find(|event| event["timeZone"] == zone).unwrap();
        assert_eq!(event["startsAt"], instant, "{zone}");
        assert_eq!(event["startsAtLocal"], "2026-12-15T12:00:00");
    }
    let order: Vec<_> = found.iter().map(|event| event["timeZone"].as_str().unwrap()).collect();
    assert_eq!(order.first(), Some(&"America/St_Johns"), "events are ordered by their instant");
    assert_eq!(order.last(), Some(&"America/Vancouver"));
}

#[tokio::test]
async fn a_local_time_without_exactly_one_instant_is_refused_by_its_code() {
    let cases = [
        (json!({ "startsAtLocal": "2027-03-14T02:30:00" }), "NONEXISTENT_LOCAL_TIME input.startsAtLocal"),
        (json!({ "startsAtLocal": "2026-11-01T01:30:00" }), "AMBIGUOUS_LOCAL_TIME input.startsAtLocal"),
        (json!({ "timeZone": "Mars/Olympus" }), "INVALID_TIME_ZONE input.timeZone"),
        (json!({ "timeZone": "EST5EDT4" }), "INVALID_TIME_ZONE input.timeZone"),
        (json!({ "endsAtLocal": "2026-12-15T11:59:00" }), "ENDS_BEFORE_START input.endsAtLocal"),
    ];
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    for (members, expected) in cases {
        let text = lines::text([lines::event("refused").with(members)]);
        let Err(ImportError::Faults(faults)) = import(&app, &text, ImportOptions::default(), &mut |_, _| {}).await
        else {
            panic!("{expected} was not refused");
        };
        let found: Vec<String> = faults.iter().map(|(line, fault)| format!("{line} {fault}")).collect();
        assert!(found.len() == 1 && found[0].starts_with(&format!("2 {expected}")), "{found:?}");
    }
    assert!(!app.store.has_content().await.unwrap());
}

#[tokio::test]
async fn a_series_may_start_in_a_gap_and_shifts_forward() {
    let series = lines::event("series")
        .with(json!({ "startsAtLocal": "2027-03-14T02:30:00", "recurrence": { "rrule": "FREQ=WEEKLY" } }));
    let server = Server::with_content(&lines::text([series])).await;
    let data = server.query("{ events { nodes { startsAt startsAtLocal } } }", json!({})).await;
    let event = &data["events"]["nodes"][0];
    assert_eq!(event["startsAt"], "2027-03-14T03:30:00-04:00");
    assert_eq!(event["startsAtLocal"], "2027-03-14T02:30:00");
}
