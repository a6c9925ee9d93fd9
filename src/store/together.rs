//! Statements that change rows, sent in one round trip: a transaction lasts as long as its round trips. Must not read.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};

use super::sql::Sql;

/// Statements that are sent together. None sees what the others change, on PostgreSQL, and their order is open: they must
/// not touch the same rows.
#[derive(Clone, Debug)]
pub(super) struct Together {
    backend: DbBackend,
    sql: Sql,
    count: usize,
}

impl Together {
    pub(super) fn new(backend: DbBackend) -> Self {
        Self { backend, sql: Sql::default(), count: 0 }
    }

    /// Adds a statement that answers nothing: an `INSERT`, `UPDATE` or `DELETE`.
    pub(super) fn add(&mut self, statement: Statement) {
        let answer = if self.backend == DbBackend::Postgres { " RETURNING 1" } else { "" };
        self.add_with(&format!("s{}", self.count), statement, answer);
    }

    /// A condition for the `WHERE` of a statement that PostgreSQL is to run behind all that were added. It is always true,
    /// and cannot be known to be before they have run.
    pub(super) fn when_done(&self) -> String {
        let each: Vec<String> = (0..self.count).map(|number| format!("(SELECT count(*) FROM s{number})")).collect();
        if each.is_empty() { "TRUE".to_string() } else { format!("{} >= 0", each.join(" + ")) }
    }

    /// Adds a statement whose answer has a name for the last one, on PostgreSQL.
    pub(super) fn add_named(&mut self, name: &str, statement: Statement) {
        self.add_with(name, statement, "");
    }

    fn add_with(&mut self, name: &str, statement: Statement, answer: &str) {
        if self.backend == DbBackend::Postgres {
            let start = if self.count == 0 { "WITH" } else { "," };
            self.sql.push(&format!("{start} {name} AS (")).add(statement).push(answer).push(")");
        } else {
            self.sql.add(statement).push("; ");
        }
        self.count += 1;
    }

    /// Adds a statement that answers one row, and runs them all.
    pub(super) async fn ending_in(
        self,
        last: Statement,
        tx: &DatabaseTransaction,
    ) -> Result<Option<QueryResult>, DbErr> {
        tx.query_one_raw(self.with_last(last)).await
    }

    /// The same with one that answers several.
    async fn ending_in_all(self, last: Statement, tx: &DatabaseTransaction) -> Result<Vec<QueryResult>, DbErr> {
        tx.query_all_raw(self.with_last(last)).await
    }

    fn with_last(mut self, last: Statement) -> Statement {
        if self.backend == DbBackend::Postgres {
            self.sql.push(" ");
        }
        self.sql.add(last);
        self.sql.statement(self.backend)
    }

    /// Runs several sets that touch different rows, and a last statement behind them, whose rows it answers. On SQLite sets of
    /// the same text go in one round trip, and the last statement with the last of them.
    pub(super) async fn run_all(
        mut sets: Vec<Self>,
        last: Statement,
        tx: &DatabaseTransaction,
    ) -> Result<Vec<QueryResult>, DbErr> {
        if tx.get_database_backend() == DbBackend::Postgres {
            for set in sets {
                set.run(tx).await?;
            }
            return tx.query_all_raw(last).await;
        }
        sets.sort_by(|a, b| a.sql.text().cmp(b.sql.text()));
        let mut trips: Vec<&[Self]> = Vec::new();
        for alike in sets.chunk_by(|a, b| a.sql.text() == b.sql.text()) {
            let mut rest = alike;
            // Few sizes, so that each is prepared once.
            for size in [4, 3, 2, 1] {
                while let Some((some, others)) = rest.split_at_checked(size) {
                    trips.push(some);
                    rest = others;
                }
            }
        }
        let mut last = Some(last);
        for (position, trip) in trips.iter().enumerate() {
            let mut whole = Self::new(DbBackend::Sqlite);
            for set in *trip {
                whole.sql.add(set.sql.clone().statement(DbBackend::Sqlite));
                whole.count += set.count;
            }
            match last.take_if(|_| position + 1 == trips.len()) {
                Some(last) => return whole.ending_in_all(last, tx).await,
                None => whole.run(tx).await?,
            }
        }
        match last {
            Some(last) => tx.query_all_raw(last).await,
            None => Ok(Vec::new()),
        }
    }

    /// Runs them all.
    pub(super) async fn run(mut self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        if self.count == 0 {
            return Ok(());
        }
        if self.backend == DbBackend::Postgres {
            self.sql.push(" SELECT 1");
        }
        tx.execute_raw(self.sql.statement(self.backend)).await.map(|_| ())
    }
}
