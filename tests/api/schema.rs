//! The contract: schema.graphql is what the program generates, every example of the playground fits it and together
//! they show every query and every mutation, and a typed Rust client is generated from it and reads real answers.

use std::collections::BTreeSet;

use async_graphql::Request;
use async_graphql::parser::types::{
    Directive, DocumentOperations, Field, FieldDefinition, Selection, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{parse_query, parse_schema};
use async_graphql::{Positioned, Variables};
use futures_util::StreamExt;
use graphql_client::GraphQLQuery;
use serde::de::DeserializeOwned;

use crate::actor::NOW;
use crate::harness::Server;
use crate::library::{Filling, examples};

const COMMITTED: &str = include_str!("../../schema.graphql");

#[test]
fn the_committed_schema_is_what_the_program_generates() {
    let generated = solidarity::graphql::sdl();
    if generated == COMMITTED {
        return;
    }
    let same = generated.lines().zip(COMMITTED.lines()).take_while(|(ours, theirs)| ours == theirs).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("the end").to_string();
    panic!(
        "schema.graphql differs from line {} on: it has {:?}, the program {:?}. To update it: \
         cargo run -- schema > schema.graphql",
        same + 1,
        line(COMMITTED),
        line(&generated)
    );
}

/// The fields at the root of every operation of a document.
fn root_fields(operations: &mut DocumentOperations) -> Vec<&mut Field> {
    let operations: Vec<_> = match operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    let selections = operations.into_iter().flat_map(|operation| &mut operation.node.selection_set.node.items);
    selections
        .filter_map(|selection| match &mut selection.node {
            Selection::Field(field) => Some(&mut field.node),
            Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
        })
        .collect()
}

/// `@skip(if: true)`: validated like the field that carries it, and keeps that from being resolved.
fn skip() -> Positioned<Directive> {
    let mut document = parse_query("{ x @skip(if: true) }").unwrap();
    root_fields(&mut document.operations)[0].directives[0].clone()
}

#[tokio::test]
async fn every_example_is_valid() {
    let schema = solidarity::graphql::schema();
    let filling = Filling::made_up(NOW);
    for example in examples() {
        let mut document = parse_query(&example.query).unwrap_or_else(|fault| panic!("{}: {fault}", example.title));
        for field in root_fields(&mut document.operations) {
            field.directives.push(skip());
        }
        let mut request = Request::new("").variables(Variables::from_json(filling.fill(&example.variables)));
        request.set_parsed_query(document);
        // A subscription that follows nothing has no answer, unless it is not valid.
        let answers: Vec<_> = schema.execute_stream(request).collect().await;
        let errors: Vec<_> = answers.iter().flat_map(|answer| &answer.errors).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", example.title);
        assert!(!example.description.is_empty(), "{} has no description", example.title);
    }
}

#[test]
fn the_examples_have_titles_of_their_own() {
    let examples = examples();
    let titles: BTreeSet<_> = examples.iter().map(|example| &example.title).collect();
    assert_eq!(titles.len(), examples.len());
}

/// The fields of an object type of the committed schema.
fn fields_of(name: &str) -> Vec<FieldDefinition> {
    let document = parse_schema(COMMITTED).unwrap();
    let mut types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(found) if found.node.name.node == name => Some(found.node.kind),
        _ => None,
    });
    let Some(TypeKind::Object(object)) = types.next() else { panic!("there is no type {name}") };
    object.fields.into_iter().map(|field| field.node).collect()
}

#[test]
fn the_examples_show_every_query_mutation_and_subscription() {
    let known =
        ["Query", "Mutation", "Subscription"].into_iter().flat_map(fields_of).map(|field| field.name.node.to_string());
    let known: BTreeSet<_> = known.collect();
    let shown: BTreeSet<_> = examples()
        .iter()
        .flat_map(|example| {
            let mut document = parse_query(&example.query).unwrap();
            let fields = root_fields(&mut document.operations);
            fields.into_iter().map(|field| field.name.node.to_string()).collect::<Vec<_>>()
        })
        .collect();
    let missing: Vec<_> = known.difference(&shown).collect();
    assert!(missing.is_empty(), "playground/examples.json has no example of {missing:?}");
}

#[test]
fn every_mutation_says_which_scope_it_requires() {
    for field in fields_of("Mutation") {
        let name = &field.name.node;
        let description = field.description.as_ref().map(|text| text.node.as_str()).unwrap_or_default();
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, scope) = description.split_once("Requires scope `").unwrap_or_else(|| panic!("{name}"));
        let (scope, _) = scope.split_once('`').unwrap();
        assert!(solidarity::domain::scope::Scope::parse(scope).is_some(), "{name} names {scope}");
    }
}

/// What a client maps the custom scalars to, by their names in the schema.
#[expect(clippy::upper_case_acronyms, reason = "the generated code looks for the names of the schema")]
mod scalars {
    pub type Date = String;
    pub type DateTime = String;
    pub type HTML = String;
    pub type LocalDateTime = String;
    pub type Locale = String;
    pub type RRule = String;
    pub type TimeZone = String;
    pub type URL = String;
}
use scalars::*;

macro_rules! operations {
    ($($name:ident: $variables:tt),*) => {$(
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "schema.graphql",
            query_path = "tests/conformance/operations.graphql",
            response_derives = "Debug, PartialEq",
            variables_derives = $variables
        )]
        struct $name;
    )*};
}

