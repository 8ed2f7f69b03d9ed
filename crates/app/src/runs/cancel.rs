//! Looking at a run, and asking it to stop.

use domain::conversations::{Message, MessageStatus};
use domain::ids::RunId;
use domain::runs::{Input, Outcome, Run, RunState};
use domain::{Ctx, Error, Result};
use persistence::messages::Ending;

use super::bench::Stop;
use super::worker::STOP;
use crate::App;
use crate::events::{Event, RunEnd, announce};

/// A run of the asking person, and how many wait before it if it waits.
pub async fn get(app: &App, ctx: &Ctx, id: RunId) -> Result<(Run, Option<u64>)> {
    let run = mine(app, ctx, id).await?;
    let place = match run.state.status {
        domain::runs::Status::Queued => Some(persistence::runs::place_in_queue(app.db.read(), &run).await?),
        _ => None,
    };
    Ok((run, place))
}

async fn mine(app: &App, ctx: &Ctx, id: RunId) -> Result<Run> {
    let found = persistence::runs::of_user(app.db.read(), ctx.principal()?.user, id).await?;
    found.ok_or_else(|| Error::not_found("run.not_found"))
}

/// Asks a run to stop. One that waits is over at once, one that runs within 100 ms on this node and a second on another;
/// one that is over stays as it is.
pub async fn cancel(app: &App, ctx: &Ctx, id: RunId) -> Result<Run> {
    // Whoever hangs up between the commit and the word to the worker still wanted it to stop.
    let (own, who) = (app.clone(), ctx.clone());
    app.to_its_end(async move { cancel_now(&own, &who, id).await }).await
}

async fn cancel_now(app: &App, ctx: &Ctx, id: RunId) -> Result<Run> {
    // The state that was read may be gone when it is written (claimed, ended): read again, a few times.
    for _ in 0..8 {
        let run = mine(app, ctx, id).await?;
        let (after, outcome) = run.state.step(Input::Cancel, &app.settings.limits).map_err(Error::broken)?;
        let done = match outcome {
            Outcome::Unchanged => {
                // Asked before, or over: whoever asked may have gone before the worker was told.
                tell_worker(app, run.id).await;
                true
            }
            Outcome::StopAsked => ask_to_stop(app, ctx, &run).await?,
            Outcome::Finished | Outcome::Claimed | Outcome::Again { .. } => end_waiting(app, &run, after).await?,
        };
        if done {
            return mine(app, ctx, id).await;
        }
    }
    Err(Error::new(domain::Kind::Unavailable, "db.unavailable").retry_after(std::time::Duration::from_secs(1)))
}

async fn ask_to_stop(app: &App, ctx: &Ctx, run: &Run) -> Result<bool> {
    let noted = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let noted = persistence::runs::ask_to_stop(&*tx, run.user, run, ctx.now()).await?;
            tx.commit().await?;
            failpoint::hit("run.cancel.after_commit");
            Ok(noted)
        })
        .await?;
    if noted {
        tell_worker(app, run.id).await;
    }
    Ok(noted)
}

/// Stops a run wherever it is worked.
pub(crate) async fn tell_worker(app: &App, run: RunId) {
    stop_local(app, run);
    stop_remote(app, run).await;
}

/// Stops a run that this process works on.
pub(crate) fn stop_local(app: &App, run: RunId) {
    if let Some(live) = app.bench.find(run) {
        live.stop(Stop::Cancel);
    }
}

/// Stops a run that another node works on.
async fn stop_remote(app: &App, run: RunId) {
    if app.coordination.shared() {
        app.coordination.bus().publish(STOP, run.to_string().into_bytes().into()).await;
    }
}

/// Ends a run that nobody works on, with the text of earlier attempts.
async fn end_waiting(app: &App, run: &Run, after: RunState) -> Result<bool> {
    let Some(message) = end_unheld(app, run, after, MessageStatus::Cancelled, None).await? else { return Ok(false) };
    let (attempt, usage) = (run.state.attempt, run.usage);
    let event = Event::RunEnded { run: run.id, attempt, end: RunEnd::Cancelled, message: Box::new(message), usage };
    announce(app, run.user, event).await;
    app.bench.wake.notify_one();
    Ok(true)
}

/// Ends a run in the state in which it was read, keeping what is stored of its answer; `None` when it is not so any more.
pub(super) async fn end_unheld(
    app: &App,
    run: &Run,
    after: RunState,
    status: MessageStatus,
    failure: Option<domain::runs::Failure>,
) -> Result<Option<Message>> {
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let message = end_in(app, &tx, run, after, status, failure).await?;
            if message.is_some() {
                tx.commit().await?;
                failpoint::hit("run.ended_unheld");
            }
            Ok(message)
        })
        .await
}

/// [`end_unheld`] in the caller's transaction, which must be dropped after `None`.
pub(super) async fn end_in(
    app: &App,
    tx: &persistence::Tx,
    run: &Run,
    after: RunState,
    status: MessageStatus,
    failure: Option<domain::runs::Failure>,
) -> Result<Option<Message>> {
    let text = persistence::runs::stored_text(&**tx, &[run.id]).await?.remove(&run.id).unwrap_or_default().text;
    let bytes = text.len();
    let ending = Ending { status, text, model: None, origin: None, usage: None, failure };
    if !persistence::runs::end(&**tx, run, after, &ending, app.clock.now()).await? {
        return Ok(None);
    }
    persistence::runs::drop_pieces(&**tx, run.id).await?;
    let message = persistence::messages::of_conversation(&**tx, run.conversation, run.answer).await?;
    tracing::info!(run = %run.id, ?status, bytes, "a run that nobody worked on ends");
    Ok(message)
}

#[cfg(test)]
#[path = "cancel_tests.rs"]
mod tests;
