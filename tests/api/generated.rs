//! Answers that came the short ways, kept, rendered, made again without validation and with no columns but those that are
//! asked for, equal those of the GraphQL engine alone, byte for byte: on generated documents with aliases, fragments on
//! objects and interfaces, fields of one key, directives with literals, variables and defaults, arguments by literal, variable
//! and default, and fields that fail. 5 000 documents by default;
//! `SOLIDARITY_TRIAL=full cargo test --release --test api generated` takes 100 000.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use serde_json::{Value, json};
use solidarity::domain::limits::Limits;
use solidarity::service::follow::follow;

use crate::actor::{clock, generous, load, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{self, Line};
use crate::publisher::is_full;

/// Types and their fields, as the schema has them.
pub struct Schema {
    pub objects: BTreeMap<String, Vec<FieldDefinition>>,
    /// The object types that an interface or a union stands for.
    abstracts: BTreeMap<String, Vec<String>>,
}

pub fn base(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(of) => base(of),
    }
}

impl Schema {
    pub fn read() -> Self {
        let document = parse_schema(solidarity::graphql::sdl()).unwrap();
        let (mut objects, mut abstracts) = (BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
        for definition in document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let name = ty.node.name.node.to_string();
            match ty.node.kind {
                TypeKind::Object(object) => {
                    for interface in object.implements {
                        abstracts.entry(interface.node.to_string()).or_default().push(name.clone());
                    }
                    objects.insert(name, object.fields.into_iter().map(|field| field.node).collect());
                }
                TypeKind::Interface(interface) => {
                    objects.insert(name, interface.fields.into_iter().map(|field| field.node).collect());
                }
                TypeKind::Union(union) => {
                    let members = union.members.iter().map(|member| member.node.to_string()).collect();
                    abstracts.insert(name.clone(), members);
                    objects.insert(name, Vec::new());
                }
                _ => {}
            }
        }
        Self { objects, abstracts }
    }
}

/// Pseudo-random numbers.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    pub fn once_in(&mut self, many: usize) -> bool {
        self.next(many) == 0
    }

    pub fn of<'a, T: ?Sized>(&mut self, some: &[&'a T]) -> &'a T {
        some[self.next(some.len())]
    }
}

/// A document under construction.
struct Writing<'s> {
    schema: &'s Schema,
    dice: Dice,
    /// Definitions of variables, and the values that are sent for them.
    variables: BTreeMap<String, (String, Option<Value>)>,
    fragments: Vec<String>,
    fields: usize,
    aliases: usize,
    directives: usize,
    ids: &'s [String],
}

const ROOTS: [&str; 16] = [
    "resources",
    "resources",
    "resource",
    "resource",
    "campaigns",
    "campaign",
    "events",
    "event",
    "regionalUpdates",
    "activeAlerts",
    "region",
    "topic",
    "organization",
    "node",
    "nodes",
    "topics",
];
const SLUGS: [&str; 5] = ["r-1", "r-2", "e-1", "c-1", "nothing"];

