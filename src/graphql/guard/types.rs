//! What the guard knows of the schema: for each type its fields, and whether they are lists or pages. Made once from the
//! SDL. Must not know resolvers.

use std::collections::HashMap;

use async_graphql::parser::types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition};
use async_graphql::parser::{Error, parse_schema};

/// The position of a type in a [`TypeTable`].
pub(crate) type TypeId = usize;

/// All composite types of the schema.
#[derive(Debug, Default)]
pub struct TypeTable {
    types: Vec<TypeEntry>,
    by_name: HashMap<Box<str>, TypeId>,
    query: Option<TypeId>,
    mutation: Option<TypeId>,
    subscription: Option<TypeId>,
}

/// One composite type.
#[derive(Debug)]
pub(crate) struct TypeEntry {
    /// Whether it is a page of a paginated list: its name ends in `Connection` or `Page`.
    pub is_connection: bool,
    fields: HashMap<Box<str>, FieldEntry>,
}

/// One field that answers a composite type, or a scalar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldEntry {
    /// Its type, if composite.
    pub composite: Option<TypeId>,
    /// Whether it answers a list.
    pub is_list: bool,
    /// Whether it takes `first` or `last`.
    pub is_paged: bool,
}

impl TypeTable {
    /// Reads the types from the schema's SDL.
    pub fn from_sdl(sdl: &str) -> Result<Self, Error> {
        let document = parse_schema(sdl)?;
        let mut table = Self::default();
        let mut roots = [Some("Query".to_string()), Some("Mutation".to_string()), Some("Subscription".to_string())];
        let mut fields_of: Vec<&[async_graphql::Positioned<FieldDefinition>]> = Vec::new();
        for definition in &document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let name = |root: &Option<async_graphql::Positioned<async_graphql::Name>>| {
                        root.as_ref().map(|root| root.node.to_string())
                    };
                    roots = [name(&schema.node.query), name(&schema.node.mutation), name(&schema.node.subscription)];
                }
                TypeSystemDefinition::Type(definition) => {
                    let fields: &[_] = match &definition.node.kind {
                        TypeKind::Object(object) => &object.fields,
                        TypeKind::Interface(interface) => &interface.fields,
                        TypeKind::Union(_) => &[],
                        TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => continue,
                    };
                    let name = definition.node.name.node.as_str();
                    table.by_name.insert(name.into(), fields_of.len());
                    table.types.push(TypeEntry {
                        is_connection: name.ends_with("Connection") || name.ends_with("Page"),
                        fields: HashMap::with_capacity(fields.len()),
                    });
                    fields_of.push(fields);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        for (entry, fields) in table.types.iter_mut().zip(fields_of) {
            entry.fields = fields
                .iter()
                .map(|field| (field.node.name.node.as_str().into(), describe(&field.node, &table.by_name)))
                .collect();
        }
        let [query, mutation, subscription] = roots.map(|root| root.and_then(|name| table.id(&name)));
        (table.query, table.mutation, table.subscription) = (query, mutation, subscription);
        Ok(table)
    }

    /// The type of a name, if it is composite.
    pub(crate) fn id(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    /// The entry of a type.
    pub(crate) fn entry(&self, id: TypeId) -> Option<&TypeEntry> {
        self.types.get(id)
    }

    /// The type that an operation starts from.
    pub(crate) const fn root(&self, operation: OperationType) -> Option<TypeId> {
        match operation {
            OperationType::Query => self.query,
            OperationType::Mutation => self.mutation,
            OperationType::Subscription => self.subscription,
        }
    }
}

impl TypeEntry {
    /// The field of a name.
    pub(crate) fn field(&self, name: &str) -> Option<FieldEntry> {
        self.fields.get(name).copied()
    }
}

fn describe(field: &FieldDefinition, by_name: &HashMap<Box<str>, TypeId>) -> FieldEntry {
    let (name, is_list) = named(&field.ty.node);
    FieldEntry {
        composite: by_name.get(name).copied(),
        is_list,
        is_paged: field.arguments.iter().any(|argument| matches!(argument.node.name.node.as_str(), "first" | "last")),
    }
}

fn named(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(inner) => (named(inner).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_pages_and_composites_are_told_apart() {
        let table = TypeTable::from_sdl(
            "type Query { resources(first: Int, last: Int): ResourceConnection! regions: [Region!]! names: [String!]! }
             type ResourceConnection { nodes: [Region!]! totalCount: Int! } type Region { name: String! kind: Kind }
             enum Kind { A B } schema { query: Query }",
        )
        .unwrap();
        let query = table.entry(table.root(OperationType::Query).unwrap()).unwrap();
        let field = |name| {
            let field = query.field(name).unwrap();
            (field.composite.is_some(), field.is_list, field.is_paged)
        };
        assert_eq!(field("resources"), (true, false, true));
        assert_eq!(field("regions"), (true, true, false));
        assert_eq!(field("names"), (false, true, false));
        assert!(query.field("nothing").is_none());
        assert!(table.entry(table.id("ResourceConnection").unwrap()).unwrap().is_connection);
        assert!(table.id("Kind").is_none());
        assert!(table.root(OperationType::Mutation).is_none());
    }
}
