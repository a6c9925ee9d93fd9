//! From a question for a list to the walks that answer it: one bounded branch for each pair of an anchor and a topic. Their
//! statement is written in `walk.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{DbBackend, DbErr};

use super::Store;
use super::columns::Cells;
use super::item::Item;
use super::listing::{Condition, ListQuery, OrderField, PageKey, Parent, Row};
use super::sql::Sql;
use super::walk::{COLUMNS, SINGLE, Writer};
use crate::domain::vocabulary::PublicationStatus;

/// What one branch reads: the index prefix `(list, anchor, topic)` on behalf of a parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    pub(super) parent: usize,
    pub(super) list: i16,
    pub(super) anchor: i64,
    pub(super) topic: i64,
}

/// Where an entry stands in the order.
enum Place {
    Number(i64),
    Text(String),
}

/// The branches of a question, and the filters that the index prefix does not cover.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) branches: Vec<Branch>,
    /// Anchors and topics to check by look-up, because the prefix holds others or the order is another.
    pub(super) lookup_anchors: Option<Vec<i64>>,
    pub(super) lookup_topics: Option<Vec<i64>>,
    pub(super) publishers: Option<Vec<i64>>,
    /// The numbers of the lists that hold what is asked for.
    pub(super) lists: Vec<i16>,
}

impl Store {
    /// The plan of a question; `None` if nothing can match.
    pub(super) fn plan(&self, query: &ListQuery, parents: Option<&[Parent]>) -> Option<Plan> {
        let filter = &query.filter;
        let lists = [&filter.regions, &filter.topics, &filter.publishers];
        if lists.iter().any(|list| list.as_ref().is_some_and(Vec::is_empty))
            || filter.locales.as_ref().is_some_and(Vec::is_empty)
            || filter.statuses.as_ref().is_some_and(Vec::is_empty)
            || filter.conditions.iter().any(Condition::is_empty)
            || parents.is_some_and(<[Parent]>::is_empty)
        {
            return None;
        }
        let is_usual = query.order.field == OrderField::Usual;
        let mut plan = Plan {
            branches: Vec::new(),
            lookup_anchors: None,
            lookup_topics: None,
            publishers: None,
            lists: lists_of(query),
        };
        if plan.lists.is_empty() {
            return None;
        }
        plan.publishers.clone_from(&filter.publishers);
        let none = [0];
        let mut wanted_topics: &[i64] = filter.topics.as_deref().unwrap_or(&none);
        let mut wanted_anchors: &[i64] = filter.regions.as_deref().unwrap_or(&none);
        if !is_usual || matches!(parents, Some([Parent::Topic(_), ..])) {
            plan.lookup_topics.clone_from(&filter.topics);
            wanted_topics = &none;
        }
        if !is_usual || matches!(parents, Some([Parent::Anchor(_), ..])) {
            plan.lookup_anchors.clone_from(&filter.regions);
            wanted_anchors = &none;
        }
        let Some(parents) = parents else {
            if let (true, None, Some(publishers)) = (is_usual, &filter.regions, &filter.publishers) {
                plan.publishers = None;
                wanted_anchors = publishers;
            }
            plan.add(0, wanted_anchors, wanted_topics);
            return Some(plan);
        };
        for (position, parent) in parents.iter().enumerate() {
            match parent {
                Parent::Anchor(anchor) => plan.add(position, &[*anchor], wanted_topics),
                Parent::Topic(topic) => plan.add(position, wanted_anchors, &[*topic]),
            }
        }
        Some(plan)
    }

    /// Appends what a question checks item by item, each with an `AND` before it, on the envelope `e` and the detail `f`.
    pub(super) fn conditions(&self, plan: &Plan, query: &ListQuery, sql: &mut Sql) {
        Writer::new(query, plan, self).conditions("0", "0", sql);
    }

    /// How the database would run the statement of a question, one line a step: for tests of the indexes.
    #[doc(hidden)]
    pub async fn explain_list(&self, query: &ListQuery) -> Result<Vec<String>, DbErr> {
        let Some(plan) = self.plan(query, None) else { return Ok(Vec::new()) };
        let mut statement = Writer::new(query, &plan, self).statement();
        let (prefix, column) = match self.backend() {
            DbBackend::Postgres => ("EXPLAIN ", "QUERY PLAN"),
            _ => ("EXPLAIN QUERY PLAN ", "detail"),
        };
        statement.sql.insert_str(0, prefix);
        self.query(statement).await?.iter().map(|row| row.try_get("", column)).collect()
    }

