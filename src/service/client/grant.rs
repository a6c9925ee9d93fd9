//! Which grants may be given: by the operator all, by a client what it holds itself, where it holds it, and never what only
//! the operator gives. Must not read the database.

use std::collections::BTreeSet;

use crate::domain::actor::{Actor, Reach};
use crate::domain::scope::Scope;
use crate::service::fault::{Fault, FaultCode};
use crate::store::{Catalog, Grant};

/// Most regions of one grant.
const MOST_REGIONS: usize = 20;
/// How much of a name that does not exist a message repeats.
const SHOWN_CHARS: usize = 80;

/// A grant as it is asked for.
#[derive(Clone, Debug)]
pub struct GrantInput {
    /// The scope by its name.
    pub scope: String,
    /// Regions by id, slug or code that it is limited to, with what lies inside them; none for everywhere.
    pub regions: Option<Vec<String>>,
}

/// Why a client may not give a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotGiven {
    /// Only the operator gives the scope.
    OperatorOnly,
    /// The client does not hold the scope.
    NotHeld,
    /// The client holds it elsewhere.
    OutOfRegion,
}

/// Whether a client may give a grant: it holds the scope there, and may manage clients there.
pub(super) fn may_give(actor: &Actor, catalog: &Catalog, (scope, region): Grant) -> Result<(), NotGiven> {
    if scope.is_operator_only() {
        return Err(NotGiven::OperatorOnly);
    }
    let covers = |reach: &Reach| match (reach, region) {
        (Reach::Everywhere, _) => true,
        (Reach::Within(_), None) => false,
        (Reach::Within(outer), Some(region)) => outer.iter().any(|outer| catalog.is_within(region, *outer)),
    };
    let reach = actor.grants.reach(scope).ok_or(NotGiven::NotHeld)?;
    let is_covered = covers(reach) && actor.grants.reach(Scope::ClientsManage).is_some_and(covers);
    if is_covered { Ok(()) } else { Err(NotGiven::OutOfRegion) }
}

/// The grants that are asked for, or what is wrong with them. `held` are those that the client has already: they may stay.
pub(super) fn check(
    asked: &[GrantInput],
    held: &[Grant],
    actor: Option<&Actor>,
    catalog: &Catalog,
) -> Result<Vec<Grant>, Vec<Fault>> {
    let (mut grants, mut faults) = (BTreeSet::new(), Vec::new());
    for (position, input) in asked.iter().enumerate() {
        let field = format!("input.grants[{position}]");
        match read(input, &field, catalog) {
            Ok(read) => {
                for (place, grant) in read {
                    match refuse(grant, held, actor, catalog) {
                        None => {
                            grants.insert(grant);
                        }
                        Some(why) => faults.push(fault(why, grant.0, &field, place)),
                    }
                }
            }
            Err(found) => faults.extend(found),
        }
    }
    // One fault for each field, in the order of the input.
    faults.dedup_by(|one, other| one.field == other.field);
    if !faults.is_empty() {
        return Err(faults);
    }
    let is_wider = |scope: Scope| grants.contains(&(scope, None));
    Ok(grants.iter().filter(|(scope, region)| region.is_none() || !is_wider(*scope)).copied().collect())
}

/// The grants that one input asks for, each with the place of its region in the input's list.
fn read(input: &GrantInput, field: &str, catalog: &Catalog) -> Result<Vec<(Option<usize>, Grant)>, Vec<Fault>> {
    let Some(scope) = Scope::parse(&input.scope) else {
        let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        let message = format!("{} is not a scope; the scopes are {}", shown(&input.scope), names.join(", "));
        return Err(vec![Fault::new(FaultCode::Invalid, format!("{field}.scope"), message)]);
    };
    let Some(regions) = &input.regions else { return Ok(vec![(None, (scope, None))]) };
    if regions.is_empty() {
        let message = "holds no region, so that the grant would be for nowhere; leave it out to grant everywhere";
        return Err(vec![Fault::new(FaultCode::TooShort, format!("{field}.regions"), message)]);
    }
    if regions.len() > MOST_REGIONS {
        let message = format!("holds {} regions, more than the maximum of {MOST_REGIONS}", regions.len());
        return Err(vec![Fault::new(FaultCode::TooLong, format!("{field}.regions"), message)]);
    }
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (place, name) in regions.iter().enumerate() {
        match catalog.find_region(name) {
            Some(region) => found.push((Some(place), (scope, Some(region.key)))),
            None => {
                let message = format!("there is no region {}", shown(name));
                let field = format!("{field}.regions[{place}]");
                faults.push(Fault::new(FaultCode::InvalidReference, field, message));
            }
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn refuse(grant: Grant, held: &[Grant], actor: Option<&Actor>, catalog: &Catalog) -> Option<NotGiven> {
    let stays = held.iter().any(|(scope, region)| {
        *scope == grant.0
            && match (region, grant.1) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(outer), Some(region)) => catalog.is_within(region, *outer),
            }
    });
    if stays { None } else { may_give(actor?, catalog, grant).err() }
}

fn fault(why: NotGiven, scope: Scope, field: &str, place: Option<usize>) -> Fault {
    let name = scope.as_str();
    let invalid = |message: String| Fault::new(FaultCode::Invalid, format!("{field}.scope"), message);
    match (why, place) {
        (NotGiven::OperatorOnly, _) => invalid(format!("only the operator gives `{name}`, from the command line")),
        (NotGiven::NotHeld, _) => invalid(format!("`{name}` cannot be given by a client that does not hold it")),
        (NotGiven::OutOfRegion, Some(place)) => {
            let message = format!("lies outside the regions in which your client may give `{name}`");
            Fault::new(FaultCode::OutOfGrantedRegion, format!("{field}.regions[{place}]"), message)
        }
        (NotGiven::OutOfRegion, None) => {
            let message = format!("is required: your client may give `{name}` in some regions only");
            Fault::new(FaultCode::OutOfGrantedRegion, format!("{field}.regions"), message)
        }
    }
}

fn shown(name: &str) -> String {
    let name: String = name.chars().take(SHOWN_CHARS).collect();
    format!("\"{}\"", name.escape_debug())
}
