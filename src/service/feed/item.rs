//! One item of a feed as the input of a resource. Must not know the other items.

use serde_json::{Map, Value, json};
use url::Url;

use super::super::content::TOPICS;
use super::super::reading::lookup::Lookup;
use super::super::reading::tree::{Element, Space};
use super::super::reading::words::{as_markdown, block, cut_markdown, line};
use super::super::reading::{
    Address, ReadOptions, Report, Told, dates, digest, external_id, of_element, of_html, resolve, shown,
};
use super::{Channel, locale};
use crate::domain::markdown::to_text;
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::Vocabulary as _;

/// Files of an item at most.
const FILES: usize = 20;
/// Characters of a title that is made of a body.
const MADE_TITLE: usize = 80;

/// An item as it was read.
pub(super) struct Found {
    pub id: String,
    pub name: String,
    pub input: Map<String, Value>,
    pub source_url: Option<String>,
    pub license: Option<String>,
    pub published_at: Option<Timestamp>,
    pub changed_at: Option<Timestamp>,
}

/// Reads one item.
pub(super) struct Reading<'a> {
    element: &'a Element,
    name: String,
    channel: &'a Channel,
    options: &'a ReadOptions,
    lookup: &'a Lookup<'a>,
    report: &'a mut Report,
}

/// Elements that hold a text, in the order in which they are preferred.
const BODIES: [(Space, &str); 5] = [
    (Space::Content, "encoded"),
    (Space::Atom, "content"),
    (Space::Xhtml, "body"),
    (Space::Xhtml, "div"),
    (Space::Plain, "content"),
];
const SUMMARIES: [(Space, &str); 6] = [
    (Space::Plain, "description"),
    (Space::Atom, "summary"),
    (Space::Dublin, "description"),
    (Space::Media, "description"),
    (Space::Itunes, "summary"),
    (Space::Plain, "summary"),
];
const PUBLISHED: [(Space, &str); 7] = [
    (Space::Plain, "pubDate"),
    (Space::Atom, "published"),
    (Space::Atom, "issued"),
    (Space::Dublin, "date"),
    (Space::Dublin, "issued"),
    (Space::Dublin, "created"),
    (Space::Atom, "created"),
];
const CHANGED: [(Space, &str); 3] = [(Space::Atom, "updated"), (Space::Atom, "modified"), (Space::Dublin, "modified")];

impl<'a> Reading<'a> {
    pub fn of(
        element: &'a Element,
        number: usize,
        channel: &'a Channel,
        options: &'a ReadOptions,
        lookup: &'a Lookup<'a>,
        report: &'a mut Report,
    ) -> Self {
        let title = element.elements().find(|child| child.name.eq_ignore_ascii_case("title"));
        let title = title.map(|title| line(&to_text(&prose(title, None).0), 80).0);
        let name = match title.filter(|title| !title.is_empty()) {
            Some(title) => format!("item {number} {}", shown(&title)),
            None => format!("item {number}"),
        };
        Self { element, name, channel, options, lookup, report }
    }

    fn tell(&mut self, field: &str, sentence: impl AsRef<str>) {
        self.report.of(&self.name, field, sentence);
    }

