//! Runs: accepted with their question, worked by whoever is free, watched by anybody who may.

mod bench;
mod cancel;
mod content;
mod context;
mod enqueue;
mod flush;
mod headroom;
mod heartbeat;
mod rescue;
mod runner;
mod settle;
mod speaking;
mod trail;
mod worker;

pub(crate) use bench::Bench;
pub use cancel::{cancel, get};
pub(crate) use cancel::{stop_local, tell_worker};
pub(crate) use enqueue::{Enqueued, NewRun, enqueue};
pub use worker::Worker;

use std::time::Duration;

use domain::Timestamp;
use persistence::runs::Counts;

use crate::App;

/// How much work there is, for metrics and for the operator.
#[derive(Clone, Debug, Default)]
pub struct Load {
    pub queued: u64,
    pub running: u64,
    /// How long the oldest waiting run has waited.
    pub oldest: Option<Duration>,
    /// Answers that this process works on.
    pub here: usize,
    /// Client streams that are open on this process.
    pub listeners: usize,
}

pub async fn load(app: &App) -> domain::Result<Load> {
    let Counts { queued, running, oldest_queued_at } = persistence::runs::counts(app.db.read()).await?;
    let now: Timestamp = app.clock.now();
    let oldest = oldest_queued_at.map(|since| now.since(since));
    Ok(Load { queued, running, oldest, here: app.bench.count(), listeners: app.feeds.listeners() })
}
