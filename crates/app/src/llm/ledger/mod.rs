//! Money: reserved before a call, settled after it, swept when nobody does. All calls go through the [`till`], many a
//! transaction; only what a dead worker left is counted in the transaction that finds it dead.

mod journal;
mod sweep;
pub mod till;
pub mod wallets;

pub use journal::{Journal, Left};
pub use persistence::llm::ledger::{Account, Call, Estimate, Settled, Shrink, Verdict};
pub use sweep::{Said, at_start, attempt_died, sweep, take_over};
pub use till::{Till, flush, till};

use std::collections::BTreeMap;

use domain::ids::CallId;
use domain::llm::Limit;
use domain::{Result, Timestamp};
use persistence::Tx;
use persistence::llm::{ledger, limits};

/// Reserves for many calls in a handful of statements; each has its own verdict.
pub async fn reserve_many(tx: &Tx, calls: &[(Call, Estimate)]) -> Result<Vec<Verdict>> {
    let askers: Vec<_> = calls.iter().map(|(call, _)| call.asker).collect();
    // Read where they are decided by: a limit that was committed before holds.
    let limits: Vec<Limit> = limits::of_askers(&**tx, &askers).await?;
    Ok(ledger::reserve_many(&**tx, calls, &limits).await?)
}

/// Settles in the caller's transaction; each call once, however often it is said.
pub async fn settle_many(tx: &Tx, accounts: &[(CallId, Account)]) -> Result<Vec<Settled>> {
    Ok(ledger::settle_many(&**tx, accounts).await?)
}

/// Gives back what was reserved for calls that were never sent.
pub async fn release_many(tx: &Tx, calls: &[CallId], now: Timestamp) -> Result<u64> {
    Ok(ledger::release_many(&**tx, calls, now).await?)
}

/// Writes down calls that nobody reserved for, and says which were not known.
pub async fn record_many(tx: &Tx, calls: &[(Call, Account)]) -> Result<Vec<CallId>> {
    Ok(ledger::record_many(&**tx, calls).await?)
}

/// Takes from wallets; says which of them are gone.
pub async fn shrink_many(tx: &Tx, wallets: &BTreeMap<CallId, Shrink>, now: Timestamp) -> Result<Vec<CallId>> {
    Ok(ledger::shrink_many(&**tx, wallets, now).await?)
}
