//! A circuit breaker, pure: time and chance are arguments. Closed → open when too large a share of the last calls failed →
//! half-open after a while, for a few probes → closed again, or open for twice as long.

use std::collections::VecDeque;
use std::time::Duration;

use llm_client::{ErrorClass, ProviderError};
use tokio::time::Instant;

#[cfg(test)]
mod tests;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerSettings {
    /// Calls that ended longer ago do not count.
    pub window: Duration,
    /// So many of the last calls count at most.
    pub most_calls: usize,
    /// Fewer calls prove nothing.
    pub least_calls: usize,
    /// From this share of failures on it opens.
    pub share: f64,
    /// How long it stays open for the first time; each failed probe doubles it.
    pub open: Duration,
    pub open_cap: Duration,
    /// Probes at one time while it is half-open.
    pub probes: u32,
    /// Probes that must succeed before it closes.
    pub successes: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(120),
            most_calls: 50,
            least_calls: 20,
            share: 0.5,
            open: Duration::from_secs(5),
            open_cap: Duration::from_secs(60),
            probes: 2,
            successes: 2,
        }
    }
}

/// What a call says about the model's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Good,
    Bad,
    /// Nothing: the asker left, the key was to blame, or the request was.
    Neutral,
}

/// The taxonomy's column "breaker counts". `longest_hint`: a limit whose end is known and near is no illness.
pub fn outcome(error: &ProviderError, longest_hint: Duration) -> Outcome {
    match error.class {
        ErrorClass::Timeout | ErrorClass::Unavailable | ErrorClass::Unknown => Outcome::Bad,
        ErrorClass::RateLimited if error.retry_after.is_none_or(|hint| hint > longest_hint) => Outcome::Bad,
        ErrorClass::RateLimited
        | ErrorClass::Auth
        | ErrorClass::Payment
        | ErrorClass::Moderation
        | ErrorClass::ContextLength
        | ErrorClass::InvalidRequest => Outcome::Neutral,
    }
}

/// Leave for one call; its outcome is reported with it. One from before the last change of state counts for nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Pass {
    epoch: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    Closed,
    Open,
    HalfOpen,
}

/// A change of state, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Opened { pause: Duration },
    HalfOpen,
    Closed,
}

#[derive(Debug)]
enum State {
    Closed,
    Open { until: Instant },
    HalfOpen { running: u32, good: u32 },
}

#[derive(Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    state: State,
    /// Ended calls, oldest first; `true` is a failure.
    calls: VecDeque<(Instant, bool)>,
    failed: usize,
    epoch: u64,
    /// Openings since it was last closed.
    openings: u32,
}

impl Breaker {
    pub fn new(settings: BreakerSettings) -> Self {
        Self { settings, state: State::Closed, calls: VecDeque::new(), failed: 0, epoch: 0, openings: 0 }
    }

    pub fn set(&mut self, settings: BreakerSettings) {
        self.settings = settings;
    }

    /// For how long no call would be let through; `None`: one would be.
    pub fn refuses(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Closed => None,
            State::Open { until } => until.checked_duration_since(now).filter(|left| !left.is_zero()),
            // When a probe ends is not known: soon.
            State::HalfOpen { running, .. } => (running >= self.settings.probes).then_some(Duration::from_millis(500)),
        }
    }

    /// Leave for a call, or how long to stay away.
    pub fn admit(&mut self, now: Instant) -> (Result<Pass, Duration>, Option<Change>) {
        if let Some(left) = self.refuses(now) {
            return (Err(left), None);
        }
        let change = matches!(self.state, State::Open { .. }).then(|| {
            self.enter(State::HalfOpen { running: 0, good: 0 });
            Change::HalfOpen
        });
        if let State::HalfOpen { running, .. } = &mut self.state {
            *running += 1;
        }
        (Ok(Pass { epoch: self.epoch }), change)
    }

    /// How a call ended, or that it will not be made. `chance` is in 0..1.
    #[expect(clippy::needless_pass_by_value, reason = "a pass is good for one report")]
    pub fn report(&mut self, pass: Pass, outcome: Outcome, now: Instant, chance: f64) -> Option<Change> {
        if pass.epoch != self.epoch {
            return None;
        }
        match &mut self.state {
            State::Closed => self.count(outcome, now, chance),
            State::Open { .. } => None,
            State::HalfOpen { running, good } => {
                *running = running.saturating_sub(1);
                match outcome {
                    Outcome::Neutral => None,
                    Outcome::Bad => Some(self.open(now, chance)),
                    Outcome::Good => {
                        *good += 1;
                        let enough = *good >= self.settings.successes;
                        enough.then(|| {
                            self.openings = 0;
                            self.enter(State::Closed);
                            Change::Closed
                        })
                    }
                }
            }
        }
    }

    /// Something learnt without a pass: an answer that was cut after it had begun well.
    pub fn note(&mut self, outcome: Outcome, now: Instant, chance: f64) -> Option<Change> {
        match self.state {
            State::Closed => self.count(outcome, now, chance),
            State::Open { .. } | State::HalfOpen { .. } => None,
        }
    }

    fn count(&mut self, outcome: Outcome, now: Instant, chance: f64) -> Option<Change> {
        if outcome == Outcome::Neutral {
            return None;
        }
        let bad = outcome == Outcome::Bad;
        self.calls.push_back((now, bad));
        self.failed += usize::from(bad);
        self.forget(now);
        let enough = self.calls.len() >= self.settings.least_calls.max(1);
        (bad && enough && self.share() >= self.settings.share).then(|| self.open(now, chance))
    }

    fn forget(&mut self, now: Instant) {
        while let Some(&(at, bad)) = self.calls.front() {
            let fits = self.calls.len() <= self.settings.most_calls.max(1);
            if fits && now.saturating_duration_since(at) < self.settings.window {
                break;
            }
            self.failed -= usize::from(bad);
            self.calls.pop_front();
        }
    }

    fn open(&mut self, now: Instant, chance: f64) -> Change {
        let doubled = self.settings.open.saturating_mul(1 << self.openings.min(16)).min(self.settings.open_cap);
        let pause = doubled.mul_f64(1.0 - 0.25 * chance.clamp(0.0, 1.0));
        self.openings = self.openings.saturating_add(1);
        self.enter(State::Open { until: now + pause });
        Change::Opened { pause }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.epoch += 1;
        self.calls.clear();
        self.failed = 0;
    }

    fn share(&self) -> f64 {
        if self.calls.is_empty() { 0.0 } else { self.failed as f64 / self.calls.len() as f64 }
    }

    /// An open one whose time is over is half-open for those who look, though no probe was made yet.
    pub fn state(&self, now: Instant) -> BreakerState {
        match self.state {
            State::Closed => BreakerState::Closed,
            State::Open { until } if now < until => BreakerState::Open,
            State::Open { .. } | State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Calls in the window and how many of them failed.
    pub fn counts(&mut self, now: Instant) -> (usize, usize) {
        self.forget(now);
        (self.calls.len(), self.failed)
    }
}
