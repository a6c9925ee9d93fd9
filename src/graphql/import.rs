//! Imports: items of all kinds in one list. The inputs declare the schema; the service reads and checks what clients give.
//! Must not check a value.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, OneofObject, Result, SimpleObject};

use super::access::RequireScope;
use super::campaign::input::CampaignUpsertInput;
use super::content::{Content, caller, content_node, look_at, split};
use super::context::ContextExt;
use super::error::ApiError;
use super::event::input::EventUpsertInput;
use super::given::Given;
use super::members::Members;
use super::payload::{UserError, Warning, user_errors};
use super::resource::input::ResourceUpsertInput;
use super::update::input::{
    CommunityUpdateUpsertInput, DrugAlertUpsertInput, PolicyUpdateUpsertInput, ServiceUpdateUpsertInput,
};
use crate::domain::scope::Scope;
use crate::service::edit::{Batch, BatchItem, ErrorPolicy, ItemAction, Refusal, Upsert, import_batch};
use crate::service::fault::{Fault, FaultCode};
use crate::store::Item;

/// One item of an import: exactly one of these.
#[derive(Debug, OneofObject)]
pub(crate) enum ImportItemInput {
    /// A resource.
    Resource(Box<ResourceUpsertInput>),
    /// An event.
    Event(Box<EventUpsertInput>),
    /// A campaign.
    Campaign(Box<CampaignUpsertInput>),
    /// A drug alert.
    DrugAlert(Box<DrugAlertUpsertInput>),
    /// A service update.
    ServiceUpdate(Box<ServiceUpdateUpsertInput>),
    /// A policy update.
    PolicyUpdate(Box<PolicyUpdateUpsertInput>),
    /// A community update.
    CommunityUpdate(Box<CommunityUpdateUpsertInput>),
}

/// What becomes of the others when an item of an import is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ImportErrorPolicy {
    /// Nothing is stored.
    RejectAll,
    /// The others are stored.
    SkipInvalid,
}

/// Many items to make or change in one step.
#[derive(Debug, InputObject)]
pub(crate) struct ImportBatchInput {
    /// The items in their order, at most 100 (`BATCH_TOO_LARGE`). They may refer to items that stand before them.
    items: Vec<ImportItemInput>,
    /// What becomes of the others when one is wrong; `REJECT_ALL` by default.
    error_policy: Option<ImportErrorPolicy>,
    /// Whether nothing is stored, and the answer only tells what would be; false by default.
    dry_run: Option<bool>,
    /// Makes a repeated import answer what the first one answered, for 24 hours, per client; 1 to 200 characters. The
    /// same key with another input is refused (`IDEMPOTENCY_KEY_REUSED`).
    idempotency_key: Option<String>,
}

/// What became of one item of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ImportAction {
    /// It was made, as a draft.
    Created,
    /// It was changed.
    Updated,
    /// It said what was there already.
    Unchanged,
    /// It is wrong, and nothing was stored of it.
    Skipped,
}

/// One item of an import.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportedItem {
    /// What became of it; in a dry run or a refused batch, what would have.
    action: ImportAction,
    /// The item as it is now; null if nothing was stored of it.
    content: Option<Content>,
}

/// What came of an import.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportBatchPayload {
    /// What became of each item, in their order.
    items: Vec<ImportedItem>,
    /// Whether anything was stored: not in a dry run, nor if the batch was refused.
    is_stored: bool,
    /// What is wrong, with paths such as `input.items[3].resource.title`.
    user_errors: Vec<UserError>,
    /// What to look at again; it was stored all the same.
    warnings: Vec<Warning>,
}

/// The import.
#[derive(Debug, Default)]
pub(crate) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Upserts up to 100 items in one transaction, by their `source`; new ones are drafts. Requires scope `import:run`,
    /// and the write scope of each kind in it.
    #[graphql(guard = "RequireScope(&[Scope::ImportRun])")]
    async fn import_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The items.")] input: Given<ImportBatchInput>,
    ) -> Result<Option<ImportBatchPayload>> {
        let caller = caller(ctx)?;
        let mut members = Members::of(input.into_json(ctx));
        let mut warnings = Vec::new();
        let outcome = match read(&mut members) {
            Ok(batch) => {
                for (position, item) in batch.items.iter().enumerate() {
                    let said = Members::of(serde_json::Value::Object(item.upsert.input.clone()));
                    let path = format!("input.items[{position}].{}", item.upsert.kind);
                    warnings.extend(look_at(&said, "und").into_iter().map(|warning| placed(warning, &path)));
                }
                Box::pin(import_batch(ctx.app(), &caller, &batch)).await
            }
            Err(refusal) => Err(refusal),
        };
        let view = ctx.view(None)?;
        Ok(Some(match split(outcome)? {
            Ok(done) => {
                let mut items = Vec::with_capacity(done.items.len());
                for (action, item) in &done.items {
                    let item = item.as_ref().filter(|_| done.is_stored).map(Item::from_stored).transpose();
                    let item = item.map_err(ApiError::from)?.map(Arc::new);
                    let content = item.map(|item| content_node(&item, &view));
                    items.push(ImportedItem { action: (*action).into(), content });
                }
                let user_errors = user_errors(done.faults);
                ImportBatchPayload { items, is_stored: done.is_stored, user_errors, warnings }
            }
            Err(user_errors) => ImportBatchPayload { items: Vec::new(), is_stored: false, user_errors, warnings },
        }))
    }
}

fn placed(warning: Warning, path: &str) -> Warning {
    let field = warning.field.map(|field| format!("{path}{}", field.strip_prefix("input").unwrap_or(&field)));
    Warning { field, ..warning }
}

/// The kinds of lines that an import may hold.
const KINDS: [&str; 7] =
    ["resource", "event", "campaign", "drugAlert", "serviceUpdate", "policyUpdate", "communityUpdate"];

fn read(members: &mut Members) -> std::result::Result<Batch, Refusal> {
    let raw: Vec<serde_json::Map<String, serde_json::Value>> = members.required("items")?;
    let policy = match members.optional::<String>("errorPolicy")?.as_deref() {
        Some("SKIP_INVALID") => ErrorPolicy::SkipInvalid,
        _ => ErrorPolicy::RejectAll,
    };
    let is_dry_run = members.optional("dryRun")?.unwrap_or(false);
    let key = members.optional("idempotencyKey")?;
    let mut items = Vec::with_capacity(raw.len());
    for (position, mut item) in raw.into_iter().enumerate() {
        let wrong = |message: &str| Fault::new(FaultCode::Invalid, format!("input.items[{position}]"), message);
        let found = KINDS.iter().find_map(|kind| item.remove(*kind).map(|input| (*kind, input)));
        let Some((kind, serde_json::Value::Object(input))) = found else {
            return Err(wrong("must have exactly one member, an object").into());
        };
        if !item.values().all(serde_json::Value::is_null) {
            return Err(wrong("must have exactly one member").into());
        }
        let mut input = Members::of(serde_json::Value::Object(input));
        let expected_version = input.optional("expectedVersion")?;
        items.push(BatchItem { upsert: Upsert { kind, input: input.rest(), expected_version } });
    }
    Ok(Batch { items, policy, is_dry_run, key })
}

impl From<ItemAction> for ImportAction {
    fn from(action: ItemAction) -> Self {
        match action {
            ItemAction::Created => Self::Created,
            ItemAction::Updated => Self::Updated,
            ItemAction::Unchanged => Self::Unchanged,
            ItemAction::Skipped => Self::Skipped,
        }
    }
}
