//! Routes: chains of models that administrators put in order.

use domain::ids::RouteId;
use domain::llm::{Route, RouteStep};
use domain::{Ctx, Error, FieldFault, Result};
use persistence::llm::routes as rows;

pub use persistence::llm::routes::StoredRoute;

use super::Changed;
use super::changes::announce;
use super::providers::{stale, taken};
use crate::App;
use crate::accounts::Admin;

#[derive(Clone, Debug)]
pub struct RouteDraft {
    pub name: String,
    pub steps: Vec<RouteStep>,
    pub enabled: bool,
}

pub async fn list(app: &App, _: Admin) -> Result<Vec<StoredRoute>> {
    configured(app).await
}

/// For the gateway.
pub async fn configured(app: &App) -> Result<Vec<StoredRoute>> {
    Ok(rows::all(app.db.read()).await?)
}

pub async fn get(app: &App, _: Admin, id: RouteId) -> Result<StoredRoute> {
    rows::by_id(app.db.read(), id).await?.ok_or_else(|| Error::not_found("llm.route_not_found"))
}

/// Whether all models of a route are there, for `create` and `update`. A provider that cannot say is trusted.
///
/// # Errors
/// `llm.model_unknown` at the steps that nobody offers.
pub async fn known(app: &App, route: Route) -> Result<()> {
    let mut faults = Vec::new();
    for (place, step) in route.steps().iter().enumerate() {
        if app.gateway.resolve(&step.model).await.is_none() {
            faults.push(FieldFault::new(format!("/steps/{place}/model"), "llm.model_unknown"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// Makes a route; `probe` says whether its models are there.
pub async fn create<F: Future<Output = Result<()>>>(
    app: &App,
    ctx: &Ctx,
    _: Admin,
    draft: RouteDraft,
    probe: impl FnOnce(Route) -> F,
) -> Result<StoredRoute> {
    let route = Route::new(&draft.name, draft.steps).map_err(Error::invalid)?;
    probe(route.clone()).await?;
    let now = ctx.now();
    let (id, enabled) = (ctx.new_id(), draft.enabled);
    let stored = StoredRoute { id, route, enabled, created_at: now, updated_at: now, version: 1 };
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::insert(&*tx, &stored).await.map_err(taken)?;
            Ok(tx.commit().await?)
        })
        .await?;
    tracing::info!(event = "llm.route_created", route = %id, name = stored.route.name());
    announce(app, Changed::Routes).await;
    Ok(stored)
}

/// Changes the version that was seen.
pub async fn update<F: Future<Output = Result<()>>>(
    app: &App,
    ctx: &Ctx,
    admin: Admin,
    id: RouteId,
    seen: i64,
    draft: RouteDraft,
    probe: impl FnOnce(Route) -> F,
) -> Result<StoredRoute> {
    let before = get(app, admin, id).await?;
    if before.version != seen {
        return Err(stale());
    }
    let route = Route::new(&draft.name, draft.steps).map_err(Error::invalid)?;
    probe(route.clone()).await?;
    let after = StoredRoute { route, enabled: draft.enabled, updated_at: ctx.now(), version: seen + 1, ..before };
    let written = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let written = rows::update(&*tx, &after).await.map_err(taken)?;
            tx.commit().await?;
            Ok(written)
        })
        .await?;
    if !written {
        return Err(stale());
    }
    tracing::info!(event = "llm.route_changed", route = %id, name = after.route.name());
    announce(app, Changed::Routes).await;
    Ok(after)
}

/// Removes the version that was seen.
pub async fn delete(app: &App, admin: Admin, id: RouteId, seen: i64) -> Result<()> {
    get(app, admin, id).await?;
    let deleted = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let deleted = rows::delete(&*tx, id, seen).await?;
            tx.commit().await?;
            Ok(deleted)
        })
        .await?;
    if !deleted {
        return Err(stale());
    }
    tracing::info!(event = "llm.route_deleted", route = %id);
    announce(app, Changed::Routes).await;
    Ok(())
}
