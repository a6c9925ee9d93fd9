//! One alert as a line of an import. Must not know the other alerts: which they are is settled where they are stored.

use serde_json::{Map, Value, json};

use super::super::content::{REGIONS, TRANSLATIONS};
use super::super::reading::lookup::Lookup;
use super::super::reading::tree::Element;
use super::super::reading::words::{as_markdown, block, cut_markdown, line};
use super::super::reading::{Address, ReadOptions, Report, dates, digest, external_id, resolve, shown};
use super::about;
use crate::domain::locale::Locale;
use crate::domain::time::{DAY_MICROS, Timestamp};
use crate::domain::update::{UpdateFamily, longest_validity_days};
use crate::domain::vocabulary::{CodeScheme, NaloxoneGuidance, UpdateKind, Vocabulary as _};

/// Reads one alert.
pub(super) struct Reading<'a> {
    element: &'a Element,
    name: String,
    options: &'a ReadOptions,
    lookup: &'a Lookup<'a>,
    report: &'a mut Report,
}

/// What an alert says in one language.
struct Said {
    locale: String,
    title: String,
    summary: Option<String>,
    body: Option<String>,
    instructions: Option<String>,
    area: Option<String>,
}

/// The text of the first element of a name.
fn text(element: &Element, name: &str) -> String {
    element.elements().find(|child| child.name == name).map(Element::text).unwrap_or_default()
}

fn all<'a>(element: &'a Element, name: &'static str) -> impl Iterator<Item = &'a Element> {
    element.elements().filter(move |child| child.name == name)
}

/// The value that is named so.
fn parameter(info: &Element, name: &str) -> Option<String> {
    all(info, "parameter").find(|it| text(it, "valueName") == name).map(|it| text(it, "value"))
}

