//! When a series takes place: rules of RFC 5545 in civil time, with exceptions, additions and overrides. Must not read a
//! clock or a database.

mod expand;
mod rule;
mod sentence;
mod series;

pub use expand::Expansion;
pub use rule::{Day, Frequency, Rule, Until};
pub use series::{MOST, Occurrence, Series, SeriesFault};
