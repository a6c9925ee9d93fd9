//! Clients: making them, their secrets and grants, and taking all of it away. An operator may do everything from the
//! command line; a client only what gives nobody more than it holds itself. Must not print or show a secret twice.

mod grant;

use sea_orm::{DatabaseTransaction, DbErr};
use secrecy::SecretString;

use super::access::{AccessError, recheck};
use super::fault::{Fault, FaultCode};
use crate::app::App;
use crate::auth::secret;
use crate::domain::actor::Actor;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::domain::text::{Line, TextFault};
use crate::store::{Catalog, StoredClient};
pub use grant::GrantInput;

/// Most clients of one organization.
pub const MOST_CLIENTS: u64 = 100;
/// Most characters of a name.
pub const NAME_CHARS: usize = 100;

/// Who changes a client.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The operator, from the command line.
    Operator,
    /// A client of the same organization.
    Client(&'a Actor),
}

/// A client to be made.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// The key of its organization; a client makes others of its own organization only.
    pub organization: i64,
    /// What people call it.
    pub name: String,
    /// What it is to hold.
    pub grants: Vec<GrantInput>,
}

/// A client with a secret that is shown now and never again.
#[derive(Debug)]
pub struct WithSecret {
    /// The client.
    pub client: StoredClient,
    /// The secret.
    pub secret: SecretString,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The input is refused.
    #[error("{} faults in the input", .0.len())]
    Refused(Vec<Fault>),
    /// The caller may not act any more, or the database failed.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<DbErr> for ClientError {
    fn from(cause: DbErr) -> Self {
        Self::Access(AccessError::Database(cause))
    }
}

impl From<Fault> for ClientError {
    fn from(fault: Fault) -> Self {
        Self::Refused(vec![fault])
    }
}

/// Makes a client with its first secret.
pub async fn create(app: &App, by: By<'_>, new: &NewClient) -> Result<WithSecret, ClientError> {
    let change = Change::begin(app, by).await?;
    let organization = change.actor.as_ref().map_or(new.organization, |actor| actor.organization);
    let mut faults = Vec::new();
    let name = Line::<NAME_CHARS>::parse(&new.name).map_err(|fault| faults.push(name_fault(&fault))).ok();
    let grants = change.check_grants(&new.grants, &[]).map_err(|found| faults.extend(found)).unwrap_or_default();
    if faults.is_empty() && app.store.count_clients(&change.tx, organization).await? >= MOST_CLIENTS {
        let message = format!("the organization has {MOST_CLIENTS} clients, which is the maximum");
        faults.push(Fault::new(FaultCode::OutOfRange, "input", message));
    }
    let (Some(name), true) = (name, faults.is_empty()) else { return Err(ClientError::Refused(faults)) };
    let id = PublicId::new(Noun::Client, app.clock.random_id());
    let now = app.clock.now();
    let row = entity::client::Model {
        id: id.key(),
        public_id: id.bare(),
        organization_id: organization,
        name: name.to_string(),
        is_enabled: true,
        token_generation: 0,
        made_by: change.actor.as_ref().map(|actor| actor.client),
        created_at: now.as_micros(),
        updated_at: now.as_micros(),
    };
    let client = StoredClient { row, grants };
    app.store.insert_client(&change.tx, &client).await?;
    let secret = change.add_secret(app, client.row.id).await?;
    change.tx.commit().await?;
    Ok(WithSecret { client, secret })
}

/// Gives a client another secret; the latest two are valid, so that it can go over without a gap.
///
/// Who has a client's secret can act as that client: another one than itself gets it only if it holds all that the client
/// holds and could have given it.
pub async fn rotate_secret(app: &App, by: By<'_>, id: PublicId) -> Result<WithSecret, ClientError> {
    let change = Change::begin(app, by).await?;
    let mut client = change.find(app, id).await?;
    if !client.row.is_enabled {
        return Err(Fault::new(FaultCode::InvalidStateTransition, "input.id", "the client is disabled").into());
    }
    if !change.could_act_as(&client) {
        let message = "the client holds what yours may not give; the operator rotates its secret";
        return Err(Fault::new(FaultCode::Invalid, "input.id", message).into());
    }
    let secret = change.add_secret(app, client.row.id).await?;
    change.update(app, &mut client).await?;
    change.tx.commit().await?;
    Ok(WithSecret { client, secret })
}

