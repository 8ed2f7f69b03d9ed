//! SQLite: the writer, the readers' pool, the lock file, and the durability that Obrol promises.

use std::path::{Path, PathBuf};
use std::time::Duration;

use log::LevelFilter;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use super::lock::LockFile;
use super::options::{DbSettings, Exclusive};
use super::private;
use super::writer::Writer;
use crate::error::{Error, Result};

/// Only another process (`admin create` beside the server) can make SQLite wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// A statement this slow is worth a line in the log.
pub(super) const SLOW: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    writer: Writer,
    lock: LockFile,
}

impl Sqlite {
    pub(super) async fn open(settings: &DbSettings) -> Result<(DatabaseConnection, Self)> {
        let path = settings.sqlite_path()?;
        let lock = LockFile::beside(&path);
        if settings.exclusive == Exclusive::Yes {
            lock.take().await?;
        }
        // SQLite gives its own files the mode of the database file, so that one is made here.
        private::open(&path).map_err(|error| {
            Error::Refused(format!(
                "the database file {} cannot be opened: {error}; does the directory exist, and is it writable?",
                path.display()
            ))
        })?;
        // The writer first: it makes the write-ahead log.
        let writer = Writer::start(writer_options(&path)).await?;
        let read = Database::connect(reader_options(&path, settings)).await?;
        Ok((read, Self { path, writer, lock }))
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn lock(&self) -> &LockFile {
        &self.lock
    }

    /// One more connection, for what neither the writer nor the readers may do.
    pub(super) fn aside(&self) -> ConnectOptions {
        let (mut options, basics) = base(&self.path);
        options.max_connections(1).map_sqlx_sqlite_opts(basics);
        options
    }

    pub(super) fn unlock(&self) {
        self.lock.release();
    }
}

fn base(
    path: &Path,
) -> (ConnectOptions, impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Send + Sync + 'static) {
    let mut options = ConnectOptions::new("sqlite:obrol.db");
    options.sqlx_logging_level(LevelFilter::Off).sqlx_slow_statements_logging_settings(LevelFilter::Warn, SLOW);
    options.record_stmt_in_spans(false).test_before_acquire(false).idle_timeout(None).max_lifetime(None);
    // Given as a path: a URL would have to be escaped.
    let path = path.to_owned();
    (options, move |sqlite: SqliteConnectOptions| sqlite.filename(&path).foreign_keys(true).busy_timeout(BUSY_TIMEOUT))
}

fn writer_options(path: &Path) -> ConnectOptions {
    let (mut options, basics) = base(path);
    options.min_connections(1).max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        basics(sqlite)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL lost acknowledged commits in 5 of 20 power cuts, FULL in none of 20.
            .synchronous(SqliteSynchronous::Full)
            .pragma("fullfsync", "ON")
            .pragma("checkpoint_fullfsync", "ON")
            // See checkpoint.rs.
            .pragma("wal_autocheckpoint", "0")
            .pragma("journal_size_limit", "67108864")
    });
    options
}

fn reader_options(path: &Path, settings: &DbSettings) -> ConnectOptions {
    let (mut options, basics) = base(path);
    options
        .min_connections(settings.min_connections)
        .max_connections(settings.max_connections.max(1))
        .acquire_timeout(settings.acquire_timeout)
        .map_sqlx_sqlite_opts(move |sqlite| basics(sqlite).pragma("query_only", "ON"));
    options
}
