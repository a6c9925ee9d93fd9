//! What every list of content can be narrowed to and ordered by. Must not know the filters of one kind.

use async_graphql::{Enum, InputObject};

use crate::domain::geo::{Bounds, Near, Point};
use crate::domain::limits::Limits;
use crate::domain::vocabulary::{ContentNote, PublicationStatus, Vocabulary};
use crate::graphql::error::ApiError;
use crate::graphql::scalar::{DateTime, Locale};
use crate::store::{Catalog, Filter, Order, OrderField};

/// What lists of content are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ContentOrderField {
    /// The usual order of the kind: events by their start, regional updates by their issue, others by publication.
    Usual,
    /// The instant of publication; of what was never published, that of its making.
    PublishedAt,
    /// The instant of the last change.
    UpdatedAt,
    /// The original title, without regard to case and accents.
    Title,
    /// The distance from the point of `filter.near`, which must be given.
    Distance,
}

/// A direction of ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OrderDirection {
    /// Smallest, earliest or first in the alphabet first.
    Asc,
    /// Largest, latest or last in the alphabet first.
    Desc,
}

/// An ordering of a list of content; ties are broken so that the order is total.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct ContentOrder {
    /// What to order by.
    field: ContentOrderField,
    /// In which direction.
    direction: OrderDirection,
}

impl ContentOrder {
    /// The order of the store, for a list that is narrowed by a filter.
    pub(crate) fn resolve(self, filter: &Filter) -> Result<Order, ApiError> {
        let field = match self.field {
            ContentOrderField::Usual => OrderField::Usual,
            ContentOrderField::PublishedAt => OrderField::PublishedAt,
            ContentOrderField::UpdatedAt => OrderField::UpdatedAt,
            ContentOrderField::Title => OrderField::Title,
            ContentOrderField::Distance => {
                let needed = "orderBy.field DISTANCE needs filter.near, which only events and regional updates have";
                OrderField::Distance(filter.near.ok_or_else(|| ApiError::BadInput(needed.to_string()))?)
            }
        };
        Ok(Order { field, is_descending: self.direction == OrderDirection::Desc })
    }
}

/// What lies within a distance of a point. Only places that are told are found, and only where they are told to be: one
/// that is told approximately is at the centre of its cell. Answers are in no cache.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct NearInput {
    /// Degrees north of the equator, from -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    longitude: f64,
    /// The distance in kilometres along the surface of the Earth, from 5 to 2 000.
    radius_km: f64,
}

impl NearInput {
    pub(crate) fn resolve(self) -> Result<Near, ApiError> {
        let point = Point::from_degrees(self.latitude, self.longitude);
        let near = point.and_then(|point| Near::new(point, self.radius_km));
        near.map_err(|message| ApiError::BadInput(format!("filter.near: {message}")))
    }
}

/// What lies in a box of degrees, edges included; at least 5 km high and wide, and not across the 180th meridian. Only
/// places that are told are found, and only where they are told to be. Answers are in no cache.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct BoundingBoxInput {
    /// Degrees of latitude of the southern edge, from -90 to 90.
    south: f64,
    /// Degrees of longitude of the western edge, from -180 to 180.
    west: f64,
    /// Degrees of latitude of the northern edge, from -90 to 90.
    north: f64,
    /// Degrees of longitude of the eastern edge, from -180 to 180.
    east: f64,
}

impl BoundingBoxInput {
    pub(crate) fn resolve(self) -> Result<Bounds, ApiError> {
        let corners = Point::from_degrees(self.south, self.west)
            .and_then(|south_west| Ok((south_west, Point::from_degrees(self.north, self.east)?)));
        let bounds = corners.and_then(|(south_west, north_east)| Bounds::new(south_west, north_east));
        bounds.map_err(|message| ApiError::BadInput(format!("filter.within: {message}")))
    }
}

/// A span of time: from `from` on, before `before`. A missing bound does not bound.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DateTimeRange {
    /// The first instant that is in.
    from: Option<DateTime>,
    /// The first instant that is out.
    before: Option<DateTime>,
}

/// The bounds of a span in microseconds.
pub(crate) fn instant_range(range: Option<&DateTimeRange>) -> (Option<i64>, Option<i64>) {
    let micros = |bound: &Option<DateTime>| bound.as_ref().map(|bound| bound.instant.as_micros());
    range.map_or((None, None), |range| (micros(&range.from), micros(&range.before)))
}

/// The parts of a filter that all kinds share.
#[derive(Debug, Default)]
pub(crate) struct ContentFilterParts {
    pub(crate) regions: Option<Vec<String>>,
    pub(crate) include_subregions: Option<bool>,
    pub(crate) topics: Option<Vec<String>>,
    pub(crate) publishers: Option<Vec<String>>,
    pub(crate) locales: Option<Vec<Locale>>,
    pub(crate) exclude_content_notes: Option<Vec<ContentNote>>,
    pub(crate) is_spotlighted: Option<bool>,
    pub(crate) published: Option<DateTimeRange>,
    pub(crate) updated_since: Option<DateTime>,
    pub(crate) statuses: Option<Vec<PublicationStatus>>,
}

