//! Settling, releasing, sweeping: each takes what is true of an entry to its budgets, once.

use std::collections::{BTreeMap, HashMap};

use domain::Timestamp;
use domain::ids::{CallId, NodeId, RunId};
use domain::llm::ledger::{Entry, Input};
use domain::llm::{Amount, Delta, State};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::budgets::Key;
use super::{AT_ONCE, Account, Call, Estimate, budgets, reserve, rows};
use crate::Result;
use crate::entity::ledger::{Column, Entity, Model};

/// What became of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// An account was given before; nothing has changed.
    Before,
    /// There is no such call: its reservation was never committed. [`record_many`] writes it down.
    Unknown,
}

/// Gives the accounts of calls that were reserved; each counts once, however often it is given.
pub async fn settle_many(conn: &impl ConnectionTrait, accounts: &[(CallId, Account)]) -> Result<Vec<Settled>> {
    let mut held = held(conn, accounts.iter().map(|(call, _)| *call)).await?;
    let (mut outcomes, mut changes) = (Vec::with_capacity(accounts.len()), Changes::default());
    for (call, account) in accounts {
        let Some(row) = held.get_mut(&call.uuid()) else {
            outcomes.push(Settled::Unknown);
            continue;
        };
        let spent = account.spent.bounded().amount();
        let settle = Input::Settle { spent, outcome: account.outcome };
        let done = changes.step(row, settle, |row, entry| rows::account(row, entry, account))?;
        outcomes.push(if done { Settled::Done } else { Settled::Before });
    }
    changes.write(conn, held).await?;
    Ok(outcomes)
}

/// Gives back the reservations of calls that were never sent; how many there were.
pub async fn release_many(conn: &impl ConnectionTrait, calls: &[CallId], now: Timestamp) -> Result<u64> {
    let mut held = held(conn, calls.iter().copied()).await?;
    let (mut released, mut changes) = (0, Changes::default());
    for call in calls {
        if let Some(row) = held.get_mut(&call.uuid()) {
            let done = changes.step(row, Input::Release, |row, entry| rows::release(row, entry, now))?;
            released += u64::from(done);
        }
    }
    changes.write(conn, held).await?;
    Ok(released)
}

/// Writes down calls that were made without a reservation, and says which were new; one that is known already is left as it is.
pub async fn record_many(conn: &impl ConnectionTrait, calls: &[(Call, Account)]) -> Result<Vec<CallId>> {
    let mut known = reserve::known(conn, calls.iter().map(|(call, _)| call.call)).await?;
    let (mut new, mut written, mut deltas) = (Vec::new(), Vec::new(), BTreeMap::<Key, Delta>::new());
    for (call, account) in calls {
        if !known.insert(call.call.uuid()) {
            continue;
        }
        written.push(call.call);
        let (entry, delta) = Entry::record(account.spent.bounded().amount(), account.outcome);
        let mut row = rows::reserved(call, &Estimate::default(), &entry);
        rows::account(&mut row, &entry, account);
        for key in rows::budgets(&call.asker, call.at) {
            *deltas.entry(key).or_default() += delta;
        }
        new.push(row);
    }
    rows::insert(conn, new).await?;
    budgets::add(conn, &deltas).await?;
    Ok(written)
}

/// Reservations whose maker is dead.
#[derive(Clone, Copy, Debug)]
pub enum Orphans {
    /// All that this node made: it has just started.
    OfNode(NodeId),
    /// All there are: nobody else can have worked (SQLite, at start).
    All,
    /// Made before; no call takes as long.
    Before(Timestamp),
    /// Of one attempt of a run, whose worker was found dead.
    OfAttempt(RunId, u32),
}

/// A call of a run that had reserved nothing for its answer: what the answer had come to may be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    pub call: CallId,
    pub run: RunId,
    pub attempt: u32,
    pub at: Timestamp,
    /// `provider/model`.
    pub model: String,
    pub input_tokens: u64,
    /// What other calls of the attempt had answered before.
    pub said_before: u64,
}

/// Orphans, held until the transaction ends.
pub struct Dead(HashMap<Uuid, Model>);

/// Finds at most `limit` orphans: none is left when there are fewer.
pub async fn dead(conn: &impl ConnectionTrait, which: Orphans, limit: u64) -> Result<Dead> {
    let mut query = Entity::find().filter(Column::State.eq(State::Reserved.as_str()));
    match which {
        Orphans::All => {}
        Orphans::OfNode(node) => query = query.filter(Column::Node.eq(node.uuid())),
        Orphans::Before(at) => query = query.filter(Column::At.lt(at.millis())),
        Orphans::OfAttempt(run, attempt) => {
            let attempt = i32::try_from(attempt).unwrap_or(i32::MAX);
            query = query.filter(Column::RunId.eq(run.uuid())).filter(Column::Attempt.eq(attempt));
        }
    }
    // What somebody settles right now is none.
    let query =
        query.order_by_asc(Column::CallId).limit(limit).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(Dead(query.all(conn).await?.into_iter().map(|row| (row.call_id, row)).collect()))
}

