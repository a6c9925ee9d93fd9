//! What the API says of itself: who is asking, limits, languages, privacy. Must not read content.

use async_graphql::{Context, Object, SimpleObject};

use super::context::ContextExt;
use super::organization::Organization;
use super::scalar::{DateTime, Locale};
use crate::domain::locale;
use crate::domain::vocabulary::TextDirection;

/// Who is asking, as the server sees it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Viewer {
    /// Whether a valid token came with the request.
    is_authenticated: bool,
    /// The scopes that are in force for the request, wherever they hold.
    scopes: Vec<String>,
    /// The organization whose client asks; null without a token.
    organization: Option<Organization>,
    /// When the token ends; null without one.
    expires_at: Option<DateTime>,
    /// The languages that answers are in unless `locales` says otherwise, best first.
    locales: Vec<Locale>,
}

/// Every limit of the API. Sizes are in bytes unless said otherwise, times in seconds.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ApiLimits {
    /// Largest request body.
    body_bytes: usize,
    /// Largest GraphQL document.
    document_bytes: usize,
    /// Most lexical tokens in a document.
    document_tokens: usize,
    /// Deepest nesting of brackets in a document and of JSON in a body.
    bracket_depth: usize,
    /// Deepest nesting of fields, fragments followed.
    field_depth: usize,
    /// Deepest nesting of fields of an introspection.
    introspection_depth: usize,
    /// Most aliases, fragments followed.
    aliases: usize,
    /// Most directives, fragments followed.
    directives: usize,
    /// Most fields at the root of an operation.
    root_fields: usize,
    /// Most fields at the root of a mutation.
    mutations: usize,
    /// Most fields in all, fragments followed.
    inlined_fields: usize,
    /// Most fragments in a document.
    fragments: usize,
    /// Most operations in a document.
    operations: usize,
    /// Most variables of an operation.
    variables: usize,
    /// Items on a page when the query does not say.
    page_default: usize,
    /// Most items on a page.
    page_max: usize,
    /// Most values in one list of an input.
    list_inputs: usize,
    /// Most values in one list of a filter.
    filter_values: usize,
    /// Most entries that one list reads for a filter that no index covers; then it answers a short page with
    /// `hasNextPage: true`.
    scan: usize,
    /// Largest cost of one request.
    cost: u64,
    /// Cost a minute.
    rate: u32,
    /// Longest execution of a request, in seconds.
    execution_seconds: u64,
    /// Longest wait for the first message of a websocket, in seconds.
    socket_init_seconds: u64,
    /// Largest message on a websocket.
    socket_message_bytes: usize,
    /// Most operations at once on a websocket.
    socket_operations: usize,
    /// Most characters of a title.
    title_chars: usize,
    /// Most characters of a summary.
    summary_chars: usize,
    /// Most characters of a body.
    body_chars: usize,
}

/// The caller's allowance of cost, which fills up again steadily.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RateLimit {
    /// Cost a minute.
    limit: u32,
    /// What remains of it now, this request counted.
    remaining: u32,
    /// Seconds until all of it is there again.
    reset_seconds: u64,
    /// The cost of this request.
    cost: u64,
}

/// A language of texts here.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LocaleInfo {
    /// Its tag.
    locale: Locale,
    /// Which way it runs.
    direction: TextDirection,
    /// Whether everything of the collective itself is meant to be in it.
    is_official: bool,
}

/// What the server keeps of those who ask: nothing.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Privacy {
    /// Whether addresses, user agents or referrers are stored or logged.
    stores_addresses: bool,
    /// Whether queries, variables or search terms are stored or logged.
    stores_queries: bool,
    /// Whether cookies are set.
    sets_cookies: bool,
    /// Whether pages of this server ask other servers.
    makes_third_party_requests: bool,
    /// Whether readings are counted for each item.
    counts_views: bool,
    /// How long what an address used of its allowance is kept in memory, in seconds.
    allowance_seconds: u32,
    /// All of that in words.
    statement: String,
}

