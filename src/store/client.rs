//! Clients, their secrets and grants, and revoked tokens. What a request needs of its client is one statement by primary
//! keys. Must not decide who may act, nor compare secrets.

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, Set,
};

use super::Store;
use super::sql::Sql;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

/// A scope that a client holds; the region is none for everywhere.
pub type Grant = (Scope, Option<i64>);

/// A client with what it holds, for those who manage it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredClient {
    /// Its row.
    pub row: entity::client::Model,
    /// What it holds, by scope and region.
    pub grants: Vec<Grant>,
}

/// What a request needs to know of its client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Its organization's key.
    pub organization: i64,
    /// Whether it may act.
    pub is_enabled: bool,
    /// The generation that its tokens must have.
    pub generation: i64,
    /// What it holds.
    pub grants: Vec<Grant>,
    /// The hashes of its secrets, unless a token came instead.
    pub secrets: Vec<String>,
    /// Whether the token was revoked.
    pub is_revoked: bool,
}

pub(super) const CLIENT: i64 = 0;
pub(super) const GRANT: i64 = 1;
const SECRET: i64 = 2;
pub(super) const REVOKED: i64 = 3;
/// The region of a grant that is for everywhere.
const EVERYWHERE: i64 = 0;

impl Store {
    /// The client of an id with the hashes of its secrets; one statement whether there is such a client or not.
    pub async fn credentials_by_id(&self, id: PublicId) -> Result<Option<Credentials>, DbErr> {
        let mut sql = parts(id.key());
        sql.push(" UNION ALL SELECT CAST(2 AS BIGINT), hash, created_at, created_at, 1 FROM client_secret");
        sql.push(" WHERE client_id = ").bind(id.key());
        read(id, &self.query(sql.statement(self.backend())).await?)
    }

    /// The public id of a client.
    pub async fn client_id(&self, key: i64) -> Result<Option<PublicId>, DbErr> {
        let row = entity::client::Entity::find_by_id(key).one(&self.reader).await?;
        Ok(row.and_then(|row| PublicId::parse_as(&Noun::Client.id_of(&row.public_id), Noun::Client).ok()))
    }

    /// The client of a token, and whether the token was revoked; one statement.
    pub async fn credentials_by_token(&self, id: PublicId, jti: &str) -> Result<Option<Credentials>, DbErr> {
        let sql = with_revocation(id, jti);
        read(id, &self.query(sql.statement(self.backend())).await?)
    }

    /// The same as a transaction that writes sees it.
    pub async fn credentials_within(
        &self,
        tx: &impl ConnectionTrait,
        id: PublicId,
        jti: &str,
    ) -> Result<Option<Credentials>, DbErr> {
        let sql = with_revocation(id, jti);
        read(id, &tx.query_all_raw(sql.statement(self.backend())).await?)
    }

    /// The clients of an organization, or all, by name.
    pub async fn list_clients(&self, organization: Option<i64>, most: u64) -> Result<Vec<StoredClient>, DbErr> {
        let mut query = entity::client::Entity::find();
        if let Some(organization) = organization {
            query = query.filter(entity::client::COLUMN.organization_id.eq(organization));
        }
        let rows = query
            .order_by_asc(entity::client::Column::Name)
            .order_by_asc(entity::client::Column::Id)
            .limit(most)
            .all(&self.reader)
            .await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut grants = Vec::new();
        if !ids.is_empty() {
            let held = entity::client_grant::Entity::find().filter(entity::client_grant::COLUMN.client_id.is_in(ids));
            grants = held.all(&self.reader).await?;
        }
        let held = |id: i64| grants.iter().filter(|grant| grant.client_id == id).filter_map(grant).collect();
        Ok(rows.into_iter().map(|row| StoredClient { grants: sorted(held(row.id)), row }).collect())
    }

    /// A client, whatever its state.
    pub async fn find_client(&self, id: PublicId) -> Result<Option<StoredClient>, DbErr> {
        let row = entity::client::Entity::find_by_id(id.key()).one(&self.reader).await?;
        whole(&self.reader, id, row).await
    }

    /// The same for a transaction that changes it: nobody else does until that ends.
    pub async fn find_client_within(
        &self,
        tx: &DatabaseTransaction,
        id: PublicId,
    ) -> Result<Option<StoredClient>, DbErr> {
        let row = entity::client::Entity::find_by_id(id.key()).lock_exclusive().one(tx).await?;
        whole(tx, id, row).await
    }

    /// How many clients an organization has; nobody else adds one until the transaction ends.
    pub async fn count_clients(&self, tx: &DatabaseTransaction, organization: i64) -> Result<u64, DbErr> {
        entity::organization::Entity::find_by_id(organization).lock_exclusive().one(tx).await?;
        let query = entity::client::Entity::find().filter(entity::client::COLUMN.organization_id.eq(organization));
        query.count(tx).await
    }

    /// Stores a new client with its grants.
    pub async fn insert_client(&self, tx: &DatabaseTransaction, client: &StoredClient) -> Result<(), DbErr> {
        let row = client.row.clone().into_active_model();
        entity::client::Entity::insert(row).exec_without_returning(tx).await?;
        insert_grants(tx, client.row.id, &client.grants).await
    }

    /// Stores the state of a client; its grants stay.
    pub async fn update_client(&self, tx: &DatabaseTransaction, row: &entity::client::Model) -> Result<(), DbErr> {
        let row = row.clone().into_active_model().reset_all();
        entity::client::Entity::update(row).exec(tx).await?;
        Ok(())
    }

