//! Finding runs.

use std::collections::{HashMap, HashSet};

use domain::Timestamp;
use domain::ids::{ConversationId, RunId, UserId};
use domain::runs::{Run, Status};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::text::Held;
use super::{from_row, unsigned};
use crate::Result;
use crate::entity::run_attempts;
use crate::entity::runs::{Column, Entity};

/// How many runs are in a state, and since when the oldest waits.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub queued: u64,
    pub running: u64,
    pub oldest_queued_at: Option<Timestamp>,
}

pub async fn of_user(conn: &impl ConnectionTrait, user: UserId, id: RunId) -> Result<Option<Run>> {
    let query = Entity::find_by_id(id.uuid()).filter(Column::UserId.eq(user.uuid()));
    query.one(conn).await?.map(from_row).transpose()
}

/// For the worker, which acts with the rights that the run carries.
pub async fn by_id(conn: &impl ConnectionTrait, id: RunId) -> Result<Option<Run>> {
    Entity::find_by_id(id.uuid()).one(conn).await?.map(from_row).transpose()
}

/// The models (`provider/model`) that failed in this run's earlier attempts, the last one last.
pub async fn failed_models(conn: &impl ConnectionTrait, id: RunId) -> Result<Vec<String>> {
    use run_attempts::Column;
    let failed: Vec<(Option<String>, Option<String>)> = run_attempts::Entity::find()
        .select_only()
        .columns([Column::Provider, Column::Model])
        .filter(Column::RunId.eq(id.uuid()))
        .filter(Column::Outcome.eq("failed"))
        .order_by_asc(Column::Attempt)
        .into_tuple()
        .all(conn)
        .await?;
    let mut models: Vec<String> = Vec::new();
    for (provider, model) in failed {
        if let (Some(provider), Some(model)) = (provider, model) {
            let named = format!("{provider}/{}", model.to_lowercase());
            models.retain(|known| *known != named);
            models.push(named);
        }
    }
    Ok(models)
}

/// A person's runs that are not over, oldest first.
pub async fn active_of_user(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<Run>> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::Status.is_in([Status::Queued.as_str(), Status::Running.as_str()]))
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The ids of a conversation's runs that are not over.
pub async fn active_of_conversation(
    conn: &impl ConnectionTrait,
    user: UserId,
    conversation: ConversationId,
) -> Result<Vec<RunId>> {
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ConversationId.eq(conversation.uuid()))
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::Status.is_in([Status::Queued.as_str(), Status::Running.as_str()]))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(RunId::from).collect())
}

pub async fn count_queued_of_user(conn: &impl ConnectionTrait, user: UserId) -> Result<u64> {
    let query =
        Entity::find().filter(Column::UserId.eq(user.uuid())).filter(Column::Status.eq(Status::Queued.as_str()));
    Ok(query.count(conn).await?)
}

/// How many runs were asked for before this one and still wait.
pub async fn place_in_queue(conn: &impl ConnectionTrait, run: &Run) -> Result<u64> {
    let query = Entity::find()
        .filter(Column::Status.eq(Status::Queued.as_str()))
        .filter(Column::CreatedAt.lt(run.created_at.millis()));
    Ok(query.count(conn).await?)
}

/// How the database sees runs that this process believes to work on; those missing are not running any more.
pub async fn held(conn: &impl ConnectionTrait, runs: &[RunId]) -> Result<HashMap<RunId, Held>> {
    let rows: Vec<(Uuid, i32, Option<i64>)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::Attempt)
        .column(Column::CancelRequestedAt)
        .filter(Column::Id.is_in(runs.iter().map(|id| id.uuid())))
        .filter(Column::Status.eq(Status::Running.as_str()))
        .into_tuple()
        .all(conn)
        .await?;
    let held = rows.into_iter().map(|(id, attempt, asked)| {
        (RunId::from(id), Held { attempt: unsigned(attempt), stop_asked: asked.is_some() })
    });
    Ok(held.collect())
}

pub async fn counts(conn: &impl ConnectionTrait) -> Result<Counts> {
    let rows: Vec<(String, i64, Option<i64>)> = Entity::find()
        .select_only()
        .column(Column::Status)
        .column_as(Column::Id.count(), "runs")
        .column_as(Column::CreatedAt.min(), "oldest")
        .filter(Column::Status.is_in([Status::Queued.as_str(), Status::Running.as_str()]))
        .group_by(Column::Status)
        .into_tuple()
        .all(conn)
        .await?;
    let mut counts = Counts::default();
    for (status, runs, oldest) in rows {
        let runs = u64::try_from(runs).unwrap_or(0);
        match Status::parse(&status) {
            Some(Status::Queued) => {
                counts.queued = runs;
                counts.oldest_queued_at = oldest.map(Timestamp);
            }
            Some(Status::Running) => counts.running = runs,
            Some(Status::Succeeded | Status::Failed | Status::Cancelled) | None => {}
        }
    }
    Ok(counts)
}

/// Runs that have waited since before `since`.
pub async fn waiting_since(conn: &impl ConnectionTrait, since: Timestamp, limit: u64) -> Result<Vec<Run>> {
    let rows = Entity::find()
        .filter(Column::Status.eq(Status::Queued.as_str()))
        .filter(Column::CreatedAt.lt(since.millis()))
        .order_by_asc(Column::CreatedAt)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// How far an unfinished run is, as the database knows.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub run: RunId,
    pub user: UserId,
    pub attempt: u32,
    /// Where the last stored piece of this attempt's text starts, in code points.
    pub last_piece: Option<u32>,
}

/// The unfinished runs of `users`: for the tail that a node reads when the bus may be silent.
pub async fn progress_of_users(conn: &impl ConnectionTrait, users: &HashSet<UserId>) -> Result<Vec<Progress>> {
    use crate::entity::run_chunks as chunks;
    let rows: Vec<(Uuid, Uuid, i32)> = Entity::find()
        .select_only()
        .column(Column::Id)
        .column(Column::UserId)
        .column(Column::Attempt)
        .filter(Column::UserId.is_in(users.iter().map(|id| id.uuid())))
        .filter(Column::Status.is_in([Status::Queued.as_str(), Status::Running.as_str()]))
        .into_tuple()
        .all(conn)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let lasts: Vec<(Uuid, i32, i32)> = chunks::Entity::find()
        .select_only()
        .column(chunks::Column::RunId)
        .column(chunks::Column::Attempt)
        .column_as(chunks::Column::Start.max(), "last")
        .filter(chunks::Column::RunId.is_in(rows.iter().map(|(id, _, _)| *id)))
        .group_by(chunks::Column::RunId)
        .group_by(chunks::Column::Attempt)
        .into_tuple()
        .all(conn)
        .await?;
    let lasts: HashMap<(Uuid, i32), i32> = lasts.into_iter().map(|(id, attempt, last)| ((id, attempt), last)).collect();
    let progress = rows.into_iter().map(|(id, user, attempt)| Progress {
        run: id.into(),
        user: user.into(),
        attempt: unsigned(attempt),
        last_piece: lasts.get(&(id, attempt)).copied().map(unsigned),
    });
    Ok(progress.collect())
}
