//! Rows of signed-in devices.

use domain::Timestamp;
use domain::accounts::{RevokeReason, Status, User};
use domain::ids::{SessionId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};
use uuid::Uuid;

use super::users;
use crate::entity::sessions::{ActiveModel, Column, Entity, Model, Relation};
use crate::entity::users as user_table;
use crate::error::{Error, Result};

/// One signed-in device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked: Option<RevokeReason>,
    pub user_agent: String,
    pub source_ip: String,
}

pub async fn insert(conn: &impl ConnectionTrait, session: &Session) -> Result<()> {
    let row = ActiveModel {
        id: Set(session.id.uuid()),
        user_id: Set(session.user.uuid()),
        created_at: Set(session.created_at.millis()),
        last_seen_at: Set(session.last_seen_at.millis()),
        expires_at: Set(session.expires_at.millis()),
        revoked_at: Set(None),
        revoke_reason: Set(None),
        user_agent: Set(session.user_agent.clone()),
        source_ip: Set(session.source_ip.clone()),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// A session and its person in one read by primary keys; the caller judges whether it lives.
pub async fn with_user(conn: &impl ConnectionTrait, id: SessionId) -> Result<Option<(Session, User)>> {
    let found = Entity::find_by_id(id.uuid()).find_also_related(user_table::Entity).one(conn).await?;
    match found {
        Some((row, Some(person))) => Ok(Some((session(row)?, users::user(person)?))),
        Some((_, None)) | None => Ok(None),
    }
}

/// Those of `ids` that may still be used, each with the rights epoch of its person now.
pub async fn living(conn: &impl ConnectionTrait, ids: &[SessionId], now: Timestamp) -> Result<Vec<(SessionId, i64)>> {
    /// Every database takes this many parameters.
    const AT_ONCE: usize = 500;
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<(Uuid, i64)> = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(user_table::Column::RightsEpoch)
            .join(JoinType::InnerJoin, Relation::User.def())
            .filter(Column::Id.is_in(some.iter().map(|id| id.uuid())))
            .filter(alive(now))
            .filter(user_table::Column::Status.eq(Status::Active.as_str()))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows.into_iter().map(|(id, epoch)| (SessionId::from_uuid(id), epoch)));
    }
    Ok(found)
}

/// A page of a person's living sessions, newest first, after the place `(created_at, id)`.
pub async fn page_of_user(
    conn: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
    after: Option<(Timestamp, SessionId)>,
    limit: u64,
) -> Result<Vec<Session>> {
    let mut query = Entity::find().filter(Column::UserId.eq(user.uuid())).filter(alive(now));
    if let Some((at, id)) = after {
        let same_time = Condition::all().add(Column::CreatedAt.eq(at.millis())).add(Column::Id.lt(id.uuid()));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at.millis())).add(same_time));
    }
    let rows = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(session).collect()
}

/// Notes that the device was heard of, and holds its row until the transaction ends, so that all that happens to one session
/// happens one after the other. False when it has ended.
pub async fn touch(conn: &impl ConnectionTrait, id: SessionId, now: Timestamp) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(alive(now))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends one session of a person; false when it is none of theirs or has ended.
pub async fn revoke(
    conn: &impl ConnectionTrait,
    user: UserId,
    id: SessionId,
    reason: RevokeReason,
    now: Timestamp,
) -> Result<bool> {
    let only = Condition::all().add(Column::UserId.eq(user.uuid())).add(Column::Id.eq(id.uuid()));
    Ok(end(conn, only, reason, now).await? == 1)
}

/// Ends all sessions of a person; how many there were.
pub async fn revoke_all(
    conn: &impl ConnectionTrait,
    user: UserId,
    reason: RevokeReason,
    now: Timestamp,
) -> Result<u64> {
    end(conn, Condition::all().add(Column::UserId.eq(user.uuid())), reason, now).await
}

async fn end(conn: &impl ConnectionTrait, which: Condition, reason: RevokeReason, now: Timestamp) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.millis()))
        .col_expr(Column::RevokeReason, Expr::value(reason.as_str()))
        .filter(which)
        .filter(alive(now))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

/// Whether the person was signed in from this address lately: then the delays of strangers do not count for them.
pub async fn known_source(conn: &impl ConnectionTrait, user: UserId, source: &str) -> Result<bool> {
    let query = Entity::find().select_only().column(Column::Id);
    let query = query.filter(Column::UserId.eq(user.uuid())).filter(Column::SourceIp.eq(source));
    Ok(query.into_tuple::<Uuid>().one(conn).await?.is_some())
}

/// Forgets sessions that ended before `before`, with their tokens.
pub async fn sweep(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lt(before.millis())).exec(conn).await?.rows_affected)
}

fn alive(now: Timestamp) -> Condition {
    Condition::all().add(Column::RevokedAt.is_null()).add(Column::ExpiresAt.gt(now.millis()))
}

fn session(row: Model) -> Result<Session> {
    let reason = row.revoke_reason.as_deref();
    let revoked = match (row.revoked_at, reason) {
        (None, _) => None,
        (Some(_), Some(word)) => {
            Some(RevokeReason::parse(word).ok_or_else(|| Error::odd_row("sessions.revoke_reason", word))?)
        }
        (Some(_), None) => Some(RevokeReason::Revoked),
    };
    Ok(Session {
        id: SessionId::from_uuid(row.id),
        user: UserId::from_uuid(row.user_id),
        created_at: Timestamp(row.created_at),
        last_seen_at: Timestamp(row.last_seen_at),
        expires_at: Timestamp(row.expires_at),
        revoked,
        user_agent: row.user_agent,
        source_ip: row.source_ip,
    })
}
