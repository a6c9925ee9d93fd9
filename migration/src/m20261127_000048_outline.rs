//! What lists show of the table of an item's kind, beside its envelope: a list reads one row for an item then, not two. Whoever
//! writes an envelope says it at once; where a process of an earlier version or a hand does not, the database does.
//!
//! Values between commas, in a fixed order; nothing for what is not known. None of them holds a comma.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns of each table in their order.
const OUTLINES: [(&str, &[&str]); 3] = [
    ("resource", &["category", "format"]),
    (
        "event",
        &[
            "kind",
            "format",
            "event_status",
            "time_zone",
            "starts_at",
            "ends_at",
            "starts_at_local",
            "ends_at_local",
            "is_all_day",
        ],
    ),
    ("campaign", &["kind", "state", "urgency", "starts_on", "ends_on"]),
];

/// The outline of a row.
fn outline(row: &str, columns: &[&str]) -> String {
    let value = |column: &&str| match *column {
        "is_all_day" => format!("CASE WHEN {row}.is_all_day THEN '1' ELSE '0' END"),
        column => format!("COALESCE(CAST({row}.{column} AS TEXT), '')"),
    };
    columns.iter().map(value).collect::<Vec<_>>().join(" || ',' || ")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE content ADD COLUMN outline TEXT NOT NULL DEFAULT ''"]).await?;
        for (table, columns) in OUTLINES {
            let stored = outline("d", columns);
            let of_all = format!(
                "UPDATE content SET outline = (SELECT {stored} FROM {table} d WHERE d.content_id = content.id) \
                 WHERE EXISTS (SELECT 1 FROM {table} d WHERE d.content_id = content.id)"
            );
            run(manager, &[&of_all]).await?;
            let told = outline("NEW", columns);
            let tell = format!("UPDATE content SET outline = {told} WHERE id = NEW.content_id AND outline <> {told}");
            let columns = columns.join(", ");
            if manager.get_database_backend() == DatabaseBackend::Postgres {
                let function = format!(
                    "CREATE FUNCTION {table}_outline() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN {tell}; RETURN NULL; END $$"
                );
                let trigger = format!(
                    "CREATE TRIGGER {table}_outline AFTER INSERT OR UPDATE OF {columns} ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION {table}_outline()"
                );
                run(manager, &[&function, &trigger]).await?;
            } else {
                let on = |name: &str, what: &str| {
                    format!("CREATE TRIGGER {table}_outline_{name} AFTER {what} ON {table} BEGIN {tell}; END")
                };
                run(manager, &[&on("insert", "INSERT"), &on("update", &format!("UPDATE OF {columns}"))]).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in OUTLINES {
            if manager.get_database_backend() == DatabaseBackend::Postgres {
                let trigger = format!("DROP TRIGGER {table}_outline ON {table}");
                run(manager, &[&trigger, &format!("DROP FUNCTION {table}_outline()")]).await?;
            } else {
                let drop = |name: &str| format!("DROP TRIGGER {table}_outline_{name}");
                run(manager, &[&drop("insert"), &drop("update")]).await?;
            }
        }
        run(manager, &["ALTER TABLE content DROP COLUMN outline"]).await
    }
}
