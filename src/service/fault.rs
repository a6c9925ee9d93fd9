//! What is wrong with an input: a code, the field, and a sentence. Must not carry internal causes.

use std::fmt;

use crate::domain::text::TextFault;
/// The codes of expected refusals, as mutations answer them.
pub use crate::domain::vocabulary::UserErrorCode as FaultCode;
use crate::domain::vocabulary::Vocabulary;

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

    /// A refusal of a text.
    pub fn of_text(fault: &TextFault, field: impl Into<String>) -> Self {
        let code = match fault {
            TextFault::Empty => FaultCode::TooShort,
            TextFault::TooLong { .. } => FaultCode::TooLong,
            TextFault::Control(_) | TextFault::Bidirectional(_) => FaultCode::Invalid,
        };
        Self::new(code, field, fault.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.code.as_str(), self.field, self.message)
    }
}
