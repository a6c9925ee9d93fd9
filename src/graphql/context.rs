//! What a resolver can reach: the application and what the request says. Must not hold resolvers.

use std::sync::Arc;

use async_graphql::Context;

use crate::app::SharedApp;

/// Put into every request by the server before execution.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The application.
    pub app: SharedApp,
    /// The `Accept-Language` header as it came, if any.
    pub accept_language: Option<Arc<str>>,
    /// Cost of this operation, as computed by the guard.
    pub cost: u64,
    /// What remains of the caller's allowance, for the `rateLimit` query.
    pub allowance: Allowance,
}

/// The caller's rate limit after this request was charged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowance {
    /// Cost a minute.
    pub limit: u32,
    /// What remains of it now.
    pub remaining: u32,
    /// Seconds until all of it is there again.
    pub reset_seconds: u64,
}

/// The request that a resolver runs for.
pub(crate) fn request<'a>(ctx: &Context<'a>) -> &'a RequestContext {
    ctx.data_unchecked::<RequestContext>()
}
