//! The operator's content rules on a run: what a person asked, and what a model answered.

use domain::Result;
use domain::llm::Direction;
use domain::runs::Run;
use llm_gateway::rules::{RuleAction, RuleHit};

use crate::App;
use crate::llm::{house, rules};

/// Looks at a question, and notes what was met. True when it must not go to a model.
pub(super) async fn question(app: &App, run: &Run, text: &str) -> Result<bool> {
    let hits = app.llm.rules().check_input(text);
    if hits.is_empty() {
        return Ok(false);
    }
    let ctx = app.system(run.request_id.clone());
    let met = house::rule_ids(&hits);
    rules::met(app, &ctx, &met, Direction::In, Some(run.user), Some(run.id)).await?;
    Ok(hits.iter().any(|hit| hit.action == RuleAction::Block))
}

/// Notes what was met in an answer. No piece of it waits for that.
pub(super) fn answered(app: &App, run: &Run, hits: &[RuleHit]) {
    if hits.is_empty() {
        return;
    }
    let (app, met, user, id) = (app.clone(), house::rule_ids(hits), run.user, run.id);
    let ctx = app.system(run.request_id.clone());
    app.clone().spawn(async move {
        if let Err(fault) = rules::met(&app, &ctx, &met, Direction::Out, Some(user), Some(id)).await {
            tracing::warn!(run = %id, %fault, "what content rules met could not be noted");
        }
    });
}
