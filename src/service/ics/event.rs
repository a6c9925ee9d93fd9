//! One event of an iCalendar with its changed occurrences, as the input of an event. Must not read dates itself: see
//! `times.rs`.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::super::reading::digest;
use super::IcsOptions;
use super::lines::{Component, Property};
use super::times::{FileZones, Length, When, duration};
use crate::domain::locale::Locale;
use crate::domain::recurrence::{Expansion, Rule, Until};
use crate::domain::url::HttpsUrl;

/// Exceptions, additions or overrides of a series at most: see `service::event`.
const SERIES: usize = 500;
/// The rule of a series that has none: its start.
const ONCE: &str = "FREQ=DAILY;COUNT=1";

/// An event, and what it is known by.
pub(super) struct Known {
    pub id: String,
    pub input: Value,
    /// Whether the file says that everyone may see it (section 3.8.1.3).
    pub is_public: bool,
}

/// The times of an event in its zone.
struct Times {
    zone: String,
    is_all_day: bool,
    start: DateTime,
    end: Option<DateTime>,
}

/// Reads the components of one `UID`.
pub(super) struct Reading<'a> {
    pub zones: &'a FileZones<'a>,
    pub options: &'a IcsOptions,
    pub uid: &'a str,
    pub report: &'a mut Vec<String>,
}

fn sequence(component: &Component) -> i64 {
    component.find("SEQUENCE").and_then(|property| property.value.trim().parse().ok()).unwrap_or(-1)
}

