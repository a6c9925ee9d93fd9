//! Mutations of regional updates, for each object type. Must not decide who may make them: the guard and the service do.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::input::{
    AlertCancelInput, CommunityUpdateCreateInput, CommunityUpdateUpdateInput, CommunityUpdateUpsertInput,
    DrugAlertCreateInput, DrugAlertUpdateInput, DrugAlertUpsertInput, PolicyUpdateCreateInput, PolicyUpdateUpdateInput,
    PolicyUpdateUpsertInput, ServiceUpdateCreateInput, ServiceUpdateUpdateInput, ServiceUpdateUpsertInput,
};
use super::{CommunityUpdate, DrugAlert, PolicyUpdate, ServiceUpdate};
use crate::domain::scope::Scope;
use crate::domain::vocabulary::UpdateMessageType;
use crate::graphql::access::RequireScope;
use crate::graphql::content::{Answered, Envelope, answer, caller, look_at, writing_mutations};
use crate::graphql::context::ContextExt;
use crate::graphql::given::Given;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning};
use crate::service::edit::{CancelAlert, Refusal, perform};

writing_mutations! {
    /// Mutations of drug alerts.
    DrugAlertMutation: DrugAlert drug_alert "drugAlert", "a drug alert"
    requires UpdatesWrite "updates:write"
    create drug_alert_create(DrugAlertCreateInput) -> DrugAlertCreatePayload
    update drug_alert_update(DrugAlertUpdateInput) -> DrugAlertUpdatePayload
    upsert drug_alert_upsert(DrugAlertUpsertInput) -> DrugAlertUpsertPayload
}

writing_mutations! {
    /// Mutations of service updates.
    ServiceUpdateMutation: ServiceUpdate service_update "serviceUpdate", "a service update"
    requires UpdatesWrite "updates:write"
    create service_update_create(ServiceUpdateCreateInput) -> ServiceUpdateCreatePayload
    update service_update_update(ServiceUpdateUpdateInput) -> ServiceUpdateUpdatePayload
    upsert service_update_upsert(ServiceUpdateUpsertInput) -> ServiceUpdateUpsertPayload
}

writing_mutations! {
    /// Mutations of policy updates.
    PolicyUpdateMutation: PolicyUpdate policy_update "policyUpdate", "a policy update"
    requires UpdatesWrite "updates:write"
    create policy_update_create(PolicyUpdateCreateInput) -> PolicyUpdateCreatePayload
    update policy_update_update(PolicyUpdateUpdateInput) -> PolicyUpdateUpdatePayload
    upsert policy_update_upsert(PolicyUpdateUpsertInput) -> PolicyUpdateUpsertPayload
}

writing_mutations! {
    /// Mutations of community updates.
    CommunityUpdateMutation: CommunityUpdate community_update "communityUpdate", "a community update"
    requires UpdatesWrite "updates:write"
    create community_update_create(CommunityUpdateCreateInput) -> CommunityUpdateCreatePayload
    update community_update_update(CommunityUpdateUpdateInput) -> CommunityUpdateUpdatePayload
    upsert community_update_upsert(CommunityUpdateUpsertInput) -> CommunityUpdateUpsertPayload
}

/// What came of ending an alert.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct AlertCancelPayload {
    /// The alert as it is now; null if nothing was changed.
    drug_alert: Option<DrugAlert>,
    /// Why nothing was changed; empty if it was.
    user_errors: Vec<UserError>,
    /// What to look at again; it was stored all the same.
    warnings: Vec<Warning>,
}

/// Mutations of alerts that are out.
#[derive(Debug, Default)]
pub(crate) struct AlertMutation;

#[Object]
impl AlertMutation {
    /// Says of a published drug alert of the own organization that it was wrong (`CANCEL`) or that its danger is over
    /// (`ALL_CLEAR`): it is no longer among `activeAlerts` at once, and stays readable as ended, without what it said;
    /// its revisions keep that. Needs no second client. Requires scope `alerts:cancel` or `alerts:issue`.
    #[graphql(guard = "RequireScope(&[Scope::AlertsCancel, Scope::AlertsIssue])")]
    async fn alert_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert, and what people should know now.")] input: Given<AlertCancelInput>,
    ) -> Result<Option<AlertCancelPayload>> {
        let caller = caller(ctx)?;
        let mut members = Members::of(input.into_json(ctx));
        let said = look_at(&members, "und");
        let read = |members: &mut Members| -> std::result::Result<CancelAlert, Refusal> {
            Ok(CancelAlert {
                id: members.required("id")?,
                expected_version: members.optional("expectedVersion")?,
                message_type: members.optional("messageType")?.unwrap_or(UpdateMessageType::Cancel),
                instructions: members.optional("instructions")?,
            })
        };
        let outcome = match read(&mut members) {
            Ok(cancel) => perform(ctx.app(), &caller, &cancel).await,
            Err(refusal) => Err(refusal),
        };
        let Answered { item, user_errors, warnings, view } = answer(ctx, outcome, said)?;
        let drug_alert = item.map(|item| DrugAlert(Envelope::new(item, view)));
        Ok(Some(AlertCancelPayload { drug_alert, user_errors, warnings }))
    }
}
