//! What somebody may still use: spent and reserved together never pass a cap.

use std::ops::{Add, AddAssign};

/// Tokens and micro-USD. Never negative where somebody asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Amount {
    pub tokens: i64,
    pub micros: i64,
}

impl Amount {
    pub const fn new(tokens: i64, micros: i64) -> Self {
        Self { tokens, micros }
    }

    /// The most that one call is believed: two thousand million tokens, a million dollars. What a provider reports is not
    /// trusted so far that sums of it could overflow.
    pub const MOST: Self = Self::new(2_000_000_000, 1_000_000_000_000);

    /// The more of each.
    pub fn max(self, other: Self) -> Self {
        Self { tokens: self.tokens.max(other.tokens), micros: self.micros.max(other.micros) }
    }

    /// Between nothing (less would make room for others) and [`Self::MOST`].
    pub fn bounded(self) -> Self {
        Self { tokens: self.tokens.clamp(0, Self::MOST.tokens), micros: self.micros.clamp(0, Self::MOST.micros) }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(other.tokens), micros: self.micros.saturating_add(other.micros) }
    }
}

/// The most of each that a period may see; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cap {
    pub tokens: Option<i64>,
    pub micros: Option<i64>,
}

/// What the database keeps for one subject and one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub spent: Amount,
    pub reserved: Amount,
    pub requests: i64,
}

/// Which of the two does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    Tokens,
    Micros,
}

impl Budget {
    /// Spent and reserved.
    pub fn taken(&self) -> Amount {
        self.spent + self.reserved
    }

    /// Whether `more` fits under the cap; if not, what is too little.
    pub fn fits(&self, more: Amount, cap: &Cap) -> Result<(), Short> {
        let wanted = self.taken() + more;
        if cap.tokens.is_some_and(|most| wanted.tokens > most) {
            return Err(Short::Tokens);
        }
        if cap.micros.is_some_and(|most| wanted.micros > most) {
            return Err(Short::Micros);
        }
        Ok(())
    }

    pub fn apply(&mut self, delta: &Delta) {
        self.spent = self.spent + delta.spent;
        self.reserved = self.reserved + delta.reserved;
        self.requests = self.requests.saturating_add(delta.requests);
    }
}

/// What one step of an entry means for every budget that it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    pub spent: Amount,
    pub reserved: Amount,
    pub requests: i64,
}

impl Delta {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Delta {
    fn add_assign(&mut self, other: Self) {
        self.spent = self.spent + other.spent;
        self.reserved = self.reserved + other.reserved;
        self.requests = self.requests.saturating_add(other.requests);
    }
}
