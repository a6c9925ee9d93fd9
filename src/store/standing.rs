//! What plans are held against in the transaction that writes: what their clients hold, and the last changes of their
//! items. Must not compare.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult};

use super::client::{CLIENT, GRANT, REVOKED, read};
use super::sql::Sql;
use super::{Credentials, Holder, Store};

const CHANGE: i64 = 4;

/// What is so at the moment.
#[derive(Debug)]
pub(super) struct Standing {
    rows: Vec<QueryResult>,
    /// The number of the last change of each item.
    pub changes: HashMap<i64, i64>,
}

impl Standing {
    /// What a client holds.
    pub(super) fn credentials(&self, holder: &Holder) -> Result<Option<Credentials>, DbErr> {
        let mut own = Vec::new();
        for row in &self.rows {
            let part: i64 = row.try_get("", "part")?;
            let is_own = match part {
                REVOKED => row.try_get::<String>("", "text")? == holder.jti,
                CLIENT | GRANT => row.try_get::<i64>("", "owner")? == holder.client.key(),
                _ => false,
            };
            if is_own {
                own.push(row);
            }
        }
        read(holder.client, own)
    }
}

impl Store {
    /// What is so now of some clients, and of some items, which nobody else changes until the transaction ends.
    pub(super) async fn standing(
        &self,
        tx: &DatabaseTransaction,
        holders: &[&Holder],
        items: &[i64],
    ) -> Result<Standing, DbErr> {
        let backend = self.backend();
        if backend == DbBackend::Postgres && !items.is_empty() {
            // In one order everywhere, so that two nodes never wait for each other. Apart from the look, which must be of the
            // moment after the wait.
            let mut sql = Sql::default();
            sql.push("SELECT 1 FROM content WHERE id").is_any(backend, items).push(" ORDER BY id FOR UPDATE");
            tx.query_all_raw(sql.statement(backend)).await?;
        }
        let clients: Vec<i64> = holders.iter().map(|holder| holder.client.key()).collect();
        let tokens: Vec<String> = holders.iter().map(|holder| holder.jti.clone()).collect();
        let mut sql = Sql::default();
        sql.push("SELECT CAST(0 AS BIGINT) AS part, id AS owner, public_id AS text, organization_id AS first, ");
        sql.push("token_generation AS second, CASE WHEN is_enabled THEN 1 ELSE 0 END AS flag FROM client WHERE id");
        sql.is_among(backend, &clients);
        sql.push(" UNION ALL SELECT CAST(1 AS BIGINT), client_id, scope, region_id, region_id, 1 FROM client_grant");
        sql.push(" WHERE client_id").is_among(backend, &clients);
        sql.push(" UNION ALL SELECT CAST(3 AS BIGINT), client_id, jti, client_id, client_id, 1 FROM revoked_token");
        sql.push(" WHERE jti").is_among_texts(backend, &tokens);
        sql.push(" UNION ALL SELECT CAST(4 AS BIGINT), item, '', max(seq), max(seq), 1 FROM change WHERE item");
        sql.is_among(backend, items).push(" GROUP BY item");
        let mut rows = tx.query_all_raw(sql.statement(backend)).await?;
        // Of what was not changed for long the log tells nothing any more.
        let mut changes: HashMap<i64, i64> = items.iter().map(|item| (*item, 0)).collect();
        for row in &rows {
            if row.try_get::<i64>("", "part")? == CHANGE {
                changes.insert(row.try_get("", "owner")?, row.try_get("", "first")?);
            }
        }
        rows.retain(|row| !row.try_get::<i64>("", "part").is_ok_and(|part| part == CHANGE));
        Ok(Standing { rows, changes })
    }
}
