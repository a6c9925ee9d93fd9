//! An XML document as elements, however broken: what is not ended is ended where what holds it ends. Must not resolve what
//! a document declares, and is bounded in depth and number.

use std::sync::Arc;

use url::Url;

use super::characters::decode;
use super::tokens::{Dialect, Token, Tokens};
use super::{Report, shown};

/// Elements in elements at most; deeper ones become part of what holds them.
const DEPTH: usize = 200;
/// Elements and texts of a document at most.
const NODES: usize = 600_000;
/// Names of namespaces that hold at a time at most.
const NAMESPACES: usize = 100;

/// What vocabulary a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Space {
    /// None, or one of RSS.
    Plain,
    Atom,
    Content,
    Dublin,
    Media,
    Itunes,
    Rdf,
    Xhtml,
    Cap,
    Other,
}

impl Space {
    fn of(uri: &str) -> Self {
        let uri = uri.trim().trim_end_matches(['/', '#']).to_ascii_lowercase();
        let uri = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
        match uri {
            "" | "purl.org/rss/1.0" | "my.netscape.com/rdf/simple/0.9" | "channel.netscape.com/rdf/simple/0.9" => {
                Self::Plain
            }
            "www.w3.org/2005/atom" | "purl.org/atom/ns" => Self::Atom,
            "purl.org/rss/1.0/modules/content" => Self::Content,
            "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc/terms" => Self::Dublin,
            "search.yahoo.com/mrss" => Self::Media,
            "www.itunes.com/dtds/podcast-1.0.dtd" => Self::Itunes,
            "www.w3.org/1999/02/22-rdf-syntax-ns" => Self::Rdf,
            "www.w3.org/1999/xhtml" => Self::Xhtml,
            uri if uri.starts_with("urn:oasis:names:tc:emergency:cap:") => Self::Cap,
            uri if uri.starts_with("backend.userland.com/") => Self::Plain,
            _ => Self::Other,
        }
    }

    /// What a prefix that is not declared means to those who write it.
    fn of_prefix(prefix: &str) -> Self {
        match prefix {
            "" | "rss" => Self::Plain,
            "atom" | "a10" => Self::Atom,
            "content" => Self::Content,
            "dc" | "dcterms" => Self::Dublin,
            "media" => Self::Media,
            "itunes" => Self::Itunes,
            "rdf" => Self::Rdf,
            "xhtml" => Self::Xhtml,
            "cap" => Self::Cap,
            _ => Self::Other,
        }
    }
}

/// An element.
#[derive(Clone, Debug)]
pub(in crate::service) struct Element {
    pub space: Space,
    /// The name without its prefix.
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    /// The language that it or what holds it says.
    pub language: Option<Arc<str>>,
    /// What relative links in it are relative to, if it or what holds it says so.
    pub base: Option<Arc<Url>>,
}

/// What stands in an element.
#[derive(Clone, Debug)]
pub(in crate::service) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// An attribute, by its name without a prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub fn all<'a>(&'a self, space: Space, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.space == space && element.name.eq_ignore_ascii_case(name))
    }

    pub fn find(&self, space: Space, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.space == space && element.name.eq_ignore_ascii_case(name))
    }

    /// All elements that are wanted, however deep, but none inside another one.
    pub fn within<'a>(&'a self, is_wanted: &dyn Fn(&Element) -> bool, found: &mut Vec<&'a Element>) {
        for element in self.elements() {
            if is_wanted(element) {
                found.push(element);
            } else {
                element.within(is_wanted, found);
            }
        }
    }

    /// Its text, and that of what stands in it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.add_text(&mut text);
        text.trim().to_string()
    }

    fn add_text(&self, text: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) => element.add_text(text),
            }
        }
    }

    pub fn has_elements(&self) -> bool {
        self.elements().next().is_some()
    }
}

/// Builds a document.
struct Building<'r> {
    open: Vec<Element>,
    /// The names of the open elements as they stand.
    names: Vec<String>,
    /// Prefixes, what they mean, and how many elements are open where they hold.
    spaces: Vec<(String, Space, usize)>,
    nodes: usize,
    unknown: usize,
    wrong_ends: usize,
    unended: usize,
    report: &'r mut Report,
}

/// Reads a document: a root without a name, with all that stands in it.
pub(in crate::service) fn read(text: &str, report: &mut Report) -> Element {
    let root = Element {
        space: Space::Other,
        name: String::new(),
        attributes: Vec::new(),
        children: Vec::new(),
        language: None,
        base: None,
    };
    let mut building = Building {
        open: vec![root.clone()],
        names: vec![String::new()],
        spaces: Vec::new(),
        nodes: 0,
        unknown: 0,
        wrong_ends: 0,
        unended: 0,
        report,
    };
    for token in Tokens::of(text, Dialect::Xml) {
        if building.nodes >= NODES {
            building.report.tell(format!("the file has more than {NODES} elements and texts: the rest was not read"));
            break;
        }
        building.take(token);
    }
    building.finish().unwrap_or(root)
}

