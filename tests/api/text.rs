//! Hostile text in every string input of every field, found by walking the schema, so that a new input is covered from
//! its first day: never a fault of ours, and the same answer on both databases.

use std::collections::{HashMap, HashSet, VecDeque};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use serde_json::{Value, json};

use crate::database::Database;
use crate::harness::Server;

/// Texts as JSON string literals, since some cannot be written otherwise.
pub fn hostile() -> Vec<(&'static str, String)> {
    let literal = |text: &str| Value::from(text).to_string();
    vec![
        ("nothing", literal("")),
        ("white space", literal(" \t ")),
        ("NUL", "\"\\u0000\"".into()),
        ("NUL inside", "\"toronto\\u0000\"".into()),
        ("controls", "\"\\u0001\\u001b[31m\\u007f\\u0085\"".into()),
        ("a newline", literal("one\ntwo\r\nthree")),
        ("line separators", literal("one\u{2028}two\u{2029}")),
        ("a bidi override", literal("\u{202E}gnp.exe")),
        ("bidi isolates", literal("\u{2066}\u{2067}x\u{2069}")),
        ("a lone combining mark", literal("\u{301}")),
        ("a tower of marks", literal(&format!("Z{}", "\u{301}\u{327}".repeat(500)))),
        ("emoji", literal("🧡👩🏽‍🚒🇨🇦")),
        ("right to left", literal("שלום العربية")),
        ("zero width", literal("\u{200B}\u{200D}\u{2060}")),
        ("a byte order mark", literal("\u{FEFF}toronto")),
        ("a noncharacter", "\"\\uffff\\ufdd0\"".into()),
        ("a lone surrogate", "\"\\ud800\"".into()),
        ("a reversed pair", "\"\\udc00\\ud83e\"".into()),
        ("SQL", literal("'; DROP TABLE content; --")),
        ("SQL quotes", literal("\" OR \"\"=\"' OR ''='$$;$1 ?1")),
        ("wild cards", literal("%_\\%[a-z]*")),
        ("full-text operators", literal("NEAR(\"a\" AND b*) OR -c ^d : {x} !(&|)")),
        ("very long", literal(&"x".repeat(60_000))),
        ("JSON", literal("{\"a\": [null, 1e999]}")),
        ("HTML", literal("<script>alert(1)</script><img src=x onerror=alert(1)>")),
        ("a template", literal("{{7*7}} ${7*7} <%= 7 %> #{7} %s %n {0}")),
        ("a path", literal("../../../../etc/passwd")),
        ("a long number", literal(&"9".repeat(400))),
    ]
}

/// One string input: the document that hands it a variable, and the variable's value around `@@`.
struct Input {
    name: String,
    document: String,
    value: String,
}

/// The types of the schema.
pub struct Types(HashMap<String, TypeDefinition>);

pub fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

