//! Mutations of organizations. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::Organization;
use super::input::OrganizationUpsertInput;
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::content::{caller, split};
use crate::graphql::context::ContextExt;
use crate::graphql::given::Given;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning};
use crate::service::edit::upsert_catalog;

/// What came of writing an organization.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct OrganizationUpsertPayload {
    /// The organization as it is now; null if nothing was changed.
    organization: Option<Organization>,
    /// Why nothing was changed; empty if it was.
    user_errors: Vec<UserError>,
    /// What to look at again.
    warnings: Vec<Warning>,
}

/// Mutations of organizations.
#[derive(Debug, Default)]
pub(crate) struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Makes an organization, or replaces what the one of the same slug says. Requires scope `organizations:manage`.
    #[graphql(guard = "RequireScope(&[Scope::OrganizationsManage])")]
    async fn organization_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: Given<OrganizationUpsertInput>,
    ) -> Result<Option<OrganizationUpsertPayload>> {
        let caller = caller(ctx)?;
        let members = Members::of(input.into_json(ctx));
        let outcome = upsert_catalog(ctx.app(), &caller, "organization", members.as_map()).await;
        let (view, warnings) = (ctx.view(None)?, Vec::new());
        Ok(Some(match split(outcome)? {
            Ok(done) => {
                let catalog = ctx.app().store.catalog();
                let organization = Organization::of_key(&catalog, done.0, &view);
                OrganizationUpsertPayload { organization, user_errors: Vec::new(), warnings }
            }
            Err(user_errors) => OrganizationUpsertPayload { organization: None, user_errors, warnings },
        }))
    }
}
