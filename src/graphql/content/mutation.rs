//! Mutations that work for content of every kind: translating, verifying, and the steps in the life of an item. Must not
//! decide who may take a step: the guard and the service do.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::input::{
    ContentApproveInput, ContentArchiveInput, ContentPublishInput, ContentRedactInput, ContentRejectInput,
    ContentRestoreInput, ContentScheduleInput, ContentSpotlightInput, ContentSubmitInput, ContentTranslateInput,
    ContentVerifyInput, ContentWithdrawInput, EmergencyWithdrawInput,
};
use super::{Answered, Content, answer, caller, content_node, look_at, patch};
use crate::domain::scope::Scope;
use crate::domain::text::Block;
use crate::domain::vocabulary::RevisionAction;
use crate::graphql::access::RequireScope;
use crate::graphql::context::ContextExt;
use crate::graphql::given::Given;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning};
use crate::service::edit::{
    Approve, Archive, Change, EmergencyWithdraw, Publish, Redact, Refusal, Reject, Restore, Schedule, Spotlight,
    Submit, Translate, Withdraw, perform, scrub,
};

/// A reason, in characters.
type Reason = Block<2000>;

const WRITE: &[Scope] = &[Scope::ResourcesWrite, Scope::EventsWrite, Scope::CampaignsWrite, Scope::UpdatesWrite];
const PUBLISH: &[Scope] = &[
    Scope::ResourcesPublish,
    Scope::EventsPublish,
    Scope::CampaignsPublish,
    Scope::UpdatesPublish,
    Scope::AlertsIssue,
];
const WITHDRAW: &[Scope] = &[
    Scope::ResourcesPublish,
    Scope::EventsPublish,
    Scope::CampaignsPublish,
    Scope::UpdatesPublish,
    Scope::AlertsIssue,
    Scope::AlertsCancel,
];
const TRANSLATE: &[Scope] = &[Scope::TranslationsWrite, Scope::TranslationsReview];

macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $payload:ident,)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, SimpleObject)]
        pub(crate) struct $payload {
            /// The item as it is now; null if nothing was changed.
            content: Option<Content>,
            /// Why nothing was changed; empty if it was.
            user_errors: Vec<UserError>,
            /// What to look at again; it was stored all the same.
            warnings: Vec<Warning>,
        }

        impl From<Answered> for $payload {
            fn from(answered: Answered) -> Self {
                let Answered { item, user_errors, warnings, view } = answered;
                Self { content: item.map(|item| content_node(&item, &view)), user_errors, warnings }
            }
        }
    )+};
}

payloads! {
    /// What came of a translation.
    ContentTranslatePayload,
    /// What came of a verification.
    ContentVerifyPayload,
    /// What came of handing a draft to a reviewer.
    ContentSubmitPayload,
    /// What came of an approval.
    ContentApprovePayload,
    /// What came of handing an item back.
    ContentRejectPayload,
    /// What came of a publication.
    ContentPublishPayload,
    /// What came of planning a publication.
    ContentSchedulePayload,
    /// What came of a withdrawal.
    ContentWithdrawPayload,
    /// What came of putting an item away.
    ContentArchivePayload,
    /// What came of restoring a revision.
    ContentRestorePayload,
    /// What came of a spotlight.
    ContentSpotlightPayload,
    /// What came of an emergency withdrawal.
    EmergencyWithdrawPayload,
    /// What came of a redaction.
    ContentRedactPayload,
}

/// Makes a change that is read from an input.
async fn change<C: Change>(
    ctx: &Context<'_>,
    input: serde_json::Value,
    read: impl FnOnce(&mut Members) -> std::result::Result<C, Refusal>,
) -> Result<Answered> {
    let caller = caller(ctx)?;
    let outcome = match read(&mut Members::of(input)) {
        Ok(change) => Box::pin(perform(ctx.app(), &caller, &change)).await,
        Err(refusal) => Err(refusal),
    };
    answer(ctx, outcome, Vec::new())
}

fn reason(members: &mut Members) -> std::result::Result<Option<String>, Refusal> {
    Ok(members.optional::<Reason>("reason")?.map(|reason| reason.to_string()))
}

/// Mutations of content of every kind.
#[derive(Debug, Default)]
pub(crate) struct ContentMutation;

