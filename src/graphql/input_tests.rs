//! The input types of the schema against the canonical inputs that the service reads: same members, same types, and the
//! same ones required; and the content of this repository through them.

use std::collections::BTreeSet;

use async_graphql::registry::{MetaInputValue, MetaType, MetaTypeName, Registry};
use async_graphql::{Context, InputType, Object, Request, Schema, Variables};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::campaign::input::{CampaignCreateInput, CampaignUpdateInput, CampaignUpsertInput};
use super::event::input::{EventCreateInput, EventUpdateInput, EventUpsertInput};
use super::given::Given;
use super::import::ImportItemInput;
use super::organization::input::OrganizationUpsertInput;
use super::region::input::RegionUpsertInput;
use super::resource::input::{ResourceCreateInput, ResourceUpdateInput, ResourceUpsertInput};
use super::topic::input::TopicUpsertInput;
use super::update::input::{
    CommunityUpdateCreateInput, CommunityUpdateUpdateInput, CommunityUpdateUpsertInput, DrugAlertCreateInput,
    DrugAlertUpdateInput, DrugAlertUpsertInput, PolicyUpdateCreateInput, PolicyUpdateUpdateInput,
    PolicyUpdateUpsertInput, ServiceUpdateCreateInput, ServiceUpdateUpdateInput, ServiceUpdateUpsertInput,
};
use crate::service::input;

/// Reads a canonical input, without the members that only the mutations have.
type Read = fn(Value) -> Result<(), String>;

/// Members that a mutation takes beside the canonical ones.
const BESIDE: [&str; 3] = ["id", "expectedVersion", "idempotencyKey"];

/// A member that no canonical input has.
const PROBE: &str = "?";

fn read<T: DeserializeOwned>(mut value: Value) -> Result<(), String> {
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| !BESIDE.contains(&name.as_str()));
    }
    serde_json::from_value::<T>(value).map(|_| ()).map_err(|fault| fault.to_string())
}

/// The content kinds: create, update, upsert and the canonical input.
fn kinds(registry: &mut Registry) -> Vec<([String; 3], Read)> {
    macro_rules! kinds {
        ($($create:ident $update:ident $upsert:ident $canonical:ident,)+) => {
            vec![$((
                [
                    $create::create_type_info(registry),
                    $update::create_type_info(registry),
                    $upsert::create_type_info(registry),
                ],
                read::<input::$canonical> as Read,
            ),)+]
        };
    }
    kinds! {
        ResourceCreateInput ResourceUpdateInput ResourceUpsertInput ResourceInput,
        EventCreateInput EventUpdateInput EventUpsertInput EventInput,
        CampaignCreateInput CampaignUpdateInput CampaignUpsertInput CampaignInput,
        DrugAlertCreateInput DrugAlertUpdateInput DrugAlertUpsertInput DrugAlertInput,
        ServiceUpdateCreateInput ServiceUpdateUpdateInput ServiceUpdateUpsertInput ServiceUpdateInput,
        PolicyUpdateCreateInput PolicyUpdateUpdateInput PolicyUpdateUpsertInput PolicyUpdateInput,
        CommunityUpdateCreateInput CommunityUpdateUpdateInput CommunityUpdateUpsertInput CommunityUpdateInput,
    }
}

/// The nouns of the catalog: upsert and the canonical input.
fn catalog(registry: &mut Registry) -> Vec<(String, Read)> {
    vec![
        (RegionUpsertInput::create_type_info(registry), read::<input::RegionInput> as Read),
        (TopicUpsertInput::create_type_info(registry), read::<input::TopicInput>),
        (OrganizationUpsertInput::create_type_info(registry), read::<input::OrganizationInput>),
    ]
}

/// A registry of every input type.
fn registry() -> Registry {
    let mut registry = Registry::default();
    kinds(&mut registry);
    catalog(&mut registry);
    ImportItemInput::create_type_info(&mut registry);
    registry
}

/// The members of an input object and whether exactly one must be given; `None` for other types.
fn members<'a>(registry: &'a Registry, ty: &str) -> Option<(Vec<&'a MetaInputValue>, bool)> {
    match registry.types.get(MetaTypeName::concrete_typename(ty)) {
        Some(MetaType::InputObject { input_fields, oneof, .. }) => Some((input_fields.values().collect(), *oneof)),
        _ => None,
    }
}

fn is_required(member: &MetaInputValue) -> bool {
    member.ty.ends_with('!')
}

