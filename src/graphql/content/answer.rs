//! From what the service made of a change to what a payload shows. Must not decide anything.

use std::sync::Arc;

use async_graphql::{Context, Result};

use crate::domain::view::View;
use crate::graphql::access::{RequireScope, lacking};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning, user_errors};
use crate::service::edit::{Caller, Refusal, warnings};
use crate::store::{Item, NewItem};

/// What a mutation of content answers.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The item as it is now; none if it was not changed.
    pub(crate) item: Option<Arc<Item>>,
    /// Why nothing was changed.
    pub(crate) user_errors: Vec<UserError>,
    /// What to look at again.
    pub(crate) warnings: Vec<Warning>,
    /// How the item is shown.
    pub(crate) view: View,
}

/// The client of a mutation, and what it sees.
pub(crate) fn caller(ctx: &Context<'_>) -> Result<Caller> {
    let actor = ctx.actor().cloned().ok_or_else(|| RequireScope(&[]).require(ctx).err());
    match actor {
        Ok(actor) => Ok(Caller { actor, view: ctx.view(None)? }),
        Err(Some(error)) => Err(error.into()),
        Err(None) => Err(ApiError::Unauthenticated("an access token is required".to_string()).into()),
    }
}

/// Shows what became of a change.
pub(crate) fn answer(
    ctx: &Context<'_>,
    outcome: std::result::Result<NewItem, Refusal>,
    said: Vec<Warning>,
) -> Result<Answered> {
    let view = ctx.view(None)?;
    let (item, user_errors) = match split(outcome)? {
        Ok(item) => (Some(Arc::new(Item::from_stored(&item).map_err(ApiError::from)?)), Vec::new()),
        Err(errors) => (None, errors),
    };
    Ok(Answered { item, user_errors, warnings: said, view })
}

/// What was made, or why it was not; what is no refusal of the input fails the field.
pub(crate) fn split<T>(
    outcome: std::result::Result<T, Refusal>,
) -> std::result::Result<std::result::Result<T, Vec<UserError>>, ApiError> {
    match outcome {
        Ok(made) => Ok(Ok(made)),
        Err(Refusal::Faults(faults)) => Ok(Err(user_errors(faults))),
        Err(Refusal::Scope(scopes)) => Err(lacking(&scopes)),
        Err(Refusal::Access(error)) => Err(error.into()),
        Err(Refusal::Database(cause)) => Err(cause.into()),
    }
}

/// What to look at again in an input.
pub(crate) fn look_at(members: &Members, language: &str) -> Vec<Warning> {
    let language = members.language().unwrap_or_else(|| language.to_string());
    let found = warnings(members.as_map(), &language).into_iter();
    found
        .map(|warning| Warning {
            code: warning.code,
            field: Some(warning.field),
            message: warning.message,
            alternative: warning.alternative,
        })
        .collect()
}
