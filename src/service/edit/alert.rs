//! Ending a drug alert: easier than issuing one, and never in need of a second client.

use super::authority::is_drug_alert;
use super::step::{Moved, move_to};
use super::{Change, Edit, Refusal};
use crate::domain::locale::LocalizedText;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::{PublicationStatus, RevisionAction, UpdateMessageType, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::service::line::column;
use crate::store::{Detail, NewItem};

/// Says of a published alert that it was wrong, or that its danger is over.
#[derive(Clone, Debug)]
pub struct CancelAlert {
    /// The alert.
    pub id: String,
    /// The version that the change is based on, if the client knows one.
    pub expected_version: Option<i32>,
    /// `CANCEL` or `ALL_CLEAR`.
    pub message_type: UpdateMessageType,
    /// What people should know now, in place of the instructions; none leaves them.
    pub instructions: Option<LocalizedText>,
}

impl Change for CancelAlert {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = match self.expected_version {
            Some(expected) => edit.own(&self.id, None, expected).await?,
            None => edit.own_at_any_version(&self.id, None).await?,
        };
        edit.authorise(&[Scope::AlertsCancel, Scope::AlertsIssue], &[&target.item], "input.id")?;
        if !is_drug_alert(&target.item) {
            return Err(Fault::new(FaultCode::Invalid, "input.id", "is not the id of a drug alert").into());
        }
        if target.status() != PublicationStatus::Published {
            let message = format!("is {}, and can be cancelled only from PUBLISHED", target.status().as_str());
            return Err(Fault::new(FaultCode::InvalidStateTransition, "input.id", message).into());
        }
        if !matches!(self.message_type, UpdateMessageType::Cancel | UpdateMessageType::AllClear) {
            let message = "must be CANCEL or ALL_CLEAR";
            return Err(Fault::new(FaultCode::Invalid, "input.messageType", message).into());
        }
        let instructions = self.instructions.as_ref().map(column).transpose()?;
        let message_type = self.message_type.as_str().to_string();
        let status = target.status();
        let moved = Moved { status, action: RevisionAction::Cancelled, note: None, what: None };
        move_to(edit, &target, moved, |item| {
            if let Detail::Update(row) = &mut item.detail {
                row.message_type = message_type;
                row.instructions = instructions.unwrap_or_else(|| row.instructions.clone());
            }
        })
        .await
    }
}
