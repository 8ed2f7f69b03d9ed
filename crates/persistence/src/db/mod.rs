//! `Db`: the handle that everybody clones, and the only place where a write transaction starts.

mod checkpoint;
pub(crate) mod facts;
mod lock;
pub(crate) mod migrate;
pub(crate) mod options;
mod private;
mod server;
mod snapshot;
mod sqlite;
pub(crate) mod time;
pub(crate) mod writer;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::Chance;
use sea_orm::{DatabaseConnection, DbBackend, DbErr, TransactionTrait};
use tokio::time::Instant;

use crate::error::{Error, Result, is_retryable};
use crate::tx::Tx;
use crate::uncut::{Reader, Threads, Uncut};
use options::DbSettings;
use sqlite::Sqlite;
use writer::WriterStats;

/// How often a transaction is run in all when it meets another one.
const TRIES: u32 = 5;
/// Not a new try after this: the caller is waiting.
const TRY_FOR: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

impl From<DbBackend> for Dialect {
    fn from(backend: DbBackend) -> Self {
        match backend {
            DbBackend::Postgres => Self::Postgres,
            DbBackend::MySql => Self::MySql,
            _ => Self::Sqlite,
        }
    }
}

/// The database. Clones share everything.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dialect: Dialect,
    /// SQLite: readers only. Elsewhere: the pool.
    read: Reader,
    write: Write,
}

/// Where transactions start.
#[derive(Debug)]
enum Write {
    Group(Sqlite),
    Pool(DatabaseConnection, Threads),
}

/// The pool of a database server, connected and from then on served by threads of its own.
async fn served(
    connecting: impl Future<Output = Result<DatabaseConnection>> + Send + 'static,
) -> Result<(Uncut<DatabaseConnection>, Write)> {
    let threads = Threads::start().map_err(|error| Error::Refused(format!("no threads for the database: {error}")))?;
    let pool = threads.run(connecting).await?;
    Ok((Uncut::Task(pool.clone(), threads.clone()), Write::Pool(pool, threads)))
}

impl Db {
    /// Connects and checks that the database can keep Obrol's promises; does not migrate.
    ///
    /// # Errors
    /// `Refused` with a text for the operator (another process, wrong URL, wrong character set), or the connection's.
    pub async fn open(settings: &DbSettings) -> Result<Self> {
        let dialect = settings.dialect()?;
        let (read, write) = match dialect {
            Dialect::Sqlite => {
                let (read, sqlite) = Sqlite::open(settings).await?;
                (Uncut::Direct(read), Write::Group(sqlite))
            }
            Dialect::Postgres => served(server::postgres(settings.clone())).await?,
            Dialect::MySql => served(server::mysql(settings.clone())).await?,
        };
        Ok(Self(Arc::new(Inner { dialect, read: Reader(read), write })))
    }

    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    /// For reading. On SQLite a write through it fails (`query_only`).
    pub fn read(&self) -> &Reader {
        &self.0.read
    }

    fn pool(&self) -> &DatabaseConnection {
        self.0.read.0.inner()
    }

    /// Starts a write transaction; READ COMMITTED or stricter.
    ///
    /// # Errors
    /// `Busy` when no turn or connection is to be had in time.
    pub async fn begin(&self) -> Result<Tx> {
        match &self.0.write {
            Write::Group(sqlite) => sqlite.writer().begin().await,
            Write::Pool(pool, threads) => {
                let pool = pool.clone();
                let begun = threads.run::<_, DbErr, _>(async move { pool.begin().await }).await?;
                Ok(Tx::alone(begun, threads.clone()))
            }
        }
    }

    fn sqlite(&self) -> Option<&Sqlite> {
        match &self.0.write {
            Write::Group(sqlite) => Some(sqlite),
            Write::Pool(..) => None,
        }
    }

    /// Runs a whole use case again when its transaction met another (deadlock, serialization, lock wait, BUSY).
    /// `body` begins and commits by itself and must have no effect outside of the database.
    ///
    /// # Errors
    /// The body's; a meeting that does not end within five tries or two seconds is `db.unavailable`.
    pub async fn retrying<T, F, Fut>(&self, mut body: F) -> domain::Result<T>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = domain::Result<T>>,
    {
        let started = Instant::now();
        let mut attempt = 1;
        loop {
            match body().await {
                Err(error) if attempt < TRIES && started.elapsed() < TRY_FOR && is_retryable(&error) => {
                    tracing::debug!(attempt, %error, "a transaction is run again");
                    tokio::time::sleep(Chance::System.jitter(Duration::from_millis(10 << attempt))).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Answers whether the database can be read and, on SQLite, whether writing goes on.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn ping(&self) -> Result<()> {
        if let Some(error) = self.sqlite().and_then(|sqlite| sqlite.writer().failure()) {
            return Err(error);
        }
        match &self.0.write {
            Write::Group(_) => Ok(self.pool().ping().await?),
            Write::Pool(pool, threads) => {
                let pool = pool.clone();
                Ok(threads.run::<_, DbErr, _>(async move { pool.ping().await }).await?)
            }
        }
    }

    /// Resolves when an I/O error has ended writing for this process: say so and exit non-zero. Never otherwise.
    pub async fn failed(&self) -> Error {
        match self.sqlite() {
            Some(sqlite) => sqlite.writer().failed().await,
            None => std::future::pending().await,
        }
    }

    /// True when several processes may use this database.
    pub fn shared(&self) -> bool {
        self.sqlite().is_none()
    }

    /// What group commit saved; `None` where the database does it itself.
    pub fn writer_stats(&self) -> Option<WriterStats> {
        self.sqlite().map(|sqlite| sqlite.writer().stats())
    }

    /// Connections of the pool (SQLite: of the readers): open, and of these idle.
    pub fn pool_use(&self) -> (usize, usize) {
        let pool = self.pool();
        let (open, idle) = match self.dialect() {
            Dialect::Sqlite => (pool.get_sqlite_connection_pool().size(), pool.get_sqlite_connection_pool().num_idle()),
            Dialect::Postgres => {
                (pool.get_postgres_connection_pool().size(), pool.get_postgres_connection_pool().num_idle())
            }
            Dialect::MySql => (pool.get_mysql_connection_pool().size(), pool.get_mysql_connection_pool().num_idle()),
        };
        (open as usize, idle)
    }

    /// Ends the open group, closes every connection and lets go of the lock. Other clones get errors from now on.
    pub async fn close(self) {
        if let Some(sqlite) = self.sqlite() {
            sqlite.writer().stop().await;
        }
        if let Err(error) = self.pool().close_by_ref().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
        if let Some(sqlite) = self.sqlite() {
            sqlite.unlock();
        }
    }
}
