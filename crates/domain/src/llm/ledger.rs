//! The life of one entry of the ledger: reserved, then settled or released.
//!
//! Every input may come twice, late, or from two sides at once (the worker, and whoever believes it dead). One rule decides:
//! **an account replaces an assumption, never the other way round, and never twice.** What a call really used is an account;
//! that it was never sent, or that its maker died and used all it reserved, are assumptions.

use super::budget::{Amount, Delta};
use super::price::Tokens;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Reserved,
    Settled,
    Released,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Reserved, Self::Settled, Self::Released];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Settled => "settled",
            Self::Released => "released",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It has not.
    Pending,
    Succeeded,
    Failed,
    /// Somebody did not want it any more: a stop, or a client that left.
    Cancelled,
    /// The stream ended before its end.
    Cut,
    /// Whoever made it died.
    Orphaned,
    /// It was never sent.
    Unsent,
}

impl Outcome {
    pub const ALL: [Self; 7] =
        [Self::Pending, Self::Succeeded, Self::Failed, Self::Cancelled, Self::Cut, Self::Orphaned, Self::Unsent];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Cut => "cut",
            Self::Orphaned => "orphaned",
            Self::Unsent => "unsent",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// An answer in a conversation.
    Chat,
    /// The title of a conversation.
    Title,
    /// A program's call of `/v1`.
    Api,
    Embedding,
    /// Trying a provider out.
    Probe,
    /// No call: what a process set aside for calls to come. It is seen by nobody, unless the process died for good and all of
    /// it is counted.
    Held,
}

impl CallKind {
    pub const ALL: [Self; 6] = [Self::Chat, Self::Title, Self::Api, Self::Embedding, Self::Probe, Self::Held];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Title => "title",
            Self::Api => "api",
            Self::Embedding => "embedding",
            Self::Probe => "probe",
            Self::Held => "held",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The account of a call: what it used, and what that costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub tokens: Tokens,
    pub cost_micros: i64,
    /// Counted by us, because the provider did not say.
    pub estimated: bool,
}

impl Spent {
    /// Every count as far as it is believed ([`Amount::MOST`]), and parts not greater than what they are part of.
    pub fn bounded(self) -> Self {
        let most = Amount::MOST.tokens.unsigned_abs() / 2;
        let (input, output) = (self.tokens.input.min(most), self.tokens.output.min(most));
        let cached = self.tokens.cached.min(input);
        let cache_write = self.tokens.cache_write.min(input - cached);
        let reasoning = self.tokens.reasoning.min(output);
        let tokens = Tokens { input, cached, cache_write, output, reasoning };
        Self { tokens, cost_micros: self.cost_micros.clamp(0, Amount::MOST.micros), ..self }
    }

    /// What it takes of a budget.
    pub fn amount(&self) -> Amount {
        Amount::new(self.tokens.total(), self.cost_micros)
    }
}

/// What the rules need to know of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub state: State,
    pub outcome: Outcome,
    pub reserved: Amount,
    /// Zero until settled.
    pub spent: Amount,
}

/// What happens to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The call ended, and this is what it used.
    Settle { spent: Amount, outcome: Outcome },
    /// The call was never sent.
    Release,
    /// Its maker is dead, and nobody knows what it used: what it had reserved, or what is known to have come of it where that is
    /// more.
    Orphan { heard: Amount },
}

impl Entry {
    /// A fresh reservation, and what it means for the budgets.
    pub fn reserve(amount: Amount) -> (Self, Delta) {
        let reserved = amount.bounded();
        let entry = Self { state: State::Reserved, outcome: Outcome::Pending, reserved, spent: Amount::default() };
        (entry, Delta { spent: Amount::default(), reserved, requests: 1 })
    }

    /// A call that was made without a reservation, written down after the fact.
    pub fn record(spent: Amount, outcome: Outcome) -> (Self, Delta) {
        let spent = spent.bounded();
        let entry = Self { state: State::Settled, outcome, reserved: Amount::default(), spent };
        (entry, Delta { spent, reserved: Amount::default(), requests: 1 })
    }

    /// The entry after `input` and what that means for the budgets; `None` when it changes nothing.
    pub fn step(self, input: Input) -> Option<(Self, Delta)> {
        match (self.state, input) {
            (_, Input::Settle { spent, outcome }) if self.is_assumed() => {
                let spent = spent.bounded();
                Some(self.to(Self { state: State::Settled, outcome, spent, ..self }))
            }
            (State::Reserved, Input::Release) => {
                Some(self.to(Self { state: State::Released, outcome: Outcome::Unsent, ..self }))
            }
            (State::Reserved, Input::Orphan { heard }) => {
                let spent = self.reserved.max(heard.bounded());
                Some(self.to(Self { state: State::Settled, outcome: Outcome::Orphaned, spent, ..self }))
            }
            (State::Reserved | State::Settled | State::Released, Input::Settle { .. })
            | (State::Settled | State::Released, Input::Release | Input::Orphan { .. }) => None,
        }
    }

    /// Nobody has given an account of it yet.
    pub fn is_assumed(&self) -> bool {
        match self.state {
            State::Reserved | State::Released => true,
            State::Settled => self.outcome == Outcome::Orphaned,
        }
    }

    /// What the entry holds of its budgets: every delta is the difference of two of these.
    pub fn weight(&self) -> Delta {
        let nothing = Amount::default();
        match self.state {
            State::Reserved => Delta { spent: nothing, reserved: self.reserved, requests: 1 },
            State::Settled => Delta { spent: self.spent, reserved: nothing, requests: 1 },
            State::Released => Delta { spent: nothing, reserved: nothing, requests: 0 },
        }
    }

    fn to(self, after: Self) -> (Self, Delta) {
        let (old, new) = (self.weight(), after.weight());
        let less = |amount: Amount| Amount::new(-amount.tokens, -amount.micros);
        let delta = Delta {
            spent: new.spent + less(old.spent),
            reserved: new.reserved + less(old.reserved),
            requests: new.requests - old.requests,
        };
        (after, delta)
    }
}
