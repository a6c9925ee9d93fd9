//! Regional updates: from an input to rows and back, for the four object types. Must not store.

use super::content::{Making, at_most, envelope, stored, word};
use super::event::disclosed;
use super::fault::{Fault, FaultCode};
use super::input::{
    CommunityUpdateInput, DrugAlertInput, Envelope, PolicyUpdateInput, Record, Ref, ServiceUpdateInput, assemble,
};
use super::line::{Input, column};
use super::resource::LIST;
use crate::domain::locale::LocalizedText;
use crate::domain::public_id::Noun;
use crate::domain::time::{DAY_MICROS, Timestamp};
use crate::domain::update::{
    DrugAlertDetail, PolicyUpdateDetail, ServiceUpdateDetail, UpdateFamily, longest_validity_days,
};
use crate::domain::vocabulary::{UpdateKind, UpdateMessageType, Vocabulary};
use crate::store::{Catalog, Detail, Kind, NewItem};

/// What all updates share beyond the envelope.
struct Common<'a> {
    kind: UpdateKind,
    message_type: Option<UpdateMessageType>,
    supersedes: &'a Option<Ref>,
    issued_at: Timestamp,
    effective_at: Option<Timestamp>,
    instructions: &'a LocalizedText,
}

macro_rules! common {
    ($input:expr) => {
        Common {
            kind: $input.kind,
            message_type: $input.message_type,
            supersedes: &$input.supersedes,
            issued_at: $input.issued_at,
            effective_at: $input.effective_at,
            instructions: &$input.instructions,
        }
    };
}

/// Makes the rows of a drug alert.
pub(super) fn prepare_alert(input: &DrugAlertInput, making: &Making<'_>) -> Result<NewItem, Vec<Fault>> {
    let mut faults = Vec::new();
    at_most("input.samples", input.samples.len(), LIST, &mut faults);
    let detail = DrugAlertDetail {
        severity: input.severity,
        urgency: input.urgency,
        certainty: input.certainty,
        basis: input.basis.clone(),
        area_description: input.area_description.clone(),
        samples: input.samples.clone(),
        observed_effects: input.observed_effects.clone(),
        routes: input.routes.clone(),
        naloxone_guidance: input.naloxone_guidance,
    };
    let mut shared = input.envelope();
    shared.is_safety_critical = true;
    let severity = Some(input.severity.as_str().to_string());
    rows(UpdateFamily::DrugAlert, common!(input), &shared, column(&detail), severity, making, faults)
}

/// Makes the rows of a service update.
pub(super) fn prepare_service(input: &ServiceUpdateInput, making: &Making<'_>) -> Result<NewItem, Vec<Fault>> {
    let mut faults = Vec::new();
    if let (Some(from), Some(to)) = (input.valid_from, input.valid_to)
        && to < from
    {
        faults.push(Fault::new(FaultCode::EndsBeforeStart, "input.validTo", format!("{to} is before {from}")));
    }
    let detail = ServiceUpdateDetail {
        service_name: input.service_name.clone(),
        service_status: input.service_status,
        alternatives: input.alternatives.clone(),
        valid_from: input.valid_from,
        valid_to: input.valid_to,
        location: input.location.as_ref().and_then(|l| disclosed(l, making, "input.location", &mut faults)),
    };
    let shared = input.envelope();
    rows(UpdateFamily::ServiceUpdate, common!(input), &shared, column(&detail), None, making, faults)
}

/// Makes the rows of a policy update.
pub(super) fn prepare_policy(input: &PolicyUpdateInput, making: &Making<'_>) -> Result<NewItem, Vec<Fault>> {
    let detail = PolicyUpdateDetail {
        jurisdiction: input.jurisdiction.clone(),
        instrument: input.instrument.clone(),
        effect: input.effect,
        what_it_means: input.what_it_means.clone(),
    };
    let shared = input.envelope();
    rows(UpdateFamily::PolicyUpdate, common!(input), &shared, column(&detail), None, making, Vec::new())
}

/// Makes the rows of a community update.
pub(super) fn prepare_community(input: &CommunityUpdateInput, making: &Making<'_>) -> Result<NewItem, Vec<Fault>> {
    let shared = input.envelope();
    rows(UpdateFamily::CommunityUpdate, common!(input), &shared, Ok("{}".to_string()), None, making, Vec::new())
}

