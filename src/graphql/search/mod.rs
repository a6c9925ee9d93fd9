//! Search over all kinds of content: its connection, its edges and its excerpts. Must not rank or read data itself.

mod query;

use async_graphql::{Description, InputObject, Object, SimpleObject};

pub(crate) use query::SearchQueries;

use super::connection::{Cursor, PageInfo};
use super::content::{Content, ContentFilterParts};
use super::scalar::Locale;
use crate::domain::vocabulary::{ContentNote, PublicationStatus};

/// What a search is narrowed to.
///
/// Absent or null members do not narrow; an empty list matches nothing; a list matches any of its values, at most 10;
/// members are all required together.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct SearchFilter {
    /// Regions by id, slug or code, such as `CA-BC`; at most 10. Includes what lies inside them.
    regions: Option<Vec<String>>,
    /// Whether `regions` includes what lies inside them; true if left out.
    include_subregions: Option<bool>,
    /// Topics by id or slug; at most 10. Includes narrower topics.
    topics: Option<Vec<String>>,
    /// Publishing organizations by id or slug; at most 10.
    publishers: Option<Vec<String>>,
    /// Languages of which the item must have one; at most 10. Not the languages that answers are in.
    languages: Option<Vec<Locale>>,
    /// Content notes that the item must not carry.
    exclude_content_notes: Option<Vec<ContentNote>>,
    /// States that the item may have; only what is published if left out. Others are found as far as the client may read
    /// them: scope `content:read-drafts` for the own organization's, `content:review` for what is in review. What is
    /// withdrawn is never found.
    publication_statuses: Option<Vec<PublicationStatus>>,
}

impl SearchFilter {
    fn parts(self) -> ContentFilterParts {
        ContentFilterParts {
            regions: self.regions,
            include_subregions: self.include_subregions,
            topics: self.topics,
            publishers: self.publishers,
            locales: self.languages,
            exclude_content_notes: self.exclude_content_notes,
            statuses: self.publication_statuses,
            ..ContentFilterParts::default()
        }
    }
}

/// A stretch of characters (Unicode code points, counted from 0).
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct TextSpan {
    /// The first character that is in.
    start: i32,
    /// The first character that is out.
    end: i32,
}

/// The passage of an item that shows best why it was found.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SearchExcerpt {
    /// The passage: plain text on one line, about 240 characters, with an ellipsis where it was cut. Not HTML: escape it
    /// as any other text.
    text: String,
    /// The stretches of `text` that match, in order; none overlaps another. Empty if only the name of a region, a topic or
    /// the publisher matches.
    highlights: Vec<TextSpan>,
    /// The language of the passage: the one that the title is in, if the item was found in that.
    locale: Locale,
}

/// What was found, with its place and the passage that shows why.
#[derive(Clone, Debug, Description)]
pub(crate) struct SearchEdge {
    cursor: Cursor,
    node: Content,
    excerpt: Option<SearchExcerpt>,
}

#[Object(use_type_description)]
impl SearchEdge {
    /// The item's place in the ranking, for `after` and `before`. Opaque, and bound to the query, the kinds and the filter.
    async fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// The item.
    async fn node(&self) -> &Content {
        &self.node
    }

    /// The passage that shows best why the item was found.
    async fn excerpt(&self) -> Option<&SearchExcerpt> {
        self.excerpt.as_ref()
    }
}

/// A page of what was found, the best first (Relay connection).
#[derive(Clone, Debug, Description)]
pub(crate) struct SearchConnection {
    edges: Vec<SearchEdge>,
    info: PageInfo,
    total: i64,
}

#[Object(use_type_description)]
impl SearchConnection {
    /// The items with their cursors and excerpts.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// The items alone.
    async fn nodes(&self) -> Vec<&Content> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page lies in the ranking.
    async fn page_info(&self) -> &PageInfo {
        &self.info
    }

    /// All items that were ranked, whatever the page: all that match, unless more than 1 500 texts do, of which those are
    /// ranked that were published or changed last. An item is a text for each of its languages. Costs 20.
    async fn total_count(&self) -> i64 {
        self.total
    }
}
