//! How far those who follow the change log have read: the index of search is written behind the changes, many at once.

use sea_orm_migration::prelude::*;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = "CREATE TABLE log_reader (name TEXT{binary} NOT NULL PRIMARY KEY, seq BIGINT NOT NULL)";
        // What is there already was indexed with each change.
        let search = "INSERT INTO log_reader (name, seq) SELECT 'search', seq FROM epoch WHERE id = 1";
        run(manager, &[table, search]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backfill = "INSERT INTO reindex (id, position) SELECT 1, -1 WHERE EXISTS (SELECT 1 FROM content) \
                        ON CONFLICT (id) DO UPDATE SET position = -1";
        run(manager, &[backfill, "DROP TABLE log_reader"]).await
    }
}
