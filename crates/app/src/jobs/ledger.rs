//! Every five minutes: reservations that nobody settles any more are counted, old budgets and rule hits go.

use ::jobs::Outcome;

use super::outcome;
use crate::App;

pub(super) const KIND: &str = "llm.sweep";

pub(super) async fn work(app: App) -> Outcome {
    outcome(crate::llm::ledger::sweep(&app).await.map(|_| ()))
}
