//! Ending a drug alert: easier than issuing one, and never in need of a second client. What it said is taken away, so that
//! nobody acts on it any more, wherever it is read; earlier revisions keep it.

use super::authority::is_drug_alert;
use super::redact::erased_detail;
use super::step::{Moved, move_to};
use super::{Change, Edit, Refusal};
use crate::domain::content::{ContentText, Title};
use crate::domain::locale::{Locale, LocalizedText};
use crate::domain::scope::Scope;
use crate::domain::text::fold;
use crate::domain::vocabulary::{PublicationStatus, RevisionAction, TranslationOrigin, UpdateMessageType, Vocabulary};
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
    /// What people should know now; none says nothing more than that it ended.
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
        let instructions = self.instructions.as_ref().map_or(Ok("[]".to_string()), column)?;
        let detail = match &target.item.detail {
            Detail::Update(row) => erased_detail(&row.detail)?,
            _ => return Err(Fault::new(FaultCode::Invalid, "input.id", "is not the id of a drug alert").into()),
        };
        let texts = ended_texts(self.message_type, target.item.content.version.saturating_add(1))?;
        let packed = column(&texts)?;
        let message_type = self.message_type.as_str().to_string();
        let status = target.status();
        let moved = Moved { status, action: RevisionAction::Cancelled, note: None, what: None };
        move_to(edit, &target, moved, |item| {
            if let Detail::Update(row) = &mut item.detail {
                row.message_type = message_type;
                row.instructions = instructions;
                row.detail = detail;
            }
            item.content.title_key = texts.first().map(|original| fold(&original.title)).unwrap_or_default();
            item.content.locales = texts.iter().fold(",".to_string(), |all, text| format!("{all}{},", text.locale));
            item.content.texts = packed;
            item.content.body = None;
        })
        .await
    }
}

/// What stands in place of an alert's texts.
fn ended_texts(message_type: UpdateMessageType, version: i32) -> Result<Vec<ContentText>, Fault> {
    let (english, french) = match message_type {
        UpdateMessageType::AllClear => ("This alert is over", "Cette alerte est terminée"),
        _ => ("This alert is cancelled", "Cette alerte est annulée"),
    };
    let text = |locale: &str, origin, title: &str| {
        let broken = |fault: String| Fault::new(FaultCode::Invalid, "stored", fault);
        Ok(ContentText {
            locale: Locale::parse(locale).map_err(broken)?,
            origin,
            based_on: version,
            title: Title::parse(title).map_err(|fault| broken(fault.to_string()))?,
            summary: None,
            has_body: false,
        })
    };
    Ok(vec![text("en-CA", TranslationOrigin::Original, english)?, text("fr-CA", TranslationOrigin::Human, french)?])
}
