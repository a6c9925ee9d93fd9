//! VTIMEZONE components (RFC 5545 section 3.6.5), made from the transitions of the time zone database that the server
//! computes with, so that a reader who follows them arrives at the same instants. Must not repeat rules: each change of
//! the clocks stands for itself, since what a law will say next is not known.

use super::line::Lines;
use crate::domain::time::{Shift, Timestamp, Zones};

/// Appends a zone with its shifts from before one instant to behind another.
pub(super) fn write(lines: &mut Lines, zones: &Zones, zone: &str, from: Timestamp, to: Timestamp) {
    lines.raw("BEGIN", "VTIMEZONE").raw("TZID", zone);
    for shift in zones.shifts(zone, from, to) {
        let Shift { at_local, before, after, is_saving, name } = shift;
        let kind = if is_saving { "DAYLIGHT" } else { "STANDARD" };
        lines.raw("BEGIN", kind);
        lines.raw("DTSTART", &at_local.strftime("%Y%m%dT%H%M%S").to_string());
        lines.raw("TZOFFSETFROM", &offset(before)).raw("TZOFFSETTO", &offset(after)).text("TZNAME", &name);
        lines.raw("END", kind);
    }
    lines.raw("END", "VTIMEZONE");
}

/// An offset in seconds as `-0330`, with seconds where there are any.
fn offset(seconds: i32) -> String {
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, rest) = (size / 3_600, size / 60 % 60, size % 60);
    let rest = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}
