//! Requests that clients may repeat: with the same key the same thing is made once, however often and at whatever moment
//! it is asked for. Only a hash of the request is kept. Must not keep a text.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Caller, Change, Create, Edit, Refusal, in_transaction, perform, plan};
use crate::app::App;
use crate::domain::geo::Point;
use crate::domain::public_id::PublicId;
use crate::domain::text::Line;
use crate::domain::time::DAY_MICROS;
use crate::domain::vocabulary::{LocationDisclosure, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::store::{Claim, Kind, NewItem};

/// Longest key, in characters.
pub const IDEMPOTENCY_KEY_CHARS: usize = 200;

/// A key that a client chose, and what its request was: hashes, since a key may be made of what an item says, which may
/// have to be erased.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub name: String,
    pub fingerprint: String,
}

impl Key {
    /// A key and the fingerprint of the request that it stands for.
    pub(super) fn parse(key: &str, what: &str, input: &Value) -> Result<Self, Refusal> {
        let name = Line::<IDEMPOTENCY_KEY_CHARS>::parse(key)
            .map_err(|fault| Fault::of_text(&fault, "input.idempotencyKey"))?
            .to_string();
        Ok(Self { name: hash(&name), fingerprint: hash(&format!("{what}\n{}", coarse(input))) })
    }
}

/// A request with the points that must not be exact coarsened as they are stored: from a hash of the exact one it could be
/// found by trying.
fn coarse(input: &Value) -> Value {
    match input {
        Value::Object(members) => {
            let is_exact = members.get("disclosure").is_none_or(|level| level == LocationDisclosure::Exact.as_str());
            let member = |(name, value): (&String, &Value)| {
                let point = (name == "point" && !is_exact).then(|| serde_json::from_value::<Point>(value.clone()));
                let value = match point {
                    Some(Ok(point)) => json!(point.cell_centre()),
                    _ => coarse(value),
                };
                (name.clone(), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(coarse).collect()),
        other => other.clone(),
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

impl Edit<'_> {
    fn row(&self, key: &Key, answer: Option<String>) -> entity::idempotency::Model {
        entity::idempotency::Model {
            client_id: self.actor().client,
            idempotency_key: key.name.clone(),
            fingerprint: key.fingerprint.clone(),
            answer,
            expires_at: self.now.as_micros().saturating_add(DAY_MICROS),
        }
    }

    /// Whether anything is kept of a key, even if its time has run out.
    pub(super) async fn is_known(&self, key: &Key) -> Result<bool, Refusal> {
        Ok(self.app.store.knows_key(&self.reads, self.actor().client, &key.name).await?)
    }

    /// What is kept of a key whose request made an item.
    pub(super) fn answered(&self, key: &Key, item: &NewItem) -> entity::idempotency::Model {
        self.row(key, Some(id_of(item)))
    }

    /// Takes a key; if its request was answered before, with what it made.
    pub(super) async fn claim(&self, key: &Key) -> Result<Option<String>, Refusal> {
        match self.app.store.claim_key(self.tx()?, self.row(key, None), self.now).await? {
            Claim::New => Ok(None),
            Claim::Used { fingerprint, answer } if fingerprint == key.fingerprint => Ok(Some(answer)),
            Claim::Used { .. } => {
                let message = "was used with another input in the last 24 hours";
                Err(Fault::new(FaultCode::IdempotencyKeyReused, "input.idempotencyKey", message).into())
            }
        }
    }

    /// Keeps what the request of a key made.
    pub(super) async fn answer(&self, key: &Key, answer: String) -> Result<(), Refusal> {
        Ok(self.app.store.answer_key(self.tx()?, self.actor().client, &key.name, answer).await?)
    }
}

/// Makes a draft, once for each key.
pub async fn create_once(app: &App, caller: &Caller, create: &Create, key: Option<&str>) -> Result<NewItem, Refusal> {
    let Some(key) = key else { return perform(app, caller, create).await };
    let key = Key::parse(key, create.kind, &Value::Object(create.input.clone()))?;
    if let Some(item) = plan::perform(app, caller, create, Some(&key)).await? {
        return Ok(item);
    }
    in_transaction(app, caller, &CreateOnce { create, key: &key }).await
}

fn id_of(item: &NewItem) -> String {
    let noun = Kind::from_number(item.content.kind).map_or("", |kind| kind.noun().prefix());
    format!("{noun}_{}", item.content.public_id)
}

/// Makes a draft under a key, or finds what was made under it.
#[derive(Debug)]
struct CreateOnce<'a> {
    create: &'a Create,
    key: &'a Key,
}

impl Change for CreateOnce<'_> {
    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let Some(answer) = edit.claim(self.key).await? else {
            let item = self.create.apply(edit).await?;
            edit.answer(self.key, id_of(&item)).await?;
            return Ok(item);
        };
        let gone = || sea_orm::DbErr::Custom("what a key of a repeated request made is gone".to_string());
        let id: PublicId = answer.parse().map_err(|_| gone())?;
        let kind = Kind::of_noun(id.noun).ok_or_else(gone)?;
        Ok(edit.app.store.stored_item(&edit.reads, kind, id.key()).await?.ok_or_else(gone)?)
    }
}
