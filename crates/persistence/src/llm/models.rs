//! What operators say of single models, over what providers list.

use domain::Timestamp;
use domain::ids::ModelId;
use domain::llm::Capabilities;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::Result;
use crate::entity::llm_models::{Column, Entity, Model};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelOverride {
    pub id: ModelId,
    /// `provider/model`.
    pub model: String,
    pub name: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub capabilities: Capabilities,
    pub enabled: bool,
    pub updated_at: Timestamp,
}

pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<ModelOverride>> {
    let rows = Entity::find().order_by_asc(Column::Model).all(conn).await?;
    Ok(rows.into_iter().map(from_row).collect())
}

pub async fn by_model(conn: &impl ConnectionTrait, model: &str) -> Result<Option<ModelOverride>> {
    Ok(Entity::find().filter(Column::Model.eq(model)).one(conn).await?.map(from_row))
}

/// Says it, over what was said before.
pub async fn set(conn: &impl ConnectionTrait, word: &ModelOverride) -> Result<()> {
    let signed = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let row = Model {
        id: word.id.uuid(),
        model: word.model.clone(),
        name: word.name.clone(),
        context_window: word.context_window.map(signed),
        max_output: word.max_output.map(signed),
        capabilities: word.capabilities.to_words(),
        enabled: word.enabled,
        updated_at: word.updated_at.millis(),
    };
    let over = OnConflict::column(Column::Model)
        .update_columns([
            Column::Name,
            Column::ContextWindow,
            Column::MaxOutput,
            Column::Capabilities,
            Column::Enabled,
            Column::UpdatedAt,
        ])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(over).exec_without_returning(conn).await?;
    Ok(())
}

/// Takes it back; false when nothing was said.
pub async fn remove(conn: &impl ConnectionTrait, model: &str) -> Result<bool> {
    Ok(Entity::delete_many().filter(Column::Model.eq(model)).exec(conn).await?.rows_affected == 1)
}

fn from_row(row: Model) -> ModelOverride {
    let count = |count: i32| u32::try_from(count).ok();
    ModelOverride {
        id: row.id.into(),
        model: row.model,
        name: row.name,
        context_window: row.context_window.and_then(count),
        max_output: row.max_output.and_then(count),
        capabilities: Capabilities::from_words(&row.capabilities),
        enabled: row.enabled,
        updated_at: Timestamp(row.updated_at),
    }
}
