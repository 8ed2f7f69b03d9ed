//! Progressive delay after failed attempts: grows with every failure, never becomes a lock-out.

use std::time::Duration;

use crate::Timestamp;

/// How one kind of key (an account, a source address) is slowed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Failures that cost nothing: people mistype.
    pub free: u32,
    /// The delay after the next one; doubles with each further failure.
    pub first: Duration,
    /// The longest delay, short enough that the owner of an account under attack gets their turn.
    pub most: Duration,
    /// Quiet time after which everything is forgiven.
    pub forget: Duration,
}

/// What is remembered of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    pub count: u32,
    pub last: Timestamp,
    pub blocked_until: Timestamp,
}

impl Throttle {
    /// For an account: at most one guess a minute in the long run.
    pub const ACCOUNT: Self = Self::of(5, 60);
    /// For an address, which many people may share.
    pub const SOURCE: Self = Self::of(20, 300);

    const fn of(free: u32, most_seconds: u64) -> Self {
        Self {
            free,
            first: Duration::from_secs(1),
            most: Duration::from_secs(most_seconds),
            forget: Duration::from_secs(3600),
        }
    }

    /// The wait that `failures` in a row earn.
    pub fn delay(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free + 1) {
            None => Duration::ZERO,
            Some(doublings) => self.first.saturating_mul(2_u32.saturating_pow(doublings.min(31))).min(self.most),
        }
    }

    /// The counts at which the delay grows, with the delays, up to the longest one.
    pub fn steps(&self) -> Vec<(u32, Duration)> {
        // Thirty-two doublings are more than the longest delay of any rule has room for.
        let counts = (1..=32).map(|step| self.free.saturating_add(step));
        let mut steps: Vec<(u32, Duration)> = Vec::new();
        for (count, delay) in counts.map(|count| (count, self.delay(count))) {
            if steps.last().is_none_or(|(_, known)| *known < delay) {
                steps.push((count, delay));
            }
        }
        steps
    }

    /// The state after one more failure.
    pub fn after_failure(&self, before: Option<Failures>, now: Timestamp) -> Failures {
        let count =
            before.filter(|known| now.since(known.last) < self.forget).map_or(0, |known| known.count).saturating_add(1);
        Failures { count, last: now, blocked_until: now.plus(self.delay(count)) }
    }

    /// How long the key still has to wait; `None` when it may try.
    pub fn wait(known: Option<Failures>, now: Timestamp) -> Option<Duration> {
        known.map(|known| known.blocked_until.since(now)).filter(|wait| !wait.is_zero())
    }
}
