//! The values of a request: literals in the document and variables beside it. Lists are bounded, NUL is refused, required
//! variables must be there. A mutation's service refuses lists and texts itself, by their paths, so that it gets longer
//! lists and NUL to see. Must not convert values to the schema's types: the engine does.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::{Fault, NAME_CHARS};
use crate::domain::limits::Limits;

/// Most values that validation may have to look at: each use of a variable looks at the whole of it.
const MAX_LOOKS: usize = 200_000;

/// How many times the longest list of an input a mutation may hand to its service, which refuses it by its path.
const REFUSED_BY_SERVICE: usize = 10;

/// What a value may be.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    list: usize,
    has_nul: bool,
}

/// Checks the variables of a request and the literals of its document. Says whether one of them is named `near` or
/// `within`, which makes the answer private.
pub(crate) fn check(
    document: &ExecutableDocument,
    executed: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<bool, Fault> {
    Fault::above("number of variables", variables.len(), limits.variables)?;
    let bounds = match executed.ty {
        OperationType::Mutation => Bounds { list: limits.list_inputs * REFUSED_BY_SERVICE, has_nul: true },
        _ => Bounds { list: limits.list_inputs, has_nul: false },
    };
    let mut literals = Literals { bounds, ..Literals::default() };
    for (_, operation) in document.operations.iter() {
        for variable in &operation.node.variable_definitions {
            if let Some(value) = &variable.node.default_value {
                literals.has_near |= constant(&value.node, bounds)?.has_near;
            }
        }
        literals.directives(&operation.node.directives)?;
        literals.selection(&operation.node.selection_set.node)?;
    }
    for fragment in document.fragments.values() {
        literals.directives(&fragment.node.directives)?;
        literals.selection(&fragment.node.selection_set.node)?;
    }
    let mut looks = 0_usize;
    for (name, value) in variables.iter() {
        let found = constant(value, bounds)?;
        literals.has_near |= found.has_near;
        let uses = literals.uses.get(name.as_str()).copied().unwrap_or_default();
        looks = looks.saturating_add(found.nodes.saturating_mul(uses));
    }
    Fault::above("number of values in variables times their uses", looks, MAX_LOOKS)?;
    require(executed, variables)?;
    Ok(literals.has_near)
}

/// Every variable without a default that may not be null must have a value.
fn require(operation: &OperationDefinition, variables: &Variables) -> Result<(), Fault> {
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        if ty.nullable {
            continue;
        }
        let (is_null, is_given) = match variables.get(name) {
            Some(value) => (matches!(value, ConstValue::Null), true),
            None => (false, definition.node.default_value.is_some()),
        };
        if is_null || !is_given {
            let name: String = name.chars().take(NAME_CHARS).collect();
            let ty: String = ty.to_string().chars().take(NAME_CHARS).collect();
            let fault = if is_null { "must not be null" } else { "is required" };
            return Err(Fault::Malformed(format!("the variable ${name} of type {ty} {fault}")));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Found {
    nodes: usize,
    has_near: bool,
}

fn constant(value: &ConstValue, bounds: Bounds) -> Result<Found, Fault> {
    let mut found = Found { nodes: 1, has_near: false };
    let mut add = |value: &ConstValue| -> Result<(), Fault> {
        let inside = constant(value, bounds)?;
        found.nodes = found.nodes.saturating_add(inside.nodes);
        found.has_near |= inside.has_near;
        Ok(())
    };
    match value {
        ConstValue::String(text) => bounds.refuse_nul(text)?,
        ConstValue::List(values) => {
            Fault::above("number of values in a list", values.len(), bounds.list)?;
            values.iter().try_for_each(&mut add)?;
        }
        ConstValue::Object(members) => {
            members.values().try_for_each(&mut add)?;
            found.has_near |= names_near(members.keys());
        }
        _ => {}
    }
    Ok(found)
}

#[derive(Default)]
struct Literals<'a> {
    uses: HashMap<&'a str, usize>,
    has_near: bool,
    bounds: Bounds,
}

impl<'a> Literals<'a> {
    fn selection(&mut self, set: &'a SelectionSet) -> Result<(), Fault> {
        for item in &set.items {
            self.directives(item.node.directives())?;
            match &item.node {
                Selection::Field(field) => {
                    self.arguments(&field.node.arguments)?;
                    self.selection(&field.node.selection_set.node)?;
                }
                Selection::InlineFragment(inline) => self.selection(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) -> Result<(), Fault> {
        directives.iter().try_for_each(|directive| self.arguments(&directive.node.arguments))
    }

    fn arguments(&mut self, arguments: &'a [(Positioned<Name>, Positioned<Value>)]) -> Result<(), Fault> {
        self.has_near |= names_near(arguments.iter().map(|(name, _)| &name.node));
        arguments.iter().try_for_each(|(_, value)| self.value(&value.node))
    }

    fn value(&mut self, value: &'a Value) -> Result<(), Fault> {
        match value {
            Value::Variable(name) => {
                let uses = self.uses.entry(name.as_str()).or_default();
                *uses = uses.saturating_add(1);
            }
            Value::String(text) => self.bounds.refuse_nul(text)?,
            Value::List(values) => {
                Fault::above("number of values in a list", values.len(), self.bounds.list)?;
                values.iter().try_for_each(|value| self.value(value))?;
            }
            Value::Object(members) => {
                self.has_near |= names_near(members.keys());
                members.values().try_for_each(|value| self.value(value))?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn names_near<'n>(mut names: impl Iterator<Item = &'n Name>) -> bool {
    names.any(|name| name == "near" || name == "within")
}

impl Bounds {
    fn refuse_nul(self, text: &str) -> Result<(), Fault> {
        if !self.has_nul && text.contains('\0') {
            return Err(Fault::Malformed("a text holds the control character U+0000".to_string()));
        }
        Ok(())
    }
}
