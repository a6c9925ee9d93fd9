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

/// Which columns of items are read: those of some groups, beside the keys and texts, which always are. The others of an item are
/// empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Columns(u8);

impl Columns {
    /// Those without which there is no item.
    pub const FEWEST: Self = Self(0);
    /// Whose it is, and its regions and topics.
    pub const PLACE: Self = Self(1);
    /// Its version and state, and when it is shown.
    pub const STATE: Self = Self(1 << 1);
    /// Its body.
    pub const BODY: Self = Self(1 << 2);
    /// Of the table of its kind: what sort of thing it is.
    pub const SORT: Self = Self(1 << 3);
    /// Of the table of its kind: from which instant to which.
    pub const INSTANTS: Self = Self(1 << 4);
    /// Of the table of its kind: from which day to which.
    pub const DAYS: Self = Self(1 << 5);
    /// Those that lists seldom show, of both tables.
    pub const RARE: Self = Self(1 << 6);
    /// All of them.
    pub const ALL: Self = Self((1 << 7) - 1);
    /// What of the table of its kind stands in the envelope as well.
    const OUTLINE: Self = Self(1 << 7);
    /// What that says.
    const OUTLINED: Self = Self::SORT.and(Self::INSTANTS).and(Self::DAYS);

    /// All of them, the body perhaps.
    pub const fn with_body(body: bool) -> Self {
        if body { Self::ALL } else { Self(Self::ALL.0 & !Self::BODY.0) }
    }

    /// These and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether all of some are among them.
    pub const fn has(self, some: Self) -> bool {
        self.0 & some.0 == some.0
    }

    /// Whether the table of a kind is read: where its outline does not say all that is wanted. Of updates always, since it
    /// says of which type they are.
    pub(super) fn has_detail(self, kind: Kind) -> bool {
        self.has(Self::RARE) || kind == Kind::Update
    }

    /// What is read of a kind.
    pub(super) fn of_kind(self, kind: Kind) -> Self {
        if self.has_detail(kind) || self.0 & Self::OUTLINED.0 == 0 {
            self
        } else {
            Self(self.0 & !Self::OUTLINED.0).and(Self::OUTLINE)
        }
    }

    /// Whether the outline is read for what it says.
    pub(super) const fn has_outline(self) -> bool {
        self.has(Self::OUTLINE)
    }
}

/// With which group a column is read. Whoever adds one looks at `graphql::wanted`, where it is said which fields need which.
const fn group_of(table: &str, column: &str) -> Columns {
    const GROUPS: &[(&str, Columns, &[&str])] = &[
        ("content", Columns::FEWEST, &["id", "public_id", "slug", "texts"]),
        ("content", Columns::PLACE, &["organization_id", "region_ids", "topic_ids"]),
        ("content", Columns::STATE, &["wanted_slug", "status", "visibility", "version", "published_at", "expires_at"]),
        ("content", Columns::BODY, &["body"]),
        ("content", Columns::OUTLINE, &["outline"]),
        ("resource", Columns::SORT, &["category", "format"]),
        ("event", Columns::SORT, &["kind", "format", "event_status"]),
        ("event", Columns::INSTANTS, &["time_zone", "starts_at", "ends_at"]),
        ("event", Columns::DAYS, &["starts_at_local", "ends_at_local", "is_all_day"]),
        ("campaign", Columns::SORT, &["kind", "state", "urgency"]),
        ("campaign", Columns::DAYS, &["starts_on", "ends_on"]),
    ];
    let mut groups = GROUPS;
    while let [(of, group, names), rest @ ..] = groups {
        if is_same(of, table) && is_among(column, names) {
            return *group;
        }
        groups = rest;
    }
    if is_same(table, "regional_update") { Columns::FEWEST } else { Columns::RARE }
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
        Ok(Self { row, next: first, columns })
    }

    /// The next one, if it was read.
    fn of_group<T: Decode<'r, Postgres> + Decode<'r, Sqlite> + Default>(&mut self, group: Columns) -> Result<T, DbErr> {
        if self.columns.has(group) { self.take() } else { Ok(T::default()) }
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

    use super::{Cells, group_of};

    macro_rules! readers {
        ($($table:ident { $($column:ident)+ })+) => {
            $(pub(in crate::store) fn $table(cells: &mut Cells<'_>) -> Result<entity::$table::Model, DbErr> {
                Ok(entity::$table::Model {
                    $($column: cells.of_group(const { group_of(stringify!($table), stringify!($column)) })?,)+
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
            order_key spotlight_until published_at expires_at created_at updated_at body outline
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

/// Appends `, c.x AS c_x, …, d.y AS d_y, …`; answers how many columns these are.
pub(super) fn columns(kind: Kind, read: Columns, sql: &mut Sql) -> usize {
    static TEXTS: LazyLock<HashMap<(Kind, Columns), (String, usize)>> = LazyLock::new(|| {
        let all =
            Kind::ALL.into_iter().flat_map(|kind| (0..=Columns::ALL.0).map(move |groups| (kind, Columns(groups))));
        let all = all.map(|(kind, read)| (kind, read.of_kind(kind)));
        let of = |(kind, read)| {
            let texts = column_texts(kind, read);
            ((kind, read), (texts.concat(), texts.len()))
        };
        all.map(of).collect()
    });
    let Some((text, count)) = TEXTS.get(&(kind, read.of_kind(kind))) else { return 0 };
    sql.push(text);
    *count
}

fn column_texts(kind: Kind, read: Columns) -> Vec<String> {
    fn texts<C: Iden>(table: &str, alias: char, columns: impl Iterator<Item = C>, read: Columns) -> Vec<String> {
        let names = columns.map(|column| column.unquoted().to_string());
        let names = names.filter(|name| read.has(group_of(table, name)));
        names
            .map(|name| match name.as_str() {
                // What an item is called by is one of two columns.
                "slug" if !read.has(Columns::STATE) => ", COALESCE(c.wanted_slug, c.slug) AS c_slug".to_string(),
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
