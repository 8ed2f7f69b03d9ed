//! The database's clock: leases are compared by one clock, however wrong the nodes' own clocks are.

use domain::Timestamp;
use sea_orm::{ConnectionTrait, Statement};

use super::Dialect;
use crate::error::{Error, Result};

/// SQL for "now, in milliseconds since 1970 UTC": the wall clock at execution, not at the start of the transaction.
pub fn now_ms_sql(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)",
        Dialect::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)",
        // Not UNIX_TIMESTAMP(): its range ends in 2038 on 32-bit builds and it follows the session's time zone.
        Dialect::MySql => "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000)",
    }
}

/// # Errors
/// The connection's.
pub async fn database_now(conn: &impl ConnectionTrait) -> Result<Timestamp> {
    let backend = conn.get_database_backend();
    let sql = format!("SELECT {} AS now", now_ms_sql(backend.into()));
    let row = conn.query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| Error::Row("the database did not tell the time".into()))?;
    Ok(Timestamp(row.try_get_by_index(0)?))
}
