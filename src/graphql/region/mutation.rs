//! Mutations of regions. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::Region;
use super::input::RegionUpsertInput;
use crate::domain::scope::Scope;
use crate::graphql::access::RequireScope;
use crate::graphql::content::{caller, split};
use crate::graphql::context::ContextExt;
use crate::graphql::given::Given;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning};
use crate::service::edit::upsert_catalog;

/// What came of writing a region.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RegionUpsertPayload {
    /// The region as it is now; null if nothing was changed.
    region: Option<Region>,
    /// Why nothing was changed; empty if it was.
    user_errors: Vec<UserError>,
    /// What to look at again.
    warnings: Vec<Warning>,
}

/// Mutations of regions.
#[derive(Debug, Default)]
pub(crate) struct RegionMutation;

#[Object]
impl RegionMutation {
    /// Makes a region, or replaces what the one of the same slug says. Requires scope `regions:manage`.
    #[graphql(guard = "RequireScope(&[Scope::RegionsManage])")]
    async fn region_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: Given<RegionUpsertInput>,
    ) -> Result<Option<RegionUpsertPayload>> {
        let caller = caller(ctx)?;
        let members = Members::of(input.into_json(ctx));
        let outcome = upsert_catalog(ctx.app(), &caller, "region", members.as_map()).await;
        let (view, warnings) = (ctx.view(None)?, Vec::new());
        Ok(Some(match split(outcome)? {
            Ok(done) => {
                let catalog = ctx.app().store.catalog();
                let region = Region::of_key(&catalog, done.0, &view);
                RegionUpsertPayload { region, user_errors: Vec::new(), warnings }
            }
            Err(user_errors) => RegionUpsertPayload { region: None, user_errors, warnings },
        }))
    }
}
