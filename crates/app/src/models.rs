//! Models: what can be asked, as the people see it.

use crate::App;

#[derive(Clone, Debug)]
pub struct Model {
    /// `provider/model` in lower case.
    pub id: String,
    pub name: String,
    pub provider: String,
    /// In tokens.
    pub context_window: Option<u32>,
    pub max_output_tokens: Option<u32>,
    pub guide: bool,
    /// Answers where nobody chose.
    pub default: bool,
}

/// Everything that is offered now; providers that do not answer are left out.
pub async fn list(app: &App) -> Vec<Model> {
    let default = app.gateway.default_model().await;
    let models = app.gateway.models().await.into_iter().map(|entry| Model {
        default: entry.id == default,
        id: entry.id,
        name: entry.name,
        provider: entry.provider,
        context_window: entry.context_window,
        max_output_tokens: entry.max_output,
        guide: entry.guide,
    });
    models.collect()
}
