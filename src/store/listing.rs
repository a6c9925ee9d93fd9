//! Lists of content: what can be asked, and the pages that come back. Keyset pages in both directions; a nested list
//! of many parents is one statement. Must not build SQL: see `walk.rs`.

use std::sync::Arc;

use sea_orm::DbErr;

use super::item::Item;
use super::{Columns, Kind, Read, Store};
use crate::domain::geo::{Bounds, Near};
use crate::domain::view::View;
use crate::domain::vocabulary::PublicationStatus;

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// All visible items of a kind.
    Of(Kind),
    /// Drug alerts that stand.
    Alerts,
}

impl ListKind {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Of(kind) => kind,
            Self::Alerts => Kind::Update,
        }
    }

    /// The number in the table `listing`, for what is published.
    pub(super) fn number(self) -> i16 {
        match self {
            Self::Of(kind) => kind.number(),
            Self::Alerts => 5,
        }
    }

    /// The number in the table `listing` for what is not published.
    pub(super) fn unpublished_number(self) -> i16 {
        self.number() + 10
    }
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// The order of the kind: start of events, issue of updates, publication of the others.
    Usual,
    /// Last change.
    UpdatedAt,
    /// Publication.
    PublishedAt,
    /// Original title, folded.
    Title,
    /// Distance, of those that are near.
    Distance(Near),
}

/// An order; ties are broken by the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// By what.
    pub field: OrderField,
    /// Largest first.
    pub is_descending: bool,
}

/// A condition on a column of the detail table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The column is one of the values.
    In(&'static str, Vec<String>),
    /// The packed set in the column holds one of the values.
    Holds(&'static str, Vec<String>),
    /// The number in the column is greater.
    After(&'static str, i64),
}

/// What a list is narrowed to. Absent members do not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Regions, by key.
    pub regions: Option<Vec<i64>>,
    /// Only items that name one of the regions themselves, not a region inside.
    pub regions_directly: bool,
    /// Topics, by key; narrower topics are included.
    pub topics: Option<Vec<i64>>,
    /// Publishers, by key.
    pub publishers: Option<Vec<i64>>,
    /// Content notes that items must not carry.
    pub excluded_notes: Vec<&'static str>,
    /// Languages of which an item must have one.
    pub locales: Option<Vec<String>>,
    /// Whether the item is spotlighted now.
    pub is_spotlighted: Option<bool>,
    /// Bounds of the usual order's value, in microseconds: from the first on, before the second.
    pub usual_between: (Option<i64>, Option<i64>),
    /// Bounds of the publication.
    pub published_between: (Option<i64>, Option<i64>),
    /// Changed at or after.
    pub updated_from: Option<i64>,
    /// States that an item may have; only what is published and current if absent.
    pub statuses: Option<Vec<PublicationStatus>>,
    /// Where an item must be, as far as that is told: within a distance, and in a box.
    pub near: Option<Near>,
    /// See `near`.
    pub within: Option<Bounds>,
    /// Conditions on the detail.
    pub conditions: Vec<Condition>,
}

/// The place of an item in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageKey {
    /// A number and the item's key.
    Number(i64, i64),
    /// A text and the item's key.
    Text(String, i64),
}

/// The part of a list that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// Items at most.
    pub size: usize,
    /// Behind this place.
    pub after: Option<PageKey>,
    /// Before this place.
    pub before: Option<PageKey>,
    /// The last items instead of the first.
    pub from_end: bool,
}

/// What a nested list hangs below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// A region, an organization or a linking item, by key.
    Anchor(i64),
    /// A topic, by key.
    Topic(i64),
}

/// A question for a list.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// What is listed.
    pub list: ListKind,
    /// In which order.
    pub order: Order,
    /// Narrowed to what.
    pub filter: Filter,
    /// Which part.
    pub page: PageRequest,
    /// Which columns are read.
    pub columns: Columns,
    /// Whether all matches are counted.
    pub with_total: bool,
    /// Whether it is found out if there is more than the page; if not, the page does not say so.
    pub with_more: bool,
    /// For whom.
    pub view: View,
}