impl Reading<'_> {
    fn tell(&mut self, component: &Component, what: &str) {
        let title = component.find("SUMMARY").map(Property::text).unwrap_or_default();
        let line = component.properties.first().map_or(0, |property| property.line);
        let title: String = title.chars().take(60).collect();
        self.report.push(format!("event \"{}\" at line {line}: {what}", title.escape_debug()));
    }

    /// The series with its changes, or each change by itself where there is no series.
    pub(super) fn events(&mut self, components: &[&Component]) -> Vec<Known> {
        let (changes, cores): (Vec<&Component>, Vec<&Component>) =
            components.iter().partition(|component| component.find("RECURRENCE-ID").is_some());
        let mut core: Option<&Component> = None;
        for component in &cores {
            if core.is_none_or(|known| sequence(component) > sequence(known)) {
                core = Some(component);
            }
        }
        if cores.len() > 1 {
            self.tell(
                cores.first().copied().unwrap_or(&Component::default()),
                "is there more than once: the latest counts",
            );
        }
        let mut known = Vec::new();
        match core {
            Some(core) => known.extend(self.event(core, &changes, self.uid.to_string())),
            None => {
                for change in changes {
                    let id = change.find("RECURRENCE-ID").map(|id| id.value.clone()).unwrap_or_default();
                    let id = format!("{} {id}", self.uid);
                    let id = if id.chars().count() > 200 { digest(&id) } else { id };
                    known.extend(self.event(change, &[], id));
                }
            }
        }
        known
    }

    fn event(&mut self, core: &Component, changes: &[&Component], id: String) -> Option<Known> {
        let class = core.find("CLASS").map(|class| class.value.trim().to_uppercase());
        let is_public = class.as_ref().is_none_or(|class| class == "PUBLIC");
        if let Some(class) = class.filter(|_| !is_public) {
            self.tell(core, &format!("is {}, and became a draft that nobody sees", class.escape_debug()));
        }
        let times = match self.times(core) {
            Ok(times) => times,
            Err(fault) => {
                self.tell(core, &format!("{fault}; it was left out"));
                return None;
            }
        };
        let mut input = self.words(core);
        input.insert("startsAtLocal".to_string(), json!(times.start.to_string()));
        input.insert("endsAtLocal".to_string(), json!(times.end.map(|end| end.to_string())));
        input.insert("timeZone".to_string(), json!(times.zone));
        input.insert("allDay".to_string(), json!(times.is_all_day));
        if let Some(recurrence) = self.recurrence(core, changes, &times) {
            let zone = core.find("DTSTART").and_then(|start| start.parameter("TZID"));
            if let Some(zone) = zone.filter(|zone| self.zones.is_strange(zone, times.start)) {
                let zone = zone.escape_debug().to_string();
                self.tell(
                    core,
                    &format!("is in the zone \"{zone}\" of its own: all its dates have the offset of the first"),
                );
            }
            input.insert("recurrence".to_string(), recurrence);
        }
        let url = core.find("URL").map(|url| url.value.trim()).filter(|url| HttpsUrl::parse(url).is_ok());
        input.insert("source".to_string(), json!({ "system": self.options.system, "externalId": id, "url": url }));
        if let Some(organization) = &self.options.organization {
            input.insert("publisher".to_string(), json!(organization));
        }
        Some(Known { id, input: Value::Object(input), is_public })
    }

    fn times(&mut self, component: &Component) -> Result<Times, String> {
        let property = component.find("DTSTART").ok_or("has no DTSTART")?;
        let when = self.zones.one(property)?;
        let end = component.find("DTEND").map(|property| self.zones.one(property)).transpose();
        let end = end.unwrap_or_else(|fault| {
            self.tell(component, &format!("{fault}; its end was left out"));
            None
        });
        let is_all_day = when.is_date() && end.as_ref().is_none_or(When::is_date);
        // Where one of both is a date only, the other one's zone holds.
        let zone = match (&when, &end) {
            (When::Date(_), Some(end)) if !end.is_date() => self.zones.zone_of(end),
            _ => self.zones.zone_of(&when),
        };
        let local = |when: &When| when.local(&zone, self.zones.zones).ok_or("has a time outside the calendar");
        let start = local(&when)?;
        let length = component.find("DURATION").and_then(|property| duration(&property.value));
        let end = match (end, length) {
            (Some(end), _) => Some(local(&end)?),
            (None, Some(length)) => start.checked_add(length).ok(),
            (None, None) if is_all_day => start.checked_add(SignedDuration::from_hours(24)).ok(),
            (None, None) => None,
        };
        // Some programs write them the wrong way round.
        let (start, end) = match end {
            Some(end) if end < start => (end, Some(start)),
            end => (start, end),
        };
        let is_midnight = |at: DateTime| at.time() == jiff::civil::Time::midnight();
        let is_all_day = is_all_day && is_midnight(start) && end.is_none_or(is_midnight);
        Ok(Times { zone, is_all_day, start, end })
    }

    /// Title, texts, place and state.
    fn words(&mut self, component: &Component) -> Map<String, Value> {
        let mut input = Map::new();
        let summary = component.find("SUMMARY");
        let language =
            summary.and_then(|summary| summary.parameter("LANGUAGE")).filter(|tag| Locale::parse(tag).is_ok());
        let title = one_line(&summary.map(Property::text).unwrap_or_default());
        let title = if title.is_empty() { "Untitled event".to_string() } else { title };
        if title.chars().count() > 200 {
            self.tell(component, "has a title of more than 200 characters, which was cut");
        }
        input.insert("locale".to_string(), json!(language.unwrap_or(&self.options.locale)));
        input.insert("title".to_string(), json!(cut(&title, 200)));
        let body = component.find("DESCRIPTION").map(Property::text).unwrap_or_default();
        if !body.trim().is_empty() {
            input.insert("body".to_string(), json!(cut(body.trim(), 65_536)));
        }
        let place = one_line(&component.find("LOCATION").map(Property::text).unwrap_or_default());
        let link = HttpsUrl::parse(&place).is_ok();
        let locale = language.unwrap_or(&self.options.locale);
        if link {
            // A link to join is for those who may, not for everyone.
            input.insert("online".to_string(), json!({ "joinUrl": place }));
        }
        let point = component.find("GEO").and_then(|geo| point(&geo.value));
        if component.find("GEO").is_some() && point.is_none() {
            self.tell(component, "has a GEO that is no place on Earth, which was left out");
        }
        let label = (!link && !place.is_empty()).then(|| json!([{ "locale": locale, "text": cut(&place, 200) }]));
        if point.is_some() || label.is_some() {
            let parts = [("disclosure", Some(json!("APPROXIMATE"))), ("label", label), ("point", point)];
            let parts = parts.into_iter().filter_map(|(name, part)| Some((name.to_string(), part?)));
            let location: Map<String, Value> = parts.collect();
            input.insert("location".to_string(), Value::Object(location));
        }
        input.insert("kind".to_string(), json!("OTHER"));
        input.insert("format".to_string(), json!(if link { "ONLINE" } else { "IN_PERSON" }));
        input.insert("eventStatus".to_string(), json!(status(component).unwrap_or("SCHEDULED")));
        if component.find("ATTENDEE").is_some() {
            self.tell(component, "names who was invited, which was left out");
        }
        input
    }

    fn recurrence(&mut self, core: &Component, changes: &[&Component], times: &Times) -> Option<Value> {
        let mut rules = self.rules(core, times);
        let mut additions: Vec<DateTime> = Vec::new();
        let mut overrides: BTreeMap<DateTime, (i64, Value)> = BTreeMap::new();
        for (when, length) in self.list(core, "RDATE") {
            let Some(start) = self.name(&when, times) else { continue };
            additions.push(start);
            let end = match length {
                None => None,
                Some(Length::For(length)) => start.checked_add(length).ok(),
                Some(Length::Until(until)) => until.local(&times.zone, self.zones.zones),
            };
            if let Some(end) = end.filter(|end| *end >= start) {
                let value = json!({ "recurrenceId": start.to_string(), "startsAtLocal": start.to_string(),
                    "endsAtLocal": end.to_string() });
                overrides.insert(start, (i64::MIN, value));
            }
        }
        let exceptions: Vec<DateTime> =
            self.list(core, "EXDATE").iter().filter_map(|(when, _)| self.name(when, times)).collect();
        for change in changes {
            let Some((id, value)) = self.change(change, times) else { continue };
            // What an older version of the series changed in itself counts only where the series still goes.
            let is_of_before = sequence(change) < sequence(core) && change.find("RRULE").is_some();
            if is_of_before && !rules.iter().any(|rule| self.gives(rule, id, times)) {
                continue;
            }
            if overrides.get(&id).is_none_or(|(known, _)| sequence(change) > *known) {
                overrides.insert(id, (sequence(change), value));
            }
        }
        if rules.is_empty() && additions.is_empty() && overrides.is_empty() && exceptions.is_empty() {
            return None;
        }
        let main = if rules.is_empty() { None } else { Some(rules.remove(0)) };
        for other in rules {
            // One rule is kept as it is; what others give is added one by one.
            let until = other.until.map(|until| self.last(until, times));
            let all: Vec<DateTime> = Expansion::new(&other, times.start, until).take(SERIES + 1).collect();
            if all.len() > SERIES {
                self.tell(core, "has several rules, of which the first and 500 dates of the others were kept");
            }
            additions.extend(all.into_iter().take(SERIES));
        }
        additions.sort_unstable();
        additions.dedup();
        let texts = |all: &[DateTime]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (name, length) in
            [("exceptions", exceptions.len()), ("additions", additions.len()), ("changed occurrences", overrides.len())]
        {
            if length > SERIES {
                self.tell(core, &format!("has {length} {name}, of which {SERIES} were kept"));
            }
        }
        let latest = |all: Vec<DateTime>| all.get(all.len().saturating_sub(SERIES)..).map(texts).unwrap_or_default();
        let overrides: Vec<Value> = overrides.into_values().map(|(_, value)| value).collect();
        Some(json!({
            "rrule": main.map_or_else(|| ONCE.to_string(), |rule| rule.to_string()),
            "exceptions": latest(exceptions),
            "additions": latest(additions),
            "confirmedThrough": null,
            "overrides": overrides.get(overrides.len().saturating_sub(SERIES)..).unwrap_or_default(),
        }))
    }

    /// The rules, each once, with an end of the type that the start has.
    fn rules(&mut self, core: &Component, times: &Times) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for property in core.all("RRULE") {
            // A count below zero, as one program writes it, counts nothing.
            let parts = property.value.split(';').filter(|part| !part.trim().to_uppercase().starts_with("COUNT=-"));
            match parts.collect::<Vec<_>>().join(";").parse::<Rule>() {
                Ok(mut rule) => {
                    rule.until = rule.until.map(|until| match until {
                        // A date where a time is due: midnight in UTC, as others read it.
                        Until::Date(date) if !times.is_all_day => Until::Utc(date.at(0, 0, 0, 0)),
                        Until::Local(local) if !times.is_all_day => Until::Utc(local),
                        Until::Local(at) | Until::Utc(at) if times.is_all_day => Until::Date(at.date()),
                        until => until,
                    });
                    if !rules.contains(&rule) {
                        rules.push(rule);
                    }
                }
                Err(fault) => self.tell(core, &format!("its RRULE {fault}, and was left out")),
            }
        }
        rules
    }

    /// Whether a rule gives a start.
    fn gives(&self, rule: &Rule, start: DateTime, times: &Times) -> bool {
        let until = rule.until.map(|until| self.last(until, times));
        Expansion::new(rule, times.start, until).near(start).within(start).any(|time| time == start)
    }

    fn last(&self, until: Until, times: &Times) -> DateTime {
        match until {
            Until::Date(date) => date.at(23, 59, 59, 0),
            Until::Local(local) => local,
            Until::Utc(utc) => {
                When::Time(utc, Some("UTC".to_string())).local(&times.zone, self.zones.zones).unwrap_or(utc)
            }
        }
    }

    fn list(&mut self, core: &Component, name: &str) -> Vec<(When, Option<Length>)> {
        let mut all = Vec::new();
        for property in core.all(name) {
            match self.zones.values(property) {
                Ok(values) => all.extend(values),
                Err(fault) => self.tell(core, &format!("{fault}; it was left out")),
            }
        }
        all
    }

    /// The local start that a value names: a date in a series of times stands for the time of day of the series.
    fn name(&self, when: &When, times: &Times) -> Option<DateTime> {
        if times.is_all_day {
            // A time where a date is due stands for its day as it is written.
            return Some(when.written().date().at(0, 0, 0, 0));
        }
        let local = when.local(&times.zone, self.zones.zones)?;
        Some(if when.is_date() { local.date().to_datetime(times.start.time()) } else { local })
    }

    /// A changed occurrence.
    fn change(&mut self, component: &Component, times: &Times) -> Option<(DateTime, Value)> {
        let property = component.find("RECURRENCE-ID")?;
        let found = self.zones.one(property).and_then(|id| {
            let id = self.name(&id, times).ok_or("has a RECURRENCE-ID outside the calendar")?;
            Ok((id, self.times(component)?))
        });
        let (id, own) = match found {
            Ok(found) => found,
            Err(fault) => {
                self.tell(component, &format!("{fault}; its change of one occurrence was left out"));
                return None;
            }
        };
        let local = |at: DateTime| When::Time(at, Some(own.zone.clone())).local(&times.zone, self.zones.zones);
        let (start, end) = if own.is_all_day == times.is_all_day && own.is_all_day {
            (Some(own.start), own.end)
        } else {
            (local(own.start), own.end.and_then(local))
        };
        let start = start?;
        let is_following = property.parameter("RANGE") == Some("THISANDFUTURE");
        let value = json!({
            "recurrenceId": id.to_string(),
            "startsAtLocal": start.to_string(),
            "endsAtLocal": end.unwrap_or(start).to_string(),
            "andFollowing": is_following,
            "status": status(component),
        });
        Some((id, value))
    }
}

fn status(component: &Component) -> Option<&'static str> {
    match component.find("STATUS")?.value.trim().to_uppercase().as_str() {
        "CANCELLED" | "CANCELED" => Some("CANCELLED"),
        "TENTATIVE" => Some("TENTATIVE"),
        "CONFIRMED" => Some("SCHEDULED"),
        _ => None,
    }
}

fn point(text: &str) -> Option<Value> {
    let (latitude, longitude) = text.split_once(';').or_else(|| text.split_once(','))?;
    let (latitude, longitude): (f64, f64) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    is_on_earth.then(|| json!({ "latitude": latitude, "longitude": longitude }))
}

fn one_line(text: &str) -> String {
    let is_mark = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let text: String = text.chars().filter(|c| !is_mark(*c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
