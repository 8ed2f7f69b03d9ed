//! The text of running answers: pieces appended by whoever holds the run, and read back whole.

use std::collections::HashMap;

use domain::Timestamp;
use domain::ids::{NodeId, RunId};
use domain::runs::Status;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{signed, unsigned};
use crate::Result;
use crate::entity::{run_attempts, run_chunks, runs};

/// A piece of an answer: `start` in code points.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub run: RunId,
    pub attempt: u32,
    pub start: u32,
    pub text: String,
}

/// How the database sees a run that a worker believes to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub attempt: u32,
    pub stop_asked: bool,
}

/// What is stored of an answer that is being written.
#[derive(Clone, Debug, Default)]
pub struct StoredText {
    pub attempt: u32,
    pub text: String,
}

/// Which of `runs` are running, in which attempt, and whether somebody wants them to stop. The rows stay locked until the
/// transaction ends where the database locks rows, so that no piece is written after the fence has moved.
async fn lock_held(conn: &impl ConnectionTrait, runs: impl Iterator<Item = Uuid>) -> Result<HashMap<RunId, Held>> {
    let rows: Vec<(Uuid, i32, Option<i64>)> = runs::Entity::find()
        .select_only()
        .column(runs::Column::Id)
        .column(runs::Column::Attempt)
        .column(runs::Column::CancelRequestedAt)
        .filter(runs::Column::Id.is_in(runs))
        .filter(runs::Column::Status.eq(Status::Running.as_str()))
        // In one order for everybody, so that two who lock several do not wait for each other.
        .order_by_asc(runs::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(conn)
        .await?;
    let held = rows.into_iter().map(|(id, attempt, asked)| {
        (RunId::from(id), Held { attempt: unsigned(attempt), stop_asked: asked.is_some() })
    });
    Ok(held.collect())
}

/// How a run stands that `attempt` believes to hold, its row locked; `None` when another attempt or nobody holds it.
pub async fn held_now(conn: &impl ConnectionTrait, run: RunId, attempt: u32) -> Result<Option<Held>> {
    let held = lock_held(conn, std::iter::once(run.uuid())).await?;
    Ok(held.get(&run).copied().filter(|held| held.attempt == attempt))
}

/// Drops the text of the attempt that holds a run.
pub async fn forget_text(conn: &impl ConnectionTrait, run: RunId, attempt: u32) -> Result<()> {
    if held_now(conn, run, attempt).await?.is_some() {
        run_chunks::Entity::delete_many().filter(run_chunks::Column::RunId.eq(run.uuid())).exec(conn).await?;
    }
    Ok(())
}

/// Appends the pieces of those attempts that still hold their run, in one insert, and says how each run stands; a run that
/// is missing in the answer is not running any more. Pieces of fenced attempts are not written.
pub async fn append(conn: &impl ConnectionTrait, chunks: Vec<Chunk>) -> Result<HashMap<RunId, Held>> {
    let held = lock_held(conn, chunks.iter().map(|chunk| chunk.run.uuid())).await?;
    let rows: Vec<_> = chunks
        .into_iter()
        .filter(|chunk| held.get(&chunk.run).is_some_and(|held| held.attempt == chunk.attempt))
        .map(|chunk| run_chunks::Model {
            run_id: chunk.run.uuid(),
            attempt: signed(chunk.attempt),
            start: signed(chunk.start),
            text: chunk.text,
        })
        .map(IntoActiveModel::into_active_model)
        .collect();
    if !rows.is_empty() {
        // A commit whose answer was lost stored the piece already; what comes again from the same place only goes on longer.
        let place = [run_chunks::Column::RunId, run_chunks::Column::Attempt, run_chunks::Column::Start];
        let longer = OnConflict::columns(place).update_column(run_chunks::Column::Text).to_owned();
        run_chunks::Entity::insert_many(rows).on_conflict(longer).exec_without_returning(conn).await?;
    }
    Ok(held)
}

/// The stored text of running answers; runs without any are missing.
pub async fn stored_text(conn: &impl ConnectionTrait, runs: &[RunId]) -> Result<HashMap<RunId, StoredText>> {
    if runs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = run_chunks::Entity::find()
        .filter(run_chunks::Column::RunId.is_in(runs.iter().map(|id| id.uuid())))
        .order_by_asc(run_chunks::Column::Attempt)
        .order_by_asc(run_chunks::Column::Start)
        .all(conn)
        .await?;
    let mut stored: HashMap<RunId, StoredText> = HashMap::new();
    for row in rows {
        let entry = stored.entry(row.run_id.into()).or_default();
        let attempt = unsigned(row.attempt);
        if attempt != entry.attempt {
            *entry = StoredText { attempt, text: String::new() };
        }
        entry.text.push_str(&row.text);
    }
    Ok(stored)
}

/// What these attempts have said themselves and is stored: not what they were to go on from.
pub async fn said(conn: &impl ConnectionTrait, attempts: &[(RunId, u32)]) -> Result<HashMap<(RunId, u32), String>> {
    let mut said: HashMap<(RunId, u32), String> = HashMap::new();
    for some in attempts.chunks(500) {
        let runs: Vec<Uuid> = some.iter().map(|(run, _)| run.uuid()).collect();
        let keeps: Vec<(Uuid, i32, i32)> = run_attempts::Entity::find()
            .select_only()
            .columns([run_attempts::Column::RunId, run_attempts::Column::Attempt, run_attempts::Column::Keep])
            .filter(run_attempts::Column::RunId.is_in(runs.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let keeps: HashMap<(RunId, u32), u32> =
            keeps.into_iter().map(|(run, attempt, keep)| ((run.into(), unsigned(attempt)), unsigned(keep))).collect();
        let pieces = run_chunks::Entity::find()
            .filter(run_chunks::Column::RunId.is_in(runs))
            .order_by_asc(run_chunks::Column::Start)
            .all(conn)
            .await?;
        for piece in pieces {
            let of = (RunId::from(piece.run_id), unsigned(piece.attempt));
            let keep = keeps.get(&of).copied().unwrap_or(0);
            let kept = keep > 0 && piece.start == 0 && unsigned_count(&piece.text) == keep;
            if some.contains(&of) && !kept {
                said.entry(of).or_default().push_str(&piece.text);
            }
        }
    }
    Ok(said)
}

fn unsigned_count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// How much each attempt after `attempt` kept of the text before it: the least of them is what a reader who stopped there
/// may keep.
pub async fn keeps_since(conn: &impl ConnectionTrait, run: RunId, attempt: u32) -> Result<Vec<u32>> {
    let keeps: Vec<i32> = run_attempts::Entity::find()
        .select_only()
        .column(run_attempts::Column::Keep)
        .filter(run_attempts::Column::RunId.eq(run.uuid()))
        .filter(run_attempts::Column::Attempt.gt(signed(attempt)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(keeps.into_iter().map(unsigned).collect())
}

/// Prolongs the leases of a node's runs; runs that it does not hold any more are left alone.
pub async fn heartbeat(conn: &impl ConnectionTrait, node: NodeId, runs: &[RunId], until: Timestamp) -> Result<u64> {
    let done = runs::Entity::update_many()
        .col_expr(runs::Column::LeaseUntil, Expr::value(until.millis()))
        .filter(runs::Column::Id.is_in(runs.iter().map(|id| id.uuid())))
        .filter(runs::Column::Status.eq(Status::Running.as_str()))
        .filter(runs::Column::LeaseOwner.eq(node.uuid()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}