impl ContentFilterParts {
    /// The filter of the store, references resolved.
    pub(crate) fn resolve(self, catalog: &Catalog, limits: &Limits) -> Result<Filter, ApiError> {
        let region = |name: &str| catalog.find_region(name).map(|region| region.key);
        let topic = |name: &str| catalog.find_topic(name).map(|topic| topic.key);
        let publisher = |name: &str| catalog.find_organization(name).map(|organization| organization.key);
        bounded(
            "filter.excludeContentNotes",
            self.exclude_content_notes.as_ref().map_or(0, Vec::len),
            limits.list_inputs,
        )?;
        bounded("filter.languages", self.locales.as_ref().map_or(0, Vec::len), limits.filter_values)?;
        Ok(Filter {
            regions: keys("filter.regions", self.regions, limits, region)?,
            regions_directly: self.include_subregions == Some(false),
            topics: keys("filter.topics", self.topics, limits, topic)?,
            publishers: keys("filter.publishers", self.publishers, limits, publisher)?,
            excluded_notes: self
                .exclude_content_notes
                .unwrap_or_default()
                .into_iter()
                .map(Vocabulary::as_str)
                .collect(),
            locales: self.locales.map(|locales| locales.into_iter().map(|locale| locale.0).collect()),
            is_spotlighted: self.is_spotlighted,
            usual_between: (None, None),
            published_between: instant_range(self.published.as_ref()),
            updated_from: self.updated_since.map(|since| since.instant.as_micros()),
            statuses: self.statuses,
            near: None,
            within: None,
            conditions: Vec::new(),
        })
    }
}

/// Refuses a list that is too long; its name is the path of the argument.
pub(crate) fn bounded(name: &str, found: usize, maximum: usize) -> Result<(), ApiError> {
    if found > maximum {
        return Err(ApiError::BadInput(format!("{name} holds {found} values, more than the maximum of {maximum}")));
    }
    Ok(())
}

/// The keys of names, each once; `name` is the path of the argument.
pub(crate) fn keys(
    name: &str,
    values: Option<Vec<String>>,
    limits: &Limits,
    find: impl Fn(&str) -> Option<i64>,
) -> Result<Option<Vec<i64>>, ApiError> {
    let Some(values) = values else { return Ok(None) };
    bounded(name, values.len(), limits.filter_values)?;
    let mut found: Vec<i64> = Vec::with_capacity(values.len());
    for (position, value) in values.iter().enumerate() {
        let key = find(value).ok_or_else(|| {
            let shown: String = value.chars().take(80).flat_map(char::escape_debug).collect();
            ApiError::BadInput(format!("{name}[{position}]: \"{shown}\" is not known"))
        })?;
        if !found.contains(&key) {
            found.push(key);
        }
    }
    Ok(Some(found))
}

/// Declares the filter input of a kind: what all kinds share, then its own.
macro_rules! content_filter {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $field_doc:literal])* $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])*
        ///
        /// Absent or null members do not narrow; an empty list matches nothing; a list matches any of its values, at
        /// most 10; members are all required together.
        #[derive(Clone, Debug, Default, async_graphql::InputObject)]
        pub(crate) struct $name {
            /// Regions by id, slug or code, such as `CA-BC`; at most 10. Includes what lies inside them.
            regions: Option<Vec<String>>,
            /// Whether `regions` includes what lies inside them; true if left out.
            include_subregions: Option<bool>,
            /// Topics by id or slug; at most 10. Includes narrower topics.
            topics: Option<Vec<String>>,
            /// Publishing organizations by id or slug; at most 10.
            publishers: Option<Vec<String>>,
            /// Languages of which the item must have one; at most 10. Not the languages that answers are in.
            languages: Option<Vec<$crate::graphql::scalar::Locale>>,
            /// Content notes that the item must not carry.
            exclude_content_notes: Option<Vec<$crate::domain::vocabulary::ContentNote>>,
            /// Whether the collective points to the item now.
            is_spotlighted: Option<bool>,
            /// When the item was first published.
            published: Option<$crate::graphql::content::DateTimeRange>,
            /// Changed at or after this instant.
            updated_since: Option<$crate::graphql::scalar::DateTime>,
            /// States that the item may have; only what is published if left out. Others are shown as far as the client
            /// may read them: scope `content:read-drafts` for the own organization's, `content:review` for what is in
            /// review.
            publication_statuses: Option<Vec<$crate::domain::vocabulary::PublicationStatus>>,
            $($(#[doc = $field_doc])* $field: $type,)*
        }

        impl $name {
            fn parts(&self) -> $crate::graphql::content::ContentFilterParts {
                $crate::graphql::content::ContentFilterParts {
                    regions: self.regions.clone(),
                    include_subregions: self.include_subregions,
                    topics: self.topics.clone(),
                    publishers: self.publishers.clone(),
                    locales: self.languages.clone(),
                    exclude_content_notes: self.exclude_content_notes.clone(),
                    is_spotlighted: self.is_spotlighted,
                    published: self.published.clone(),
                    updated_since: self.updated_since.clone(),
                    statuses: self.publication_statuses.clone(),
                }
            }
        }
    };
}
pub(crate) use content_filter;

/// The wire names of the values of a filter.
pub(crate) fn words<V: Vocabulary>(values: &[V]) -> Vec<String> {
    values.iter().map(|value| value.as_str().to_string()).collect()
}
