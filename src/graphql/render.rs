//! The short way from loaded data to bytes. A root field that answers with [`Rendered`] data is written as JSON in one pass,
//! by a plan that is made once for a document, where the engine would make a future and a value for each field: a seventh of
//! the work on a list. The plan calls the very resolvers that the engine calls. What it does not cover, and whatever fails,
//! is left to the engine: fields with arguments, interfaces, guarded fields, two root fields of one name. Limits, guards and
//! validation came before. What was written once is asked of the engine without its selections, which it then need not copy
//! nor walk through. `--engine-only` turns it off. Must not know a type of the schema: [`rendered`] names a type's
//! fields beside their resolvers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{Context, ContextSelectionSet, ID, Name, OutputType, Pos, Positioned, ServerResult, Value};
use bytes::Bytes;

use super::later::Later;
use super::wanted::Wanted;

/// What is written, and what resolvers can reach.
pub(crate) struct Writing<'c> {
    /// The JSON so far.
    pub(crate) out: Vec<u8>,
    /// The context of the root field. Resolvers in tables ask it for the request, never for their own selection.
    pub(crate) ctx: &'c Context<'c>,
}

/// Something that can be written as the engine would answer it. `None`: the engine is to answer.
pub(crate) trait Render {
    /// Writes it.
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()>;
}

/// An object type: its fields that can be written, and each of them by its position among these.
pub(crate) trait Table: OutputType {
    /// The names of the fields, as resolvers have them.
    const FIELDS: &'static [&'static str];

    /// Writes the value of a field.
    fn field(&self, position: usize, plan: &Plan, to: &mut Writing<'_>) -> Option<()>;
}

/// Names the fields of an object type that can be written: resolvers that await nothing, or, of a `struct`, its members. They
/// must read nothing but the value, the catalog and the reader's view: kept answers are ended by what root fields note alone.
macro_rules! rendered {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        $crate::graphql::render::rendered!(@table $type this to {
            $($field => futures_util::FutureExt::now_or_never(this.$field(to.ctx))),+
        });
    };
    (struct $type:ident { $($field:ident),+ $(,)? }) => {
        $crate::graphql::render::rendered!(@table $type this to { $($field => Some(&this.$field)),+ });
    };
    (@table $type:ident $this:ident $to:ident { $($field:ident => $value:expr),+ }) => {
        impl $crate::graphql::render::Table for $type {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn field(
                &self,
                position: usize,
                plan: &$crate::graphql::render::Plan,
                $to: &mut $crate::graphql::render::Writing<'_>,
            ) -> Option<()> {
                #[expect(non_camel_case_types, reason = "the names of fields")]
                enum At { $($field),+ }
                let $this = self;
                $(if position == At::$field as usize {
                    return $crate::graphql::render::Render::render(&$value?, plan, $to);
                })+
                None
            }
        }

        impl $crate::graphql::render::Render for $type {
            fn render(
                &self,
                plan: &$crate::graphql::render::Plan,
                to: &mut $crate::graphql::render::Writing<'_>,
            ) -> Option<()> {
                plan.object(self, to)
            }
        }
    };
}
pub(crate) use rendered;

/// What of an object is written, in order. Of a value without fields: nothing.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    /// The brace or comma, the key and the colon; of `__typename` the value too.
    lead: Box<[u8]>,
    /// Which field of the type's table; none for `__typename`.
    field: Option<usize>,
    plan: Plan,
}

impl Plan {
    /// Writes an object of a table.
    pub(crate) fn object<T: Table>(&self, of: &T, to: &mut Writing<'_>) -> Option<()> {
        // All that was selected was skipped.
        if self.steps.is_empty() {
            to.out.push(b'{');
        }
        for step in &self.steps {
            to.out.extend_from_slice(&step.lead);
            if let Some(field) = step.field {
                of.field(field, &step.plan, to)?;
            }
        }
        to.out.push(b'}');
        Some(())
    }
}

/// A type's name and the names of its fields in the schema.
type Fields = HashMap<String, Vec<String>>;

/// The tables of all types that can be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables(Arc<Fields>);

impl Tables {
    /// Tables with one more.
    pub(crate) fn with<T: Table>(mut self) -> Self {
        let names = T::FIELDS.iter().map(|name| camel(name)).collect();
        Arc::make_mut(&mut self.0).insert(T::type_name().into_owned(), names);
        self
    }

