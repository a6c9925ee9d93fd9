//! An input object as the client gave it, still unchecked: the engine checks its shape against the schema, the service
//! checks everything else and names the path of each fault. Must not check a value itself.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use async_graphql::registry::{MetaType, MetaTypeName, Registry};
use async_graphql::{Context, InputObjectType, InputType, InputValueError, InputValueResult, Value};

/// An argument of the type `T` whose value is kept as it was given: what was left out stays left out, null stays null,
/// and a wrong text reaches the service, whose refusal is a user error, instead of failing the request.
pub(crate) struct Given<T> {
    value: Value,
    of: PhantomData<fn() -> T>,
}

impl<T: InputObjectType> Given<T> {
    /// The value as JSON. Where the schema has a list and the client gave one value, it becomes a list of that value
    /// (GraphQL October 2021, section 3.11, input coercion).
    pub(crate) fn into_json(self, ctx: &Context<'_>) -> serde_json::Value {
        json(&ctx.schema_env.registry, &T::qualified_type_name(), self.value)
    }
}

/// The value never shows: it may hold personal information or join links.
impl<T: InputType> fmt::Debug for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Given({})", T::type_name())
    }
}

impl<T: InputObjectType> InputType for Given<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(value @ Value::Object(_)) => Ok(Self { value, of: PhantomData }),
            other => Err(InputValueError::expected_type(other.unwrap_or_default())),
        }
    }

    fn to_value(&self) -> Value {
        self.value.clone()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn json(registry: &Registry, ty: &str, value: Value) -> serde_json::Value {
    match (MetaTypeName::create(ty), value) {
        (_, Value::Null) => serde_json::Value::Null,
        (MetaTypeName::NonNull(ty), value) => json(registry, ty, value),
        (MetaTypeName::List(ty), Value::List(values)) => {
            values.into_iter().map(|value| json(registry, ty, value)).collect()
        }
        (MetaTypeName::List(ty), value) => serde_json::Value::Array(vec![json(registry, ty, value)]),
        (MetaTypeName::Named(ty), Value::Object(members)) => {
            let Some(MetaType::InputObject { input_fields, .. }) = registry.types.get(ty) else {
                return Value::Object(members).into_json().unwrap_or_default();
            };
            let member = |(name, value): (async_graphql::Name, Value)| {
                let ty = input_fields.get(name.as_str()).map_or("", |field| field.ty.as_str());
                (name.to_string(), json(registry, ty, value))
            };
            members.into_iter().map(member).collect()
        }
        (MetaTypeName::Named(_), value) => value.into_json().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Context, EmptySubscription, Enum, InputObject, Object, Request, Response, Schema, Variables};
    use serde_json::json;

    use super::Given;

    #[derive(Clone, Copy, PartialEq, Eq, Enum)]
    enum Colour {
        DarkRed,
    }

    #[derive(InputObject)]
    struct Badge {
        text: String,
        colour: Option<Colour>,
    }

    #[derive(InputObject)]
    struct Thing {
        name: Option<String>,
        weight: Option<f64>,
        count: Option<i32>,
        is_new: Option<bool>,
        tags: Option<Vec<String>>,
        badges: Option<Vec<Badge>>,
    }

    struct Query;

    #[Object]
    impl Query {
        async fn thing(&self, ctx: &Context<'_>, input: Given<Thing>) -> String {
            input.into_json(ctx).to_string()
        }
    }

    async fn run(request: impl Into<Request>) -> Response {
        Schema::new(Query, async_graphql::EmptyMutation, EmptySubscription).execute(request).await
    }

    async fn given(request: impl Into<Request>) -> serde_json::Value {
        let response = run(request).await;
        assert_eq!(response.errors, Vec::new());
        let data = response.data.into_json().unwrap();
        serde_json::from_str(data["thing"].as_str().unwrap()).unwrap()
    }

    fn with(document: &str, variables: serde_json::Value) -> Request {
        Request::new(document).variables(Variables::from_json(variables))
    }

    async fn refusal(request: impl Into<Request>) -> String {
        run(request).await.errors.first().map(|error| error.message.clone()).expect("the request is refused")
    }

    #[tokio::test]
    async fn a_literal_is_kept_as_it_was_given() {
        let document = r#"{ thing(input: { name: "a", weight: 1.5, count: -2, isNew: true, tags: ["b", "c"],
            badges: [{ text: "d", colour: DARK_RED }] }) }"#;
        let expected = json!({
            "name": "a", "weight": 1.5, "count": -2, "isNew": true, "tags": ["b", "c"],
            "badges": [{ "text": "d", "colour": "DARK_RED" }],
        });
        assert_eq!(given(document).await, expected);
    }

    #[tokio::test]
    async fn a_variable_is_kept_as_it_was_given() {
        let input = json!({ "name": "a", "badges": [{ "text": "d", "colour": "DARK_RED" }] });
        let request = with("query ($input: Thing!) { thing(input: $input) }", json!({ "input": input }));
        assert_eq!(given(request).await, input);
    }

    #[tokio::test]
    async fn an_omitted_variable_leaves_its_member_out_and_null_stays() {
        let document = "query ($name: String, $text: String!, $colour: Colour, $count: Int) {
            thing(input: { name: $name, count: $count, weight: null, badges: [{ text: $text, colour: $colour }] }) }";
        let found = given(with(document, json!({ "text": "d", "count": null }))).await;
        assert_eq!(found, json!({ "count": null, "weight": null, "badges": [{ "text": "d" }] }));
    }

    #[tokio::test]
    async fn one_value_where_a_list_is_due_becomes_a_list() {
        let found = given(r#"{ thing(input: { tags: "b", badges: { text: "d" } }) }"#).await;
        assert_eq!(found, json!({ "tags": ["b"], "badges": [{ "text": "d" }] }));
        let request = with("query ($tags: [String!]) { thing(input: { tags: $tags }) }", json!({ "tags": "b" }));
        assert_eq!(given(request).await, json!({ "tags": ["b"] }));
    }

    #[tokio::test]
    async fn what_the_schema_does_not_know_is_refused_before_anything_runs() {
        for (document, fault) in [
            ("{ thing(input: { other: 1 }) }", "unknown field \"other\" of type \"Thing\""),
            ("{ thing(input: { badges: [{ text: \"d\", colour: BLUE }] }) }", "does not contain the value \"BLUE\""),
            ("{ thing(input: { badges: [{ }] }) }", "field \"text\" of type \"String!\" is required but not provided"),
            ("{ thing(input: null) }", "expected type \"Thing\""),
            ("{ thing(input: \"a\") }", "Expected input type \"Thing\", found \"a\""),
            ("{ thing }", "argument \"input\" of type \"Query\" is required but not provided"),
        ] {
            let found = refusal(document).await;
            assert!(found.contains(fault), "{document}: {found}");
        }
        for wrong in [json!({ "other": 1 }), json!({ "badges": [{ "text": "d", "colour": "BLUE" }] })] {
            refusal(with("query ($input: Thing!) { thing(input: $input) }", json!({ "input": wrong }))).await;
        }
    }

    #[tokio::test]
    async fn what_validation_passes_over_because_a_variable_is_omitted_is_kept_for_the_service() {
        let document = "query ($name: String) { thing(input: { name: $name, other: 1 }) }";
        assert_eq!(given(document).await, json!({ "other": 1 }));
    }
}