#[Object]
impl ContentMutation {
    /// Adds a translation to an item of the own organization, or replaces the one in its language. Requires scope
    /// `translations:write`, or `translations:review` for one that says it was reviewed and for a drug alert that is
    /// out.
    #[graphql(guard = "RequireScope(TRANSLATE)")]
    async fn content_translate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and the translation.")] input: Given<ContentTranslateInput>,
    ) -> Result<Option<ContentTranslatePayload>> {
        let input = input.into_json(ctx);
        let said = look_at(&Members::of(input.clone()), "und");
        let answered = change(ctx, input, |members| {
            Ok(Translate {
                id: members.required("id")?,
                expected_version: members.required("expectedVersion")?,
                translation: members.required("translation")?,
            })
        })
        .await?;
        Ok(Some(Answered { warnings: said, ..answered }.into()))
    }

    /// Says who checked the facts of an item of the own organization, and when. Requires scope `resources:write`,
    /// `events:write`, `campaigns:write` or `updates:write`, by the kind of the item.
    #[graphql(guard = "RequireScope(WRITE)")]
    async fn content_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and who checked it.")] input: Given<ContentVerifyInput>,
    ) -> Result<Option<ContentVerifyPayload>> {
        let caller = caller(ctx)?;
        let members = Members::of(input.into_json(ctx));
        let outcome = patch(ctx, &caller, None, members, RevisionAction::Verified).await;
        Ok(Some(answer(ctx, outcome, Vec::new())?.into()))
    }

    /// Hands a draft to a reviewer. Requires scope `resources:write`, `events:write`, `campaigns:write` or
    /// `updates:write`, by the kind of the item.
    #[graphql(guard = "RequireScope(WRITE)")]
    async fn content_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] input: Given<ContentSubmitInput>,
    ) -> Result<Option<ContentSubmitPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Submit { id, expected_version })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Approves the version of an item that is in review, of any organization. No client approves what it, or a client
    /// made by it or by its maker, wrote. Requires scope `content:review`.
    #[graphql(guard = "RequireScope(&[Scope::ContentReview])")]
    async fn content_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] input: Given<ContentApproveInput>,
    ) -> Result<Option<ContentApprovePayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Approve { id, expected_version })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Hands an item that is in review, of any organization, back to its writers, with a reason. Requires scope
    /// `content:review`.
    #[graphql(guard = "RequireScope(&[Scope::ContentReview])")]
    async fn content_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and why.")] input: Given<ContentRejectInput>,
    ) -> Result<Option<ContentRejectPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Reject { id, expected_version, reason: members.required::<Reason>("reason")?.to_string() })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Publishes an item of the own organization now. Drug alerts, disclosed places of direct actions and links to give
    /// money need the approval of a second client first (`SECOND_REVIEWER_REQUIRED`). Requires scope
    /// `resources:publish`, `events:publish`, `campaigns:publish`, `updates:publish` or, for a drug alert,
    /// `alerts:issue`.
    #[graphql(guard = "RequireScope(PUBLISH)")]
    async fn content_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] input: Given<ContentPublishInput>,
    ) -> Result<Option<ContentPublishPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Publish { id, expected_version })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Plans that an item of the own organization is published by itself at a time, at most 400 days ahead; it is, within
    /// a second of it. Requires the scope that `contentPublish` does. Requires scope `resources:publish`,
    /// `events:publish`, `campaigns:publish`, `updates:publish` or, for a drug alert, `alerts:issue`.
    #[graphql(guard = "RequireScope(PUBLISH)")]
    async fn content_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and when.")] input: Given<ContentScheduleInput>,
    ) -> Result<Option<ContentSchedulePayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Schedule { id, expected_version, at: members.required("at")? })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Takes an item of the own organization back: it is gone at once from lists, look-ups and references. Requires
    /// scope `resources:publish`, `events:publish`, `campaigns:publish`, `updates:publish` or, for a drug alert,
    /// `alerts:issue` or `alerts:cancel`.
    #[graphql(guard = "RequireScope(WITHDRAW)")]
    async fn content_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and why.")] input: Given<ContentWithdrawInput>,
    ) -> Result<Option<ContentWithdrawPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Withdraw { id, expected_version, reason: reason(members)? })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Puts an item of the own organization away: no longer current, and kept for the record. Requires scope
    /// `resources:publish`, `events:publish`, `campaigns:publish`, `updates:publish` or, for a drug alert,
    /// `alerts:issue` or `alerts:cancel`.
    #[graphql(guard = "RequireScope(WITHDRAW)")]
    async fn content_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] input: Given<ContentArchiveInput>,
    ) -> Result<Option<ContentArchivePayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Archive { id, expected_version })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Makes an earlier revision the content of an item of the own organization again. What was withdrawn, archived or
    /// expired becomes a draft; what is published or scheduled stays so, which takes the scope that publishes it, too.
    /// Requires scope `resources:write`, `events:write`, `campaigns:write` or `updates:write`, by the kind of the item.
    #[graphql(guard = "RequireScope(WRITE)")]
    async fn content_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and which revision.")] input: Given<ContentRestoreInput>,
    ) -> Result<Option<ContentRestorePayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.required("expectedVersion")?);
            Ok(Restore { id, expected_version, version: members.required("version")? })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Points to a published item of any organization until a time, at most 400 days ahead, or no longer. Requires scope
    /// `content:spotlight`.
    #[graphql(guard = "RequireScope(&[Scope::ContentSpotlight])")]
    async fn content_spotlight(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and until when.")] input: Given<ContentSpotlightInput>,
    ) -> Result<Option<ContentSpotlightPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.optional("expectedVersion")?);
            Ok(Spotlight { id, expected_version, until: members.optional("until")? })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Takes an item that is or was published, of any organization, back at once for safety. Requires scope
    /// `content:withdraw`.
    #[graphql(guard = "RequireScope(&[Scope::ContentWithdraw])")]
    async fn emergency_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and why.")] input: Given<EmergencyWithdrawInput>,
    ) -> Result<Option<EmergencyWithdrawPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.optional("expectedVersion")?);
            Ok(EmergencyWithdraw { id, expected_version, reason: reason(members)? })
        });
        Ok(Some(answered.await?.into()))
    }

    /// Erases what an item says, of any organization if it is or was published: its texts in every language, its
    /// links, its source and all its revisions. What remains is a tombstone. It cannot be undone. Requires scope
    /// `content:withdraw`.
    #[graphql(guard = "RequireScope(&[Scope::ContentWithdraw])")]
    async fn content_redact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] input: Given<ContentRedactInput>,
    ) -> Result<Option<ContentRedactPayload>> {
        let answered = change(ctx, input.into_json(ctx), |members| {
            let (id, expected_version) = (members.required("id")?, members.optional("expectedVersion")?);
            Ok(Redact { id, expected_version })
        })
        .await?;
        if answered.item.is_some() {
            scrub(ctx.app()).await;
        }
        Ok(Some(answered.into()))
    }
}
