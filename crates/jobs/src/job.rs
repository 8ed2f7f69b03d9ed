//! A job as it is asked for, as it is handed to its worker, and as it ends.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Since when a job may be worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    #[default]
    Now,
    /// So long after now, by the database's clock.
    After(Duration),
    /// Milliseconds since 1970 UTC.
    At(i64),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub kind: String,
    pub lane: String,
    /// JSON.
    pub payload: String,
    /// While a job with this key waits or runs, another one is not written. At most 190 characters.
    pub unique_key: Option<String>,
    pub available_at: Due,
    /// Attempts in all, deaths of the worker included.
    pub max_attempts: i32,
}

impl NewJob {
    /// Due now, five attempts, not unique.
    ///
    /// # Errors
    /// When `payload` has no JSON form.
    pub fn new(kind: &str, lane: &str, payload: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self {
            kind: kind.to_owned(),
            lane: lane.to_owned(),
            payload: serde_json::to_string(payload)?,
            unique_key: None,
            available_at: Due::Now,
            max_attempts: 5,
        })
    }

    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    pub fn due(mut self, due: Due) -> Self {
        self.available_at = due;
        self
    }

    pub fn attempts(mut self, most: i32) -> Self {
        self.max_attempts = most;
        self
    }
}

/// Where a job stands, as the row says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Queued,
    Running,
    Done,
    /// Given up: for an operator to look at.
    Dead,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// A claimed job. `attempt` is the fencing token: whoever writes about the job names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: Uuid,
    pub kind: String,
    pub lane: String,
    pub payload: String,
    pub attempt: i32,
    pub max_attempts: i32,
}

/// What a kind's function is given.
#[derive(Clone, Debug)]
pub struct JobContext {
    pub job: Job,
    /// Cancelled when the lease is lost (another worker may have the job now) or draining has run out of time.
    pub cancelled: CancellationToken,
}

impl JobContext {
    /// # Errors
    /// When the payload is not what the kind expects.
    pub fn payload<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.job.payload)
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Again, after the hint or the usual backoff; the last attempt's retry is a death.
    Retry {
        after: Option<Duration>,
        why: String,
    },
    /// Never again.
    Dead {
        why: String,
    },
}

impl Outcome {
    pub fn retry(why: impl ToString) -> Self {
        Self::Retry { after: None, why: why.to_string() }
    }

    pub fn dead(why: impl ToString) -> Self {
        Self::Dead { why: why.to_string() }
    }
}
