//! Texts as vectors.

use domain::llm::CallKind;
use domain::{Ctx, Result};
use llm_gateway::{EmbedAsk, Usage};
use tokio::time::Instant;

use super::{Entrance, failure, screen};
use crate::App;
use crate::llm::purse;

/// Texts of one call: a provider's answer is numbers in decimal, and not longer than what is read of one.
const AT_ONCE: usize = 96;

#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// `provider/model` or `route/name`.
    pub model: String,
    pub texts: Vec<String>,
    pub dimensions: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// Who made them, as `provider/model`.
    pub model: String,
    /// One a text, in the order of the texts.
    pub vectors: Vec<Vec<f32>>,
    /// Counted by us where the provider does not say.
    pub usage: Usage,
}

/// # Errors
/// A limit that is used up; what the providers' failures came to, by class (`integration.…`).
pub async fn embed(app: &App, ctx: &Ctx, entrance: Entrance, texts: Texts) -> Result<Vectors> {
    let Texts { model, texts, dimensions } = texts;
    let texts = screen::question(app, &ctx.request_id, entrance.user, texts).await?;
    let deadline = Instant::now() + app.settings.whole_run;
    let mut all = Vectors { model: String::new(), vectors: Vec::with_capacity(texts.len()), usage: Usage::default() };
    for some in texts.chunks(AT_ONCE) {
        // Vectors of two models are not to be compared: the first one that answered makes all of them.
        let model = if all.model.is_empty() { model.clone() } else { all.model.clone() };
        let purse = purse::open(app, entrance.payer(ctx, CallKind::Embedding));
        let ask = EmbedAsk {
            model,
            texts: some.to_vec(),
            dimensions,
            deadline: Some(deadline),
            asker: entrance.user.to_string(),
            purse: Some(purse.clone()),
        };
        let made = app.gateway.embed(ask).await;
        let made = made.map_err(|failed| purse.refusal().unwrap_or_else(|| failure::of(&failed.error)))?;
        all.model = made.id;
        all.vectors.extend(made.vectors);
        all.usage.input_total = all.usage.input_total.saturating_add(made.usage.input_total);
    }
    Ok(all)
}
