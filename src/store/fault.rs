//! What a failure of the database means for who asked, and what the log may say of it.

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

const SIGNS: [&str; 3] = ["deadlock detected", "could not serialize", "database is locked"];

/// Whether the same request may succeed a little later: no connection in time, or a write that others came before too
/// often or that waited for too long.
pub(crate) fn is_busy(cause: &DbErr) -> bool {
    matches!(cause, DbErr::ConnectionAcquire(_)) || came_between(cause)
}

/// Whether a transaction failed only since another was made at the same time.
pub(crate) fn came_between(cause: &DbErr) -> bool {
    matches!(cause.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
        || SIGNS.iter().any(|sign| cause.to_string().contains(sign))
}

/// What failed and the driver's code for it, without the statement's text or values, which may hold what a client sent.
pub(crate) fn summary(cause: &DbErr) -> String {
    let kind = match cause {
        DbErr::ConnectionAcquire(_) => "no connection in time",
        DbErr::Conn(_) => "connection",
        DbErr::Exec(_) | DbErr::Query(_) => "statement",
        DbErr::Type(_) | DbErr::Json(_) => "stored value",
        DbErr::Custom(_) => "rule",
        _ => "other",
    };
    match driver(cause) {
        Some(SqlxError::Database(error)) => format!("{kind}: code {}", error.code().unwrap_or_default()),
        Some(SqlxError::Io(error)) => format!("{kind}: {}", error.kind()),
        Some(SqlxError::PoolClosed) => format!("{kind}: the pool is closed"),
        Some(SqlxError::WorkerCrashed) => format!("{kind}: the driver's thread ended"),
        Some(SqlxError::Protocol(_)) => format!("{kind}: protocol"),
        Some(SqlxError::ColumnDecode { .. } | SqlxError::Decode(_)) => format!("{kind}: a value of another type"),
        _ => kind.to_string(),
    }
}

fn driver(cause: &DbErr) -> Option<&SqlxError> {
    match cause {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
