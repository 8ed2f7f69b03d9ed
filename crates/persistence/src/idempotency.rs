//! Answers kept for `Idempotency-Key`: a repeated POST gets the first one's answer, in the scope of principal and route.

use std::time::Duration;

use domain::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};

use crate::absent::insert_if_absent;
use crate::entity::idempotency_keys::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, Result};

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// A request in flight for longer has died with its process; the next one may begin again.
pub const ABANDONED: Duration = Duration::from_secs(60);

const IN_FLIGHT: &str = "in_flight";
const DONE: &str = "done";

/// Who asks, for what, under which key. At most 64, 190 and 190 characters; longer ones are the edge's to refuse.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub principal: &'a str,
    pub route: &'a str,
    pub key: &'a str,
}

/// The first answer, as it is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Yours to do; say [`finish`] or [`forget`] at the end.
    Fresh,
    /// The first one is still being worked: 409.
    InFlight,
    /// The key was used for another body: 422.
    OtherBody,
    Done(Answer),
}

/// Claims the key, or tells what became of it. Run it in a transaction of its own: others must see it at once.
pub async fn begin(
    conn: &impl ConnectionTrait,
    scope: &Scope<'_>,
    body_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Begun> {
    let claim = ActiveModel {
        principal: Set(scope.principal.to_owned()),
        route: Set(scope.route.to_owned()),
        key: Set(scope.key.to_owned()),
        body_hash: Set(body_hash.to_vec()),
        state: Set(IN_FLIGHT.to_owned()),
        status: Set(None),
        headers: Set(None),
        response: Set(None),
        created_at: Set(now.millis()),
    };
    if insert_if_absent(conn, Entity::insert(claim).into_query()).await? {
        return Ok(Begun::Fresh);
    }
    let Some(row) = find(conn, scope).await? else { return Ok(Begun::InFlight) };
    let seen = row.created_at;
    let expired = match row.state.as_str() {
        DONE => now.minus(KEPT).millis() >= seen,
        _ => now.minus(ABANDONED).millis() >= seen,
    };
    if !expired {
        return judge(row, body_hash);
    }
    // Taken over by exactly one: whoever still finds the old time.
    let taken = Entity::update_many()
        .col_expr(Column::State, Expr::value(IN_FLIGHT))
        .col_expr(Column::BodyHash, Expr::value(body_hash.to_vec()))
        .col_expr(Column::CreatedAt, Expr::value(now.millis()))
        .filter(of(scope))
        .filter(Column::CreatedAt.eq(seen))
        .exec(conn)
        .await?;
    Ok(if taken.rows_affected == 1 { Begun::Fresh } else { Begun::InFlight })
}

/// What is known of the key, claiming nothing; `None`: never seen, or no longer kept.
pub async fn lookup(
    conn: &impl ConnectionTrait,
    scope: &Scope<'_>,
    body_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Begun>> {
    let kept = now.minus(KEPT).millis();
    find(conn, scope).await?.filter(|row| row.created_at > kept).map(|row| judge(row, body_hash)).transpose()
}

/// Keeps the answer. Not for 429 and 5xx, which must be tried again: those are [`forget`].
pub async fn finish(conn: &impl ConnectionTrait, scope: &Scope<'_>, answer: &Answer) -> Result<()> {
    let headers = serde_json::to_string(&answer.headers)
        .map_err(|fault| Error::odd_row("idempotency_keys.headers", &fault.to_string()))?;
    Entity::update_many()
        .col_expr(Column::State, Expr::value(DONE))
        .col_expr(Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(Column::Headers, Expr::value(headers))
        .col_expr(Column::Response, Expr::value(answer.body.as_str()))
        .filter(of(scope))
        .exec(conn)
        .await?;
    Ok(())
}

/// Gives the key free: nothing was done.
pub async fn forget(conn: &impl ConnectionTrait, scope: &Scope<'_>) -> Result<()> {
    Entity::delete_many().filter(of(scope)).filter(Column::State.eq(IN_FLIGHT)).exec(conn).await?;
    Ok(())
}

/// Removes what is no longer kept; how many.
pub async fn sweep(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    Ok(Entity::delete_many().filter(Column::CreatedAt.lt(now.minus(KEPT).millis())).exec(conn).await?.rows_affected)
}

async fn find(conn: &impl ConnectionTrait, scope: &Scope<'_>) -> Result<Option<Model>> {
    Ok(Entity::find().filter(of(scope)).one(conn).await?)
}

fn of(scope: &Scope<'_>) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(Column::Principal.eq(scope.principal))
        .add(Column::Route.eq(scope.route))
        .add(Column::Key.eq(scope.key))
}

fn judge(row: Model, body_hash: &[u8; 32]) -> Result<Begun> {
    if row.body_hash != body_hash {
        return Ok(Begun::OtherBody);
    }
    if row.state != DONE {
        return Ok(Begun::InFlight);
    }
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    let headers = row.headers.as_deref().map(serde_json::from_str).transpose();
    match (status, headers, row.response) {
        (Some(status), Ok(Some(headers)), Some(body)) => Ok(Begun::Done(Answer { status, headers, body })),
        _ => Err(Error::odd_row("idempotency_keys", "done without an answer")),
    }
}
