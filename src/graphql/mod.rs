//! The GraphQL surface: types, queries, errors. Resolvers parse, call one store or service function and wrap the
//! answer. Must not hold SQL or know HTTP.

pub mod context;
pub mod guard;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

/// The executable schema. It holds no data: each request brings its own [`context::RequestContext`].
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The entry points of the API for reading.
#[derive(Debug, Default)]
pub struct Query;

#[Object]
impl Query {
    /// Placeholder until the real queries are merged: the time of the server.
    async fn locales(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Vec<String>> {
        let request = context::request(ctx);
        Ok(vec![request.app.clock.now().to_string()])
    }
}

/// Builds the schema, without a database.
pub fn schema() -> ApiSchema {
    Schema::build(Query, EmptyMutation, EmptySubscription).disable_suggestions().finish()
}
