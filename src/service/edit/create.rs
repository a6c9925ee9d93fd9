//! Making new items, and upserts by the id of their source. A new item is a draft: publishing is another step.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::authority::write_scope;
use super::compose::{Composing, given};
use super::target::Target;
use super::update::{Revising, put, revise};
use super::{Change, Edit, Refusal};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::vocabulary::{PublicationStatus, RevisionAction};
use crate::service::fault::{Fault, FaultCode};
use crate::service::identity::identity;
use crate::service::input::Record;
use crate::service::line::Input;
use crate::store::{CREATED, Kind, NewItem, Saving};

/// Makes a draft.
#[derive(Clone, Debug)]
pub struct Create {
    /// The kind of its line, such as `drugAlert`.
    pub kind: &'static str,
    /// The members of the input.
    pub input: Map<String, Value>,
}

impl Change for Create {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let input = Input::read(self.kind, given(&self.input))?;
        create(edit, &input).await
    }
}

async fn create(edit: &mut Edit<'_>, input: &Input) -> Result<NewItem, Refusal> {
    refuse_known_source(edit, input, None).await?;
    make(edit, input).await
}

/// Makes a draft of an input whose source no item has.
async fn make(edit: &mut Edit<'_>, input: &Input) -> Result<NewItem, Refusal> {
    let noun = identity(input).noun;
    let kind = Kind::of_noun(noun).ok_or_else(|| Fault::new(FaultCode::Invalid, "input", "is no content"))?;
    edit.authorise(&[write_scope(kind)], &[], "input.regions")?;
    let record = Record {
        status: Some(PublicationStatus::Draft),
        version: Some(1),
        created_at: Some(edit.now),
        updated_at: Some(edit.now),
        ..Record::default()
    };
    let id = PublicId::new(noun, edit.app.clock.random_id());
    let known = HashMap::new();
    let (item, ids) = edit.compose(Composing { id, input, record: &record, stored: None, ids: &known }).await?;
    edit.authorise(&[write_scope(kind)], &[&item], "input.regions")?;
    edit.authorise_parts(None, &item)?;
    let saving = Saving { item: &item, before: None, what: Some(CREATED), at: edit.now };
    edit.save(saving, &ids, RevisionAction::Created, None).await?;
    Ok(item)
}

/// Refuses a source that another item of the organization has; `own` is the item that is changed.
pub(super) async fn refuse_known_source(
    edit: &Edit<'_>,
    input: &Input,
    own: Option<&entity::content::Model>,
) -> Result<(), Refusal> {
    let Some((system, external_id)) = identity(input).source else { return Ok(()) };
    let is_own = |row: &entity::content::Model| {
        (row.source_system.as_deref(), row.source_external_id.as_deref()) == (Some(system), Some(external_id))
    };
    if own.is_some_and(is_own) {
        return Ok(());
    }
    let organization = edit.actor().organization;
    if edit.app.store.stored_by_source(&edit.reads, organization, system, external_id).await?.is_some() {
        let message = "is the source of another item of the organization: upsert changes that one";
        return Err(Fault::new(FaultCode::NotUnique, "input.source", message).into());
    }
    Ok(())
}

/// Makes a draft, or changes the item of the same source.
#[derive(Clone, Debug)]
pub struct Upsert {
    /// The kind of its line.
    pub kind: &'static str,
    /// The members of the input.
    pub input: Map<String, Value>,
    /// The version that a change is based on, if the client knows one.
    pub expected_version: Option<i32>,
}

impl Change for Upsert {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        Ok(upsert(edit, self).await?.0)
    }
}

/// What an upsert did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upserted {
    Created,
    Updated,
    Unchanged,
}

pub(super) async fn upsert(edit: &mut Edit<'_>, upsert: &Upsert) -> Result<(NewItem, Upserted), Refusal> {
    let input = Input::read(upsert.kind, given(&upsert.input))?;
    let Some((system, external_id)) = identity(&input).source else {
        let message = "is required: its system and externalId name the item";
        return Err(Fault::new(FaultCode::Required, "input.source", message).into());
    };
    let organization = edit.actor().organization;
    let known = edit.app.store.stored_by_source(&edit.reads, organization, system, external_id).await?;
    let Some(row) = known else {
        if let Some(expected) = upsert.expected_version {
            let message = format!("is {expected}, and there is no item of this source");
            return Err(Fault::new(FaultCode::StaleVersion, "input.expectedVersion", message).into());
        }
        return Ok((make(edit, &input).await?, Upserted::Created));
    };
    if Kind::from_number(row.kind).map(Kind::noun) != Some(identity(&input).noun) {
        let message = "is the source of an item of another kind";
        return Err(Fault::new(FaultCode::NotUnique, "input.source", message).into());
    }
    let id = identity(&input).noun.id_of(&row.public_id);
    let target = match upsert.expected_version {
        Some(expected) => edit.own(&id, None, expected).await?,
        None => edit.own_at_any_version(&id, None).await?,
    };
    edit.authorise(&[write_scope(target.kind)], &[&target.item], "input.source")?;
    if is_same(edit, &target, &input).await? {
        return Ok((target.item, Upserted::Unchanged));
    }
    let action = RevisionAction::Updated;
    let revising = Revising { target: &target, input: &input, action, named: "input.source" };
    Ok((revise(edit, revising).await?, Upserted::Updated))
}

/// Whether an input would leave a stored item as it is. What would be stored is compared, not what is said: defaults, codes
/// of regions and spaces may be written in several ways.
async fn is_same(edit: &mut Edit<'_>, target: &Target, input: &Input) -> Result<bool, Refusal> {
    let (mut composed, _) = put(edit, target, input, target.status()).await?;
    composed.content.version = target.item.content.version;
    composed.content.updated_at = target.item.content.updated_at;
    Ok(composed == target.item)
}

/// The noun of the items of a line's kind.
pub(super) fn noun_of(kind: &str) -> Noun {
    match kind {
        "drugAlert" | "serviceUpdate" | "policyUpdate" | "communityUpdate" => Noun::Update,
        kind => Noun::from_name(kind).unwrap_or(Noun::Resource),
    }
}
