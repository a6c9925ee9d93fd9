//! The columns of content items: which are read, in which order, and how a row becomes what they are. Must not decide which
//! items are found.

use std::collections::HashMap;
use std::sync::LazyLock;

use sea_orm::sqlx::postgres::{PgRow, Postgres};
use sea_orm::sqlx::sqlite::{Sqlite, SqliteRow};
use sea_orm::sqlx::{Decode, Row as _};
use sea_orm::{DbErr, Iterable, QueryResult, sea_query::Iden};

use super::Kind;
use super::sql::Sql;

/// Which columns of items are read. The others of an item are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Columns {
    /// Whether the body is.
    pub body: bool,
    /// Whether those are that lists seldom show: see `is_rare`. They may be of the table of the kind as well.
    pub rare: bool,
    /// Whether those of the table of the kind are.
    pub detail: bool,
}

impl Columns {
    /// All of them.
    pub const ALL: Self = Self { body: true, rare: true, detail: true };
    /// The fewest.
    pub const FEWEST: Self = Self { body: false, rare: false, detail: false };

    /// All of them, the body perhaps.
    pub const fn with_body(body: bool) -> Self {
        Self { body, ..Self::ALL }
    }

    /// Whether the table of a kind is read: of updates always, since it says of which type they are.
    pub(super) fn has_detail(self, kind: Kind) -> bool {
        self.detail || self.rare || kind == Kind::Update
    }
}

/// Whether a column is read only if it is asked for. Whoever adds one looks at `graphql::wanted`, where the fields are that
/// need none of these.
const fn is_rare(table: &str, column: &str) -> bool {
    const CONTENT: &[&str] = &[
        "locales",
        "title_key",
        "attribution",
        "content_notes",
        "source_system",
        "source_external_id",
        "source",
        "verification",
        "spotlight_until",
        "created_at",
        "updated_at",
    ];
    const RESOURCE: &[&str] = &[
        "audience",
        "external_url",
        "files",
        "evidence",
        "reviewed_at",
        "review_due_at",
        "superseded_by",
        "license",
        "reading_level",
        "languages",
    ];
    const EVENT: &[&str] = &["over_at", "languages", "features", "campaign_id", "detail"];
    const CAMPAIGN: &[&str] = &["detail"];
    (is_same(table, "content") && is_among(column, CONTENT))
        || (is_same(table, "resource") && is_among(column, RESOURCE))
        || (is_same(table, "event") && is_among(column, EVENT))
        || (is_same(table, "campaign") && is_among(column, CAMPAIGN))
}

const fn is_among(name: &str, mut names: &[&str]) -> bool {
    while let [first, rest @ ..] = names {
        if is_same(name, first) {
            return true;
        }
        names = rest;
    }
    false
}

const fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

/// The cells of a row, one after the other. Straight from the driver: its columns are our own, so that their types are known.
pub(super) struct Cells<'r> {
    row: Row<'r>,
    next: usize,
    columns: Columns,
    has_detail: bool,
}