/// A value of a type, with the members that it must have.
fn sample(registry: &Registry, ty: &str, name: &str) -> Value {
    match (MetaTypeName::create(ty), members(registry, ty)) {
        (MetaTypeName::NonNull(ty), _) => sample(registry, ty, name),
        (MetaTypeName::List(ty), _) => json!([sample(registry, ty, name)]),
        (MetaTypeName::Named(_), Some((members, is_one_of))) => {
            let given = members.into_iter().filter(|member| is_required(member) || is_one_of);
            let given = given.take(if is_one_of { 1 } else { usize::MAX });
            given.map(|member| (member.name.clone(), sample(registry, &member.ty, &member.name))).collect()
        }
        (MetaTypeName::Named(ty), None) => match (ty, name, registry.types.get(ty)) {
            (_, _, Some(MetaType::Enum { enum_values, .. })) => json!(enum_values.keys().next()),
            ("String", "amount", _) => json!("1.00"),
            ("String", "currency", _) => json!("CAD"),
            ("URL", ..) | ("String", "url", _) => json!("https://example.org/"),
            ("String" | "ID" | "Markdown", ..) => json!("a"),
            ("Int", ..) => json!(1),
            ("Float", ..) => json!(1.5),
            ("Boolean", ..) => json!(true),
            ("Locale", ..) => json!("en-CA"),
            ("Date", ..) => json!("2026-11-23"),
            ("DateTime", ..) => json!("2026-11-23T18:00:00Z"),
            ("LocalDateTime", ..) => json!("2026-12-01T18:30:00"),
            ("TimeZone", ..) => json!("America/Toronto"),
            ("RRule", ..) => json!("FREQ=DAILY"),
            _ => panic!("{ty} has no sample"),
        },
    }
}

