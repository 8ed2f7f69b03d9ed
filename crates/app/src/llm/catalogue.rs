//! Models as operators see them: what providers list, what was said over it, what each costs.

use std::collections::BTreeMap;

use domain::llm::{Capabilities, Price, PriceSource};
use domain::{Ctx, Result, Timestamp};
use llm_gateway::{Abilities, EntryKind, ModelEntry};

use super::models::{self, ModelOverride};
use super::prices::{self, InForce};
use crate::App;
use crate::accounts::Admin;

/// What a model costs now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub price: Price,
    pub source: PriceSource,
    /// `None`: it is the provider's list as it is now, which nobody has imported.
    pub valid_from: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct ModelOverview {
    /// `provider/model` or `route/name`.
    pub id: String,
    pub provider: String,
    pub name: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    /// Where nobody says anything the provider may be able to all the same.
    pub capabilities: Capabilities,
    pub cost: Option<Cost>,
    pub word: Option<ModelOverride>,
    pub enabled: bool,
    pub route: bool,
}

/// All that can be asked, and what was switched off or is not there at this moment and has an operator's word.
pub async fn list(app: &App, ctx: &Ctx, admin: Admin) -> Result<Vec<ModelOverview>> {
    let mut words: BTreeMap<String, ModelOverride> =
        models::list(app, admin).await?.into_iter().map(|word| (word.model.to_lowercase(), word)).collect();
    let entries = app.gateway.models().await;
    let ids: Vec<String> = entries.iter().map(|entry| entry.id.clone()).chain(words.keys().cloned()).collect();
    let costs = prices::at(app, Some(&ids), ctx.now()).await?;
    let mut all: Vec<ModelOverview> = entries
        .into_iter()
        .map(|entry| {
            let word = words.remove(&entry.id);
            let cost = costs.get(&entry.id).map(in_force).or_else(|| entry.listed.map(listed));
            of_entry(entry, word, cost)
        })
        .collect();
    all.extend(words.into_iter().map(|(id, word)| of_word(&id, word, costs.get(&id).map(in_force))));
    Ok(all)
}

fn of_entry(entry: ModelEntry, word: Option<ModelOverride>, cost: Option<Cost>) -> ModelOverview {
    ModelOverview {
        id: entry.id,
        provider: entry.provider,
        name: entry.name,
        context_window: entry.context_window,
        max_output: entry.max_output,
        capabilities: capabilities(entry.known),
        cost,
        enabled: word.as_ref().is_none_or(|word| word.enabled),
        word,
        route: entry.kind == EntryKind::Route,
    }
}

fn of_word(id: &str, word: ModelOverride, cost: Option<Cost>) -> ModelOverview {
    ModelOverview {
        id: id.to_owned(),
        provider: id.split('/').next().unwrap_or_default().to_owned(),
        name: word.name.clone(),
        context_window: word.context_window,
        max_output: word.max_output,
        capabilities: word.capabilities,
        cost,
        enabled: word.enabled,
        word: Some(word),
        route: false,
    }
}

fn capabilities(known: Abilities) -> Capabilities {
    Capabilities {
        tools: known.tools,
        vision: known.vision,
        json: known.json,
        reasoning: known.reasoning,
        prefill: known.continues,
    }
}

fn in_force(found: &InForce) -> Cost {
    Cost { price: found.price, source: found.source, valid_from: Some(found.valid_from) }
}

fn listed(price: llm_gateway::Price) -> Cost {
    Cost { price: of_list(&price), source: PriceSource::Provider, valid_from: None }
}

/// A provider's price as the ledger keeps it.
pub(super) fn of_list(price: &llm_gateway::Price) -> Price {
    Price {
        input: price.input,
        cached_input: price.cached_input.unwrap_or(price.input),
        cache_write: price.cache_write.unwrap_or(price.input),
        output: price.output,
        per_request: price.per_request,
    }
}
