//! Changes of a series: one occurrence, or one and all that follow, and until when the organizers stand by it. Must not
//! expand rules.

use serde_json::{Map, Value, json};

use super::update::{Revising, revise};
use super::{Change, Edit, Refusal};
use crate::domain::event::{OccurrenceOverride, Recurrence};
use crate::domain::public_id::Noun;
use crate::domain::time::LocalDate;
use crate::domain::vocabulary::{EventStatus, RevisionAction};
use crate::service::fault::{Fault, FaultCode};
use crate::service::line::Input;
use crate::service::occurrence::StoredSeries;
use crate::store::{Detail, NewItem};

/// Changes a series at one place.
#[derive(Clone, Debug)]
pub struct ChangeSeries {
    /// The event.
    pub id: String,
    /// The version that the change is based on.
    pub expected_version: i32,
    /// What changes.
    pub what: SeriesChange,
}

/// What changes of a series.
#[derive(Clone, Debug)]
pub enum SeriesChange {
    /// An occurrence takes place as this says; null parts are those of the series.
    Override(OccurrenceOverride),
    /// An occurrence does not take place.
    Cancel(OccurrenceOverride),
    /// The organizers stand by all occurrences through this date.
    Confirm(LocalDate),
}

impl Change for ChangeSeries {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, Some(Noun::Event), self.expected_version).await?;
        let Detail::Event(row) = &target.item.detail else { return Err(super::target::not_found()) };
        let stored = StoredSeries::of(row)?;
        let series = stored.series()?;
        let Some(recurrence) = series.recurrence else {
            let message = "is the id of an event that takes place once: eventUpdate changes it";
            return Err(Fault::new(FaultCode::Invalid, "input.id", message).into());
        };
        let mut changed = recurrence.clone();
        match &self.what {
            SeriesChange::Confirm(through) => changed.confirmed_through = Some(*through),
            SeriesChange::Override(change) | SeriesChange::Cancel(change) => {
                if !series.has(&edit.app.zones, change.recurrence_id) {
                    let message = "is not the local start of an occurrence of this event";
                    return Err(Fault::new(FaultCode::NotFound, "input.recurrenceId", message).into());
                }
                let is_cancelled = matches!(self.what, SeriesChange::Cancel(_));
                apply(&mut changed, change, is_cancelled);
            }
        }
        let (input, _) = target.input(edit)?;
        let patch: Map<String, Value> = [("recurrence".to_string(), json!(changed))].into_iter().collect();
        let members = super::compose::merge(target.members(&input)?, &patch);
        let input = Input::read(input.kind(), members)?;
        let action = RevisionAction::Updated;
        let revised = revise(edit, Revising { target: &target, input: &input, action, named: "input.id" }).await;
        revised.map_err(|refusal| named(refusal, &changed, &self.what))
    }
}

/// Puts a change of an occurrence in the place of the one that is there. A cancellation keeps where it was moved to.
fn apply(recurrence: &mut Recurrence, change: &OccurrenceOverride, is_cancelled: bool) {
    let known = recurrence.overrides.iter_mut().find(|known| known.recurrence_id == change.recurrence_id);
    let cancelled = |mut of: OccurrenceOverride| {
        of.status = Some(EventStatus::Cancelled);
        of.and_following = change.and_following;
        if !change.note.0.is_empty() {
            of.note = change.note.clone();
        }
        of
    };
    match known {
        Some(known) if is_cancelled => *known = cancelled(known.clone()),
        Some(known) => known.clone_from(change),
        None if is_cancelled => recurrence.overrides.push(cancelled(change.clone())),
        None => recurrence.overrides.push(change.clone()),
    }
    if change.and_following {
        // What was said of later occurrences held for the series as it was.
        recurrence.overrides.retain(|other| other.recurrence_id <= change.recurrence_id);
    }
    recurrence.overrides.sort_by_key(|other| other.recurrence_id);
}

/// The same refusal with the paths that the client used.
fn named(refusal: Refusal, changed: &Recurrence, what: &SeriesChange) -> Refusal {
    let (SeriesChange::Override(change) | SeriesChange::Cancel(change)) = what else { return refusal };
    let position = changed.overrides.iter().position(|other| other.recurrence_id == change.recurrence_id);
    let place = format!("input.recurrence.overrides[{}]", position.unwrap_or_default());
    match refusal {
        Refusal::Faults(mut faults) => {
            for fault in &mut faults {
                if let Some(rest) = fault.field.strip_prefix(&place) {
                    fault.field = format!("input{rest}");
                }
            }
            Refusal::Faults(faults)
        }
        other => other,
    }
}
