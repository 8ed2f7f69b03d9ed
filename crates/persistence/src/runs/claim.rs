//! Taking runs: by compare-and-set, at most one of a conversation, text of earlier attempts kept or dropped in the same breath.

use std::collections::HashMap;
use std::time::Duration;

use domain::Timestamp;
use domain::ids::{NodeId, RunId, UserId};
use domain::runs::follow::length;
use domain::runs::turns::{Turns, Waiting};
use domain::runs::{Run, Status};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{from_row, new_attempt, stored_text};
use crate::entity::run_attempts;
use crate::entity::run_chunks;
use crate::entity::runs::{Column, Entity};
use crate::{Result, database_now};

/// Which node holds a run, and until when by the database's clock.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    pub node: NodeId,
    pub until: Timestamp,
}

/// A run that is now ours, with the text of earlier attempts that it goes on from.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub run: Run,
    pub keep: String,
}

/// How many waiting runs one claim looks at for the sake of turns.
const VIEW: u64 = 64;

/// Takes at most `want` waiting runs for `node`. `goes_on` says of a model and a text whether an answer can go on from it, so that
/// it can stay. Call it in a transaction of its own: a unique violation means that another node
/// was faster, and the whole claim is to be tried again.
pub async fn claim(
    conn: &impl ConnectionTrait,
    node: NodeId,
    lease: Duration,
    want: usize,
    turns: &mut Turns,
    goes_on: impl Fn(&str, &str) -> bool,
) -> Result<Vec<Claimed>> {
    let now = database_now(conn).await?;
    let waiting = waiting(conn, now).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let running = running_of(conn, waiting.iter().map(|w| w.user)).await?;
    let chosen: Vec<Uuid> = turns.choose(&waiting, &running, want).into_iter().map(RunId::uuid).collect();
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Running.as_str()))
        .col_expr(Column::Attempt, Expr::col(Column::Attempt).add(1))
        .col_expr(Column::LeaseOwner, Expr::value(node.uuid()))
        .col_expr(Column::LeaseUntil, Expr::value(now.plus(lease).millis()))
        .filter(Column::Id.is_in(chosen.iter().copied()))
        .filter(Column::Status.eq(Status::Queued.as_str()))
        .exec(conn)
        .await?;
    let taken = Entity::find()
        .filter(Column::Id.is_in(chosen))
        .filter(Column::Status.eq(Status::Running.as_str()))
        .filter(Column::LeaseOwner.eq(node.uuid()))
        .all(conn)
        .await?;
    let runs: Result<Vec<Run>> = taken.into_iter().map(from_row).collect();
    open_attempts(conn, node, runs?, now, goes_on).await
}

async fn waiting(conn: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Waiting>> {
    // In turn within a conversation: also after one that waits for its next try, or that another node is just taking.
    let other = || Alias::new("other");
    let of_other = |column: Column| Expr::col((other(), column));
    let mine = |column: Column| Expr::col((Entity, column));
    let asked_at = of_other(Column::CreatedAt);
    let same_moment = asked_at.clone().eq(mine(Column::CreatedAt)).and(of_other(Column::Id).lt(mine(Column::Id)));
    let earlier = asked_at.lt(mine(Column::CreatedAt)).or(same_moment);
    let ahead = of_other(Column::Status).eq(Status::Queued.as_str()).and(earlier);
    let busy = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, other())
        .and_where(of_other(Column::ConversationId).equals((Entity, Column::ConversationId)))
        .and_where(of_other(Column::Status).eq(Status::Running.as_str()).or(ahead))
        .to_owned();
    let rows = Entity::find()
        .filter(Column::Status.eq(Status::Queued.as_str()))
        .filter(Column::AvailableAt.lte(now.millis()))
        .filter(Expr::exists(busy).not())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(VIEW)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(conn)
        .await?;
    let waiting = rows.into_iter().map(|row| Waiting {
        run: row.id.into(),
        user: row.user_id.into(),
        conversation: row.conversation_id.into(),
    });
    Ok(waiting.collect())
}

async fn running_of(conn: &impl ConnectionTrait, users: impl Iterator<Item = UserId>) -> Result<HashMap<UserId, u64>> {
    let counts: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::UserId)
        .column_as(Column::Id.count(), "running")
        .filter(Column::UserId.is_in(users.map(UserId::uuid)))
        .filter(Column::Status.eq(Status::Running.as_str()))
        .group_by(Column::UserId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts.into_iter().map(|(user, count)| (user.into(), u64::try_from(count).unwrap_or(0))).collect())
}

/// Writes the attempt's row, and brings the stored text to what this attempt goes on from.
async fn open_attempts(
    conn: &impl ConnectionTrait,
    node: NodeId,
    runs: Vec<Run>,
    now: Timestamp,
    goes_on: impl Fn(&str, &str) -> bool,
) -> Result<Vec<Claimed>> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let again: Vec<RunId> = runs.iter().filter(|run| run.state.attempt > 1).map(|run| run.id).collect();
    let mut stored = stored_text(conn, &again).await?;
    if !stored.is_empty() {
        let ids = stored.keys().map(|id| id.uuid());
        run_chunks::Entity::delete_many().filter(run_chunks::Column::RunId.is_in(ids)).exec(conn).await?;
    }
    let mut chunks = Vec::new();
    let mut attempts = Vec::new();
    let mut claimed = Vec::new();
    for mut run in runs {
        let text = stored.remove(&run.id).map(|stored| stored.text).unwrap_or_default();
        let keep = if goes_on(&run.model, &text) { text } else { String::new() };
        if !keep.is_empty() {
            chunks.push(run_chunks::Model {
                run_id: run.id.uuid(),
                attempt: super::signed(run.state.attempt),
                start: 0,
                text: keep.clone(),
            });
        }
        run.started_at = run.started_at.or(Some(now));
        attempts.push(new_attempt(run.id, run.state.attempt, node, length(&keep), now));
        claimed.push(Claimed { run, keep });
    }
    if !chunks.is_empty() {
        let rows = chunks.into_iter().map(IntoActiveModel::into_active_model);
        run_chunks::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    let rows = attempts.into_iter().map(IntoActiveModel::into_active_model);
    run_attempts::Entity::insert_many(rows).exec_without_returning(conn).await?;
    Entity::update_many()
        .col_expr(Column::StartedAt, Expr::value(now.millis()))
        .filter(Column::Id.is_in(claimed.iter().map(|c| c.run.id.uuid())))
        .filter(Column::StartedAt.is_null())
        .exec(conn)
        .await?;
    Ok(claimed)
}

/// Running runs whose worker is dead: the lease ran out by the database's clock, or `mine` says that this very node held
/// them before it restarted. `everything` is for a database with one process only: whatever ran before it, died.
pub async fn rescue_candidates(
    conn: &impl ConnectionTrait,
    mine: Option<NodeId>,
    everything: bool,
    limit: u64,
) -> Result<Vec<Run>> {
    let mut query = Entity::find().filter(Column::Status.eq(Status::Running.as_str()));
    if let Some(node) = mine {
        query = query.filter(Column::LeaseOwner.eq(node.uuid()));
    } else if !everything {
        let now = database_now(conn).await?;
        query = query.filter(Column::LeaseUntil.lt(now.millis()));
    }
    let query =
        query.order_by_asc(Column::Id).limit(limit).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    query.all(conn).await?.into_iter().map(from_row).collect()
}