const STATEMENT: &str = "The server stores and logs no address, user agent, referrer, query, variable, search term or \
token. It sets no cookie and its pages ask no other server. What an address used of its allowance is kept in memory \
only, under a keyed hash whose key changes every day.";

/// Queries about the API itself.
#[derive(Debug, Default)]
pub(crate) struct MetaQuery;

#[Object]
impl MetaQuery {
    /// Who is asking. Never cached.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Viewer> {
        let view = ctx.view(None)?;
        let locales = view.preference.locales().iter().map(|locale| Locale(locale.to_string())).collect();
        let actor = ctx.actor();
        let scopes = actor.map(|actor| actor.grants.iter().map(|(scope, _)| scope.as_str().to_string()).collect());
        let organization = actor.and_then(|actor| Organization::of_key(ctx.catalog(), actor.organization, &view));
        Ok(Viewer {
            is_authenticated: actor.is_some(),
            scopes: scopes.unwrap_or_default(),
            organization,
            expires_at: actor.map(|actor| DateTime::micros(actor.expires_at)),
            locales,
        })
    }

    /// The limits in force for the caller.
    async fn limits(&self, ctx: &Context<'_>) -> ApiLimits {
        let limits = &ctx.app().limits;
        let (body_bytes, cost, rate) = match ctx.actor() {
            Some(_) => (limits.body_bytes_client, limits.cost_client, limits.rate_client),
            None => (limits.body_bytes_anonymous, limits.cost_anonymous, limits.rate_anonymous),
        };
        ApiLimits {
            body_bytes,
            document_bytes: limits.document_bytes,
            document_tokens: limits.document_tokens,
            bracket_depth: limits.bracket_depth,
            field_depth: limits.field_depth,
            introspection_depth: limits.introspection_depth,
            aliases: limits.aliases,
            directives: limits.directives,
            root_fields: limits.root_fields,
            mutations: limits.mutations,
            inlined_fields: limits.inlined_fields,
            fragments: limits.fragments,
            operations: limits.operations,
            variables: limits.variables,
            page_default: limits.page_default,
            page_max: limits.page_max,
            list_inputs: limits.list_inputs,
            filter_values: limits.filter_values,
            scan: limits.scan,
            cost,
            rate,
            execution_seconds: limits.execution.as_secs(),
            socket_init_seconds: limits.socket_init.as_secs(),
            socket_message_bytes: limits.socket_message_bytes,
            socket_operations: limits.socket_operations,
            title_chars: limits.title_chars,
            summary_chars: limits.summary_chars,
            body_chars: limits.body_chars,
        }
    }

    /// The caller's allowance of cost. Never cached.
    async fn rate_limit(&self, ctx: &Context<'_>) -> RateLimit {
        let request = ctx.request();
        RateLimit {
            limit: request.allowance.limit,
            remaining: request.allowance.remaining,
            reset_seconds: request.allowance.reset_seconds,
            cost: request.cost,
        }
    }

    /// Languages that the API knows by name, the collective's own first. Which of them, or others, an item has, its
    /// `translations` tell.
    async fn locales(&self) -> Vec<LocaleInfo> {
        let known =
            [("en-CA", true), ("fr-CA", true), ("iu-Cans", false), ("iu-Latn", false), ("crk", false), ("moe", false)];
        known
            .iter()
            .filter_map(|(tag, is_official)| locale::Locale::parse(tag).ok().map(|locale| (locale, *is_official)))
            .map(|(locale, is_official)| LocaleInfo {
                direction: locale.direction(),
                locale: Locale(locale.to_string()),
                is_official,
            })
            .collect()
    }

    /// What the server keeps of those who ask.
    async fn privacy(&self) -> Privacy {
        Privacy {
            stores_addresses: false,
            stores_queries: false,
            sets_cookies: false,
            makes_third_party_requests: false,
            counts_views: false,
            allowance_seconds: 60,
            statement: STATEMENT.to_string(),
        }
    }
}
