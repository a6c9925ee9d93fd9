//! One guard before execution. It takes time linear in the document, since async-graphql's own checks walk a fragment at
//! every spread: a 700-byte fragment bomb takes them a second, and 1 KB minutes. Must not run anything.
//!
//! [`Guard::check_text`] comes before parsing, [`Guard::check`] after it. To add a limit: a field in
//! [`Limits`], a figure in `shape.rs`, a line in its `refuse_excess`.

mod cost;
mod fault;
mod scan;
mod shape;
#[cfg(test)]
mod tests;
mod types;
mod values;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Positioned, Variables};

pub use fault::Fault;
pub use scan::{Scan, scan};
pub use shape::Shape;
pub use types::TypeTable;

use crate::domain::limits::Limits;

/// How much of a name that came with the request a message repeats.
const NAME_CHARS: usize = 100;

/// The guard of one schema.
#[derive(Debug)]
pub struct Guard {
    types: TypeTable,
}

/// What is asked of the guard for one request.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The parsed document.
    pub document: &'a ExecutableDocument,
    /// The operation to run, if the request names it.
    pub operation_name: Option<&'a str>,
    /// The request's variables.
    pub variables: &'a Variables,
    /// The limits in force.
    pub limits: &'a Limits,
    /// The cost that the caller may spend on one request.
    pub cost_limit: u64,
}

/// What the guard found out about a request that it lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The kind of operation that is to run.
    pub operation: OperationType,
    /// Its cost.
    pub cost: u64,
    /// Whether it asks for nothing but the schema.
    pub is_introspection_only: bool,
    /// Whether no shared cache may keep the answer: it selects `rateLimit`, `viewer`, `search`, or uses `near` or `within`.
    pub is_private: bool,
    /// The figures of the operation.
    pub shape: Shape,
}

impl Guard {
    /// Reads the types from the schema's SDL.
    pub fn new(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        Ok(Self { types: TypeTable::from_sdl(sdl)? })
    }

    /// Checks the text of a document, before it is parsed.
    pub fn check_text(&self, text: &str, limits: &Limits) -> Result<Scan, Fault> {
        scan(text, limits)
    }

    /// Checks a parsed document with its variables, before it is validated.
    pub fn check(&self, question: &Question<'_>) -> Result<Checked, Fault> {
        let Question { document, variables, limits, .. } = *question;
        shape::count(document, limits)?;
        let operation = select(document, question.operation_name)?;
        let shape = shape::measure(document, operation, limits)?;
        let has_near = values::check(document, &operation.node, variables, limits)?;
        let weighing = cost::Weighing { document, operation: &operation.node, variables, types: &self.types, limits };
        let cost = cost::cost(&weighing)?;
        if cost > question.cost_limit {
            return Err(Fault::TooComplex { what: "cost", value: cost, limit: question.cost_limit });
        }
        Ok(Checked {
            operation: operation.node.ty,
            cost,
            is_introspection_only: shape.root_data_fields == 0,
            is_private: shape.is_private || has_near,
            shape,
        })
    }
}

/// The operation that a request runs.
pub fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Fault> {
    let unknown = |name: &str| {
        let name: String = name.chars().take(NAME_CHARS).collect();
        Fault::Malformed(format!("the document has no operation named {name:?}"))
    };
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Single(_), Some(name)) => Err(unknown(name)),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name).ok_or_else(|| unknown(name)),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(operation), None) => Ok(operation),
                _ => Err(Fault::Malformed(format!(
                    "the document has {} operations: name one in operationName",
                    operations.len()
                ))),
            }
        }
    }
}
