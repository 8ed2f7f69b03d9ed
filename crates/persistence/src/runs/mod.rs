//! Runs in the database: exactly the transitions of `domain::runs::machine`, each by compare-and-set on status and attempt.

mod claim;
mod finish;
mod read;
mod text;

pub use claim::{Claimed, Lease, claim, rescue_candidates};
pub use finish::{AttemptEnd, again, ask_to_stop, drop_pieces, end, ending, finish_attempt, finished_attempt};
pub use read::{
    Counts, Progress, active_of_conversation, active_of_user, by_id, count_queued_of_user, counts, failed_models, held,
    of_user, place_in_queue, progress_of_users, waiting_since,
};
pub use text::{Chunk, Held, StoredText, append, forget_text, heartbeat, held_now, keeps_since, said, stored_text};

use domain::ids::{NodeId, RunId};
use domain::runs::{Failure, Lane, Run, RunState, Status};
use domain::{Locale, Timestamp};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::entity::{run_attempts, runs};
use crate::{Batch, Error, Result};

/// Writes a new run; with `lease` it is claimed by that node in the same breath (its state says running, attempt 1).
pub fn insert(batch: &mut Batch, run: &Run, lease: Option<Lease>) {
    let row = runs::Model {
        id: run.id.uuid(),
        conversation_id: run.conversation.uuid(),
        question_id: run.question.uuid(),
        answer_id: run.answer.uuid(),
        user_id: run.user.uuid(),
        lane: run.lane.as_str().to_owned(),
        status: run.state.status.as_str().to_owned(),
        attempt: signed(run.state.attempt),
        deaths: signed(run.state.deaths),
        failures: signed(run.state.failures),
        model: run.model.clone(),
        cancel_requested_at: None,
        // Zero = at once: a node whose clock runs ahead must not make the run wait for the others' clocks.
        available_at: 0,
        lease_until: lease.map(|lease| lease.until.millis()),
        lease_owner: lease.map(|lease| lease.node.uuid()),
        created_at: run.created_at.millis(),
        started_at: run.started_at.map(Timestamp::millis),
        ended_at: None,
        error: None,
        spoke: None,
        input_tokens: None,
        output_tokens: None,
        cost_micros: None,
        usage_estimated: false,
        locale: run.locale.as_str().to_owned(),
        request_id: run.request_id.clone(),
        api_key_id: run.api_key.map(Into::into),
    };
    batch.push(&runs::Entity::insert(row.into_active_model()), 1);
    if let Some(lease) = lease {
        let attempt = new_attempt(run.id, run.state.attempt, lease.node, 0, run.created_at);
        batch.push(&run_attempts::Entity::insert(attempt.into_active_model()), 1);
    }
}

fn new_attempt(run: RunId, attempt: u32, node: NodeId, keep: u32, now: Timestamp) -> run_attempts::Model {
    run_attempts::Model {
        run_id: run.uuid(),
        attempt: signed(attempt),
        node: node.uuid(),
        provider: None,
        model: None,
        credential: None,
        keep: signed(keep),
        started_at: now.millis(),
        first_token_at: None,
        ended_at: None,
        outcome: None,
        input_tokens: None,
        output_tokens: None,
        cost_micros: None,
        usage_estimated: false,
        error_class: None,
        error_text: None,
    }
}

fn from_row(row: runs::Model) -> Result<Run> {
    let status = Status::parse(&row.status).ok_or_else(|| Error::odd_row("runs.status", &row.status))?;
    Ok(Run {
        id: row.id.into(),
        conversation: row.conversation_id.into(),
        question: row.question_id.into(),
        answer: row.answer_id.into(),
        user: row.user_id.into(),
        api_key: row.api_key_id.map(Into::into),
        lane: Lane::Live,
        state: RunState {
            status,
            attempt: unsigned(row.attempt),
            deaths: unsigned(row.deaths),
            failures: unsigned(row.failures),
            cancel_requested: row.cancel_requested_at.is_some(),
        },
        model: row.spoke.unwrap_or(row.model),
        locale: Locale::parse(&row.locale).unwrap_or_default(),
        request_id: row.request_id,
        failure: row.error.as_deref().map(|code| Failure::parse(code).unwrap_or(Failure::Unknown)),
        usage: crate::messages::usage(row.input_tokens, row.output_tokens, row.cost_micros, row.usage_estimated),
        created_at: Timestamp(row.created_at),
        started_at: row.started_at.map(Timestamp),
        ended_at: row.ended_at.map(Timestamp),
    })
}

fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn unsigned(count: i32) -> u32 {
    u32::try_from(count).unwrap_or(0)
}
