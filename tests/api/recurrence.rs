//! Recurrence beside an independent implementation, the Python package `recurring-ical-events` 3.8: random series take
//! place at the same instants. 200 series by default; `SOLIDARITY_TRIAL=full cargo test --test api recurrence` takes
//! 2 000. `SOLIDARITY_PYTHON` names an interpreter that has the package.

use serde_json::Value;
use solidarity::domain::event::Recurrence;
use solidarity::domain::recurrence::Series;
use solidarity::domain::time::{Timestamp, Zones};

use crate::publisher::is_full;
use crate::python::python;

fn seconds(value: &Value) -> Timestamp {
    Timestamp::from_micros(value.as_i64().unwrap() * 1_000_000)
}

#[test]
fn random_series_take_place_when_another_implementation_says() {
    let Some(mut python) = python("recurring_ical_events") else { return };
    let count = if is_full() { 2_000 } else { 200 };
    let seed = std::env::var("SOLIDARITY_SEED").unwrap_or_else(|_| "1".to_string());
    let output = python.arg("tests/recurrence/reference.py").arg(seed).arg(count.to_string()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let zones = Zones::bundled();
    let (mut wrong, mut taken, mut all) = (Vec::new(), 0, 0);
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| case[name].as_str().unwrap();
        let recurrence: Recurrence = serde_json::from_value(serde_json::json!({
            "rrule": case["rrule"], "exceptions": case["exceptions"], "additions": case["additions"],
            "confirmedThrough": null,
        }))
        .unwrap();
        let series = Series {
            starts_at_local: text("start").parse().unwrap(),
            ends_at_local: Some(text("end").parse().unwrap()),
            time_zone: text("zone"),
            is_all_day: case["isAllDay"].as_bool().unwrap(),
            recurrence: Some(&recurrence),
        };
        series.check(&zones).unwrap_or_else(|fault| panic!("{fault:?}: {case}"));
        let found = series.between(&zones, seconds(&case["from"]), seconds(&case["to"]), usize::MAX);
        let found: Vec<[i64; 2]> =
            found.iter().map(|it| [it.starts_at.as_micros() / 1_000_000, it.ends_at.as_micros() / 1_000_000]).collect();
        let expected: Vec<[i64; 2]> = serde_json::from_value(case["expected"].clone()).unwrap();
        all += 1;
        taken += expected.len();
        if found != expected {
            wrong.push(format!("{case}\n  found {found:?}"));
        }
    }
    assert!(all == count && taken > 2 * count, "{all} series with {taken} occurrences test nothing");
    assert!(wrong.is_empty(), "{} of {all} differ:\n{}", wrong.len(), wrong.join("\n"));
}
