//! What all content kinds share: from the shared members of an input to the envelope's row, and back. Must not know the
//! details of a kind.

use crate::domain::content::{ContentBody, ContentText, Translation};
use crate::domain::locale::Locale;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::text::{Line, Slug, fold};
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::{PublicationStatus, TranslationOrigin, Visibility, Vocabulary};
use crate::store::{Catalog, Kind, NewItem, shown_slug, unpack, unpack_keys};

use super::fault::{Fault, FaultCode};
use super::input::{Envelope, Record, Ref};
use super::line::column;
use super::names::Names;

/// Most regions of an item.
pub const REGIONS: usize = 8;
/// Most topics of an item.
pub const TOPICS: usize = 12;
/// Most translations of an item.
pub const TRANSLATIONS: usize = 30;

/// What a row is made from, beside the input.
#[derive(Debug)]
pub(super) struct Making<'a> {
    /// The id that the item has or gets.
    pub id: PublicId,
    /// The slug that it has or gets.
    pub slug: String,
    /// The publisher.
    pub organization: PublicId,
    /// What the line says beyond the input.
    pub record: &'a Record,
    /// The row as it is stored now.
    pub stored: Option<&'a entity::content::Model>,
    /// What references mean.
    pub names: &'a Names<'a>,
    /// Now.
    pub now: Timestamp,
}

/// Makes the envelope. `order_key` is set by the kind.
pub(super) fn envelope(
    kind: Kind,
    input: &Envelope,
    making: &Making<'_>,
    faults: &mut Vec<Fault>,
) -> Option<entity::content::Model> {
    let (record, stored) = (making.record, making.stored);
    let version = record.version.or(stored.map(|stored| stored.version)).unwrap_or(1);
    let text_version = record.text_version.or_else(|| unchanged_text(input, stored?)).unwrap_or(version);
    let (texts, bodies) = texts(kind, input, text_version, faults);
    let regions = making.names.resolve_all(Noun::Region, &input.regions, "input.regions", faults);
    let topics = making.names.resolve_all(Noun::Topic, &input.topics, "input.topics", faults);
    at_most("input.regions", regions.len(), REGIONS, faults);
    at_most("input.topics", topics.len(), TOPICS, faults);
    at_most("input.translations", input.translations.len(), TRANSLATIONS, faults);
    let mut attribution = input.attribution.clone();
    if let Some(attribution) = &mut attribution {
        let field = "input.attribution.organization";
        making.names.canonical(Noun::Organization, &mut attribution.organization, field, faults);
    }
    let status = record.status.unwrap_or(PublicationStatus::Published);
    let created_at = record.created_at.or(stored.map(|s| Timestamp::from_micros(s.created_at))).unwrap_or(making.now);
    let published_at = record
        .published_at
        .or(stored.and_then(|stored| stored.published_at).map(Timestamp::from_micros))
        .or((status == PublicationStatus::Published).then_some(making.now));
    let updated_at = record.updated_at.or(stored.map(|s| Timestamp::from_micros(s.updated_at))).unwrap_or(making.now);
    let packed = |names: Vec<String>| {
        if names.is_empty() { String::new() } else { format!(",{},", names.join(",")) }
    };
    let keys = |ids: &[PublicId]| packed(ids.iter().map(|id| id.key().to_string()).collect());
    let mut json = |value: Result<String, Fault>| match value {
        Ok(text) => text,
        Err(fault) => {
            faults.push(fault);
            String::new()
        }
    };
    let row = entity::content::Model {
        id: making.id.key(),
        public_id: bare(making.id),
        kind: kind.number(),
        slug: making.slug.clone(),
        wanted_slug: None,
        organization_id: making.organization.key(),
        status: status.as_str().to_string(),
        visibility: input.visibility.as_str().to_string(),
        version,
        locales: packed(texts.iter().map(|text| text.locale.to_string()).collect()),
        texts: json(column(&texts)),
        title_key: fold(&input.title),
        attribution: attribution.map(|value| json(column(&value))),
        content_notes: packed(input.content_notes.iter().map(|note| note.as_str().to_string()).collect()),
        source_system: input.source.as_ref().map(|source| source.system.to_string()),
        source_external_id: input.source.as_ref().map(|source| source.external_id.to_string()),
        source: input.source.as_ref().map(|value| json(column(value))),
        verification: input.verification.as_ref().map(|value| json(column(value))),
        region_ids: keys(&regions),
        topic_ids: keys(&topics),
        order_key: published_at.unwrap_or(created_at).as_micros(),
        spotlight_until: record
            .spotlight_until
            .map(Timestamp::as_micros)
            .or(stored.and_then(|stored| stored.spotlight_until)),
        published_at: published_at.map(Timestamp::as_micros),
        expires_at: input.expires_at.map(Timestamp::as_micros),
        created_at: created_at.as_micros(),
        updated_at: updated_at.as_micros(),
        body: (!bodies.is_empty()).then(|| json(column(&bodies))),
        outline: String::new(),
    };
    faults.is_empty().then_some(row)
}

