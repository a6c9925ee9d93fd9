//! Search: what is found, ranked, and the page of it. One expression of words and facets, written for FTS5 and for
//! PostgreSQL's `tsquery`; every word in it is quoted, so that nothing a client sends is syntax. At most the newest
//! [`RANKED`] texts are ranked, so that a word of half the items costs no more than a rare one. Must not log a word.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DbBackend, DbErr};

use super::item::{Item, readable, visible};
use super::search_index::Facet;
use super::search_text::{Said, said};
use super::sql::Sql;
use super::{Filter, Kind, PageKey, PageRequest, Store};
use crate::domain::locale::Locale;
use crate::domain::search::{Candidate, Excerpt, Passage, Phrase, Query, Standing, Term, excerpt, rank};
use crate::domain::view::View;
use crate::domain::vocabulary::Vocabulary;

/// Texts that are ranked at most: of those that match, the ones that were published or changed last. An item is a text for
/// each of its languages.
pub const RANKED: i64 = 1_500;

/// How long a search indexes what was changed before it.
const CATCH_UP: Duration = Duration::from_millis(250);

/// A question for a search.
#[derive(Clone, Debug)]
pub struct SearchQuery {
    /// What is looked for.
    pub query: Query,
    /// Kinds to look among; all if absent, none if empty.
    pub kinds: Option<Vec<Kind>>,
    /// Narrowed to what; conditions on details, on times and on spotlights are not heeded.
    pub filter: Filter,
    /// Which part.
    pub page: PageRequest,
    /// Whether bodies are read.
    pub with_body: bool,
    /// Whether excerpts are cut.
    pub with_excerpts: bool,
    /// For whom.
    pub view: View,
}

/// An item that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its place.
    pub key: PageKey,
    /// The item.
    pub item: Arc<Item>,
    /// What shows why it was found, with its language, if excerpts were asked for.
    pub excerpt: Option<(Locale, Excerpt)>,
}

/// A page of what was found.
#[derive(Clone, Debug, Default)]
pub struct SearchPage {
    /// The items in order.
    pub items: Vec<Found>,
    /// Whether there is more behind the page.
    pub has_next: bool,
    /// Whether there is more before the page.
    pub has_previous: bool,
    /// Items that were ranked.
    pub total: usize,
}

