//! What search finds: a row for each language of an item, with the words of its texts and what visibility is decided by.
//! The words of SQLite are indexed by FTS5, which overwrites what is taken out; those of PostgreSQL are a `tsvector`.
//! Items that are there already are indexed by the worker, as after a change of the region graph.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns of both databases beside `id`, which counts up: the row that was written last is the newest.
const COLUMNS: &str = "content BIGINT NOT NULL REFERENCES content (id) ON DELETE CASCADE,
    kind SMALLINT NOT NULL,
    organization_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    visibility TEXT NOT NULL,
    region_ids TEXT NOT NULL,
    published_at BIGINT,
    expires_at BIGINT,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,";

const POSTGRES: [&str; 4] = [
    "id BIGSERIAL PRIMARY KEY, words TSVECTOR NOT NULL",
    // Without a list of pending entries, which every search would have to read.
    "CREATE INDEX search_words ON search USING gin (words) WITH (fastupdate = off)",
    // Each row says which 4 096 it is among, so that the index alone finds the newest that hold a word.
    "CREATE FUNCTION search_slice() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       NEW.words := NEW.words || array_to_tsvector(ARRAY['_z_' || (NEW.id >> 12)]);
       RETURN NEW;
     END $$",
    "CREATE TRIGGER search_sliced BEFORE INSERT ON search FOR EACH ROW EXECUTE FUNCTION search_slice()",
];

const SQLITE: [&str; 5] = [
    // The table's own order, so that a word that is found leads straight to its row.
    "id INTEGER PRIMARY KEY, body TEXT NOT NULL, facets TEXT NOT NULL",
    "CREATE VIRTUAL TABLE search_words USING fts5(title, summary, body, facets, content='search', content_rowid='id', \
     prefix='3', columnsize=0, tokenize=\"ascii tokenchars '_'\")",
    "INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)",
    "CREATE TRIGGER search_inserted AFTER INSERT ON search BEGIN
       INSERT INTO search_words (rowid, title, summary, body, facets)
       VALUES (new.id, new.title, new.summary, new.body, new.facets);
     END",
    "CREATE TRIGGER search_deleted AFTER DELETE ON search BEGIN
       INSERT INTO search_words (search_words, rowid, title, summary, body, facets)
       VALUES ('delete', old.id, old.title, old.summary, old.body, old.facets);
     END",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let own: &[&str] = match manager.get_database_backend() {
            DatabaseBackend::Postgres => &POSTGRES,
            _ => &SQLITE,
        };
        let Some((columns, indexes)) = own.split_first() else { return Ok(()) };
        let table = format!("CREATE TABLE search ({COLUMNS} {columns})");
        run(manager, &[&table, "CREATE INDEX search_content ON search (content)"]).await?;
        run(manager, indexes).await?;
        let backfill = "INSERT INTO reindex (id, position) SELECT 1, -1 WHERE EXISTS (SELECT 1 FROM content) \
                        ON CONFLICT (id) DO UPDATE SET position = -1";
        run(manager, &[backfill]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Postgres => run(manager, &["DROP TABLE search", "DROP FUNCTION search_slice()"]).await,
            _ => {
                let triggers = ["DROP TRIGGER search_inserted", "DROP TRIGGER search_deleted"];
                run(manager, &triggers).await?;
                run(manager, &["DROP TABLE search_words", "DROP TABLE search"]).await
            }
        }
    }
}
