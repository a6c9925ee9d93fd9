//! What reviewers do: approve or hand back what another client submitted. No client approves what it, or a client made by
//! it or by its maker, wrote.

use super::step::{Moved, move_to};
use super::{Change, Edit, Refusal};
use crate::domain::publication::Step;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::{RevisionAction, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::store::NewItem;

/// What makes a client one of an item's writers.
const WRITING: [RevisionAction; 5] = [
    RevisionAction::Created,
    RevisionAction::Updated,
    RevisionAction::Translated,
    RevisionAction::Verified,
    RevisionAction::Restored,
];

/// Approves the version that is in review.
#[derive(Clone, Debug)]
pub struct Approve {
    /// The item.
    pub id: String,
    /// The version that is approved.
    pub expected_version: i32,
}

impl Change for Approve {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.in_review(&self.id, self.expected_version).await?;
        edit.authorise(&[Scope::ContentReview], &[&target.item], "input.id")?;
        let status = target.take(Step::Approve)?;
        let store = &edit.app.store;
        let actions = WRITING.map(|action| action.as_str());
        let writers = store.writers_of(edit.tx()?, target.item.content.id, &actions).await?;
        let own = store.first_maker(edit.tx()?, edit.actor().client).await?;
        for writer in writers {
            if store.first_maker(edit.tx()?, writer).await? == own {
                let message = "was written by this client or by one of the same making";
                return Err(Fault::new(FaultCode::SelfApprovalForbidden, "input.id", message).into());
            }
        }
        let moved = Moved { status, action: RevisionAction::Approved, note: None, what: Some("APPROVED") };
        let item = move_to(edit, &target, moved, |_| {}).await?;
        let review = entity::review::Model {
            content_id: item.content.id,
            approved_version: item.content.version,
            approved_by: edit.actor().client,
        };
        edit.app.store.save_review(edit.tx()?, review).await?;
        Ok(item)
    }
}

/// Hands what is in review back to its writers.
#[derive(Clone, Debug)]
pub struct Reject {
    /// The item.
    pub id: String,
    /// The version that is handed back.
    pub expected_version: i32,
    /// What is wrong with it, for its writers.
    pub reason: String,
}

impl Change for Reject {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.in_review(&self.id, self.expected_version).await?;
        edit.authorise(&[Scope::ContentReview], &[&target.item], "input.id")?;
        let status = target.take(Step::Reject)?;
        let note = Some(self.reason.clone());
        let moved = Moved { status, action: RevisionAction::Rejected, note, what: Some("REJECTED") };
        move_to(edit, &target, moved, |_| {}).await
    }
}