    /// Puts grants in the place of those that a client holds.
    pub async fn replace_grants(&self, tx: &DatabaseTransaction, client: i64, grants: &[Grant]) -> Result<(), DbErr> {
        let held = entity::client_grant::Entity::delete_many();
        held.filter(entity::client_grant::COLUMN.client_id.eq(client)).exec(tx).await?;
        insert_grants(tx, client, grants).await
    }

    /// Adds the hash of a secret and leaves only the latest `most`.
    pub async fn add_secret(
        &self,
        tx: &DatabaseTransaction,
        client: i64,
        hash: String,
        at: Timestamp,
        most: usize,
    ) -> Result<(), DbErr> {
        let held = entity::client_secret::Entity::find()
            .filter(entity::client_secret::COLUMN.client_id.eq(client))
            .order_by_desc(entity::client_secret::Column::CreatedAt)
            .all(tx)
            .await?;
        // Two rotations in one microsecond must not tie: a secret is later than those before it.
        let latest = held.first().map_or(i64::MIN, |secret| secret.created_at.saturating_add(1));
        for old in held.iter().skip(most.saturating_sub(1)) {
            old.clone().into_active_model().delete(tx).await?;
        }
        let row = entity::client_secret::ActiveModel {
            client_id: Set(client),
            hash: Set(hash),
            created_at: Set(at.as_micros().max(latest)),
        };
        entity::client_secret::Entity::insert(row).exec_without_returning(tx).await?;
        Ok(())
    }

    /// Revokes a token until its end, and forgets those that have ended.
    pub async fn revoke_token(
        &self,
        tx: &DatabaseTransaction,
        jti: &str,
        client: i64,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), DbErr> {
        let ended = entity::revoked_token::Entity::delete_many();
        ended.filter(entity::revoked_token::COLUMN.expires_at.lt(now.as_micros())).exec(tx).await?;
        let mut sql = Sql::default();
        sql.push("INSERT INTO revoked_token (jti, client_id, expires_at) VALUES (").bind(jti).push(", ").bind(client);
        sql.push(", ").bind(expires_at.as_micros()).push(") ON CONFLICT (jti) DO NOTHING");
        tx.execute_raw(sql.statement(self.backend())).await?;
        Ok(())
    }
}

/// The client and its grants as rows of one form: what it is, a text, two numbers, a flag.
fn parts(client: i64) -> Sql {
    let mut sql = Sql::default();
    sql.push(
        "SELECT CAST(0 AS BIGINT) AS part, public_id AS text, organization_id AS first, token_generation AS second",
    );
    sql.push(", CASE WHEN is_enabled THEN 1 ELSE 0 END AS flag FROM client WHERE id = ").bind(client);
    sql.push(" UNION ALL SELECT CAST(1 AS BIGINT), scope, region_id, region_id, 1 FROM client_grant");
    sql.push(" WHERE client_id = ").bind(client);
    sql
}

fn with_revocation(id: PublicId, jti: &str) -> Sql {
    let mut sql = parts(id.key());
    sql.push(" UNION ALL SELECT CAST(3 AS BIGINT), jti, client_id, client_id, 1 FROM revoked_token");
    sql.push(" WHERE jti = ").bind(jti);
    sql
}

pub(super) fn read<'a>(
    id: PublicId,
    rows: impl IntoIterator<Item = &'a QueryResult>,
) -> Result<Option<Credentials>, DbErr> {
    let mut found = Credentials::default();
    let mut is_found = false;
    let bare = id.bare();
    for row in rows {
        let (part, text): (i64, String) = (row.try_get("", "part")?, row.try_get("", "text")?);
        let (first, second): (i64, i64) = (row.try_get("", "first")?, row.try_get("", "second")?);
        match part {
            CLIENT => {
                is_found = text == bare;
                (found.organization, found.generation) = (first, second);
                found.is_enabled = row.try_get::<i32>("", "flag")? != 0;
            }
            GRANT => found.grants.extend(Scope::parse(&text).map(|scope| (scope, region(first)))),
            SECRET => found.secrets.push(text),
            REVOKED => found.is_revoked = true,
            _ => {}
        }
    }
    Ok(is_found.then_some(found))
}

/// A row of the whole id, not of its key alone, with its grants.
async fn whole<C: ConnectionTrait>(
    connection: &C,
    id: PublicId,
    row: Option<entity::client::Model>,
) -> Result<Option<StoredClient>, DbErr> {
    let Some(row) = row.filter(|row| row.public_id == id.bare()) else { return Ok(None) };
    let held = entity::client_grant::Entity::find().filter(entity::client_grant::COLUMN.client_id.eq(row.id));
    let grants = held.all(connection).await?.iter().filter_map(grant).collect();
    Ok(Some(StoredClient { row, grants: sorted(grants) }))
}

async fn insert_grants(tx: &DatabaseTransaction, client: i64, grants: &[Grant]) -> Result<(), DbErr> {
    let row = |(scope, region): &Grant| entity::client_grant::ActiveModel {
        client_id: Set(client),
        scope: Set(scope.as_str().to_string()),
        region_id: Set(region.unwrap_or(EVERYWHERE)),
    };
    for grants in grants.chunks(200) {
        entity::client_grant::Entity::insert_many(grants.iter().map(row)).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A grant as stored; none if this program does not know its scope.
fn grant(row: &entity::client_grant::Model) -> Option<Grant> {
    Some((Scope::parse(&row.scope)?, region(row.region_id)))
}

fn region(key: i64) -> Option<i64> {
    Some(key).filter(|key| *key != EVERYWHERE)
}

fn sorted(mut grants: Vec<Grant>) -> Vec<Grant> {
    grants.sort_unstable();
    grants
}
