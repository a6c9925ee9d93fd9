//! Lines of content, as `solidarity import` reads them: each kind with only what it must have, to be added to.

use std::fmt;

use serde_json::{Value, json};

/// One line of JSON Lines.
#[derive(Clone, Debug)]
pub struct Line {
    kind: &'static str,
    input: Value,
    record: Value,
}

impl Line {
    /// Members of the input, added or replaced.
    pub fn with(mut self, members: Value) -> Self {
        merge(&mut self.input, members);
        self
    }

    /// Members of the record, added or replaced.
    pub fn record(mut self, members: Value) -> Self {
        merge(&mut self.record, members);
        self
    }

    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The input without a member.
    pub fn without(mut self, member: &str) -> Self {
        self.input.as_object_mut().unwrap().remove(member);
        self
    }
}

fn merge(value: &mut Value, members: Value) {
    let Value::Object(members) = members else { panic!("members are an object") };
    value.as_object_mut().unwrap().extend(members);
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", json!({ "kind": self.kind, "input": self.input, "record": self.record }))
    }
}

/// A text of lines, after the publisher that they need.
pub fn text(lines: impl IntoIterator<Item = Line>) -> String {
    let lines: Vec<String> = std::iter::once(publisher()).chain(lines).map(|line| line.to_string()).collect();
    lines.join("\n")
}

pub fn line(kind: &'static str, input: Value) -> Line {
    Line { kind, input, record: json!({}) }
}

/// The organization that publishes what names no publisher.
pub fn publisher() -> Line {
    organization("starter-collection")
}

pub fn organization(slug: &str) -> Line {
    line("organization", json!({ "slug": slug, "name": slug }))
}

pub fn region(slug: &str, parents: &[&str]) -> Line {
    let names = json!([{ "locale": "en-CA", "text": slug }]);
    line("region", json!({ "slug": slug, "kind": "OTHER", "names": names, "parents": parents }))
}

pub fn topic(slug: &str, broader: &[&str]) -> Line {
    let names = json!([{ "locale": "en-CA", "text": slug }]);
    line("topic", json!({ "slug": slug, "facet": "STRUGGLE", "names": names, "broader": broader }))
}

pub fn resource(slug: &str) -> Line {
    content("resource", slug).with(json!({ "category": "NEWS", "format": "ARTICLE" }))
}

pub fn event(slug: &str) -> Line {
    content("event", slug).with(json!({
        "kind": "WORKSHOP", "format": "IN_PERSON",
        "startsAtLocal": "2026-12-15T12:00:00", "timeZone": "America/Toronto",
    }))
}

/// An event that takes place each week.
pub fn series(slug: &str) -> Line {
    event(slug).with(json!({ "endsAtLocal": "2026-12-15T13:00:00", "recurrence": { "rrule": "FREQ=WEEKLY" } }))
}

pub fn campaign(slug: &str) -> Line {
    content("campaign", slug).with(json!({ "kind": "PETITION" }))
}

/// A drug alert of the day before the tests' clock, in force for a week from then.
pub fn alert(slug: &str) -> Line {
    content("drugAlert", slug).with(json!({
        "kind": "DRUG_ALERT", "issuedAt": "2026-11-22T12:00:00Z", "expiresAt": "2026-11-29T12:00:00Z",
        "severity": "SEVERE", "urgency": "IMMEDIATE", "certainty": "OBSERVED",
    }))
}

pub fn service_update(slug: &str) -> Line {
    content("serviceUpdate", slug).with(json!({ "kind": "SERVICE_CHANGED", "issuedAt": "2026-11-21T12:00:00Z" }))
}

pub fn policy_update(slug: &str) -> Line {
    content("policyUpdate", slug).with(json!({ "kind": "POLICY_CHANGE", "issuedAt": "2026-11-20T12:00:00Z" }))
}

pub fn community_update(slug: &str) -> Line {
    content("communityUpdate", slug).with(json!({ "kind": "COMMUNITY_NOTICE", "issuedAt": "2026-11-19T12:00:00Z" }))
}

/// One item of each kind of content, in the order of the lists below.
pub fn one_of_each(name: &str) -> [Line; 7] {
    let makers = [resource, event, campaign, alert, service_update, policy_update, community_update];
    let kinds = ["resource", "event", "campaign", "alert", "service", "policy", "community"];
    std::array::from_fn(|position| makers[position](&format!("{name}-{}", kinds[position])))
}

fn content(kind: &'static str, slug: &str) -> Line {
    line(kind, json!({ "slug": slug, "locale": "en-CA", "title": slug }))
}
