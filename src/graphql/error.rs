//! Errors of resolvers, by whose fault they are; each becomes a message and `extensions.code`. The cause of an internal
//! fault goes to the log, never to the client.

use async_graphql::{Error, ErrorExtensions};
use sea_orm::{DbErr, SqlErr};

use crate::service::access::AccessError;

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
    Internal(DbErr),
}

impl From<DbErr> for ApiError {
    fn from(cause: DbErr) -> Self {
        Self::Internal(cause)
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Database(cause) => Self::Internal(cause),
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
                tracing::error!(error.kind = kind(&cause), "the database failed");
                let (code, message) = blame(&cause);
                (code, message.to_string())
            }
        };
        Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
    }
}

const BUSY: (&str, &str) = ("OVERLOADED", "the server is busy, try again later");
const BUSY_SIGNS: [&str; 3] = ["deadlock detected", "could not serialize", "database is locked"];

/// What a client is told of a failure in the database: a code and a fixed sentence.
fn blame(cause: &DbErr) -> (&'static str, &'static str) {
    match cause {
        DbErr::ConnectionAcquire(_) => BUSY,
        // A write that others came before too often, or that waited for too long.
        _ if matches!(cause.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => BUSY,
        _ if BUSY_SIGNS.iter().any(|sign| cause.to_string().contains(sign)) => BUSY,
        _ if cause.to_string().contains("statement timeout") => ("TIMEOUT", "the read took too long, ask for less"),
        _ => ("INTERNAL", "something failed on our side"),
    }
}

/// What failed, without the statement's text or values, which may hold what a client sent.
fn kind(cause: &DbErr) -> &'static str {
    match cause {
        DbErr::ConnectionAcquire(_) => "no connection in time",
        DbErr::Conn(_) => "connection",
        DbErr::Exec(_) | DbErr::Query(_) => "statement",
        DbErr::Type(_) | DbErr::Json(_) => "stored value",
        DbErr::Custom(_) => "batched read",
        _ => "other",
    }
}