impl Building<'_> {
    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Start { name, attributes, is_empty } => self.start(name, &attributes, is_empty),
            Token::End(name) => self.end(name),
            Token::Text(text) => {
                let text = decode(text, &mut self.unknown);
                self.text(text);
            }
            Token::Data(text) => self.text(text.to_string()),
            Token::Unended(what) => self.report.tell(format!("{what} at the end of the file is not ended")),
            Token::Raw => {}
        }
    }

    fn text(&mut self, text: String) {
        let Some(parent) = self.open.last_mut() else { return };
        if text.trim().is_empty()
            && !matches!(parent.children.last(), Some(Node::Text(_)))
            && parent.children.is_empty()
        {
            return;
        }
        self.nodes += 1;
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(&text),
            _ => parent.children.push(Node::Text(text)),
        }
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)], is_empty: bool) {
        // An item in an item is one that was not ended.
        if matches!(name, "item" | "entry")
            && let Some(at) = self.names.iter().rposition(|open| open == name)
        {
            self.unended += self.names.len() - at;
            self.close_to(at);
        }
        if self.open.len() > DEPTH {
            return;
        }
        self.nodes += 1;
        let depth = self.open.len();
        for (attribute, value) in attributes {
            let prefix = match attribute.split_once(':') {
                Some(("xmlns", prefix)) => prefix,
                None if *attribute == "xmlns" => "",
                _ => continue,
            };
            if self.spaces.len() < NAMESPACES {
                self.spaces.push((prefix.to_string(), Space::of(value), depth));
            }
        }
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let declared = self.spaces.iter().rev().find(|(known, ..)| known == prefix).map(|(_, space, _)| *space);
        let parent = self.open.last();
        let mut language = parent.and_then(|parent| parent.language.clone());
        let mut base = parent.and_then(|parent| parent.base.clone());
        let mut unknown = 0;
        let mut kept = Vec::with_capacity(attributes.len());
        for (attribute, value) in attributes {
            let value = decode(value, &mut unknown);
            match *attribute {
                "xml:lang" => language = Some(Arc::from(value.trim())),
                "xml:base" => {
                    let resolved = match &base {
                        Some(base) => base.join(value.trim()),
                        None => Url::parse(value.trim()),
                    };
                    base = resolved.ok().map(Arc::new).or(base);
                }
                _ => {}
            }
            let attribute = attribute.rsplit(':').next().unwrap_or(attribute);
            kept.push((attribute.to_string(), value));
        }
        self.unknown += unknown;
        self.names.push(name.to_string());
        self.open.push(Element {
            space: declared.unwrap_or_else(|| Space::of_prefix(prefix)),
            name: local.to_string(),
            attributes: kept,
            children: Vec::new(),
            language,
            base,
        });
        if is_empty {
            self.close_to(self.open.len() - 1);
        }
    }

    fn end(&mut self, name: &str) {
        let same = |open: &String| open == name;
        let alike = |open: &String| open.eq_ignore_ascii_case(name);
        let at = self.names.iter().rposition(same).or_else(|| self.names.iter().rposition(alike));
        match at.filter(|at| *at > 0) {
            Some(at) => {
                self.unended += self.names.len() - at - 1;
                self.close_to(at);
            }
            None => self.wrong_ends += 1,
        }
    }

    /// Ends all elements from one on.
    fn close_to(&mut self, at: usize) {
        while self.open.len() > at.max(1) {
            let Some(element) = self.open.pop() else { return };
            self.names.pop();
            let depth = self.open.len();
            while self.spaces.last().is_some_and(|(_, _, held)| *held >= depth) {
                self.spaces.pop();
            }
            if let Some(parent) = self.open.last_mut() {
                parent.children.push(Node::Element(element));
            }
        }
    }

    fn finish(mut self) -> Option<Element> {
        if self.open.len() > 1 {
            let open = self.names.get(1..).unwrap_or_default().join(" > ");
            self.report.tell(format!("the file ends inside {}: what was there is kept", shown(&open)));
        }
        self.close_to(1);
        for (count, what) in [
            (self.unended, "elements are not ended, and were ended with what holds them"),
            (self.wrong_ends, "ends of elements have no beginning, and were passed over"),
            (self.unknown, "references to characters are unknown, and were left as they stand"),
        ] {
            if count > 0 {
                self.report.tell(format!("{count} {what}"));
            }
        }
        self.open.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_document_is_read_as_far_as_it_goes() {
        let mut report = Report::default();
        let text = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y '&x;&x;'>]><rss><channel>\
                    <item><title>One &amp; &x; &y;</title><item><title>Two</tilte></item></channel></rss></b>";
        let root = read(text, &mut report);
        let mut items = Vec::new();
        root.within(&|element| element.name == "item", &mut items);
        let titles: Vec<String> =
            items.iter().filter_map(|item| item.find(Space::Plain, "title")).map(Element::text).collect();
        assert_eq!(titles, ["One & &x; &y;", "Two"]);
        let told = report.finish().join("\n");
        assert!(
            told.contains("2 references") && told.contains("are not ended") && told.contains("no beginning"),
            "{told}"
        );
    }

    #[test]
    fn what_is_too_deep_stays_in_what_holds_it() {
        let deep = format!("<a>{}x{}</a>", "<b>".repeat(100_000), "</b>".repeat(100_000));
        assert_eq!(read(&deep, &mut Report::default()).text(), "x");
    }
}
