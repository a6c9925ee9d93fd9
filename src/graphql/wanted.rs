//! What of an item or of the items of a list a field selects, so that nothing is read that nobody asked for. Fields that it
//! does not know want all columns but the body. Must not read anything.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Context, Name, Positioned};

use super::render::Rendering;
use crate::store::Columns;

/// Fields of content of all kinds that need neither the table of the kind nor a column that is rarely read.
const OF_ALL: &[&str] = &[
    "__typename",
    "id",
    "slug",
    "version",
    "status",
    "visibility",
    "title",
    "summary",
    "localization",
    "translations",
    "publisher",
    "regions",
    "topics",
    "publishedAt",
    "expiresAt",
];
/// Fields that need the table of the kind, but no column that is rarely read.
const OF_KIND: &[&str] = &[
    "category",
    "format",
    "kind",
    "state",
    "urgency",
    "startsOn",
    "endsOn",
    "eventStatus",
    "startsAtLocal",
    "endsAtLocal",
    "timeZone",
    "allDay",
    "startsAt",
    "endsAt",
];

/// What is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Columns of items.
    pub columns: Columns,
    /// Whether all matches are counted.
    pub total: bool,
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

impl Wanted {
    /// Of the items of the list that a field answers.
    pub(crate) fn of_list(ctx: &Context<'_>) -> Self {
        Self::of(ctx, |wanted, fragments| {
            let mut total = false;
            let mut columns = Columns::FEWEST;
            visit(&ctx.item.node.selection_set.node, fragments, &mut |field| {
                let inside = &field.selection_set.node;
                match field.name.node.as_str() {
                    "totalCount" => total = true,
                    "nodes" => add(inside, fragments, &mut columns),
                    "edges" => visit(inside, fragments, &mut |field| {
                        if field.name.node == "node" {
                            add(&field.selection_set.node, fragments, &mut columns);
                        }
                    }),
                    _ => {}
                }
            });
            *wanted = Self { columns, total };
        })
    }

    /// Of the item that a field answers.
    pub(crate) fn of_item(ctx: &Context<'_>) -> Self {
        Self::of(ctx, |wanted, fragments| {
            let mut columns = Columns::FEWEST;
            add(&ctx.item.node.selection_set.node, fragments, &mut columns);
            wanted.columns = columns;
        })
    }

    /// Found out once for a document, where that is possible. Where the engine answers alone, everything but the body is read.
    fn of(ctx: &Context<'_>, look: impl FnOnce(&mut Self, &Fragments)) -> Self {
        let make = || {
            let mut wanted = Self { columns: Columns::FEWEST, total: false };
            look(&mut wanted, &ctx.query_env.fragments);
            wanted
        };
        match ctx.data_opt::<Rendering>() {
            Some(rendering) => rendering.wanted(ctx.item.pos, make),
            None => {
                let wanted = make();
                Self { columns: Columns::with_body(wanted.columns.body), ..wanted }
            }
        }
    }
}

/// What the fields of an item want. Under a directive that takes a field away it counts nevertheless.
fn add(set: &SelectionSet, fragments: &Fragments, columns: &mut Columns) {
    visit(set, fragments, &mut |field| match field.name.node.as_str() {
        "body" | "bodyHtml" => columns.body = true,
        name if OF_ALL.contains(&name) => {}
        name if OF_KIND.contains(&name) => columns.detail = true,
        _ => (columns.rare, columns.detail) = (true, true),
    });
}

/// The fields of a selection, those of fragments included.
fn visit(set: &SelectionSet, fragments: &Fragments, seen: &mut impl FnMut(&Field)) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => seen(&field.node),
            Selection::InlineFragment(inline) => visit(&inline.node.selection_set.node, fragments, seen),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    visit(&fragment.node.selection_set.node, fragments, seen);
                }
            }
        }
    }
}
