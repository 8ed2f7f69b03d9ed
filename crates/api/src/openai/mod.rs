//! `/v1`: the API that OpenAI's clients speak, so that programs need no client of ours. Wire formats: the contracts'
//! description of OpenAI's chat completions, embeddings, models and errors.
//!
//! Reading order: [`caller`] (who) → [`request`] (what) → [`whole`] or [`stream`] (the answer) → [`error`] (what went wrong).

mod caller;
mod chat;
mod chunk;
mod content;
mod embeddings;
pub(crate) mod error;
mod models;
mod request;
mod size;
mod stream;
mod tools;
mod whole;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes with their whole path: they stand outside `/api/v1`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(chat::create).service(embeddings::create).service(models::list).service(models::one);
}

/// Whether an address is one of these, also one that nothing answers at.
pub(crate) fn is_ours(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/")
}
