//! From what a client says to the item that is to be stored: what it refers to, the rows, the slug. Must not store.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Edit, Refusal};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::text::slug_from;
use crate::service::content::Making;
use crate::service::fault::{Fault, FaultCode};
use crate::service::identity::{content_references, identity, title};
use crate::service::input::Record;
use crate::service::line::Input;
use crate::service::names::Names;
use crate::service::prepare::{Settling, prepare, settle_slug};
use crate::store::{Columns, Kind, NewItem, shown_slug};

/// Longest name that anything can have: a noun, a colon and a slug.
const NAME_BYTES: usize = 120;

/// What an item is composed of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Composing<'a> {
    pub id: PublicId,
    pub input: &'a Input,
    pub record: &'a Record,
    pub stored: Option<&'a NewItem>,
    /// Public ids of what the stored item refers to: these stay good, whether the client sees them or not.
    pub ids: &'a HashMap<i64, String>,
}

impl Edit<'_> {
    /// The item that is to be stored, and the public ids of what it refers to.
    pub(super) async fn compose(
        &mut self,
        composing: Composing<'_>,
    ) -> Result<(NewItem, HashMap<i64, String>), Refusal> {
        let Composing { id, input, record, stored, ids } = composing;
        let kind = Kind::of_noun(id.noun).ok_or_else(|| Fault::new(FaultCode::Invalid, "input", "is no content"))?;
        let catalog = self.catalog.clone();
        let mut names = Names::of_catalog(&catalog);
        for known in ids.values() {
            if let Ok(id) = known.parse::<PublicId>() {
                names.declare(id, known);
            }
        }
        self.look_up(input, &mut names).await?;
        let own = catalog.organization(self.actor().organization);
        let own = own.and_then(|own| Noun::Organization.id_of(&own.public_id).parse().ok());
        let organization: PublicId = own
            .ok_or_else(|| sea_orm::DbErr::Custom("the organization of a client is not in the catalog".to_string()))?;
        let slug = match (identity(input).slug, stored) {
            (Some(slug), _) => slug.to_string(),
            (None, Some(stored)) => shown_slug(&stored.content).to_string(),
            (None, None) => slug_from(title(input)),
        };
        let stored_row = stored.map(|stored| &stored.content);
        let making = Making { id, slug, organization, record, stored: stored_row, names: &names, now: self.now };
        let prepared = prepare(input, &making, &self.app.zones);
        let mut item = prepared.ok_or_else(|| Fault::new(FaultCode::Invalid, "input", "is no content"))??;
        if let (None, Some(stored)) = (record.spotlight_until, stored_row) {
            item.content.spotlight_until = stored.spotlight_until;
        }
        let settling = Settling { kind, content: &mut item.content, stored: stored_row };
        settle_slug(self.app, &self.reads, settling, &mut self.taken).await?;
        Ok((item, names.ids()))
    }

    /// Makes known what the input refers to, as far as the client sees it or it is its own organization's.
    async fn look_up(&self, input: &Input, names: &mut Names<'_>) -> Result<(), Refusal> {
        let store = &self.app.store;
        for (noun, reference) in content_references(input) {
            let Some(kind) = Kind::of_noun(noun).filter(|_| names.get(noun, &reference).is_none()) else { continue };
            // No name is like that, and no database need be asked.
            if reference.len() > NAME_BYTES || reference.chars().any(char::is_control) {
                continue;
            }
            let slug = reference.rsplit(':').next().unwrap_or_default();
            let own = match PublicId::parse_as(&reference, noun) {
                Ok(id) => store.stored_by_key(&self.reads, id.key()).await?.filter(|row| {
                    row.organization_id == self.actor().organization && id.to_string().ends_with(&row.public_id)
                }),
                Err(_) => store.stored_by_own_slug(&self.reads, self.actor().organization, kind, slug).await?,
            };
            let found = match own.filter(|row| row.kind == kind.number()) {
                Some(row) => Some((row.public_id.clone(), shown_slug(&row).to_string())),
                None => {
                    let view = &self.caller.view;
                    let seen = match PublicId::parse_as(&reference, noun) {
                        Ok(id) => store.find_item(id, view, Columns::with_body(false)).await?,
                        Err(_) => store.find_item_by_slug(kind, slug, view, Columns::with_body(false)).await?,
                    };
                    seen.map(|item| (item.content.public_id.clone(), item.slug().to_string()))
                }
            };
            let Some((bare, slug)) = found else { continue };
            if let Ok(id) = noun.id_of(&bare).parse::<PublicId>() {
                names.declare(id, &slug);
            }
        }
        Ok(())
    }
}

/// An input with what a partial update says put over it: a member that it leaves out stays, null clears.
pub(super) fn merge(stored: Value, patch: &Map<String, Value>) -> Value {
    let mut merged = match stored {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            merged.remove(name);
        } else {
            merged.insert(name.clone(), without_nulls(value.clone()));
        }
    }
    Value::Object(merged)
}

/// A value without members that are null, at every depth.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, v)| !v.is_null()).map(|(name, v)| (name, without_nulls(v))).collect()
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// An input as a client gave it, without members that are null: they mean the same as absent ones.
pub(super) fn given(input: &Map<String, Value>) -> Value {
    merge(Value::Object(Map::new()), input)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_patch_leaves_out_stays_and_null_clears() {
        let stored = json!({ "title": "Old", "summary": "Words", "topics": ["a", "b"], "body": "Text" });
        let patch =
            json!({ "title": "New", "summary": null, "topics": ["c"], "source": { "system": "x", "url": null } });
        let merged = merge(stored, patch.as_object().unwrap());
        let source = json!({ "system": "x" });
        assert_eq!(merged, json!({ "title": "New", "topics": ["c"], "body": "Text", "source": source }));
        assert_eq!(given(patch.as_object().unwrap()), json!({ "title": "New", "topics": ["c"], "source": source }));
    }
}
