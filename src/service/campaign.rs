//! Campaigns: from an input to rows and back. Must not store.

use super::content::{Making, at_most, envelope, line, stored, word};
use super::fault::{Fault, FaultCode};
use super::input::{CampaignInput, Record, Ref, assemble};
use super::line::column;
use super::resource::LIST;
use crate::domain::campaign::{Ask, CampaignDetail};
use crate::domain::public_id::Noun;
use crate::domain::time::LocalDate;
use crate::domain::vocabulary::{CampaignState, CampaignUrgency, Vocabulary};
use crate::store::{Catalog, Detail, Kind, NewItem};

/// Makes the rows of a campaign.
pub(super) fn prepare(input: &CampaignInput, making: &Making<'_>) -> Result<NewItem, Vec<Fault>> {
    let mut faults = Vec::new();
    let lengths = [
        ("input.demands", input.demands.len()),
        ("input.asks", input.asks.len()),
        ("input.targets", input.targets.len()),
        ("input.milestones", input.milestones.len()),
        ("input.endorsements", input.endorsements.len()),
        ("input.resources", input.resources.len()),
        ("input.updates", input.updates.len()),
    ];
    for (field, length) in lengths {
        at_most(field, length, LIST, &mut faults);
    }
    if let (Some(start), Some(end)) = (input.starts_on, input.ends_on)
        && end < start
    {
        faults.push(Fault::new(FaultCode::EndsBeforeStart, "input.endsOn", format!("{end} is before {start}")));
    }
    let mut detail = CampaignDetail {
        demands: input.demands.clone(),
        asks: input.asks.clone(),
        targets: input.targets.clone(),
        goal: input.goal.clone(),
        milestones: input.milestones.clone(),
        endorsements: input.endorsements.clone(),
        outcome: input.outcome.clone(),
    };
    for (position, endorsement) in detail.endorsements.iter_mut().enumerate() {
        let field = format!("input.endorsements[{position}].organization");
        let mut name = Some(endorsement.organization.clone());
        making.names.canonical(Noun::Organization, &mut name, &field, &mut faults);
        endorsement.organization = name.unwrap_or_default();
    }
    for (position, ask) in detail.asks.iter_mut().enumerate() {
        if let Ask::ShowUp(ask) = ask {
            let field = format!("input.asks[{position}].showUp.event");
            making.names.canonical(Noun::Event, &mut ask.event, &field, &mut faults);
        }
    }
    let mut links = making.names.resolve_all(Noun::Resource, &input.resources, "input.resources", &mut faults);
    links.extend(making.names.resolve_all(Noun::Update, &input.updates, "input.updates", &mut faults));
    let row = entity::campaign::Model {
        content_id: making.id.key(),
        kind: input.kind.as_str().to_string(),
        state: input.state.unwrap_or(CampaignState::Active).as_str().to_string(),
        urgency: input.urgency.unwrap_or(CampaignUrgency::Normal).as_str().to_string(),
        starts_on: input.starts_on.map(|date| date.to_string()),
        ends_on: input.ends_on.map(|date| date.to_string()),
        detail: column(&detail).map_err(|fault| vec![fault])?,
    };
    match envelope(Kind::Campaign, &input.envelope(), making, &mut faults) {
        Some(content) => {
            let links = links.iter().map(|id| id.key()).collect();
            Ok(NewItem { content, detail: Detail::Campaign(row), links })
        }
        None => Err(faults),
    }
}

/// The input that makes a stored campaign.
pub(super) fn export(
    item: &NewItem,
    row: &entity::campaign::Model,
    catalog: &Catalog,
    ids: &dyn Fn(i64) -> Option<String>,
) -> Result<(CampaignInput, Record), Fault> {
    let (shared, record) = super::content::export(item, catalog)?;
    let detail: CampaignDetail = stored(&row.detail)?;
    let (resources, updates) = (linked(item, Noun::Resource, ids)?, linked(item, Noun::Update, ids)?);
    let input = assemble!(CampaignInput, shared, {
        kind: word(&row.kind)?,
        state: Some(word(&row.state)?),
        urgency: Some(word(&row.urgency)?),
        starts_on: row.starts_on.as_deref().map(date).transpose()?,
        ends_on: row.ends_on.as_deref().map(date).transpose()?,
        demands: detail.demands,
        asks: detail.asks,
        targets: detail.targets,
        goal: detail.goal,
        milestones: detail.milestones,
        endorsements: detail.endorsements,
        outcome: detail.outcome,
        resources: resources,
        updates: updates,
    });
    Ok((input, record))
}

/// A stored date.
pub(super) fn date(text: &str) -> Result<LocalDate, Fault> {
    text.parse().map_err(|_| Fault::new(FaultCode::Invalid, "stored", format!("{text} is not a date")))
}

/// The links of an item to one noun, as references.
pub(super) fn linked(item: &NewItem, noun: Noun, ids: &dyn Fn(i64) -> Option<String>) -> Result<Vec<Ref>, Fault> {
    let prefix = format!("{}_", noun.prefix());
    let of_noun = item.links.iter().filter_map(|key| ids(*key)).filter(|id| id.starts_with(&prefix));
    of_noun.map(|id| line(&id)).collect()
}
