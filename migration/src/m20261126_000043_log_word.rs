//! On PostgreSQL, every transaction that appends to the change log gives word of it when it commits, so that the other nodes
//! need not look. The word carries the number only: each node reads the log itself.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DatabaseBackend::Postgres {
            return Ok(());
        }
        let function = "CREATE FUNCTION give_word() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM \
                        pg_notify('solidarity_change', CAST(NEW.seq AS TEXT)); RETURN NULL; END $$";
        let trigger = "CREATE TRIGGER give_word AFTER UPDATE ON epoch FOR EACH ROW EXECUTE FUNCTION give_word()";
        run(manager, &[function, trigger]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DatabaseBackend::Postgres {
            return Ok(());
        }
        run(manager, &["DROP TRIGGER give_word ON epoch", "DROP FUNCTION give_word()"]).await
    }
}
