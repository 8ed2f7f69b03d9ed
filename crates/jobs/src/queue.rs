//! The statements of the queue. Each runs in the caller's transaction; a `bool` says whether the fence let it pass.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr, UpdateMany,
};
use uuid::Uuid;

use crate::clock::{after, now};
use crate::entity::jobs::{Column, Entity, Model};
use crate::error::Result;
use crate::job::{Due, Job, NewJob, Status};

/// Error texts are for operators; a page of one is enough.
const LONGEST_ERROR: usize = 2000;

/// Writes the job; `None` when a job with its unique key waits or runs already.
///
/// # Errors
/// The statement's.
pub async fn enqueue(conn: &impl ConnectionTrait, job: NewJob) -> Result<Option<Uuid>> {
    #[allow(clippy::disallowed_methods, reason = "only its order matters, and only roughly; no rule reads this time")]
    let id = Uuid::now_v7();
    let available_at = match job.available_at {
        Due::Now => now(conn),
        Due::After(time) => after(conn, time),
        Due::At(at) => Expr::value(at),
    };
    let unique = job.unique_key.is_some();
    let mut insert = Query::insert();
    insert
        .into_table(Entity)
        .columns([
            Column::Id,
            Column::Kind,
            Column::Lane,
            Column::Payload,
            Column::UniqueKey,
            Column::Status,
            Column::Attempt,
            Column::MaxAttempts,
            Column::AvailableAt,
            Column::CreatedAt,
        ])
        .values([
            Expr::value(id),
            Expr::value(job.kind),
            Expr::value(job.lane),
            Expr::value(job.payload),
            Expr::value(job.unique_key),
            Expr::value(Status::Queued.as_str()),
            Expr::value(0),
            Expr::value(Ord::max(job.max_attempts, 1)),
            available_at,
            now(conn),
        ])
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    if !unique {
        conn.execute(&insert).await?;
        return Ok(Some(id));
    }
    if conn.get_database_backend() == DbBackend::MySql {
        // INSERT IGNORE would swallow other faults too; MySQL keeps the transaction after an error.
        return match conn.execute(&insert).await {
            Ok(_) => Ok(Some(id)),
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(None),
            Err(error) => Err(error.into()),
        };
    }
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok((conn.execute(&insert).await?.rows_affected() == 1).then_some(id))
}

/// Takes up to `limit` due jobs of a lane, oldest first, for `lease`. Two workers never take the same one: rows are
/// locked where the database can (`SKIP LOCKED`), and SQLite has one writer.
///
/// # Errors
/// The statements'.
pub async fn claim(
    conn: &impl ConnectionTrait,
    lane: &str,
    kinds: &[&str],
    limit: u64,
    owner: Uuid,
    lease: Duration,
) -> Result<Vec<Job>> {
    if limit == 0 || kinds.is_empty() {
        return Ok(Vec::new());
    }
    let due: Vec<Model> = Entity::find()
        .filter(Column::Status.eq(Status::Queued.as_str()))
        .filter(Column::Lane.eq(lane))
        .filter(Expr::col(Column::AvailableAt).lte(now(conn)))
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .order_by_asc(Column::AvailableAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(conn)
        .await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Running.as_str()))
        .col_expr(Column::Attempt, Expr::col(Column::Attempt).add(1))
        .col_expr(Column::LeaseUntil, after(conn, lease))
        .col_expr(Column::LeaseOwner, Expr::value(owner))
        .col_expr(Column::StartedAt, now(conn))
        .filter(Column::Id.is_in(due.iter().map(|job| job.id)))
        .filter(Column::Status.eq(Status::Queued.as_str()))
        .exec(conn)
        .await?;
    let job = |row: Model| Job {
        id: row.id,
        kind: row.kind,
        lane: row.lane,
        payload: row.payload,
        attempt: row.attempt + 1,
        max_attempts: row.max_attempts,
    };
    Ok(due.into_iter().map(job).collect())
}

/// Extends the leases of `running` (id, attempt) and gives back which of them are still the owner's.
///
/// # Errors
/// The statements'.
pub async fn heartbeat(
    conn: &impl ConnectionTrait,
    owner: Uuid,
    running: &[(Uuid, i32)],
    lease: Duration,
) -> Result<Vec<(Uuid, i32)>> {
    let mut ours = Vec::with_capacity(running.len());
    for &(id, attempt) in running {
        let extended = fenced(id, attempt)
            .col_expr(Column::LeaseUntil, after(conn, lease))
            .filter(Column::LeaseOwner.eq(owner))
            .exec(conn)
            .await?;
        if extended.rows_affected == 1 {
            ours.push((id, attempt));
        }
    }
    Ok(ours)
}

/// Done. False: another attempt has it.
///
/// # Errors
/// The statement's.
pub async fn finish(conn: &impl ConnectionTrait, id: Uuid, attempt: i32) -> Result<bool> {
    settled(conn, ended(conn, fenced(id, attempt), Status::Done)).await
}

