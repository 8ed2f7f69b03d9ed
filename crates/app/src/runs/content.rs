//! The operator's content rules on a run: what a person asked, and what a model answered.

use domain::conversations::{Author, Message, plain_text};
use domain::llm::Direction;
use domain::runs::Run;
use llm_gateway::rules::{RuleAction, RuleHit};

use crate::App;
use crate::llm::{house, rules};

/// Looks at the last of these messages, in every attempt: by itself, and as it goes on from what the person said before it. True
/// when it must not go to a model.
pub(super) fn question(app: &App, run: &Run, branch: &[Message]) -> bool {
    let rules = app.llm.rules();
    if !rules.look_at_questions() {
        return false;
    }
    let asked = branch.iter().filter(|message| matches!(message.author, Author::User(_)));
    let mut asked: Vec<String> = asked.map(|message| plain_text(&message.content)).collect();
    let Some(text) = asked.pop() else { return false };
    let mut hits = rules.check_input(&text);
    if !asked.is_empty() {
        let before = asked.join("\n");
        // What was met before was noted, or blocked, when it was asked.
        let known = rules.check_input(&before);
        let both = rules.check_input(&format!("{before}\n{text}"));
        let new: Vec<_> = both.into_iter().filter(|hit| !known.contains(hit) && !hits.contains(hit)).collect();
        hits.extend(new);
    }
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
