//! What becomes of a document that was shortened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Object, Request, Response, Result, Schema, ValidationMode,
};

use super::render::{Plans, Rendered, Rendering, Short, Tables, rendered};
use super::wanted::Wanted;

/// Whether things are broken.
#[derive(Clone, Default)]
struct Broken(Arc<AtomicBool>);

struct Thing;

#[Object]
impl Thing {
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        let Broken(is_broken) = ctx.data_unchecked();
        if is_broken.load(Ordering::Relaxed) { Err("it is broken".into()) } else { Ok("thing".to_string()) }
    }

    async fn number(&self, _ctx: &Context<'_>) -> i32 {
        1
    }
}
rendered!(Thing { name, number });

struct Query;

#[Object]
impl Query {
    async fn thing(&self, ctx: &Context<'_>) -> Option<Rendered<Thing>> {
        let _ = Wanted::of_item(ctx);
        Some(Rendered(Thing))
    }

    async fn plain(&self) -> Thing {
        Thing
    }

    async fn count(&self) -> i32 {
        2
    }
}

struct Stage {
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
    document: ExecutableDocument,
    plans: Arc<Plans>,
    broken: Broken,
}

impl Stage {
    fn of(text: &str) -> Self {
        // As for what was answered before: a whole validation would miss the selections.
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription);
        let schema = schema.validation_mode(ValidationMode::Fast).finish();
        Self { schema, document: parse_query(text).unwrap(), plans: Arc::default(), broken: Broken::default() }
    }

    async fn ask(&self, document: &ExecutableDocument, short: Option<Short>) -> Response {
        let rendering = Rendering::new(&Tables::default().with::<Thing>(), Some(Arc::clone(&self.plans)), short);
        let mut request = Request::new("").data(rendering).data(self.broken.clone());
        request.set_parsed_query(document.clone());
        self.schema.execute(request).await
    }

    fn shortened(&self) -> Option<ExecutableDocument> {
        self.plans.shortened(&self.document)
    }
}

#[tokio::test]
async fn what_was_written_once_is_written_without_its_selections() {
    for text in [
        "{ thing { name } }",
        "query Named { a: thing { n: name number } count b: thing { ...F } __typename } fragment F on Thing { name }",
    ] {
        let stage = Stage::of(text);
        assert!(stage.shortened().is_none(), "nothing was written yet: {text}");
        let whole = stage.ask(&stage.document, None).await;
        let short = stage.shortened().unwrap();
        assert!(short.fragments.is_empty());
        let failed = Short::default();
        let found = stage.ask(&short, Some(failed.clone())).await;
        assert!(!failed.has_failed() && found.errors.is_empty());
        assert_eq!(found.data, whole.data, "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_told_and_answered_by_the_engine() {
    let stage = Stage::of("{ thing { number name } }");
    stage.ask(&stage.document, None).await;
    let short = stage.shortened().unwrap();
    stage.broken.0.store(true, Ordering::Relaxed);
    let failed = Short::default();
    stage.ask(&short, Some(failed.clone())).await;
    assert!(failed.has_failed());
    let found = stage.ask(&stage.document, None).await;
    assert_eq!(found.errors[0].message, "it is broken");
}

#[tokio::test]
async fn what_the_engine_answers_is_left_whole() {
    for text in [
        "{ thing { name } plain { name } }",
        "{ ... { thing { name } } }",
        "{ thing { name } thing { number } }",
        "{ thing { name(a: 1) } }",
    ] {
        let stage = Stage::of(text);
        stage.ask(&stage.document, None).await;
        assert!(stage.shortened().is_none(), "{text}");
    }
}
