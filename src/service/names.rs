//! What references mean during one import: the stored nouns and those that the same input declares. Must not write.

use std::collections::HashMap;

use super::fault::{Fault, FaultCode};
use super::input::Ref;
use crate::domain::public_id::{Noun, PublicId};
use crate::store::Catalog;

/// Names of nouns by slug, code or id: those declared, then those of the catalog.
#[derive(Debug)]
pub(super) struct Names<'c> {
    catalog: &'c Catalog,
    known: HashMap<(Noun, String), PublicId>,
}

impl<'c> Names<'c> {
    /// Everything that the catalog knows.
    pub(super) fn of_catalog(catalog: &'c Catalog) -> Self {
        Self { catalog, known: HashMap::new() }
    }

    /// Adds a name; ids are names of themselves.
    pub(super) fn declare(&mut self, id: PublicId, name: &str) {
        self.known.insert((id.noun, name.to_string()), id);
        self.known.insert((id.noun, id.to_string()), id);
    }

    /// The ids of all that was declared, by key.
    pub(super) fn ids(&self) -> HashMap<i64, String> {
        self.known.values().map(|id| (id.key(), id.to_string())).collect()
    }

    /// The noun of a name, if it is known.
    pub(super) fn get(&self, noun: Noun, name: &str) -> Option<PublicId> {
        let name = name.split_once(':').filter(|(prefix, _)| *prefix == noun.name()).map_or(name, |(_, slug)| slug);
        let declared = self.known.get(&(noun, name.to_string())).copied();
        declared.or_else(|| {
            let public_id = match noun {
                Noun::Region => &self.catalog.find_region(name)?.public_id,
                Noun::Topic => &self.catalog.find_topic(name)?.public_id,
                Noun::Organization => &self.catalog.find_organization(name)?.public_id,
                _ => return None,
            };
            noun.id_of(public_id).parse().ok()
        })
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
