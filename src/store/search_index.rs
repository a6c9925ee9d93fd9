//! The rows of an item in the index of search: one for each of its languages, of words and of facets. A facet is a word that
//! stands for what lists are narrowed to; it begins with an underscore, which no word of a text holds. Must not search.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use serde_json::{Value, json};

use super::catalog::json as parsed;
use super::search_text::{Said, names, said};
use super::sql::{Sql, unpack, unpack_keys};
use super::together::Together;
use super::{Catalog, Detail, Kind, NewItem, Store};
use crate::domain::content::ContentText;
use crate::domain::search::{BREAK, stream};

/// Last position that PostgreSQL tells from others.
const LAST_POSITION: u32 = 16_383;

/// What a facet stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Facet<'a> {
    Kind(Kind),
    Status(&'a str),
    /// A region that the item is in, itself or one inside it.
    Region(i64),
    /// A region that the item names.
    RegionItself(i64),
    Topic(i64),
    Publisher(i64),
    Language(&'a str),
    Note(&'a str),
}

impl Facet<'_> {
    /// The word.
    pub(super) fn word(self) -> String {
        let named = |letter: char, name: &str| format!("_{letter}_{}", name.to_ascii_lowercase().replace('-', "_"));
        match self {
            Self::Kind(kind) => format!("_k_{}", kind.number()),
            Self::Status(status) => named('s', status),
            Self::Region(key) => format!("_r_{key}"),
            Self::RegionItself(key) => format!("_d_{key}"),
            Self::Topic(key) => format!("_t_{key}"),
            Self::Publisher(key) => format!("_p_{key}"),
            Self::Language(tag) => named('l', tag),
            Self::Note(note) => named('n', note),
        }
    }
}

impl Store {
    /// Lets nobody find an item whom its change took it from: what is withdrawn is taken out of the index, and what decides
    /// who sees an item is written at once. Its words come behind: see [`Store::catch_up_search`].
    pub(super) fn hide_from_search(&self, item: &NewItem, before: &NewItem, together: &mut Together) {
        let content = &item.content;
        let mut sql = Sql::default();
        if content.status == "WITHDRAWN" {
            sql.push("DELETE FROM search");
        } else if may_hide(content, &before.content) {
            sql.push("UPDATE search SET organization_id = ").bind(content.organization_id);
            sql.push(", status = ").bind(content.status.as_str());
            sql.push(", visibility = ").bind(content.visibility.as_str());
            sql.push(", region_ids = ").bind(content.region_ids.as_str());
            sql.push(", published_at = ").bind(content.published_at);
            sql.push(", expires_at = ").bind(content.expires_at);
        } else {
            return;
        }
        sql.push(" WHERE content = ").bind(content.id);
        together.add(sql.statement(self.backend()));
    }

    /// The rows of an item as it is.
    pub(super) fn indexed(
        &self,
        catalog: &Catalog,
        content: &entity::content::Model,
        detail: &Detail,
    ) -> Result<Vec<Indexed>, DbErr> {
        if content.status == "WITHDRAWN" {
            return Ok(Vec::new());
        }
        let texts: Vec<ContentText> = parsed(&content.texts)?;
        let facets = facets(catalog, content);
        let is_postgres = self.backend() == DbBackend::Postgres;
        let row = |said: &Said| {
            let row = Row::of(said, names(content, catalog, &said.locale));
            let words = if is_postgres { row.vector(&facets) } else { row.body };
            Indexed {
                content: content.id,
                kind: content.kind,
                organization: content.organization_id,
                status: content.status.clone(),
                visibility: content.visibility.clone(),
                regions: content.region_ids.clone(),
                published_at: content.published_at,
                expires_at: content.expires_at,
                title: row.title,
                summary: row.summary,
                words,
                facets: (!is_postgres).then(|| facets.join(" ")),
            }
        };
        Ok(said(content, &texts, detail)?.iter().map(row).collect())
    }

    /// Puts rows in the place of those that some items have; their texts are the newest then.
    pub(super) async fn index_rows(
        &self,
        tx: &DatabaseTransaction,
        items: &[i64],
        rows: &[Indexed],
    ) -> Result<(), DbErr> {
        if items.is_empty() {
            return Ok(());
        }
        if self.backend() == DbBackend::Sqlite {
            tx.execute_raw(delete_all(items)).await?;
            tx.execute_raw(insert_all(rows)).await?;
            return Ok(());
        }
        let mut sql = Sql::default();
        sql.push("DELETE FROM search WHERE content").is_any(self.backend(), items);
        tx.execute_raw(sql.statement(self.backend())).await?;
        let mut rest = rows;
        // Few sizes, so that each is prepared once.
        for size in [16, 4, 1] {
            while let Some((some, others)) = rest.split_at_checked(size) {
                tx.execute_raw(self.insert_rows(some, &[])).await?;
                rest = others;
            }
        }
        Ok(())
    }

    /// Indexes an item anew, its texts as new as they were.
    pub(super) async fn reindex_item(
        &self,
        tx: &DatabaseTransaction,
        catalog: &Catalog,
        item: &NewItem,
    ) -> Result<(), DbErr> {
        let ids = self.delete_rows(tx, item.content.id).await?;
        let rows = self.indexed(catalog, &item.content, &item.detail)?;
        if !rows.is_empty() {
            tx.execute_raw(self.insert_rows(&rows, &ids)).await?;
        }
        Ok(())
    }

    /// Deletes the rows of an item; answers their ids in order.
    async fn delete_rows(&self, tx: &DatabaseTransaction, content: i64) -> Result<Vec<i64>, DbErr> {
        let mut sql = Sql::default();
        sql.push("DELETE FROM search WHERE content = ").bind(content).push(" RETURNING id");
        let rows = tx.query_all_raw(sql.statement(self.backend())).await?;
        let mut ids: Vec<i64> = Vec::with_capacity(rows.len());
        for row in rows {
            ids.push(row.try_get_by_index(0)?);
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// The statement that inserts some rows, of which there is one at least; those beyond the given ids get the next ones.
    fn insert_rows(&self, rows: &[Indexed], ids: &[i64]) -> Statement {
        let is_postgres = self.backend() == DbBackend::Postgres;
        let mut sql = Sql::default();
        sql.push("INSERT INTO search (id, ").push(COLUMNS).push(", ");
        sql.push(if is_postgres { "words" } else { "body, facets" }).push(") VALUES ");
        for (position, row) in rows.iter().enumerate() {
            sql.push(if position == 0 { "(" } else { ", (" });
            match ids.get(position) {
                Some(id) => sql.bind(*id),
                None => sql.push(if is_postgres { "DEFAULT" } else { "NULL" }),
            };
            sql.push(", ").bind(row.content).push(", ").bind(row.kind).push(", ").bind(row.organization).push(", ");
            sql.bind(row.status.as_str()).push(", ").bind(row.visibility.as_str()).push(", ");
            sql.bind(row.regions.as_str()).push(", ").bind(row.published_at).push(", ").bind(row.expires_at);
            sql.push(", ").bind(row.title.as_str()).push(", ").bind(row.summary.as_str()).push(", ");
            match &row.facets {
                None => sql.push("CAST(").bind(row.words.as_str()).push(" AS tsvector))"),
                Some(facets) => sql.bind(row.words.as_str()).push(", ").bind(facets.as_str()).push(")"),
            };
        }
        sql.statement(self.backend())
    }
}

/// Deletes the rows of some items on SQLite, in one statement: FTS5 writes what it gathered at the end of each.
fn delete_all(items: &[i64]) -> Statement {
    let mut sql = Sql::default();
    sql.push("DELETE FROM search WHERE content").is_among(DbBackend::Sqlite, items);
    sql.statement(DbBackend::Sqlite)
}

/// Inserts some rows on SQLite, in one statement as well.
fn insert_all(rows: &[Indexed]) -> Statement {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!([
                row.content,
                row.kind,
                row.organization,
                row.status,
                row.visibility,
                row.regions,
                row.published_at,
                row.expires_at,
                row.title,
                row.summary,
                row.words,
                row.facets
            ])
        })
        .collect();
    let mut sql = Sql::default();
    sql.push("INSERT INTO search (").push(COLUMNS).push(", body, facets) SELECT r.value ->> 0");
    for column in 1..=11 {
        sql.push(&format!(", r.value ->> {column}"));
    }
    // In order: the ids count up.
    sql.push(" FROM json_each(").bind(Value::Array(rows).to_string()).push(") r WHERE true ORDER BY r.key");
    sql.statement(DbBackend::Sqlite)
}

const COLUMNS: &str =
    "content, kind, organization_id, status, visibility, region_ids, published_at, expires_at, title, summary";

/// A row of the index.
#[derive(Clone, Debug)]
pub(super) struct Indexed {
    content: i64,
    kind: i16,
    organization: i64,
    status: String,
    visibility: String,
    regions: String,
    published_at: Option<i64>,
    expires_at: Option<i64>,
    title: String,
    summary: String,
    /// The words of the rest; on PostgreSQL a `tsvector` of all of them and of the facets.
    words: String,
    /// The facets, on SQLite.
    facets: Option<String>,
}

/// The streams of an item in one language.
struct Row {
    title: String,
    summary: String,
    body: String,
}

impl Row {
    fn of(said: &Said, names: Vec<String>) -> Self {
        let more = said.body.iter().chain(&said.details).chain(&names);
        Self {
            title: stream([said.title.as_str()], said.tongue),
            summary: stream(said.summary.as_deref(), said.tongue),
            body: stream(more.map(String::as_str), said.tongue),
        }
    }

    /// The words with their positions, and the facets, as a `tsvector` is written.
    fn vector(&self, facets: &[String]) -> String {
        let mut vector = String::with_capacity((self.title.len() + self.summary.len() + self.body.len()) * 2);
        let mut position = 0_u32;
        for stream in [&self.title, &self.summary, &self.body] {
            for word in stream.split(' ') {
                position = position.saturating_add(1).min(LAST_POSITION);
                if !word.is_empty() && word != BREAK {
                    let _ = write!(vector, "'{word}':{position} ");
                }
            }
        }
        for facet in facets {
            let _ = write!(vector, "'{facet}' ");
        }
        vector
    }
}

fn facets(catalog: &Catalog, content: &entity::content::Model) -> Vec<String> {
    let mut facets: Vec<Facet<'_>> = vec![Facet::Status(&content.status), Facet::Publisher(content.organization_id)];
    facets.extend(Kind::from_number(content.kind).map(Facet::Kind));
    for key in unpack_keys(&content.region_ids) {
        facets.extend([Facet::RegionItself(key), Facet::Region(key)]);
        let around = catalog.region(key).into_iter().flat_map(|region| &region.ancestors);
        facets.extend(around.map(|key| Facet::Region(*key)));
    }
    for key in unpack_keys(&content.topic_ids) {
        facets.push(Facet::Topic(key));
        let broader = catalog.topic(key).into_iter().flat_map(|topic| &topic.ancestors);
        facets.extend(broader.map(|key| Facet::Topic(*key)));
    }
    facets.extend(unpack(&content.locales).map(Facet::Language));
    facets.extend(unpack(&content.content_notes).map(Facet::Note));
    let mut words: Vec<String> = facets.into_iter().map(Facet::word).collect();
    words.sort();
    words.dedup();
    words
}

/// Whether a change may take an item from someone: publishing gives it to more.
fn may_hide(content: &entity::content::Model, before: &entity::content::Model) -> bool {
    let place = |content: &entity::content::Model| {
        (content.visibility.clone(), content.region_ids.clone(), content.organization_id, content.expires_at)
    };
    let is_coming_out = content.status == "PUBLISHED" && before.status != "PUBLISHED";
    let state = |content: &entity::content::Model| (content.status.clone(), content.published_at);
    place(content) != place(before) || (!is_coming_out && state(content) != state(before))
}
