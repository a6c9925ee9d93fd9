//! The names of the routes: what metrics and logs may say of a request's path. Must not hold anything of the request.

/// A route, by its fixed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// `/graphql`
    GraphQl,
    /// `/schema.graphql`
    Schema,
    /// `/oauth/token`
    Token,
    /// `/oauth/revoke`
    Revoke,
    /// `/oauth/introspect`
    Introspect,
    /// `/oauth/jwks`
    Jwks,
    /// `/.well-known/oauth-...`
    Metadata,
    /// `/livez`
    Live,
    /// `/readyz`
    Ready,
    /// `/feeds/...`
    Feeds,
    /// `/`, `/plain` and `/playground/...`
    Playground,
    /// Anything else.
    Unknown,
}

impl Route {
    /// All routes, in the order of their declaration.
    pub const ALL: [Self; 12] = [
        Self::GraphQl,
        Self::Schema,
        Self::Token,
        Self::Revoke,
        Self::Introspect,
        Self::Jwks,
        Self::Metadata,
        Self::Live,
        Self::Ready,
        Self::Feeds,
        Self::Playground,
        Self::Unknown,
    ];

    /// The route of a path.
    pub fn of(path: &str) -> Self {
        match path {
            "/graphql" => Self::GraphQl,
            "/schema.graphql" => Self::Schema,
            "/oauth/token" => Self::Token,
            "/oauth/revoke" => Self::Revoke,
            "/oauth/introspect" => Self::Introspect,
            "/oauth/jwks" => Self::Jwks,
            "/.well-known/oauth-authorization-server"
            | "/.well-known/oauth-protected-resource"
            | "/.well-known/oauth-protected-resource/graphql" => Self::Metadata,
            "/livez" => Self::Live,
            "/readyz" => Self::Ready,
            _ if path.starts_with("/feeds/") => Self::Feeds,
            "/" | "/plain" => Self::Playground,
            _ if path.starts_with("/playground/") => Self::Playground,
            _ => Self::Unknown,
        }
    }

    /// The name in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GraphQl => "graphql",
            Self::Schema => "schema",
            Self::Token => "oauth_token",
            Self::Revoke => "oauth_revoke",
            Self::Introspect => "oauth_introspect",
            Self::Jwks => "oauth_jwks",
            Self::Metadata => "oauth_metadata",
            Self::Live => "livez",
            Self::Ready => "readyz",
            Self::Feeds => "feeds",
            Self::Playground => "playground",
            Self::Unknown => "unknown",
        }
    }

    /// The methods that it takes, as `Allow` names them.
    pub const fn methods(self) -> &'static str {
        match self {
            Self::GraphQl => "GET, HEAD, POST, OPTIONS",
            Self::Token | Self::Revoke | Self::Introspect => "POST, OPTIONS",
            _ => "GET, HEAD, OPTIONS",
        }
    }

    /// Whether a request counts against the rate limit.
    pub const fn is_charged(self) -> bool {
        matches!(self, Self::GraphQl | Self::Feeds)
    }

    /// Whether clients show their secret here, so that `Authorization` holds no token.
    pub const fn takes_secrets(self) -> bool {
        matches!(self, Self::Token | Self::Revoke | Self::Introspect)
    }

    /// Whether web pages of any origin may read the answers.
    pub const fn is_api(self) -> bool {
        !matches!(self, Self::Playground)
    }
}
