//! Writes whose only result is how many rows they changed, sent together: on SQLite one trip to the writer's thread
//! instead of one for each, which is most of what a short transaction costs there.

use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement, Values};

use crate::Result;

/// Statements in order, each with the number of rows that it must change.
#[derive(Debug)]
pub struct Batch {
    backend: DbBackend,
    statements: Vec<(Statement, u64)>,
}

impl Batch {
    pub fn on(conn: &impl ConnectionTrait) -> Self {
        Self { backend: conn.get_database_backend(), statements: Vec::new() }
    }

    pub(crate) fn push(&mut self, query: &impl QueryTrait, rows: u64) {
        self.statements.push((query.build(self.backend), rows));
    }

    /// Sends all of it. False: something did not change as many rows as it must (a compare-and-set that lost); then the
    /// transaction is half written and must be dropped.
    ///
    /// # Errors
    /// Of the first statement that fails; the transaction must be dropped, too.
    pub async fn run(self, conn: &impl ConnectionTrait) -> Result<bool> {
        if self.backend == DbBackend::Sqlite {
            let expected: u64 = self.statements.iter().map(|(_, rows)| rows).sum();
            let joined = joined(self.statements.into_iter().map(|(statement, _)| statement));
            return Ok(conn.execute_raw(joined).await?.rows_affected() == expected);
        }
        for (statement, rows) in self.statements {
            if conn.execute_raw(statement).await?.rows_affected() != rows {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// One text with the values one after another: the driver hands each statement as many as it has question marks.
fn joined(statements: impl Iterator<Item = Statement>) -> Statement {
    let (mut sql, mut values) = (String::new(), Vec::new());
    for statement in statements {
        if !sql.is_empty() {
            sql.push_str("; ");
        }
        sql.push_str(&statement.sql);
        values.extend(statement.values.into_iter().flat_map(|values| values.0));
    }
    Statement { sql, values: Some(Values(values)), db_backend: DbBackend::Sqlite }
}
