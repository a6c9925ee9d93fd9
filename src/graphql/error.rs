//! Errors of resolvers, by whose fault they are; each becomes a message and `extensions.code`. The cause of an internal
//! fault goes to the log, never to the client.

use std::sync::Arc;

use async_graphql::{Error, ErrorExtensions};
use sea_orm::DbErr;

use crate::service::access::AccessError;
use crate::store::fault;

/// An error of a resolver. It has no `Display`, since the engine would take that for its whole conversion.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// An argument is wrong: names it and the limit.
    BadInput(String),
    /// A cursor does not parse or belongs to another ordering; names the argument.
    Cursor(&'static str),
    /// A token is needed and none came; the text says which scope it needs.
    Unauthenticated(String),
    /// The token lacks a scope; names those that would do.
    InsufficientScope(String),
    /// A page is too large.
    Page {
        /// Size asked for.
        found: usize,
        /// Size allowed.
        maximum: usize,
    },
    /// Something of ours failed.
    Internal(Arc<DbErr>),
}

impl From<DbErr> for ApiError {
    fn from(cause: DbErr) -> Self {
        Self::Internal(Arc::new(cause))
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Database(cause) => cause.into(),
            AccessError::Invalid => Self::Unauthenticated(error.to_string()),
            AccessError::Lacks(_) => Self::InsufficientScope(error.to_string()),
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let (code, message) = match error {
            ApiError::BadInput(message) => ("BAD_REQUEST", message),
            ApiError::Unauthenticated(message) => ("UNAUTHENTICATED", message),
            ApiError::InsufficientScope(message) => ("INSUFFICIENT_SCOPE", message),
            ApiError::Cursor(name) => {
                ("INVALID_CURSOR", format!("{name}: the cursor is not one of this list and ordering"))
            }
            ApiError::Page { found, maximum } => {
                ("PAGE_TOO_LARGE", format!("page size {found} exceeds the maximum of {maximum}"))
            }
            ApiError::Internal(cause) => {
                let (code, message) = blame(&cause);
                if code == "OVERLOADED" {
                    tracing::debug!(cause = fault::summary(&cause), "the database is busy");
                } else {
                    tracing::error!(cause = fault::summary(&cause), "the database failed");
                }
                (code, message.to_string())
            }
        };
        Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
    }
}

/// What a client is told of a failure in the database: a code and a fixed sentence.
fn blame(cause: &DbErr) -> (&'static str, &'static str) {
    match cause {
        _ if fault::is_busy(cause) => ("OVERLOADED", "the server is busy, try again later"),
        _ if cause.to_string().contains("statement timeout") => ("TIMEOUT", "the read took too long, ask for less"),
        _ => ("INTERNAL", "something failed on our side"),
    }
}
