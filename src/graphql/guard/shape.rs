//! The shape of a document: one memoised pass over its selection sets, so that a fragment is walked once however often it
//! is spread. Must take time linear in the document, whatever the document, and must not know the schema's types.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};

use super::{Fault, NAME_CHARS};
use crate::domain::limits::Limits;

/// Lists of the introspection types. Types reach types through them, so that nesting them multiplies.
const TYPE_LISTS: [&str; 5] = ["types", "fields", "inputFields", "interfaces", "possibleTypes"];
/// All lists of the introspection types.
const LISTS: [&str; 9] =
    ["types", "fields", "inputFields", "interfaces", "possibleTypes", "enumValues", "args", "directives", "locations"];
/// Most [`TYPE_LISTS`] inside each other: the canonical query needs two, `types { fields }`.
const MAX_TYPE_LIST_NESTING: usize = 2;
/// Most [`LISTS`] in one document; the canonical introspection query has 9.
const MAX_LISTS: usize = 16;
/// Answers that no cache may keep, since they differ from caller to caller or tell what was looked for.
const PRIVATE_FIELDS: [&str; 3] = ["rateLimit", "viewer", "search"];

/// What a selection set holds, fragments followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Fields at the top of the selection set.
    pub root_fields: usize,
    /// Fields at the top that are not introspection.
    pub root_data_fields: usize,
    /// Fields, spreads and inline fragments in all.
    pub nodes: usize,
    /// Fields with an alias.
    pub aliases: usize,
    /// Directives on fields, spreads and fragments.
    pub directives: usize,
    /// Depth of nested fields, introspection aside.
    pub depth: usize,
    /// Depth of nested fields from `__schema` or `__type` on.
    pub introspection_depth: usize,
    /// Whether a field is selected whose answer no shared cache may keep.
    pub is_private: bool,
    lists: usize,
    list_nesting: usize,
    introspection_lists: usize,
    introspection_nesting: usize,
}

impl Shape {
    /// Adds what stands beside this.
    const fn join(&mut self, other: &Self) {
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.root_data_fields = self.root_data_fields.saturating_add(other.root_data_fields);
        self.join_below(other);
        self.depth = max(self.depth, other.depth);
        self.introspection_depth = max(self.introspection_depth, other.introspection_depth);
        self.lists = self.lists.saturating_add(other.lists);
        self.list_nesting = max(self.list_nesting, other.list_nesting);
    }

    const fn join_below(&mut self, other: &Self) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.is_private |= other.is_private;
        self.introspection_lists = self.introspection_lists.saturating_add(other.introspection_lists);
        self.introspection_nesting = max(self.introspection_nesting, other.introspection_nesting);
    }

    /// Adds a field with what is selected below it.
    fn add_field(&mut self, field: &Field, below: &Self) {
        let name = field.name.node.as_str();
        let is_introspection = matches!(name, "__schema" | "__type");
        self.root_fields = self.root_fields.saturating_add(1);
        self.root_data_fields =
            self.root_data_fields.saturating_add(usize::from(!is_introspection && name != "__typename"));
        self.nodes = self.nodes.saturating_add(1);
        self.aliases = self.aliases.saturating_add(usize::from(field.alias.is_some()));
        self.directives = self.directives.saturating_add(field.directives.len());
        self.is_private |= PRIVATE_FIELDS.contains(&name);
        self.join_below(below);
        if is_introspection {
            self.depth = max(self.depth, 1);
            self.introspection_depth = max(self.introspection_depth, below.depth.saturating_add(1));
            self.introspection_lists = self.introspection_lists.saturating_add(below.lists);
            self.introspection_nesting = max(self.introspection_nesting, below.list_nesting);
        } else {
            self.depth = max(self.depth, below.depth.saturating_add(1));
            self.introspection_depth = max(self.introspection_depth, below.introspection_depth);
            self.lists = self.lists.saturating_add(below.lists).saturating_add(usize::from(LISTS.contains(&name)));
            let nested = below.list_nesting.saturating_add(usize::from(TYPE_LISTS.contains(&name)));
            self.list_nesting = max(self.list_nesting, nested);
        }
    }
}

const fn max(left: usize, right: usize) -> usize {
    if left > right { left } else { right }
}

