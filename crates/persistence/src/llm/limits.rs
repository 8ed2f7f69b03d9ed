//! Limits of use, by scope and subject.

use domain::Timestamp;
use domain::ids::LimitId;
use domain::llm::{Asker, Limit, Limits, Scope, Subject};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::llm_limits::{Column, Entity, Model};
use crate::{Error, Result};

/// Everything that concerns a call of one of `askers`: words for all of a scope, and for them alone.
pub async fn of_askers(conn: &impl ConnectionTrait, askers: &[Asker]) -> Result<Vec<Limit>> {
    let mut subjects: Vec<Uuid> = askers.iter().flat_map(Asker::subjects).filter_map(Subject::id).collect();
    subjects.push(Uuid::nil());
    subjects.sort_unstable();
    subjects.dedup();
    let mut found = Vec::new();
    for some in subjects.chunks(500) {
        let rows = Entity::find().filter(Column::Subject.is_in(some.iter().copied())).all(conn).await?;
        for row in rows {
            found.push(from_row(row)?);
        }
    }
    Ok(found)
}

/// All of them, those for everybody first.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Limit>> {
    let rows = Entity::find().order_by_asc(Column::Subject).order_by_asc(Column::Scope).all(conn).await?;
    rows.into_iter().map(from_row).collect()
}

/// Says what holds from now on, over what was said before.
pub async fn set(conn: &impl ConnectionTrait, limit: &Limit) -> Result<()> {
    let row = Model {
        id: limit.id.uuid(),
        scope: limit.scope.as_str().to_owned(),
        subject: limit.subject.unwrap_or_default(),
        requests_per_minute: limit.limits.requests_per_minute.map(|most| i32::try_from(most).unwrap_or(i32::MAX)),
        tokens_per_day: limit.limits.tokens_per_day,
        cost_per_month: limit.limits.cost_per_month,
        updated_at: limit.updated_at.millis(),
    };
    let over = OnConflict::columns([Column::Subject, Column::Scope])
        .update_columns([Column::RequestsPerMinute, Column::TokensPerDay, Column::CostPerMonth, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(over).exec_without_returning(conn).await?;
    Ok(())
}

pub async fn of_subject(conn: &impl ConnectionTrait, scope: Scope, subject: Option<Uuid>) -> Result<Option<Limit>> {
    let query =
        Entity::find().filter(Column::Subject.eq(subject.unwrap_or_default())).filter(Column::Scope.eq(scope.as_str()));
    query.one(conn).await?.map(from_row).transpose()
}

/// False when there was none.
pub async fn remove(conn: &impl ConnectionTrait, id: LimitId) -> Result<bool> {
    Ok(Entity::delete_by_id(id.uuid()).exec(conn).await?.rows_affected == 1)
}

fn from_row(row: Model) -> Result<Limit> {
    Ok(Limit {
        id: row.id.into(),
        scope: Scope::parse(&row.scope).ok_or_else(|| Error::odd_row("llm_limits.scope", &row.scope))?,
        subject: (!row.subject.is_nil()).then_some(row.subject),
        limits: Limits {
            requests_per_minute: row.requests_per_minute.map(|most| u32::try_from(most).unwrap_or(0)),
            tokens_per_day: row.tokens_per_day,
            cost_per_month: row.cost_per_month,
        },
        updated_at: Timestamp(row.updated_at),
    })
}