impl ListQuery {
    /// What a page was read from; none if that is not known.
    pub fn read(&self, page: &Page) -> Option<Read> {
        let ListKind::Of(kind) = self.list else { return None };
        let is_usual = self.order.field == OrderField::Usual;
        // In another order items of all regions and topics are looked at, and the last of them is in the cursor.
        let narrowed = |keys: &Option<Vec<i64>>| keys.clone().filter(|_| is_usual);
        let shown = || page.items.iter().map(|(_, item)| item.content.id).collect();
        let is_by_words = !is_usual || self.filter.updated_from.is_some();
        Some(Read::List {
            kind,
            regions: narrowed(&self.filter.regions),
            topics: narrowed(&self.filter.topics),
            shown: (!is_by_words).then(shown),
        })
    }
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The items in order, each with its place.
    pub items: Vec<(PageKey, Arc<Item>)>,
    /// Whether there is more behind the page.
    pub has_next: bool,
    /// Whether there is more before the page.
    pub has_previous: bool,
    /// The place at which a bounded scan ended, beyond the last item.
    pub scanned_to: Option<PageKey>,
    /// Whether the page was read from the end of the list.
    pub is_from_end: bool,
    /// All matches, if they were counted.
    pub total: Option<i64>,
}

/// One row of the statement, before pages are cut.
#[derive(Debug)]
pub(super) struct Row {
    pub parent: usize,
    pub key: PageKey,
    /// Absent: the row only marks where a bounded scan ended.
    pub item: Option<Arc<Item>>,
    pub ends_scan: bool,
}

impl Store {
    /// One page.
    pub async fn list(&self, query: &ListQuery) -> Result<Page, DbErr> {
        let pages = self.list_below(query, None).await?;
        Ok(pages.into_iter().next().unwrap_or_default())
    }

    /// One page for each parent, in one statement. The parents of one question are all of one sort.
    pub async fn list_below(&self, query: &ListQuery, parents: Option<&[Parent]>) -> Result<Vec<Page>, DbErr> {
        let count = parents.map_or(1, <[Parent]>::len);
        let mut pages: Vec<Page> = (0..count).map(|_| Page::default()).collect();
        let Some(plan) = self.plan(query, parents) else {
            for page in &mut pages {
                page.total = query.with_total.then_some(0);
            }
            return Ok(pages);
        };
        let (mut rows, totals) = self.run(plan, query).await?;
        rows.sort_by(|a, b| (a.parent, &a.key).cmp(&(b.parent, &b.key)));
        rows.dedup_by(|again, row| {
            let is_same = again.parent == row.parent && again.key == row.key;
            if is_same {
                row.ends_scan |= again.ends_scan;
                row.item = row.item.take().or_else(|| again.item.take());
            }
            is_same
        });
        let mut rows = rows.into_iter().peekable();
        for (parent, page) in pages.iter_mut().enumerate() {
            let mut own: Vec<Row> = Vec::new();
            while let Some(row) = rows.next_if(|row| row.parent == parent) {
                own.push(row);
            }
            if query.order.is_descending != query.page.from_end {
                own.reverse();
            }
            *page = cut(own, &query.page);
            page.total = query.with_total.then(|| totals.get(&parent).copied().unwrap_or(0));
        }
        Ok(pages)
    }
}

/// Cuts a page out of rows that stand in the direction of reading.
fn cut(rows: Vec<Row>, request: &PageRequest) -> Page {
    let mut items: Vec<(PageKey, Arc<Item>)> = Vec::with_capacity(request.size);
    let mut has_more = false;
    let mut scanned_to = None;
    for row in rows {
        if let Some(item) = row.item {
            if items.len() == request.size {
                has_more = true;
                break;
            }
            items.push((row.key.clone(), item));
        }
        if row.ends_scan {
            has_more = true;
            scanned_to = Some(row.key);
            break;
        }
    }
    let (mut has_next, mut has_previous) = (has_more, request.after.is_some());
    if request.from_end {
        items.reverse();
        (has_next, has_previous) = (request.before.is_some(), has_more);
    }
    Page { items, has_next, has_previous, scanned_to, is_from_end: request.from_end, total: None }
}
