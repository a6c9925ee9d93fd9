//! From parameters to an operation that may run: persisted query > guard > kind of operation > rate limit. The same for all
//! ways that a request comes by. Must not run anything.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql::{Name, Positioned, Variables};

use super::answer::Answer;
use super::documents::{Asked, Document, Known};
use super::errors;
use super::params::Params;
use crate::domain::actor::Actor;
use crate::domain::locale::Preference;
use crate::graphql::context::{Allowance, Fleeting, Noted, RequestContext};
use crate::graphql::guard::Question;
use crate::graphql::{Short, rendering};
use crate::server::refusal::Refusal;
use crate::server::router::Charged;
use crate::server::state::ServerState;
use crate::store::{Moment, Read};

/// By which way a request came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// Whether it may change something: it was sent by POST.
    pub may_mutate: bool,
    /// Whether it can be answered many times.
    pub may_follow: bool,
}

/// Who asks.
#[derive(Clone)]
pub(super) struct Asker {
    /// The client, if a valid token came.
    pub actor: Option<Arc<Actor>>,
    /// Under whose allowance it counts.
    pub charged: Option<Charged>,
    /// The header as it came.
    pub accept_language: Option<Arc<str>>,
    /// By which way.
    pub way: Way,
}

/// An operation that may run.
pub(super) struct Prepared {
    /// What is asked.
    pub asked: Arc<Asked>,
    /// The document.
    pub document: Arc<Document>,
    /// What remains of the asker's allowance.
    pub allowance: Option<Allowance>,
    /// Whether the very same was answered before, without an error, and may be answered without validation.
    pub is_known: bool,
}

/// Why an operation may not run.
pub(super) enum Unprepared {
    /// The document is at fault: an answer without data.
    Answer(Box<Answer>),
    /// The request is, or there were too many.
    Refusal(Refusal),
}

impl From<Answer> for Unprepared {
    fn from(answer: Answer) -> Self {
        Self::Answer(Box::new(answer))
    }
}

impl From<Refusal> for Unprepared {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// Checks and charges a request; what is known of the very same one need not be found out again.
pub(super) fn prepare(
    state: &ServerState,
    asker: &Asker,
    params: Params,
    known: Option<Known>,
) -> Result<Prepared, Unprepared> {
    let limits = &state.app.limits;
    let Some(found) = state.persisted.resolve(&params)? else {
        return Err(Answer::not_persisted().into());
    };
    let mut document = document(state, &found.query)?;
    let cost_limit = if asker.actor.is_some() { limits.cost_client } else { limits.cost_anonymous };
    let Params { operation_name, variables, .. } = params;
    let question = Question {
        document: &document.parsed,
        operation_name: operation_name.as_deref(),
        variables: &variables,
        limits,
        cost_limit,
    };
    let checked = match known {
        Some(known) => known.checked,
        None => state.guard.check(&question).map_err(|fault| Answer::refused(&fault))?,
    };
    refuse_operation(asker.way, checked.operation)?;
    if checked.operation == OperationType::Subscription {
        let fault = |message: &str| Answer::rejected(vec![errors::coded(message, "BAD_REQUEST")]);
        let mut parsed = document.parsed.clone();
        single_root(&mut parsed, operation_name.as_deref()).map_err(fault)?;
        document = Arc::new(Document::new(Arc::clone(&document.text), parsed, document.tokens));
    }
    let text = Arc::clone(&document.text);
    let name = known.map_or_else(
        || {
            let preference = asker.accept_language.as_deref().map(Preference::from_header).unwrap_or_default();
            Asked::name_of(&text, operation_name.as_deref(), &variables, &preference)
        },
        |known| known.name,
    );
    let new_hash = found.new_hash;
    let variables = with_defaults(variables, &document.parsed, operation_name.as_deref());
    let asked = Arc::new(Asked { text, variables, operation_name, checked, cost_limit, new_hash, name });
    state.metrics.cost.record(checked.cost);
    let allowance = asker.charged.map(|charged| charged.rest(state, checked.cost)).transpose()?;
    let is_known = known.is_some() && !document.asks_for_schema;
    Ok(Prepared { asked, document, allowance, is_known })
}

/// The document of a text: as it was parsed before, or parsed now.
fn document(state: &ServerState, text: &Arc<str>) -> Result<Arc<Document>, Unprepared> {
    if let Some(document) = state.documents.parsed(text) {
        return Ok(document);
    }
    let scan = state.guard.check_text(text, &state.app.limits).map_err(|fault| Answer::refused(&fault))?;
    let parsed = parse_query(text).map_err(|error| Answer::rejected(vec![errors::syntax(&error)]))?;
    Ok(Arc::new(Document::new(Arc::clone(text), parsed, scan.tokens)))
}

/// When a request is answered, and whether its answer depends on the instant itself.
pub(super) struct Reading {
    /// When.
    pub moment: Moment,
    /// Set by resolvers.
    pub fleeting: Fleeting,
    /// What resolvers read.
    noted: Noted,
    /// All that the answer was read from; not set if that is not known.
    pub reads: OnceLock<Vec<Read>>,
}

/// The moment that it is.
pub(super) fn moment(state: &ServerState) -> Moment {
    Moment { generation: state.app.store.freshness().generation(), now: state.app.clock.now() }
}

impl Reading {
    /// What is answered now. To be noted before anything is read.
    pub fn now(state: &ServerState) -> Self {
        let (fleeting, noted, reads) = (Fleeting::default(), Noted::default(), OnceLock::new());
        Self { moment: moment(state), fleeting, noted, reads }
    }

