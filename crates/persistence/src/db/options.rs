//! How to reach the database.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use super::Dialect;
use crate::error::{Error, Result};

/// Whether the connection to a database server is encrypted, and what is checked; SQLite has no connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    Disable,
    /// Encrypted where the server can; protects from nobody who can change packets.
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Whether this process takes the SQLite file for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exclusive {
    /// `serve`, `work`: a second process is refused, with the holder's pid.
    #[default]
    Yes,
    /// A short command (`admin create`, `doctor`) that may run beside the server; its writes wait for SQLite's lock.
    No,
}

#[derive(Clone)]
pub struct DbSettings {
    /// `sqlite:///path/obrol.db`, `postgres://user:password@host/db`, `mysql://…` (or `mariadb://…`).
    pub url: String,
    /// Of the pool; on SQLite of the readers' pool.
    pub max_connections: u32,
    pub min_connections: u32,
    /// How long a request waits for a connection before it is told to try again.
    pub acquire_timeout: Duration,
    /// No statement of ours needs this long.
    pub statement_timeout: Duration,
    /// Waiting for another transaction's row longer than this is answered by running again.
    pub lock_timeout: Duration,
    pub tls: TlsMode,
    /// PEM file of the authority that signed the server's certificate, for `VerifyCa` and `VerifyFull`.
    pub tls_ca: Option<PathBuf>,
    pub exclusive: Exclusive,
}

impl DbSettings {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            min_connections: 1,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(2),
            tls: TlsMode::default(),
            tls_ca: None,
            exclusive: Exclusive::default(),
        }
    }

    pub(crate) fn dialect(&self) -> Result<Dialect> {
        match self.url.split(':').next() {
            Some("sqlite") => Ok(Dialect::Sqlite),
            Some("postgres" | "postgresql") => Ok(Dialect::Postgres),
            Some("mysql" | "mariadb") => Ok(Dialect::MySql),
            _ => Err(Error::Refused("the database URL must begin with sqlite:, postgres: or mysql: (for example sqlite:///var/lib/obrol/obrol.db)".into())),
        }
    }

    /// The file of a `sqlite:` URL.
    pub(crate) fn sqlite_path(&self) -> Result<PathBuf> {
        if self.url.contains(":memory:") || self.url.contains("mode=memory") {
            return Err(Error::Refused("Obrol keeps its word only on a disk: sqlite::memory: is not supported".into()));
        }
        let options: SqliteConnectOptions =
            self.url.parse().map_err(|error| Error::Refused(format!("the SQLite URL is not readable: {error}")))?;
        Ok(options.get_filename().to_owned())
    }
}

impl fmt::Debug for DbSettings {
    /// Without the URL: it carries the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbSettings")
            .field("dialect", &self.dialect().ok())
            .field("max_connections", &self.max_connections)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}