operations!(ResourcesPage: "Default", OneEvent: "Debug", Updates: "Default", CampaignAsks: "Debug");

/// A server with the demo content.
async fn demo() -> Server {
    Server::shared_demo().await
}

/// Sends a typed operation and reads its typed answer.
async fn ask<Operation: GraphQLQuery>(server: &Server, variables: Operation::Variables) -> Operation::ResponseData
where
    Operation::ResponseData: DeserializeOwned,
{
    let body = serde_json::to_value(Operation::build_query(variables)).unwrap();
    let answer = server.post_json(&body).await;
    let answer: graphql_client::Response<Operation::ResponseData> = answer.json().await.unwrap();
    assert!(answer.errors.is_none(), "{:?}", answer.errors);
    answer.data.unwrap()
}

#[tokio::test]
async fn a_generated_client_pages_through_resources() {
    use resources_page::ResourceFilter;
    let server = demo().await;
    let variables = |after| resources_page::Variables {
        first: Some(7),
        after,
        filter: Some(ResourceFilter { regions: Some(vec!["CA-QC".to_string()]), ..Default::default() }),
        locales: Some(vec!["fr-CA".to_string()]),
    };
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = ask::<ResourcesPage>(&server, variables(after)).await.resources;
        found.extend(page.nodes);
        if !page.page_info.has_next_page {
            assert_eq!(i64::try_from(found.len()).unwrap(), page.total_count);
            break;
        }
        after = page.page_info.end_cursor;
    }
    assert!(found.len() > 7, "only {} resources", found.len());
    for resource in found {
        assert!(resource.id.starts_with("res_"));
        let localization = resource.localization;
        assert_eq!((localization.locale.as_str(), localization.is_fallback), ("fr-CA", false));
        assert!(resource.regions.iter().any(|region| region.name == "Québec"), "{:?}", resource.regions);
    }
}

#[tokio::test]
async fn a_generated_client_reads_an_event() {
    let server = demo().await;
    let by = one_event::EventBy::Slug("example-toronto-organizer-meeting".to_string());
    let event = ask::<OneEvent>(&server, one_event::Variables { by }).await.event.unwrap();
    assert_eq!(event.starts_at_local, "2026-12-01T18:30:00");
    assert_eq!(event.starts_at, "2026-12-01T18:30:00-05:00");
    assert_eq!(event.time_zone, "America/Toronto");
    let recurrence = event.recurrence.unwrap();
    assert_eq!(recurrence.rrule, "FREQ=MONTHLY;BYDAY=1TU");
    let states: Vec<_> = recurrence.overrides.into_iter().filter_map(|change| change.status).collect();
    assert_eq!(states, [one_event::EventStatus::RESCHEDULED, one_event::EventStatus::CANCELLED]);
    let location = event.location.unwrap();
    assert_eq!(location.disclosure, one_event::LocationDisclosure::APPROXIMATE);
    assert!(location.precision_metres.unwrap() > 1000);
    assert!(event.accessibility.unwrap().features.contains(&one_event::AccessibilityFeature::LIVE_CAPTIONS));
    assert_eq!(event.materials.nodes.len(), 2);
}

#[tokio::test]
async fn a_generated_client_tells_the_kinds_of_update_apart() {
    use updates::UpdatesRegionalUpdatesNodesOn as On;
    let server = demo().await;
    let nodes = ask::<Updates>(&server, updates::Variables { filter: None }).await.regional_updates.nodes;
    let alert = nodes.iter().find(|update| update.title.starts_with("Example: nitazenes")).unwrap();
    let On::DrugAlert(alert) = &alert.on else { panic!("not an alert: {alert:?}") };
    assert_eq!(alert.severity, updates::AlertSeverity::SEVERE);
    assert_eq!(alert.samples[0].sold_as.as_deref(), Some("down"));
    let is_service = |update: &&updates::UpdatesRegionalUpdatesNodes| matches!(update.on, On::ServiceUpdate(_));
    assert!(nodes.iter().filter(is_service).count() > 1);
    assert!(nodes.iter().any(|update| matches!(update.on, On::PolicyUpdate)));
}

#[tokio::test]
async fn a_generated_client_reads_what_a_campaign_asks() {
    use campaign_asks::CampaignAsksCampaignAsks as Ask;
    let server = demo().await;
    let by = campaign_asks::CampaignBy::Slug("example-supplies-in-every-shelter".to_string());
    let campaign = ask::<CampaignAsks>(&server, campaign_asks::Variables { by }).await.campaign.unwrap();
    assert_eq!(campaign.state, campaign_asks::CampaignState::ACTIVE);
    assert_eq!(campaign.asks.len(), 7);
    let money = campaign.asks.iter().find_map(|ask| match ask {
        Ask::DonateAsk(ask) => ask.goal.as_ref(),
        _ => None,
    });
    assert_eq!(money.map(|goal| (goal.amount.as_str(), goal.currency.as_str())), Some(("12000.00", "CAD")));
    let event = campaign.asks.iter().find_map(|ask| match ask {
        Ask::ShowUpAsk(ask) => ask.event.as_ref(),
        _ => None,
    });
    assert!(event.is_some_and(|event| event.id.starts_with("evt_")));
    assert!(campaign.asks.iter().any(|ask| matches!(ask, Ask::PetitionAsk)));
}