#[derive(Clone, Copy)]
enum Visit {
    Begun,
    Done(Shape),
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    fragments: HashMap<&'a str, Visit>,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition, limits: &Limits) -> Result<Shape, Fault> {
        Fault::above("number of variables", operation.variable_definitions.len(), limits.variables)?;
        let shape = self.selection(&operation.selection_set.node)?;
        Fault::above("number of inlined fields", shape.nodes, limits.inlined_fields)?;
        Ok(shape)
    }

    fn selection(&mut self, set: &'a SelectionSet) -> Result<Shape, Fault> {
        let mut shape = Shape::default();
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let below = self.selection(&field.node.selection_set.node)?;
                    shape.add_field(&field.node, &below);
                }
                Selection::InlineFragment(inline) => {
                    let inside = self.selection(&inline.node.selection_set.node)?;
                    shape.join(&inside);
                    shape.add_spread(&inline.node.directives);
                }
                Selection::FragmentSpread(spread) => {
                    let inside = self.fragment(spread.node.fragment_name.node.as_str())?;
                    shape.join(&inside);
                    shape.add_spread(&spread.node.directives);
                }
            }
        }
        Ok(shape)
    }

    /// The shape of a fragment. One that the document does not define counts nothing: validation refuses it by name.
    fn fragment(&mut self, name: &'a str) -> Result<Shape, Fault> {
        let Some(definition) = self.document.fragments.get(name) else { return Ok(Shape::default()) };
        match self.fragments.get(name) {
            Some(Visit::Done(shape)) => return Ok(*shape),
            Some(Visit::Begun) => {
                let name: String = name.chars().take(NAME_CHARS).collect();
                return Err(Fault::Malformed(format!("the fragment {name:?} includes itself")));
            }
            None => {}
        }
        self.fragments.insert(name, Visit::Begun);
        let mut shape = self.selection(&definition.node.selection_set.node)?;
        shape.directives = shape.directives.saturating_add(definition.node.directives.len());
        self.fragments.insert(name, Visit::Done(shape));
        Ok(shape)
    }
}

impl Shape {
    const fn add_spread(&mut self, directives: &[Positioned<Directive>]) {
        self.nodes = self.nodes.saturating_add(1);
        self.directives = self.directives.saturating_add(directives.len());
    }
}

/// Refuses a document of too many definitions.
pub(crate) fn count(document: &ExecutableDocument, limits: &Limits) -> Result<(), Fault> {
    Fault::above("number of fragments", document.fragments.len(), limits.fragments)?;
    Fault::above("number of operations", document.operations.iter().len(), limits.operations)
}

/// Measures the document and refuses what is above a limit. What multiplies counts for the operation that is to run;
/// sizes are bounded for every operation and fragment, since validation walks them all.
pub(crate) fn measure<'d>(
    document: &'d ExecutableDocument,
    executed: &'d Positioned<OperationDefinition>,
    limits: &Limits,
) -> Result<Shape, Fault> {
    let mut walk = Walk { document, fragments: HashMap::with_capacity(document.fragments.len()) };
    // The executed operation comes first, so that a refusal is about what the caller asked for.
    let mut result = walk.operation(&executed.node, limits)?;
    let mut all_nodes = result.nodes;
    for (_, operation) in document.operations.iter().filter(|(_, operation)| !std::ptr::eq(*operation, executed)) {
        all_nodes = all_nodes.saturating_add(walk.operation(&operation.node, limits)?.nodes);
    }
    for name in document.fragments.keys() {
        let shape = walk.fragment(name.as_str())?;
        Fault::above("number of inlined fields", shape.nodes, limits.inlined_fields)?;
        all_nodes = all_nodes.saturating_add(shape.nodes);
    }
    result.directives = executed
        .node
        .variable_definitions
        .iter()
        .map(|variable| variable.node.directives.len())
        .fold(result.directives.saturating_add(executed.node.directives.len()), usize::saturating_add);
    let limit = limits.inlined_fields.saturating_mul(limits.operations);
    Fault::above("number of inlined fields of all operations and fragments", all_nodes, limit)?;
    refuse_excess(&result, executed.node.ty, limits)?;
    Ok(result)
}

fn refuse_excess(shape: &Shape, operation: OperationType, limits: &Limits) -> Result<(), Fault> {
    if shape.aliases > limits.aliases {
        return Err(Fault::TooManyAliases { value: shape.aliases, limit: limits.aliases });
    }
    Fault::above("number of directives", shape.directives, limits.directives)?;
    let limit = if operation == OperationType::Mutation { limits.mutations } else { limits.root_fields };
    if shape.root_fields > limit {
        return Err(Fault::TooManyRootFields { value: shape.root_fields, limit });
    }
    for (what, value, limit) in [
        ("field depth", shape.depth, limits.field_depth),
        ("introspection depth", shape.introspection_depth, limits.introspection_depth),
        ("nesting of introspection lists", shape.introspection_nesting, MAX_TYPE_LIST_NESTING),
    ] {
        if value > limit {
            return Err(Fault::TooDeep { what, value, limit });
        }
    }
    Fault::above("number of introspection lists", shape.introspection_lists, MAX_LISTS)
}
