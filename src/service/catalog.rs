//! Regions, topics and organizations: from inputs to rows and back. Must not store.

use super::content::{at_most, bare, line, locales, pack_locales, stored, word};
use super::fault::{Fault, FaultCode};
use super::input::{OrganizationInput, Record, Ref, RegionInput, TopicInput};
use super::line::column;
use super::names::Names;
use super::resource::LIST;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::text::Slug;
use crate::domain::time::{Timestamp, Zones};
use crate::domain::url::HttpsUrl;
use crate::domain::vocabulary::Vocabulary;
use crate::store::{Catalog, unpack_keys};

/// What a catalog row is made from, beside the input.
#[derive(Debug)]
pub(super) struct Placing<'a> {
    pub id: PublicId,
    pub record: &'a Record,
    /// When the stored row was made and last changed, if there is one.
    pub stored: Option<(i64, i64)>,
    pub names: &'a Names<'a>,
    pub now: Timestamp,
}

impl Placing<'_> {
    fn created_at(&self) -> i64 {
        let given = self.record.created_at.map(Timestamp::as_micros);
        given.or(self.stored.map(|(created, _)| created)).unwrap_or(self.now.as_micros())
    }

    fn updated_at(&self) -> i64 {
        let given = self.record.updated_at.map(Timestamp::as_micros);
        given.or(self.stored.map(|(_, updated)| updated)).unwrap_or(self.now.as_micros())
    }
}

fn packed(ids: &[PublicId]) -> String {
    let keys: Vec<String> = ids.iter().map(|id| id.key().to_string()).collect();
    if keys.is_empty() { String::new() } else { format!(",{},", keys.join(",")) }
}

