//! The item that a change is about: found, locked, and held against what the client may know of it. Another
//! organization's item is answered as one that is absent. Must not change anything.

use std::collections::HashMap;

use sea_orm::DbErr;
use serde_json::{Value, json};

use super::{Edit, Refusal};
use crate::domain::content::ContentText;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::publication::Step;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::{PublicationStatus, Vocabulary};
use crate::service::export::{input_of, referred_keys};
use crate::service::fault::{Fault, FaultCode};
use crate::service::input::Record;
use crate::service::line::Input;
use crate::store::{Kind, NewItem};

/// An item that a change is about, as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub kind: Kind,
    pub id: PublicId,
    pub item: NewItem,
    /// Public ids of what it refers to, by key.
    pub ids: HashMap<i64, String>,
}

/// That there is no such item, or that it is not the client's to know.
pub(super) fn not_found() -> Refusal {
    Fault::new(FaultCode::NotFound, "input.id", "there is no such item that the client may change").into()
}

impl Target {
    /// The state that it is in.
    pub(super) fn status(&self) -> PublicationStatus {
        PublicationStatus::parse(&self.item.content.status).unwrap_or(PublicationStatus::Draft)
    }

    /// The state that a step leads to.
    pub(super) fn take(&self, step: Step) -> Result<PublicationStatus, Refusal> {
        step.apply(self.status()).ok_or_else(|| {
            Fault::new(FaultCode::InvalidStateTransition, "input.id", step.refusal(self.status())).into()
        })
    }

    /// The item as an input again, and its record.
    pub(super) fn input(&self, edit: &Edit<'_>) -> Result<(Input, Record), Refusal> {
        input_of(&self.item, &edit.catalog, &self.ids)
            .map_err(|fault| Refusal::Database(DbErr::Type(format!("a stored item does not become an input: {fault}"))))
    }

    /// The members of the stored input, to be patched. Each translation says which version it was made of: left out, it
    /// would become one of the version that the patch makes, however old it is.
    pub(super) fn members(&self, stored: &Input) -> Result<Value, Refusal> {
        let broken = |fault: serde_json::Error| DbErr::Json(fault.to_string());
        let mut members = stored.json().map_err(broken)?;
        let texts: Vec<ContentText> = serde_json::from_str(&self.item.content.texts).map_err(broken)?;
        let version = texts.first().map(|original| original.based_on);
        for translation in members.get_mut("translations").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(translation) = translation
                && translation.get("basedOn").is_none_or(Value::is_null)
            {
                translation.insert("basedOn".to_string(), json!(version));
            }
        }
        Ok(members)
    }
}

impl Edit<'_> {
    /// The item of an id, whoever's it is.
    async fn stored(&self, id: &str, noun: Option<Noun>) -> Result<Target, Refusal> {
        let parsed = match noun {
            Some(noun) => PublicId::parse_as(id, noun),
            None => id.parse::<PublicId>(),
        };
        let id = parsed.map_err(|fault| Fault::new(FaultCode::Invalid, "input.id", fault.to_string()))?;
        let Some(kind) = Kind::of_noun(id.noun) else {
            let message = format!("is the id of a {}, which is not content", id.noun.name());
            return Err(Fault::new(FaultCode::Invalid, "input.id", message).into());
        };
        let store = &self.app.store;
        let item = match self.writes {
            Some(tx) => store.stored_item_locked(tx, kind, id.key()).await?,
            // The transaction that writes looks whether it changed since.
            None => store.stored_item_and_change(&self.reads, kind, id.key()).await?.map(|(item, change)| {
                self.last_change.get_or_init(|| change);
                item
            }),
        };
        let item = item.filter(|item| id.to_string().ends_with(&item.content.public_id)).ok_or_else(not_found)?;
        Ok(Target { kind, id, item, ids: HashMap::new() })
    }

    async fn with_ids(&self, mut target: Target) -> Result<Target, Refusal> {
        let keys = referred_keys(&target.item);
        for (key, kind, bare) in self.app.store.stored_ids_within(&self.reads, &keys).await? {
            target.ids.insert(key, kind.noun().id_of(&bare));
        }
        Ok(target)
    }

    /// An item of the own organization, at the expected version.
    pub(super) async fn own(&self, id: &str, noun: Option<Noun>, expected: i32) -> Result<Target, Refusal> {
        let target = self.own_at_any_version(id, noun).await?;
        expect(&target, Some(expected))?;
        Ok(target)
    }

    /// An item of the own organization, whatever its version.
    pub(super) async fn own_at_any_version(&self, id: &str, noun: Option<Noun>) -> Result<Target, Refusal> {
        let target = self.stored(id, noun).await?;
        if target.item.content.organization_id != self.actor().organization {
            return Err(not_found());
        }
        self.with_ids(target).await
    }

    /// An item that waits for a reviewer, of any organization.
    pub(super) async fn in_review(&self, id: &str, expected: i32) -> Result<Target, Refusal> {
        let target = self.stored(id, None).await?;
        let is_own = target.item.content.organization_id == self.actor().organization;
        let is_seen = target.status() == PublicationStatus::InReview
            && self.authorise(&[Scope::ContentReview], &[&target.item], "input.id").is_ok();
        if !is_own && !is_seen {
            return Err(not_found());
        }
        expect(&target, Some(expected))?;
        self.with_ids(target).await
    }

    /// Whether the client sees an item among what is published.
    fn is_seen(&self, target: &Target) -> bool {
        let content = &target.item.content;
        let now = self.now.as_micros();
        let regions = crate::store::unpack_keys(&content.region_ids);
        target.status() == PublicationStatus::Published
            && content.published_at.is_none_or(|at| at <= now)
            && content.expires_at.is_none_or(|at| at > now)
            && (content.visibility == "PUBLIC"
                || self.caller.view.sight.sees_partners(content.organization_id, &regions))
    }

    /// An item of any organization that is or was published, or an own one. One that is not seen is known only to
    /// those who may withdraw it.
    pub(super) async fn published_once(&self, id: &str, expected: Option<i32>) -> Result<Target, Refusal> {
        let target = self.stored(id, None).await?;
        let content = &target.item.content;
        let is_known = content.published_at.is_some()
            && !matches!(
                target.status(),
                PublicationStatus::Draft | PublicationStatus::InReview | PublicationStatus::Scheduled
            );
        let is_theirs = content.organization_id != self.actor().organization;
        let may_withdraw = || self.authorise(&[Scope::ContentWithdraw], &[&target.item], "input.id").is_ok();
        if is_theirs && !(is_known && (self.is_seen(&target) || may_withdraw())) {
            return Err(not_found());
        }
        expect(&target, expected)?;
        self.with_ids(target).await
    }

    /// An item that the client sees among what is published.
    pub(super) async fn seen(&self, id: &str, expected: Option<i32>) -> Result<Target, Refusal> {
        let target = self.stored(id, None).await?;
        if !self.is_seen(&target) {
            return Err(not_found());
        }
        expect(&target, expected)?;
        self.with_ids(target).await
    }
}

/// Refuses another version than the one that the client knows.
fn expect(target: &Target, expected: Option<i32>) -> Result<(), Refusal> {
    let found = target.item.content.version;
    match expected {
        Some(expected) if expected != found => {
            let message = format!("is {expected}, and the item is at version {found}: read it again");
            Err(Fault::new(FaultCode::StaleVersion, "input.expectedVersion", message).into())
        }
        _ => Ok(()),
    }
}
