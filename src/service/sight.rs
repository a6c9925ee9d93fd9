//! From what a client was granted to what it may see. Must not decide about one item: the store does.

use std::sync::Arc;

use crate::domain::actor::{Actor, Reach};
use crate::domain::scope::Scope;
use crate::domain::view::{Area, Sight};
use crate::store::Catalog;

/// What a client may see beyond public content.
pub fn sight_of(actor: &Actor, catalog: &Catalog) -> Sight {
    let area = |scope| actor.grants.reach(scope).map(|reach| area_of(reach, catalog));
    let own = |scope| area(scope).map(|area| (actor.organization, area));
    Sight {
        partners: area(Scope::ContentReadPartners),
        own: own(Scope::ContentReadDrafts),
        review: area(Scope::ContentReview),
        joining: area(Scope::EventsJoin),
        audit: own(Scope::AuditRead),
    }
}

/// A reach with all regions inside it.
fn area_of(reach: &Reach, catalog: &Catalog) -> Area {
    match reach {
        Reach::Everywhere => Area::Everywhere,
        Reach::Within(outer) => {
            let inside = |key: i64| outer.iter().any(|outer| catalog.is_within(key, *outer));
            let keys: Vec<i64> = catalog.regions().map(|region| region.key).filter(|key| inside(*key)).collect();
            Area::Within(Arc::from(keys))
        }
    }
}
