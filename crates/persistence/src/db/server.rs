//! PostgreSQL and MySQL/MariaDB: pool, limits of time, encryption, and what is checked before Obrol relies on them.

use std::time::Duration;

use log::LevelFilter;
use sea_orm::sqlx::Executor;
use sea_orm::sqlx::mysql::MySqlSslMode;
use sea_orm::sqlx::postgres::PgSslMode;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use super::options::{DbSettings, TlsMode};
use super::sqlite::SLOW;
use crate::error::{Error, Result};

/// Connections that a firewall or a restart may have cut are asked before use.
const IDLE_ENOUGH_TO_ASK: Duration = Duration::from_secs(5);

fn base(settings: &DbSettings, url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .min_connections(settings.min_connections)
        .max_connections(settings.max_connections.max(2))
        .acquire_timeout(settings.acquire_timeout)
        .connect_timeout(settings.acquire_timeout)
        .idle_timeout(Some(Duration::from_secs(300)))
        .max_lifetime(Some(Duration::from_secs(1800)))
        .test_before_acquire_if_idle_for(IDLE_ENOUGH_TO_ASK)
        .sqlx_logging_level(LevelFilter::Off)
        .sqlx_slow_statements_logging_settings(LevelFilter::Warn, SLOW)
        .record_stmt_in_spans(false);
    options
}

pub(super) async fn postgres(settings: DbSettings) -> Result<DatabaseConnection> {
    let mut options = base(&settings, &settings.url);
    let (tls, ca) = (settings.tls, settings.tls_ca.clone());
    let session = [
        ("statement_timeout", settings.statement_timeout.as_millis().to_string()),
        ("lock_timeout", settings.lock_timeout.as_millis().to_string()),
        // A node that hangs inside a transaction must not hold its rows for ever.
        ("idle_in_transaction_session_timeout", "15000".to_owned()),
        ("default_transaction_isolation", "read committed".to_owned()),
    ];
    options.map_sqlx_postgres_opts(move |postgres| {
        let mode = match tls {
            TlsMode::Disable => PgSslMode::Disable,
            TlsMode::Prefer => PgSslMode::Prefer,
            TlsMode::Require => PgSslMode::Require,
            TlsMode::VerifyCa => PgSslMode::VerifyCa,
            TlsMode::VerifyFull => PgSslMode::VerifyFull,
        };
        let postgres = postgres.ssl_mode(mode).application_name("obrol").options(session.clone());
        match &ca {
            Some(ca) => postgres.ssl_root_cert(ca),
            None => postgres,
        }
    });
    let connection = Database::connect(options).await?;
    let version: i32 = one(&connection, "SELECT current_setting('server_version_num')::int").await?;
    if version < 150_000 {
        return Err(Error::Refused(format!("PostgreSQL 15 or newer is needed; this server is {}", version / 10_000)));
    }
    let encoding: String = one(&connection, "SELECT current_setting('server_encoding')").await?;
    if encoding != "UTF8" {
        return Err(Error::Refused(format!(
            "the database must be encoded in UTF8, this one is {encoding}: CREATE DATABASE obrol ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    Ok(connection)
}

pub(super) async fn mysql(settings: DbSettings) -> Result<DatabaseConnection> {
    let url = match settings.url.strip_prefix("mariadb:") {
        Some(rest) => format!("mysql:{rest}"),
        None => settings.url.clone(),
    };
    let mut options = base(&settings, &url);
    let (tls, ca) = (settings.tls, settings.tls_ca.clone());
    options.map_sqlx_mysql_opts(move |mysql| {
        let mode = match tls {
            TlsMode::Disable => MySqlSslMode::Disabled,
            TlsMode::Prefer => MySqlSslMode::Preferred,
            TlsMode::Require => MySqlSslMode::Required,
            TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
            TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
        };
        let mysql = mysql.ssl_mode(mode).charset("utf8mb4").collation("utf8mb4_bin");
        match &ca {
            Some(ca) => mysql.ssl_ca(ca),
            None => mysql,
        }
    });
    let session = format!(
        // REPEATABLE READ deadlocks where READ COMMITTED does not (measured); the server's own default is not relied on.
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET SESSION innodb_lock_wait_timeout = {}, autocommit = 1, sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
        settings.lock_timeout.as_secs().max(1)
    );
    let patience = settings.statement_timeout;
    options.map_sqlx_mysql_pool_opts(move |pool| {
        let session = session.clone();
        pool.after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(async move {
                for statement in session.split("; ") {
                    connection.execute(sea_orm::sqlx::AssertSqlSafe(statement.to_owned())).await?;
                }
                // MariaDB counts seconds for every statement, MySQL milliseconds for reads; each refuses the other's.
                let (seconds, millis) = (patience.as_secs(), patience.as_millis());
                let mariadb = format!("SET SESSION max_statement_time = {seconds}");
                if connection.execute(sea_orm::sqlx::AssertSqlSafe(mariadb)).await.is_err() {
                    let mysql = format!("SET SESSION max_execution_time = {millis}");
                    connection.execute(sea_orm::sqlx::AssertSqlSafe(mysql)).await?;
                }
                Ok(())
            })
        })
    });
    let connection = Database::connect(options).await?;
    let version: String = one(&connection, "SELECT VERSION()").await?;
    if !mysql_is_new_enough(&version) {
        return Err(Error::Refused(format!("MySQL 8 or MariaDB 10.11 or newer is needed; this server is {version}")));
    }
    let charset: String = one(&connection, "SELECT @@character_set_database").await?;
    if charset != "utf8mb4" {
        return Err(Error::Refused(format!(
            "the database's character set must be utf8mb4, it is {charset}: ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        )));
    }
    Ok(connection)
}

fn mysql_is_new_enough(version: &str) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().unwrap_or(0));
    let version_number = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version_number >= if version.contains("MariaDB") { (10, 11) } else { (8, 0) }
}

/// The one value of a statement that has one.
pub(super) async fn one<T: sea_orm::TryGetable>(conn: &impl ConnectionTrait, sql: &str) -> Result<T> {
    let backend: DbBackend = conn.get_database_backend();
    let row = conn.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| Error::Row(format!("no row: {sql}")))?;
    Ok(row.try_get_by_index(0)?)
}

#[cfg(test)]
mod tests {
    use super::mysql_is_new_enough;

    #[test]
    fn versions() {
        for (version, enough) in [
            ("8.0.36", true),
            ("5.7.44-log", false),
            ("10.11.6-MariaDB-0+deb12u1", true),
            ("10.6.1-MariaDB", false),
            ("11.4.2-MariaDB", true),
            ("9.1.0", true),
        ] {
            assert_eq!(mysql_is_new_enough(version), enough, "{version}");
        }
    }
}