impl Writing<'_> {
    /// A literal, or a variable of a type that is sent or has a default or neither.
    fn value(&mut self, ty: &str, literal: &Value) -> String {
        let written = match literal {
            Value::Object(members) => {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                format!("{{{}}}", members.join(", "))
            }
            other => other.to_string(),
        };
        if !self.dice.once_in(3) {
            return written;
        }
        let name = format!("v{}", self.variables.len());
        let is_required = ty.ends_with('!');
        let (default, sent) = match self.dice.next(4) {
            0 => (format!(" = {written}"), None),
            1 => (format!(" = {written}"), Some(literal.clone())),
            2 if !is_required => (String::new(), None),
            _ => (String::new(), Some(literal.clone())),
        };
        self.variables.insert(name.clone(), (format!("{ty}{default}"), sent));
        format!("${name}")
    }

    fn arguments(&mut self, field: &FieldDefinition) -> Option<String> {
        let mut all = Vec::new();
        for argument in &field.arguments {
            let (name, ty) = (argument.node.name.node.as_str(), argument.node.ty.node.to_string());
            let is_required = ty.ends_with('!') && argument.node.default_value.is_none();
            let literal = match (name, ty.as_str()) {
                ("id", _) => json!(self.ids[self.dice.next(self.ids.len())]),
                ("ids", _) => json!([self.ids[0], self.ids[self.dice.next(self.ids.len())], "res_nothing"]),
                ("by", _) => match self.dice.next(4) {
                    0 => json!({ "id": self.ids[self.dice.next(self.ids.len())] }),
                    _ => json!({ "slug": self.dice.of(&SLUGS) }),
                },
                ("first", _) => json!(self.dice.next(4)),
                ("last", _) if self.dice.once_in(12) => json!(1),
                ("locales", _) if self.dice.once_in(2) => json!([self.dice.of(&["fr-CA", "en", "iu"])]),
                ("filter", _) if self.dice.once_in(8) => json!({}),
                ("beforeVersion", _) => json!(3),
                _ if is_required => return None,
                _ => continue,
            };
            if is_required || !self.dice.once_in(3) {
                let value = self.value(&ty, &literal);
                all.push(format!("{name}: {value}"));
            }
        }
        Some(if all.is_empty() { String::new() } else { format!("({})", all.join(", ")) })
    }

    fn directive(&mut self) -> String {
        if self.directives > 15 || !self.dice.once_in(12) {
            return String::new();
        }
        self.directives += 1;
        let name = self.dice.of(&["include", "skip"]);
        let value = json!(self.dice.once_in(2));
        let value = self.value("Boolean!", &value);
        format!(" @{name}(if: {value})")
    }

    fn field(&mut self, of: &str, field: &FieldDefinition, depth: usize) -> Option<String> {
        let arguments = self.arguments(field)?;
        let ty = base(&field.ty.node);
        let inside = if self.schema.objects.contains_key(&ty) {
            if depth == 0 {
                return None;
            }
            format!(" {}", self.selection(&ty, depth - 1))
        } else {
            String::new()
        };
        let name = field.name.node.as_str();
        let alias = if self.aliases >= 25 {
            String::new()
        } else if !arguments.is_empty() {
            // A key of its own: with other arguments it could not be merged.
            self.aliases += 1;
            format!("{name}{}: ", self.fields + 10)
        } else if self.dice.once_in(8) {
            self.aliases += 1;
            // Few names, so that some are used twice: an alias names its field, so that such fields may be merged.
            format!("{name}{}: ", of.len() % 3)
        } else {
            String::new()
        };
        self.fields += 1;
        Some(format!("{alias}{name}{arguments}{}{inside}", self.directive()))
    }

    fn selection(&mut self, of: &str, depth: usize) -> String {
        let schema = self.schema;
        let (fields, members) = (&schema.objects[of], schema.abstracts.get(of));
        // Not always, so that all of a selection may be skipped.
        let mut items = if self.dice.once_in(3) { Vec::new() } else { vec!["__typename".to_string()] };
        let wanted = 1 + self.dice.next(if depth > 2 { 4 } else { 6 });
        for _ in 0..wanted {
            if self.fields > 60 {
                break;
            }
            let interfaces: Vec<&String> = schema
                .abstracts
                .iter()
                .filter(|(_, types)| types.iter().any(|ty| ty == of))
                .map(|(name, _)| name)
                .collect();
            match self.dice.next(10) {
                0 if members.is_some() => {
                    let types: Vec<&str> = members.unwrap().iter().map(String::as_str).collect();
                    let ty = self.dice.of(&types);
                    let inside = self.selection(ty, depth);
                    items.push(format!("... on {ty}{} {inside}", self.directive()));
                }
                1 => {
                    let inside = self.selection(of, depth.saturating_sub(1));
                    items.push(format!("...{} {inside}", self.directive()));
                }
                2 if !interfaces.is_empty() => {
                    let ty = interfaces[self.dice.next(interfaces.len())].clone();
                    let inside = self.selection(&ty, depth.saturating_sub(1));
                    items.push(format!("... on {ty} {inside}"));
                }
                3 if self.fragments.len() < 10 => {
                    let inside = self.selection(of, depth.saturating_sub(1));
                    let name = format!("F{}", self.fragments.len());
                    self.fragments.push(format!("fragment {name} on {of} {inside}"));
                    items.push(format!("...{name}{}", self.directive()));
                }
                _ if !fields.is_empty() => {
                    let field = &fields[self.dice.next(fields.len())];
                    // Of the connections what hangs below them is wanted, not whether there is more.
                    if let Some(item) = self.field(of, field, depth) {
                        if self.dice.once_in(12) {
                            items.push(item.clone());
                        }
                        items.push(item);
                    }
                }
                _ => {}
            }
        }
        if items.is_empty() {
            items.push("__typename".to_string());
        }
        format!("{{ {} }}", items.join(" "))
    }
}

