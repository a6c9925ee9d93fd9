//! The SQL of a list: the branches of all parents in one statement, laterally joined. Must not decide what a viewer may see:
//! see `item::visible`.

use sea_orm::{DbBackend, Statement};

use super::columns::columns;
use super::item::{readable, visible};
use super::listing::{Condition, ListQuery, OrderField, PageKey};
use super::place::{is_near, is_within, line_squared};
use super::plan::{Branch, Plan};
use super::sql::Sql;
use super::{ListKind, Store};
use crate::domain::vocabulary::Vocabulary;

/// Columns before those of an item: `parent, total, k, hit, scan_end`.
pub(super) const COLUMNS: usize = 5;
/// The same of a single branch: `k`.
pub(super) const SINGLE: usize = 1;

/// Writes the statement of a plan.
pub(super) struct Writer<'a> {
    query: &'a ListQuery,
    plan: &'a Plan,
    backend: DbBackend,
    scan: usize,
}

impl<'a> Writer<'a> {
    /// Of a question and its plan.
    pub(super) fn new(query: &'a ListQuery, plan: &'a Plan, store: &Store) -> Self {
        Self { query, plan, backend: store.backend(), scan: store.scan }
    }

    /// The branch that is all there is to walk, whose rows have [`SINGLE`] columns before those of the item.
    pub(super) fn single(&self) -> Option<&'a Branch> {
        match self.plan.branches.as_slice() {
            [branch]
                if self.query.order.field == OrderField::Usual && !self.query.with_total && !self.has_uncovered() =>
            {
                Some(branch)
            }
            _ => None,
        }
    }

    /// The text depends on the question only, not on how many branches there are, so that it is prepared once.
    pub(super) fn statement(&self) -> Statement {
        let mut sql = Sql::default();
        if let Some(branch) = self.single() {
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
                self.joins("x.id", "c", self.detail(), &mut sql);
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
                self.joins("x.value ->> 1", "c", self.detail(), &mut sql);
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
        sql.push("SELECT l.order_key AS k");
        columns(self.query.list.kind(), self.query.columns, sql);
        sql.push(" FROM listing l");
        self.joins("l.content", "c", self.detail(), sql);
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

    /// A page, and one more if that is to be known.
    fn size(&self) -> i64 {
        i64::try_from(self.query.page.size).unwrap_or(i64::MAX).saturating_add(self.query.with_more.into())
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

    /// The name of the table of the kind among those that items are read from, if it is.
    fn detail(&self) -> Option<&'static str> {
        self.query.columns.has_detail(self.query.list.kind()).then_some("d")
    }

    /// The same of those that conditions look at.
    fn checked(&self) -> Option<&'static str> {
        (!self.query.filter.conditions.is_empty()).then_some("f")
    }

    fn joins(&self, id: &str, content: &str, detail: Option<&str>, sql: &mut Sql) {
        let (table, join) = (self.query.list.kind().table(), self.join());
        for part in [" ", join, " content ", content, " ON ", content, ".id = ", id] {
            sql.push(part);
        }
        if let Some(detail) = detail {
            for part in [" ", join, " ", table, " ", detail, " ON ", detail, ".content_id = ", id] {
                sql.push(part);
            }
        }
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
            self.joins("s.id", "e", self.checked(), sql);
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
    pub(super) fn conditions(&self, anchor: &str, topic: &str, sql: &mut Sql) {
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
        self.joins("l.content", "e", self.checked(), sql);
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
