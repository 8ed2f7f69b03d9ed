//! The operator's content rules on a run: what a person asked, and what a model answered.

use domain::conversations::{Author, Message, plain_text};
use domain::llm::Direction;
use domain::runs::Run;
use llm_gateway::rules::{RuleAction, RuleHit, Rules};

use crate::App;
use crate::llm::{house, rules};

/// The longest phrase of a rule, and messages over which one may go.
const CHARACTERS: usize = 512;
const MESSAGES: usize = 16;

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
    let before = before(&rules, &asked);
    if !before.is_empty() {
        let both = rules.check_input(&format!("{before}\n{text}"));
        let new: Vec<_> = both.into_iter().filter(|hit| !hits.contains(hit)).collect();
        hits.extend(new);
    }
    let blocked = hits.iter().any(|hit| hit.action == RuleAction::Block);
    // Noted once; that it could not be noted changes nothing of what is blocked.
    if run.state.attempt <= 1 || blocked {
        note(app, run, &hits, Direction::In);
    }
    blocked
}

/// The end of what was asked before: as much as a phrase can begin in, and nothing that is met by itself, for that was noted, or
/// blocked, when it was asked.
fn before(rules: &Rules, asked: &[String]) -> String {
    let mut before = String::new();
    for text in asked.iter().rev().take(MESSAGES) {
        let end = text.chars().count().saturating_sub(CHARACTERS);
        let end: String = text.chars().skip(end).collect();
        let more = if before.is_empty() { end } else { format!("{end}\n{before}") };
        if more.chars().count() > 2 * CHARACTERS || !rules.check_input(&more).is_empty() {
            break;
        }
        before = more;
    }
    before
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