/// Disables a client at once and for good: its tokens are refused from the next request on.
pub async fn disable(app: &App, by: By<'_>, id: PublicId) -> Result<StoredClient, ClientError> {
    let change = Change::begin(app, by).await?;
    let mut client = change.find(app, id).await?;
    client.row.is_enabled = false;
    change.update(app, &mut client).await?;
    change.tx.commit().await?;
    Ok(client)
}

/// Refuses all tokens of a client that were issued before now; it may ask for new ones.
pub async fn revoke_tokens(app: &App, by: By<'_>, id: PublicId) -> Result<StoredClient, ClientError> {
    let change = Change::begin(app, by).await?;
    let mut client = change.find(app, id).await?;
    client.row.token_generation = client.row.token_generation.saturating_add(1);
    change.update(app, &mut client).await?;
    change.tx.commit().await?;
    Ok(client)
}

/// Puts grants in the place of those that a client holds. What it holds already may stay, whoever gave it.
pub async fn set_grants(
    app: &App,
    by: By<'_>,
    id: PublicId,
    grants: &[GrantInput],
) -> Result<StoredClient, ClientError> {
    let change = Change::begin(app, by).await?;
    let mut client = change.find(app, id).await?;
    client.grants = change.check_grants(grants, &client.grants).map_err(ClientError::Refused)?;
    app.store.replace_grants(&change.tx, client.row.id, &client.grants).await?;
    change.update(app, &mut client).await?;
    change.tx.commit().await?;
    Ok(client)
}

/// Revokes one token, whose client has shown its secret.
pub async fn revoke_token(app: &App, token: &crate::auth::token::Token) -> Result<(), DbErr> {
    let tx = app.store.begin().await?;
    let ends = crate::domain::time::Timestamp::from_micros(token.expires_at.saturating_mul(1_000_000));
    app.store.revoke_token(&tx, &token.jti, token.client.key(), ends, app.clock.now()).await?;
    tx.commit().await
}

/// The transaction of a change, and who makes it as the transaction sees it; none for the operator.
struct Change {
    tx: DatabaseTransaction,
    actor: Option<Actor>,
    catalog: std::sync::Arc<Catalog>,
}

impl Change {
    async fn begin(app: &App, by: By<'_>) -> Result<Self, ClientError> {
        let tx = app.store.begin().await?;
        let actor = match by {
            By::Operator => None,
            By::Client(actor) => {
                let actor = recheck(app, &tx, actor).await?;
                if !actor.has(Scope::ClientsManage) {
                    return Err(AccessError::Lacks(Scope::ClientsManage).into());
                }
                Some(actor)
            }
        };
        Ok(Self { tx, actor, catalog: app.store.catalog() })
    }

    /// A client that may be changed: for a client, one of its own organization. Others do not exist.
    async fn find(&self, app: &App, id: PublicId) -> Result<StoredClient, ClientError> {
        let found = app.store.find_client_within(&self.tx, id).await?;
        let is_own = |client: &StoredClient| {
            self.actor.as_ref().is_none_or(|actor| actor.organization == client.row.organization_id)
        };
        found
            .filter(is_own)
            .ok_or_else(|| Fault::new(FaultCode::NotFound, "input.id", "there is no such client").into())
    }

    async fn add_secret(&self, app: &App, client: i64) -> Result<SecretString, DbErr> {
        let made = secret::generate();
        let hash = secret::hash(&made);
        app.store.add_secret(&self.tx, client, hash, app.clock.now(), secret::MOST_SECRETS).await?;
        Ok(made)
    }

    async fn update(&self, app: &App, client: &mut StoredClient) -> Result<(), DbErr> {
        client.row.updated_at = app.clock.now().as_micros();
        app.store.update_client(&self.tx, &client.row).await
    }

    fn could_act_as(&self, client: &StoredClient) -> bool {
        let Some(actor) = &self.actor else { return true };
        let may_give = |held: &crate::store::Grant| grant::may_give(actor, &self.catalog, *held).is_ok();
        actor.client == client.row.id || client.grants.iter().all(may_give)
    }

    fn check_grants(
        &self,
        asked: &[GrantInput],
        held: &[crate::store::Grant],
    ) -> Result<Vec<crate::store::Grant>, Vec<Fault>> {
        grant::check(asked, held, self.actor.as_ref(), &self.catalog)
    }
}

fn name_fault(fault: &TextFault) -> Fault {
    let code = match fault {
        TextFault::Empty => FaultCode::Required,
        TextFault::TooLong { .. } => FaultCode::TooLong,
        TextFault::Control(_) | TextFault::Bidirectional(_) => FaultCode::Invalid,
    };
    Fault::new(code, "input.name", fault.to_string())
}