    fn first(&self, wanted: &[(Space, &'static str)]) -> Option<&'a Element> {
        let has_words = |element: &&Element| !element.text().is_empty() || element.attribute("src").is_some();
        wanted.iter().find_map(|(space, name)| self.element.all(*space, name).find(has_words))
    }

    pub fn item(&mut self) -> Option<Found> {
        let link = self.link();
        let base = self.element.base.as_deref().cloned();
        let base = base.or_else(|| Url::parse(link.as_ref().map(address)?).ok()).or_else(|| self.channel.base.clone());
        let mut input = Map::new();
        let (body, summary) = self.texts(base.as_ref());
        let Some(title) = self.title(body.as_deref().or(summary.as_deref())) else {
            self.tell("title", "and body are absent: there is nothing to keep, and it was left out");
            return None;
        };
        let published_at = self.date(&PUBLISHED, "date");
        let changed_at = self.date(&CHANGED, "date of change").or(published_at);
        let published_at = published_at.or(changed_at);
        let id = self.id(link.as_ref(), &title, published_at, body.as_deref().or(summary.as_deref()));
        let (files, format) = self.files(base.as_ref());
        let format = format.unwrap_or(if body.is_some() { "ARTICLE" } else { "LINK" });
        if let Some(Address::Plain(url)) = &link {
            self.tell("link", format!("is http: and is kept as the address of the source only: {}", shown(url)));
        }
        input.insert("locale".to_string(), json!(self.language()));
        input.insert("title".to_string(), json!(title));
        input.insert("summary".to_string(), json!(summary));
        input.insert("body".to_string(), json!(body));
        input.insert("category".to_string(), json!(self.options.category.as_str()));
        input.insert("format".to_string(), json!(format));
        input.insert("files".to_string(), json!(files));
        input.insert("topics".to_string(), json!(self.topics()));
        input.insert("attribution".to_string(), json!(self.attribution()));
        if let Some(Address::Safe(url)) = &link {
            input.insert("externalUrl".to_string(), json!(url));
        }
        let rights = [(Space::Atom, "rights"), (Space::Dublin, "rights"), (Space::Plain, "copyright")];
        Some(Found {
            id,
            name: self.name.clone(),
            input,
            source_url: link.as_ref().map(|link| address(link).to_string()),
            license: self.first(&rights).map(Element::text),
            published_at,
            changed_at,
        })
    }

    /// The page of the item: what is meant for people first.
    fn link(&mut self) -> Option<Address> {
        let is_page = |link: &&Element| link.attribute("rel").unwrap_or("alternate") == "alternate";
        let is_html = |link: &&Element| link.attribute("type").is_none_or(|kind| kind.contains("html"));
        let atom: Vec<&Element> = self.element.all(Space::Atom, "link").filter(is_page).collect();
        let atom = atom.iter().copied().find(|link| is_html(link)).or_else(|| atom.first().copied());
        let atom = atom.and_then(|link| link.attribute("href").map(str::to_string).or_else(|| Some(link.text())));
        let mut plain = self.element.all(Space::Plain, "link").map(|link| {
            let text = link.text();
            if text.is_empty() { link.attribute("href").unwrap_or_default().to_string() } else { text }
        });
        let plain = plain.find(|link| !link.is_empty());
        let guid =
            self.element.find(Space::Plain, "guid").filter(|guid| guid.attribute("isPermaLink") != Some("false"));
        let guid = guid.map(Element::text).filter(|guid| guid.starts_with("http"));
        let about = self.element.attribute("about").filter(|about| about.starts_with("http")).map(str::to_string);
        let found = plain.or(atom).or(guid).or(about).filter(|link| !link.is_empty())?;
        let base = self.element.base.as_deref().or(self.channel.base.as_ref());
        let resolved = match resolve(&found, base) {
            Some(Address::Safe(url)) if !url.starts_with("https:") => None,
            resolved => resolved,
        };
        if resolved.is_none() {
            self.tell("link", format!("{} leads nowhere or is not of the web, and was left out", shown(&found)));
        }
        resolved
    }

    /// Body and summary.
    fn texts(&mut self, base: Option<&Url>) -> (Option<String>, Option<String>) {
        let body = self.first(&BODIES);
        let summary = self.first(&SUMMARIES);
        let prose = |element: &Element| prose(element, element.base.as_deref().or(base));
        let (mut markdown, mut short) = (None, None);
        if let Some(element) = body {
            if let Some(source) = element.attribute("src") {
                self.tell("content", format!("is elsewhere, at {}, and was not fetched", shown(source)));
            }
            let (text, told) = prose(element);
            self.told("body", told);
            markdown = Some(text).filter(|text| !text.is_empty());
        }
        if let Some(element) = summary {
            let (text, told) = prose(element);
            if markdown.is_none() {
                self.told("body", told);
                markdown = Some(text).filter(|text| !text.is_empty());
            } else {
                let text = to_text(&text);
                short = Some(block(&text, 600).0).filter(|text| !text.is_empty());
                if text.chars().count() > 600 && markdown.as_ref().is_some_and(|body| body.len() < text.len()) {
                    self.tell("summary", "has more than 600 characters and is longer than the body: it was cut");
                }
            }
        }
        let body = markdown.map(|text| {
            let (text, is_cut) = cut_markdown(&text, 65_536);
            if is_cut {
                self.tell("body", "has more than 65536 characters, and was cut");
            }
            text
        });
        // What the body says already need not be said twice.
        let same = |short: &String| body.as_ref().is_some_and(|body| block(&to_text(body), 600).0 == *short);
        let short = short.filter(|short| !same(short));
        (body, short)
    }

    fn told(&mut self, field: &str, told: Told) {
        for sentence in told.sentences() {
            self.tell(field, sentence);
        }
    }

    fn title(&mut self, text: Option<&str>) -> Option<String> {
        let titles =
            [(Space::Plain, "title"), (Space::Atom, "title"), (Space::Dublin, "title"), (Space::Media, "title")];
        let said = self.first(&titles).map(|element| {
            let (markdown, told) = prose(element, None);
            if told.never + told.embedded + told.programs + told.images > 0 {
                self.tell("title", "holds markup or words that might run, which were left out");
            }
            to_text(&markdown)
        });
        let (title, is_cut) = line(&said.unwrap_or_default(), 200);
        if is_cut {
            self.tell("title", "has more than 200 characters, and was cut");
        }
        if !title.is_empty() {
            return Some(title);
        }
        let words = to_text(text?);
        let (made, _) = line(words.lines().next().unwrap_or_default(), MADE_TITLE);
        let made = Some(made).filter(|made| !made.is_empty())?;
        self.tell("title", "is absent: the first words of the text were taken");
        Some(made)
    }

    fn date(&mut self, wanted: &[(Space, &'static str)], field: &str) -> Option<Timestamp> {
        let element = self.first(wanted)?;
        let text = element.text();
        let Some(found) = dates::read(&text) else {
            self.tell(field, format!("{} is no date that can be read, and was left out", shown(&text)));
            return None;
        };
        if !found.has_zone && text.contains(':') {
            self.tell(field, format!("{} has no zone: it was read as UTC", shown(&text)));
        }
        if found.at > self.options.now {
            self.tell(field, format!("{} is in the future: the time of the import was taken", shown(&text)));
            return None;
        }
        Some(found.at)
    }

    /// What the item is known by.
    fn id(&mut self, link: Option<&Address>, title: &str, at: Option<Timestamp>, text: Option<&str>) -> String {
        let said = self.first(&[
            (Space::Atom, "id"),
            (Space::Plain, "guid"),
            (Space::Plain, "id"),
            (Space::Dublin, "identifier"),
        ]);
        let said = said.map(Element::text).filter(|id| !id.is_empty());
        let said = said.or_else(|| self.element.attribute("about").map(str::to_string)).filter(|id| !id.is_empty());
        match (said, link) {
            (Some(id), _) => external_id(&id),
            (None, Some(link)) => external_id(address(link)),
            (None, None) => {
                self.tell(
                    "id",
                    "is absent, and so is a link: it is known by what it says, and is another item if that changes",
                );
                let at = at.map(|at| at.to_string()).unwrap_or_default();
                digest(&format!("{title}\n{at}\n{}", text.unwrap_or_default()))
            }
        }
    }

    fn language(&mut self) -> String {
        let said = self.element.find(Space::Dublin, "language").map(Element::text).filter(|tag| !tag.is_empty());
        let said = said.or_else(|| self.element.language.as_deref().map(str::to_string)).filter(|tag| !tag.is_empty());
        let of_feed = self.channel.language.as_ref().unwrap_or(&self.options.locale).clone();
        let Some(said) = said else { return of_feed };
        locale(&said).unwrap_or_else(|| {
            self.tell("language", format!("{} is no language tag; that of the feed was taken", shown(&said)));
            of_feed
        })
    }

    /// Topics of the catalog that the categories name.
    fn topics(&mut self) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for element in self.element.elements().filter(|element| {
            matches!(element.space, Space::Plain | Space::Atom | Space::Media)
                && element.name.eq_ignore_ascii_case("category")
        }) {
            let label = element.attribute("label").or_else(|| element.attribute("term")).map(str::to_string);
            said.push(label.unwrap_or_else(|| element.text()));
        }
        said.extend(
            self.element
                .all(Space::Dublin, "subject")
                .flat_map(|subject| subject.text().split([',', ';']).map(str::to_string).collect::<Vec<_>>()),
        );
        let (mut topics, mut unknown): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for name in said.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).take(100) {
            match self.lookup.topic(name) {
                Some(slug) if topics.iter().any(|known| known == slug) => {}
                Some(slug) if topics.len() < TOPICS => topics.push(slug.to_string()),
                _ => unknown.push(shown(name)),
            }
        }
        if !unknown.is_empty() {
            let more = unknown.len().saturating_sub(10);
            let mut names = unknown.into_iter().take(10).collect::<Vec<_>>().join(", ");
            if more > 0 {
                names.push_str(&format!(" and {more} more"));
            }
            self.tell("category", format!("{names} are no topics here, and were left out"));
        }
        topics
    }

    /// Names of authors; addresses of people are not kept.
    fn attribution(&mut self) -> Option<Value> {
        let mut names: Vec<String> = Vec::new();
        for element in self.element.elements() {
            let said = match (element.space, element.name.to_ascii_lowercase().as_str()) {
                (Space::Atom, "author") => {
                    element.find(Space::Atom, "name").map_or_else(|| element.text(), Element::text)
                }
                (Space::Plain | Space::Itunes, "author") | (Space::Dublin, "creator") => element.text(),
                _ => continue,
            };
            let inside = said.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(name, _)| name.trim());
            let outside = said.split(['<', '(']).next().unwrap_or_default().trim();
            let name = if outside.contains('@') { inside.unwrap_or_default() } else { outside };
            let (name, _) = line(name, 80);
            if said.contains('@') {
                self.tell("author", "holds an e-mail address, which was left out");
            }
            if !name.is_empty() && !name.contains('@') && !names.contains(&name) && names.len() < 10 {
                names.push(name);
            }
        }
        let (names, _) = line(&names.join(", "), 200);
        (!names.is_empty()).then(|| json!({ "displayName": names, "kind": "OTHER" }))
    }

    /// What is heard, seen or read elsewhere, and the form that this makes the item.
    fn files(&mut self, base: Option<&Url>) -> (Vec<Value>, Option<&'static str>) {
        let mut files: Vec<Value> = Vec::new();
        let mut format = None;
        let enclosed = self.element.elements().filter(|element| match (element.space, element.name.as_str()) {
            (Space::Plain, "enclosure") | (Space::Media, "content") => true,
            (Space::Atom, "link") => element.attribute("rel") == Some("enclosure"),
            _ => false,
        });
        let enclosed: Vec<&Element> = enclosed.collect();
        for element in enclosed {
            let Some(said) = element.attribute("url").or_else(|| element.attribute("href")) else { continue };
            let kind = element.attribute("type").map(|kind| line(kind, 100).0).filter(|kind| !kind.is_empty());
            let medium = element.attribute("medium").unwrap_or_default();
            let is = |wanted: &str| medium == wanted || kind.as_deref().is_some_and(|kind| kind.starts_with(wanted));
            if is("image") {
                self.tell("enclosure", format!("{} is an image, which was left out", shown(said)));
                continue;
            }
            let Some(Address::Safe(url)) = resolve(said, base).filter(|found| address(found).starts_with("https:"))
            else {
                self.tell("enclosure", format!("{} is not https, and was left out", shown(said)));
                continue;
            };
            if files.iter().any(|file| file.get("url").and_then(Value::as_str) == Some(url.as_str())) {
                continue;
            }
            if files.len() >= FILES {
                self.tell("enclosure", format!("stands more than {FILES} times: the first were kept"));
                break;
            }
            if is("audio") {
                format = format.or(Some("AUDIO"));
            } else if is("video") {
                format = format.or(Some("VIDEO"));
            }
            let length = element.attribute("length").or_else(|| element.attribute("fileSize"));
            let length = length.and_then(|length| length.parse::<u32>().ok()).filter(|length| *length > 0);
            files.push(json!({ "url": url, "mediaType": kind, "sizeBytes": length }));
        }
        (files, format)
    }
}

fn address(found: &Address) -> &str {
    match found {
        Address::Safe(url) | Address::Plain(url) => url,
    }
}

/// The text of an element as Markdown: of markup that stands in it, of markup that is its text, or of plain words.
fn prose(element: &Element, base: Option<&Url>) -> (String, Told) {
    if element.has_elements() {
        return of_element(element, base);
    }
    let text = element.text();
    let is_escaped = element.attribute("mode").is_some_and(|mode| mode == "escaped");
    let is_text = element.attribute("type").is_none_or(|kind| kind == "text" || kind == "text/plain");
    let is_plain = element.space == Space::Atom && is_text && !is_escaped;
    if !text.contains(['<', '&']) && (is_plain || text.contains("\n\n")) {
        return (as_markdown(&text), Told::default());
    }
    of_html(&text, base)
}
