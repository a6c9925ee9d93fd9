//! What every mutation answers beside its noun: `<Name>Payload { <noun> userErrors warnings }`. A payload's field at the
//! root is nullable, so that one that fails leaves the answers of the others in the same request standing. Must not
//! refuse: the service does.

use async_graphql::SimpleObject;

use crate::domain::vocabulary::{UserErrorCode, WarningCode};
use crate::service::fault::Fault;

/// One reason why a mutation changed nothing.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UserError {
    /// What sort of reason.
    pub(crate) code: UserErrorCode,
    /// The path of the input that it is about, such as `input.translations[0].title`; null if it is about no single one.
    pub(crate) field: Option<String>,
    /// A sentence for people, in English, without the field's name.
    pub(crate) message: String,
}

impl From<Fault> for UserError {
    fn from(fault: Fault) -> Self {
        let field = Some(fault.field).filter(|field| !field.is_empty());
        Self { code: fault.code, field, message: fault.message }
    }
}

/// The refusals of a service as a payload shows them.
pub(crate) fn user_errors(faults: Vec<Fault>) -> Vec<UserError> {
    faults.into_iter().map(UserError::from).collect()
}

/// Something to look at again in what was written. The change was made all the same.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Warning {
    /// What sort of warning.
    pub(crate) code: WarningCode,
    /// The path of the input that it is about, such as `input.body`; null if it is about no single one.
    pub(crate) field: Option<String>,
    /// A sentence for people, in English.
    pub(crate) message: String,
    /// What could be written instead, in the language of the text; null if nothing is proposed.
    pub(crate) alternative: Option<String>,
}
