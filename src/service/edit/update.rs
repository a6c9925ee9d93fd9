//! Changing items: partial updates, translations, verification. What is public already takes the scope that publishes,
//! and what a second client approved is not changed behind its back.

use serde_json::{Map, Value, json};

use super::authority::{critical_parts, is_drug_alert, publish_scopes, write_scope};
use super::compose::{Composing, merge};
use super::create::{noun_of, refuse_known_source};
use super::target::Target;
use super::{Change, Edit, Refusal};
use crate::domain::publication::Step;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::{PublicationStatus, RevisionAction, TranslationOrigin, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::service::line::Input;
use crate::store::{NewItem, Saving};

/// Changes what a patch says.
#[derive(Clone, Debug)]
pub struct Update {
    /// The kind of its line; none for a patch of what all kinds share.
    pub kind: Option<&'static str>,
    /// The item.
    pub id: String,
    /// The version that the change is based on.
    pub expected_version: i32,
    /// The members to change; null clears.
    pub patch: Map<String, Value>,
    /// What the revision says.
    pub action: RevisionAction,
}

impl Change for Update {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, self.kind.map(noun_of), self.expected_version).await?;
        let (stored, _) = target.input(edit)?;
        if let Some(kind) = self.kind
            && stored.kind() != kind
        {
            let message = format!("is the id of a {}, expected that of a {kind}", stored.kind());
            return Err(Fault::new(FaultCode::Invalid, "input.id", message).into());
        }
        let input = patched(&target, &stored, &self.patch)?;
        revise(edit, Revising { target: &target, input: &input, action: self.action, named: "input.id" }).await
    }
}

fn patched(target: &Target, stored: &Input, patch: &Map<String, Value>) -> Result<Input, Refusal> {
    Ok(Input::read(stored.kind(), merge(target.members(stored)?, patch))?)
}

/// A new content for an item.
#[derive(Debug)]
pub(super) struct Revising<'a> {
    pub target: &'a Target,
    pub input: &'a Input,
    pub action: RevisionAction,
    /// The field of the client's input that names the item.
    pub named: &'static str,
}

/// Gives an item new content, in the state that it is in.
pub(super) async fn revise(edit: &mut Edit<'_>, revising: Revising<'_>) -> Result<NewItem, Refusal> {
    let Revising { target, input, action, named } = revising;
    let translates = action == RevisionAction::Translated;
    let write: &[Scope] =
        if translates { &[Scope::TranslationsWrite, Scope::TranslationsReview] } else { &[write_scope(target.kind)] };
    edit.authorise(write, &[&target.item], named)?;
    let status = target.take(Step::Edit)?;
    let is_out = matches!(status, PublicationStatus::Published | PublicationStatus::Scheduled);
    if is_out && !translates {
        edit.authorise(publish_scopes(&target.item), &[&target.item], named)?;
    }
    refuse_known_source(edit, input, Some(&target.item.content)).await?;
    let item = put(edit, target, input, status).await?;
    edit.authorise(write, &[&item.0], "input.regions")?;
    if is_out && !translates {
        edit.authorise(publish_scopes(&item.0), &[&item.0], "input.regions")?;
    }
    edit.authorise_parts(Some(&target.item), &item.0)?;
    let critical = critical_parts(&item.0);
    if is_out && !translates && !critical.is_empty() && critical != critical_parts(&target.item) {
        let message = "a second client must approve this: withdraw the item and restore it as a draft, or publish \
                       another item that supersedes it";
        return Err(Fault::new(FaultCode::SecondReviewerRequired, "input.id", message).into());
    }
    let (item, ids) = item;
    let saving = Saving { item: &item, before: Some(&target.item), what: None, at: edit.now };
    edit.save(saving, &ids, action, None).await?;
    Ok(item)
}

/// The item with new content, one version on.
pub(super) async fn put(
    edit: &mut Edit<'_>,
    target: &Target,
    input: &Input,
    status: PublicationStatus,
) -> Result<(NewItem, std::collections::HashMap<i64, String>), Refusal> {
    let (_, mut record) = target.input(edit)?;
    record.status = Some(status);
    record.version = Some(target.item.content.version.saturating_add(1));
    record.text_version = None;
    record.updated_at = Some(edit.now);
    let composing = Composing { id: target.id, input, record: &record, stored: Some(&target.item), ids: &target.ids };
    edit.compose(composing).await
}

/// Adds a translation, or replaces the one in the same language.
#[derive(Clone, Debug)]
pub struct Translate {
    /// The item.
    pub id: String,
    /// The version that the change is based on.
    pub expected_version: i32,
    /// The translation: its language, origin and texts.
    pub translation: Value,
}

impl Change for Translate {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        let origin = self.translation.get("origin").and_then(Value::as_str).and_then(TranslationOrigin::parse);
        let is_reviewed =
            matches!(origin, Some(TranslationOrigin::CommunityReviewed | TranslationOrigin::MachineReviewed));
        let scope = if is_reviewed { Scope::TranslationsReview } else { Scope::TranslationsWrite };
        edit.authorise(&[scope], &[&target.item], "input.id")?;
        if !is_reviewed && is_drug_alert(&target.item) && target.status() == PublicationStatus::Published {
            let message =
                "a translation of an alert that is out must be reviewed, which takes scope `translations:review`";
            return Err(Fault::new(FaultCode::TranslationNotReviewed, "input.translation.origin", message).into());
        }
        let (stored, _) = target.input(edit)?;
        let json = target.members(&stored)?;
        let mut translations: Vec<Value> =
            json.get("translations").and_then(Value::as_array).cloned().unwrap_or_default();
        let locale = self.translation.get("locale").and_then(Value::as_str).unwrap_or_default();
        let canonical = crate::domain::locale::Locale::parse(locale).map(|locale| locale.to_string());
        let canonical = canonical.unwrap_or_default();
        let same =
            translations.iter().position(|known| known.get("locale").and_then(Value::as_str) == Some(&canonical));
        let position = same.unwrap_or(translations.len());
        match translations.get_mut(position) {
            Some(known) => known.clone_from(&self.translation),
            None => translations.push(self.translation.clone()),
        }
        let patch = json!({ "translations": translations });
        let outcome = match patched(&target, &stored, patch.as_object().unwrap_or(&Map::new())) {
            Ok(input) => {
                let action = RevisionAction::Translated;
                revise(edit, Revising { target: &target, input: &input, action, named: "input.id" }).await
            }
            Err(refusal) => Err(refusal),
        };
        outcome.map_err(|refusal| rename(refusal, &format!("input.translations[{position}]"), "input.translation"))
    }
}

/// The same refusal with the paths that the client used.
fn rename(refusal: Refusal, from: &str, to: &str) -> Refusal {
    match refusal {
        Refusal::Faults(mut faults) => {
            for fault in &mut faults {
                if let Some(rest) = fault.field.strip_prefix(from) {
                    fault.field = format!("{to}{rest}");
                }
            }
            Refusal::Faults(faults)
        }
        other => other,
    }
}
