//! One service as a line of an import. Must not keep where exactly it is, nor who works there.

use serde_json::{Value, json};

use super::super::content::{REGIONS, TOPICS};
use super::super::reading::lookup::Lookup;
use super::super::reading::words::{as_markdown, cut_markdown, line};
use super::super::reading::{Address, ReadOptions, Report, digest, external_id, of_html, resolve, shown};
use super::contact::{is_email, phone};
use crate::domain::geo::Point;
use crate::domain::locale::Locale;

/// Values of a list that are read at most.
const LIST: usize = 50;

/// Fields of words, with what stands before them in English and French.
const WORDS: [(&str, &str, &str); 9] = [
    ("alert", "Please note", "À noter"),
    ("eligibility_description", "Who it is for", "Pour qui"),
    ("application_process", "How to get it", "Comment y accéder"),
    ("fees_description", "Cost", "Coût"),
    ("wait_time", "Waiting time", "Délai"),
    ("interpretation_services", "Interpretation", "Interprétation"),
    ("accreditations", "Accreditation", "Agrément"),
    ("minimum_age", "From age", "À partir de l’âge de"),
    ("maximum_age", "Up to age", "Jusqu’à l’âge de"),
];

/// Members of a service that are read, or say nothing to readers, beside [`WORDS`].
const READ: [&str; 19] = [
    "id",
    "name",
    "description",
    "url",
    "email",
    "status",
    "phones",
    "contacts",
    "schedules",
    "languages",
    "attributes",
    "service_at_locations",
    "locations",
    "organization",
    "organization_id",
    "metadata",
    "last_modified",
    "assured_date",
    "assurer_email",
];

/// Reads one service.
pub(super) struct Reading<'a> {
    service: &'a Value,
    organization: Option<&'a Value>,
    name: String,
    options: &'a ReadOptions,
    lookup: &'a Lookup<'a>,
    report: &'a mut Report,
}

fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.trim().to_string(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().take(LIST)
}

impl<'a> Reading<'a> {
    pub fn of(
        service: &'a Value,
        organization: Option<&'a Value>,
        number: usize,
        options: &'a ReadOptions,
        lookup: &'a Lookup<'a>,
        report: &'a mut Report,
    ) -> Self {
        let name = format!("service {number} {}", shown(&text(service, "name")));
        Self { service, organization, name, options, lookup, report }
    }

    fn tell(&mut self, field: &str, sentence: impl AsRef<str>) {
        self.report.of(&self.name, field, sentence);
    }

