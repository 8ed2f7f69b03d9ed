//! Reserving: every budget of a call has room for it, or nothing of it is written.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::ids::CallId;
use domain::llm::ledger::Entry;
use domain::llm::period::Period;
use domain::llm::{Delta, Exceeded, Limit};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::budgets::Key;
use super::{Call, Estimate, budgets, rows};
use crate::Result;
use crate::entity::ledger::{Column, Entity};

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Granted,
    /// The first limit that it would pass; nothing was written.
    Refused(Exceeded),
}

/// Reserves for each of `calls` in turn, under `limits` (all that concern their askers). A call that is known already is
/// granted and not counted again. One refusal takes nothing from the others.
///
/// # Errors
/// The database's. Then nothing is reserved once the transaction is dropped.
pub async fn reserve_many(
    conn: &impl ConnectionTrait,
    calls: &[(Call, Estimate)],
    limits: &[Limit],
) -> Result<Vec<Verdict>> {
    let mut known = known(conn, calls.iter().map(|(call, _)| call.call)).await?;
    let keys: BTreeSet<Key> = calls
        .iter()
        .filter(|(call, _)| !known.contains(&call.call.uuid()))
        .flat_map(|(call, _)| rows::budgets(&call.asker, call.at))
        .collect();
    let mut held = if keys.is_empty() { Default::default() } else { budgets::lock(conn, &keys).await? };
    let (mut verdicts, mut new, mut deltas) = (Vec::with_capacity(calls.len()), Vec::new(), BTreeMap::new());
    for (call, estimate) in calls {
        if known.contains(&call.call.uuid()) {
            verdicts.push(Verdict::Granted);
            continue;
        }
        let (entry, delta) = Entry::reserve(estimate.amount());
        let periods = [Period::day(call.at), Period::month(call.at)];
        let own: Vec<_> = call
            .asker
            .subjects()
            .flat_map(|subject| periods.map(|period| (subject, period)))
            .map(|(subject, period)| {
                let budget = held.get(&(subject.to_string(), period.to_string())).copied().unwrap_or_default();
                (subject, period, budget)
            })
            .collect();
        if let Some(exceeded) = Exceeded::first(&own, limits, entry.reserved) {
            verdicts.push(Verdict::Refused(exceeded));
            continue;
        }
        for key in rows::budgets(&call.asker, call.at) {
            held.entry(key.clone()).or_default().apply(&delta);
            *deltas.entry(key).or_insert_with(Delta::default) += delta;
        }
        known.insert(call.call.uuid());
        new.push(rows::reserved(call, estimate, &entry));
        verdicts.push(Verdict::Granted);
    }
    budgets::add(conn, &deltas).await?;
    rows::insert(conn, new).await?;
    Ok(verdicts)
}

/// Which of the calls have a row.
pub(super) async fn known(conn: &impl ConnectionTrait, calls: impl Iterator<Item = CallId>) -> Result<HashSet<Uuid>> {
    let calls: Vec<Uuid> = calls.map(CallId::uuid).collect();
    let (mut known, mut left) = (HashSet::new(), &calls[..]);
    while let Some((some, rest)) = left.split_at_checked(rows::even(left.len())) {
        left = rest;
        let query =
            Entity::find().select_only().column(Column::CallId).filter(Column::CallId.is_in(some.iter().copied()));
        known.extend(query.into_tuple::<Uuid>().all(conn).await?);
    }
    Ok(known)
}
