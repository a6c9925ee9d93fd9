//! What anyone may know of how tokens are got and checked: the keys, the endpoints, the scopes. Must not tell anything of a
//! client.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::domain::scope::Scope;
use crate::server::refusal::JSON;
use crate::server::router::Shared;

/// The ways in which a client may show its secret.
const AUTH_METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// `GET /oauth/jwks`: the public keys (RFC 7517).
pub(crate) async fn jwks(State(state): State<Shared>) -> Response {
    public(&state.app.keys.current().public())
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414).
pub(crate) async fn authorization_server(State(state): State<Shared>) -> Response {
    let issuer = &state.parties.issuer;
    public(&json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oauth/token"),
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
        "jwks_uri": format!("{issuer}/oauth/jwks"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": scopes(),
        "protected_resources": [state.parties.audience],
    }))
}

/// `GET /.well-known/oauth-protected-resource` and the same with `/graphql` (RFC 9728).
pub(crate) async fn protected_resource(State(state): State<Shared>) -> Response {
    public(&json!({
        "resource": state.parties.audience,
        "authorization_servers": [state.parties.issuer],
        "jwks_uri": format!("{}/oauth/jwks", state.parties.issuer),
        "bearer_methods_supported": ["header"],
        "scopes_supported": scopes(),
        "resource_name": "Solidarity",
    }))
}

fn scopes() -> Vec<&'static str> {
    Scope::ALL.iter().map(|scope| scope.as_str()).collect()
}

fn public(body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
