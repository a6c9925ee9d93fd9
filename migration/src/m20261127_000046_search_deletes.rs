//! FTS5 marks what is deleted instead of looking for each word of it in each part of the index, which took nine tenths of what it
//! costs to index an item anew. What was erased leaves the index when the file is scrubbed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set(manager, "INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 0)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set(manager, "INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)").await
    }
}

async fn set(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        DatabaseBackend::Sqlite => run(manager, &[statement]).await,
        _ => Ok(()),
    }
}
