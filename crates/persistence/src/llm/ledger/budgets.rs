//! Rows of budgets: locked before a decision, added to after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::Timestamp;
use domain::llm::period::Period;
use domain::llm::{Amount, Budget, Delta, Subject};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, Iden, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Result;
use crate::entity::ledger_budgets::{Column, Entity, Model};

/// Subject and period, as the table has them.
pub(super) type Key = (String, String);

const AT_ONCE: usize = 500;

/// Today's and this month's budgets of `subjects`; who has not used anything has empty ones.
pub async fn of(
    conn: &impl ConnectionTrait,
    subjects: &[Subject],
    now: Timestamp,
) -> Result<Vec<(Subject, Period, Budget)>> {
    let periods = [Period::day(now), Period::month(now)];
    let found = Entity::find()
        .filter(Column::Subject.is_in(subjects.iter().map(Subject::to_string)))
        .filter(Column::Period.is_in(periods.map(|period| period.to_string())))
        .all(conn)
        .await?;
    let known: HashMap<Key, Budget> = found.into_iter().map(budget).collect();
    let all = subjects.iter().flat_map(|subject| periods.map(|period| (*subject, period)));
    Ok(all
        .map(|(subject, period)| {
            let budget = known.get(&(subject.to_string(), period.to_string())).copied().unwrap_or_default();
            (subject, period, budget)
        })
        .collect())
}

/// Holds the rows of `keys` until the transaction ends, making those that are missing, and says what is in them.
pub(super) async fn lock(conn: &impl ConnectionTrait, keys: &BTreeSet<Key>) -> Result<HashMap<Key, Budget>> {
    let mut held = held(conn, keys).await?;
    let missing: BTreeSet<Key> = keys.iter().filter(|key| !held.contains_key(*key)).cloned().collect();
    if !missing.is_empty() {
        // Two who see nothing both decide by an empty budget; so there is a row before anybody decides.
        add(conn, &missing.iter().map(|key| (key.clone(), Delta::default())).collect()).await?;
        held.extend(self::held(conn, &missing).await?);
    }
    Ok(held)
}

async fn held(conn: &impl ConnectionTrait, keys: &BTreeSet<Key>) -> Result<HashMap<Key, Budget>> {
    // Subject and period apart: an index range on every database, which a list of pairs is not on MariaDB. Calls of one
    // moment share their two periods, so hardly ever more is held than is asked for.
    let subjects: BTreeSet<&str> = keys.iter().map(|(subject, _)| subject.as_str()).collect();
    let periods: BTreeSet<&str> = keys.iter().map(|(_, period)| period.as_str()).collect();
    let subjects: Vec<&str> = subjects.into_iter().collect();
    let mut held = HashMap::new();
    for some in subjects.chunks(AT_ONCE) {
        let rows = Entity::find()
            .filter(Column::Subject.is_in(some.iter().copied()))
            .filter(Column::Period.is_in(periods.iter().copied()))
            .order_by_asc(Column::Subject)
            .order_by_asc(Column::Period)
            .lock_exclusive()
            .all(conn)
            .await?;
        held.extend(rows.into_iter().map(budget).filter(|(key, _)| keys.contains(key)));
    }
    Ok(held)
}

/// Adds to budgets, in the order in which everybody locks them.
pub(super) async fn add(conn: &impl ConnectionTrait, deltas: &BTreeMap<Key, Delta>) -> Result<()> {
    let backend = conn.get_database_backend();
    let rows: Vec<Model> = deltas
        .iter()
        .map(|((subject, period), delta)| Model {
            subject: subject.clone(),
            period: period.clone(),
            tokens: delta.spent.tokens,
            cost_micros: delta.spent.micros,
            reserved_tokens: delta.reserved.tokens,
            reserved_micros: delta.reserved.micros,
            requests: delta.requests,
        })
        .collect();
    for some in rows.chunks(AT_ONCE) {
        let mut sum = OnConflict::columns([Column::Subject, Column::Period]);
        for column in
            [Column::Tokens, Column::CostMicros, Column::ReservedTokens, Column::ReservedMicros, Column::Requests]
        {
            sum.value(column, Expr::col((Entity, column)).add(incoming(backend, column)));
        }
        let some = some.iter().cloned().map(IntoActiveModel::into_active_model);
        Entity::insert_many(some).on_conflict(sum).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// The value that the row would have had.
fn incoming(backend: DbBackend, column: Column) -> SimpleExpr {
    let name = column.unquoted().to_owned();
    match backend {
        DbBackend::MySql => Expr::cust(format!("VALUES(`{name}`)")),
        _ => Expr::cust(format!("excluded.\"{name}\"")),
    }
}

/// Forgets days that began before `days`, and months before `months`: nobody decides by them any more.
pub async fn sweep(conn: &impl ConnectionTrait, days: Timestamp, months: Timestamp) -> Result<u64> {
    let mut gone = 0;
    for (kind, first) in [("d%", Period::day(days).to_string()), ("m%", Period::month(months).to_string())] {
        let old = Entity::delete_many().filter(Column::Period.like(kind)).filter(Column::Period.lt(first));
        gone += old.exec(conn).await?.rows_affected;
    }
    Ok(gone)
}

fn budget(row: Model) -> (Key, Budget) {
    let budget = Budget {
        spent: Amount::new(row.tokens, row.cost_micros),
        reserved: Amount::new(row.reserved_tokens, row.reserved_micros),
        requests: row.requests,
    };
    ((row.subject, row.period), budget)
}
