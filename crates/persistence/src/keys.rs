//! API keys in the database: by the person they stand for, or by the keyed hash of their text.

use domain::Timestamp;
use domain::accounts::User;
use domain::ids::{ApiKeyId, UserId};
use domain::keys::{ApiKey, Scopes};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::Result;
use crate::accounts::users;
use crate::entity::api_keys::{Column, Entity, Model};
use crate::entity::users as user_table;

/// `is_unique_violation` when the hash is there: the same key twice.
pub async fn insert(conn: &impl ConnectionTrait, key: &ApiKey, hash: &[u8; 32]) -> Result<()> {
    let row = Model {
        id: key.id.uuid(),
        user_id: key.user.uuid(),
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        hash: hash.to_vec(),
        scopes: key.scopes.to_words(),
        expires_at: key.expires_at.map(Timestamp::millis),
        revoked_at: key.revoked_at.map(Timestamp::millis),
        last_used_at: key.last_used_at.map(Timestamp::millis),
        created_at: key.created_at.millis(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(conn).await?;
    Ok(())
}

/// A key with the hash that found it and its person, in one read; the caller judges whether it opens anything.
pub async fn by_hash(conn: &impl ConnectionTrait, hashes: &[[u8; 32]]) -> Result<Option<(ApiKey, Vec<u8>, User)>> {
    let found = Entity::find()
        .filter(Column::Hash.is_in(hashes.iter().map(|hash| hash.to_vec())))
        .find_also_related(user_table::Entity)
        .one(conn)
        .await?;
    match found {
        Some((mut row, Some(person))) => {
            let hash = std::mem::take(&mut row.hash);
            Ok(Some((key(row), hash, users::user(person)?)))
        }
        Some((_, None)) | None => Ok(None),
    }
}

/// A page of a person's keys, newest first, also those that open nothing any more.
pub async fn page_of_user(
    conn: &impl ConnectionTrait,
    user: UserId,
    after: Option<(Timestamp, ApiKeyId)>,
    limit: u64,
) -> Result<Vec<ApiKey>> {
    let mut query = Entity::find().filter(Column::UserId.eq(user.uuid()));
    if let Some((at, id)) = after {
        let same = Column::CreatedAt.eq(at.millis()).and(Column::Id.lt(id.uuid()));
        query = query.filter(Column::CreatedAt.lt(at.millis()).or(same));
    }
    let rows = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit).all(conn).await?;
    Ok(rows.into_iter().map(key).collect())
}

pub async fn of_user(conn: &impl ConnectionTrait, user: UserId, id: ApiKeyId) -> Result<Option<ApiKey>> {
    let query = Entity::find_by_id(id.uuid()).filter(Column::UserId.eq(user.uuid()));
    Ok(query.one(conn).await?.map(key))
}

/// The names of keys: of one person's, or whosever they are.
pub async fn names(
    conn: &impl ConnectionTrait,
    user: Option<UserId>,
    ids: &[ApiKeyId],
) -> Result<Vec<(ApiKeyId, String)>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let rows: Vec<(Uuid, String)> = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(Column::Name)
            .apply_if(user, |query, user| query.filter(Column::UserId.eq(user.uuid())))
            .filter(Column::Id.is_in(some.iter().map(|id| id.uuid())))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows.into_iter().map(|(id, name)| (ApiKeyId::from_uuid(id), name)));
    }
    Ok(found)
}

/// How many keys of a person are good.
pub async fn count_living(conn: &impl ConnectionTrait, user: UserId, now: Timestamp) -> Result<u64> {
    Ok(Entity::find().filter(Column::UserId.eq(user.uuid())).filter(alive(now)).count(conn).await?)
}

/// Ends one key of a person; false when it is none of theirs, or ended before.
pub async fn revoke(conn: &impl ConnectionTrait, user: UserId, id: ApiKeyId, now: Timestamp) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends every key of a person that has not ended; how many that were.
pub async fn revoke_all(conn: &impl ConnectionTrait, user: UserId, now: Timestamp) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.millis()))
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

/// Notes a use, unless one is noted after `unless_after`; `hash` replaces one that was made with an older secret.
pub async fn note_use(
    conn: &impl ConnectionTrait,
    id: ApiKeyId,
    now: Timestamp,
    unless_after: Timestamp,
    hash: Option<&[u8; 32]>,
) -> Result<bool> {
    let mut update = Entity::update_many().col_expr(Column::LastUsedAt, Expr::value(now.millis()));
    let mut due = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(unless_after.millis()));
    if let Some(hash) = hash {
        update = update.col_expr(Column::Hash, Expr::value(hash.to_vec()));
        due = Condition::all();
    }
    let done = update.filter(Column::Id.eq(id.uuid())).filter(due).exec(conn).await?;
    Ok(done.rows_affected == 1)
}

/// Those of `ids` that open something now, each with the rights epoch of its person; for open streams.
pub async fn living(conn: &impl ConnectionTrait, ids: &[ApiKeyId], now: Timestamp) -> Result<Vec<(ApiKeyId, i64)>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let rows: Vec<(Uuid, i64)> = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(user_table::Column::RightsEpoch)
            .inner_join(user_table::Entity)
            .filter(Column::Id.is_in(some.iter().map(|id| id.uuid())))
            .filter(alive(now))
            .filter(user_table::Column::Status.eq(domain::accounts::Status::Active.as_str()))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows.into_iter().map(|(id, epoch)| (ApiKeyId::from_uuid(id), epoch)));
    }
    Ok(found)
}

fn alive(now: Timestamp) -> Condition {
    let lasting = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now.millis()));
    Condition::all().add(Column::RevokedAt.is_null()).add(lasting)
}

fn key(row: Model) -> ApiKey {
    ApiKey {
        id: row.id.into(),
        user: row.user_id.into(),
        name: row.name,
        prefix: row.prefix,
        scopes: Scopes::from_words(&row.scopes),
        expires_at: row.expires_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
        last_used_at: row.last_used_at.map(Timestamp),
        created_at: Timestamp(row.created_at),
    }
}
