//! Bringing the schema up to this build: one node at a time, never backwards, with a way back on SQLite.

use std::path::PathBuf;

use migrations::Migrator;
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::MigratorTrait;

use super::server::one;
use super::time::database_now;
use super::{Db, Dialect, snapshot};
use crate::error::{Error, Result};
use crate::tx::Tx;

/// How long a node waits for another one that migrates.
const PATIENCE_SECONDS: u32 = 120;
/// "obrol" in ASCII: PostgreSQL's advisory locks are numbers.
const POSTGRES_LOCK: i64 = 0x6F_62_72_6F_6C;
const MYSQL_LOCK: &str = "CONCAT('obrol.', MD5(DATABASE()))";

/// What `migrate` did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    pub applied: Vec<String>,
    /// The copy of the SQLite file from before.
    pub snapshot: Option<PathBuf>,
}

impl Db {
    /// Applies what is missing.
    ///
    /// # Errors
    /// `Refused` when the schema is newer than this build; the database's own.
    pub async fn migrate(&self) -> Result<Migrated> {
        match self.dialect() {
            Dialect::Sqlite => self.migrate_sqlite().await,
            Dialect::Postgres => {
                let tx = self.begin().await?;
                let waiting =
                    format!("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'");
                tx.execute_unprepared(&waiting).await?;
                // Released by the end of the transaction, however it ends.
                tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({POSTGRES_LOCK})")).await?;
                let applied = apply(&tx).await?;
                tx.commit().await?;
                Ok(Migrated { applied, snapshot: None })
            }
            Dialect::MySql => {
                // Its DDL commits by itself; the transaction only keeps one connection, which holds the lock.
                let tx = self.begin().await?;
                let got: Option<i64> = one(&tx, &format!("SELECT GET_LOCK({MYSQL_LOCK}, {PATIENCE_SECONDS})")).await?;
                if got != Some(1) {
                    return Err(Error::Refused(
                        "another process has been migrating the database for two minutes".into(),
                    ));
                }
                let applied = apply(&tx).await;
                let _: Option<i64> = one(&tx, &format!("SELECT RELEASE_LOCK({MYSQL_LOCK})")).await?;
                tx.commit().await?;
                Ok(Migrated { applied: applied?, snapshot: None })
            }
        }
    }

    /// The migrations that are not applied yet.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub async fn pending(&self) -> Result<Vec<String>> {
        let applied = applied(self.read()).await?;
        Ok(migrations::names().into_iter().filter(|name| !applied.contains(name)).collect())
    }

    async fn migrate_sqlite(&self) -> Result<Migrated> {
        let Some(sqlite) = self.sqlite() else { return Ok(Migrated::default()) };
        if self.pending().await?.is_empty() {
            return Ok(Migrated::default());
        }
        let borrowed = !sqlite.lock().is_held();
        if borrowed {
            sqlite.lock().take().await?;
        }
        let migrated = async {
            let fresh = applied(self.read()).await?.is_empty();
            let now = database_now(self.read()).await?;
            let snapshot = if fresh { None } else { Some(snapshot::take(sqlite.path(), sqlite.aside(), now).await?) };
            let tx = self.begin().await?;
            let applied = apply(&tx).await?;
            tx.commit().await?;
            Ok(Migrated { applied, snapshot })
        }
        .await;
        if borrowed {
            sqlite.lock().release();
        }
        migrated
    }
}

async fn apply(tx: &Tx) -> Result<Vec<String>> {
    let before = applied(tx).await?;
    Migrator::up(tx.raw(), None).await?;
    Ok(migrations::names().into_iter().filter(|name| !before.contains(name)).collect())
}

/// What the database says was applied; a name that this build does not know means that it must not touch anything.
async fn applied(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    let backend = conn.get_database_backend();
    let table: i64 = one(
        conn,
        match Dialect::from(backend) {
            Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
            Dialect::Postgres => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'seaql_migrations'",
            Dialect::MySql => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'seaql_migrations'",
        },
    )
    .await?;
    if table == 0 {
        return Ok(Vec::new());
    }
    let rows = conn
        .query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version"))
        .await?;
    let applied = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    let known = migrations::names();
    match applied.iter().find(|name| !known.contains(name)) {
        None => Ok(applied),
        Some(newer) => Err(Error::Refused(format!(
            "the database was made by a newer Obrol (it has the migration {newer}, which this version does not know); \
             start that version or a later one, or go back to a snapshot made before it"
        ))),
    }
}