fn object(registry: &Registry, ty: &str) -> Map<String, Value> {
    match sample(registry, MetaTypeName::concrete_typename(ty), "") {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

fn names(members: &[&MetaInputValue]) -> BTreeSet<String> {
    members.iter().map(|member| member.name.clone()).collect()
}

/// The names that serde lists when it meets one that it does not know.
fn canonical_names(message: &str) -> BTreeSet<String> {
    let (start, expected) =
        message.split_once("`, expected ").unwrap_or_else(|| panic!("not a refused name: {message}"));
    assert!(start.ends_with(&format!("`{PROBE}")), "{message}");
    expected.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

/// Compares an input object, and those inside it, with what `read` takes at that place: `place` makes a whole input.
fn compare(registry: &Registry, ty: &str, path: &str, read: Read, place: &dyn Fn(Value) -> Value) {
    let (found, is_one_of) = members(registry, ty).unwrap();
    let with = |name: &str, value: Value| {
        let mut given = if is_one_of { Map::new() } else { object(registry, ty) };
        given.insert(name.to_string(), value);
        Value::Object(given)
    };
    let mut wanted = canonical_names(&read(place(with(PROBE, json!(1)))).expect_err(path));
    let mut given = names(&found);
    let is_root = !path.contains('.');
    if is_root {
        wanted.remove("publisher");
        given.retain(|name| !BESIDE.contains(&name.as_str()));
    }
    assert_eq!(given, wanted, "members of {path}");
    for member in found {
        let (name, path) = (member.name.as_str(), format!("{path}.{}", member.name));
        let whole = read(place(with(name, sample(registry, &member.ty, name))));
        assert_eq!(whole, Ok(()), "{path} of type {}", member.ty);
        let is_ours = is_root && (BESIDE.contains(&name) || name == "source");
        if is_required(member) && !is_ours {
            let mut without = object(registry, ty);
            without.remove(name);
            let fault = read(place(Value::Object(without))).expect_err(&path);
            assert!(fault.starts_with(&format!("missing field `{name}`")), "{path} is required: {fault}");
        }
        if members(registry, &member.ty).is_some() {
            let is_list = member.ty.starts_with('[');
            let inside = |value: Value| place(with(name, if is_list { json!([value]) } else { value }));
            compare(registry, &member.ty, &path, read, &inside);
        }
    }
}

#[test]
fn what_a_mutation_takes_is_what_the_service_reads() {
    let mut registry = Registry::default();
    let mut pairs = catalog(&mut registry);
    for ([create, _, upsert], read) in kinds(&mut registry) {
        pairs.extend([(create, read), (upsert, read)]);
    }
    for (ty, read) in pairs {
        compare(&registry, &ty, MetaTypeName::concrete_typename(&ty), read, &|value| value);
    }
}

#[test]
fn an_update_takes_what_a_create_takes_and_requires_none_of_it() {
    let mut registry = Registry::default();
    for ([create, update, upsert], _) in kinds(&mut registry) {
        let own = |ty: &str, beside: &[&str]| -> BTreeSet<(String, String)> {
            let (members, _) = members(&registry, ty).unwrap();
            for name in beside {
                assert!(members.iter().any(|member| member.name == *name), "{ty} has {name}");
            }
            let shared = members.into_iter().filter(|member| !beside.contains(&member.name.as_str()));
            shared.map(|member| (member.name.clone(), member.ty.trim_end_matches('!').to_string())).collect()
        };
        let created = own(&create, &["idempotencyKey"]);
        assert_eq!(own(&update, &["id", "expectedVersion"]), created, "{update}");
        assert_eq!(own(&upsert, &["expectedVersion"]), created, "{upsert}");
        let (changed, _) = members(&registry, &update).unwrap();
        let required: Vec<&str> = changed.iter().filter(|m| is_required(m)).map(|m| m.name.as_str()).collect();
        assert_eq!(required, ["id", "expectedVersion"], "{update}");
    }
}

#[test]
fn every_input_and_every_member_says_what_it_is() {
    let registry = registry();
    let mut undescribed = Vec::new();
    for ty in registry.types.values() {
        let MetaType::InputObject { name, description, input_fields, .. } = ty else { continue };
        if description.as_ref().is_none_or(|text| text.is_empty()) {
            undescribed.push(name.clone());
        }
        let members = input_fields.values().filter(|member| member.description.as_ref().is_none_or(|d| d.is_empty()));
        undescribed.extend(members.map(|member| format!("{name}.{}", member.name)));
    }
    assert_eq!(undescribed, Vec::<String>::new());
}

struct Echo;

macro_rules! echo {
    ($($field:ident: $input:ident,)+) => {
        #[Object]
        impl Echo {
            $(async fn $field(&self, ctx: &Context<'_>, input: Given<$input>) -> String {
                input.into_json(ctx).to_string()
            })+
        }
    };
}

echo! {
    region: RegionUpsertInput,
    topic: TopicUpsertInput,
    organization: OrganizationUpsertInput,
    resource: ResourceCreateInput,
    event: EventCreateInput,
    campaign: CampaignCreateInput,
    drug_alert: DrugAlertCreateInput,
    service_update: ServiceUpdateCreateInput,
    policy_update: PolicyUpdateCreateInput,
    community_update: CommunityUpdateCreateInput,
    import: ImportItemInput,
}

/// A value as a client would write it into a document: enum values bare.
fn literal(registry: &Registry, ty: &str, value: &Value) -> String {
    let inner = || ty.trim_end_matches('!').trim_matches(['[', ']']);
    match value {
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| literal(registry, inner(), value)).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(given) => {
            let (known, _) = members(registry, ty).unwrap();
            let member = |(name, value): (&String, &Value)| {
                let ty = known.iter().find(|member| member.name == *name).map_or("", |member| &member.ty);
                format!("{name}: {}", literal(registry, ty, value))
            };
            format!("{{ {} }}", given.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::String(name) if matches!(registry.types.get(inner()), Some(MetaType::Enum { .. })) => name.clone(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn the_content_of_this_repository_passes_through_unchanged() {
    let schema = Schema::new(Echo, async_graphql::EmptyMutation, async_graphql::EmptySubscription);
    let registry = registry();
    let echo = async |field: &str, request: Request| {
        let response = schema.execute(request).await;
        assert_eq!(response.errors, Vec::new(), "{field}");
        let text = response.data.into_json().unwrap()[field].as_str().unwrap().to_string();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let mut lines = 0;
    for file in ["starter", "examples", "regions", "topics"] {
        let path = format!("{}/content/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let kind = line["kind"].as_str().unwrap().to_string();
            let mut input = line["input"].take();
            input.as_object_mut().unwrap().remove("publisher");
            let is_catalog = ["region", "topic", "organization"].contains(&kind.as_str());
            let (head, tail) = kind.split_at(1);
            let ty = format!("{}{tail}{}Input", head.to_uppercase(), if is_catalog { "Upsert" } else { "Create" });
            let document = format!("query ($input: {ty}!) {{ {kind}(input: $input) }}");
            let request = Request::new(document).variables(Variables::from_json(json!({ "input": input })));
            assert_eq!(echo(&kind, request).await, input);
            let document = format!("{{ {kind}(input: {}) }}", literal(&registry, &ty, &input));
            assert_eq!(echo(&kind, Request::new(document)).await, input);
            if !is_catalog {
                let source = json!({ "system": "test", "externalId": input["slug"] });
                input.as_object_mut().unwrap().entry("source").or_insert(source);
                let item = json!({ kind: input });
                let document = format!("{{ import(input: {}) }}", literal(&registry, "ImportItemInput", &item));
                assert_eq!(echo("import", Request::new(document)).await, item);
            }
            lines += 1;
        }
    }
    assert!(lines > 500, "the content was not found");
}
