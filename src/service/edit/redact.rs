//! Taking any organization's item back for safety, and erasing what it said. What remains of a redacted item is a
//! tombstone: its id, its states and its place in the change log.

use std::time::Duration;

use super::step::{Moved, forget_plan, move_to};
use super::target::Target;
use super::{Change, Edit, Refusal};
use crate::app::App;
use crate::domain::publication::Step;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::RevisionAction;
use crate::service::fault::{Fault, FaultCode};
use crate::store::{Detail, NewItem, Saving};

/// Withdraws an item at once.
#[derive(Clone, Debug)]
pub struct EmergencyWithdraw {
    /// The item, of any organization.
    pub id: String,
    /// The version that the change is based on, if it matters.
    pub expected_version: Option<i32>,
    /// Why, for those who read revisions.
    pub reason: Option<String>,
}

impl Change for EmergencyWithdraw {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.published_once(&self.id, self.expected_version).await?;
        edit.authorise(&[Scope::ContentWithdraw], &[&target.item], "input.id")?;
        let status = target.take(Step::EmergencyWithdraw)?;
        let note = self.reason.clone();
        let moved = Moved { status, action: RevisionAction::EmergencyWithdrawn, note, what: Some("WITHDRAWN") };
        move_to(edit, &target, moved, |item| forget_plan(item, target.status())).await
    }
}

/// Erases what an item says, everywhere.
#[derive(Clone, Debug)]
pub struct Redact {
    /// The item, of any organization.
    pub id: String,
    /// The version that the change is based on, if it matters.
    pub expected_version: Option<i32>,
}

impl Change for Redact {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.published_once(&self.id, self.expected_version).await?;
        edit.authorise(&[Scope::ContentWithdraw], &[&target.item], "input.id")?;
        let status = target.take(Step::Redact)?;
        let mut item = target.item.clone();
        item.content.status = crate::domain::vocabulary::Vocabulary::as_str(status).to_string();
        item.content.version = item.content.version.saturating_add(1);
        item.content.updated_at = edit.now.as_micros();
        forget_plan(&mut item, target.status());
        erase(&mut item).map_err(|fault| Refusal::Faults(vec![fault]))?;
        let saving = Saving { item: &item, before: Some(&target.item), what: Some("REDACTED"), at: edit.now };
        edit.save(saving, &std::collections::HashMap::new(), RevisionAction::Redacted, None).await?;
        edit.app.store.erase_revisions(edit.tx()?, item.content.id).await?;
        Ok(item)
    }
}

/// Longest that a redaction waits for the files: what takes longer is done by the worker.
const PATIENCE: Duration = Duration::from_secs(2);

/// Takes what was erased out of the database's files too, after the commit. The redaction holds whatever comes of it.
pub async fn scrub(app: &App) {
    if !matches!(tokio::time::timeout(PATIENCE, app.store.scrub()).await, Ok(Ok(()))) {
        tracing::warn!("what was erased is not yet out of the database's files; it is tried again");
    }
}

/// What stands where a text was erased.
const ERASED: &str = r#"[{"locale":"en-CA","origin":"ORIGINAL","basedOn":1,"title":"Redacted","hasBody":false},{"locale":"fr-CA","origin":"HUMAN","basedOn":1,"title":"Caviardé","hasBody":false}]"#;

/// Takes everything out of an item that its writers said, its name in addresses included.
fn erase(item: &mut NewItem) -> Result<(), Fault> {
    let content = &mut item.content;
    content.slug = format!("~{}", content.public_id);
    content.wanted_slug = Some(format!("redacted-{}", content.public_id));
    content.texts = ERASED.to_string();
    content.locales = ",en-CA,fr-CA,".to_string();
    content.title_key = "redacted".to_string();
    content.attribution = None;
    content.content_notes = String::new();
    content.source_system = None;
    content.source_external_id = None;
    content.source = None;
    content.verification = None;
    content.spotlight_until = None;
    content.body = None;
    item.links = Vec::new();
    match &mut item.detail {
        Detail::Resource(row) => {
            row.external_url = None;
            row.files = "[]".to_string();
            row.evidence = "[]".to_string();
            row.license = None;
            row.superseded_by = None;
            row.languages = String::new();
            row.audience = String::new();
        }
        Detail::Event(row) => {
            row.detail = "{}".to_string();
            row.languages = String::new();
            row.features = String::new();
            row.campaign_id = None;
        }
        Detail::Campaign(row) => row.detail = "{}".to_string(),
        Detail::Update(row) => {
            row.instructions = "[]".to_string();
            row.supersedes = None;
            row.detail = erased_detail(&row.detail)?;
        }
    }
    Ok(())
}

/// What a detail must have to be read again: words of vocabularies, and no text.
pub(super) fn erased_detail(detail: &str) -> Result<String, Fault> {
    let broken = |fault: serde_json::Error| Fault::new(FaultCode::Invalid, "stored", fault.to_string());
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(detail).map_err(broken)?;
    members.retain(|name, _| matches!(name.as_str(), "severity" | "urgency" | "certainty"));
    serde_json::to_string(&members).map_err(broken)
}

/// Whether nothing of an item's text is left.
pub(super) fn is_redacted(target: &Target) -> bool {
    target.item.content.texts == ERASED
}