/// Back to the queue for a later attempt.
///
/// # Errors
/// The statement's.
pub async fn retry(conn: &impl ConnectionTrait, id: Uuid, attempt: i32, wait: Duration, why: &str) -> Result<bool> {
    let update = waiting(fenced(id, attempt))
        .col_expr(Column::AvailableAt, after(conn, wait))
        .col_expr(Column::LastError, text(why));
    settled(conn, update).await
}

/// Back to the queue at once, not counted as an attempt: the worker is going down, the job did nothing wrong.
///
/// # Errors
/// The statement's.
pub async fn release(conn: &impl ConnectionTrait, id: Uuid, attempt: i32) -> Result<bool> {
    // The attempt number is a fence and never goes back, so the allowance grows instead.
    let update = waiting(fenced(id, attempt)).col_expr(Column::MaxAttempts, Expr::col(Column::MaxAttempts).add(1));
    settled(conn, update).await
}

/// Dead: kept for an operator.
///
/// # Errors
/// The statement's.
pub async fn bury(conn: &impl ConnectionTrait, id: Uuid, attempt: i32, why: &str) -> Result<bool> {
    let update = ended(conn, fenced(id, attempt), Status::Dead).col_expr(Column::LastError, text(why));
    settled(conn, update).await
}

/// What [`rescue`] and [`requeue_of`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    pub queued: u64,
    /// Their last attempt died too: poison, perhaps.
    pub buried: u64,
}

/// Frees the jobs whose lease has run out.
///
/// # Errors
/// The statements'.
pub async fn rescue(conn: &impl ConnectionTrait) -> Result<Rescued> {
    free(conn, Expr::col(Column::LeaseUntil).lt(now(conn)), "the worker died or lost its lease").await
}

/// Frees at once what this owner held when it died; for the start of the same owner only.
///
/// # Errors
/// The statements'.
pub async fn requeue_of(conn: &impl ConnectionTrait, owner: Uuid) -> Result<Rescued> {
    free(conn, Column::LeaseOwner.eq(owner), "the worker died").await
}

/// Removes done and dead jobs that ended before these times (milliseconds since 1970 UTC); how many.
///
/// # Errors
/// The statements'.
pub async fn sweep(conn: &impl ConnectionTrait, done_before: i64, dead_before: i64) -> Result<u64> {
    let mut swept = 0;
    for (status, before) in [(Status::Done, done_before), (Status::Dead, dead_before)] {
        let old = Entity::delete_many().filter(Column::Status.eq(status.as_str())).filter(Column::EndedAt.lt(before));
        swept += old.exec(conn).await?.rows_affected;
    }
    Ok(swept)
}

/// How many stand so; for metrics, and for a test that refuses leftovers.
///
/// # Errors
/// The statement's.
pub async fn count(conn: &impl ConnectionTrait, status: Status) -> Result<u64> {
    Ok(Entity::find().filter(Column::Status.eq(status.as_str())).count(conn).await?)
}

async fn free(conn: &impl ConnectionTrait, whose: SimpleExpr, why: &str) -> Result<Rescued> {
    let of = |last: SimpleExpr| {
        let running = Condition::all().add(Column::Status.eq(Status::Running.as_str())).add(whose.clone()).add(last);
        Entity::update_many().filter(running)
    };
    let last = Expr::col(Column::Attempt).gte(Expr::col(Column::MaxAttempts));
    let buried = ended(conn, of(last.clone()), Status::Dead).col_expr(Column::LastError, text(why)).exec(conn).await?;
    let queued = waiting(of(last.not()))
        .col_expr(Column::AvailableAt, now(conn))
        .col_expr(Column::LastError, text(why))
        .exec(conn)
        .await?;
    Ok(Rescued { queued: queued.rows_affected, buried: buried.rows_affected })
}

fn fenced(id: Uuid, attempt: i32) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .filter(Column::Attempt.eq(attempt))
        .filter(Column::Status.eq(Status::Running.as_str()))
}

fn waiting(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    unleased(update).col_expr(Column::Status, Expr::value(Status::Queued.as_str()))
}

fn ended(conn: &impl ConnectionTrait, update: UpdateMany<Entity>, status: Status) -> UpdateMany<Entity> {
    unleased(update)
        .col_expr(Column::Status, Expr::value(status.as_str()))
        .col_expr(Column::EndedAt, now(conn))
        // The next one with this key may come.
        .col_expr(Column::UniqueKey, Expr::value(None::<String>))
}

fn unleased(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(Column::LeaseOwner, Expr::value(None::<Uuid>))
}

fn text(why: &str) -> SimpleExpr {
    Expr::value(why.chars().take(LONGEST_ERROR).collect::<String>())
}

async fn settled(conn: &impl ConnectionTrait, update: UpdateMany<Entity>) -> Result<bool> {
    Ok(update.exec(conn).await?.rows_affected == 1)
}
