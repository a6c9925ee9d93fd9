//! Clients: apps of an organization that act with tokens. Must not show a secret twice.

mod mutation;
mod query;

use async_graphql::{Context, Description, ID, Object, SimpleObject};

pub(crate) use mutation::{ClientMutation, actor, sort_out};
pub(crate) use query::ClientQuery;

use super::context::ContextExt;
use super::region::Region;
use super::scalar::DateTime;
use crate::domain::public_id::Noun;
use crate::domain::scope::Scope;
use crate::domain::view::View;
use crate::store::StoredClient;

/// An app of an organization, which acts here with access tokens. Only clients of the same organization see it, with
/// scope `clients:manage`; `node` does not find it.
#[derive(Clone, Debug, Description)]
pub(crate) struct Client {
    stored: StoredClient,
    view: View,
}

impl Client {
    pub(crate) fn new(stored: StoredClient, view: &View) -> Self {
        Self { stored, view: view.clone() }
    }
}

/// A scope that a client holds.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ClientGrant {
    /// The scope by its name in tokens, such as `resources:write`.
    scope: String,
    /// The regions that it is limited to, with all that lies inside them; null if it holds everywhere.
    regions: Option<Vec<Region>>,
}

#[Object(use_type_description)]
impl Client {
    /// The client's global id; it is also its `client_id` at the token endpoint.
    async fn id(&self) -> ID {
        ID(Noun::Client.id_of(&self.stored.row.public_id))
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.stored.row.name
    }

    /// Whether it may act. A client that was disabled stays so.
    async fn is_enabled(&self) -> bool {
        self.stored.row.is_enabled
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime::micros(self.stored.row.created_at)
    }

    /// What it holds, by scope.
    async fn grants(&self, ctx: &Context<'_>) -> Vec<ClientGrant> {
        let held = |scope: Scope| self.stored.grants.iter().filter(move |(held, _)| *held == scope);
        let region = |key: i64| Region::of_key(ctx.catalog(), key, &self.view);
        let scopes = Scope::ALL.iter().filter(|scope| held(**scope).next().is_some());
        scopes
            .map(|scope| ClientGrant {
                scope: scope.as_str().to_string(),
                regions: held(*scope)
                    .map(|(_, region)| *region)
                    .collect::<Option<Vec<i64>>>()
                    .map(|keys| keys.into_iter().filter_map(region).collect()),
            })
            .collect()
    }
}
