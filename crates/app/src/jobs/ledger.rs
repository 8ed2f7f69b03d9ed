//! Every five minutes: reservations that nobody settles any more are counted, old budgets, rule hits and alerts go, and the
//! day's spending is looked at.

use ::jobs::Outcome;

use super::outcome;
use crate::App;

pub(super) const KIND: &str = "llm.sweep";

pub(super) async fn work(app: App) -> Outcome {
    let swept = crate::llm::ledger::sweep(&app).await.map(|_| ());
    let looked = crate::llm::credits::daily_spend(&app).await;
    outcome(swept.and(looked))
}
