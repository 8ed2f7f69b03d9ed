//! Failed attempts, kept in the database so that every node knows of them.

use std::collections::HashMap;

use domain::Timestamp;
use domain::accounts::{Failures, Throttle};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::throttles::{ActiveModel, Column, Entity, Model};
use crate::error::Result;

pub async fn load(conn: &impl ConnectionTrait, keys: &[&str]) -> Result<HashMap<String, Failures>> {
    let rows = Entity::find().filter(Column::Key.is_in(keys.iter().copied())).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), failures(&row))).collect())
}

/// One more failure; to be called in a transaction. The count grows in the statement itself, so parallel failures all count.
pub async fn fail(conn: &impl ConnectionTrait, key: &str, rule: &Throttle, now: Timestamp) -> Result<Failures> {
    let first = rule.after_failure(None, now);
    let row = ActiveModel {
        key: Set(key.to_owned()),
        failures: Set(to_int(first.count)),
        last_failure_at: Set(now.millis()),
        blocked_until: Set(first.blocked_until.millis()),
    };
    // MySQL assigns from left to right: the count is decided before the instant moves.
    let remembered = Expr::col((Entity, Column::LastFailureAt)).gt(now.minus(rule.forget).millis());
    let count = CaseStatement::new().case(remembered, Expr::col((Entity, Column::Failures)).add(1)).finally(1);
    let conflict = OnConflict::column(Column::Key)
        .value(Column::Failures, count)
        .value(Column::LastFailureAt, now.millis())
        .to_owned();
    Entity::insert(row).on_conflict(conflict).exec_without_returning(conn).await?;
    // The row is ours until the commit.
    let Some(row) = Entity::find_by_id(key).one(conn).await? else { return Ok(first) };
    let blocked_until = now.plus(rule.delay(failures(&row).count));
    Entity::update_many()
        .col_expr(Column::BlockedUntil, Expr::value(blocked_until.millis()))
        .filter(Column::Key.eq(key))
        .exec(conn)
        .await?;
    Ok(Failures { blocked_until, ..failures(&row) })
}

/// A success wipes the slate.
pub async fn forgive(conn: &impl ConnectionTrait, key: &str) -> Result<()> {
    Entity::delete_by_id(key).exec(conn).await?;
    Ok(())
}

/// Forgets what was last touched before `before`.
pub async fn sweep(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::BlockedUntil.lt(before.millis()))
        .filter(Column::LastFailureAt.lt(before.millis()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

fn failures(row: &Model) -> Failures {
    Failures {
        count: u32::try_from(row.failures).unwrap_or(0),
        last: Timestamp(row.last_failure_at),
        blocked_until: Timestamp(row.blocked_until),
    }
}

fn to_int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