impl Types {
    pub fn load() -> Self {
        let document = parse_schema(solidarity::graphql::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            _ => None,
        });
        Self(types.collect())
    }

    pub fn fields(&self, name: &str) -> Vec<&FieldDefinition> {
        match self.0.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::Object(ty)) => ty.fields.iter().map(|field| &field.node).collect(),
            Some(TypeKind::Interface(ty)) => ty.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    /// What sort of type a name means; none for those that are built in.
    pub fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.0.get(name).map(|ty| &ty.kind)
    }

    /// Whether an input takes exactly one of its members.
    pub fn is_oneof(&self, name: &str) -> bool {
        let directives = self.0.get(name).map(|ty| ty.directives.as_slice()).unwrap_or_default();
        directives.iter().any(|directive| directive.node.name.node == "oneOf")
    }

    fn is_composite(&self, name: &str) -> bool {
        let kind = self.0.get(name).map(|ty| &ty.kind);
        matches!(kind, Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
    }

    /// The object types that a type may be.
    fn possible(&self, name: &str) -> Vec<String> {
        match self.0.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::Union(ty)) => ty.members.iter().map(|member| member.node.to_string()).collect(),
            Some(TypeKind::Interface(_)) => {
                let implements = |ty: &&TypeDefinition| match &ty.kind {
                    TypeKind::Object(object) => object.implements.iter().any(|interface| interface.node == name),
                    _ => false,
                };
                self.0.values().filter(implements).map(|ty| ty.name.node.to_string()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Every string inside an input type: its path, and a JSON value with `@@` in its place.
    fn strings(&self, ty: &Type) -> Vec<(String, String)> {
        if let BaseType::List(inner) = &ty.base {
            return self.strings(inner).into_iter().map(|(path, value)| (path, format!("[{value}]"))).collect();
        }
        let name = base(ty);
        if matches!(name, "String" | "ID") {
            return vec![(String::new(), "@@".to_string())];
        }
        match self.0.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::Scalar) => vec![(String::new(), "@@".to_string())],
            Some(TypeKind::InputObject(input)) => {
                let member = |field: &InputValueDefinition| -> Vec<(String, String)> {
                    let found = self.strings(&field.ty.node).into_iter();
                    let name = &field.name.node;
                    found.map(|(path, value)| (format!(".{name}{path}"), format!("{{\"{name}\": {value}}}"))).collect()
                };
                input.fields.iter().flat_map(|field| member(&field.node)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// All string inputs of all fields that a query can reach without an argument that must be given.
    fn inputs(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        let mut seen: HashSet<String> = HashSet::from(["Query".to_string()]);
        let mut queue = VecDeque::from([("Query".to_string(), String::new(), String::new())]);
        while let Some((ty, before, after)) = queue.pop_front() {
            for field in self.fields(&ty) {
                let (name, result) = (&field.name.node, base(&field.ty.node));
                let selection = if self.is_composite(result) { " { __typename }" } else { "" };
                for argument in field.arguments.iter().map(|argument| &argument.node) {
                    for (path, value) in self.strings(&argument.ty.node) {
                        inputs.push(Input {
                            name: format!("{ty}.{name}({}{path})", argument.name.node),
                            document: format!(
                                "query($v: {}) {{ {before}{name}({}: $v){selection}{after} }}",
                                argument.ty.node, argument.name.node
                            ),
                            value,
                        });
                    }
                }
                if !field.arguments.iter().all(|argument| argument.node.ty.node.nullable) {
                    continue;
                }
                let is_page = field.arguments.iter().any(|argument| argument.node.name.node == "first");
                let step = format!("{before}{name}{} {{ ", if is_page { "(first: 1)" } else { "" });
                let possible = self.possible(result);
                if self.is_composite(result) && possible.is_empty() && seen.insert(result.to_string()) {
                    queue.push_back((result.to_string(), step.clone(), format!(" }}{after}")));
                }
                for object in possible {
                    if seen.insert(object.clone()) {
                        queue.push_back((
                            object.clone(),
                            format!("{step}... on {object} {{ "),
                            format!(" }} }}{after}"),
                        ));
                    }
                }
            }
        }
        inputs
    }
}

/// Status and body of a raw body, without the request's id, which is random.
async fn answer(server: &Server, body: &str) -> (u16, String) {
    let request = server.http.post(server.url("/graphql")).header("content-type", "application/json");
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let mut answer: Value = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault} in {text}"));
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"].as_object_mut().map(|extensions| extensions.remove("requestId"));
    }
    (status, answer.to_string())
}

/// The servers of a run: on both databases if both are there.
async fn servers(test: &str) -> Vec<Server> {
    let mut servers = vec![Server::demo_on(Database::sqlite()).await];
    if let Some(database) = Database::postgres(test).await {
        servers.push(Server::demo_on(database).await);
    }
    servers
}

/// Sends a body to all servers and checks what every answer must be.
async fn check(servers: &[Server], what: &str, body: &str) -> String {
    let mut answers = Vec::new();
    for server in servers {
        let (status, answer) = answer(server, body).await;
        let shown: String = answer.chars().take(1_000).collect();
        assert!(status < 500, "{what}: {status} {shown}");
        for code in ["INTERNAL", "TIMEOUT", "OVERLOADED"] {
            assert!(!answer.contains(&format!("\"code\":\"{code}\"")), "{what}: {shown}");
        }
        answers.push((status, answer));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {what}: {answers:#?}");
    answers.remove(0).1
}

#[tokio::test]
async fn hostile_text_in_every_input_is_no_fault_of_ours_and_answers_alike_on_both_databases() {
    let inputs = Types::load().inputs();
    let names: HashSet<&str> = inputs.iter().map(|input| &*input.name).collect();
    for known in [
        "Query.region(by.code)",
        "Query.nodes(ids)",
        "Query.resources(filter.regions)",
        "Query.events(filter.starts.before)",
        "Query.activeAlerts(after)",
        "Query.topics(locales)",
        "Query.search(query)",
        "Region.updates(filter.languages)",
        "Campaign.events(before)",
        "Event.materials(filter.topics)",
    ] {
        assert!(names.contains(known), "{known} was not found among {names:#?}");
    }
    assert!(inputs.len() > 200, "only {} inputs", inputs.len());
    let servers = servers("hostile text on both databases").await;
    let mut refused = 0;
    for input in &inputs {
        let good = json!({ "query": input.document, "variables": {} }).to_string();
        check(&servers, &input.name, &good).await;
        for (name, text) in hostile() {
            let (document, value) = (Value::from(&*input.document), input.value.replace("@@", &text));
            let body = format!("{{\"query\": {document}, \"variables\": {{\"v\": {value}}}}}");
            let answer = check(&servers, &format!("{name} in {}", input.name), &body).await;
            refused += usize::from(answer.contains("\"errors\""));
        }
    }
    assert!(refused > inputs.len() * 5, "only {refused} refused: were the values handed over?");
}

#[tokio::test]
async fn hostile_text_in_the_document_itself_is_no_fault_of_ours_either() {
    let servers = servers("hostile documents on both databases").await;
    for (name, text) in hostile() {
        for document in [
            "{ resource(by: {slug: @@}) { id } }",
            "{ node(id: @@) { id } }",
            "{ region(by: {code: @@}) { id } }",
            "{ resources(after: @@) { nodes { id } } }",
            "{ search(query: @@) { totalCount } }",
            "{ search(query: \"a\", after: @@, filter: {regions: [@@], languages: [@@]}) { totalCount } }",
            "{ events(filter: {regions: [@@], languages: [@@]}, locales: [@@]) { nodes { id } } }",
            "query($v: String = @@) { regions(filter: {within: [$v]}) { nodes { id } } }",
        ] {
            let body = json!({ "query": document.replace("@@", &text) }).to_string();
            check(&servers, &format!("{name} in {document}"), &body).await;
        }
    }
}
