//! Rescue: runs whose worker is dead go back to the queue, or end if they have killed too often.

use std::time::Duration;

use domain::conversations::{Message, MessageStatus};
use domain::runs::{Failure, Input, Outcome, Run, Status};
use domain::{Error, Result};
use persistence::runs::AttemptEnd;

use super::cancel::{end_in, end_unheld};
use crate::App;
use crate::events::{Event, RunEnd, announce};

const LOOK: Duration = Duration::from_secs(3);
const AT_ONCE: u64 = 256;

/// At start: what this node held before is dead, and on SQLite everything is, for nobody else can have worked.
pub(super) async fn own(app: &App) -> Result<()> {
    let (mine, everything) = if app.db.shared() { (Some(app.node), false) } else { (None, true) };
    while rescue(app, mine, everything).await? > 0 {}
    Ok(())
}

/// Until the process stops: leases that ran out, and runs that waited too long.
pub(super) async fn keep(app: App) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(app.chance.jitter(LOOK)) => {}
            () = app.closing.cancelled() => return,
        }
        if app.db.shared()
            && let Err(fault) = rescue(&app, None, false).await
        {
            tracing::warn!(%fault, "dead runs could not be rescued yet");
        }
        if let Err(fault) = expire(&app).await {
            tracing::warn!(%fault, "runs that waited too long could not be ended yet");
        }
    }
}

async fn rescue(app: &App, mine: Option<domain::ids::NodeId>, everything: bool) -> Result<usize> {
    let (over, again) = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let found = persistence::runs::rescue_candidates(&*tx, mine, everything, AT_ONCE).await?;
            // Never what this very process works on: at start there is nothing yet, later a lease may be late.
            let dead: Vec<Run> = found.into_iter().filter(|run| app.bench.find(run.id).is_none()).collect();
            let now = persistence::database_now(&*tx).await?;
            // Read before it goes with the run.
            let attempts: Vec<_> = dead.iter().map(|run| (run.id, run.state.attempt)).collect();
            let said = persistence::runs::said(&*tx, &attempts).await?;
            let mut over = Vec::new();
            let mut again = 0;
            let mut dead_attempts = Vec::new();
            for run in dead {
                let died = Input::Died { attempt: run.state.attempt };
                let Ok((after, outcome)) = run.state.step(died, &app.settings.limits) else { continue };
                let record = AttemptEnd { outcome: "died", ..AttemptEnd::default() };
                persistence::runs::finish_attempt(&*tx, run.id, run.state.attempt, &record, now).await?;
                dead_attempts.push((run.id, run.state.attempt));
                match outcome {
                    Outcome::Again { after: wait } => {
                        persistence::runs::again(&*tx, &run, after, now.plus(wait)).await?;
                        again += 1;
                    }
                    // In this transaction, while the row is held: later the worker, late and not dead, might write to it.
                    Outcome::Finished | Outcome::Claimed | Outcome::StopAsked | Outcome::Unchanged => {
                        let (status, failure) = verdict(after.status);
                        let ended = end_in(app, &tx, &run, after, status, failure).await?;
                        // The row is held as it was read, so this cannot be; if it were, half of it would be written.
                        let message = ended.ok_or_else(|| Error::broken("a dead run that is held has changed"))?;
                        over.push(Over { deaths: after.deaths, run, failure, message });
                    }
                }
            }
            // Last, for the budgets that it counts on are shared.
            for (run, attempt) in dead_attempts {
                crate::llm::ledger::attempt_died(&tx, run, attempt, &said, now).await?;
            }
            failpoint::hit("run.rescue.before_commit");
            tx.commit().await?;
            failpoint::hit("run.rescue.after_commit");
            Ok((over, again))
        })
        .await?;
    let rescued = over.len() + again;
    for Over { run, deaths, failure, message } in over {
        if failure.is_some() {
            tracing::error!(run = %run.id, deaths, "quarantined: its worker died too often");
        }
        tell(app, &run, failure, message).await;
    }
    if again > 0 {
        tracing::info!(runs = again, "rescued from a dead worker");
        app.bench.wake.notify_one();
    }
    Ok(rescued)
}

/// A dead run that was ended, and what is to be told of it.
struct Over {
    run: Run,
    deaths: u32,
    failure: Option<Failure>,
    message: Message,
}

/// What the death of its worker makes of a run that does not go back to the queue.
fn verdict(after: Status) -> (MessageStatus, Option<Failure>) {
    match after {
        Status::Cancelled => (MessageStatus::Cancelled, None),
        Status::Queued | Status::Running | Status::Succeeded | Status::Failed => {
            (MessageStatus::Failed, Some(Failure::Quarantined))
        }
    }
}

async fn expire(app: &App) -> Result<()> {
    let now = persistence::database_now(app.db.read()).await?;
    let old = persistence::runs::waiting_since(app.db.read(), now.minus(app.settings.queue_age), AT_ONCE).await?;
    for run in old {
        if let Ok((after, _)) = run.state.step(Input::Expire, &app.settings.limits) {
            let failure = Some(Failure::Expired);
            if let Some(message) = end_unheld(app, &run, after, MessageStatus::Failed, failure).await? {
                tell(app, &run, failure, message).await;
            }
        }
    }
    Ok(())
}

async fn tell(app: &App, run: &Run, failure: Option<Failure>, message: Message) {
    let end = failure.map_or(RunEnd::Cancelled, RunEnd::Failed);
    let (attempt, usage) = (run.state.attempt, run.usage);
    announce(app, run.user, Event::RunEnded { run: run.id, attempt, end, message: Box::new(message), usage }).await;
}
