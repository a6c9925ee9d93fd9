//! Every limit of the API in one place: the guard, the server and the `limits` query read the same values. Must not
//! hold behaviour.

use std::time::Duration;

/// The limits in force. Sizes are in bytes unless said otherwise.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest request body of an anonymous caller.
    pub body_bytes_anonymous: usize,
    /// Largest request body with a valid token.
    pub body_bytes_client: usize,
    /// Largest body of a request for a token.
    pub form_bytes: usize,
    /// Largest GraphQL document.
    pub document_bytes: usize,
    /// Lexical tokens in a document.
    pub document_tokens: usize,
    /// Depth of nested brackets in a document, and of nested JSON in a body.
    pub bracket_depth: usize,
    /// Depth of nested fields, fragments followed.
    pub field_depth: usize,
    /// Depth of nested fields below `__schema` and `__type`.
    pub introspection_depth: usize,
    /// Fields with an alias, fragments followed.
    pub aliases: usize,
    /// Directives, fragments followed.
    pub directives: usize,
    /// Fields at the root of the operation, fragments followed.
    pub root_fields: usize,
    /// Fields at the root of a mutation.
    pub mutations: usize,
    /// Fields in all, fragments followed.
    pub inlined_fields: usize,
    /// Fragment definitions in a document.
    pub fragments: usize,
    /// Operations in a document.
    pub operations: usize,
    /// Variables of an operation.
    pub variables: usize,
    /// Items on a page when the query does not say.
    pub page_default: usize,
    /// Most items on a page.
    pub page_max: usize,
    /// Values in one list of an input.
    pub list_inputs: usize,
    /// Values in one list of a filter.
    pub filter_values: usize,
    /// Cost of one request of an anonymous caller.
    pub cost_anonymous: u64,
    /// Cost of one request with a valid token.
    pub cost_client: u64,
    /// Cost a minute of one anonymous address.
    pub rate_anonymous: u32,
    /// Cost a minute of one client.
    pub rate_client: u32,
    /// Failed attempts of clients to authenticate, a minute and address.
    pub rate_failures: u32,
    /// Longest execution of a request.
    pub execution: Duration,
    /// Longest statement of a read.
    pub statement: Duration,
    /// Longest wait for a database connection.
    pub pool_wait: Duration,
    /// Longest time for the header of a request to arrive.
    pub header_read: Duration,
    /// Longest time for the body of a request to arrive.
    pub body_read: Duration,
    /// Longest wait for a client to take more of its answer.
    pub write_stall: Duration,
    /// Longest wait for the first message of a websocket.
    pub socket_init: Duration,
    /// Largest message on a websocket.
    pub socket_message_bytes: usize,
    /// Operations at once on a websocket.
    pub socket_operations: usize,
    /// How often a connection on which nothing is told gets a sign of life, and has to give one.
    pub socket_beat: Duration,
    /// Memory for documents that clients name by their hash.
    pub persisted_bytes: u64,
    /// Memory for documents as they were parsed, and requests as they were read.
    pub document_cache_bytes: u64,
    /// Memory for answers to anonymous readers; none are kept if it is 0.
    pub answer_cache_bytes: u64,
    /// Whether data is rendered without the engine's values where that can be: see `graphql::Rendering`.
    pub is_rendering: bool,
    /// Requests in execution at once; further ones are answered 503 with `Retry-After`.
    pub in_flight: usize,
    /// Open connections; further ones wait to be accepted.
    pub connections: usize,
    /// Entries that one list may scan for a filter that no index covers.
    pub scan: usize,
    /// Characters of a title, a summary, a body and a search text.
    pub title_chars: usize,
    /// Characters of a summary.
    pub summary_chars: usize,
    /// Characters of a body.
    pub body_chars: usize,
    /// Characters of a search text.
    pub search_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_anonymous: 128 * 1024,
            body_bytes_client: 1024 * 1024,
            form_bytes: 8 * 1024,
            document_bytes: 16 * 1024,
            document_tokens: 2_000,
            bracket_depth: 64,
            field_depth: 12,
            introspection_depth: 16,
            aliases: 30,
            directives: 20,
            root_fields: 20,
            mutations: 10,
            inlined_fields: 2_000,
            fragments: 50,
            operations: 5,
            variables: 100,
            page_default: 20,
            page_max: 100,
            list_inputs: 100,
            filter_values: 10,
            cost_anonymous: 1_000,
            cost_client: 5_000,
            rate_anonymous: 20_000,
            rate_client: 100_000,
            rate_failures: 60,
            execution: Duration::from_secs(5),
            statement: Duration::from_secs(3),
            pool_wait: Duration::from_secs(2),
            header_read: Duration::from_secs(10),
            body_read: Duration::from_secs(10),
            write_stall: Duration::from_secs(30),
            socket_init: Duration::from_secs(3),
            socket_message_bytes: 64 * 1024,
            socket_operations: 50,
            socket_beat: Duration::from_secs(15),
            persisted_bytes: 4 * 1024 * 1024,
            document_cache_bytes: 16 * 1024 * 1024,
            answer_cache_bytes: 32 * 1024 * 1024,
            is_rendering: true,
            in_flight: 256,
            connections: 4_096,
            scan: 5_000,
            title_chars: 200,
            summary_chars: 600,
            body_chars: 65_536,
            search_chars: 200,
        }
    }
}
