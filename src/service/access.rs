//! Who acts: from a token, or from a client's own secret, to what may be done now. What a token says is an upper bound; what
//! the client holds at this moment decides, so that a change of it holds at once. Must not decide about one item.

use std::sync::Arc;

use sea_orm::{DatabaseTransaction, DbErr};
use secrecy::SecretString;

use crate::app::App;
use crate::auth::secret;
use crate::auth::token::{self, Parties, Token};
use crate::domain::actor::{Actor, Grants};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;
use crate::store::{Credentials, Holder};

/// Why nobody acts.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The token or secret is not valid, or not any more. It does not say why.
    #[error("the access token is not valid")]
    Invalid,
    /// The client does not hold the scope any more.
    #[error("the access token lacks scope `{}`", .0.as_str())]
    Lacks(Scope),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
}

/// The client of a token, with what it may do with it now. The token is checked before the database is asked.
pub async fn authenticate(app: &App, parties: &Parties, text: &str) -> Result<Actor, AccessError> {
    let keys = app.keys.current();
    let token = token::verify(&keys, parties, text, app.clock.now()).map_err(|_| AccessError::Invalid)?;
    let found = app.store.credentials_by_token(token.client, &token.jti).await?;
    let credentials = found.filter(|found| stands(found, token.generation)).ok_or(AccessError::Invalid)?;
    if app.store.catalog().organization(credentials.organization).is_none() {
        // Made a moment ago, by the command line or another node.
        app.store.reload_catalog().await?;
    }
    Ok(Actor {
        client: token.client.key(),
        client_id: token.client.to_string(),
        organization: credentials.organization,
        grants: grants(&credentials, &token.scopes),
        expires_at: token.expires_at.saturating_mul(1_000_000),
        jti: token.jti,
        generation: token.generation,
    })
}

/// The same actor as the transaction that is about to write sees it. Call it first in every write.
pub async fn recheck(app: &App, tx: &DatabaseTransaction, actor: &Actor) -> Result<Actor, AccessError> {
    let id = PublicId::parse_as(&actor.client_id, Noun::Client).map_err(|_| AccessError::Invalid)?;
    let found = app.store.credentials_within(tx, id, &actor.jti).await?;
    renewed(actor, found.as_ref(), app.clock.now()).ok_or(AccessError::Invalid)
}

/// Whether an actor may do now what it might when it was found.
pub async fn holds(app: &App, actor: &Actor) -> Result<bool, AccessError> {
    let id = PublicId::parse_as(&actor.client_id, Noun::Client).map_err(|_| AccessError::Invalid)?;
    let found = app.store.credentials_by_token(id, &actor.jti).await?;
    let now = renewed(actor, found.as_ref(), app.clock.now());
    Ok(now.is_some_and(|now| (now.organization, &now.grants) == (actor.organization, &actor.grants)))
}

/// A client with all that it holds, for what is done in its name without a token; none if it may not act any more.
pub async fn client(app: &App, key: i64) -> Result<Option<Actor>, DbErr> {
    let Some(id) = app.store.client_id(key).await? else { return Ok(None) };
    let Some(credentials) = app.store.credentials_by_id(id).await?.filter(|found| found.is_enabled) else {
        return Ok(None);
    };
    Ok(Some(Actor {
        client: key,
        client_id: id.to_string(),
        organization: credentials.organization,
        grants: grants(&credentials, Scope::ALL),
        expires_at: i64::MAX,
        jti: String::new(),
        generation: credentials.generation,
    }))
}

/// The same actor by what is found of its client now.
fn renewed(actor: &Actor, found: Option<&Credentials>, now: Timestamp) -> Option<Actor> {
    let is_over = now >= Timestamp::from_micros(actor.expires_at);
    let credentials = found.filter(|found| !is_over && stands(found, actor.generation))?;
    let scopes: Vec<Scope> = actor.grants.iter().map(|(scope, _)| scope).collect();
    Some(Actor { organization: credentials.organization, grants: grants(credentials, &scopes), ..actor.clone() })
}

/// What a plan of an actor is held against when it is committed: that the actor may do the same as when it was made.
pub fn holder(app: &App, actor: &Arc<Actor>) -> Result<Holder, AccessError> {
    let client = PublicId::parse_as(&actor.client_id, Noun::Client).map_err(|_| AccessError::Invalid)?;
    let (clock, planned) = (app.clock.clone(), Arc::clone(actor));
    let is_same = move |found: Option<&Credentials>| {
        renewed(&planned, found, clock.now())
            .is_some_and(|now| (now.organization, now.grants) == (planned.organization, planned.grants.clone()))
    };
    Ok(Holder { client, jti: actor.jti.clone(), is_same: Box::new(is_same) })
}

/// The client of an id and a secret. An id that does not exist, a wrong secret and a disabled client take the same
/// statement and the same comparison.
pub async fn client_of_secret(
    app: &App,
    id: &str,
    given: &SecretString,
) -> Result<(PublicId, Credentials), AccessError> {
    let parsed = PublicId::parse_as(id, Noun::Client);
    let asked = parsed.unwrap_or(PublicId::new(Noun::Client, uuid::Uuid::nil()));
    let found = app.store.credentials_by_id(asked).await?;
    let is_known = found.is_some() && parsed.is_ok();
    let credentials = found.unwrap_or_default();
    let is_right = secret::is_one_of(given, &credentials.secrets);
    if is_known && is_right && credentials.is_enabled { Ok((asked, credentials)) } else { Err(AccessError::Invalid) }
}

/// Whether a token that was checked is one of a client's and would be taken now.
pub async fn is_active(app: &App, token: &Token) -> Result<bool, DbErr> {
    let found = app.store.credentials_by_token(token.client, &token.jti).await?;
    Ok(found.is_some_and(|found| stands(&found, token.generation)))
}

/// The scopes that a client holds, anywhere.
pub fn scopes(credentials: &Credentials) -> Vec<Scope> {
    let held = |scope: &&Scope| credentials.grants.iter().any(|(granted, _)| granted == *scope);
    Scope::ALL.iter().filter(held).copied().collect()
}

fn stands(credentials: &Credentials, generation: i64) -> bool {
    credentials.is_enabled && !credentials.is_revoked && credentials.generation == generation
}

fn grants(credentials: &Credentials, scopes: &[Scope]) -> Grants {
    let mut grants = Grants::default();
    for (scope, region) in &credentials.grants {
        grants.add(*scope, *region);
    }
    grants.narrow(scopes);
    grants
}
