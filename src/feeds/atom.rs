//! Atom (RFC 4287) with tombstones (RFC 6721): a feed as it is, to bytes. Must not decide what is in it.

use super::FeedError;
use super::xml::Xml;
use crate::domain::time::Timestamp;

/// The media type of a feed.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// A text with its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// BCP 47.
    pub language: String,
    /// Plain text, or HTML where the element says so.
    pub value: String,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The relation.
    pub rel: &'static str,
    /// Where it leads.
    pub href: String,
    /// What is there, if it is known.
    pub media_type: Option<&'static str>,
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The scheme that the term is of.
    pub scheme: String,
    /// The term.
    pub term: String,
    /// The term as people say it.
    pub label: Option<String>,
}

/// What an entry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// HTML that is safe to show.
    Html(Text),
    /// Plain text.
    Plain(Text),
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The same for ever.
    pub id: String,
    /// The title, in plain text.
    pub title: Text,
    /// The last change.
    pub updated: Timestamp,
    /// The first publication.
    pub published: Option<Timestamp>,
    /// Who is credited, if not all of the collective.
    pub author: Option<String>,
    /// In short, in plain text.
    pub summary: Option<Text>,
    /// The whole.
    pub content: Content,
    /// Links.
    pub links: Vec<Link>,
    /// What it is about.
    pub categories: Vec<Category>,
}

/// What was an entry and must not be shown any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The id of the entry.
    pub reference: String,
    /// Since when.
    pub when: Timestamp,
}

/// A feed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The same for ever.
    pub id: String,
    /// The title, in plain text.
    pub title: Text,
    /// Its links, itself first.
    pub links: Vec<Link>,
    /// The entries.
    pub entries: Vec<Entry>,
    /// The tombstones.
    pub deleted: Vec<Deleted>,
}

impl Feed {
    /// The newest change in it; a feed that holds nothing has not changed since 1970.
    pub fn updated(&self) -> Timestamp {
        let entries = self.entries.iter().map(|entry| entry.updated);
        entries.chain(self.deleted.iter().map(|deleted| deleted.when)).max().unwrap_or_default()
    }

    /// The document.
    pub fn render(&self) -> Result<Vec<u8>, FeedError> {
        let mut xml = Xml::new()?;
        xml.open(
            "feed",
            &[
                ("xmlns", "http://www.w3.org/2005/Atom"),
                ("xmlns:at", "http://purl.org/atompub/tombstones/1.0"),
                ("xml:lang", &self.title.language),
            ],
        )?;
        xml.text("id", &[], &self.id)?;
        xml.text("title", &[("type", "text")], &self.title.value)?;
        xml.text("updated", &[], &self.updated().to_string())?;
        author(&mut xml, "Solidarity")?;
        xml.text("generator", &[("version", env!("CARGO_PKG_VERSION"))], "solidarity")?;
        for each in &self.links {
            link(&mut xml, each)?;
        }
        for each in &self.entries {
            entry(&mut xml, each)?;
        }
        for Deleted { reference, when } in &self.deleted {
            xml.empty("at:deleted-entry", &[("ref", reference), ("when", &when.to_string())])?;
        }
        Ok(xml.finish()?)
    }
}

fn entry(xml: &mut Xml, entry: &Entry) -> Result<(), FeedError> {
    xml.open("entry", &[("xml:lang", &entry.title.language)])?;
    xml.text("id", &[], &entry.id)?;
    xml.text("title", &[("type", "text")], &entry.title.value)?;
    xml.text("updated", &[], &entry.updated.to_string())?;
    if let Some(published) = entry.published {
        xml.text("published", &[], &published.to_string())?;
    }
    if let Some(name) = &entry.author {
        author(xml, name)?;
    }
    for each in &entry.links {
        link(xml, each)?;
    }
    for Category { scheme, term, label } in &entry.categories {
        let mut attributes = vec![("scheme", scheme.as_str()), ("term", term.as_str())];
        attributes.extend(label.as_deref().map(|label| ("label", label)));
        xml.empty("category", &attributes)?;
    }
    if let Some(summary) = &entry.summary {
        xml.text("summary", &[("type", "text"), ("xml:lang", &summary.language)], &summary.value)?;
    }
    let (media_type, text) = match &entry.content {
        Content::Html(text) => ("html", text),
        Content::Plain(text) => ("text", text),
    };
    xml.text("content", &[("type", media_type), ("xml:lang", &text.language)], &text.value)?;
    Ok(xml.close()?)
}

fn author(xml: &mut Xml, name: &str) -> Result<(), FeedError> {
    xml.open("author", &[])?;
    xml.text("name", &[], name)?;
    Ok(xml.close()?)
}

fn link(xml: &mut Xml, link: &Link) -> Result<(), FeedError> {
    let mut attributes = vec![("rel", link.rel), ("href", link.href.as_str())];
    attributes.extend(link.media_type.map(|media_type| ("type", media_type)));
    Ok(xml.empty("link", &attributes)?)
}
