//! What a program may ask, by id.

use domain::keys::KeyScope;
use domain::{Ctx, Error, Result};

use crate::App;

/// A model or a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// `provider/model` or `route/name`, in lower case.
    pub id: String,
    /// The provider's name; `route` for routes.
    pub owner: String,
}

/// Everything that can be asked now.
pub async fn models(app: &App, ctx: &Ctx) -> Result<Vec<Offered>> {
    ctx.holder(KeyScope::Models)?;
    let entries = app.gateway.models().await.into_iter();
    Ok(entries.map(|entry| Offered { id: entry.id, owner: entry.provider }).collect())
}

/// # Errors
/// `integration.model_not_found`.
pub async fn model(app: &App, ctx: &Ctx, id: &str) -> Result<Offered> {
    ctx.holder(KeyScope::Models)?;
    let entry = app.gateway.resolve(id).await.ok_or_else(|| Error::not_found("integration.model_not_found"))?;
    Ok(Offered { id: entry.id, owner: entry.provider })
}