impl Store {
    /// One page of what a query finds: items that hold all of it, or, if there are none, those that hold at least half.
    pub async fn search(&self, search: &SearchQuery) -> Result<SearchPage, DbErr> {
        let Some(facets) = Facets::of(search) else { return Ok(SearchPage::default()) };
        let caught_up = match self.unindexed().await {
            Ok(Some(until)) => self.catch_up_search(until, CATCH_UP).await.map(|_| ()),
            outcome => outcome.map(|_| ()),
        };
        if caught_up.is_err() {
            tracing::debug!("the index of search is behind, and cannot be written now: the worker says so too");
        }
        let query = &search.query;
        let parts = query.terms.iter().map(Part::Term).chain(query.phrases.iter().map(Part::Phrase));
        let parts: Vec<Part<'_>> = parts.collect();
        let mut candidates = self.matches(search, &facets, &[&parts]).await?;
        if candidates.is_empty() && parts.len() > 1 {
            let each: Vec<&[Part<'_>]> = parts.chunks(1).collect();
            candidates = gathered(self.matches(search, &facets, &each).await?, parts.len());
        }
        let standings = rank(query, &candidates);
        let total = standings.len();
        let (start, end) = bounds(&standings, &search.page);
        let page: Vec<Standing> = standings.get(start..end).unwrap_or_default().to_vec();
        let mut items = HashMap::with_capacity(page.len());
        for kind in Kind::ALL {
            let of_kind = page.iter().filter(|standing| standing.kind == kind.number());
            let keys: Vec<i64> = of_kind.map(|standing| standing.content).collect();
            if !keys.is_empty() {
                let with_body = search.with_body || search.with_excerpts;
                items.extend(self.find_items(kind, &keys, &search.view, with_body).await?);
            }
        }
        let mut found = Vec::with_capacity(page.len());
        for standing in page {
            let Some(item) = items.remove(&standing.content) else { continue };
            let excerpt = if search.with_excerpts { passage(search, &item)? } else { None };
            found.push(Found { key: PageKey::Number(standing.place, standing.content), item, excerpt });
        }
        Ok(SearchPage { items: found, has_next: end < total, has_previous: start > 0, total })
    }

    /// The newest texts that hold all of a set of parts, for each of the sets. What the viewer may not read is not among
    /// them.
    async fn matches(
        &self,
        search: &SearchQuery,
        facets: &Facets,
        sets: &[&[Part<'_>]],
    ) -> Result<Vec<Candidate>, DbErr> {
        let backend = self.backend();
        let mut sql = Sql::default();
        for (position, parts) in sets.iter().enumerate() {
            sql.push(if position == 0 { "" } else { " UNION ALL " });
            sql.push(&format!("SELECT CAST({position} AS BIGINT) AS part, t.* FROM ("));
            match backend {
                DbBackend::Postgres => postgres_matches(search, &facets.tsquery(parts), &mut sql),
                _ => {
                    sql.push(&format!("SELECT {COLUMNS} FROM search_words CROSS JOIN search s ON s.id = "));
                    sql.push("search_words.rowid WHERE search_words MATCH ").bind(facets.fts5(parts)).push(" AND ");
                    read(search, backend, &mut sql);
                    sql.push(" ORDER BY search_words.rowid DESC LIMIT ").push_number(RANKED);
                }
            }
            sql.push(") t");
        }
        let all = sets.first().map_or(0, |parts| (1_u64 << parts.len().min(63)) - 1);
        let rows = self.query(sql.statement(backend)).await?;
        let mut candidates = Vec::with_capacity(rows.len());
        for row in rows {
            let position: i64 = row.try_get_by_index(0)?;
            candidates.push(Candidate {
                content: row.try_get_by_index(1)?,
                kind: row.try_get_by_index(2)?,
                newness: row.try_get_by_index::<Option<i64>>(3)?.unwrap_or_default() / MINUTE_MICROS,
                title: row.try_get_by_index(4)?,
                summary: row.try_get_by_index(5)?,
                found: all << position.clamp(0, 62),
            });
        }
        Ok(candidates)
    }
}

/// What is read of a text that was found.
const COLUMNS: &str = "s.content, s.kind, s.published_at, s.title, s.summary";
/// How new a text is, is told in minutes.
const MINUTE_MICROS: i64 = 60_000_000;

/// Appends the condition that the viewer may read a text, in one of the states that are asked for: the facets say which.
fn read(search: &SearchQuery, backend: DbBackend, sql: &mut Sql) {
    match &search.filter.statuses {
        None => visible("s", &search.view, backend, sql),
        Some(_) => readable("s", &search.view, backend, sql),
    }
}

/// The newest texts on PostgreSQL, whose index of words is in no order: first among the last 8 192 that were written, then
/// among the last 32 768, then among all, until there are enough. Each step reads only what the index finds, since the
/// sub-query keeps the planner from looking at the words and taking another way.
fn postgres_matches(search: &SearchQuery, expression: &str, sql: &mut Sql) {
    let enough = format!("(SELECT count(*) FROM t@) >= {RANKED}");
    sql.push("WITH q AS MATERIALIZED (SELECT CAST(").bind(expression).push(" AS text) AS q, ");
    sql.push("COALESCE((SELECT max(id) FROM search), 0) >> 12 AS z)");
    for (step, slices) in [(1, Some(1)), (2, Some(7)), (3, None)] {
        sql.push(&format!(", t{step} AS MATERIALIZED (SELECT {COLUMNS} FROM search s WHERE s.words @@ "));
        match slices {
            Some(slices) => sql.push(&format!(
                "(SELECT CAST(q.q || ' & (' || (SELECT string_agg('_z_' || n, ' | ') FROM \
                 generate_series(q.z - {slices}, q.z) n) || ')' AS tsquery) FROM q)"
            )),
            None => sql.push("(SELECT CAST(q.q AS tsquery) FROM q)"),
        };
        for earlier in 1..step {
            sql.push(" AND NOT ").push(&enough.replace('@', &earlier.to_string()));
        }
        sql.push(" AND ");
        read(search, DbBackend::Postgres, sql);
        sql.push(" ORDER BY s.id + 0 DESC LIMIT ").push_number(RANKED).push(")");
    }
    sql.push(" SELECT * FROM t1 WHERE ").push(&enough.replace('@', "1"));
    sql.push(" UNION ALL SELECT * FROM t2 WHERE ").push(&enough.replace('@', "2"));
    sql.push(" UNION ALL SELECT * FROM t3");
}

/// Joins the matches of single parts to texts that hold at least half of all parts.
fn gathered(matches: Vec<Candidate>, parts: usize) -> Vec<Candidate> {
    let mut texts: HashMap<(i64, String, String), Candidate> = HashMap::with_capacity(matches.len());
    for found in matches {
        let key = (found.content, found.title.clone(), found.summary.clone());
        let bits = found.found;
        texts.entry(key).or_insert(found).found |= bits;
    }
    texts.into_values().filter(|text| text.found.count_ones() as usize * 2 >= parts).collect()
}

/// The part of a ranking that a page asks for.
fn bounds(standings: &[Standing], page: &PageRequest) -> (usize, usize) {
    let place = |standing: &Standing| PageKey::Number(standing.place, standing.content);
    let total = standings.len();
    let mut start =
        page.after.as_ref().map_or(0, |after| standings.partition_point(|standing| place(standing) >= *after));
    let mut end =
        page.before.as_ref().map_or(total, |before| standings.partition_point(|standing| place(standing) > *before));
    start = start.min(end);
    if page.from_end {
        start = start.max(end.saturating_sub(page.size));
    } else {
        end = end.min(start.saturating_add(page.size));
    }
    (start, end)
}

/// The passage that shows why an item was found: in the language that the reader sees it in if it was found in that.
fn passage(search: &SearchQuery, item: &Item) -> Result<Option<(Locale, Excerpt)>, DbErr> {
    let mut all = said(&item.content, &item.texts, &item.detail)?;
    let shown = search.view.preference.choose(item.texts.iter().map(|text| &text.locale), 0);
    if let Some(shown) = shown.map(|choice| choice.index).filter(|index| *index < all.len()) {
        all.swap(0, shown);
    }
    let found = all.iter().find_map(|said| best(&search.query, said).map(|excerpt| (said.locale.clone(), excerpt)));
    // What was found by the name of a region, a topic or the publisher shows how it begins.
    let beginning = |said: &Said| {
        let text = said.summary.as_ref().or(said.body.as_ref()).unwrap_or(&said.title);
        (said.locale.clone(), Excerpt::beginning(text))
    };
    Ok(found.or_else(|| all.first().map(beginning)))
}

/// The best passage of the texts below the title; of the title only if there is none.
fn best(query: &Query, said: &Said) -> Option<Excerpt> {
    let of = |texts: &[Option<&String>]| {
        let texts = texts.iter().flatten();
        let passages: Vec<Passage<'_>> = texts.map(|text| Passage { text, tongue: said.tongue }).collect();
        excerpt(query, &passages)
    };
    let details = said.details.join("; ");
    of(&[said.summary.as_ref(), said.body.as_ref()])
        .or_else(|| of(&[Some(&details)]))
        .or_else(|| of(&[Some(&said.title)]))
}

/// A part of a query.
#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Term(&'a Term),
    Phrase(&'a Phrase),
}

/// What the facets of a text must be: one of each group, and none of those that are left out.
#[derive(Debug)]
struct Facets {
    groups: Vec<Vec<String>>,
    excluded: Vec<String>,
}

impl Facets {
    /// The facets of a question; none if nothing can match.
    fn of(search: &SearchQuery) -> Option<Self> {
        let filter = &search.filter;
        let words = |facets: Vec<Facet<'_>>| facets.into_iter().map(Facet::word).collect::<Vec<String>>();
        let keys = |keys: &Option<Vec<i64>>, facet: fn(i64) -> Facet<'static>| {
            keys.as_ref().map(|keys| words(keys.iter().copied().map(facet).collect()))
        };
        let region = if filter.regions_directly { Facet::RegionItself } else { Facet::Region };
        let statuses = filter.statuses.as_ref().map_or_else(
            || vec![Facet::Status("PUBLISHED").word()],
            |statuses| statuses.iter().map(|status| Facet::Status(status.as_str()).word()).collect(),
        );
        let languages = filter.locales.as_ref();
        let groups: Vec<Vec<String>> = [
            Some(statuses),
            search.kinds.as_ref().map(|kinds| words(kinds.iter().copied().map(Facet::Kind).collect())),
            keys(&filter.regions, region),
            keys(&filter.topics, Facet::Topic),
            keys(&filter.publishers, Facet::Publisher),
            languages.map(|tags| tags.iter().map(|tag| Facet::Language(tag).word()).collect()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let excluded = filter.excluded_notes.iter().map(|note| Facet::Note(note).word()).collect();
        groups.iter().all(|group| !group.is_empty()).then_some(Self { groups, excluded })
    }

    /// The expression for SQLite's FTS5.
    fn fts5(&self, parts: &[Part<'_>]) -> String {
        let any = |words: &[String]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ");
        let part = |part: &Part<'_>| match part {
            Part::Term(term) => {
                let mut forms = any(&term.stems);
                forms.push_str(if forms.is_empty() { "" } else { " OR " });
                format!("({forms}\"{}\"{})", term.word, if term.is_prefix { " *" } else { "" })
            }
            Part::Phrase(Phrase(words)) => format!("\"{}\"", words.join(" ")),
        };
        let texts: Vec<String> = parts.iter().map(part).collect();
        let facets: Vec<String> = self.groups.iter().map(|group| format!("({})", any(group))).collect();
        let mut expression = format!(
            "({{title summary body}} : ({})) AND ({{facets}} : ({}))",
            texts.join(" AND "),
            facets.join(" AND ")
        );
        if !self.excluded.is_empty() {
            expression = format!("({expression}) NOT ({{facets}} : ({}))", any(&self.excluded));
        }
        expression
    }

    /// The expression for PostgreSQL.
    fn tsquery(&self, parts: &[Part<'_>]) -> String {
        let any = |words: &[String]| words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | ");
        let part = |part: &Part<'_>| match part {
            Part::Term(term) => {
                let mut forms = any(&term.stems);
                forms.push_str(if forms.is_empty() { "" } else { " | " });
                format!("({forms}'{}'{})", term.word, if term.is_prefix { ":*" } else { "" })
            }
            Part::Phrase(Phrase(words)) => {
                let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
                format!("({})", words.join(" <-> "))
            }
        };
        let texts = parts.iter().map(part);
        let facets = self.groups.iter().map(|group| format!("({})", any(group)));
        let mut expression = texts.chain(facets).collect::<Vec<_>>().join(" & ");
        if !self.excluded.is_empty() {
            expression = format!("{expression} & !({})", any(&self.excluded));
        }
        expression
    }
}
