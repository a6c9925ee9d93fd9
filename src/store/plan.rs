//! From a question for a list to one SQL statement. One bounded branch for each pair of an anchor and a topic; the
//! branches of all parents travel in one statement, laterally joined. Must not decide what a viewer may see: see
//! `item::visible`.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{DbBackend, DbErr};

use super::columns::columns;
use super::item::{Item, readable, visible};
use super::listing::{Condition, ListQuery, OrderField, PageKey, Parent, Row};
use super::place::{is_near, is_within, line_squared};
use super::sql::Sql;
use super::{ListKind, Store};
use crate::domain::vocabulary::{PublicationStatus, Vocabulary};

/// Columns before those of an item: `parent, total, k, hit, scan_end`.
const COLUMNS: usize = 5;

/// What one branch reads: the index prefix `(list, anchor, topic)` on behalf of a parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    parent: usize,
    list: i16,
    anchor: i64,
    topic: i64,
}

/// The branches of a question, and the filters that the index prefix does not cover.
#[derive(Debug)]
pub(super) struct Plan {
    branches: Vec<Branch>,
    /// Anchors and topics to check by look-up, because the prefix holds others or the order is another.
    lookup_anchors: Option<Vec<i64>>,
    lookup_topics: Option<Vec<i64>>,
    publishers: Option<Vec<i64>>,
    /// The numbers of the lists that hold what is asked for.
    lists: Vec<i16>,
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
        Writer { query, plan, backend: self.backend(), scan: self.scan }.conditions("0", "0", sql);
    }

    /// How the database would run the statement of a question, one line a step: for tests of the indexes.
    #[doc(hidden)]
    pub async fn explain_list(&self, query: &ListQuery) -> Result<Vec<String>, DbErr> {
        let Some(plan) = self.plan(query, None) else { return Ok(Vec::new()) };
        let mut statement = Writer { query, plan: &plan, backend: self.backend(), scan: self.scan }.statement();
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
        let mut statement = Writer { query, plan: &plan, backend: self.backend(), scan: self.scan }.statement();
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
        let writer = Writer { query, plan: &plan, backend: self.backend(), scan: self.scan };
        let statement = writer.statement();
        let is_text = query.order.field == OrderField::Title;
        let mut rows = Vec::new();
        let mut totals = HashMap::new();
        // A filter by place finds few or many of all items: how many is known with the values only. A total reads all matches.
        let is_alike = query.filter.near.is_none() && query.filter.within.is_none() && !query.with_total;
        let found = if is_alike { self.query_alike(statement).await? } else { self.query(statement).await? };
        for row in found {
            let parent = usize::try_from(row.try_get_by_index::<i64>(0)?).unwrap_or(0);
            if let Some(total) = row.try_get_by_index::<Option<i64>>(1)? {
                totals.insert(parent, total);
                continue;
            }
            let id: i64 = row.try_get_by_index(COLUMNS)?;
            let key = if is_text {
                PageKey::Text(row.try_get_by_index(2)?, id)
            } else {
                PageKey::Number(row.try_get_by_index(2)?, id)
            };
            let is_hit = row.try_get_by_index::<i64>(3)? == 1;
            let item = if is_hit { Some(Arc::new(Item::from_row(&row, COLUMNS, query.columns)?)) } else { None };
            rows.push(Row { parent, key, item, ends_scan: row.try_get_by_index::<i64>(4)? == 1 });
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

/// Writes the statement of a plan.
struct Writer<'a> {
    query: &'a ListQuery,
    plan: &'a Plan,
    backend: DbBackend,
    scan: usize,
}

impl Writer<'_> {
    /// The text depends on the question only, not on how many branches there are, so that it is prepared once.
    fn statement(&self) -> sea_orm::Statement {
        let mut sql = Sql::default();
        if let [branch] = self.plan.branches.as_slice()
            && self.query.order.field == OrderField::Usual
            && !self.query.with_total
            && !self.has_uncovered()
        {
            self.one_branch(branch, &mut sql);
            return sql.statement(self.backend);
        }
        match self.backend {
            DbBackend::Postgres => {
                self.rows_start(["x.k", "x.hit", "x.scan_end"], &mut sql);
                self.branch_table(&mut sql);
                sql.push(" CROSS JOIN LATERAL (");
                self.branch("b.anchor", "b.topic", &mut sql);
                sql.push(") x");
                self.joins("x.id", "c", "d", &mut sql);
            }
            // SQLite has no lateral joins, but a table function takes what stands before it.
            _ => {
                self.rows_start(["x.value ->> 0", "x.value ->> 2", "x.value ->> 3"], &mut sql);
                self.branch_table(&mut sql);
                sql.push(
                    " CROSS JOIN json_each((SELECT json_group_array(json_array(y.k, y.id, y.hit, y.scan_end)) FROM (",
                );
                self.branch("b.anchor", "b.topic", &mut sql);
                sql.push(") y)) x");
                self.joins("x.value ->> 1", "c", "d", &mut sql);
            }
        }
        if self.query.with_total {
            sql.push(" UNION ALL ");
            self.total(&mut sql);
        }
        sql.statement(self.backend)
    }

    fn rows_start(&self, [key, hit, scan_end]: [&str; 3], sql: &mut Sql) {
        sql.push(&format!(
            "SELECT CAST(b.parent AS BIGINT) AS parent, CAST(NULL AS BIGINT) AS total, {key} AS k, {hit} AS hit, \
             {scan_end} AS scan_end"
        ));
        columns(self.query.list.kind(), self.query.columns, sql);
        sql.push(" FROM ");
    }

    /// A page of one index prefix, which needs nothing around it: what most lists are.
    fn one_branch(&self, branch: &Branch, sql: &mut Sql) {
        let direction = self.direction();
        sql.push("SELECT CAST(").push_number(i64::try_from(branch.parent).unwrap_or(0)).push(" AS BIGINT) AS parent, ");
        sql.push(
            "CAST(NULL AS BIGINT) AS total, l.order_key AS k, CAST(1 AS BIGINT) AS hit, CAST(0 AS BIGINT) AS scan_end",
        );
        columns(self.query.list.kind(), self.query.columns, sql);
        sql.push(" FROM listing l");
        self.joins("l.content", "c", "d", sql);
        sql.push(" WHERE l.kind = ").push_number(branch.list.into());
        sql.push(" AND l.anchor = ").bind(branch.anchor).push(" AND l.topic = ").bind(branch.topic);
        self.bounds("l.order_key", "l.content", sql);
        sql.push(" AND ");
        self.read("c", sql);
        sql.push(&format!(" ORDER BY l.order_key {direction}, l.content {direction} LIMIT ")).push_number(self.size());
    }

    fn direction(&self) -> &'static str {
        if self.query.order.is_descending == self.query.page.from_end { "ASC" } else { "DESC" }
    }

    /// A page and one more.
    fn size(&self) -> i64 {
        i64::try_from(self.query.page.size).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The branches as a table `b (parent, anchor, topic, list)`.
    fn branch_table(&self, sql: &mut Sql) {
        if self.backend == DbBackend::Postgres {
            let column = |of: fn(&Branch) -> i64| self.plan.branches.iter().map(of).collect::<Vec<i64>>();
            sql.push("unnest(").bind(column(|b| i64::try_from(b.parent).unwrap_or(0))).push("::bigint[], ");
            sql.bind(column(|b| b.anchor)).push("::bigint[], ").bind(column(|b| b.topic));
            sql.push("::bigint[], ").bind(column(|b| b.list.into()));
            sql.push("::bigint[]) AS b (parent, anchor, topic, list)");
            return;
        }
        sql.push(
            "(SELECT value ->> 0 AS parent, value ->> 1 AS anchor, value ->> 2 AS topic, value ->> 3 AS list \
             FROM json_each(",
        );
        let row = |b: &Branch| format!("[{},{},{},{}]", b.parent, b.anchor, b.topic, b.list);
        let rows: Vec<String> = self.plan.branches.iter().map(row).collect();
        sql.bind(format!("[{}]", rows.join(","))).push(")) b");
    }

    fn joins(&self, id: &str, content: &str, detail: &str, sql: &mut Sql) {
        let (table, join) = (self.query.list.kind().table(), self.join());
        sql.push(&format!(
            " {join} content {content} ON {content}.id = {id} {join} {table} {detail} ON {detail}.content_id = {id}"
        ));
    }

    /// A join from left to right. SQLite keeps the order of cross joins; with others it may start from the wrong end.
    fn join(&self) -> &'static str {
        if self.backend == DbBackend::Postgres { "JOIN" } else { "CROSS JOIN" }
    }

    /// One branch: `k, id, hit, scan_end` of at most a page and one more, in order.
    fn branch(&self, anchor: &str, topic: &str, sql: &mut Sql) {
        let is_bounded = self.has_uncovered();
        let (source, alias, key, id) = self.source();
        let direction = self.direction();
        // What the viewer may not read is not among the entries: neither how many a scan looks at nor where it ends tells
        // of it.
        let entries = |sql: &mut Sql| {
            sql.push(&format!(" FROM {source}"));
            if alias != "e" {
                sql.push(&format!(" {} content e ON e.id = {id}", self.join()));
            }
            sql.push(&format!(" WHERE {alias}.kind = {}", self.kind_of(alias)));
            if alias == "l" {
                sql.push(&format!(" AND l.anchor = {anchor} AND l.topic = {topic}"));
            }
            if let OrderField::Distance(near) = &self.query.order.field {
                sql.push(" AND ");
                is_near(near, sql);
            }
            self.bounds(&key, id, sql);
            sql.push(" AND ");
            self.read("e", sql);
        };
        if is_bounded {
            sql.push(&format!(
                "SELECT s.k AS k, s.id AS id, CAST(CASE WHEN s.n = {} THEN 1 ELSE 0 END AS BIGINT) AS scan_end, \
                 CAST(CASE WHEN 1 = 1",
                self.scan
            ));
            self.conditions(anchor, topic, sql);
            sql.push(" THEN 1 ELSE 0 END AS BIGINT) AS hit FROM (SELECT ");
            sql.push(&format!(
                "{key} AS k, {id} AS id, row_number() OVER (ORDER BY {key} {direction}, {id} {direction}) AS n"
            ));
            entries(sql);
            sql.push(&format!(" ORDER BY {key} {direction}, {id} {direction} LIMIT {}) s", self.scan));
            self.joins("s.id", "e", "f", sql);
            sql.push(" WHERE (1 = 1");
            self.conditions(anchor, topic, sql);
            sql.push(&format!(") OR s.n = {} ORDER BY s.k {direction}, s.id {direction} LIMIT ", self.scan));
        } else {
            sql.push(&format!(
                "SELECT {key} AS k, {id} AS id, CAST(0 AS BIGINT) AS scan_end, CAST(1 AS BIGINT) AS hit"
            ));
            entries(sql);
            sql.push(&format!(" ORDER BY {key} {direction}, {id} {direction} LIMIT "));
        }
        sql.push_number(self.size());
    }

    /// What the kind of an entry must be: the one list that is walked, or that of the branch.
    fn kind_of(&self, alias: &str) -> String {
        match (alias, self.plan.lists.as_slice()) {
            ("l", [list]) => list.to_string(),
            ("l", _) => "b.list".to_string(),
            _ => self.query.list.kind().number().to_string(),
        }
    }

    /// That an entry is in any of the lists that hold what is asked for.
    fn any_list(&self) -> String {
        let list = self.query.list;
        match self.query.filter.statuses {
            Some(_) => format!("IN ({}, {})", list.number(), list.unpublished_number()),
            None => format!("= {}", list.number()),
        }
    }

    /// The table that is walked in order, its alias, its key and its id.
    fn source(&self) -> (&'static str, &'static str, String, &'static str) {
        let (source, alias, key, id) = match &self.query.order.field {
            OrderField::Usual => ("listing l", "l", "l.order_key", "l.content"),
            OrderField::UpdatedAt => ("content e", "e", "e.updated_at", "e.id"),
            OrderField::PublishedAt if self.query.filter.statuses.is_some() => {
                ("content e", "e", "COALESCE(e.published_at, e.created_at)", "e.id")
            }
            OrderField::PublishedAt => ("content e", "e", "e.published_at", "e.id"),
            OrderField::Title => ("content e", "e", "e.title_key", "e.id"),
            OrderField::Distance(near) => return ("place p", "p", line_squared(near), "p.content"),
        };
        (source, alias, key.to_string(), id)
    }

    /// Where the page lies, and the bounds of the usual order that the index covers.
    fn bounds(&self, key: &str, id: &str, sql: &mut Sql) {
        let is_descending = self.query.order.is_descending;
        for (place, is_after) in [(&self.query.page.after, true), (&self.query.page.before, false)] {
            let Some(place) = place else { continue };
            let comparison = if is_after == is_descending { "<" } else { ">" };
            sql.push(&format!(" AND ({key}, {id}) {comparison} ("));
            match place {
                PageKey::Number(number, item) => sql.bind(*number).push(", ").bind(*item),
                PageKey::Text(text, item) => sql.bind(text.clone()).push(", ").bind(*item),
            };
            sql.push(")");
        }
        if self.query.order.field == OrderField::Usual {
            between(key, self.query.filter.usual_between, sql);
        }
    }

    /// Whether anything must be checked item by item.
    fn has_uncovered(&self) -> bool {
        let filter = &self.query.filter;
        self.plan.lookup_anchors.is_some()
            || self.plan.lookup_topics.is_some()
            || self.plan.publishers.is_some()
            || filter.regions_directly && filter.regions.is_some()
            || !filter.excluded_notes.is_empty()
            || filter.locales.is_some()
            || filter.is_spotlighted.is_some()
            || filter.published_between != (None, None)
            || filter.updated_from.is_some()
            || filter.near.is_some() && !matches!(self.query.order.field, OrderField::Distance(_))
            || filter.within.is_some()
            || !filter.conditions.is_empty()
            || (self.query.order.field != OrderField::Usual && self.is_below_parents())
            || (self.query.order.field != OrderField::Usual && filter.usual_between != (None, None))
            || (self.query.order.field != OrderField::Usual && self.query.list == ListKind::Alerts)
    }

    fn is_below_parents(&self) -> bool {
        self.plan.branches.iter().any(|branch| branch.anchor != 0 || branch.topic != 0)
    }

    /// That the viewer may read an item, and that it is in one of the states that are asked for; on an envelope.
    fn read(&self, envelope: &str, sql: &mut Sql) {
        match &self.query.filter.statuses {
            None => visible(envelope, &self.query.view, self.backend, sql),
            Some(statuses) => {
                readable(envelope, &self.query.view, self.backend, sql);
                let names: Vec<String> = statuses.iter().map(|status| status.as_str().to_string()).collect();
                sql.push(&format!(" AND {envelope}.status")).is_any_text(self.backend, &names);
            }
        }
    }

    /// Everything else that is checked item by item, each with an `AND` before it, on the envelope `e` and the detail `f`.
    fn conditions(&self, anchor: &str, topic: &str, sql: &mut Sql) {
        let filter = &self.query.filter;
        if self.query.order.field != OrderField::Usual {
            between("e.order_key", filter.usual_between, sql);
            if self.is_below_parents() || self.query.list == ListKind::Alerts {
                self.listed(sql, |sql| {
                    sql.push(&format!(" AND l.anchor = {anchor} AND l.topic = {topic}"));
                });
            }
        }
        if self.plan.lookup_anchors.is_some() || self.plan.lookup_topics.is_some() {
            let any = vec![0];
            let anchors = self.plan.lookup_anchors.as_ref().unwrap_or(&any);
            let topics = self.plan.lookup_topics.as_ref().unwrap_or(&any);
            self.listed(sql, |sql| {
                sql.push(" AND l.anchor").is_any(self.backend, anchors);
                sql.push(" AND l.topic").is_any(self.backend, topics);
            });
        }
        if let (true, Some(regions)) = (filter.regions_directly, &filter.regions) {
            any_held("e.region_ids", regions.iter().map(i64::to_string), sql);
        }
        if let Some(publishers) = &self.plan.publishers {
            sql.push(" AND e.organization_id").is_any(self.backend, publishers);
        }
        for note in &filter.excluded_notes {
            sql.push(&format!(" AND e.content_notes NOT LIKE '%,{note},%'"));
        }
        if let Some(locales) = &filter.locales {
            any_held("e.locales", locales.iter().cloned(), sql);
        }
        if let Some(is_spotlighted) = filter.is_spotlighted {
            sql.push(" AND COALESCE(e.spotlight_until, 0) ").push(if is_spotlighted { "> " } else { "<= " });
            sql.bind(self.query.view.now.as_micros());
        }
        between("e.published_at", filter.published_between, sql);
        between("e.updated_at", (filter.updated_from, None), sql);
        if let Some(near) = &filter.near {
            sql.push(" AND EXISTS (SELECT 1 FROM place p WHERE p.content = e.id AND ");
            is_near(near, sql);
            sql.push(")");
        }
        if let Some(bounds) = &filter.within {
            sql.push(" AND EXISTS (SELECT 1 FROM place p WHERE p.content = e.id AND ");
            is_within(bounds, sql);
            sql.push(")");
        }
        for condition in &filter.conditions {
            match condition {
                Condition::In(column, values) => {
                    sql.push(&format!(" AND f.{column}")).is_any_text(self.backend, values);
                }
                Condition::Holds(column, values) => any_held(&format!("f.{column}"), values.iter().cloned(), sql),
                Condition::After(column, bound) => {
                    sql.push(&format!(" AND f.{column} > ")).bind(*bound);
                }
            }
        }
    }

    /// That the item is listed under some anchor and topic: a look-up by the whole key.
    fn listed(&self, sql: &mut Sql, places: impl FnOnce(&mut Sql)) {
        sql.push(&format!(" AND EXISTS (SELECT 1 FROM listing l WHERE l.kind {}", self.any_list()));
        places(sql);
        sql.push(" AND l.order_key = e.order_key AND l.content = e.id)");
    }

    /// Counts all matches of each parent, as rows that have nothing but `parent` and `total`.
    fn total(&self, sql: &mut Sql) {
        let nulls = columns(self.query.list.kind(), self.query.columns, &mut Sql::default());
        sql.push("SELECT CAST(b.parent AS BIGINT), CAST(count(DISTINCT e.id) AS BIGINT), NULL, NULL, NULL");
        for _ in 0..nulls {
            sql.push(", NULL");
        }
        sql.push(" FROM ");
        self.branch_table(sql);
        let is_lateral = self.backend == DbBackend::Postgres;
        sql.push(if is_lateral { " CROSS JOIN LATERAL (SELECT e.id FROM listing l" } else { " CROSS JOIN listing l" });
        self.joins("l.content", "e", "f", sql);
        sql.push(&format!(" WHERE l.kind {}", self.any_list()));
        sql.push(" AND l.anchor = b.anchor AND l.topic = b.topic AND ");
        self.read("e", sql);
        self.conditions("b.anchor", "b.topic", sql);
        if self.query.order.field == OrderField::Usual {
            between("l.order_key", self.query.filter.usual_between, sql);
        }
        // With the offset PostgreSQL looks at the branches first and does not read the whole table.
        sql.push(if is_lateral { " OFFSET 0) e" } else { "" });
        sql.push(" GROUP BY b.parent");
    }
}

/// That a column lies from the first bound on and before the second.
fn between(column: &str, (from, before): (Option<i64>, Option<i64>), sql: &mut Sql) {
    if let Some(from) = from {
        sql.push(&format!(" AND {column} >= ")).bind(from);
    }
    if let Some(before) = before {
        sql.push(&format!(" AND {column} < ")).bind(before);
    }
}

/// That the packed set in a column holds one of the names; names are checked before, so they hold no wild cards.
fn any_held(column: &str, names: impl Iterator<Item = String>, sql: &mut Sql) {
    sql.push(" AND (");
    for (position, name) in names.enumerate() {
        if position > 0 {
            sql.push(" OR ");
        }
        sql.push(&format!("{column} LIKE ")).bind(format!("%,{name},%"));
    }
    sql.push(")");
}
