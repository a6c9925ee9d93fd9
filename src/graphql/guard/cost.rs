//! The cost of an operation: objects times page sizes, computed before anything runs. Each fragment is weighed once. Must
//! not refuse what the schema does not know: validation does.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::Fault;
use super::types::{FieldEntry, TypeEntry, TypeId, TypeTable};
use crate::domain::limits::Limits;

/// Objects that an unpaged list counts for.
const UNPAGED: u64 = 3;
/// What `totalCount` and `search` cost, and one look at the schema.
const COUNTING: u64 = 20;

/// What is known before execution.
pub(crate) struct Weighing<'a> {
    /// The parsed document.
    pub document: &'a ExecutableDocument,
    /// The operation that is to run.
    pub operation: &'a OperationDefinition,
    /// The request's variables.
    pub variables: &'a Variables,
    /// The types of the schema.
    pub types: &'a TypeTable,
    /// The limits in force.
    pub limits: &'a Limits,
}

/// The weight of a selection set.
#[derive(Clone, Copy, Default)]
struct Weight {
    /// Cost of the selection itself.
    flat: u64,
    /// In the selection of a connection: cost of each item of the page.
    per_item: u64,
    /// In the selection of a connection: whether the page is read at all.
    is_page_read: bool,
}

impl Weight {
    const fn add(&mut self, other: Self) {
        self.flat = self.flat.saturating_add(other.flat);
        self.per_item = self.per_item.saturating_add(other.per_item);
        self.is_page_read |= other.is_page_read;
    }

    const fn flat(flat: u64) -> Self {
        Self { flat, per_item: 0, is_page_read: false }
    }
}

struct Scale<'a> {
    weighing: &'a Weighing<'a>,
    fragments: HashMap<&'a str, Weight>,
}

/// Computes the cost of the operation. The shape must have been measured before: cycles are refused there.
pub(crate) fn cost(weighing: &Weighing<'_>) -> Result<u64, Fault> {
    let mut scale = Scale { weighing, fragments: HashMap::new() };
    let root = weighing.types.root(weighing.operation.ty);
    Ok(scale.selection(&weighing.operation.selection_set.node, root)?.flat)
}

impl<'a> Scale<'a> {
    fn selection(&mut self, set: &'a SelectionSet, parent: Option<TypeId>) -> Result<Weight, Fault> {
        let mut weight = Weight::default();
        for item in &set.items {
            weight.add(match &item.node {
                Selection::Field(field) => self.field(&field.node, parent)?,
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    let ty = condition.map_or(parent, |name| self.weighing.types.id(name));
                    self.selection(&inline.node.selection_set.node, ty)?
                }
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str())?,
            });
        }
        Ok(weight)
    }

    fn fragment(&mut self, name: &'a str) -> Result<Weight, Fault> {
        if let Some(weight) = self.fragments.get(name) {
            return Ok(*weight);
        }
        let Some(definition) = self.weighing.document.fragments.get(name) else { return Ok(Weight::default()) };
        let ty = self.weighing.types.id(&definition.node.type_condition.node.on.node);
        let weight = self.selection(&definition.node.selection_set.node, ty)?;
        self.fragments.insert(name, weight);
        Ok(weight)
    }

    fn field(&mut self, field: &'a Field, parent: Option<TypeId>) -> Result<Weight, Fault> {
        let name = field.name.node.as_str();
        if matches!(name, "__schema" | "__type") {
            return Ok(Weight::flat(COUNTING));
        }
        let types = self.weighing.types;
        let Some(owner) = parent.and_then(|id| types.entry(id)) else { return Ok(Weight::default()) };
        let Some(entry) = owner.field(name) else { return Ok(Weight::default()) };
        let surcharge = if name == "search" || (name == "totalCount" && owner.is_connection) { COUNTING } else { 0 };
        let mut weight = match entry.composite {
            None => Weight::default(),
            Some(id) => {
                let below = self.selection(&field.selection_set.node, Some(id))?;
                self.composite(field, entry, owner, below)?
            }
        };
        weight.add(Weight::flat(surcharge));
        Ok(weight)
    }

    fn composite(&self, field: &Field, entry: FieldEntry, owner: &TypeEntry, below: Weight) -> Result<Weight, Fault> {
        let is_page = entry.composite.and_then(|id| self.weighing.types.entry(id)).is_some_and(|ty| ty.is_connection);
        if is_page {
            let size = self.page_size(field)?;
            let each = if below.is_page_read { below.per_item.max(1) } else { 0 };
            return Ok(Weight::flat(size.saturating_mul(each).saturating_add(below.flat)));
        }
        let object = below.flat.saturating_add(1);
        if owner.is_connection {
            match field.name.node.as_str() {
                "edges" => return Ok(Weight { flat: 0, per_item: below.flat.max(1), is_page_read: true }),
                "nodes" | "changes" => return Ok(Weight { flat: 0, per_item: object, is_page_read: true }),
                "pageInfo" => return Ok(Weight { flat: 0, per_item: 0, is_page_read: true }),
                _ => {}
            }
        }
        let factor = match (entry.is_list, entry.is_paged) {
            (true, true) => self.page_size(field)?,
            (true, false) => self.listed(field).max(UNPAGED),
            (false, _) => 1,
        };
        Ok(Weight::flat(factor.saturating_mul(object)))
    }

    /// The length of the longest list among the arguments: `nodes(ids: [...])` answers as many objects.
    fn listed(&self, field: &Field) -> u64 {
        let ids = field.arguments.iter().filter(|(name, _)| name.node == "ids");
        ids.map(|(_, value)| match &value.node {
            Value::List(values) => values.len() as u64,
            Value::Variable(name) => match self.variable(name) {
                Some(ConstValue::List(values)) => values.len() as u64,
                _ => 1,
            },
            _ => 1,
        })
        .max()
        .unwrap_or_default()
    }

    /// The page size that a field asks for with `first` or `last`.
    fn page_size(&self, field: &Field) -> Result<u64, Fault> {
        let mut size = None;
        for (name, value) in &field.arguments {
            if !matches!(name.node.as_str(), "first" | "last") {
                continue;
            }
            let asked = match &value.node {
                Value::Variable(name) => self.variable(name).map(asked),
                Value::Null => None,
                Value::Number(number) => Some(number.as_i64().ok_or_else(|| number.to_string())),
                _ => Some(Ok(0)),
            };
            match asked {
                Some(Ok(asked)) if asked <= self.weighing.limits.page_max as i64 => {
                    size = size.max(Some(asked.max(0) as u64));
                }
                Some(Ok(asked)) => return Err(self.too_large(asked.to_string())),
                Some(Err(asked)) => return Err(self.too_large(asked)),
                None => {}
            }
        }
        Ok(size.unwrap_or(self.weighing.limits.page_default as u64))
    }

    fn too_large(&self, value: String) -> Fault {
        Fault::PageTooLarge { value, limit: self.weighing.limits.page_max }
    }

    /// The value that a variable stands for, its default included; `null` counts as none.
    fn variable(&self, name: &str) -> Option<&ConstValue> {
        let value = self.weighing.variables.get(name).or_else(|| {
            let mut definitions = self.weighing.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        });
        value.filter(|value| !matches!(value, ConstValue::Null))
    }
}

/// A page size given by a variable: a whole number, or its text if it is a number of another kind. What is no number is
/// left to validation.
fn asked(value: &ConstValue) -> Result<i64, String> {
    match value {
        ConstValue::Number(number) => number.as_i64().ok_or_else(|| number.to_string()),
        _ => Ok(0),
    }
}
