//! The guard of fields that need a scope: the only place that decides by scope alone. Must not know items: ownership,
//! region and state are the service's to check.
//!
//! `#[graphql(guard = "RequireScope(&[Scope::ClientsManage])")]`, with "Requires scope `clients:manage`." in the field's
//! description.

use async_graphql::{Context, Guard, Result};

use super::context::ContextExt;
use super::error::ApiError;
use crate::domain::scope::Scope;

/// Lets a field run only for a client that holds one of the scopes, wherever its grant holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequireScope(pub(crate) &'static [Scope]);

impl RequireScope {
    /// Refuses as the guard does: for fields whose scope depends on what they are given.
    pub(crate) fn require(self, ctx: &Context<'_>) -> std::result::Result<(), ApiError> {
        match ctx.actor() {
            None => Err(ApiError::Unauthenticated(format!("an access token is required; it needs {}", named(self.0)))),
            Some(actor) if self.0.iter().any(|scope| actor.has(*scope)) => Ok(()),
            Some(_) => Err(lacking(self.0)),
        }
    }
}

impl Guard for RequireScope {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        Ok(self.require(ctx)?)
    }
}

/// The error of a token that lacks each of the scopes of which one is needed.
pub(crate) fn lacking(scopes: &[Scope]) -> ApiError {
    ApiError::InsufficientScope(format!("the access token lacks {}", named(scopes)))
}

/// "scope `a`", or "scope `a`, `b` or `c`".
fn named(scopes: &[Scope]) -> String {
    let names: Vec<String> = scopes.iter().map(|scope| format!("`{}`", scope.as_str())).collect();
    match names.split_last() {
        Some((last, [])) => format!("scope {last}"),
        Some((last, others)) => format!("scope {} or {last}", others.join(", ")),
        None => "a scope".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_named_as_a_person_would() {
        let all = [Scope::ResourcesWrite, Scope::EventsWrite, Scope::CampaignsWrite];
        assert_eq!(named(&all[..1]), "scope `resources:write`");
        assert_eq!(named(&all[..2]), "scope `resources:write` or `events:write`");
        assert_eq!(named(&all), "scope `resources:write`, `events:write` or `campaigns:write`");
    }
}
