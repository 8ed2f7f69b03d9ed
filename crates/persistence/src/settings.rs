//! What Obrol remembers about itself (first-administrator token, generated keys): named texts.

use domain::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, QueryTrait};

use crate::absent::insert_if_absent;
use crate::entity::settings::{ActiveModel, Column, Entity};
use crate::error::Result;

pub async fn get(conn: &impl ConnectionTrait, key: &str) -> Result<Option<String>> {
    Ok(Entity::find_by_id(key).one(conn).await?.map(|row| row.value))
}

/// Writes `value` over what was there.
pub async fn set(conn: &impl ConnectionTrait, key: &str, value: &str, now: Timestamp) -> Result<()> {
    let over = OnConflict::column(Column::Key).update_columns([Column::Value, Column::UpdatedAt]).to_owned();
    Entity::insert(row(key, value, now)).on_conflict(over).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes `value` unless there is one; false when another was faster (read it then).
pub async fn set_if_absent(conn: &impl ConnectionTrait, key: &str, value: &str, now: Timestamp) -> Result<bool> {
    insert_if_absent(conn, Entity::insert(row(key, value, now)).into_query()).await
}

/// True for exactly one of those who remove it at the same time: a one-time token is used up so.
pub async fn remove(conn: &impl ConnectionTrait, key: &str) -> Result<bool> {
    Ok(Entity::delete_by_id(key).exec(conn).await?.rows_affected == 1)
}

fn row(key: &str, value: &str, now: Timestamp) -> ActiveModel {
    ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()), updated_at: Set(now.millis()) }
}
