//! The database's clock: the one clock that all workers share.

use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use std::time::Duration;

/// Milliseconds since 1970 UTC as the database sees them now.
fn sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)",
        DbBackend::MySql => "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000)",
        _ => "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)",
    }
}

pub(crate) fn now(conn: &impl ConnectionTrait) -> SimpleExpr {
    Expr::cust(sql(conn.get_database_backend()))
}

pub(crate) fn after(conn: &impl ConnectionTrait, time: Duration) -> SimpleExpr {
    now(conn).add(millis(time))
}

pub(crate) async fn read(conn: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let backend = conn.get_database_backend();
    let row = conn.query_one_raw(Statement::from_string(backend, format!("SELECT {}", sql(backend)))).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the time".into()))?.try_get_by_index(0)
}

pub(crate) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
