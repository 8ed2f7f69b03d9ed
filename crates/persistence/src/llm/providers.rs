//! Configured providers.

use domain::Timestamp;
use domain::ids::ProviderId;
use domain::llm::ProviderKind;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::llm_providers::{Column, Entity, Model};
use crate::{Error, Result};

/// What is sent along with every request: names for all to see, values that are secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    pub names: Vec<String>,
    pub values: HeaderValues,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValues {
    /// Of rows from before they were sealed, in the order of the names.
    Clear(Vec<String>),
    /// Ciphertext, and the key that it is sealed with.
    Sealed { text: String, key_id: String },
}

impl Headers {
    pub const NONE: Self = Self { names: Vec::new(), values: HeaderValues::Clear(Vec::new()) };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub id: ProviderId,
    pub name: String,
    pub kind: ProviderKind,
    pub base_url: String,
    pub headers: Headers,
    /// Whether it may be in a private network.
    pub private_network: bool,
    /// Without its own name in front; empty: whatever it lists.
    pub models: Vec<String>,
    pub max_concurrency: Option<u32>,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// `is_unique_violation` when the name is taken.
pub async fn insert(conn: &impl ConnectionTrait, provider: &Provider) -> Result<()> {
    Entity::insert(to_row(provider)?.into_active_model()).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn by_id(conn: &impl ConnectionTrait, id: ProviderId) -> Result<Option<Provider>> {
    Entity::find_by_id(id.uuid()).one(conn).await?.map(from_row).transpose()
}

/// One that nobody changes until the transaction ends, and to which nobody adds a secret.
pub async fn hold(conn: &impl ConnectionTrait, id: ProviderId) -> Result<Option<Provider>> {
    Entity::find_by_id(id.uuid()).lock_exclusive().one(conn).await?.map(from_row).transpose()
}

pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Provider>> {
    let rows = Entity::find().order_by_asc(Column::Name).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Writes `changed`, whose version is one above the one it was made from; false when that is not the stored one.
pub async fn update(conn: &impl ConnectionTrait, changed: &Provider) -> Result<bool> {
    let row = to_row(changed)?;
    let done = Entity::update_many()
        .col_expr(Column::Name, Expr::value(row.name))
        .col_expr(Column::Kind, Expr::value(row.kind))
        .col_expr(Column::BaseUrl, Expr::value(row.base_url))
        .col_expr(Column::Headers, Expr::value(row.headers))
        .col_expr(Column::SealedHeaders, Expr::value(row.sealed_headers))
        .col_expr(Column::HeadersKeyId, Expr::value(row.headers_key_id))
        .col_expr(Column::PrivateNetwork, Expr::value(row.private_network))
        .col_expr(Column::Models, Expr::value(row.models))
        .col_expr(Column::MaxConcurrency, Expr::value(row.max_concurrency))
        .col_expr(Column::Enabled, Expr::value(row.enabled))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .col_expr(Column::Version, Expr::value(row.version))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version - 1))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes the version that was seen, with its credentials; false when another is stored, or none.
pub async fn delete(conn: &impl ConnectionTrait, id: ProviderId, seen: i64) -> Result<bool> {
    let done = Entity::delete_many().filter(Column::Id.eq(id.uuid())).filter(Column::Version.eq(seen));
    Ok(done.exec(conn).await?.rows_affected == 1)
}

/// A page of those whose headers are sealed with another key than `key_id`, or not at all, by id: what a rotation has still to
/// do.
pub async fn under_other_keys(
    conn: &impl ConnectionTrait,
    key_id: &str,
    after: Option<ProviderId>,
    limit: u64,
) -> Result<Vec<Provider>> {
    let clear = Column::SealedHeaders.is_null().and(Column::Headers.ne("[]"));
    let mut query = Entity::find().filter(clear.or(Column::HeadersKeyId.ne(key_id)));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after.uuid()));
    }
    query.order_by_asc(Column::Id).limit(limit).all(conn).await?.into_iter().map(from_row).collect()
}

/// Seals the same headers anew; false when the provider was changed since `before` was read.
pub async fn reseal(conn: &impl ConnectionTrait, before: &Provider, headers: Headers) -> Result<bool> {
    let old = to_row(before)?;
    let row = to_row(&Provider { headers, ..before.clone() })?;
    let mut update = Entity::update_many()
        .col_expr(Column::Headers, Expr::value(row.headers))
        .col_expr(Column::SealedHeaders, Expr::value(row.sealed_headers))
        .col_expr(Column::HeadersKeyId, Expr::value(row.headers_key_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version));
    update = match old.sealed_headers {
        Some(sealed) => update.filter(Column::SealedHeaders.eq(sealed)),
        None => update.filter(Column::SealedHeaders.is_null()),
    };
    Ok(update.exec(conn).await?.rows_affected == 1)
}

fn to_row(provider: &Provider) -> Result<Model> {
    let json =
        |column, text: serde_json::Result<String>| text.map_err(|fault| Error::odd_row(column, &fault.to_string()));
    let names = provider.headers.names.iter();
    let (headers, sealed_headers, headers_key_id) = match &provider.headers.values {
        HeaderValues::Clear(values) => (names.zip(values.iter().map(String::as_str)).collect(), None, None),
        HeaderValues::Sealed { text, key_id } => {
            (names.zip(std::iter::repeat("")).collect::<Vec<_>>(), Some(text.clone()), Some(key_id.clone()))
        }
    };
    Ok(Model {
        id: provider.id.uuid(),
        name: provider.name.clone(),
        kind: provider.kind.as_str().to_owned(),
        base_url: provider.base_url.clone(),
        headers: json("llm_providers.headers", serde_json::to_string(&headers))?,
        private_network: provider.private_network,
        models: json("llm_providers.models", serde_json::to_string(&provider.models))?,
        max_concurrency: provider.max_concurrency.map(|most| i32::try_from(most).unwrap_or(i32::MAX)),
        enabled: provider.enabled,
        created_at: provider.created_at.millis(),
        updated_at: provider.updated_at.millis(),
        version: provider.version,
        sealed_headers,
        headers_key_id,
    })
}

fn from_row(row: Model) -> Result<Provider> {
    let headers: Vec<(String, String)> = serde_json::from_str(&row.headers)
        .map_err(|fault| Error::odd_row("llm_providers.headers", &fault.to_string()))?;
    let (names, values) = headers.into_iter().unzip();
    let values = match (row.sealed_headers, row.headers_key_id) {
        (Some(text), Some(key_id)) => HeaderValues::Sealed { text, key_id },
        (_, _) => HeaderValues::Clear(values),
    };
    Ok(Provider {
        id: row.id.into(),
        kind: ProviderKind::parse(&row.kind).ok_or_else(|| Error::odd_row("llm_providers.kind", &row.kind))?,
        name: row.name,
        base_url: row.base_url,
        headers: Headers { names, values },
        private_network: row.private_network,
        models: serde_json::from_str(&row.models)
            .map_err(|fault| Error::odd_row("llm_providers.models", &fault.to_string()))?,
        max_concurrency: row.max_concurrency.and_then(|most| u32::try_from(most).ok()),
        enabled: row.enabled,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        version: row.version,
    })
}