    /// A document was answered of which root fields alone have read.
    pub fn by_roots_of(&self, document: &ExecutableDocument) {
        let roots =
            document.operations.iter().map(|(_, operation)| operation.node.selection_set.node.items.len()).sum();
        if let Some(reads) = self.noted.of(roots) {
            let _ = self.reads.set(reads);
        }
    }
}

impl Prepared {
    /// What the engine runs. With `short` that is the shortened document: see [`Plans::shortened`](crate::graphql::Plans::shortened).
    pub fn request(
        &self,
        state: &ServerState,
        asker: &Asker,
        reading: &Reading,
        short: Option<(&ExecutableDocument, Short)>,
    ) -> async_graphql::Request {
        let Self { asked, document, allowance, .. } = self;
        let (parsed, short) = short.map_or((&document.parsed, None), |(parsed, short)| (parsed, Some(short)));
        let mut request = async_graphql::Request::new(String::new()).variables(asked.variables.clone());
        request.operation_name.clone_from(&asked.operation_name);
        request.set_parsed_query(parsed.clone());
        let context = RequestContext::new(
            Arc::clone(&state.app),
            asker.actor.clone(),
            asker.accept_language.as_deref(),
            asked.checked.cost,
            allowance.unwrap_or_default(),
        );
        let context = context.at(state.parties.issuer.as_str().into());
        request = request.data(context.read_at(reading.moment.now, reading.fleeting.clone(), reading.noted.clone()));
        if state.app.limits.is_rendering {
            request = request.data(rendering(document.plans.clone(), short));
        }
        request
    }
}

fn refuse_operation(way: Way, operation: OperationType) -> Result<(), Refusal> {
    match operation {
        OperationType::Query => Ok(()),
        OperationType::Mutation if way.may_mutate => Ok(()),
        OperationType::Mutation => Err(Refusal::method("POST, OPTIONS", "a mutation must be sent by POST")),
        OperationType::Subscription if way.may_follow => Ok(()),
        OperationType::Subscription => Err(Refusal::bad_request(
            "a subscription is not served as a single response: accept text/event-stream, or open a websocket",
        )),
    }
}

/// The operation that is to run.
pub(super) fn chosen<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d OperationDefinition> {
    let mut operations = document.operations.iter();
    let operation = match name {
        Some(name) => operations.find(|(own, _)| own.is_some_and(|own| own == name)),
        None => operations.next(),
    };
    operation.map(|(_, operation)| &operation.node)
}

/// The variables, with the defaults of conditions that were not sent (GraphQL October 2021, section 6.1.2): the engine knows
/// them for arguments, but not for `@skip` and `@include`.
fn with_defaults(mut variables: Variables, document: &ExecutableDocument, name: Option<&str>) -> Variables {
    for definition in chosen(document, name).iter().flat_map(|operation| &operation.variable_definitions) {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        if let (BaseType::Named(ty), Some(default)) = (&var_type.node.base, default_value)
            && ty == "Boolean"
        {
            variables.entry(name.node.clone()).or_insert_with(|| default.node.clone());
        }
    }
    variables
}

/// Sees to it that a subscription has one field at its root (GraphQL October 2021, section 5.2.3.1), and puts it there if it
/// comes in a fragment: the engine looks into no fragment there.
fn single_root(document: &mut ExecutableDocument, name: Option<&str>) -> Result<(), &'static str> {
    const SINGLE: &str = "a subscription must select exactly one field";
    let ExecutableDocument { operations, fragments } = document;
    let operation: Option<&mut Positioned<OperationDefinition>> = match (operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get_mut(name),
        (DocumentOperations::Multiple(operations), None) => operations.values_mut().next(),
    };
    let Some(operation) = operation else { return Ok(()) };
    let set = &mut operation.node.selection_set.node;
    let mut fields = Vec::new();
    let mut spread = HashSet::new();
    let mut sets: Vec<&SelectionSet> = vec![set];
    while let Some(set) = sets.pop() {
        for item in &set.items {
            let (inside, directives, on) = match &item.node {
                Selection::Field(field) => {
                    fields.push(item.clone());
                    (None, &field.node.directives, None)
                }
                Selection::InlineFragment(inline) => (
                    Some(&inline.node.selection_set.node),
                    &inline.node.directives,
                    inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node),
                ),
                Selection::FragmentSpread(found) => {
                    let name: &Name = &found.node.fragment_name.node;
                    // Validation says what is wrong with it.
                    let Some(fragment) = fragments.get(name) else { return Ok(()) };
                    spread.insert(name.clone());
                    let on = &fragment.node.type_condition.node.on.node;
                    (Some(&fragment.node.selection_set.node), &found.node.directives, Some(on))
                }
            };
            if on.is_some_and(|on| on != "Subscription") {
                return Ok(());
            }
            if directives.iter().any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include")) {
                return Err("the field of a subscription must not be under @skip or @include");
            }
            sets.extend(inside);
        }
    }
    let is_data = |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if !field.node.name.node.starts_with("__"));
    if fields.len() != 1 || !fields.iter().all(is_data) {
        return Err(SINGLE);
    }
    if !spread.is_empty() || set.items.len() != fields.len() || !set.items.iter().all(is_data) {
        set.items = fields;
        fragments.retain(|name, _| !spread.contains(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_the_operation_have_their_defaults_and_nothing_else_has() {
        let text =
            "query A($on: Boolean! = true, $off: Boolean = false, $sent: Boolean! = true, $none: Boolean, $n: Int = 5)
            { __typename } query B($other: Boolean! = true, $on: Boolean! = false) { __typename }";
        let document = parse_query(text).unwrap();
        let filled = |name| {
            let sent = Variables::from_json(serde_json::json!({ "sent": false }));
            serde_json::to_value(with_defaults(sent, &document, name)).unwrap()
        };
        assert_eq!(filled(Some("A")), serde_json::json!({ "on": true, "off": false, "sent": false }));
        assert_eq!(filled(Some("B")), serde_json::json!({ "on": false, "other": true, "sent": false }));
        assert_eq!(filled(Some("C")), serde_json::json!({ "sent": false }));
    }

    #[test]
    fn a_subscription_has_one_field_wherever_it_stands() {
        for (text, expected) in [
            ("subscription { contentChanged { hasMore } }", Ok(1)),
            ("subscription { ...A } fragment A on Subscription { ... { contentChanged { hasMore } } }", Ok(1)),
            ("subscription { ... on Subscription { a: contentChanged { hasMore } } }", Ok(1)),
            ("subscription { contentChanged { hasMore } alertIssued { hasMore } }", Err("exactly one field")),
            ("subscription { contentChanged { hasMore } ... { alertIssued { hasMore } } }", Err("exactly one field")),
            ("subscription { contentChanged { hasMore } __typename }", Err("exactly one field")),
            ("subscription { __typename }", Err("exactly one field")),
            ("subscription { contentChanged @skip(if: false) { hasMore } }", Err("@skip")),
            ("subscription { ... @include(if: true) { contentChanged { hasMore } } }", Err("@skip")),
            // Validation refuses these.
            ("subscription { ... on Query { contentChanged { hasMore } } }", Ok(0)),
            ("subscription { ...Nothing }", Ok(0)),
        ] {
            let mut document = parse_query(text).unwrap();
            let outcome = single_root(&mut document, None);
            let (_, operation) = document.operations.iter().next().unwrap();
            let items = &operation.node.selection_set.node.items;
            let fields = items.iter().filter(|item| matches!(item.node, Selection::Field(_))).count();
            match (outcome, expected) {
                (Ok(()), Ok(expected)) => {
                    assert_eq!(fields, expected, "{text}");
                    assert_eq!(document.fragments.len(), 0, "{text}");
                }
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{text}: {found}"),
                (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
            }
        }
    }
}
