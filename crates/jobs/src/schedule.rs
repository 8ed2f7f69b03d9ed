//! What happens at set times: a row per schedule, fired by whoever moves it on first.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use croner::Cron;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::clock;
use crate::entity::schedules::{ActiveModel, Column, Entity};
use crate::error::{Error, Result};
use crate::job::NewJob;
use crate::queue::enqueue;

/// A pattern in UTC (`minute hour day month weekday`) and the job that it asks for.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub name: String,
    pub cron: String,
    pub job: NewJob,
}

/// Enqueues what is due and says which ids; several workers may try, one succeeds. Times that passed while nobody
/// worked are made up for once. While the last firing's job waits or runs, no second one is written.
///
/// # Errors
/// An unreadable pattern; the statements'.
pub async fn fire(conn: &impl ConnectionTrait, schedules: &[Schedule]) -> Result<Vec<Uuid>> {
    let mut fired = Vec::new();
    if schedules.is_empty() {
        return Ok(fired);
    }
    let now = clock::read(conn).await?;
    let rows = Entity::find()
        .filter(Column::Name.is_in(schedules.iter().map(|schedule| schedule.name.as_str())))
        .all(conn)
        .await?;
    for schedule in schedules {
        let row = rows.iter().find(|row| row.name == schedule.name);
        if row.is_some_and(|row| row.cron == schedule.cron && row.next_at > now) {
            continue;
        }
        let next = next(schedule, now)?;
        let Some(row) = row.filter(|row| row.cron == schedule.cron) else {
            set(conn, schedule, next, now).await?;
            continue;
        };
        // Of two that saw the same time only one still finds it.
        let moved = Entity::update_many()
            .col_expr(Column::NextAt, Expr::value(next))
            .col_expr(Column::UpdatedAt, Expr::value(now))
            .filter(Column::Name.eq(row.name.as_str()))
            .filter(Column::NextAt.eq(row.next_at))
            .exec(conn)
            .await?;
        if moved.rows_affected == 1 {
            let job = schedule.job.clone().unique(format!("schedule:{}", schedule.name));
            fired.extend(enqueue(conn, job).await?);
        }
    }
    Ok(fired)
}

/// New, or with another pattern than before: it begins to count from now.
async fn set(conn: &impl ConnectionTrait, schedule: &Schedule, next: i64, now: i64) -> Result<()> {
    let row = ActiveModel {
        name: Set(schedule.name.clone()),
        cron: Set(schedule.cron.clone()),
        next_at: Set(next),
        updated_at: Set(now),
    };
    let over =
        OnConflict::column(Column::Name).update_columns([Column::Cron, Column::NextAt, Column::UpdatedAt]).to_owned();
    Entity::insert(row).on_conflict(over).exec_without_returning(conn).await?;
    Ok(())
}

/// The first time after `now` (both in milliseconds since 1970 UTC).
pub(crate) fn next(schedule: &Schedule, now: i64) -> Result<i64> {
    let fault = |fault: String| Error::Cron { name: schedule.name.clone(), fault };
    let cron = Cron::from_str(&schedule.cron).map_err(|error| fault(error.to_string()))?;
    let now: DateTime<Utc> =
        DateTime::from_timestamp_millis(now).ok_or_else(|| fault("the time is out of range".into()))?;
    let next = cron.find_next_occurrence(&now, false).map_err(|error| fault(error.to_string()))?;
    Ok(next.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(cron: &str) -> Schedule {
        Schedule { name: "test".into(), cron: cron.into(), job: NewJob::new("k", "l", &()).unwrap() }
    }

    #[test]
    fn the_next_time_is_after_now() {
        let day = 24 * 60 * 60 * 1000;
        assert_eq!(next(&schedule("0 3 * * *"), 0).unwrap(), 3 * 60 * 60 * 1000);
        assert_eq!(next(&schedule("0 3 * * *"), 3 * 60 * 60 * 1000).unwrap(), day + 3 * 60 * 60 * 1000);
        assert_eq!(next(&schedule("*/5 * * * *"), 299_999).unwrap(), 300_000);
        assert!(next(&schedule("every day"), 0).unwrap_err().to_string().contains("test"));
    }
}
