//! From an item to an entry of an Atom feed. Must not show more of an item than was read for the public.

use quick_xml::escape::escape;

use super::atom::{Category, Content, Entry, Link, Text};
use super::{FeedError, alert, cap, is_ended, urn};
use crate::domain::content::Attribution;
use crate::domain::locale::{LocalizedText, Preference};
use crate::domain::markdown;
use crate::domain::time::Timestamp;
use crate::store::{Catalog, Detail, Item, body_for, json, unpack_keys};

/// For whom a feed is written, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The languages that the reader prefers.
    pub preference: &'a Preference,
    /// The names of regions, topics and organizations.
    pub catalog: &'a Catalog,
    /// The public address of the server, without a slash at its end.
    pub address: &'a str,
}

impl Reader<'_> {
    /// A sentence of ours in the reader's language.
    pub fn say(&self, english: &'static str, french: &'static str) -> Text {
        let tongue = self.preference.tongue();
        Text { language: tongue.tag().to_string(), value: tongue.pick(english, french).to_string() }
    }

    /// The link to the message that an alert is now.
    fn message_link(&self, id: &str) -> Link {
        let href = format!("{}/feeds/alerts/{id}.cap", self.address);
        Link { rel: "alternate", href, media_type: Some(cap::LINK_TYPE) }
    }
}

/// Whether an item is still to be shown: an alert that is cancelled or over is not.
pub fn is_shown(item: &Item) -> bool {
    !alert(item).is_some_and(is_ended)
}

/// The entry of an item with all that it says; its body must have been read.
pub fn entry(item: &Item, reader: &Reader<'_>) -> Result<Entry, FeedError> {
    let mut entry = headline(item, reader)?;
    let mut html = String::new();
    let mut language = entry.title.language.clone();
    if let Some(text) = item.text(reader.preference)
        && let Some(body) = body_for(text, &item.bodies()?)
    {
        language = body.locale.to_string();
        html.push_str(&markdown::to_html(&body.body));
    }
    if let Detail::Update(row) = &item.detail
        && let Some(instructions) = json::<LocalizedText>(&row.instructions)?.text(reader.preference)
    {
        for paragraph in instructions.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
            html.push_str(&format!("<p>{}</p>\n", escape(paragraph).replace('\n', "<br>\n")));
        }
    }
    if !html.is_empty() {
        entry.content = Content::Html(Text { language, value: html });
    }
    Ok(entry)
}

/// The entry of an item with its title and summary only.
pub fn headline(item: &Item, reader: &Reader<'_>) -> Result<Entry, FeedError> {
    let id = item.public_id();
    let text = item.text(reader.preference);
    let language = text.map_or_else(|| "en-CA".to_string(), |text| text.locale.to_string());
    let words = |value: String| Text { language: language.clone(), value };
    let title = words(text.map(|text| text.title.to_string()).unwrap_or_default());
    let summary = text.and_then(|text| text.summary.as_ref()).map(|summary| words(summary.to_string()));
    let mut links = Vec::new();
    if alert(item).is_some() {
        links.push(reader.message_link(&id));
    }
    if let Some(page) = item.web_page()? {
        links.push(Link { rel: "alternate", href: page, media_type: None });
    }
    Ok(Entry {
        id: urn(&id),
        content: Content::Plain(summary.clone().unwrap_or_else(|| title.clone())),
        title,
        updated: Timestamp::from_micros(item.content.updated_at),
        published: item.content.published_at.map(Timestamp::from_micros),
        author: author(item, reader.catalog)?,
        summary,
        links,
        categories: categories(item, reader),
    })
}

/// The entry that leads to the message which ends an alert. It says nothing of the alert.
pub fn end(id: &str, at: Timestamp, reader: &Reader<'_>) -> Entry {
    let title = reader.say("An alert is cancelled or over", "Une alerte est annulée ou terminée");
    Entry {
        id: format!("{}:end", urn(id)),
        content: Content::Plain(title.clone()),
        title,
        updated: at,
        published: None,
        author: None,
        summary: None,
        links: vec![reader.message_link(id)],
        categories: Vec::new(),
    }
}

/// Who is credited: whom the item names, else its publisher.
fn author(item: &Item, catalog: &Catalog) -> Result<Option<String>, FeedError> {
    let attribution: Option<Attribution> = item.content.attribution.as_deref().map(json).transpose()?;
    let publisher = || catalog.organization(item.content.organization_id).map(|organization| organization.name.clone());
    Ok(attribution.map(|credit| credit.display_name.to_string()).or_else(publisher))
}

fn categories(item: &Item, reader: &Reader<'_>) -> Vec<Category> {
    let Reader { preference, catalog, .. } = *reader;
    let mut all = Vec::new();
    for topic in unpack_keys(&item.content.topic_ids).into_iter().filter_map(|key| catalog.topic(key)) {
        let label = topic.names.text(preference);
        all.push(Category { scheme: urn("topic"), term: topic.slug.clone(), label });
    }
    for region in unpack_keys(&item.content.region_ids).into_iter().filter_map(|key| catalog.region(key)) {
        let label = region.names.text(preference);
        all.push(Category { scheme: urn("region"), term: region.slug.clone(), label });
    }
    let kind = match &item.detail {
        Detail::Resource(row) => &row.category,
        Detail::Event(row) => &row.kind,
        Detail::Campaign(row) => &row.kind,
        Detail::Update(row) => &row.kind,
    };
    all.push(Category { scheme: urn("kind"), term: kind.clone(), label: None });
    all
}