    /// How many pages of the database's memory the statement of a question touches, on PostgreSQL: for measures.
    #[doc(hidden)]
    pub async fn pages_touched(&self, query: &ListQuery) -> Result<i64, DbErr> {
        let Some(plan) = self.plan(query, None) else { return Ok(0) };
        let mut statement = Writer::new(query, &plan, self).statement();
        statement.sql.insert_str(0, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) ");
        for row in self.query_alike(statement).await? {
            let line: String = row.try_get_by_index(0)?;
            // The first such line is of the whole statement.
            if let Some(counts) = line.trim().strip_prefix("Buffers: shared ") {
                return Ok(counts.split(['=', ' ']).filter_map(|count| count.parse::<i64>().ok()).sum());
            }
        }
        Err(DbErr::Custom("the plan does not tell what it touches".to_string()))
    }

    /// Runs a plan: rows of all parents in no particular order, and totals by parent.
    pub(super) async fn run(&self, plan: Plan, query: &ListQuery) -> Result<(Vec<Row>, HashMap<usize, i64>), DbErr> {
        let writer = Writer::new(query, &plan, self);
        let statement = writer.statement();
        let single = writer.single().map(|branch| branch.parent);
        let is_text = query.order.field == OrderField::Title;
        let mut rows = Vec::new();
        let mut totals = HashMap::new();
        // A filter by place finds few or many of all items: how many is known with the values only. A total reads all matches.
        let is_alike = query.filter.near.is_none() && query.filter.within.is_none() && !query.with_total;
        let found = if is_alike { self.query_alike(statement).await? } else { self.query(statement).await? };
        for row in found {
            let mut cells = Cells::of(&row, 0, query.columns)?;
            // A single walk tells of each entry no more than its place.
            let (parent, total) = match single {
                Some(parent) => (parent, None),
                None => (usize::try_from(cells.take::<i64>()?).unwrap_or(0), cells.take()?),
            };
            if let Some(total) = total {
                totals.insert(parent, total);
                continue;
            }
            let place = if is_text { Place::Text(cells.take()?) } else { Place::Number(cells.take()?) };
            let (is_hit, ends_scan, first) = match single {
                Some(_) => (true, false, SINGLE),
                None => (cells.take::<i64>()? == 1, cells.take::<i64>()? == 1, COLUMNS),
            };
            let id: i64 = cells.take()?;
            let key = match place {
                Place::Text(text) => PageKey::Text(text, id),
                Place::Number(number) => PageKey::Number(number, id),
            };
            let item = if is_hit {
                Some(Arc::new(Item::from_row(&row, first, query.list.kind(), query.columns)?))
            } else {
                None
            };
            rows.push(Row { parent, key, item, ends_scan });
        }
        Ok((rows, totals))
    }
}

impl Plan {
    fn add(&mut self, parent: usize, anchors: &[i64], topics: &[i64]) {
        for anchor in anchors {
            for topic in topics {
                let branch = |list: &i16| Branch { parent, list: *list, anchor: *anchor, topic: *topic };
                self.branches.extend(self.lists.iter().map(branch));
            }
        }
    }
}

/// The lists that hold what a question asks for and the viewer may read any of: published items, others, or both.
fn lists_of(query: &ListQuery) -> Vec<i16> {
    let Some(statuses) = &query.filter.statuses else { return vec![query.list.number()] };
    let mut lists = Vec::with_capacity(2);
    if statuses.contains(&PublicationStatus::Published) {
        lists.push(query.list.number());
    }
    if query.view.sight.is_wide() && statuses.iter().any(|status| *status != PublicationStatus::Published) {
        lists.push(query.list.unpublished_number());
    }
    // An order that walks the items themselves finds each once, whatever list it is in.
    lists.truncate(if query.order.field == OrderField::Usual { 2 } else { 1 });
    lists
}

impl Condition {
    fn is_empty(&self) -> bool {
        match self {
            Self::In(_, values) | Self::Holds(_, values) => values.is_empty(),
            Self::After(..) => false,
        }
    }
}