/// A document and its variables.
fn generate(schema: &Schema, ids: &[String], seed: u64) -> (String, Value) {
    let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (variables, fragments) = (BTreeMap::new(), Vec::new());
    let mut writing = Writing { schema, dice, variables, fragments, fields: 0, aliases: 0, directives: 0, ids };
    let query = &schema.objects["Query"];
    let mut items = Vec::new();
    for _ in 0..=writing.dice.next(3) {
        let name = writing.dice.of(&ROOTS);
        let field = query.iter().find(|field| field.name.node == name).unwrap();
        items.extend(writing.field("Query", field, 4));
    }
    if items.is_empty() {
        items.push("__typename".to_string());
    }
    let root = format!("{{ {} }}", items.join(" "));
    // What came to nothing leaves fragments and variables that nobody names, which the specification refuses.
    let mut wanted = root.clone();
    let mut kept = String::new();
    for (number, fragment) in writing.fragments.iter().enumerate().rev() {
        if names(&wanted, &format!("...F{number}")) {
            wanted.push_str(fragment);
            kept = format!("{kept} {fragment}");
        }
    }
    writing.variables.retain(|name, _| names(&wanted, &format!("${name}")));
    let mut head = String::new();
    let mut sent = json!({});
    if !writing.variables.is_empty() {
        let definitions: Vec<String> =
            writing.variables.iter().map(|(name, (ty, _))| format!("${name}: {ty}")).collect();
        let _ = write!(head, "query({})", definitions.join(", "));
        for (name, (_, value)) in writing.variables {
            if let Some(value) = value {
                sent[name] = value;
            }
        }
    }
    (format!("{head} {root}{kept}"), sent)
}

/// The errors of an answer in order, or how many there are if not all are told, and the rest of it as it is.
fn sorted(answer: &str) -> (Vec<String>, &str) {
    let Some(errors) = answer.strip_prefix("{\"errors\":") else { return (Vec::new(), answer) };
    let at = errors.find("],\"data\":").map_or(errors.len(), |at| at + 1);
    let (errors, rest) = errors.split_at(at);
    let Ok(Value::Array(errors)) = serde_json::from_str(errors) else { return (Vec::new(), answer) };
    let mut errors: Vec<String> = errors.iter().map(Value::to_string).collect();
    errors.sort();
    if let Some(left_out) = errors.iter().find(|error| error.contains(" further errors are left out")) {
        return (vec![errors.len().to_string(), left_out.clone()], rest);
    }
    (errors, rest)
}

fn is_lost(answer: &str) -> bool {
    answer.contains("\"data\":null,\"extensions\"")
}

/// Whether a text holds a name, whole.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| !text[at + name.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

