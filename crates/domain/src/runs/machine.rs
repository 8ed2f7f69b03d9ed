//! The state machine of a run: which change is allowed in which state. The database applies exactly these, by compare-and-set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// How often a run may be tried, and how long it may take in all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A worker that dies this many times on a run has met poison.
    pub deaths: u32,
    /// Retryable failures before the run fails for good.
    pub failures: u32,
    /// Waiting for the first retry; doubles with each.
    pub backoff: Duration,
    pub backoff_cap: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deaths: 3, failures: 4, backoff: Duration::from_millis(500), backoff_cap: Duration::from_secs(8) }
    }
}

/// What the database knows of a run, as far as the rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunState {
    pub status: Status,
    /// The fencing token: grows at every claim, never shrinks.
    pub attempt: u32,
    /// Attempts whose worker never came back.
    pub deaths: u32,
    /// Attempts that ended in a retryable error.
    pub failures: u32,
    pub cancel_requested: bool,
}

impl RunState {
    pub const NEW: Self = Self { status: Status::Queued, attempt: 0, deaths: 0, failures: 0, cancel_requested: false };
}

/// What happens to a run. `attempt` names who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A worker takes it.
    Claim,
    /// The answer is complete.
    Succeed { attempt: u32 },
    /// The answer cannot be had; `retryable` as the error's class says.
    Fail { attempt: u32, retryable: bool },
    /// A draining worker gives it back unharmed.
    Release { attempt: u32 },
    /// The worker saw the request to stop and stopped.
    Stopped { attempt: u32 },
    /// The lease ran out, or the node restarted: the worker is dead.
    Died { attempt: u32 },
    /// Somebody wants it to stop.
    Cancel,
    /// It waited longer than a run may.
    Expire,
}

/// What a change means for the answer and the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Claimed,
    Finished,
    /// Queued again, not before this much time has passed.
    Again {
        after: Duration,
    },
    /// The worker must be told to stop; it will answer with `Stopped`.
    StopAsked,
    /// Nothing to do: it was so already.
    Unchanged,
}

/// Why a change is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("another attempt holds the run")]
    Fenced,
    #[error("the run is over")]
    Over,
    #[error("the run is not waiting")]
    NotQueued,
}

impl RunState {
    /// The state after `input`, or why there is none. Total: every pair of state and input is answered.
    pub fn step(self, input: Input, limits: &Limits) -> Result<(Self, Outcome), Refused> {
        match input {
            Input::Claim => match self.status {
                Status::Queued => {
                    let attempt = self.attempt + 1;
                    Ok((Self { status: Status::Running, attempt, ..self }, Outcome::Claimed))
                }
                Status::Running => Err(Refused::NotQueued),
                Status::Succeeded | Status::Failed | Status::Cancelled => Err(Refused::Over),
            },
            Input::Succeed { attempt } => {
                self.held_by(attempt)?;
                Ok((self.ended(Status::Succeeded), Outcome::Finished))
            }
            Input::Fail { attempt, retryable } => {
                self.held_by(attempt)?;
                Ok(self.failed(retryable, limits))
            }
            Input::Release { attempt } => {
                self.held_by(attempt)?;
                if self.cancel_requested {
                    return Ok((self.ended(Status::Cancelled), Outcome::Finished));
                }
                Ok((Self { status: Status::Queued, ..self }, Outcome::Again { after: Duration::ZERO }))
            }
            Input::Stopped { attempt } => {
                self.held_by(attempt)?;
                Ok((self.ended(Status::Cancelled), Outcome::Finished))
            }
            Input::Died { attempt } => {
                self.held_by(attempt)?;
                Ok(self.died(limits))
            }
            Input::Cancel => Ok(match self.status {
                Status::Queued => (Self { cancel_requested: true, ..self.ended(Status::Cancelled) }, Outcome::Finished),
                Status::Running if self.cancel_requested => (self, Outcome::Unchanged),
                Status::Running => (Self { cancel_requested: true, ..self }, Outcome::StopAsked),
                Status::Succeeded | Status::Failed | Status::Cancelled => (self, Outcome::Unchanged),
            }),
            Input::Expire => match self.status {
                Status::Queued => Ok((self.ended(Status::Failed), Outcome::Finished)),
                Status::Running => Err(Refused::NotQueued),
                Status::Succeeded | Status::Failed | Status::Cancelled => Err(Refused::Over),
            },
        }
    }

    /// Only the attempt that holds a running run may speak for it.
    pub fn held_by(self, attempt: u32) -> Result<(), Refused> {
        match self.status {
            Status::Running if self.attempt == attempt => Ok(()),
            Status::Running | Status::Queued => Err(Refused::Fenced),
            Status::Succeeded | Status::Failed | Status::Cancelled => Err(Refused::Over),
        }
    }

    const fn ended(self, status: Status) -> Self {
        Self { status, ..self }
    }

    fn failed(self, retryable: bool, limits: &Limits) -> (Self, Outcome) {
        let failures = self.failures + 1;
        let counted = Self { failures, ..self };
        if self.cancel_requested {
            (counted.ended(Status::Cancelled), Outcome::Finished)
        } else if retryable && failures < limits.failures {
            let doubled = limits.backoff.saturating_mul(1 << self.failures.min(16));
            let after = doubled.min(limits.backoff_cap);
            (Self { status: Status::Queued, ..counted }, Outcome::Again { after })
        } else {
            (counted.ended(Status::Failed), Outcome::Finished)
        }
    }

    fn died(self, limits: &Limits) -> (Self, Outcome) {
        let deaths = self.deaths + 1;
        let counted = Self { deaths, ..self };
        if self.cancel_requested {
            (counted.ended(Status::Cancelled), Outcome::Finished)
        } else if deaths >= limits.deaths {
            // Poison: the third death quarantines the run for an operator.
            (counted.ended(Status::Failed), Outcome::Finished)
        } else {
            (Self { status: Status::Queued, ..counted }, Outcome::Again { after: Duration::ZERO })
        }
    }
}
