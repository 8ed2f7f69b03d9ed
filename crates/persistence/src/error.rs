//! What can go wrong with the database, sorted by what the caller does about it.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Cloned to every member of a group commit that failed, hence `Clone`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Db(#[from] DbErr),
    /// No turn with the writer, or the writer is stopping: try again in a second.
    #[error("the database is busy: {0}")]
    Busy(&'static str),
    /// An I/O error was seen: what is on the disk is unknown, so nothing more is written by this process.
    #[error("writing stopped after an I/O error, restart Obrol when the disk is well: {0}")]
    Stopped(Arc<str>),
    /// Opening was refused; the text is for the operator.
    #[error("{0}")]
    Refused(String),
    /// A row that no code of ours writes: unknown word, broken JSON.
    #[error("a stored value is not readable: {0}")]
    Row(String),
    #[error(transparent)]
    Injected(#[from] failpoint::Injected),
}

/// What the caller does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Run the whole transaction again: deadlock, serialization, lock wait, BUSY.
    Retry,
    /// The database is away or full: 503 and `Retry-After`.
    Unavailable,
    /// Ours: the statement is wrong, a rule of the schema was broken, a row is unreadable.
    Fault,
}

impl Error {
    /// A stored value that no code of ours writes.
    pub(crate) fn odd_row(column: &str, value: &str) -> Self {
        Self::Row(format!("{column}: {value}"))
    }

    /// A unique index said no.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Db(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))))
    }

    /// The row that this one names is not there (any more).
    pub fn is_foreign_key_violation(&self) -> bool {
        matches!(self, Self::Db(error) if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))))
    }

    pub fn is_retryable(&self) -> bool {
        self.class() == Class::Retry
    }

    pub fn class(&self) -> Class {
        match self {
            Self::Db(error) => class_of(error),
            Self::Busy(_) | Self::Stopped(_) | Self::Injected(_) => Class::Unavailable,
            Self::Refused(_) | Self::Row(_) => Class::Fault,
        }
    }

    /// SQLite said that the disk failed (not that it is full): fsync must not be tried again as if nothing was lost.
    pub(crate) fn is_disk_failure(&self) -> bool {
        // SQLITE_IOERR is 10, CORRUPT 11, NOTADB 26; of the IOERRs, no memory (12) and no room for the
        // shared-memory file (SHMOPEN 18, SHMSIZE 19, SHMMAP 21) say nothing about data.
        match self {
            Self::Db(error) => sqlite_code(error).is_some_and(|code| match code & 0xff {
                10 => !matches!(code >> 8, 12 | 18 | 19 | 21),
                primary => matches!(primary, 11 | 26),
            }),
            _ => false,
        }
    }
}

impl From<Error> for domain::Error {
    fn from(error: Error) -> Self {
        match error.class() {
            Class::Retry | Class::Unavailable => Self::new(domain::Kind::Unavailable, "db.unavailable")
                .retry_after(Duration::from_secs(1))
                .caused_by(error),
            Class::Fault => Self::broken(error),
        }
    }
}

/// Sees a retryable database error through the domain's error.
pub fn is_retryable(error: &domain::Error) -> bool {
    error.cause().and_then(|cause| cause.downcast_ref::<Error>()).is_some_and(Error::is_retryable)
}

fn runtime(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn sqlite_code(error: &DbErr) -> Option<i32> {
    let error = runtime(error)?.as_database_error()?;
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    error.code()?.parse().ok()
}

pub(crate) fn class_of(error: &DbErr) -> Class {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return Class::Unavailable;
    }
    let Some(error) = runtime(error) else {
        return if matches!(error, DbErr::Conn(_)) { Class::Unavailable } else { Class::Fault };
    };
    let Some(error) = error.as_database_error() else {
        return match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Class::Unavailable,
            _ => Class::Fault,
        };
    };
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        return mysql(error.number());
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return sqlite(code.parse().unwrap_or(1));
    }
    postgres(&code)
}

/// Result codes: <https://www.sqlite.org/rescode.html>; the low byte is the primary one.
fn sqlite(code: i32) -> Class {
    match code & 0xff {
        5 | 6 => Class::Retry,                      // BUSY, LOCKED
        7 | 8 | 10 | 13 | 14 => Class::Unavailable, // NOMEM, READONLY, IOERR, FULL, CANTOPEN
        _ => Class::Fault,
    }
}

/// SQLSTATE: <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
fn postgres(state: &str) -> Class {
    match state {
        "40001" | "40P01" | "55P03" => Class::Retry, // serialization, deadlock, lock timeout
        "57014" | "57P01" | "57P02" | "57P03" | "58030" | "25006" | "25P03" => Class::Unavailable,
        _ if state.starts_with("08") || state.starts_with("53") => Class::Unavailable, // connection, resources
        _ => Class::Fault,
    }
}

/// Error numbers: <https://mariadb.com/kb/en/mariadb-error-codes/>.
fn mysql(number: u16) -> Class {
    match number {
        1205 | 1213 => Class::Retry, // lock wait, deadlock
        // disk full, too many connections, shutting down, table full, read-only, interrupted, statement too long
        1021 | 1040 | 1053 | 1077 | 1114 | 1203 | 1226 | 1290 | 1317 | 1792 | 1836 | 1927 | 1969 | 3024 => {
            Class::Unavailable
        }
        _ => Class::Fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_to_do() {
        assert_eq!(
            [sqlite(5), sqlite(517), sqlite(13), sqlite(1), sqlite(2067)],
            [Class::Retry, Class::Retry, Class::Unavailable, Class::Fault, Class::Fault]
        );
        assert_eq!(
            [postgres("40P01"), postgres("53300"), postgres("23505")],
            [Class::Retry, Class::Unavailable, Class::Fault]
        );
        assert_eq!([mysql(1213), mysql(1040), mysql(1062)], [Class::Retry, Class::Unavailable, Class::Fault]);
    }

    #[test]
    fn the_domain_hears_the_kind_and_keeps_the_cause() {
        let busy = domain::Error::from(Error::Busy("test"));
        assert_eq!((busy.kind(), busy.code()), (domain::Kind::Unavailable, "db.unavailable"));
        assert_eq!(busy.retry_after_hint(), Some(Duration::from_secs(1)));
        assert!(!is_retryable(&busy));
        assert_eq!(domain::Error::from(Error::Row("x".into())).kind(), domain::Kind::Broken);
    }
}
