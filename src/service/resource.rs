//! Resources: from an input to rows and back. Must not store.

use super::content::{Making, at_most, envelope, line, locales, pack_locales, pack_words, stored, word, words};
use super::fault::{Fault, FaultCode};
use super::input::{Record, ResourceInput, assemble};
use super::line::column;
use crate::domain::public_id::Noun;
use crate::domain::time::Timestamp;
use crate::domain::url::HttpsUrl;
use crate::domain::vocabulary::Vocabulary;
use crate::store::{Catalog, Detail, Kind, NewItem};

/// Most values in one list of an input.
pub(super) const LIST: usize = 100;

/// Makes the rows of a resource.
pub(super) fn prepare(input: &ResourceInput, making: &Making<'_>) -> Result<NewItem, Vec<Fault>> {
    let mut faults = Vec::new();
    at_most("input.files", input.files.len(), LIST, &mut faults);
    at_most("input.evidence", input.evidence.len(), LIST, &mut faults);
    let mut superseded_by = input.superseded_by.as_ref().map(|name| name.to_string());
    making.names.canonical(Noun::Resource, &mut superseded_by, "input.supersededBy", &mut faults);
    let mut json = |value: Result<String, Fault>| value.map_err(|fault| faults.push(fault)).unwrap_or_default();
    let detail = entity::resource::Model {
        content_id: making.id.key(),
        category: input.category.as_str().to_string(),
        format: input.format.as_str().to_string(),
        audience: pack_words(&input.audience),
        external_url: input.external_url.as_ref().map(|url| url.as_str().to_string()),
        files: json(column(&input.files)),
        evidence: json(column(&input.evidence)),
        reviewed_at: input.reviewed_at.map(Timestamp::as_micros),
        review_due_at: input.review_due_at.map(Timestamp::as_micros),
        superseded_by: superseded_by.and_then(|id| making.names.get(Noun::Resource, &id)).map(|id| id.key()),
        license: input.license.as_ref().map(|license| license.to_string()),
        reading_level: input.reading_level.map(|level| level.as_str().to_string()),
        languages: pack_locales(&input.languages),
    };
    match envelope(Kind::Resource, &input.envelope(), making, &mut faults) {
        Some(content) => Ok(NewItem { content, detail: Detail::Resource(detail), links: Vec::new() }),
        None => Err(faults),
    }
}

/// The input that makes a stored resource.
pub(super) fn export(
    item: &NewItem,
    row: &entity::resource::Model,
    catalog: &Catalog,
    ids: &dyn Fn(i64) -> Option<String>,
) -> Result<(ResourceInput, Record), Fault> {
    let (shared, record) = super::content::export(item, catalog)?;
    let url =
        |text: &String| HttpsUrl::parse(text).map_err(|message| Fault::new(FaultCode::Invalid, "stored", message));
    let input = assemble!(ResourceInput, shared, {
        category: word(&row.category)?,
        format: word(&row.format)?,
        audience: words(&row.audience)?,
        external_url: row.external_url.as_ref().map(url).transpose()?,
        files: stored(&row.files)?,
        evidence: stored(&row.evidence)?,
        reviewed_at: row.reviewed_at.map(Timestamp::from_micros),
        review_due_at: row.review_due_at.map(Timestamp::from_micros),
        superseded_by: row.superseded_by.and_then(ids).map(|id| line(&id)).transpose()?,
        license: row.license.as_deref().map(line).transpose()?,
        reading_level: row.reading_level.as_deref().map(word).transpose()?,
        languages: locales(&row.languages)?,
    });
    Ok((input, record))
}
