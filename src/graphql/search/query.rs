//! The query `search`. Must not hold fields of what it finds.

use std::fmt::Write as _;

use async_graphql::{Context, Object, Result};
use sha2::{Digest, Sha256};

use super::{SearchConnection, SearchEdge, SearchExcerpt, SearchFilter, TextSpan};
use crate::domain::search::{Excerpt, Query};
use crate::domain::vocabulary::ContentKind;
use crate::graphql::connection::{Cursor, PageArgs, PageInfo, encode};
use crate::graphql::content::{content_node, kind_of, wants_body};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::scalar::Locale;
use crate::store::{Filter, Kind, SearchQuery};

/// Queries over all kinds of content.
#[derive(Debug, Default)]
pub(crate) struct SearchQueries;

#[Object]
impl SearchQueries {
    /// Items of all kinds that hold the words of a query in a title, a summary, a body or the names that go with them, the
    /// best first: words in titles before words in summaries, and these before others; the newest first among equals.
    ///
    /// Words match in any language, without regard to case, accents and ligatures, and by their stems in English and
    /// French; the last one, of three letters or more, also matches longer words. Words in quotation marks match as they stand. All words must be in
    /// one language of an item; if no item holds all of them, items that hold at least half are found. Nothing is syntax.
    /// Costs 20 beside its page, and is never cached.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for: 1 to 200 characters, of which at least one is a letter or a digit.")]
        query: String,
        #[graphql(desc = "Kinds to look among; all if left out.")] kinds: Option<Vec<ContentKind>>,
        #[graphql(desc = "Narrows the search.")] filter: Option<SearchFilter>,
        #[graphql(desc = "Items from the best on; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the ranking; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<SearchConnection> {
        let limits = &ctx.app().limits;
        let query =
            Query::parse(&query, limits.search_chars).map_err(|fault| ApiError::BadInput(format!("query {fault}")))?;
        let filter = filter.unwrap_or_default().parts().resolve(ctx.catalog(), limits)?;
        let kinds = kinds.map(|kinds| kinds.into_iter().map(kind_of).collect::<Vec<Kind>>());
        let order = order(&query, kinds.as_deref(), &filter);
        let page = PageArgs { first, after, last, before }.request(limits, &order)?;
        let view = ctx.view(locales)?;
        let selected = ctx.look_ahead();
        let edges = selected.field("edges");
        let search = SearchQuery {
            query,
            kinds,
            filter,
            page,
            with_body: wants_body(selected.field("nodes")) || wants_body(edges.field("node")),
            with_excerpts: edges.field("excerpt").exists(),
            view: view.clone(),
        };
        let found = ctx.app().store.search(&search).await.map_err(ApiError::from)?;
        let edges: Vec<SearchEdge> = found
            .items
            .into_iter()
            .map(|found| SearchEdge {
                cursor: Cursor::Text(encode(&found.key, &order)),
                node: content_node(&found.item, &view),
                excerpt: found.excerpt.map(|(locale, excerpt)| shown(Locale(locale.to_string()), excerpt)),
            })
            .collect();
        let info = PageInfo {
            has_next_page: found.has_next,
            has_previous_page: found.has_previous,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(SearchConnection { edges, info, total: i64::try_from(found.total).unwrap_or(i64::MAX) })
    }
}

/// The name that binds a cursor to a question, and does not tell it.
fn order(query: &Query, kinds: Option<&[Kind]>, filter: &Filter) -> String {
    let digest = Sha256::digest(format!("{query:?} {kinds:?} {filter:?}"));
    let mut name = String::from("s");
    for byte in digest.iter().take(8) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn shown(locale: Locale, excerpt: Excerpt) -> SearchExcerpt {
    let place = |place: usize| i32::try_from(place).unwrap_or(i32::MAX);
    let spans = excerpt.highlights.iter();
    let highlights = spans.map(|(start, end)| TextSpan { start: place(*start), end: place(*end) }).collect();
    SearchExcerpt { text: excerpt.text, highlights, locale }
}
