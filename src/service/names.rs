//! What references mean during one import: the stored nouns and those that the same input declares. Must not write.

use std::collections::HashMap;

use super::fault::{Fault, FaultCode};
use super::input::Ref;
use crate::domain::public_id::{Noun, PublicId};
use crate::store::Catalog;

/// Names of nouns by slug, code or id.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<(Noun, String), PublicId>,
}

impl Names {
    /// Everything that the catalog knows.
    pub(super) fn of_catalog(catalog: &Catalog) -> Self {
        let mut names = Self::default();
        let parse = |noun: Noun, public_id: &str| format!("{}_{public_id}", noun.prefix()).parse::<PublicId>().ok();
        for region in catalog.regions() {
            let Some(id) = parse(Noun::Region, &region.public_id) else { continue };
            names.declare(id, &region.slug);
            for code in &region.codes {
                names.declare(id, &code.value);
            }
        }
        for topic in catalog.topics() {
            if let Some(id) = parse(Noun::Topic, &topic.public_id) {
                names.declare(id, &topic.slug);
            }
        }
        for organization in catalog.organizations() {
            if let Some(id) = parse(Noun::Organization, &organization.public_id) {
                names.declare(id, &organization.slug);
            }
        }
        names
    }

    /// Adds a name; ids are names of themselves.
    pub(super) fn declare(&mut self, id: PublicId, name: &str) {
        self.known.insert((id.noun, name.to_string()), id);
        self.known.insert((id.noun, id.to_string()), id);
    }

    /// The noun of a name, if it is known.
    pub(super) fn get(&self, noun: Noun, name: &str) -> Option<PublicId> {
        let name = name.split_once(':').filter(|(prefix, _)| *prefix == noun.name()).map_or(name, |(_, slug)| slug);
        self.known.get(&(noun, name.to_string())).copied()
    }

    /// The noun of a reference, or a fault that names it.
    pub(super) fn resolve(&self, noun: Noun, reference: &str, field: &str) -> Result<PublicId, Fault> {
        self.get(noun, reference).ok_or_else(|| {
            let message = format!("there is no {} \"{}\"", noun.name(), reference.escape_debug());
            Fault::new(FaultCode::InvalidReference, field, message)
        })
    }

    /// The nouns of a list of references, doubles taken out.
    pub(super) fn resolve_all(
        &self,
        noun: Noun,
        references: &[Ref],
        field: &str,
        faults: &mut Vec<Fault>,
    ) -> Vec<PublicId> {
        let mut found: Vec<PublicId> = Vec::with_capacity(references.len());
        for (position, reference) in references.iter().enumerate() {
            match self.resolve(noun, reference, &format!("{field}[{position}]")) {
                Ok(id) if !found.contains(&id) => found.push(id),
                Ok(_) => {}
                Err(fault) => faults.push(fault),
            }
        }
        found
    }

    /// Replaces a reference inside a value by the id it means.
    pub(super) fn canonical(&self, noun: Noun, reference: &mut Option<String>, field: &str, faults: &mut Vec<Fault>) {
        let Some(name) = reference else { return };
        match self.resolve(noun, name, field) {
            Ok(id) => *name = id.to_string(),
            Err(fault) => faults.push(fault),
        }
    }
}
