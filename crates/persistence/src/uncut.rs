//! Connections to a database server whose statements always run to their end.
//!
//! A client that goes away drops the future of its request, wherever that waits. Cut between a statement and its answer,
//! the MySQL driver gives its connection back to the pool out of step with the server: the next user hangs, or reads
//! somebody else's rows (seen with sqlx 0.9 and MariaDB 10.11). So a statement is a task of its own that nobody cuts;
//! whoever has gone just does not hear its answer. SQLite's driver works on a thread of its own and needs none of this.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement,
};
use tracing::Instrument;

use crate::error::{Class, class_of};

/// Runs `work` to its end even if the caller's future is dropped.
pub(crate) async fn uncut<T, F>(work: F) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>> + Send + 'static,
    T: Send + 'static,
{
    match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(error) => Err(DbErr::Conn(RuntimeErr::Internal(format!("a statement was not finished: {error}")))),
    }
}

/// What can be asked: a pool, or a transaction.
#[derive(Debug)]
pub(crate) enum Uncut<C> {
    /// The driver can be cut without harm.
    Direct(C),
    /// Every statement is a task.
    Task(C),
}

impl<C> Uncut<C> {
    pub(crate) fn inner(&self) -> &C {
        match self {
            Self::Direct(inner) | Self::Task(inner) => inner,
        }
    }

    pub(crate) fn into_inner(self) -> C {
        match self {
            Self::Direct(inner) | Self::Task(inner) => inner,
        }
    }
}

/// The pool to read from. It cannot begin a transaction: that is [`crate::Db::begin`].
#[derive(Debug)]
pub struct Reader(pub(crate) Uncut<DatabaseConnection>);

/// What a [`crate::Tx`] is asked through.
#[derive(Debug)]
pub struct TxConnection {
    inner: Uncut<Arc<DatabaseTransaction>>,
    /// The error after which the database has ended, or will not commit, the transaction.
    lost: OnceLock<DbErr>,
}

impl TxConnection {
    pub(crate) fn new(inner: Uncut<Arc<DatabaseTransaction>>) -> Self {
        Self { inner, lost: OnceLock::new() }
    }

    pub(crate) fn inner(&self) -> &DatabaseTransaction {
        self.inner.inner()
    }

    /// The transaction, if it can still be committed.
    pub(crate) fn into_inner(self) -> Result<Arc<DatabaseTransaction>, DbErr> {
        match self.lost.into_inner() {
            None => Ok(self.inner.into_inner()),
            Some(error) => Err(error),
        }
    }

    /// PostgreSQL answers COMMIT after any failed statement with a silent rollback; SQLite (disk full) and MySQL
    /// (deadlock) end the transaction by themselves and would keep each later statement on its own. So after such an
    /// error nothing more is asked, and the commit fails with it.
    async fn ask<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if let Some(error) = self.lost.get() {
            return Err(error.clone());
        }
        let outcome = statement.await;
        if let Err(error) = &outcome {
            let ends = match self.inner().get_database_backend() {
                DbBackend::Postgres => true,
                _ => class_of(error) != Class::Fault,
            };
            if ends {
                let _ = self.lost.set(error.clone());
            }
        }
        outcome
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.0.inner().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.execute_raw(statement).await,
            Uncut::Task(inner) => {
                let inner = inner.clone();
                uncut(async move { inner.execute_raw(statement).await }).await
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.execute_unprepared(sql).await,
            Uncut::Task(inner) => {
                let inner = inner.clone();
                let sql = sql.to_owned();
                uncut(async move { inner.execute_unprepared(&sql).await }).await
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.query_one_raw(statement).await,
            Uncut::Task(inner) => {
                let inner = inner.clone();
                uncut(async move { inner.query_one_raw(statement).await }).await
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.query_all_raw(statement).await,
            Uncut::Task(inner) => {
                let inner = inner.clone();
                uncut(async move { inner.query_all_raw(statement).await }).await
            }
        }
    }
}

#[async_trait]
impl ConnectionTrait for TxConnection {
    fn get_database_backend(&self) -> DbBackend {
        self.inner().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.execute_raw(statement).await,
                Uncut::Task(inner) => {
                    let inner = inner.clone();
                    uncut(async move { inner.execute_raw(statement).await }).await
                }
            }
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.execute_unprepared(sql).await,
                Uncut::Task(inner) => {
                    let inner = inner.clone();
                    let sql = sql.to_owned();
                    uncut(async move { inner.execute_unprepared(&sql).await }).await
                }
            }
        })
        .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.query_one_raw(statement).await,
                Uncut::Task(inner) => {
                    let inner = inner.clone();
                    uncut(async move { inner.query_one_raw(statement).await }).await
                }
            }
        })
        .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.query_all_raw(statement).await,
                Uncut::Task(inner) => {
                    let inner = inner.clone();
                    uncut(async move { inner.query_all_raw(statement).await }).await
                }
            }
        })
        .await
    }
}
