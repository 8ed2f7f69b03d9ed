//! The operator's content rules on a run: what a person asked, and what a model answered.

use domain::llm::Direction;
use domain::runs::Run;
use llm_gateway::rules::{RuleAction, RuleHit};

use crate::App;
use crate::llm::{house, rules};

/// Looks at a question, in every attempt. True when it must not go to a model.
pub(super) fn question(app: &App, run: &Run, text: &str) -> bool {
    let hits = app.llm.rules().check_input(text);
    let blocked = hits.iter().any(|hit| hit.action == RuleAction::Block);
    // Noted once; that it could not be noted changes nothing of what is blocked.
    if run.state.attempt <= 1 || blocked {
        note(app, run, &hits, Direction::In);
    }
    blocked
}

/// Notes what was met in an answer.
pub(super) fn answered(app: &App, run: &Run, hits: &[RuleHit]) {
    note(app, run, hits, Direction::Out);
}

/// Nobody waits for that.
fn note(app: &App, run: &Run, hits: &[RuleHit], direction: Direction) {
    if hits.is_empty() {
        return;
    }
    let (app, met, user, id) = (app.clone(), house::rule_ids(hits), run.user, run.id);
    let ctx = app.system(run.request_id.clone());
    app.clone().spawn(async move {
        if let Err(fault) = rules::met(&app, &ctx, &met, direction, Some(user), Some(id)).await {
            tracing::warn!(run = %id, %fault, "what content rules met could not be noted");
        }
    });
}
