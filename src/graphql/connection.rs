//! Relay connections: arguments, cursors, and the types of each noun. Must not read data itself but for a total.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, SimpleObject, Value};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::ApiError;
use super::render::{Plan, Render, Writing, rendered};
use crate::domain::limits::Limits;
use crate::domain::locale::Preference;
use crate::store::{Order, OrderField, PageKey, PageRequest};

rendered!(struct PageInfo { has_next_page, has_previous_page, start_cursor, end_cursor });

/// Where a page lies in its list.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there is more after this page.
    pub(crate) has_next_page: bool,
    /// Whether there is more before this page.
    pub(crate) has_previous_page: bool,
    /// The cursor of the first item, or null on an empty page.
    pub(crate) start_cursor: Option<Cursor>,
    /// The cursor to go on from, or null on an empty page at the end of the list.
    pub(crate) end_cursor: Option<Cursor>,
}

/// A place in a list, which becomes text only where it is selected.
#[derive(Clone, Debug)]
pub(crate) enum Cursor {
    /// In an order of a name.
    Place(PageKey, &'static str),
    /// As text.
    Text(String),
}

impl Cursor {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Place(key, order) => Cow::Owned(encode(key, order)),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }
}

impl OutputType for Cursor {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.text().into_owned()))
    }
}

impl Render for Cursor {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        self.text().render(plan, to)
    }
}

/// The paging arguments of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

impl PageArgs {
    /// The part of a list that the arguments ask for.
    pub(crate) fn request(&self, limits: &Limits, order: &str) -> Result<PageRequest, ApiError> {
        let size = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(ApiError::BadInput("first and last cannot be given together".to_string()));
            }
            (Some(size), None) | (None, Some(size)) => usize::try_from(size)
                .map_err(|_| ApiError::BadInput(format!("page size {size} is below the minimum of 0")))?,
            (None, None) => limits.page_default,
        };
        if size > limits.page_max {
            return Err(ApiError::Page { found: size, maximum: limits.page_max });
        }
        let place = |cursor: &Option<String>, name: &'static str| {
            cursor.as_deref().map(|cursor| decode(cursor, order).ok_or(ApiError::Cursor(name))).transpose()
        };
        Ok(PageRequest {
            size,
            after: place(&self.after, "after")?,
            before: place(&self.before, "before")?,
            from_end: self.last.is_some(),
        })
    }
}

/// The name that binds a cursor to an order.
pub(crate) fn order_name(order: Order) -> &'static str {
    match (order.field, order.is_descending) {
        (OrderField::Usual, false) => "u",
        (OrderField::Usual, true) => "U",
        (OrderField::UpdatedAt, false) => "c",
        (OrderField::UpdatedAt, true) => "C",
        (OrderField::PublishedAt, false) => "p",
        (OrderField::PublishedAt, true) => "P",
        (OrderField::Title, false) => "t",
        (OrderField::Title, true) => "T",
        (OrderField::Distance(_), false) => "d",
        (OrderField::Distance(_), true) => "D",
    }
}

/// An opaque cursor: the order that it is bound to and the place in it.
pub(crate) fn encode(key: &PageKey, order: &str) -> String {
    let plain = match key {
        PageKey::Number(number, item) => format!("{order}:{item}:n{number}"),
        PageKey::Text(text, item) => format!("{order}:{item}:t{text}"),
    };
    URL_SAFE_NO_PAD.encode(plain)
}

/// The place of a cursor, if it is one of the order.
pub(crate) fn decode(cursor: &str, order: &str) -> Option<PageKey> {
    if cursor.len() > 2_000 {
        return None;
    }
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut parts = plain.splitn(3, ':');
    if parts.next()? != order {
        return None;
    }
    let item: i64 = parts.next()?.parse().ok()?;
    let key = parts.next()?;
    let is_text = order.eq_ignore_ascii_case("t") || order.starts_with("name");
    match key.split_at_checked(1)? {
        ("n", number) if !is_text => Some(PageKey::Number(number.parse().ok()?, item)),
        ("t", text) if is_text && !text.contains('\0') => Some(PageKey::Text(text.to_string(), item)),
        _ => None,
    }
}

/// A page of a list in memory, ordered by name in the reader's language.
pub(crate) struct NamedPage<T> {
    pub(crate) items: Vec<(Cursor, Arc<T>)>,
    pub(crate) info: PageInfo,
    pub(crate) total: usize,
}

