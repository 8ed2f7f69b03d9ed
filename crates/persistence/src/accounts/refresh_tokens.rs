//! Rows of refresh tokens. Writers hold the session's row first (`sessions::touch`), so one family changes one step at a time.

use domain::Timestamp;
use domain::accounts::RefreshToken;
use domain::ids::{RefreshTokenId, SessionId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::entity::refresh_tokens::{ActiveModel, Column, Entity};
use crate::error::Result;

/// A token that was found by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: RefreshTokenId,
    pub session: SessionId,
    pub token: RefreshToken,
}

#[derive(Clone, Copy, Debug)]
pub struct NewToken {
    pub id: RefreshTokenId,
    pub session: SessionId,
    pub hash: [u8; 32],
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn insert(conn: &impl ConnectionTrait, new: &NewToken) -> Result<()> {
    let row = ActiveModel {
        id: Set(new.id.uuid()),
        session_id: Set(new.session.uuid()),
        token_hash: Set(new.hash.to_vec()),
        issued_at: Set(new.issued_at.millis()),
        expires_at: Set(new.expires_at.millis()),
        used_at: Set(None),
        successor_id: Set(None),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn by_hash(conn: &impl ConnectionTrait, hash: &[u8; 32]) -> Result<Option<Found>> {
    let Some(row) = Entity::find().filter(Column::TokenHash.eq(hash.to_vec())).one(conn).await? else {
        return Ok(None);
    };
    let successor_used = match row.successor_id {
        Some(successor) => Entity::find_by_id(successor).one(conn).await?.map(|row| row.used_at.is_some()),
        None => None,
    };
    Ok(Some(Found {
        id: row.id.into(),
        session: row.session_id.into(),
        token: RefreshToken {
            expires_at: Timestamp(row.expires_at),
            used_at: row.used_at.map(Timestamp),
            successor_used,
        },
    }))
}

/// Marks a token used and names its successor; false when somebody was faster.
pub async fn spend(
    conn: &impl ConnectionTrait,
    id: RefreshTokenId,
    successor: RefreshTokenId,
    now: Timestamp,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now.millis()))
        .col_expr(Column::SuccessorId, Expr::value(successor.uuid()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// A used token gets another successor beside the unused ones that it has.
pub async fn succeed(conn: &impl ConnectionTrait, id: RefreshTokenId, successor: RefreshTokenId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SuccessorId, Expr::value(successor.uuid()))
        .filter(Column::Id.eq(id.uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Voids whatever else of the session is unused: the siblings of the token that was just spent.
pub async fn void_unused(conn: &impl ConnectionTrait, session: SessionId, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now.millis()))
        .filter(Column::SessionId.eq(session.uuid()))
        .filter(Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// How many tokens of the session could be used now.
pub async fn unused(conn: &impl ConnectionTrait, session: SessionId) -> Result<u64> {
    Ok(Entity::find().filter(Column::SessionId.eq(session.uuid())).filter(Column::UsedAt.is_null()).count(conn).await?)
}