pub fn content() -> Vec<Line> {
    let french =
        json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": "Titre \"é\"", "summary": "Résumé", "body": "Corps" }]);
    let more = json!({ "body": "A *body* with \"quotes\"\n\u{1}?", "translations": french, "summary": "A\tsummary" });
    let more = {
        let mut more = more;
        more["body"] = json!("A *body* with \"quotes\"\n\nand more");
        more
    };
    let place = json!({ "regions": ["toronto", "CA-BC"], "topics": ["naloxone", "safer-supply"] });
    let mut all = Vec::new();
    for number in 0..6 {
        let resource = lines::resource(&format!("r-{number}")).with(place.clone()).with(json!({
            "evidence": [{ "basis": "COMMUNITY_EVALUATION", "citation": "Us", "year": 2020 }],
            "files": [{ "url": "https://example.org/a.pdf", "title": "A", "mediaType": "application/pdf", "sizeBytes": 12 }],
            "attribution": { "displayName": "Someone", "kind": "COLLECTIVE" },
        }));
        all.push(if number % 2 == 0 { resource.with(more.clone()) } else { resource });
    }
    all.push(
        lines::campaign("c-1").with(place.clone()).with(more.clone()).with(json!({ "resources": ["resource:r-1"] })),
    );
    all.push(lines::event("e-1").with(place.clone()).with(more).with(json!({ "campaign": "campaign:c-1" })));
    all.push(lines::series("e-2").with(place.clone()));
    all.push(lines::alert("a-1").with(place.clone()));
    all.push(lines::service_update("s-1").with(place));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn generated_documents_are_answered_as_by_the_engine_alone() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load(&app, &lines::text(content())).await;
    let plain = Limits { is_rendering: false, answer_cache_bytes: 0, ..generous() };
    let beside = crate::actor::migrated(&database, plain, clock()).await;
    let follower = follow(app.clone());
    let unkept = Limits { answer_cache_bytes: 0, ..generous() };
    let unkept = crate::actor::migrated(&database, unkept, clock()).await;
    let (short, engine) = (Server::of(app, None).await, Server::of(beside, None).await);
    let remade = Server::of(unkept, None).await;
    let found = short.query("{ resources { nodes { id } } events { nodes { id } } campaigns { nodes { id } } regionalUpdates { nodes { id } } }", json!({})).await;
    let mut ids: Vec<String> = Vec::new();
    for connection in found.as_object().unwrap().values() {
        ids.extend(connection["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_string()));
    }
    let schema = Schema::read();
    let documents = if is_full() { 100_000 } else { 5_000 };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for seed in 0..documents {
        let (document, variables) = generate(&schema, &ids, seed);
        let body = json!({ "query": document, "variables": variables });
        let text = async |server: &Server| server.post_json(&body).await.text().await.unwrap();
        // Each names itself by its own address.
        let own = engine.address.to_string();
        let expected = text(&engine).await;
        // Made, and then kept; made, and then made again without being validated.
        for server in [&short, &short, &remade, &remade] {
            let found = text(server).await.replace(&server.address.to_string(), &own);
            if found != expected && is_lost(&found) && is_lost(&expected) {
                // Where several errors would each take all data away, it is open which of them comes first.
                continue;
            }
            // Root fields are answered at once, so that it is open whose error comes first, and with more than are told also
            // which of them are.
            assert_eq!(sorted(&found), sorted(&expected), "{seed}: {document} {variables}");
        }
        let answer: Value = serde_json::from_str(&expected).unwrap();
        let what = match (answer["errors"].is_null(), answer.get("data").is_some_and(|data| !data.is_null())) {
            (true, _) => "whole",
            (false, true) => "with errors",
            (false, false) => "refused",
        };
        if what == "refused" && counts.get("refused").is_none_or(|count| *count < 3) {
            println!("refused: {document} {variables}: {}", answer["errors"]);
        }
        *counts.entry(what).or_default() += 1;
    }
    follower.abort();
    println!("{documents} documents: {counts:?}");
    let share = |what| counts.get(what).copied().unwrap_or(0) * 100 / usize::try_from(documents).unwrap();
    assert!(share("whole") > 50 && share("refused") < 30, "{counts:?}");
    assert!(counts.get("with errors").is_some_and(|count| *count > 10), "{counts:?}");
    drop((short, engine, remade, database));
}
