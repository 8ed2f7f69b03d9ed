//! The ledger: what every call reserved and used, and the budgets that all of it adds up to.
//!
//! Always in the caller's transaction, and last in it: the rows of shared budgets are held until the commit. Locks are taken
//! in one order (entries by call, then budgets by subject and period), so that two of these never wait for each other.

pub mod budgets;
mod read;
mod reserve;
mod rows;
mod settle;
mod wallets;

pub use read::{Filter, Line, Order, lines};
pub use reserve::{Verdict, reserve_many};
pub use settle::{Dead, Orphans, Settled, Unheard, dead, record_many, release_many, settle_many};
pub use wallets::{Shrink, shrink_many};

use domain::Timestamp;
use domain::ids::{CallId, EntryId, NodeId, RunId};
use domain::llm::{Amount, Asker, CallKind, Outcome, Spent};

/// Rows a statement: every database takes this many parameters.
const AT_ONCE: usize = 500;

/// Who calls whom, why, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub id: EntryId,
    /// Named by the caller, unique for ever: whatever is said of it twice counts once.
    pub call: CallId,
    pub at: Timestamp,
    pub kind: CallKind,
    /// The run and its attempt, of an answer in a conversation.
    pub run: Option<(RunId, u32)>,
    pub asker: Asker,
    /// Who is asked: every try at somebody else is a call of its own.
    pub provider: String,
    pub model: String,
    pub request_id: String,
    pub node: NodeId,
}

/// The most that a call is going to use. What it really uses should not be more: then no cap is ever passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost_micros: i64,
}

impl Estimate {
    pub fn amount(&self) -> Amount {
        let tokens = i64::try_from(self.input_tokens.saturating_add(self.output_tokens)).unwrap_or(i64::MAX);
        Amount::new(tokens, self.cost_micros).bounded()
    }
}

/// The account of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The label of a credential, never the secret.
    pub credential: Option<String>,
    pub spent: Spent,
    pub outcome: Outcome,
    pub error_class: Option<String>,
    pub ended_at: Timestamp,
}
