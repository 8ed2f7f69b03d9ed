//! Connections to a database server whose statements always run to their end.
//!
//! A client that goes away drops the future of its request, wherever that waits. Cut between a statement and its answer,
//! the MySQL driver gives its connection back to the pool out of step with the server: the next user hangs, or reads
//! somebody else's rows (seen with sqlx 0.9 and MariaDB 10.11). So a statement is a task of its own that nobody cuts;
//! whoever has gone just does not hear its answer. SQLite's driver works on a thread of its own and needs none of this.
//!
//! These tasks have threads of their own as well. A connection is served by the thread that opened it: on a web server's
//! thread with five hundred requests at its door it would answer nobody, heartbeats neither, until they are through, and it
//! would end with that thread.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement,
};
use tokio::runtime::Runtime;
use tracing::Instrument;

use crate::error::{Class, class_of};

/// The threads on which the connections to a database server live.
#[derive(Clone, Debug)]
pub(crate) struct Threads(Arc<Owned>);

#[derive(Debug)]
struct Owned(Option<Runtime>);

impl Drop for Owned {
    fn drop(&mut self) {
        // Waiting for it here could be on a thread that must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// They mostly wait; two, so that a large answer that is being read holds up nobody.
const THREADS: usize = 2;

impl Threads {
    pub(crate) fn start() -> std::io::Result<Self> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("obrol-db").enable_all().build()?;
        Ok(Self(Arc::new(Owned(Some(runtime)))))
    }

    /// Runs `work` to its end even if the caller's future is dropped.
    pub(crate) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
    {
        let lost = |why: &dyn std::fmt::Display| {
            DbErr::Conn(RuntimeErr::Internal(format!("a statement was not finished: {why}"))).into()
        };
        let Some(runtime) = &self.0.0 else { return Err(lost(&"its threads have ended")) };
        runtime.spawn(work.in_current_span()).await.unwrap_or_else(|error| Err(lost(&error)))
    }
}

/// What can be asked: a pool, or a transaction.
#[derive(Debug)]
pub(crate) enum Uncut<C> {
    /// The driver can be cut without harm.
    Direct(C),
    /// Every statement is a task on these threads.
    Task(C, Threads),
}

impl<C> Uncut<C> {
    pub(crate) fn inner(&self) -> &C {
        match self {
            Self::Direct(inner) | Self::Task(inner, _) => inner,
        }
    }

    pub(crate) fn into_inner(self) -> C {
        match self {
            Self::Direct(inner) | Self::Task(inner, _) => inner,
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

    /// On which threads it is to be ended; `None` where that is no matter.
    pub(crate) fn threads(&self) -> Option<Threads> {
        match &self.inner {
            Uncut::Direct(_) => None,
            Uncut::Task(_, threads) => Some(threads.clone()),
        }
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
            Uncut::Task(inner, threads) => {
                let inner = inner.clone();
                threads.run(async move { inner.execute_raw(statement).await }).await
            }
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.execute_unprepared(sql).await,
            Uncut::Task(inner, threads) => {
                let inner = inner.clone();
                let sql = sql.to_owned();
                threads.run(async move { inner.execute_unprepared(&sql).await }).await
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.query_one_raw(statement).await,
            Uncut::Task(inner, threads) => {
                let inner = inner.clone();
                threads.run(async move { inner.query_one_raw(statement).await }).await
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Uncut::Direct(inner) => inner.query_all_raw(statement).await,
            Uncut::Task(inner, threads) => {
                let inner = inner.clone();
                threads.run(async move { inner.query_all_raw(statement).await }).await
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
                Uncut::Task(inner, threads) => {
                    let inner = inner.clone();
                    threads.run(async move { inner.execute_raw(statement).await }).await
                }
            }
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.execute_unprepared(sql).await,
                Uncut::Task(inner, threads) => {
                    let inner = inner.clone();
                    let sql = sql.to_owned();
                    threads.run(async move { inner.execute_unprepared(&sql).await }).await
                }
            }
        })
        .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.query_one_raw(statement).await,
                Uncut::Task(inner, threads) => {
                    let inner = inner.clone();
                    threads.run(async move { inner.query_one_raw(statement).await }).await
                }
            }
        })
        .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.ask(async {
            match &self.inner {
                Uncut::Direct(inner) => inner.query_all_raw(statement).await,
                Uncut::Task(inner, threads) => {
                    let inner = inner.clone();
                    threads.run(async move { inner.query_all_raw(statement).await }).await
                }
            }
        })
        .await
    }
}