/// Makes the row of a region.
pub(super) fn region(
    input: &RegionInput,
    placing: &Placing<'_>,
    zones: &Zones,
) -> Result<entity::region::Model, Vec<Fault>> {
    let mut faults = Vec::new();
    if input.names.0.is_empty() {
        faults.push(Fault::new(FaultCode::Required, "input.names", "needs at least one name"));
    }
    for (field, length) in [
        ("input.codes", input.codes.len()),
        ("input.parents", input.parents.len()),
        ("input.overlaps", input.overlaps.len()),
        ("input.timeZones", input.time_zones.len()),
    ] {
        at_most(field, length, LIST, &mut faults);
    }
    for (position, zone) in input.time_zones.iter().enumerate() {
        if !zones.knows(zone) {
            let field = format!("input.timeZones[{position}]");
            let message = format!("\"{}\" is not the name of an IANA time zone", zone.escape_debug());
            faults.push(Fault::new(FaultCode::InvalidTimeZone, field, message));
        }
    }
    let names = placing.names;
    let parents = names.resolve_all(Noun::Region, &input.parents, "input.parents", &mut faults);
    let overlaps = names.resolve_all(Noun::Region, &input.overlaps, "input.overlaps", &mut faults);
    if parents.contains(&placing.id) {
        faults.push(Fault::new(FaultCode::Invalid, "input.parents", "holds the region itself"));
    }
    let superseded_by = input.superseded_by.as_ref().and_then(|name| {
        names.resolve(Noun::Region, name, "input.supersededBy").map_err(|fault| faults.push(fault)).ok()
    });
    let mut json = |value: Result<String, Fault>| value.map_err(|fault| faults.push(fault)).unwrap_or_default();
    let row = entity::region::Model {
        id: placing.id.key(),
        public_id: bare(placing.id),
        slug: input.slug.to_string(),
        kind: input.kind.as_str().to_string(),
        names: json(column(&input.names)),
        endonyms: json(column(&input.endonyms)),
        codes: json(column(&input.codes)),
        parent_ids: packed(&parents),
        overlap_ids: packed(&overlaps),
        time_zones: json(column(&input.time_zones)),
        acknowledgement: json(column(&input.acknowledgement)),
        boundary_disclaimer: json(column(&input.boundary_disclaimer)),
        valid_from: input.valid_from.map(|date| date.to_string()),
        valid_to: input.valid_to.map(|date| date.to_string()),
        superseded_by: superseded_by.map(|id| id.key()),
        created_at: placing.created_at(),
        updated_at: placing.updated_at(),
    };
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

/// Makes the row of a topic.
pub(super) fn topic(input: &TopicInput, placing: &Placing<'_>) -> Result<entity::topic::Model, Vec<Fault>> {
    let mut faults = Vec::new();
    if input.names.0.is_empty() {
        faults.push(Fault::new(FaultCode::Required, "input.names", "needs at least one name"));
    }
    at_most("input.broader", input.broader.len(), LIST, &mut faults);
    let broader = placing.names.resolve_all(Noun::Topic, &input.broader, "input.broader", &mut faults);
    if broader.contains(&placing.id) {
        faults.push(Fault::new(FaultCode::Invalid, "input.broader", "holds the topic itself"));
    }
    let names = column(&input.names).map_err(|fault| faults.push(fault)).unwrap_or_default();
    let row = entity::topic::Model {
        id: placing.id.key(),
        public_id: bare(placing.id),
        slug: input.slug.to_string(),
        facet: input.facet.as_str().to_string(),
        names,
        broader_ids: packed(&broader),
        created_at: placing.created_at(),
        updated_at: placing.updated_at(),
    };
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

/// Makes the row of an organization.
pub(super) fn organization(
    input: &OrganizationInput,
    placing: &Placing<'_>,
) -> Result<entity::organization::Model, Vec<Fault>> {
    let mut faults = Vec::new();
    at_most("input.regions", input.regions.len(), LIST, &mut faults);
    at_most("input.languages", input.languages.len(), LIST, &mut faults);
    let regions = placing.names.resolve_all(Noun::Region, &input.regions, "input.regions", &mut faults);
    let description = column(&input.description).map_err(|fault| faults.push(fault)).unwrap_or_default();
    let row = entity::organization::Model {
        id: placing.id.key(),
        public_id: bare(placing.id),
        slug: input.slug.to_string(),
        name: input.name.to_string(),
        description,
        website: input.website.as_ref().map(|url| url.as_str().to_string()),
        region_ids: packed(&regions),
        languages: pack_locales(&input.languages),
        is_verified: input.is_verified,
        created_at: placing.created_at(),
        updated_at: placing.updated_at(),
    };
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

fn record(noun: Noun, public_id: &str, created_at: i64, updated_at: i64) -> Record {
    Record {
        id: Some(noun.id_of(public_id)),
        created_at: Some(Timestamp::from_micros(created_at)),
        updated_at: Some(Timestamp::from_micros(updated_at)),
        ..Record::default()
    }
}

fn slug(text: &str) -> Result<Slug, Fault> {
    Slug::parse(text).map_err(|message| Fault::new(FaultCode::Invalid, "stored", message))
}

fn slugs<T>(keys: &str, find: impl Fn(i64) -> Option<T>, name: impl Fn(T) -> String) -> Result<Vec<Ref>, Fault> {
    unpack_keys(keys).into_iter().filter_map(find).map(|found| line(&name(found))).collect()
}

/// The input that makes a stored region.
pub(super) fn export_region(row: &entity::region::Model, catalog: &Catalog) -> Result<(RegionInput, Record), Fault> {
    let date = |text: &Option<String>| text.as_deref().map(super::campaign::date).transpose();
    let regions = |keys: &str| slugs(keys, |key| catalog.region(key), |region| region.slug.clone());
    let input = RegionInput {
        slug: slug(&row.slug)?,
        kind: word(&row.kind)?,
        names: stored(&row.names)?,
        endonyms: stored(&row.endonyms)?,
        codes: stored(&row.codes)?,
        parents: regions(&row.parent_ids)?,
        overlaps: regions(&row.overlap_ids)?,
        time_zones: stored(&row.time_zones)?,
        acknowledgement: stored(&row.acknowledgement)?,
        boundary_disclaimer: stored(&row.boundary_disclaimer)?,
        valid_from: date(&row.valid_from)?,
        valid_to: date(&row.valid_to)?,
        superseded_by: row.superseded_by.and_then(|key| catalog.region(key)).map(|r| line(&r.slug)).transpose()?,
    };
    Ok((input, record(Noun::Region, &row.public_id, row.created_at, row.updated_at)))
}

/// The input that makes a stored topic.
pub(super) fn export_topic(row: &entity::topic::Model, catalog: &Catalog) -> Result<(TopicInput, Record), Fault> {
    let input = TopicInput {
        slug: slug(&row.slug)?,
        facet: word(&row.facet)?,
        names: stored(&row.names)?,
        broader: slugs(&row.broader_ids, |key| catalog.topic(key), |topic| topic.slug.clone())?,
    };
    Ok((input, record(Noun::Topic, &row.public_id, row.created_at, row.updated_at)))
}

/// The input that makes a stored organization.
pub(super) fn export_organization(
    row: &entity::organization::Model,
    catalog: &Catalog,
) -> Result<(OrganizationInput, Record), Fault> {
    let url =
        |text: &String| HttpsUrl::parse(text).map_err(|message| Fault::new(FaultCode::Invalid, "stored", message));
    let input = OrganizationInput {
        slug: slug(&row.slug)?,
        name: line(&row.name)?,
        description: stored(&row.description)?,
        website: row.website.as_ref().map(url).transpose()?,
        regions: slugs(&row.region_ids, |key| catalog.region(key), |region| region.slug.clone())?,
        languages: locales(&row.languages)?,
        is_verified: row.is_verified,
    };
    Ok((input, record(Noun::Organization, &row.public_id, row.created_at, row.updated_at)))
}
