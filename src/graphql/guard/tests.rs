//! The guard on documents of every kind, with a schema of its own.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use async_graphql::{Variables, value};

use super::*;

const SDL: &str = "
type Query {
  resources(first: Int, after: String, last: Int, filter: Filter, near: Point): ResourceConnection!
  regions(first: Int): RegionConnection!
  region(id: ID): Region
  nodes(ids: [ID!]!): [Node]!
  search(query: String!, first: Int): ResourceConnection!
  occurrences(first: Int): [Occurrence!]!
  rateLimit: RateLimit!
  viewer: Viewer
  version: String!
}
type Mutation { resourceCreate(input: Filter): Payload! }
type Payload { resource: Resource }
type RateLimit { remaining: Int! }
type Viewer { name: String! }
type Occurrence { startsAt: String! event: Resource! }
type ResourceConnection { edges: [ResourceEdge!]! nodes: [Resource!]! pageInfo: PageInfo! totalCount: Int! }
type ResourceEdge { cursor: String! node: Resource! }
type RegionConnection { nodes: [Region!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! }
interface Node { id: ID! }
type Resource implements Node {
  id: ID! title: String! publisher: Organization regions: [Region!]! topics: [Topic!]! languages: [String!]!
}
type Organization { id: ID! name: String! }
type Topic { id: ID! name: String! }
type Region implements Node { id: ID! name: String! parent: Region resources(first: Int): ResourceConnection! }
input Filter { near: Point, ids: [ID!] }
input Point { lat: Float, lon: Float }
schema { query: Query mutation: Mutation }
";

fn check_with(text: &str, variables: Variables) -> Result<Checked, Fault> {
    let guard = Guard::new(SDL).unwrap();
    let limits = Limits::default();
    guard.check_text(text, &limits)?;
    let document = parse_query(text).unwrap();
    let question = Question {
        document: &document,
        operation_name: None,
        variables: &variables,
        limits: &limits,
        cost_limit: 1_000,
    };
    guard.check(&question)
}

fn check(text: &str) -> Result<Checked, Fault> {
    check_with(text, Variables::default())
}

fn cost(text: &str) -> u64 {
    check(text).unwrap_or_else(|fault| panic!("{fault}: {text}")).cost
}

fn refused(text: &str) -> (&'static str, String) {
    let fault = check(text).unwrap_err();
    (fault.code(), fault.to_string())
}

#[test]
fn cost_is_objects_times_page_sizes() {
    for (text, expected) in [
        ("{ version }", 0),
        ("{ __typename }", 0),
        ("{ region(id: 1) { name } }", 1),
        ("{ region(id: 1) { parent { parent { name } } } }", 3),
        ("{ resources { nodes { id } } }", 20),
        ("{ resources(first: 5) { nodes { id } } }", 5),
        ("{ resources(first: 0) { nodes { id } } }", 0),
        ("{ resources(first: -1) { nodes { id } } }", 0),
        ("{ resources(last: 7) { nodes { id } } }", 7),
        ("{ resources(first: 5, last: 7) { nodes { id } } }", 7),
        ("{ resources(first: null) { nodes { id } } }", 20),
        ("{ resources(first: 5) { edges { cursor node { id } } } }", 5),
        ("{ resources(first: 5) { edges { cursor } } }", 5),
        ("{ resources(first: 5) { pageInfo { hasNextPage } } }", 5),
        ("{ resources(first: 5) { nodes { id } edges { node { id } } } }", 10),
        ("{ resources { totalCount } }", 20),
        ("{ resources { __typename } }", 0),
        ("{ resources(first: 5) { totalCount nodes { id languages } } }", 25),
        ("{ resources(first: 100) { nodes { title publisher { name } regions { name } topics { name } } } }", 800),
        (
            "{ resources(first: 100) { edges { node { title publisher { name } regions { name } topics { name } } } } }",
            800,
        ),
        ("{ regions(first: 10) { nodes { resources(first: 5) { nodes { id } } } } }", 60),
        ("{ search(query: \"a\", first: 5) { nodes { id } } }", 25),
        ("{ occurrences(first: 10) { event { id } } }", 20),
        ("{ nodes(ids: [1]) { id } }", 3),
        ("{ nodes(ids: [1, 2, 3, 4, 5]) { id ... on Resource { publisher { id } } } }", 10),
        ("{ a: region(id: 1) { id } b: region(id: 2) { id } }", 2),
        ("{ ...F ...F } fragment F on Query { region(id: 1) { ...G } } fragment G on Region { parent { id } }", 4),
        ("{ resources(first: 5) { ...C } } fragment C on ResourceConnection { totalCount nodes { id } }", 25),
        ("{ resources(first: 5) { nodes { ... on Resource { publisher { id } } ... { topics { id } } } } }", 25),
        ("{ unknown { fields { are { free } } } resources { nope { x } } }", 0),
        ("{ __schema { types { name } } }", 20),
        ("mutation { resourceCreate(input: {}) { resource { id } } }", 2),
        ("query A { ...Missing }", 0),
    ] {
        assert_eq!(cost(text), expected, "{text}");
    }
}

#[test]
fn a_page_size_may_be_a_variable() {
    let text = "query($n: Int) { resources(first: $n) { nodes { id } } }";
    let with = |value| check_with(text, Variables::from_value(value));
    assert_eq!(with(value!({})).unwrap().cost, 20);
    assert_eq!(with(value!({ "n": null })).unwrap().cost, 20);
    assert_eq!(with(value!({ "n": 3 })).unwrap().cost, 3);
    assert_eq!(with(value!({ "n": "many" })).unwrap().cost, 0);
    let message = |value| with(value).unwrap_err().to_string();
    assert_eq!(message(value!({ "n": 500 })), "page size 500 exceeds the maximum of 100");
    assert_eq!(message(value!({ "n": 1e30 })), "page size 1e+30 exceeds the maximum of 100");
    let defaulted = "query($n: Int = 4) { resources(first: $n) { nodes { id } } }";
    assert_eq!(cost(defaulted), 4);
    assert_eq!(check_with(defaulted, Variables::from_value(value!({ "n": null }))).unwrap().cost, 20);
    let oversized = "query($n: Int = 101) { resources(first: $n) { nodes { id } } }";
    assert_eq!(refused(oversized).1, "page size 101 exceeds the maximum of 100");
}

#[test]
fn what_is_above_a_limit_is_refused_with_its_code_the_value_and_the_limit() {
    let fields = |n: usize| (0..n).fold(String::new(), |text, _| text + " version");
    let aliases = (0..31).fold(String::new(), |mut text, i| {
        write!(text, " a{i}: version").unwrap();
        text
    });
    let deep = |n: usize| format!("{{ region(id: 1) {}{{ name }}{} }}", "{ parent ".repeat(n - 2), "}".repeat(n - 2));
    assert!(check(&deep(12)).is_ok());
    let fragments = (0..51).fold("{ version }".to_string(), |mut text, i| {
        write!(text, " fragment F{i} on Query {{ version }}").unwrap();
        text
    });
    let operations = (0..6).fold(String::new(), |mut text, i| {
        write!(text, " query Q{i} {{ version }}").unwrap();
        text
    });
    let variables = (0..101).fold(String::new(), |mut text, i| {
        write!(text, " $v{i}: Int").unwrap();
        text
    });
    let mutations = "resourceCreate { resource { id } } ".repeat(11);
    let ids = "1 ".repeat(101);
    for (text, code, message) in [
        (format!("{{ {aliases} }}"), "TOO_MANY_ALIASES", "31 aliases exceed the maximum of 30"),
        (format!("{{ {} }}", fields(21)), "TOO_MANY_ROOT_FIELDS", "21 root fields exceed the maximum of 20"),
        (format!("mutation {{ {mutations} }}"), "TOO_MANY_ROOT_FIELDS", "11 root fields exceed the maximum of 10"),
        (
            format!("{{ {} }}", "__typename ".repeat(21)),
            "TOO_MANY_ROOT_FIELDS",
            "21 root fields exceed the maximum of 20",
        ),
        (deep(13), "QUERY_TOO_DEEP", "field depth of 13 exceeds the maximum of 12"),
        (
            format!("{{ __typename {} }}", "@include(if: true) ".repeat(21)),
            "QUERY_TOO_COMPLEX",
            "number of directives of 21 exceeds the maximum of 20",
        ),
        (
            format!("query {} {{ version }}", "@a ".repeat(21)),
            "QUERY_TOO_COMPLEX",
            "number of directives of 21 exceeds the maximum of 20",
        ),
        (fragments, "QUERY_TOO_COMPLEX", "number of fragments of 51 exceeds the maximum of 50"),
        (operations, "QUERY_TOO_COMPLEX", "number of operations of 6 exceeds the maximum of 5"),
        (
            format!("query({variables}) {{ version }}"),
            "QUERY_TOO_COMPLEX",
            "number of variables of 101 exceeds the maximum of 100",
        ),
        (
            format!("{{ nodes(ids: [{ids}]) {{ id }} }}"),
            "QUERY_TOO_COMPLEX",
            "number of values in a list of 101 exceeds the maximum of 100",
        ),
        (
            "{ resources(first: 100) { nodes { publisher { id } regions { resources(first: 2) { nodes { id } } } } } }"
                .into(),
            "QUERY_TOO_COMPLEX",
            "cost of 1100 exceeds the maximum of 1000",
        ),
        (
            "{ resources(first: 500) { nodes { id } } }".into(),
            "PAGE_TOO_LARGE",
            "page size 500 exceeds the maximum of 100",
        ),
        (
            "{ resources(first: 99999999999999999999) { totalCount } }".into(),
            "PAGE_TOO_LARGE",
            "page size 1e+20 exceeds the maximum of 100",
        ),
        ("{ ...A } fragment A on Query { ...A }".into(), "BAD_REQUEST", "the fragment \"A\" includes itself"),
        ("{ region(id: \"a\\u0000\") { id } }".into(), "BAD_REQUEST", "a text holds the control character U+0000"),
        (
            "query A { version } query B { version }".into(),
            "BAD_REQUEST",
            "the document has 2 operations: name one in operationName",
        ),
        ("query($id: ID!) { version }".into(), "BAD_REQUEST", "the variable $id of type ID! is required"),
    ] {
        assert_eq!(refused(&text), (code, message.to_string()), "{text}");
    }
}

#[test]
fn a_cycle_is_found_wherever_it_is() {
    for text in [
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ version } fragment A on Query { region(id: 1) { ...B } } fragment B on Region { parent { ...B } }",
        "{ ...A } fragment A on Query { ... { ... @skip(if: true) { ...A } } }",
    ] {
        assert_eq!(refused(text).0, "BAD_REQUEST", "{text}");
    }
}

