//! The file of a copy: a SQLite database with a table `item` and a view `current` that leaves out what is over. Must not ask
//! a server.

use std::collections::BTreeMap;
use std::path::Path;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait, Value,
};

use super::{Change, Item, Page, Question};

/// Why a file cannot be a copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyFault {
    /// The file cannot be read or written.
    #[error("the file of the copy: {0}")]
    File(#[from] DbErr),
    /// It is one of something else.
    #[error("the file is a copy of another question ({0}); take another file, or delete this one")]
    Other(String),
    /// It holds what no copy holds.
    #[error("the file of the copy holds an item that is no JSON")]
    Broken,
}

const TABLES: [&str; 3] = [
    // `question` never changes; `token` is where to go on; items of an older `generation` go when all was told anew.
    "CREATE TABLE IF NOT EXISTS mirror (id INTEGER PRIMARY KEY CHECK (id = 1), question TEXT NOT NULL, token TEXT, \
     generation INTEGER NOT NULL, is_anew INTEGER NOT NULL, synced_at TEXT) STRICT",
    "CREATE TABLE IF NOT EXISTS item (id TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, expires_at TEXT, \
     content TEXT NOT NULL, generation INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE VIEW IF NOT EXISTS current AS SELECT id, kind, version, expires_at, content FROM item \
     WHERE expires_at IS NULL OR julianday(expires_at) > julianday('now')",
];

/// A copy.
#[derive(Debug)]
pub struct Copy {
    connection: DatabaseConnection,
}

impl Copy {
    /// Opens a copy, or makes an empty one.
    pub async fn open(path: &Path, question: &Question) -> Result<Self, CopyFault> {
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
        options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|options| {
            // What is dropped is overwritten in the file, and no log of writes keeps it.
            options
                .journal_mode(SqliteJournalMode::Delete)
                .synchronous(SqliteSynchronous::Full)
                .pragma("secure_delete", "ON")
        });
        let connection = Database::connect(options).await?;
        for table in TABLES {
            connection.execute_unprepared(table).await?;
        }
        let question = serde_json::to_string(question).unwrap_or_default();
        let new = "INSERT INTO mirror (id, question, generation, is_anew) VALUES (1, $1, 1, 0) ON CONFLICT DO NOTHING";
        connection.execute_raw(statement(new, [question.clone().into()])).await?;
        let row = connection.query_one_raw(statement("SELECT question FROM mirror", [])).await?;
        let stored: String = row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?;
        if stored == question { Ok(Self { connection }) } else { Err(CopyFault::Other(stored)) }
    }

    /// Where to go on; none at the start.
    pub async fn token(&self) -> Result<Option<String>, CopyFault> {
        let row = self.connection.query_one_raw(statement("SELECT token FROM mirror", [])).await?;
        Ok(row.map_or(Ok(None), |row| row.try_get_by_index(0))?)
    }

    /// Writes a page with its token: all of it or nothing.
    pub async fn apply(&self, page: &Page) -> Result<(), CopyFault> {
        let transaction = self.connection.begin().await?;
        if page.is_resync {
            transaction.execute_unprepared("UPDATE mirror SET generation = generation + 1, is_anew = 1").await?;
        }
        for change in &page.changes {
            let change = match change {
                Change::Keep(item) => statement(
                    "INSERT OR REPLACE INTO item (id, kind, version, expires_at, content, generation) \
                     SELECT $1, $2, $3, $4, $5, generation FROM mirror",
                    [
                        item.id.clone().into(),
                        item.kind.clone().into(),
                        item.version.into(),
                        item.expires_at.clone().into(),
                        item.content.to_string().into(),
                    ],
                ),
                Change::Drop(id) => statement("DELETE FROM item WHERE id = $1", [id.clone().into()]),
            };
            transaction.execute_raw(change).await?;
        }
        let told = "UPDATE mirror SET token = $1, synced_at = datetime('now')";
        transaction.execute_raw(statement(told, [page.next.clone().into()])).await?;
        if !page.has_more {
            let old = "DELETE FROM item WHERE generation < (SELECT generation FROM mirror WHERE is_anew = 1)";
            transaction.execute_unprepared(old).await?;
            transaction.execute_unprepared("UPDATE mirror SET is_anew = 0").await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// All that is kept, by id.
    pub async fn items(&self) -> Result<BTreeMap<String, Item>, CopyFault> {
        let all = "SELECT id, kind, version, expires_at, content FROM item";
        let mut items = BTreeMap::new();
        for row in self.connection.query_all_raw(statement(all, [])).await? {
            let content: String = row.try_get("", "content")?;
            let item = Item {
                id: row.try_get("", "id")?,
                kind: row.try_get("", "kind")?,
                version: row.try_get("", "version")?,
                expires_at: row.try_get("", "expires_at")?,
                content: serde_json::from_str(&content).map_err(|_| CopyFault::Broken)?,
            };
            items.insert(item.id.clone(), item);
        }
        Ok(items)
    }
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}
