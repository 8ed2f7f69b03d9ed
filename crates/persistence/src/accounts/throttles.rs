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

/// One more failure, in one statement that counts and judges by itself: parallel failures all count, and the row is held no
/// longer than the commit takes.
pub async fn fail(conn: &impl ConnectionTrait, key: &str, rule: &Throttle, now: Timestamp) -> Result<()> {
    let first = rule.after_failure(None, now);
    let row = ActiveModel {
        key: Set(key.to_owned()),
        failures: Set(to_int(first.count)),
        last_failure_at: Set(now.millis()),
        blocked_until: Set(first.blocked_until.millis()),
    };
    let remembered = || Expr::col((Entity, Column::LastFailureAt)).gt(now.minus(rule.forget).millis());
    let failures = || Expr::col((Entity, Column::Failures));
    let mut until = CaseStatement::new().case(remembered().not(), first.blocked_until.millis());
    for (count, delay) in rule.steps().into_iter().rev() {
        // `count` is what this failure makes of the count that is stored.
        until = until.case(failures().gte(to_int(count.saturating_sub(1))), now.plus(delay).millis());
    }
    let count = CaseStatement::new().case(remembered(), failures().add(1)).finally(1);
    // MySQL assigns from left to right: what is judged by the old count and instant comes before they change.
    let conflict = OnConflict::column(Column::Key)
        .value(Column::BlockedUntil, until.finally(now.millis()))
        .value(Column::Failures, count)
        .value(Column::LastFailureAt, now.millis())
        .to_owned();
    Entity::insert(row).on_conflict(conflict).exec_without_returning(conn).await?;
    Ok(())
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