/// Plain text with its line ends as one finds them in files that are indented: paragraphs stay, lines run on.
fn prose(said: &str) -> String {
    let said = said.replace("\r\n", "\n").replace('\r', "\n");
    let is_indented = said.lines().skip(1).any(|line| line.starts_with("   ") || line.starts_with('\t'));
    if !is_indented {
        return said.trim().to_string();
    }
    let paragraphs = said.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

impl<'a> Reading<'a> {
    pub fn of(
        element: &'a Element,
        number: usize,
        options: &'a ReadOptions,
        lookup: &'a Lookup<'a>,
        report: &'a mut Report,
    ) -> Self {
        let name = format!("alert {number} {}", shown(&text(element, "identifier")));
        Self { element, name, options, lookup, report }
    }

    fn tell(&mut self, field: &str, sentence: impl AsRef<str>) {
        self.report.of(&self.name, field, sentence);
    }

    /// What it is known by, what it is called, and its line.
    pub fn line(&mut self) -> Option<(String, String, Value)> {
        let status = text(self.element, "status");
        if !status.is_empty() && status != "Actual" {
            self.tell("status", format!("is {}: it is no actual alert, and was left out", shown(&status)));
            return None;
        }
        let message_type = match text(self.element, "msgType").as_str() {
            "Update" => "UPDATE",
            "Cancel" => "CANCEL",
            "Alert" | "" => "ALERT",
            other => {
                self.tell("msgType", format!("is {}, which tells people nothing: it was left out", shown(other)));
                return None;
            }
        };
        let infos: Vec<&Element> = all(self.element, "info").collect();
        let sent = self.date(self.element, "sent").unwrap_or_else(|| {
            self.tell("sent", "is absent or no date: the time of the import was taken");
            self.options.now
        });
        let sent = if sent > self.options.now {
            self.tell("sent", "is in the future: the time of the import was taken");
            self.options.now
        } else {
            sent
        };
        let mut said = self.said(&infos);
        if said.is_empty() {
            let note = line(&text(self.element, "note"), 200).0;
            if message_type != "CANCEL" {
                self.tell("info", "is absent: there is nothing to tell people, and it was left out");
                return None;
            }
            let title = if note.is_empty() { "This alert is cancelled".to_string() } else { note };
            let locale = self.options.locale.clone();
            said.push(Said { locale, title, summary: None, body: None, instructions: None, area: None });
        }
        let kind = self.kind(&infos);
        let (mut input, is_over) = self.input(said, &infos, kind, sent);
        let is_clear = infos.iter().any(|info| text(info, "responseType") == "AllClear");
        input.insert("messageType".to_string(), json!(if is_clear { "ALL_CLEAR" } else { message_type }));
        let id = self.id();
        let url = infos.iter().map(|info| text(info, "web")).find(|web| !web.is_empty()).and_then(|web| self.web(&web));
        let system = self.options.system.clone().unwrap_or_else(|| "cap".to_string());
        input.insert("source".to_string(), json!({ "system": system, "externalId": id, "url": url }));
        if let Some(organization) = &self.options.organization {
            input.insert("publisher".to_string(), json!(organization));
        }
        let status = self.status(is_over);
        let line = json!({ "kind": line_kind(kind), "input": input, "record": { "status": status },
            "references": self.references(), "isBare": infos.is_empty() });
        Some((id, self.name.clone(), line))
    }

    fn status(&mut self, is_over: bool) -> Option<&'static str> {
        let scope = text(self.element, "scope");
        if !scope.is_empty() && scope != "Public" {
            self.tell("scope", format!("is {}: it became a draft that nobody sees", shown(&scope)));
            return Some("DRAFT");
        }
        if is_over {
            self.tell("expires", "is over: it is kept as expired");
        }
        is_over.then_some("EXPIRED")
    }

    fn id(&mut self) -> String {
        let (sender, identifier) = (text(self.element, "sender"), text(self.element, "identifier"));
        if identifier.is_empty() {
            self.tell("identifier", "is absent: the alert is known by what it says");
            return digest(&self.element.text());
        }
        external_id(&format!("{sender},{identifier}"))
    }

    /// The alerts that it refers to, as what they are known by, in their order.
    fn references(&mut self) -> Vec<String> {
        let said = text(self.element, "references");
        let mut found = Vec::new();
        for reference in said.split_whitespace().take(100) {
            let mut parts = reference.splitn(3, ',');
            match (parts.next(), parts.next()) {
                (Some(sender), Some(identifier)) if !identifier.is_empty() => {
                    found.push(external_id(&format!("{sender},{identifier}")));
                }
                _ => {
                    self.tell("references", format!("names {}, which is no alert, and was left out", shown(reference)))
                }
            }
        }
        found
    }

    fn kind(&self, infos: &[&Element]) -> UpdateKind {
        let categories: Vec<String> = infos.iter().flat_map(|info| all(info, "category").map(Element::text)).collect();
        if infos.is_empty() {
            return UpdateKind::DrugAlert;
        }
        // The name of the event first, then all that is said.
        let of = |names: &[&str]| {
            infos.iter().flat_map(|info| names.iter().map(|name| text(info, name))).collect::<Vec<_>>().join(" ")
        };
        let by_event = about::kind(&categories, &of(&["event"]));
        match by_event {
            UpdateKind::CommunityNotice | UpdateKind::DrugAlert => {
                about::kind(&categories, &of(&["event", "headline", "description"]))
            }
            kind => kind,
        }
    }

    /// What is said, once a language.
    fn said(&mut self, infos: &[&Element]) -> Vec<Said> {
        let mut said: Vec<Said> = Vec::new();
        for info in infos {
            let tag = text(info, "language");
            let locale = match Locale::parse(&tag.replace('_', "-")) {
                Ok(locale) => locale.to_string(),
                Err(_) => {
                    if !tag.is_empty() {
                        self.tell(
                            "language",
                            format!("{} is no language tag; that of the import was taken", shown(&tag)),
                        );
                    }
                    self.options.locale.clone()
                }
            };
            if said.iter().any(|known| known.locale == locale) {
                self.tell("info", format!("stands more than once in {locale}: the first was kept"));
                continue;
            }
            if said.len() > TRANSLATIONS {
                self.tell("info", format!("stands in more than {TRANSLATIONS} languages: the others were left out"));
                break;
            }
            let titles =
                [text(info, "headline"), text(info, "event"), text(self.element, "note"), text(info, "description")];
            let title = titles.iter().map(|title| line(title, 200)).find(|(title, _)| !title.is_empty());
            let Some((title, is_cut)) = title else {
                self.tell("headline", "and event are absent: what is said in that language was left out");
                continue;
            };
            if is_cut {
                self.tell("headline", "has more than 200 characters, and was cut");
            }
            for (name, what) in
                [("contact", "may name a person, and was left out"), ("resource", "was left out: nothing is fetched")]
            {
                if all(info, name).next().is_some() {
                    self.tell(name, what);
                }
            }
            let description = prose(&text(info, "description"));
            let (summary, description) = summary(info, &title, description);
            let (body, is_cut) = cut_markdown(&as_markdown(&description), 65_536);
            if is_cut {
                self.tell("description", "has more than 65536 characters, and was cut");
            }
            let mut instruction = prose(&text(info, "instruction"));
            if parameter(info, "urn:solidarity:naloxoneGuidance").is_some() {
                // Its last paragraph says the guidance in words.
                instruction = instruction.rsplit_once("\n\n").map(|(before, _)| before.to_string()).unwrap_or_default();
            }
            let (instructions, is_cut) = block(&instruction, 4_000);
            if is_cut {
                self.tell("instruction", "has more than 4000 characters, and was cut");
            }
            let some = |text: String| Some(text).filter(|text| !text.is_empty());
            let area = self.area(info);
            said.push(Said { locale, title, summary, body: some(body), instructions: some(instructions), area });
        }
        said
    }

    /// The areas in words, unless they are only names of regions.
    fn area(&mut self, info: &Element) -> Option<String> {
        let areas: Vec<String> =
            all(info, "area").filter(|area| self.named(area).is_none()).map(|area| text(area, "areaDesc")).collect();
        let (area, is_cut) = block(&areas.iter().map(|area| prose(area)).collect::<Vec<_>>().join("; "), 4_000);
        if is_cut {
            self.tell("areaDesc", "has more than 4000 characters, and was cut");
        }
        Some(area).filter(|area| !area.is_empty())
    }

    /// The region whose name an area is.
    fn named(&self, area: &Element) -> Option<String> {
        self.lookup.region_named(&text(area, "areaDesc")).map(str::to_string)
    }

    /// The region of a code.
    fn coded(&self, code: &Element) -> Option<String> {
        let (name, value) = (text(code, "valueName").to_ascii_lowercase(), text(code, "value"));
        let schemes: &[CodeScheme] = match name.as_str() {
            name if name.starts_with("profile:cap-cp:location") => &[CodeScheme::StatcanSgc],
            "iso3166-1" | "iso3166-2" | "iso 3166-1" | "iso 3166-2" => &[CodeScheme::Iso3166_1, CodeScheme::Iso3166_2],
            _ => return None,
        };
        self.lookup.region_coded(schemes, value.trim()).map(str::to_string)
    }

    fn regions(&mut self, infos: &[&Element]) -> Vec<String> {
        let mut regions: Vec<String> = Vec::new();
        let mut unknown: Vec<String> = Vec::new();
        let mut shapes = 0;
        for area in infos.iter().flat_map(|info| all(info, "area")) {
            shapes += all(area, "polygon").count() + all(area, "circle").count();
            let coded: Vec<String> = all(area, "geocode").filter_map(|code| self.coded(code)).collect();
            let found = if coded.is_empty() { self.named(area).into_iter().collect() } else { coded };
            if found.is_empty() {
                unknown.push(shown(&prose(&text(area, "areaDesc"))));
            }
            for region in found {
                if !regions.contains(&region) && regions.len() < REGIONS {
                    regions.push(region);
                }
            }
        }
        if shapes > 0 {
            self.tell("area", format!("has {shapes} shapes, which were left out: places are regions here"));
        }
        unknown.dedup();
        if !unknown.is_empty() {
            let names = unknown.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            self.tell("area", format!("{names} is no region here, and is kept in words"));
        }
        if regions.is_empty() { self.options.regions.clone() } else { regions }
    }

    fn date(&self, element: &Element, name: &str) -> Option<Timestamp> {
        dates::read(&text(element, name)).map(|found| found.at)
    }

    fn web(&mut self, web: &str) -> Option<String> {
        match resolve(web, None) {
            Some(Address::Safe(url)) if url.starts_with("https:") => Some(url),
            Some(Address::Plain(url)) => {
                self.tell("web", format!("is http: and is kept as the address of the source only: {}", shown(&url)));
                Some(url)
            }
            _ => {
                self.tell("web", format!("{} leads nowhere or is not of the web, and was left out", shown(web)));
                None
            }
        }
    }

    /// Until when it holds: as it says, within what its kind allows.
    fn expiry(&mut self, infos: &[&Element], kind: UpdateKind, sent: Timestamp) -> Option<Timestamp> {
        let said = infos.iter().filter_map(|info| self.date(info, "expires")).max();
        if said.is_none() && infos.iter().any(|info| !text(info, "expires").is_empty()) {
            self.tell("expires", "is no date, and was left out");
        }
        let said = said.filter(|said| {
            let is_after = *said > sent;
            if !is_after {
                self.tell("expires", "is not after sent, and was left out");
            }
            is_after
        });
        let Some(days) = longest_validity_days(kind) else { return said };
        let latest = Timestamp::from_micros(sent.as_micros() + days * DAY_MICROS);
        match said {
            Some(said) if said <= latest => Some(said),
            Some(_) => {
                self.tell("expires", format!("is more than {days} days after sent, and was cut to them"));
                Some(latest)
            }
            None => {
                self.tell("expires", format!("is absent: {days} days after sent was taken, as alerts must end"));
                Some(latest)
            }
        }
    }

    fn input(
        &mut self,
        said: Vec<Said>,
        infos: &[&Element],
        kind: UpdateKind,
        sent: Timestamp,
    ) -> (Map<String, Value>, bool) {
        let is_drug = UpdateFamily::of(kind) == UpdateFamily::DrugAlert;
        let expires_at = self.expiry(infos, kind, sent);
        let effective = infos.iter().find_map(|info| self.date(info, "effective").or_else(|| self.date(info, "onset")));
        let effective = effective.filter(|at| *at != sent);
        let texts = |of: &dyn Fn(&Said) -> Option<String>| {
            let texts = said.iter().filter_map(|said| Some(json!({ "locale": said.locale, "text": of(said)? })));
            texts.collect::<Vec<Value>>()
        };
        let mut input = Map::new();
        let mut put = |name: &str, value: Value| input.insert(name.to_string(), value);
        put("kind", json!(kind.as_str()));
        put("issuedAt", json!(sent.to_string()));
        put("effectiveAt", json!(effective.map(|at| at.to_string())));
        put("expiresAt", json!(expires_at.map(|at| at.to_string())));
        put("instructions", json!(texts(&|said| said.instructions.clone())));
        let body = |said: &Said| match (&said.body, &said.area) {
            (body, Some(area)) if !is_drug => {
                Some([body.clone(), Some(as_markdown(area))].into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
            }
            (body, _) => body.clone(),
        };
        if let Some(each) = said.first() {
            put("locale", json!(each.locale));
            put("title", json!(each.title));
            put("summary", json!(each.summary));
            put("body", json!(body(each)));
        }
        let translations = said.iter().skip(1).map(|each| {
            json!({ "locale": each.locale, "origin": "HUMAN", "title": each.title, "summary": each.summary, "body": body(each) })
        });
        put("translations", json!(translations.collect::<Vec<_>>()));
        if is_drug {
            let value = |name: &str| infos.first().map(|info| text(info, name).to_ascii_uppercase());
            let of = |name: &str, known: &[&str]| {
                value(name).filter(|value| known.contains(&value.as_str())).unwrap_or_else(|| "UNKNOWN".to_string())
            };
            put("severity", json!(of("severity", &["EXTREME", "SEVERE", "MODERATE", "MINOR"])));
            put("urgency", json!(of("urgency", &["IMMEDIATE", "EXPECTED", "FUTURE", "PAST"])));
            put("certainty", json!(of("certainty", &["OBSERVED", "LIKELY", "POSSIBLE", "UNLIKELY"])));
            put("areaDescription", json!(texts(&|said| said.area.clone())));
            let guidance = infos.iter().find_map(|info| parameter(info, "urn:solidarity:naloxoneGuidance"));
            let guidance =
                guidance.and_then(|guidance| NaloxoneGuidance::parse(&guidance)).map(NaloxoneGuidance::as_str);
            put("naloxoneGuidance", json!(guidance));
        } else if !infos.is_empty() {
            self.tell(
                "severity",
                "urgency and certainty have no place in an update that is no drug alert, and were left out",
            );
        }
        let sender = infos.iter().map(|info| line(&text(info, "senderName"), 200).0).find(|name| !name.is_empty());
        let sender = sender.filter(|name| !name.contains('@'));
        let attribution = sender.map(|name| json!({ "displayName": name, "kind": "OTHER" }));
        input.insert("attribution".to_string(), json!(attribution));
        let regions = self.regions(infos);
        input.insert("regions".to_string(), json!(regions));
        (input, expires_at.is_some_and(|at| at <= self.options.now))
    }
}

/// The summary that an alert of this program says first, and the rest; other alerts have none.
fn summary(info: &Element, title: &str, description: String) -> (Option<String>, String) {
    let Some(short) = parameter(info, "urn:solidarity:smsText") else { return (None, description) };
    let (first, rest) = description.split_once("\n\n").unwrap_or((description.as_str(), ""));
    let begins = match short.strip_prefix(title).and_then(|after| after.strip_prefix(". ")) {
        Some(after) => first.starts_with(after.trim_end_matches('\u{2026}')),
        None => false,
    };
    if begins && first.chars().count() <= 600 {
        (Some(first.to_string()), rest.to_string())
    } else {
        (None, description)
    }
}

/// The kind of the line of an update.
pub(in crate::service) fn line_kind(kind: UpdateKind) -> &'static str {
    match UpdateFamily::of(kind) {
        UpdateFamily::DrugAlert => "drugAlert",
        UpdateFamily::ServiceUpdate => "serviceUpdate",
        UpdateFamily::PolicyUpdate => "policyUpdate",
        UpdateFamily::CommunityUpdate => "communityUpdate",
    }
}
