//! Ends of runs and attempts, each fenced by status and attempt.

use domain::Timestamp;
use domain::ids::{RunId, UserId};
use domain::runs::{Failure, Run, RunState, Status};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::signed;
use crate::entity::run_attempts;
use crate::entity::run_chunks;
use crate::entity::runs::{Column, Entity};
use crate::messages::{self, Ending, clamp};
use crate::{Batch, Result};

/// What one attempt did, for the record.
#[derive(Clone, Debug, Default)]
pub struct AttemptEnd {
    pub provider: Option<String>,
    pub model: Option<String>,
    pub credential: Option<String>,
    pub first_token_at: Option<Timestamp>,
    pub outcome: &'static str,
    pub usage: Option<domain::runs::Usage>,
    pub error_class: Option<String>,
    pub error_text: Option<String>,
}

/// Ends a run for good: `run.state` is the state before, `after` the one the machine allowed. Writes the run and its answer;
/// false when the run is not in that state any more (fenced, or somebody asked it to stop): then drop the transaction.
/// Where pieces of its text may be stored [`drop_pieces`] belongs into the same transaction.
pub async fn end(
    conn: &impl ConnectionTrait,
    run: &Run,
    after: RunState,
    ending: &Ending,
    now: Timestamp,
) -> Result<bool> {
    let mut batch = Batch::on(conn);
    self::ending(&mut batch, run, after, ending, now)?;
    batch.run(conn).await
}

/// As [`end`], with more writes before or after.
pub fn ending(batch: &mut Batch, run: &Run, after: RunState, ending: &Ending, now: Timestamp) -> Result<()> {
    let usage = ending.usage;
    let update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(after.status.as_str()))
        .col_expr(Column::Deaths, Expr::value(signed(after.deaths)))
        .col_expr(Column::Failures, Expr::value(signed(after.failures)))
        .col_expr(Column::EndedAt, Expr::value(now.millis()))
        .col_expr(Column::LeaseOwner, Expr::value(None::<uuid::Uuid>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(Column::Error, Expr::value(ending.failure.map(Failure::code)))
        .col_expr(Column::Spoke, Expr::value(ending.model.clone()))
        .col_expr(Column::InputTokens, Expr::value(usage.map(|u| clamp(u.input_tokens))))
        .col_expr(Column::OutputTokens, Expr::value(usage.map(|u| clamp(u.output_tokens))))
        .col_expr(Column::CostMicros, Expr::value(usage.and_then(|u| u.cost_micros)))
        .col_expr(Column::UsageEstimated, Expr::value(usage.is_some_and(|u| u.estimated)));
    let mut update = in_state(update, run.id, run.state);
    if !run.state.cancel_requested {
        update = update.filter(Column::CancelRequestedAt.is_null());
    }
    batch.push(&update, 1);
    messages::finish(batch, run.answer, ending, now)
}

/// Drops the stored pieces of a run that [`end`] has ended.
pub async fn drop_pieces(conn: &impl ConnectionTrait, run: RunId) -> Result<()> {
    run_chunks::Entity::delete_many().filter(run_chunks::Column::RunId.eq(run.uuid())).exec(conn).await?;
    Ok(())
}

/// Puts a run back into the queue, not before `available_at` (the database's clock); false when fenced.
pub async fn again(conn: &impl ConnectionTrait, run: &Run, after: RunState, available_at: Timestamp) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Queued.as_str()))
        .col_expr(Column::Deaths, Expr::value(signed(after.deaths)))
        .col_expr(Column::Failures, Expr::value(signed(after.failures)))
        .col_expr(Column::AvailableAt, Expr::value(available_at.millis()))
        .col_expr(Column::LeaseOwner, Expr::value(None::<uuid::Uuid>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>));
    Ok(in_state(update, run.id, run.state).exec(conn).await?.rows_affected == 1)
}

/// Notes that somebody wants a running run to stop; false when it is not in the state that was read.
pub async fn ask_to_stop(conn: &impl ConnectionTrait, user: UserId, run: &Run, now: Timestamp) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::CancelRequestedAt, Expr::value(now.millis()))
        .filter(Column::UserId.eq(user.uuid()));
    Ok(in_state(update, run.id, run.state).exec(conn).await?.rows_affected == 1)
}

/// Closes the record of one attempt.
pub async fn finish_attempt(
    conn: &impl ConnectionTrait,
    run: RunId,
    attempt: u32,
    end: &AttemptEnd,
    now: Timestamp,
) -> Result<()> {
    let mut batch = Batch::on(conn);
    finished_attempt(&mut batch, run, attempt, end, now);
    batch.run(conn).await.map(drop)
}

/// As [`finish_attempt`], with more writes before or after.
pub fn finished_attempt(batch: &mut Batch, run: RunId, attempt: u32, end: &AttemptEnd, now: Timestamp) {
    use run_attempts::{Column, Entity};
    let update = Entity::update_many()
        .col_expr(Column::Provider, Expr::value(end.provider.clone()))
        .col_expr(Column::Model, Expr::value(end.model.clone()))
        .col_expr(Column::Credential, Expr::value(end.credential.clone()))
        .col_expr(Column::FirstTokenAt, Expr::value(end.first_token_at.map(Timestamp::millis)))
        .col_expr(Column::EndedAt, Expr::value(now.millis()))
        .col_expr(Column::Outcome, Expr::value(end.outcome))
        .col_expr(Column::InputTokens, Expr::value(end.usage.map(|u| clamp(u.input_tokens))))
        .col_expr(Column::OutputTokens, Expr::value(end.usage.map(|u| clamp(u.output_tokens))))
        .col_expr(Column::CostMicros, Expr::value(end.usage.and_then(|u| u.cost_micros)))
        .col_expr(Column::UsageEstimated, Expr::value(end.usage.is_some_and(|u| u.estimated)))
        .col_expr(Column::ErrorClass, Expr::value(end.error_class.clone()))
        .col_expr(Column::ErrorText, Expr::value(end.error_text.clone()))
        .filter(Column::RunId.eq(run.uuid()))
        .filter(Column::Attempt.eq(signed(attempt)));
    batch.push(&update, 1);
}

/// The compare in compare-and-set.
fn in_state(update: sea_orm::UpdateMany<Entity>, run: RunId, state: RunState) -> sea_orm::UpdateMany<Entity> {
    update
        .filter(Column::Id.eq(run.uuid()))
        .filter(Column::Status.eq(state.status.as_str()))
        .filter(Column::Attempt.eq(signed(state.attempt)))
}
