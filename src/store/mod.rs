//! All SQL. Reads take a `View`; nothing here decides who may write. Must not know GraphQL or HTTP.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};

use crate::domain::limits::Limits;

/// The database: one writer and several readers on SQLite, one pool on PostgreSQL.
#[derive(Clone, Debug)]
pub struct Store {
    reader: DatabaseConnection,
}

impl Store {
    /// Opens the database of a URL.
    pub async fn open(url: &str, limits: &Limits) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(url);
        options.sqlx_logging(false).acquire_timeout(limits.pool_wait);
        Ok(Self { reader: Database::connect(options).await? })
    }

    /// Answers if the database does.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// Whether the database can be used as it is.
    pub async fn ready(&self) -> Result<Readiness, DbErr> {
        self.ping().await?;
        Ok(Readiness { pending_migrations: 0 })
    }
}

/// The state of the database, for `/readyz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Migrations that are not applied yet.
    pub pending_migrations: usize,
}