    /// Tells of members that hold something and are not read.
    fn tell_unread(&mut self) {
        let Some(members) = self.service.as_object() else { return };
        let is_read = |name: &str| READ.contains(&name) || WORDS.iter().any(|(known, ..)| *known == name);
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(values) => values.is_empty(),
            Value::Object(values) => values.is_empty(),
            _ => false,
        };
        let unread = members.iter().filter(|(name, value)| !is_read(name) && !is_empty(value));
        let unread: Vec<String> = unread.map(|(name, _)| shown(name)).take(LIST).collect();
        for name in unread {
            self.tell(&name, "is not read: it was left out");
        }
    }

    /// What it is known by, what it is called, and its line.
    pub fn line(&mut self) -> Option<(String, String, Value)> {
        let (title, is_cut) = line(&text(self.service, "name"), 200);
        if title.is_empty() {
            self.tell("name", "is absent: it was left out");
            return None;
        }
        if is_cut {
            self.tell("name", "has more than 200 characters, and was cut");
        }
        let said = text(self.service, "id");
        let id = if said.is_empty() {
            self.tell("id", "is absent: it is known by its name and organization");
            digest(&format!("{title}\n{}", self.organization.map(|it| text(it, "name")).unwrap_or_default()))
        } else {
            external_id(&said)
        };
        let link = self.link(self.service, "url");
        let organization = self.organization;
        let link = link.or_else(|| organization.and_then(|organization| self.link(organization, "website")));
        let external = match &link {
            Some(Address::Safe(url)) => Some(url.clone()),
            _ => None,
        };
        let source_url = link.as_ref().map(|link| match link {
            Address::Safe(url) | Address::Plain(url) => url.clone(),
        });
        let (body, is_cut) = cut_markdown(&self.body(), 65_536);
        if is_cut {
            self.tell("description", "and what belongs to it have more than 65536 characters, and were cut");
        }
        self.tell_unread();
        let regions = self.places();
        let languages = self.languages();
        let topics = self.topics();
        let system = self.options.system.clone().unwrap_or_else(|| "hsds".to_string());
        let credit =
            organization.map(|organization| line(&text(organization, "name"), 200).0).filter(|name| !name.is_empty());
        let mut input = json!({
            "locale": self.options.locale, "title": title, "body": Some(body).filter(|body| !body.is_empty()),
            "category": "DIRECTORY", "format": if external.is_some() { "LINK" } else { "OTHER" },
            "externalUrl": external, "regions": regions, "languages": languages, "topics": topics,
            "attribution": credit.map(|name| json!({ "displayName": name, "kind": "OTHER" })),
            "source": { "system": system, "externalId": id, "url": source_url },
        });
        if let (Some(publisher), Some(members)) = (&self.options.organization, input.as_object_mut()) {
            members.insert("publisher".to_string(), json!(publisher));
        }
        let status = text(self.service, "status");
        let is_open = matches!(status.as_str(), "" | "active");
        if !is_open {
            self.tell("status", format!("is {}: it became a draft that nobody sees", shown(&status)));
        }
        let record = json!({ "status": (!is_open).then_some("DRAFT") });
        Some((id, self.name.clone(), json!({ "kind": "resource", "input": input, "record": record })))
    }

    fn link(&mut self, of: &Value, field: &str) -> Option<Address> {
        let said = text(of, field);
        if said.is_empty() {
            return None;
        }
        match resolve(&said, None) {
            Some(Address::Safe(url)) if url.starts_with("https:") => Some(Address::Safe(url)),
            Some(Address::Plain(url)) => {
                self.tell(field, format!("is http: and is kept as the address of the source only: {}", shown(&url)));
                Some(Address::Plain(url))
            }
            _ => {
                self.tell(field, format!("{} leads nowhere or is not of the web, and was left out", shown(&said)));
                None
            }
        }
    }

    fn is_french(&self) -> bool {
        self.options.locale.starts_with("fr")
    }

    fn prose(&mut self, field: &str, said: &str) -> String {
        if said.contains('<') {
            let (markdown, told) = of_html(said, None);
            for sentence in told.sentences() {
                self.tell(field, sentence);
            }
            return markdown;
        }
        as_markdown(said)
    }

    fn body(&mut self) -> String {
        let mut parts = vec![self.prose("description", &text(self.service, "description"))];
        for (field, english, french) in WORDS {
            let said = self.prose(field, &text(self.service, field));
            if !said.is_empty() {
                parts.push(format!("**{}:** {said}", if self.is_french() { french } else { english }));
            }
        }
        let places: Vec<&Value> = list(self.service, "service_at_locations").collect();
        let mut holders: Vec<&Value> = vec![self.service];
        for place in &places {
            holders.push(place);
            holders.extend(place.get("location"));
        }
        let (mut hours, mut contacts) = (Vec::new(), Vec::new());
        for holder in &holders {
            self.hours(holder, &mut hours);
            self.contacts(holder, &mut contacts);
        }
        if contacts.is_empty()
            && let Some(organization) = self.organization
        {
            self.contacts(organization, &mut contacts);
        }
        let section = |title: &str, lines: &[String]| {
            let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
            format!("**{title}**\n\n{}", lines.join("\n"))
        };
        if !hours.is_empty() {
            parts.push(section(if self.is_french() { "Heures" } else { "Hours" }, &hours));
        }
        if !contacts.is_empty() {
            parts.push(section("Contact", &contacts));
        }
        let access: Vec<String> = places
            .iter()
            .filter_map(|place| place.get("location"))
            .flat_map(|place| list(place, "accessibility"))
            .map(|it| as_markdown(&line(&format!("{} {}", text(it, "description"), text(it, "details")), 1_000).0))
            .filter(|said| !said.is_empty())
            .collect();
        if !access.is_empty() {
            parts.push(section(if self.is_french() { "Accessibilité" } else { "Accessibility" }, &access));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }

    fn hours(&mut self, holder: &Value, hours: &mut Vec<String>) {
        for schedule in list(holder, "schedules") {
            let zone = schedule.get("timezone").filter(|zone| !zone.is_null());
            if let Some(zone) =
                zone.filter(|zone| !zone.as_str().is_some_and(|zone| zone.contains('/') || zone.contains("UTC")))
            {
                self.tell(
                    "schedules.timezone",
                    format!("is {}, which is no time zone, and was left out", shown(&zone.to_string())),
                );
            }
            let until = text(schedule, "valid_to");
            if let Ok(until) = until.parse::<crate::domain::time::LocalDate>()
                && until.to_string() < self.options.now.to_string()
            {
                self.tell("schedules.valid_to", format!("is {until}, which is over: ask whether the hours still hold"));
            }
            let time = |name: &str| {
                text(schedule, name).chars().take(5).filter(|c| c.is_ascii_digit() || *c == ':').collect::<String>()
            };
            let (opens, closes) = (time("opens_at"), time("closes_at"));
            let times =
                if opens.len() == 5 && closes.len() == 5 { format!("{opens}\u{2013}{closes}") } else { String::new() };
            let parts = [text(schedule, "byday"), times, text(schedule, "description"), text(schedule, "notes")];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let (said, _) = line(&parts.join("; "), 1_000);
            let said = as_markdown(&said);
            if !said.is_empty() && !hours.contains(&said) {
                hours.push(said);
            }
        }
    }

    /// Numbers and addresses; names of people are not kept.
    fn contacts(&mut self, holder: &Value, contacts: &mut Vec<String>) {
        let mut holders = vec![holder];
        holders.extend(list(holder, "contacts"));
        for (at, holder) in holders.into_iter().enumerate() {
            if at > 0 && !text(holder, "name").is_empty() {
                self.tell("contacts.name", "may name a person, and was left out");
            }
            let of = if at > 0 { line(&text(holder, "department"), 100).0 } else { String::new() };
            let email = text(holder, "email");
            if is_email(&email) {
                self.add(contacts, &of, &email);
            } else if !email.is_empty() {
                self.tell("email", format!("{} is no e-mail address, and was left out", shown(&email)));
            }
            for number in list(holder, "phones") {
                let said = text(number, "number");
                match phone(&said) {
                    Some((clean, is_changed)) => {
                        if is_changed {
                            self.tell(
                                "phones.number",
                                format!("{} had quotes around it, which were taken off", shown(&said)),
                            );
                        }
                        let extension = text(number, "extension");
                        let extension = if extension.is_empty() { extension } else { format!(" ext. {extension}") };
                        let (more, _) = line(&text(number, "description"), 300);
                        let more = if more.is_empty() { more } else { format!(" ({more})") };
                        self.add(contacts, &of, &format!("{clean}{extension}{more}"));
                    }
                    None => self.tell("phones.number", format!("{} cannot be dialled, and was left out", shown(&said))),
                }
            }
        }
    }

    fn add(&self, contacts: &mut Vec<String>, of: &str, said: &str) {
        let words = if of.is_empty() { said.to_string() } else { format!("{of}: {said}") };
        let words = as_markdown(&line(&words, 500).0);
        if !contacts.contains(&words) && contacts.len() < LIST {
            contacts.push(words);
        }
    }

    /// The regions that its places lie in, by name. Streets and points are left out.
    fn places(&mut self) -> Vec<String> {
        let mut regions: Vec<String> = Vec::new();
        let mut streets = 0;
        let mut places: Vec<&Value> =
            list(self.service, "service_at_locations").filter_map(|at| at.get("location")).collect();
        places.extend(list(self.service, "locations"));
        for place in places {
            let degrees = |name: &str| place.get(name).and_then(Value::as_f64);
            match (degrees("latitude"), degrees("longitude")) {
                (Some(latitude), Some(longitude)) => match Point::from_degrees(latitude, longitude) {
                    Ok(_) => {
                        self.tell("location", "has a point, which was left out: whether it may be known is not said")
                    }
                    Err(fault) => self.tell("location", format!("is no place on Earth ({fault}), and was left out")),
                },
                (None, None) => {}
                _ => self.tell("location", "has a latitude or a longitude only, which was left out"),
            }
            for address in list(place, "addresses").chain(list(place, "physical_addresses")) {
                streets += usize::from(!text(address, "address_1").is_empty());
                let names = [text(address, "city"), text(address, "region"), text(address, "state_province")];
                let found = names.iter().filter(|name| !name.is_empty()).find_map(|name| {
                    let code = self
                        .lookup
                        .region_coded(&[crate::domain::vocabulary::CodeScheme::Iso3166_2], &format!("CA-{name}"));
                    code.or_else(|| self.lookup.region_named(name))
                });
                match found {
                    Some(region) if !regions.iter().any(|known| known == region) && regions.len() < REGIONS => {
                        regions.push(region.to_string());
                    }
                    Some(_) => {}
                    None => self.tell("addresses.city", format!("{} is no region here", shown(&names.join(", ")))),
                }
            }
        }
        if streets > 0 {
            self.tell("addresses", "hold a street, which was left out: whether the place may be known is not said");
        }
        if regions.is_empty() { self.options.regions.clone() } else { regions }
    }

    fn languages(&mut self) -> Vec<String> {
        let mut languages: Vec<String> = Vec::new();
        for language in list(self.service, "languages") {
            let code = text(language, "code");
            match Locale::parse(&code) {
                Ok(locale) if !languages.contains(&locale.to_string()) => languages.push(locale.to_string()),
                Ok(_) => {}
                Err(_) => self.tell("languages.code", format!("{} is no language tag, and was left out", shown(&code))),
            }
        }
        languages
    }

    /// Topics of the catalog that its taxonomy names.
    fn topics(&mut self) -> Vec<String> {
        let mut topics: Vec<String> = Vec::new();
        for attribute in list(self.service, "attributes") {
            let name = attribute.get("taxonomy_term").map(|term| text(term, "name")).unwrap_or_default();
            match self.lookup.topic(&name) {
                Some(topic) if !topics.iter().any(|known| known == topic) && topics.len() < TOPICS => {
                    topics.push(topic.to_string())
                }
                Some(_) => {}
                None if name.is_empty() => {}
                None => self.tell("attributes", format!("{} is no topic here, and was left out", shown(&name))),
            }
        }
        topics
    }
}
