//! Making an earlier revision an item's content again.

use super::authority::{critical_parts, publish_scopes, write_scope};
use super::redact::is_redacted;
use super::update::put;
use super::{Change, Edit, Refusal};
use crate::domain::publication::Step;
use crate::domain::vocabulary::{PublicationStatus, RevisionAction};
use crate::service::fault::{Fault, FaultCode};
use crate::service::line;
use crate::store::{NewItem, Saving};

/// Makes an earlier version the content of the next one. What was withdrawn, expired or archived becomes a draft.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The item.
    pub id: String,
    /// The version that the change is based on.
    pub expected_version: i32,
    /// The version to restore.
    pub version: i32,
}

impl Change for Restore {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        edit.authorise(&[write_scope(target.kind)], &[&target.item], "input.id")?;
        if is_redacted(&target) {
            let message = "was redacted: nothing is left to restore";
            return Err(Fault::new(FaultCode::InvalidStateTransition, "input.id", message).into());
        }
        let status = target.take(Step::Restore)?;
        let revision = edit.app.store.find_revision(edit.tx()?, target.item.content.id, self.version).await?;
        let snapshot = revision.and_then(|revision| revision.snapshot).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, "input.version", format!("there is no revision {}", self.version))
        })?;
        let (input, _) = line::read(&snapshot, edit.now)?;
        let (item, ids) = put(edit, &target, &input, status).await?;
        edit.authorise(&[write_scope(target.kind)], &[&item], "input.id")?;
        edit.authorise_parts(Some(&target.item), &item)?;
        if matches!(status, PublicationStatus::Published | PublicationStatus::Scheduled) {
            edit.authorise(publish_scopes(&item), &[&target.item, &item], "input.id")?;
            let critical = critical_parts(&item);
            if !critical.is_empty() && critical != critical_parts(&target.item) {
                let message = "a second client must approve this: withdraw the item first, so that it becomes a draft";
                return Err(Fault::new(FaultCode::SecondReviewerRequired, "input.id", message).into());
            }
        }
        let saving = Saving { item: &item, before: Some(&target.item), what: None, at: edit.now };
        edit.save(saving, &ids, RevisionAction::Restored, Some(format!("version {}", self.version))).await?;
        Ok(item)
    }
}