/// `levels` fragments, each of which spreads the next one twice.
fn bomb(levels: usize) -> String {
    let mut text = "{ ...F0 }".to_string();
    for level in 0..levels {
        write!(text, " fragment F{level} on Query {{ ...F{next} ...F{next} }}", next = level + 1).unwrap();
    }
    write!(text, " fragment F{levels} on Query {{ version }}").unwrap();
    text
}

#[test]
fn a_fragment_bomb_is_refused_in_time_linear_in_its_size() {
    let time = |levels: usize| {
        let text = bomb(levels);
        let started = Instant::now();
        for _ in 0..20 {
            let fault = check(&text).unwrap_err();
            assert_eq!(fault.code(), "QUERY_TOO_COMPLEX", "{fault}");
        }
        started.elapsed()
    };
    let (ten, forty) = (time(10), time(40));
    assert!(forty < ten * 16 + Duration::from_millis(50), "10 levels took {ten:?}, 40 took {forty:?}");
}

#[test]
fn a_bomb_in_what_does_not_run_is_refused_too() {
    let unused = bomb(20).replacen("{ ...F0 }", "{ version }", 1);
    assert_eq!(refused(&unused).0, "QUERY_TOO_COMPLEX");
    let guard = Guard::new(SDL).unwrap();
    let text = bomb(20).replacen("{ ...F0 }", "query A { version } query B { ...F0 }", 1);
    let document = parse_query(&text).unwrap();
    let (variables, limits) = (Variables::default(), Limits::default());
    let question = Question {
        document: &document,
        operation_name: Some("A"),
        variables: &variables,
        limits: &limits,
        cost_limit: 1_000,
    };
    assert_eq!(guard.check(&question).unwrap_err().code(), "QUERY_TOO_COMPLEX");
}

