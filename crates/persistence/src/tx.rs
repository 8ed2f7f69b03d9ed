//! A write transaction: on SQLite a member of the writer's group, elsewhere a transaction of its own.

use std::ops::Deref;
use std::sync::Arc;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::db::writer::Turn;
use crate::error::{Error, Result};
use crate::uncut::{Threads, TxConnection, Uncut};

/// Dropped without [`Tx::commit`] it is rolled back. Nothing slow belongs between `begin` and `commit`: on SQLite
/// everybody else who writes is waiting. After a failed statement, drop it.
///
/// Hand it to finders as `&tx` (or `&*tx`).
#[derive(Debug)]
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Tx {
    // The order matters: the connection is let go before the writer hears that the turn is over.
    connection: TxConnection,
    turn: Option<Turn>,
}

impl Tx {
    pub(crate) fn member(inner: Arc<DatabaseTransaction>, turn: Turn) -> Self {
        Self { connection: TxConnection::new(Uncut::Direct(inner)), turn: Some(turn) }
    }

    pub(crate) fn alone(inner: DatabaseTransaction, threads: Threads) -> Self {
        Self { connection: TxConnection::new(Uncut::Task(Arc::new(inner), threads)), turn: None }
    }

    /// For the migrator, which wants the ORM's own type.
    pub(crate) fn raw(&self) -> &DatabaseTransaction {
        self.connection.inner()
    }

    /// Returns when what was written survives a power cut.
    ///
    /// # Errors
    /// When a statement before it failed so that nothing can be kept; when the commit failed (then nothing was kept), or its answer was lost (then nobody knows: the caller's
    /// idempotency key finds out).
    pub async fn commit(self) -> Result<()> {
        let Self { connection, turn } = self;
        let threads = connection.threads();
        let inner = connection.into_inner()?;
        match turn {
            Some(turn) => {
                drop(inner);
                turn.commit().await
            }
            None => {
                failpoint::check("persistence.before_commit")?;
                // Held elsewhere only by a statement whose asker did not wait for its answer.
                let inner =
                    Arc::into_inner(inner).ok_or(Error::Busy("a statement of the transaction is still running"))?;
                match threads {
                    Some(threads) => threads.run(inner.commit()).await?,
                    None => inner.commit().await?,
                }
                failpoint::hit("persistence.after_commit");
                Ok(())
            }
        }
    }
}

impl Deref for Tx {
    type Target = TxConnection;

    fn deref(&self) -> &TxConnection {
        &self.connection
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.connection.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.connection.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.connection.query_all_raw(statement).await
    }
}