fn rows(
    family: UpdateFamily,
    common: Common<'_>,
    shared: &Envelope,
    detail: Result<String, Fault>,
    severity: Option<String>,
    making: &Making<'_>,
    mut faults: Vec<Fault>,
) -> Result<NewItem, Vec<Fault>> {
    if UpdateFamily::of(common.kind) != family {
        let message = format!("{} is not a kind of this type of update", common.kind.as_str());
        faults.push(Fault::new(FaultCode::Invalid, "input.kind", message));
    }
    if let Some(days) = longest_validity_days(common.kind) {
        match shared.expires_at {
            None => {
                let message = format!("is required: at most {days} days after issuedAt");
                faults.push(Fault::new(FaultCode::ExpiryRequired, "input.expiresAt", message));
            }
            Some(expiry) if expiry.as_micros() > common.issued_at.as_micros() + days * DAY_MICROS => {
                let message = format!("is more than {days} days after issuedAt");
                faults.push(Fault::new(FaultCode::ExpiryTooFar, "input.expiresAt", message));
            }
            Some(_) => {}
        }
    }
    if shared.expires_at.is_some_and(|expiry| expiry <= common.issued_at) {
        faults.push(Fault::new(FaultCode::EndsBeforeStart, "input.expiresAt", "is not after issuedAt"));
    }
    let supersedes = common.supersedes.as_ref().and_then(|name| {
        making.names.resolve(Noun::Update, name, "input.supersedes").map_err(|fault| faults.push(fault)).ok()
    });
    let instructions = column(common.instructions).map_err(|fault| faults.push(fault)).unwrap_or_default();
    let detail = detail.map_err(|fault| faults.push(fault)).unwrap_or_default();
    let Some(mut content) = envelope(Kind::Update, shared, making, &mut faults) else { return Err(faults) };
    content.order_key = common.issued_at.as_micros();
    let row = entity::regional_update::Model {
        content_id: making.id.key(),
        kind: common.kind.as_str().to_string(),
        message_type: common.message_type.unwrap_or(UpdateMessageType::Alert).as_str().to_string(),
        supersedes: supersedes.map(|id| id.key()),
        issued_at: common.issued_at.as_micros(),
        effective_at: common.effective_at.map(Timestamp::as_micros),
        severity,
        instructions,
        detail,
    };
    Ok(NewItem { content, detail: Detail::Update(row), links: Vec::new() })
}

/// The line that makes a stored update: its kind and its input.
pub(super) fn export(
    item: &NewItem,
    row: &entity::regional_update::Model,
    catalog: &Catalog,
    ids: &dyn Fn(i64) -> Option<String>,
) -> Result<(Input, Record), Fault> {
    let (shared, record) = super::content::export(item, catalog)?;
    let kind: UpdateKind = word(&row.kind)?;
    let message_type = Some(word(&row.message_type)?);
    let supersedes = row.supersedes.and_then(ids).map(|id| super::content::line(&id)).transpose()?;
    let issued_at = Timestamp::from_micros(row.issued_at);
    let effective_at = row.effective_at.map(Timestamp::from_micros);
    let instructions: LocalizedText = stored(&row.instructions)?;
    let input = match UpdateFamily::of(kind) {
        UpdateFamily::DrugAlert => {
            let detail: DrugAlertDetail = stored(&row.detail)?;
            Input::DrugAlert(Box::new(assemble!(DrugAlertInput, shared, {
                kind: kind,
                message_type: message_type,
                supersedes: supersedes,
                issued_at: issued_at,
                effective_at: effective_at,
                instructions: instructions,
                severity: detail.severity,
                urgency: detail.urgency,
                certainty: detail.certainty,
                basis: detail.basis,
                area_description: detail.area_description,
                samples: detail.samples,
                observed_effects: detail.observed_effects,
                routes: detail.routes,
                naloxone_guidance: detail.naloxone_guidance,
            })))
        }
        UpdateFamily::ServiceUpdate => {
            let detail: ServiceUpdateDetail = stored(&row.detail)?;
            Input::ServiceUpdate(Box::new(assemble!(ServiceUpdateInput, shared, {
                kind: kind,
                message_type: message_type,
                supersedes: supersedes,
                issued_at: issued_at,
                effective_at: effective_at,
                instructions: instructions,
                service_name: detail.service_name,
                service_status: detail.service_status,
                alternatives: detail.alternatives,
                valid_from: detail.valid_from,
                valid_to: detail.valid_to,
                location: detail.location,
            })))
        }
        UpdateFamily::PolicyUpdate => {
            let detail: PolicyUpdateDetail = stored(&row.detail)?;
            Input::PolicyUpdate(Box::new(assemble!(PolicyUpdateInput, shared, {
                kind: kind,
                message_type: message_type,
                supersedes: supersedes,
                issued_at: issued_at,
                effective_at: effective_at,
                instructions: instructions,
                jurisdiction: detail.jurisdiction,
                instrument: detail.instrument,
                effect: detail.effect,
                what_it_means: detail.what_it_means,
            })))
        }
        UpdateFamily::CommunityUpdate => Input::CommunityUpdate(Box::new(assemble!(CommunityUpdateInput, shared, {
            kind: kind,
            message_type: message_type,
            supersedes: supersedes,
            issued_at: issued_at,
            effective_at: effective_at,
            instructions: instructions,
        }))),
    };
    Ok((input, record))
}