impl Dead {
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those whose answers may be known; of an attempt the last one, for it is the one that was speaking.
    pub async fn unheard(&self, conn: &impl ConnectionTrait) -> Result<Vec<Unheard>> {
        let mut last: BTreeMap<(Uuid, i32), &Model> = BTreeMap::new();
        for row in self.0.values() {
            if let (Some(run), Some(attempt)) = (row.run_id, row.attempt)
                && row.reserved_tokens <= row.input_tokens
            {
                let known = last.entry((run, attempt)).or_insert(row);
                if known.call_id < row.call_id {
                    *known = row;
                }
            }
        }
        let runs: Vec<Uuid> = last.keys().map(|(run, _)| *run).collect();
        let mut before: HashMap<(Uuid, i32), i64> = HashMap::new();
        for some in runs.chunks(AT_ONCE) {
            let settled: Vec<(Option<Uuid>, Option<i32>, i64)> = Entity::find()
                .select_only()
                .columns([Column::RunId, Column::Attempt, Column::OutputTokens])
                .filter(Column::RunId.is_in(some.iter().copied()))
                .filter(Column::State.eq(State::Settled.as_str()))
                .into_tuple()
                .all(conn)
                .await?;
            for (run, attempt, tokens) in settled {
                if let (Some(run), Some(attempt)) = (run, attempt) {
                    *before.entry((run, attempt)).or_default() += tokens;
                }
            }
        }
        let unsigned = |count: i64| u64::try_from(count).unwrap_or(0);
        let unheard = last.into_iter().map(|((run, attempt), row)| Unheard {
            call: row.call_id.into(),
            run: run.into(),
            attempt: u32::try_from(attempt).unwrap_or(0),
            at: Timestamp(row.at),
            model: format!("{}/{}", row.provider, row.model),
            input_tokens: unsigned(row.input_tokens),
            said_before: before.get(&(run, attempt)).copied().map_or(0, unsigned),
        });
        Ok(unheard.collect())
    }

    /// Settles them as if they had used all they reserved, or what was heard of them where that is more. An account that comes
    /// after all replaces that.
    pub async fn settle(
        mut self,
        conn: &impl ConnectionTrait,
        heard: &HashMap<CallId, Amount>,
        now: Timestamp,
    ) -> Result<u64> {
        let mut changes = Changes::default();
        let mut swept = 0;
        for row in self.0.values_mut() {
            let heard = heard.get(&CallId::from_uuid(row.call_id)).copied().unwrap_or_default();
            let done = changes.step(row, Input::Orphan { heard }, |row, entry| rows::orphan(row, entry, now))?;
            swept += u64::from(done);
        }
        changes.write(conn, self.0).await?;
        Ok(swept)
    }
}

/// The rows of `calls`, held until the transaction ends.
pub(super) async fn held(
    conn: &impl ConnectionTrait,
    calls: impl Iterator<Item = CallId>,
) -> Result<HashMap<Uuid, Model>> {
    let mut calls: Vec<Uuid> = calls.map(CallId::uuid).collect();
    calls.sort_unstable();
    calls.dedup();
    let mut held = HashMap::new();
    for some in calls.chunks(AT_ONCE) {
        let query = Entity::find()
            .filter(Column::CallId.is_in(some.iter().copied()))
            .order_by_asc(Column::CallId)
            .lock_exclusive();
        held.extend(query.all(conn).await?.into_iter().map(|row| (row.call_id, row)));
    }
    Ok(held)
}

/// What a batch changes, gathered so that it is written in two statements.
#[derive(Default)]
struct Changes {
    calls: Vec<Uuid>,
    deltas: BTreeMap<Key, Delta>,
}

impl Changes {
    /// Takes one step of an entry, if it changes anything.
    fn step(&mut self, row: &mut Model, input: Input, write: impl FnOnce(&mut Model, &Entry)) -> Result<bool> {
        let Some((after, delta)) = rows::entry(row)?.step(input) else { return Ok(false) };
        write(row, &after);
        self.calls.push(row.call_id);
        for key in rows::budgets(&rows::asker(row), Timestamp(row.at)) {
            *self.deltas.entry(key).or_default() += delta;
        }
        Ok(true)
    }

    async fn write(self, conn: &impl ConnectionTrait, mut held: HashMap<Uuid, Model>) -> Result<()> {
        let changed: Vec<Model> = self.calls.into_iter().filter_map(|call| held.remove(&call)).collect();
        rows::overwrite(conn, changed).await?;
        budgets::add(conn, &self.deltas).await
    }
}
