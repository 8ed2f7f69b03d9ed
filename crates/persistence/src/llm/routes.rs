//! Routes: chains of models.

use domain::Timestamp;
use domain::ids::RouteId;
use domain::llm::{Route, RouteStep};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::entity::llm_routes::{Column, Entity, Model};
use crate::{Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRoute {
    pub id: RouteId,
    pub route: Route,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// `is_unique_violation` when the name is taken.
pub async fn insert(conn: &impl ConnectionTrait, route: &StoredRoute) -> Result<()> {
    Entity::insert(to_row(route)?.into_active_model()).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn by_id(conn: &impl ConnectionTrait, id: RouteId) -> Result<Option<StoredRoute>> {
    Entity::find_by_id(id.uuid()).one(conn).await?.map(from_row).transpose()
}

pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<StoredRoute>> {
    let rows = Entity::find().order_by_asc(Column::Name).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Writes `changed`, whose version is one above the one it was made from; false when that is not the stored one.
pub async fn update(conn: &impl ConnectionTrait, changed: &StoredRoute) -> Result<bool> {
    let row = to_row(changed)?;
    let done = Entity::update_many()
        .col_expr(Column::Name, Expr::value(row.name))
        .col_expr(Column::Steps, Expr::value(row.steps))
        .col_expr(Column::Enabled, Expr::value(row.enabled))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .col_expr(Column::Version, Expr::value(row.version))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version - 1))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes the version that was seen; false when another is stored, or none.
pub async fn delete(conn: &impl ConnectionTrait, id: RouteId, seen: i64) -> Result<bool> {
    let only = Entity::delete_many().filter(Column::Id.eq(id.uuid())).filter(Column::Version.eq(seen));
    Ok(only.exec(conn).await?.rows_affected == 1)
}

fn to_row(route: &StoredRoute) -> Result<Model> {
    let steps = serde_json::to_string(route.route.steps());
    Ok(Model {
        id: route.id.uuid(),
        name: route.route.name().to_owned(),
        steps: steps.map_err(|fault| Error::odd_row("llm_routes.steps", &fault.to_string()))?,
        enabled: route.enabled,
        created_at: route.created_at.millis(),
        updated_at: route.updated_at.millis(),
        version: route.version,
    })
}

fn from_row(row: Model) -> Result<StoredRoute> {
    let steps: Vec<RouteStep> =
        serde_json::from_str(&row.steps).map_err(|fault| Error::odd_row("llm_routes.steps", &fault.to_string()))?;
    let route = Route::new(&row.name, steps).map_err(|_| Error::odd_row("llm_routes.steps", &row.steps))?;
    Ok(StoredRoute {
        id: row.id.into(),
        route,
        enabled: row.enabled,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        version: row.version,
    })
}
