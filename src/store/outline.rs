//! What lists show of the table of an item's kind, as it stands in its envelope: values between commas, in the order of the
//! migration that made the column. Must not read the database.

use std::str::{FromStr, Split};

use sea_orm::DbErr;

use super::Detail;

/// The outline of a detail. The database says the same of what nobody told it.
pub(super) fn outline(detail: &Detail) -> String {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    match detail {
        Detail::Resource(row) => [row.category.as_str(), &row.format].join(","),
        Detail::Event(row) => [
            row.kind.as_str(),
            &row.format,
            &row.event_status,
            &row.time_zone,
            &row.starts_at.to_string(),
            &row.ends_at.map(|at| at.to_string()).unwrap_or_default(),
            &row.starts_at_local,
            &or_empty(&row.ends_at_local),
            if row.is_all_day { "1" } else { "0" },
        ]
        .join(","),
        Detail::Campaign(row) => {
            [row.kind.as_str(), &row.state, &row.urgency, &or_empty(&row.starts_on), &or_empty(&row.ends_on)].join(",")
        }
        // Lists show most of it.
        Detail::Update(_) => String::new(),
    }
}

/// Fills what an outline says into a detail.
pub(super) fn fill(detail: &mut Detail, outline: &str) -> Result<(), DbErr> {
    let mut values = Values(outline.split(','));
    match detail {
        Detail::Resource(row) => {
            row.category = values.next()?;
            row.format = values.next()?;
        }
        Detail::Event(row) => {
            row.kind = values.next()?;
            row.format = values.next()?;
            row.event_status = values.next()?;
            row.time_zone = values.next()?;
            row.starts_at = values.next()?;
            row.ends_at = values.optional()?;
            row.starts_at_local = values.next()?;
            row.ends_at_local = values.optional()?;
            row.is_all_day = values.next::<u8>()? == 1;
        }
        Detail::Campaign(row) => {
            row.kind = values.next()?;
            row.state = values.next()?;
            row.urgency = values.next()?;
            row.starts_on = values.optional()?;
            row.ends_on = values.optional()?;
        }
        Detail::Update(_) => {}
    }
    Ok(())
}

struct Values<'a>(Split<'a, char>);

impl Values<'_> {
    fn next<T: FromStr>(&mut self) -> Result<T, DbErr> {
        let value = self.0.next().and_then(|value| value.parse().ok());
        value.ok_or_else(|| DbErr::Type("a value of a stored outline is missing or none of its type".to_string()))
    }

    /// Nothing, where nothing stands.
    fn optional<T: FromStr>(&mut self) -> Result<Option<T>, DbErr> {
        if self.0.clone().next() == Some("") {
            self.0.next();
            return Ok(None);
        }
        self.next().map(Some)
    }
}