    /// Every field that can be written, by its type: for the test that all are in the schema.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().flat_map(|(of, fields)| fields.iter().map(move |field| (of, field)))
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (first, rest) = part.split_at(part.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

/// What is known of one document: how root fields are written, and what fields want.
#[derive(Debug, Default)]
pub struct Plans {
    roots: ByPlace<Option<Arc<Plan>>>,
    wanted: ByPlace<Wanted>,
}

impl Plans {
    /// The document with its root fields and nothing inside them: enough for the engine where plans write all that is inside.
    /// None while there is a root field that no plan has written.
    pub fn shortened(&self, document: &ExecutableDocument) -> Option<ExecutableDocument> {
        let (_, operation) = document.operations.iter().next()?;
        let is_written = |item: &Positioned<Selection>| match &item.node {
            Selection::Field(field) if field.node.selection_set.node.items.is_empty() => true,
            Selection::Field(field) => {
                let has_plan = self.roots.known(field.pos).is_some_and(|plan| plan.is_some());
                has_plan && self.wanted.known(field.pos).is_some()
            }
            _ => false,
        };
        if !operation.node.selection_set.node.items.iter().all(is_written) {
            return None;
        }
        let mut short = document.clone();
        short.fragments.clear();
        match &mut short.operations {
            DocumentOperations::Single(operation) => shorten(&mut operation.node),
            DocumentOperations::Multiple(operations) => {
                operations.values_mut().for_each(|operation| shorten(&mut operation.node));
            }
        }
        Some(short)
    }
}

fn shorten(operation: &mut OperationDefinition) {
    for item in &mut operation.selection_set.node.items {
        if let Selection::Field(field) = &mut item.node {
            field.node.selection_set.node.items.clear();
        }
    }
}

/// What is known of fields, by their places in the document.
#[derive(Debug)]
struct ByPlace<T>(Mutex<Vec<(Pos, T)>>);

impl<T> Default for ByPlace<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> ByPlace<T> {
    fn known(&self, at: Pos) -> Option<T> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(place, _)| *place == at).map(|(_, found)| found.clone())
    }

    fn get(&self, at: Pos, make: impl FnOnce() -> T) -> T {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(place, _)| *place == at) {
            return found.clone();
        }
        let made = make();
        known.push((at, made.clone()));
        made
    }
}

/// How a request is rendered; a request without it is left to the engine.
#[derive(Clone, Debug)]
pub struct Rendering {
    tables: Tables,
    /// The plans of its document, unless what they are depends on more than the document.
    plans: Option<Arc<Plans>>,
    /// The engine has the shortened document only.
    short: Option<Short>,
}

/// Whether something of a shortened document could not be written. Its answer is of no use then.
#[derive(Clone, Debug, Default)]
pub struct Short(Arc<AtomicBool>);

impl Short {
    /// Whether something could not.
    pub fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Rendering {
    pub(crate) fn new(tables: &Tables, plans: Option<Arc<Plans>>, short: Option<Short>) -> Self {
        Self { tables: tables.clone(), plans, short }
    }

    /// What the field at a place wants.
    pub(crate) fn wanted(&self, at: Pos, make: impl FnOnce() -> Wanted) -> Wanted {
        match &self.plans {
            Some(plans) => plans.wanted.get(at, make),
            None => make(),
        }
    }
}

/// Makes plans of selections.
struct Planner<'d> {
    registry: &'d Registry,
    tables: &'d Tables,
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
}

type Merged<'d> = IndexMap<&'d str, Vec<&'d Positioned<Field>>>;

impl<'d> Planner<'d> {
    /// The plan of some selections on a type.
    fn plan(&self, of: &str, sets: &[&'d SelectionSet]) -> Option<Plan> {
        let table = self.tables.0.get(of)?;
        let meta = self.registry.types.get(of)?;
        let mut merged = Merged::new();
        for set in sets {
            self.collect(of, set, &mut merged)?;
        }
        let mut steps = Vec::with_capacity(merged.len());
        for (position, (key, fields)) in merged.into_iter().enumerate() {
            let name = fields.first()?.node.name.node.as_str();
            let brace = if position == 0 { '{' } else { ',' };
            if name == "__typename" {
                let lead = format!("{brace}\"{key}\":\"{of}\"").into_bytes().into();
                steps.push(Step { lead, field: None, plan: Plan::default() });
                continue;
            }
            if fields.iter().any(|field| !field.node.arguments.is_empty()) {
                return None;
            }
            let field = Some(table.iter().position(|known| known == name)?);
            let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.node.selection_set.node).collect();
            let plan = if sets.iter().all(|set| set.items.is_empty()) {
                Plan::default()
            } else {
                let ty = &meta.field_by_name(name)?.ty;
                self.plan(ty.trim_matches(|mark| matches!(mark, '[' | ']' | '!')), &sets)?
            };
            steps.push(Step { lead: format!("{brace}\"{key}\":").into_bytes().into(), field, plan });
        }
        Some(Plan { steps })
    }

