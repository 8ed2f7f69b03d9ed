//! Wallets: what a process has set aside of budgets for calls to come. A wallet is reserved like a call; calls that are drawn
//! from it need no reservation of their own, and it shrinks by what they had drawn when they have an account.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::ids::CallId;
use domain::llm::ledger::Entry;
use domain::llm::{Amount, CallKind, Delta, State};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::budgets::Key;
use super::settle::held;
use super::{budgets, rows};
use crate::Result;
use crate::entity::ledger::{Column, Entity, Model};

/// What is taken from a wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shrink {
    /// Calls that had drawn it have an account now.
    pub drawn: Amount,
    /// What nobody will draw any more; taken once, however often it is said.
    pub rest: Option<Amount>,
}

/// Takes from wallets, and says which of them are gone: those with nothing left in them, and those that were counted because
/// their process seemed to be dead, since the calls themselves have accounts.
pub async fn shrink_many(
    conn: &impl ConnectionTrait,
    wallets: &BTreeMap<CallId, Shrink>,
    now: Timestamp,
) -> Result<Vec<CallId>> {
    if wallets.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = held(conn, wallets.keys().copied()).await?;
    let (mut changes, mut gone) = (Changes::default(), Vec::new());
    for (wallet, shrink) in wallets {
        let Some(mut row) = rows.remove(&wallet.uuid()).filter(|row| row.kind == CallKind::Held.as_str()) else {
            gone.push(*wallet);
            continue;
        };
        let entry = rows::entry(&row)?;
        let rest = shrink.rest.filter(|_| row.ended_at.is_none()).unwrap_or_default();
        row.ended_at = row.ended_at.or(shrink.rest.map(|_| now.millis()));
        let less = |whole: Amount, part: Amount| Amount::new(whole.tokens - part.tokens, whole.micros - part.micros);
        let left = match entry.state {
            State::Reserved => less(less(entry.reserved, shrink.drawn), rest).bounded(),
            State::Settled | State::Released => Amount::default(),
        };
        if left == Amount::default() {
            gone.push(*wallet);
        }
        changes.to(row, entry, left);
    }
    changes.write(conn).await?;
    Ok(gone)
}

#[derive(Default)]
struct Changes {
    smaller: Vec<Model>,
    gone: Vec<Uuid>,
    deltas: BTreeMap<Key, Delta>,
}

impl Changes {
    fn to(&mut self, mut row: Model, entry: Entry, left: Amount) {
        let empty = left == Amount::default();
        let after = if empty { Delta::default() } else { Entry { reserved: left, ..entry }.weight() };
        let before = entry.weight();
        let less = |amount: Amount| Amount::new(-amount.tokens, -amount.micros);
        let delta = Delta {
            spent: after.spent + less(before.spent),
            reserved: after.reserved + less(before.reserved),
            requests: after.requests - before.requests,
        };
        for key in rows::budgets(&rows::asker(&row), Timestamp(row.at)) {
            *self.deltas.entry(key).or_default() += delta;
        }
        if empty {
            self.gone.push(row.id);
        } else {
            (row.reserved_tokens, row.reserved_micros) = (left.tokens, left.micros);
            row.input_tokens = row.input_tokens.min(left.tokens);
            self.smaller.push(row);
        }
    }

    async fn write(self, conn: &impl ConnectionTrait) -> Result<()> {
        if self.deltas.is_empty() {
            return Ok(());
        }
        rows::overwrite(conn, self.smaller).await?;
        if !self.gone.is_empty() {
            Entity::delete_many().filter(Column::Id.is_in(self.gone)).exec(conn).await?;
        }
        budgets::add(conn, &self.deltas).await
    }
}