enum Row<'r> {
    Postgres(&'r PgRow),
    Sqlite(&'r SqliteRow),
}

impl<'r> Cells<'r> {
    /// Those of a row from a position on.
    pub(super) fn of(row: &'r QueryResult, first: usize, columns: Columns) -> Result<Self, DbErr> {
        let postgres = row.try_as_pg_row().map(Row::Postgres);
        let row = postgres.or_else(|| row.try_as_sqlite_row().map(Row::Sqlite));
        let row = row.ok_or_else(|| DbErr::Type("a row of no known database".to_string()))?;
        Ok(Self { row, next: first, columns, has_detail: true })
    }

    /// From here on the cells are of the table of a kind.
    pub(super) fn detail_of(&mut self, kind: Kind) {
        self.has_detail = self.columns.has_detail(kind);
    }

    /// The next one, of a column that may not have been read.
    fn rare<T: Decode<'r, Postgres> + Decode<'r, Sqlite> + Default>(&mut self) -> Result<T, DbErr> {
        if self.columns.rare { self.take() } else { Ok(T::default()) }
    }

    /// The next one, of a table that may not have been read.
    fn detail<T: Decode<'r, Postgres> + Decode<'r, Sqlite> + Default>(&mut self) -> Result<T, DbErr> {
        if self.has_detail { self.take() } else { Ok(T::default()) }
    }

    /// The next one.
    pub(super) fn take<T: Decode<'r, Postgres> + Decode<'r, Sqlite>>(&mut self) -> Result<T, DbErr> {
        let at = self.next;
        self.next += 1;
        let value = match self.row {
            Row::Postgres(row) => row.try_get_unchecked(at),
            Row::Sqlite(row) => row.try_get_unchecked(at),
        };
        value.map_err(|fault| DbErr::Type(format!("column {at} of an item: {fault}")))
    }
}

/// Reads rows by the positions of their columns: by name, as `FromQueryResult` does, it takes longer than all else of a list.
pub(super) mod row {
    use sea_orm::DbErr;

    use super::{Cells, is_rare};

    macro_rules! readers {
        ($($table:ident { $($column:ident)+ })+) => {
            $(pub(in crate::store) fn $table(cells: &mut Cells<'_>) -> Result<entity::$table::Model, DbErr> {
                Ok(entity::$table::Model {
                    $($column: if const { is_rare(stringify!($table), stringify!($column)) } {
                        cells.rare()?
                    } else {
                        cells.detail()?
                    },)+
                })
            })+

            #[cfg(test)]
            pub(super) fn all() -> Vec<(&'static str, Vec<String>, Vec<&'static str>)> {
                use sea_orm::{Iterable, sea_query::Iden};
                vec![$((
                    stringify!($table),
                    entity::$table::Column::iter().map(|column| column.unquoted().to_string()).collect(),
                    vec![$(stringify!($column)),+],
                ),)+]
            }
        };
    }

    readers! {
        content {
            id public_id kind slug wanted_slug organization_id status visibility version texts locales title_key
            attribution content_notes source_system source_external_id source verification region_ids topic_ids
            order_key spotlight_until published_at expires_at created_at updated_at body
        }
        resource {
            content_id category format audience external_url files evidence reviewed_at review_due_at superseded_by
            license reading_level languages
        }
        event {
            content_id kind format event_status starts_at_local ends_at_local time_zone is_all_day starts_at ends_at
            over_at languages features campaign_id detail
        }
        campaign { content_id kind state urgency starts_on ends_on detail }
        regional_update {
            content_id kind message_type supersedes issued_at effective_at severity instructions detail
        }
    }
}

/// Appends `, c.x AS c_x, …, d.y AS d_y, …`, with an empty body unless it is read; answers how many columns these are.
pub(super) fn columns(kind: Kind, read: Columns, sql: &mut Sql) -> usize {
    static TEXTS: LazyLock<HashMap<(Kind, Columns), (String, usize)>> = LazyLock::new(|| {
        let all = Kind::ALL.into_iter().flat_map(|kind| {
            (0..8_u8)
                .map(move |bits| (kind, Columns { body: bits & 1 != 0, rare: bits & 2 != 0, detail: bits & 4 != 0 }))
        });
        let of = |(kind, read)| {
            let texts = column_texts(kind, read);
            ((kind, read), (texts.concat(), texts.len()))
        };
        all.map(of).collect()
    });
    let Some((text, count)) = TEXTS.get(&(kind, read)) else { return 0 };
    sql.push(text);
    *count
}

fn column_texts(kind: Kind, read: Columns) -> Vec<String> {
    fn texts<C: Iden>(table: &str, alias: char, columns: impl Iterator<Item = C>, read: Columns) -> Vec<String> {
        let names = columns.map(|column| column.unquoted().to_string());
        let names = names.filter(|name| read.rare || !is_rare(table, name));
        names
            .map(|name| match name.as_str() {
                "body" if !read.body => ", CAST(NULL AS TEXT) AS c_body".to_string(),
                _ => format!(", {alias}.{name} AS {alias}_{name}"),
            })
            .collect()
    }
    let table = kind.table();
    let detail = match kind {
        Kind::Resource => texts(table, 'd', entity::resource::Column::iter(), read),
        Kind::Event => texts(table, 'd', entity::event::Column::iter(), read),
        Kind::Campaign => texts(table, 'd', entity::campaign::Column::iter(), read),
        Kind::Update => texts(table, 'd', entity::regional_update::Column::iter(), read),
    };
    let mut all = texts("content", 'c', entity::content::Column::iter(), read);
    if read.has_detail(kind) {
        all.extend(detail);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn rows_are_read_in_the_order_in_which_they_are_selected() {
        for (table, selected, read) in row::all() {
            assert_eq!(selected, read, "{table}");
        }
    }
}
