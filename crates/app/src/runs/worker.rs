//! The worker: takes waiting runs while there are places, wakes on a bell, and drains when the process stops.

use std::time::Duration;

use coordination::Heard;
use domain::Result;
use domain::ids::RunId;
use domain::runs::follow::can_go_on;
use domain::runs::turns::Turns;
use persistence::runs::Claimed;
use tokio::task::JoinSet;

use super::bench::Stop;
use super::{flush, heartbeat, rescue, runner, stop_local};
use crate::App;

/// Topic: a run may be waiting.
pub(super) const WAKE: &str = "runs.wake";
/// Topic: the run with this id is to stop.
pub(super) const STOP: &str = "runs.stop";

/// The safety net under the bells: how often a worker looks unasked.
const SLOW_LOOK: Duration = Duration::from_secs(2);

/// Works this process's share of the runs.
pub struct Worker {
    app: App,
    tasks: JoinSet<()>,
}

impl Worker {
    /// Rescues what this node held before it restarted, then starts working. `database_url` is for the heartbeat, which
    /// has a thread and a connection of its own.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn start(app: &App, heartbeat: Option<persistence::DbSettings>) -> Result<Self> {
        rescue::own(app).await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(flush::keep(app.clone()));
        tasks.spawn(claim_for_ever(app.clone()));
        tasks.spawn(rescue::keep(app.clone()));
        tasks.spawn(hear_stops(app.clone()));
        tasks.spawn(heartbeat::look_for_stops(app.clone()));
        if let Some(settings) = heartbeat.filter(|_| app.db.shared()) {
            heartbeat::start(app, settings);
        }
        Ok(Self { app: app.clone(), tasks })
    }

    /// Takes nothing new, gives running answers `grace` to end, hands the rest back to the queue.
    pub async fn drain(mut self, grace: Duration) {
        self.app.bench.close();
        if tokio::time::timeout(grace, self.empty()).await.is_err() {
            let rest = self.app.bench.all();
            tracing::info!(runs = rest.len(), "the time to finish is over, the rest goes back to the queue");
            for live in rest {
                live.stop(Stop::Drain);
            }
            let _ = tokio::time::timeout(Duration::from_secs(5), self.empty()).await;
        }
        self.tasks.shutdown().await;
        if self.app.coordination.shared() {
            // What went back to the queue, and what waited for this node, is for the others to take now.
            self.app.coordination.bus().publish(WAKE, bytes::Bytes::new()).await;
        }
    }

    /// Returns when every place is given back: one is held from before a run is claimed until its end is written.
    async fn empty(&self) {
        while !self.app.bench.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn claim_for_ever(app: App) {
    let mut turns = Turns::default();
    let mut bus = app.coordination.bus().subscribe(WAKE);
    loop {
        if app.closing.is_cancelled() {
            return;
        }
        match claim(&app, &mut turns).await {
            // There may be more: look again at once, as long as there is room.
            Ok(taken) if taken > 0 => continue,
            Ok(_) => {}
            Err(fault) if raced(&fault) => {
                tokio::time::sleep(app.chance.jitter(Duration::from_millis(20))).await;
                continue;
            }
            Err(fault) => tracing::warn!(%fault, "waiting runs could not be claimed"),
        }
        tokio::select! {
            () = app.bench.wake.notified() => {}
            _ = bus.next() => {}
            () = tokio::time::sleep(app.chance.jitter(SLOW_LOOK)) => {}
            () = app.closing.cancelled() => return,
        }
    }
}

/// Another node took a run of the same conversation first; the index refused ours.
fn raced(fault: &domain::Error) -> bool {
    let cause = fault.cause().and_then(|cause| cause.downcast_ref::<persistence::Error>());
    cause.is_some_and(persistence::Error::is_unique_violation)
}

async fn claim(app: &App, turns: &mut Turns) -> Result<usize> {
    const AT_ONCE: usize = 32;
    // A look without a write first: an idle server writes nothing.
    if app.bench.free() == 0 || persistence::runs::counts(app.db.read()).await?.queued == 0 {
        return Ok(0);
    }
    let mut places = Vec::new();
    while places.len() < AT_ONCE {
        let Some(place) = app.bench.place() else { break };
        places.push(place);
    }
    if places.is_empty() {
        return Ok(0);
    }
    let tx = app.db.begin().await?;
    let goes_on =
        |model: &str, text: &str| app.gateway.repeats(model) || (can_go_on(text) && app.gateway.may_go_on(model));
    let (node, lease) = (app.node, app.settings.lease);
    let claimed = persistence::runs::claim(&*tx, node, lease, places.len(), turns, goes_on).await?;
    failpoint::hit("run.claim.before_commit");
    tx.commit().await?;
    failpoint::hit("run.claim.after_commit");
    let taken = claimed.len();
    for (claimed, place) in claimed.into_iter().zip(places) {
        let Claimed { run, keep } = claimed;
        tracing::debug!(run = %run.id, attempt = run.state.attempt, kept = keep.len(), "claimed");
        runner::start(app, Claimed { run, keep }, place);
    }
    Ok(taken)
}

async fn hear_stops(app: App) {
    let mut bus = app.coordination.bus().subscribe(STOP);
    loop {
        tokio::select! {
            heard = bus.next() => match heard {
                Heard::Message(id) => {
                    if let Some(run) = std::str::from_utf8(&id).ok().and_then(|id| id.parse::<RunId>().ok()) {
                        stop_local(&app, run);
                    }
                }
                Heard::Missed => heartbeat::look_once(&app).await,
            },
            () = app.closing.cancelled() => return,
        }
    }
}
