//! What administrators say of single models, over what providers list.

use domain::ids::ModelId;
use domain::keys::KeyName;
use domain::llm::Capabilities;
use domain::llm::provider::check_model;
use domain::{Ctx, Error, FieldFault, Result};
use persistence::llm::models as rows;

pub use persistence::llm::models::ModelOverride;

use super::Changed;
use super::changes::announce;
use crate::App;
use crate::accounts::Admin;

#[derive(Clone, Debug)]
pub struct ModelDraft {
    /// `None`: as it is called now.
    pub name: Option<String>,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub capabilities: Capabilities,
    pub enabled: bool,
}

pub async fn list(app: &App, _: Admin) -> Result<Vec<ModelOverride>> {
    overrides(app).await
}

/// For the catalogue.
pub async fn overrides(app: &App) -> Result<Vec<ModelOverride>> {
    Ok(rows::all(app.db.read()).await?)
}

/// Says it of `model` (`provider/model`), over what was said before.
pub async fn set(app: &App, ctx: &Ctx, _: Admin, model: &str, draft: ModelDraft) -> Result<ModelOverride> {
    const MOST: u32 = 100_000_000;
    // As the gateway names it.
    let model = &model.to_lowercase();
    let mut faults: Vec<FieldFault> = check_model(model, "/model").err().into_iter().collect();
    let name = match draft.name {
        Some(name) => name,
        None => present_name(app, model).await?,
    };
    let name = KeyName::parse(&name).map_err(|fault| faults.push(fault)).ok();
    for (pointer, count) in [("/context_window", draft.context_window), ("/max_output", draft.max_output)] {
        if count.is_some_and(|count| !(1..=MOST).contains(&count)) {
            faults.push(FieldFault::new(pointer, "out_of_range").arg("min", 1).arg("max", MOST));
        }
    }
    let Some(name) = name.filter(|_| faults.is_empty()) else { return Err(Error::invalid(faults)) };
    let word = ModelOverride {
        id: ctx.new_id::<ModelId>(),
        model: model.to_owned(),
        name: name.as_str().to_owned(),
        context_window: draft.context_window,
        max_output: draft.max_output,
        capabilities: draft.capabilities,
        enabled: draft.enabled,
        updated_at: ctx.now(),
    };
    let stored = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::set(&*tx, &word).await?;
            // The id is the first one's.
            let stored = rows::by_model(&*tx, model).await?;
            tx.commit().await?;
            Ok(stored)
        })
        .await?;
    tracing::info!(event = "llm.model_changed", model);
    announce(app, Changed::Models).await;
    Ok(stored.unwrap_or(word))
}

/// What it is called without a new word: as was said before, as its provider says, by its own id.
async fn present_name(app: &App, model: &str) -> Result<String> {
    if let Some(word) = rows::by_model(app.db.read(), model).await? {
        return Ok(word.name);
    }
    let entry = app.gateway.resolve(model).await.map(|entry| entry.name).filter(|name| KeyName::parse(name).is_ok());
    let own = || model.split_once('/').map_or(model, |(_, own)| own).chars().take(KeyName::LONGEST).collect();
    Ok(entry.unwrap_or_else(own))
}

/// Takes it back: the provider's own words hold again.
pub async fn remove(app: &App, _: Admin, model: &str) -> Result<()> {
    let model = &model.to_lowercase();
    let removed = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let removed = rows::remove(&*tx, model).await?;
            tx.commit().await?;
            Ok(removed)
        })
        .await?;
    if !removed {
        return Err(Error::not_found("llm.model_not_found"));
    }
    tracing::info!(event = "llm.model_reset", model);
    announce(app, Changed::Models).await;
    Ok(())
}
