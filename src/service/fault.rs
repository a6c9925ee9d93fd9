//! What is wrong with an input: a code, the field, and a sentence. Must not carry internal causes.

use std::fmt;

/// The codes of expected refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    Required,
    Invalid,
    OutOfRange,
    NotUnique,
    InvalidReference,
    InvalidTimeZone,
    NonexistentLocalTime,
    AmbiguousLocalTime,
    InvalidRrule,
    EndsBeforeStart,
    ExpiryRequired,
    ExpiryTooFar,
    LocationTooPrecise,
    TranslationNotReviewed,
}

impl FaultCode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::Invalid => "INVALID",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::NotUnique => "NOT_UNIQUE",
            Self::InvalidReference => "INVALID_REFERENCE",
            Self::InvalidTimeZone => "INVALID_TIME_ZONE",
            Self::NonexistentLocalTime => "NONEXISTENT_LOCAL_TIME",
            Self::AmbiguousLocalTime => "AMBIGUOUS_LOCAL_TIME",
            Self::InvalidRrule => "INVALID_RRULE",
            Self::EndsBeforeStart => "ENDS_BEFORE_START",
            Self::ExpiryRequired => "EXPIRY_REQUIRED",
            Self::ExpiryTooFar => "EXPIRY_TOO_FAR",
            Self::LocationTooPrecise => "LOCATION_TOO_PRECISE",
            Self::TranslationNotReviewed => "TRANSLATION_NOT_REVIEWED",
        }
    }
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What sort of refusal.
    pub code: FaultCode,
    /// The path of the field, such as `input.translations[0].title`.
    pub field: String,
    /// A sentence without the field's name.
    pub message: String,
}

impl Fault {
    /// A refusal of a field.
    pub fn new(code: FaultCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, field: field.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.code.as_str(), self.field, self.message)
    }
}