/// Cuts a page out of entries of the catalog.
pub(crate) fn named_page<T: crate::store::Entry>(
    entries: Vec<Arc<T>>,
    args: &PageArgs,
    limits: &Limits,
    preference: &Preference,
) -> Result<NamedPage<T>, ApiError> {
    let order = if crate::store::is_french(preference) { "name-fr" } else { "name-en" };
    let request = args.request(limits, order)?;
    let mut keyed: Vec<(PageKey, Arc<T>)> = entries
        .into_iter()
        .map(|entry| (PageKey::Text(entry.name_key(preference).to_string(), entry.key()), entry))
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    let total = keyed.len();
    let start = request.after.as_ref().map_or(0, |after| keyed.partition_point(|(key, _)| key <= after));
    let end = request.before.as_ref().map_or(total, |before| keyed.partition_point(|(key, _)| key < before));
    let (mut start, mut end) = (start.min(end), end);
    if request.from_end {
        start = start.max(end.saturating_sub(request.size));
    } else {
        end = end.min(start + request.size);
    }
    let items: Vec<(Cursor, Arc<T>)> =
        keyed.drain(start..end).map(|(key, entry)| (Cursor::Place(key, order), entry)).collect();
    let info = PageInfo {
        has_next_page: end < total,
        has_previous_page: start > 0,
        start_cursor: items.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: items.last().map(|(cursor, _)| cursor.clone()),
    };
    Ok(NamedPage { items, info, total })
}

/// What a page of content becomes: cursors with items, where the page lies, and the total.
pub(crate) fn content_page<T>(
    page: &crate::store::Page,
    order: Order,
    wrap: impl Fn(&Arc<crate::store::Item>) -> Option<T>,
) -> (Vec<(Cursor, T)>, PageInfo, Option<i64>) {
    let order = order_name(order);
    let wrap = |(key, item): &(PageKey, _)| wrap(item).map(|item| (Cursor::Place(key.clone(), order), item));
    let items: Vec<(Cursor, T)> = page.items.iter().filter_map(wrap).collect();
    let mut info = PageInfo {
        has_next_page: page.has_next,
        has_previous_page: page.has_previous,
        start_cursor: items.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: items.last().map(|(cursor, _)| cursor.clone()),
    };
    if let Some(scanned_to) = &page.scanned_to {
        let cursor = Cursor::Place(scanned_to.clone(), order);
        if page.is_from_end { info.start_cursor = Some(cursor) } else { info.end_cursor = Some(cursor) }
    }
    (items, info, page.total)
}

/// Declares the connection and edge types of a noun.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty, $what:literal) => {
        #[doc = concat!("A page of ", $what, " (Relay connection).")]
        #[derive(Clone, async_graphql::Description)]
        pub(crate) struct $connection {
            pub(crate) items: Vec<($crate::graphql::connection::Cursor, $node)>,
            pub(crate) info: $crate::graphql::connection::PageInfo,
            pub(crate) total: Option<i64>,
        }

        #[doc = concat!("An item of a page of ", $what, ", with its place in the list.")]
        #[derive(Clone, async_graphql::Description)]
        pub(crate) struct $edge {
            cursor: $crate::graphql::connection::Cursor,
            node: $node,
        }

        #[async_graphql::Object(use_type_description)]
        impl $edge {
            /// The item's place in the list, for `after` and `before`. Opaque, and bound to the list's ordering.
            async fn cursor(&self) -> &$crate::graphql::connection::Cursor {
                &self.cursor
            }

            /// The item.
            async fn node(&self) -> &$node {
                &self.node
            }
        }

        #[async_graphql::Object(use_type_description)]
        impl $connection {
            /// The items with their cursors.
            async fn edges(&self) -> Vec<$edge> {
                self.items.iter().map(|(cursor, node)| $edge { cursor: cursor.clone(), node: node.clone() }).collect()
            }

            /// The items without cursors.
            async fn nodes(&self) -> Vec<&$node> {
                self.items.iter().map(|(_, node)| node).collect()
            }

            /// Where the page lies in the list.
            async fn page_info(&self) -> &$crate::graphql::connection::PageInfo {
                &self.info
            }

            /// All items that match, whatever the page. Counted only when selected; costs 20.
            async fn total_count(&self) -> i64 {
                self.total.unwrap_or_default()
            }
        }
    };
}
pub(crate) use connection;

/// Names the fields of a connection that can be rendered.
macro_rules! rendered_connection {
    ($connection:ident, $edge:ident) => {
        $crate::graphql::render::rendered!($connection { edges, nodes, page_info, total_count });
        $crate::graphql::render::rendered!($edge { cursor, node });
    };
}
pub(crate) use rendered_connection;

/// Declares the connection and edge types of a noun of the catalog.
macro_rules! named_connection {
    ($connection:ident, $edge:ident, $node:ty, $what:literal) => {
        $crate::graphql::connection::connection!($connection, $edge, $node, $what);

        impl $connection {
            /// The connection of a page of the catalog.
            pub(crate) fn of<T>(
                page: $crate::graphql::connection::NamedPage<T>,
                wrap: impl Fn(std::sync::Arc<T>) -> $node,
            ) -> Self {
                let items = page.items.into_iter().map(|(cursor, entry)| (cursor, wrap(entry))).collect();
                Self { items, info: page.info, total: i64::try_from(page.total).ok() }
            }
        }
    };
}
pub(crate) use named_connection;