    /// The fields of a selection by their response keys (GraphQL October 2021, section 6.3.2). What is skipped, the engine has
    /// taken out.
    fn collect(&self, of: &str, set: &'d SelectionSet, into: &mut Merged<'d>) -> Option<()> {
        for item in &set.items {
            if !item.node.directives().is_empty() {
                return None;
            }
            let (condition, inside) = match &item.node {
                Selection::Field(field) => {
                    into.entry(field.node.response_key().node.as_str()).or_default().push(field);
                    continue;
                }
                Selection::InlineFragment(inline) => (inline.node.type_condition.as_ref(), &inline.node.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.fragments.get(&spread.node.fragment_name.node)?.node;
                    if !fragment.directives.is_empty() {
                        return None;
                    }
                    (Some(&fragment.type_condition), &fragment.selection_set)
                }
            };
            if condition.is_none_or(|condition| self.is(of, &condition.node.on.node)) {
                self.collect(of, &inside.node, into)?;
            }
        }
        Some(())
    }

    /// Whether a type is another, or one of those that the other stands for.
    fn is(&self, of: &str, other: &str) -> bool {
        match self.registry.types.get(other) {
            Some(MetaType::Interface { possible_types, .. } | MetaType::Union { possible_types, .. }) => {
                possible_types.contains(of)
            }
            _ => of == other,
        }
    }
}

/// Data that a root field answers with, as its type in the schema.
#[derive(Clone, Debug)]
pub(crate) struct Rendered<T>(pub(crate) T);

impl<T: OutputType + Table + Render> OutputType for Rendered<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match bytes_of(&self.0, ctx, field) {
            Some(bytes) => Ok(Value::Binary(bytes)),
            None => match ctx.data_opt::<Rendering>().and_then(|rendering| rendering.short.as_ref()) {
                Some(Short(has_failed)) => {
                    has_failed.store(true, Ordering::Relaxed);
                    Ok(Value::Null)
                }
                None => self.0.resolve(ctx, field).await,
            },
        }
    }
}

fn bytes_of<T: Table + Render>(of: &T, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Bytes> {
    let rendering = ctx.data_opt::<Rendering>()?;
    let make = || {
        let operation = &ctx.query_env.operation.node.selection_set.node;
        let key = field.node.response_key().node.as_str();
        // The engine would merge the values of two, which it cannot look into.
        if times(operation, key, &ctx.query_env.fragments) != 1 {
            return None;
        }
        let fragments = &ctx.query_env.fragments;
        let planner = Planner { registry: &ctx.schema_env.registry, tables: &rendering.tables, fragments };
        planner.plan(&T::type_name(), &[&ctx.item.node])
    };
    let plan = match &rendering.plans {
        Some(plans) => plans.roots.get(field.pos, || make().map(Arc::new))?,
        None => Arc::new(make()?),
    };
    let ctx = ctx.with_field(field);
    let mut to = Writing { out: Vec::with_capacity(8 * 1024), ctx: &ctx };
    of.render(&plan, &mut to)?;
    Some(to.out.into())
}

/// How many fields of a root selection have a response key.
fn times(set: &SelectionSet, key: &str, fragments: &HashMap<Name, Positioned<FragmentDefinition>>) -> usize {
    let of = |item: &Positioned<Selection>| match &item.node {
        Selection::Field(field) => usize::from(field.node.response_key().node == key),
        Selection::InlineFragment(inline) => times(&inline.node.selection_set.node, key, fragments),
        Selection::FragmentSpread(spread) => fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| times(&fragment.node.selection_set.node, key, fragments)),
    };
    set.items.iter().map(of).sum()
}

impl<T: Render + ?Sized> Render for &T {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        (**self).render(plan, to)
    }
}

impl<T: Render> Render for Later<T> {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        self.0.render(plan, to)
    }
}

impl<T: Render> Render for Option<T> {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        match self {
            Some(value) => value.render(plan, to),
            None => {
                to.out.extend_from_slice(b"null");
                Some(())
            }
        }
    }
}

/// The engine knows what becomes of an error.
impl<T: Render> Render for async_graphql::Result<T> {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        self.as_ref().ok()?.render(plan, to)
    }
}

impl<T: Render> Render for Vec<T> {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        to.out.push(b'[');
        for (position, value) in self.iter().enumerate() {
            if position > 0 {
                to.out.push(b',');
            }
            value.render(plan, to)?;
        }
        to.out.push(b']');
        Some(())
    }
}

impl Render for str {
    fn render(&self, _: &Plan, to: &mut Writing<'_>) -> Option<()> {
        serde_json::to_writer(&mut to.out, self).ok()
    }
}

impl Render for String {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        self.as_str().render(plan, to)
    }
}

impl Render for ID {
    fn render(&self, plan: &Plan, to: &mut Writing<'_>) -> Option<()> {
        self.as_str().render(plan, to)
    }
}

macro_rules! plain {
    ($($type:ty)+) => {$(
        impl Render for $type {
            fn render(&self, _: &Plan, to: &mut Writing<'_>) -> Option<()> {
                serde_json::to_writer(&mut to.out, self).ok()
            }
        }
    )+};
}
plain!(bool i32 i64 u16 u32 u64 usize f64);
