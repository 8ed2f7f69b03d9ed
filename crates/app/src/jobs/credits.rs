//! Every quarter of an hour: what is left at the providers that say so.

use ::jobs::Outcome;

use super::outcome;
use crate::App;

pub(super) const KIND: &str = "llm.credits";

pub(super) async fn work(app: App) -> Outcome {
    outcome(crate::llm::credits::look(&app).await)
}
