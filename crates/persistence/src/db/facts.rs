//! What `obrol doctor` says about the database: versions and the settings that durability hangs on.

use domain::{Clock, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::server::one;
use super::time::database_now;
use super::{Db, Dialect};
use crate::error::Result;

/// Findings, and whether each is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbFacts {
    pub dialect: Dialect,
    pub version: String,
    pub facts: Vec<Fact>,
    /// The database's clock minus this machine's, in milliseconds. Leases do not care; people reading times do.
    pub clock_difference_ms: i64,
    /// Migrations that are not applied yet.
    pub pending: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
    pub value: String,
    /// What to do, in English, when the value is not good enough.
    pub advice: Option<&'static str>,
}

/// Name, SQL, good values (none: only told), advice.
type Question = (&'static str, &'static str, &'static [&'static str], &'static str);

const SQLITE: &[Question] = &[
    (
        "journal_mode",
        "PRAGMA journal_mode",
        &["wal"],
        "the file system must allow shared memory: move the data directory off network storage",
    ),
    ("synchronous", "PRAGMA synchronous", &["2", "3"], "a bug: Obrol sets FULL by itself"),
    ("foreign_keys", "PRAGMA foreign_keys", &["1"], "a bug: Obrol sets it by itself"),
    ("page_size", "PRAGMA page_size", &[], ""),
];

const POSTGRES: &[Question] = &[
    (
        "fsync",
        "SELECT current_setting('fsync')",
        &["on"],
        "set fsync = on: without it a power cut destroys the database",
    ),
    (
        "synchronous_commit",
        "SELECT current_setting('synchronous_commit')",
        &["on", "local", "remote_write", "remote_apply"],
        "set synchronous_commit = on: with `off` an acknowledged message can be lost",
    ),
    ("full_page_writes", "SELECT current_setting('full_page_writes')", &["on"], "set full_page_writes = on"),
    (
        "server_encoding",
        "SELECT current_setting('server_encoding')",
        &["UTF8"],
        "make the database with ENCODING 'UTF8'",
    ),
    ("max_connections", "SELECT current_setting('max_connections')", &[], ""),
];

const MYSQL: &[Question] = &[
    (
        "innodb_flush_log_at_trx_commit",
        "SELECT CAST(@@innodb_flush_log_at_trx_commit AS CHAR)",
        &["1"],
        "set innodb_flush_log_at_trx_commit = 1: with 0 or 2 a power cut loses acknowledged messages",
    ),
    ("innodb_doublewrite", "SELECT CAST(@@innodb_doublewrite AS CHAR)", &["1", "ON"], "set innodb_doublewrite = ON"),
    (
        "character_set_database",
        "SELECT CAST(@@character_set_database AS CHAR)",
        &["utf8mb4"],
        "ALTER DATABASE … CHARACTER SET utf8mb4",
    ),
    ("collation_database", "SELECT CAST(@@collation_database AS CHAR)", &[], ""),
    ("max_connections", "SELECT CAST(@@max_connections AS CHAR)", &[], ""),
];

impl Db {
    /// # Errors
    /// The database's: an answer that does not come.
    pub async fn facts(&self) -> Result<DbFacts> {
        let (version, questions) = match self.dialect() {
            Dialect::Sqlite => ("SELECT sqlite_version()", SQLITE),
            Dialect::Postgres => ("SELECT current_setting('server_version')", POSTGRES),
            Dialect::MySql => ("SELECT VERSION()", MYSQL),
        };
        // On SQLite the writer's connection is the one whose settings count.
        let tx = self.begin().await?;
        let version: String = one(&tx, version).await?;
        let mut facts = Vec::with_capacity(questions.len());
        for (name, sql, good, advice) in questions {
            let value = text(&tx, sql).await?;
            let fine = good.is_empty() || good.iter().any(|good| good.eq_ignore_ascii_case(&value));
            facts.push(Fact { name, value, advice: (!fine).then_some(*advice) });
        }
        let before = Clock::System.now();
        let theirs = database_now(&tx).await?;
        let ours = between(before, Clock::System.now());
        drop(tx);
        Ok(DbFacts {
            dialect: self.dialect(),
            version,
            facts,
            clock_difference_ms: theirs.millis() - ours.millis(),
            pending: self.pending().await?,
        })
    }
}

/// Half of the way there and back is not the clocks' fault.
fn between(before: Timestamp, after: Timestamp) -> Timestamp {
    Timestamp(before.millis().midpoint(after.millis()))
}

/// SQLite's pragmas answer with numbers or words.
async fn text(conn: &impl ConnectionTrait, sql: &str) -> Result<String> {
    let backend = conn.get_database_backend();
    if backend != DbBackend::Sqlite {
        return one(conn, sql).await;
    }
    let Some(row) = conn.query_one_raw(Statement::from_string(backend, sql)).await? else { return Ok(String::new()) };
    Ok(match row.try_get_by_index::<i64>(0) {
        Ok(number) => number.to_string(),
        Err(_) => row.try_get_by_index::<String>(0)?,
    })
}
