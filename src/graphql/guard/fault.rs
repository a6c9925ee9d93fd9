//! Why the guard refuses a request: always the caller's fault, always with the value and the limit. Must not name
//! anything internal.

/// A refusal before execution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The request is not well formed.
    #[error("{0}")]
    Malformed(String),
    /// Too many fields carry an alias.
    #[error("{value} aliases exceed the maximum of {limit}")]
    TooManyAliases {
        /// What the document has.
        value: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Too many fields at the root of the operation.
    #[error("{value} root fields exceed the maximum of {limit}")]
    TooManyRootFields {
        /// What the document has.
        value: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Brackets or fields are nested too deeply.
    #[error("{what} of {value} exceeds the maximum of {limit}")]
    TooDeep {
        /// What is measured.
        what: &'static str,
        /// What the document has.
        value: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Too much of something, or too high a cost.
    #[error("{what} of {value} exceeds the maximum of {limit}")]
    TooComplex {
        /// What is measured.
        what: &'static str,
        /// What the document has.
        value: u64,
        /// What is allowed.
        limit: u64,
    },
    /// A page larger than allowed.
    #[error("page size {value} exceeds the maximum of {limit}")]
    PageTooLarge {
        /// What the document asks for, as it is written there.
        value: String,
        /// What is allowed.
        limit: usize,
    },
}

impl Fault {
    /// The value of `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "BAD_REQUEST",
            Self::TooManyAliases { .. } => "TOO_MANY_ALIASES",
            Self::TooManyRootFields { .. } => "TOO_MANY_ROOT_FIELDS",
            Self::TooDeep { .. } => "QUERY_TOO_DEEP",
            Self::TooComplex { .. } => "QUERY_TOO_COMPLEX",
            Self::PageTooLarge { .. } => "PAGE_TOO_LARGE",
        }
    }

    /// Refuses a count above its limit.
    pub(crate) fn above(what: &'static str, value: usize, limit: usize) -> Result<(), Self> {
        if value > limit {
            return Err(Self::TooComplex { what, value: value as u64, limit: limit as u64 });
        }
        Ok(())
    }
}
