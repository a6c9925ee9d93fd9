//! Feeds over HTTP, read by a parser: what is in them, what is no longer, and that nothing unsafe is.

mod atom;
mod cap;
mod ends;
mod hostile;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use reqwest::Response;
use serde_json::{Value, json};

use crate::harness::Server;

pub const UPDATES: &str = "/feeds/updates.atom";
pub const ALERTS: &str = "/feeds/alerts.cap";

/// An element with all that is in it.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    /// Reads a document, which must be well-formed XML 1.0 without a document type.
    pub fn parse(document: &str) -> Self {
        let is_allowed =
            |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(document.chars().all(is_allowed), "a character that XML 1.0 does not allow");
        assert!(document.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"), "{document:.80}");
        let mut reader = Reader::from_str(document);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(Self::start(&start)),
                Event::Empty(start) => {
                    let element = Self::start(&start);
                    open.last_mut().unwrap().children.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(element);
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
                Event::GeneralRef(name) => {
                    let text = quick_xml::escape::resolve_xml_entity(&name).unwrap();
                    open.last_mut().unwrap().text.push_str(text);
                }
                Event::Decl(_) => {}
                Event::Eof => break,
                other => panic!("a feed holds {other:?}"),
            }
        }
        assert_eq!(open.len(), 1, "an element is not ended");
        let mut root = open.pop().unwrap();
        assert_eq!((root.children.len(), root.text.trim()), (1, ""));
        root.children.pop().unwrap()
    }

    fn start(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let name = std::str::from_utf8(attribute.key.as_ref().as_bytes()).unwrap().to_string();
            let raw = std::str::from_utf8(attribute.value.as_bytes()).unwrap().to_string();
            (name, quick_xml::escape::unescape(&raw).unwrap().into_owned())
        });
        let name = std::str::from_utf8(start.name().as_ref().as_bytes()).unwrap().to_string();
        Self { name, attributes: attributes.collect(), ..Self::default() }
    }

    pub fn all(&self, name: &str) -> Vec<&Self> {
        self.children.iter().filter(|child| child.name == name).collect()
    }

    /// The one child of a name.
    pub fn one(&self, name: &str) -> &Self {
        let found = self.all(name);
        assert_eq!(found.len(), 1, "{name} in {self:#?}");
        found[0]
    }

    pub fn text_of(&self, name: &str) -> &str {
        &self.one(name).text
    }

    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The links of a relation: where they lead and what is there.
    pub fn links(&self, rel: &str) -> Vec<(&str, &str)> {
        let links = self.all("link").into_iter().filter(|link| link.attribute("rel") == rel);
        links.map(|link| (link.attribute("href"), link.attribute("type"))).collect()
    }
}

/// A feed that was read.
pub struct Fetched {
    pub tag: String,
    pub body: String,
    pub root: Element,
}

impl Fetched {
    /// The titles of the entries.
    pub fn titles(&self) -> Vec<&str> {
        self.root.all("entry").iter().map(|entry| entry.text_of("title")).collect()
    }

    /// What is deleted: the id without its prefix, and since when.
    pub fn deleted(&self) -> Vec<(&str, &str)> {
        let deleted = self.root.all("at:deleted-entry");
        deleted
            .into_iter()
            .map(|gone| (gone.attribute("ref").strip_prefix("urn:solidarity:").unwrap(), gone.attribute("when")))
            .collect()
    }
}

impl Server {
    /// A document that is there.
    pub async fn feed(&self, path: &str) -> Fetched {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let tag = response.headers()["etag"].to_str().unwrap().to_string();
        let body = response.text().await.unwrap();
        let root = Element::parse(&body);
        Fetched { tag, body, root }
    }

    /// A conditional request.
    pub async fn since(&self, path: &str, tag: &str) -> Response {
        self.http.get(self.url(path)).header("if-none-match", tag).send().await.unwrap()
    }

    /// The id of an update by its slug.
    pub async fn update_id(&self, slug: &str) -> String {
        let found =
            self.query("query($s: String!) { regionalUpdate(by: {slug: $s}) { id } }", json!({ "s": slug })).await;
        found["regionalUpdate"]["id"].as_str().unwrap_or_else(|| panic!("no update {slug}")).to_string()
    }
}

/// Where the message of an alert is.
pub fn message_path(id: &str) -> String {
    format!("/feeds/alerts/{id}.cap")
}

/// A text in one language.
pub fn words(text: &str) -> Value {
    json!([{ "locale": "en-CA", "text": text }])
}