/// The version of the stored original, if the input says the same words.
fn unchanged_text(input: &Envelope, stored: &entity::content::Model) -> Option<i32> {
    let texts: Vec<ContentText> = serde_json::from_str(&stored.texts).ok()?;
    let bodies: Vec<ContentBody> = stored.body.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).ok()?;
    let original = texts.into_iter().next()?;
    let body = bodies.into_iter().find(|body| body.locale == original.locale).map(|body| body.body);
    let is_same = original.locale == input.locale
        && original.title == input.title
        && original.summary == input.summary
        && body == input.body;
    is_same.then_some(original.based_on)
}

/// The original and its translations, each language once. `version` is that of the original's words.
fn texts(kind: Kind, input: &Envelope, version: i32, faults: &mut Vec<Fault>) -> (Vec<ContentText>, Vec<ContentBody>) {
    let mut texts = vec![ContentText {
        locale: input.locale.clone(),
        origin: TranslationOrigin::Original,
        based_on: version,
        title: input.title.clone(),
        summary: input.summary.clone(),
        has_body: input.body.is_some(),
    }];
    let mut bodies: Vec<ContentBody> = Vec::new();
    bodies.extend(input.body.clone().map(|body| ContentBody { locale: input.locale.clone(), body }));
    for (position, translation) in input.translations.iter().enumerate() {
        let field = format!("input.translations[{position}]");
        if texts.iter().any(|text| text.locale == translation.locale) {
            let message = format!("there is a text in {} already", translation.locale);
            faults.push(Fault::new(FaultCode::NotUnique, format!("{field}.locale"), message));
            continue;
        }
        if translation.origin == TranslationOrigin::Original {
            let message = "ORIGINAL is the language of the item itself";
            faults.push(Fault::new(FaultCode::Invalid, format!("{field}.origin"), message));
            continue;
        }
        if kind == Kind::Update
            && translation.origin == TranslationOrigin::MachineUnreviewed
            && input.is_safety_critical
        {
            let message = "a safety message is never an unreviewed machine translation";
            faults.push(Fault::new(FaultCode::TranslationNotReviewed, format!("{field}.origin"), message));
            continue;
        }
        texts.push(ContentText {
            locale: translation.locale.clone(),
            origin: translation.origin,
            based_on: translation.based_on.unwrap_or(version),
            title: translation.title.clone(),
            summary: translation.summary.clone(),
            has_body: translation.body.is_some(),
        });
        bodies.extend(translation.body.clone().map(|body| ContentBody { locale: translation.locale.clone(), body }));
    }
    (texts, bodies)
}

/// Refuses a list that is too long.
pub(super) fn at_most(field: &str, found: usize, maximum: usize, faults: &mut Vec<Fault>) {
    if found > maximum {
        let message = format!("holds {found} values, more than the maximum of {maximum}");
        faults.push(Fault::new(FaultCode::OutOfRange, field, message));
    }
}

/// The 26 characters of an id after its prefix.
pub(super) fn bare(id: PublicId) -> String {
    id.to_string().split_once('_').map(|(_, bare)| bare.to_string()).unwrap_or_default()
}

/// A stored value as its type.
pub(super) fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|fault| Fault::new(FaultCode::Invalid, "stored", fault.to_string()))
}

/// A stored word of a vocabulary.
pub(super) fn word<V: Vocabulary>(text: &str) -> Result<V, Fault> {
    V::parse(text).ok_or_else(|| Fault::new(FaultCode::Invalid, "stored", format!("{text} is not a {}", V::NAME)))
}

/// The words of a stored set.
pub(super) fn words<V: Vocabulary>(packed: &str) -> Result<Vec<V>, Fault> {
    unpack(packed).map(word).collect()
}

