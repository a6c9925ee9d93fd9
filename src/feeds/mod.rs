//! Feeds for programs that follow: Atom for readers, CAP for alerting systems, iCalendar for calendars. Pure: from items that the store has read to
//! bytes. Must not run statements, know HTTP, or import the other surface.

pub mod atom;
pub mod cap;
pub mod entry;
pub mod ical;
pub mod message;
mod words;
mod xml;

use sea_orm::DbErr;

use crate::domain::update::{ALERT_KINDS, ENDING_TYPES};
use crate::domain::vocabulary::{UpdateKind, UpdateMessageType, Vocabulary};
use crate::store::{Detail, Item};

/// Why a feed cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Something stored is not what this program stores.
    #[error(transparent)]
    Stored(#[from] DbErr),
    /// The writer of XML failed.
    #[error("the feed cannot be written")]
    Write(#[from] std::io::Error),
}

/// The identifier of something with a public id, the same on every server.
pub fn urn(id: &str) -> String {
    format!("urn:solidarity:{id}")
}

/// The row of a drug alert; none if the item is something else.
pub fn alert(item: &Item) -> Option<&entity::regional_update::Model> {
    match &item.detail {
        Detail::Update(row) => UpdateKind::parse(&row.kind).filter(|kind| ALERT_KINDS.contains(kind)).map(|_| row),
        _ => None,
    }
}

/// Whether a drug alert is cancelled or over.
pub fn is_ended(row: &entity::regional_update::Model) -> bool {
    UpdateMessageType::parse(&row.message_type).is_some_and(|ending| ENDING_TYPES.contains(&ending))
}