#[test]
fn aliases_and_directives_multiply_through_fragments() {
    let spreads = "...F ".repeat(16);
    let text = format!("{{ {spreads} }} fragment F on Query {{ a: __typename b: __typename }}");
    assert_eq!(refused(&text), ("TOO_MANY_ALIASES", "32 aliases exceed the maximum of 30".into()));
    let text = "{ ...F ...F ...F } fragment F on Query { __typename @a @b @c @d @e @f @g }";
    assert_eq!(refused(text).0, "QUERY_TOO_COMPLEX");
}

#[test]
fn a_large_variable_may_not_be_used_too_often() {
    let uses = "region(id: $v) { id } ".repeat(19);
    let text = format!("query($v: ID) {{ {uses} }}");
    let row = Value::List(vec![Value::List(vec![Value::from(1); 100]); 100]);
    let large = Value::List(vec![row.clone(), row]);
    let variables = Variables::from_value(value!({ "v": large }));
    let fault = check_with(&text, variables).unwrap_err();
    assert!(fault.to_string().starts_with("number of values in variables times their uses of 383"), "{fault}");
}

use async_graphql::Value;

#[test]
fn answers_that_no_shared_cache_may_keep_are_known() {
    for (text, expected) in [
        ("{ version }", false),
        ("{ rateLimit { remaining } }", true),
        ("{ ...F } fragment F on Query { v: viewer { name } }", true),
        ("{ search(query: \"a\") { totalCount } }", true),
        ("{ resources(near: {lat: 1, lon: 2}) { totalCount } }", true),
        ("{ resources(filter: {near: {lat: 1, lon: 2}}) { totalCount } }", true),
        ("{ resources(filter: {within: {south: 1, west: 2}}) { totalCount } }", true),
        ("query($f: Filter = {near: {lat: 1}}) { resources(filter: $f) { totalCount } }", true),
    ] {
        assert_eq!(check(text).unwrap().is_private, expected, "{text}");
    }
    let text = "query($f: Filter) { resources(filter: $f) { totalCount } }";
    let near = Variables::from_value(value!({ "f": { "near": { "lat": 1 } } }));
    assert!(check_with(text, near).unwrap().is_private);
}

/// The introspection query of graphql-js 16.
const INTROSPECTION: &str = include_str!("introspection.graphql");

#[test]
fn the_canonical_introspection_passes_and_its_abuse_does_not() {
    let checked = check(INTROSPECTION).unwrap();
    assert!(checked.is_introspection_only && checked.cost == 20);
    assert!(!check("{ __typename version }").unwrap().is_introspection_only);
    let nested = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(
        refused(nested),
        ("QUERY_TOO_DEEP", "nesting of introspection lists of 4 exceeds the maximum of 2".into())
    );
    let repeated = format!("{{ __schema {{ types {{ {} }} }} }}", "fields { name } ".repeat(16));
    assert_eq!(refused(&repeated).0, "QUERY_TOO_COMPLEX");
    let deep = format!("{{ __type(name: \"A\") {}{{ name }}{} }}", "{ ofType ".repeat(15), "}".repeat(15));
    assert_eq!(refused(&deep), ("QUERY_TOO_DEEP", "introspection depth of 17 exceeds the maximum of 16".into()));
}
