//! What of an item or of the items of a list a field selects, so that nothing is read that nobody asked for. Fields that it
//! does not know want all columns but the body. Must not read anything.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Context, Name, Positioned};

use super::render::Rendering;
use crate::store::Columns;

/// Fields of content, with the columns that they need beside those which are always read.
const NEEDED: &[(Columns, &[&str])] = &[
    (Columns::FEWEST, &["__typename", "id", "slug", "title", "summary", "localization", "translations"]),
    (Columns::PLACE, &["publisher", "regions", "topics"]),
    (Columns::STATE, &["version", "status", "visibility", "publishedAt", "expiresAt"]),
    (Columns::BODY, &["body", "bodyHtml"]),
    (Columns::SORT, &["category", "format", "kind", "state", "urgency", "eventStatus"]),
    (Columns::INSTANTS, &["timeZone", "startsAt", "endsAt"]),
    (Columns::DAYS, &["startsAtLocal", "endsAtLocal", "allDay", "startsOn", "endsOn"]),
];

/// What is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Columns of items.
    pub columns: Columns,
    /// Whether all matches are counted.
    pub total: bool,
    /// Whether it is told if there is more than the page.
    pub more: bool,
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

impl Wanted {
    /// Of the items of the list that a field answers.
    pub(crate) fn of_list(ctx: &Context<'_>) -> Self {
        Self::of(ctx, |wanted, fragments| {
            let (mut total, mut more) = (false, false);
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
                    "__typename" => {}
                    _ => more = true,
                }
            });
            *wanted = Self { columns, total, more };
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
            let mut wanted = Self { columns: Columns::FEWEST, total: false, more: false };
            look(&mut wanted, &ctx.query_env.fragments);
            wanted
        };
        match ctx.data_opt::<Rendering>() {
            Some(rendering) => rendering.wanted(ctx.item.pos, make),
            None => {
                let wanted = make();
                Self { columns: Columns::with_body(wanted.columns.has(Columns::BODY)), ..wanted }
            }
        }
    }
}

/// What the fields of an item want. Under a directive that takes a field away it counts nevertheless.
fn add(set: &SelectionSet, fragments: &Fragments, columns: &mut Columns) {
    visit(set, fragments, &mut |field| {
        let needed = NEEDED.iter().find(|(_, fields)| fields.contains(&field.name.node.as_str()));
        let needed = needed.map_or(Columns::with_body(false), |(needed, _)| *needed);
        *columns = columns.and(needed);
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