/// The languages of a stored set.
pub(super) fn locales(packed: &str) -> Result<Vec<Locale>, Fault> {
    unpack(packed)
        .map(|tag| Locale::parse(tag).map_err(|message| Fault::new(FaultCode::Invalid, "stored", message)))
        .collect()
}

/// A stored text as a checked line.
pub(super) fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>, Fault> {
    Line::parse(text).map_err(|fault| Fault::new(FaultCode::Invalid, "stored", fault.to_string()))
}

/// A stored set of names of a vocabulary, packed.
pub(super) fn pack_words<V: Vocabulary>(values: &[V]) -> String {
    let mut packed = String::new();
    for value in values {
        packed.push_str(if packed.is_empty() { "," } else { "" });
        packed.push_str(value.as_str());
        packed.push(',');
    }
    packed
}

/// A stored set of languages, packed.
pub(super) fn pack_locales(values: &[Locale]) -> String {
    let mut packed = String::new();
    for value in values {
        packed.push_str(if packed.is_empty() { "," } else { "" });
        packed.push_str(value.as_str());
        packed.push(',');
    }
    packed
}

/// The envelope of a stored item as an input and a record again.
pub(super) fn export(item: &NewItem, catalog: &Catalog) -> Result<(Envelope, Record), Fault> {
    let row = &item.content;
    let kind = Kind::from_number(row.kind).unwrap_or(Kind::Resource);
    let mut texts: Vec<ContentText> = stored(&row.texts)?;
    let mut bodies: Vec<ContentBody> = row.body.as_deref().map_or(Ok(Vec::new()), stored)?;
    if texts.is_empty() {
        return Err(Fault::new(FaultCode::Invalid, "stored", format!("{} has no text", row.slug)));
    }
    let mut body_of = |locale: &Locale| {
        let position = bodies.iter().position(|body| body.locale == *locale)?;
        Some(bodies.swap_remove(position).body)
    };
    let original = texts.remove(0);
    let text_version = original.based_on;
    let slugs = |noun: Noun, keys: Vec<i64>| -> Result<Vec<Ref>, Fault> {
        let slug = |key: i64| match noun {
            Noun::Region => catalog.region(key).map(|region| region.slug.clone()),
            _ => catalog.topic(key).map(|topic| topic.slug.clone()),
        };
        keys.into_iter().filter_map(slug).map(|slug| line(&slug)).collect()
    };
    let publisher =
        catalog.organization(row.organization_id).map(|organization| line(&organization.slug)).transpose()?;
    let slug = Slug::parse(shown_slug(row)).map_err(|message| Fault::new(FaultCode::Invalid, "stored", message))?;
    let envelope = Envelope {
        publisher,
        slug: Some(slug),
        visibility: word::<Visibility>(&row.visibility)?,
        body: body_of(&original.locale),
        locale: original.locale,
        title: original.title,
        summary: original.summary,
        translations: texts
            .into_iter()
            .map(|text| Translation {
                body: body_of(&text.locale),
                locale: text.locale,
                origin: text.origin,
                title: text.title,
                summary: text.summary,
                based_on: Some(text.based_on).filter(|based_on| *based_on != text_version),
            })
            .collect(),
        attribution: row.attribution.as_deref().map(stored).transpose()?,
        regions: slugs(Noun::Region, unpack_keys(&row.region_ids))?,
        topics: slugs(Noun::Topic, unpack_keys(&row.topic_ids))?,
        content_notes: words(&row.content_notes)?,
        source: row.source.as_deref().map(stored).transpose()?,
        verification: row.verification.as_deref().map(stored).transpose()?,
        expires_at: row.expires_at.map(Timestamp::from_micros),
        is_safety_critical: false,
    };
    let record = Record {
        id: Some(kind.noun().id_of(&row.public_id)),
        status: Some(word(&row.status)?),
        version: Some(row.version),
        created_at: Some(Timestamp::from_micros(row.created_at)),
        updated_at: Some(Timestamp::from_micros(row.updated_at)),
        published_at: row.published_at.map(Timestamp::from_micros),
        spotlight_until: row.spotlight_until.map(Timestamp::from_micros),
        text_version: Some(text_version).filter(|of_text| *of_text != row.version),
        relative_to: None,
    };
    Ok((envelope, record))
}
