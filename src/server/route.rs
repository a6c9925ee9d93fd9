//! The names of the routes: what metrics and logs may say of a request's path. Must not hold anything of the request.

/// A route, by its fixed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// `/graphql`
    GraphQl,
    /// `/schema.graphql`
    Schema,
    /// `/livez`
    Live,
    /// `/readyz`
    Ready,
    /// `/`, `/plain` and `/playground/...`
    Playground,
    /// Anything else.
    Unknown,
}

impl Route {
    /// All routes, in the order of their declaration.
    pub const ALL: [Self; 6] = [Self::GraphQl, Self::Schema, Self::Live, Self::Ready, Self::Playground, Self::Unknown];

    /// The route of a path.
    pub fn of(path: &str) -> Self {
        match path {
            "/graphql" => Self::GraphQl,
            "/schema.graphql" => Self::Schema,
            "/livez" => Self::Live,
            "/readyz" => Self::Ready,
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
            Self::Live => "livez",
            Self::Ready => "readyz",
            Self::Playground => "playground",
            Self::Unknown => "unknown",
        }
    }

    /// Whether web pages of any origin may read the answers.
    pub const fn is_api(self) -> bool {
        !matches!(self, Self::Playground)
    }
}
