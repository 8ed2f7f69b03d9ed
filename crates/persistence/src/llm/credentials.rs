//! The sealed secrets of providers. What is inside is nobody's business on this floor.

use domain::Timestamp;
use domain::ids::{CredentialId, ProviderId};
use domain::llm::CredentialState;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::llm_credentials::{Column, Entity, Model};
use crate::{Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub id: CredentialId,
    pub provider: ProviderId,
    pub label: String,
    /// Ciphertext.
    pub sealed: String,
    /// Of the key that it is sealed with.
    pub key_id: String,
    pub weight: u32,
    pub state: CredentialState,
    pub disabled_reason: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// `is_foreign_key_violation` when the provider is gone.
pub async fn insert(conn: &impl ConnectionTrait, credential: &Credential) -> Result<()> {
    Entity::insert(to_row(credential).into_active_model()).exec_without_returning(conn).await?;
    Ok(())
}

/// Whether a provider has any; whoever asks holds the provider, so that the answer stays true.
pub async fn any(conn: &impl ConnectionTrait, provider: ProviderId) -> Result<bool> {
    let query = Entity::find().select_only().column(Column::Id).filter(Column::ProviderId.eq(provider.uuid()));
    Ok(query.into_tuple::<uuid::Uuid>().one(conn).await?.is_some())
}

pub async fn of_provider(
    conn: &impl ConnectionTrait,
    provider: ProviderId,
    id: CredentialId,
) -> Result<Option<Credential>> {
    let query = Entity::find_by_id(id.uuid()).filter(Column::ProviderId.eq(provider.uuid()));
    query.one(conn).await?.map(from_row).transpose()
}

/// Those of one provider, or of all, oldest first.
pub async fn all(conn: &impl ConnectionTrait, provider: Option<ProviderId>) -> Result<Vec<Credential>> {
    let mut query = Entity::find();
    if let Some(provider) = provider {
        query = query.filter(Column::ProviderId.eq(provider.uuid()));
    }
    let rows = query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Writes what may change of a credential, if it is still as `before` says; false otherwise.
pub async fn update(conn: &impl ConnectionTrait, before: &Credential, after: &Credential) -> Result<bool> {
    let row = to_row(after);
    let done = Entity::update_many()
        .col_expr(Column::Label, Expr::value(row.label))
        .col_expr(Column::Sealed, Expr::value(row.sealed))
        .col_expr(Column::KeyId, Expr::value(row.key_id))
        .col_expr(Column::Weight, Expr::value(row.weight))
        .col_expr(Column::State, Expr::value(row.state))
        .col_expr(Column::DisabledReason, Expr::value(row.disabled_reason))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .filter(Column::Id.eq(row.id))
        .filter(Column::ProviderId.eq(row.provider_id))
        .filter(Column::Sealed.eq(before.sealed.as_str()))
        .filter(Column::State.eq(before.state.as_str()))
        .filter(Column::UpdatedAt.eq(before.updated_at.millis()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Switches one off, unless it was changed since `sealed` was read: a secret that was replaced meanwhile is not meant.
pub async fn disable(
    conn: &impl ConnectionTrait,
    id: CredentialId,
    sealed: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(CredentialState::Disabled.as_str()))
        .col_expr(Column::DisabledReason, Expr::value(reason))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::Sealed.eq(sealed))
        .filter(Column::State.eq(CredentialState::Active.as_str()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// When credentials were last used; an older instant changes nothing.
pub async fn note_use(conn: &impl ConnectionTrait, ids: &[CredentialId], at: Timestamp) -> Result<()> {
    use sea_orm::Condition;
    let older = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(at.millis()));
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(at.millis()))
        .filter(Column::Id.is_in(ids.iter().map(|id| id.uuid())))
        .filter(older)
        .exec(conn)
        .await?;
    Ok(())
}

pub async fn delete(conn: &impl ConnectionTrait, provider: ProviderId, id: CredentialId) -> Result<bool> {
    let only = Entity::delete_many().filter(Column::Id.eq(id.uuid())).filter(Column::ProviderId.eq(provider.uuid()));
    Ok(only.exec(conn).await?.rows_affected == 1)
}

/// A page of those that are sealed with another key than `key_id`, by id: what a rotation has still to do.
pub async fn under_other_keys(
    conn: &impl ConnectionTrait,
    key_id: &str,
    after: Option<CredentialId>,
    limit: u64,
) -> Result<Vec<Credential>> {
    let mut query = Entity::find().filter(Column::KeyId.ne(key_id));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after.uuid()));
    }
    let rows = query.order_by_asc(Column::Id).limit(limit).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Replaces a seal by another around the same secret; false when the secret was replaced meanwhile.
pub async fn reseal(conn: &impl ConnectionTrait, id: CredentialId, old: &str, new: &str, key_id: &str) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::Sealed, Expr::value(new))
        .col_expr(Column::KeyId, Expr::value(key_id))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::Sealed.eq(old))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

fn to_row(credential: &Credential) -> Model {
    Model {
        id: credential.id.uuid(),
        provider_id: credential.provider.uuid(),
        label: credential.label.clone(),
        sealed: credential.sealed.clone(),
        key_id: credential.key_id.clone(),
        weight: i32::try_from(credential.weight).unwrap_or(i32::MAX),
        state: credential.state.as_str().to_owned(),
        disabled_reason: credential.disabled_reason.clone(),
        created_at: credential.created_at.millis(),
        updated_at: credential.updated_at.millis(),
        last_used_at: credential.last_used_at.map(Timestamp::millis),
    }
}

fn from_row(row: Model) -> Result<Credential> {
    Ok(Credential {
        id: row.id.into(),
        provider: row.provider_id.into(),
        label: row.label,
        sealed: row.sealed,
        key_id: row.key_id,
        weight: u32::try_from(row.weight).unwrap_or(1),
        state: CredentialState::parse(&row.state).ok_or_else(|| Error::odd_row("llm_credentials.state", &row.state))?,
        disabled_reason: row.disabled_reason,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        last_used_at: row.last_used_at.map(Timestamp),
    })
}
