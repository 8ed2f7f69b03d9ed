//! Settling: the end of an attempt becomes durable, then known. The database being away delays it and loses nothing.

use std::time::Duration;

use domain::conversations::{Conversation, Message, MessageStatus, title_from};
use domain::runs::{Failure, Input, Outcome, Run, RunState};
use domain::{Kind, Result};
use persistence::Batch;
use persistence::messages::Ending;
use persistence::runs::AttemptEnd;

use super::bench::{Live, Stop};
use super::runner::{Done, Record};
use crate::App;
use crate::events::{Event, RunEnd, announce};

/// The longest pause between two tries to write an end down.
const PAUSE: Duration = Duration::from_secs(2);

/// How often an end that cannot be written as it is is tried before it is written as a bare failure.
const FAULTS: u32 = 5;

/// Writes the end of an attempt, however long the database is away, unless another attempt takes over.
pub(super) async fn settle(app: &App, run: &Run, live: &Live, done: Done, record: Record) {
    let (mut done, mut record, mut faults) = (done, record, 0);
    let mut pause = Duration::from_millis(50);
    loop {
        let written = match &done {
            Done::Fenced => {
                tracing::warn!(run = %run.id, attempt = run.state.attempt, "fenced: another attempt holds the run");
                return;
            }
            Done::NotTheSame => forget(app, run).await.map(|()| None),
            Done::Complete | Done::Failed(_) | Done::Stopped | Done::Released => {
                write(app, run, live, &done, &record).await
            }
        };
        match written {
            Ok(None) if matches!(done, Done::NotTheSame) => done = Done::Released,
            Ok(None) => return,
            Ok(Some(settled)) => {
                failpoint::hit("run.settle.after_commit");
                crate::jobs::wake(app);
                tell(app, run, settled).await;
                failpoint::hit("run.settled");
                return;
            }
            Err(fault) => {
                tracing::warn!(run = %run.id, %fault, "the end of a run could not be written yet");
                let mut stopped = live.stopped();
                let fenced = stopped.wait_for(|stop| *stop == Stop::Fenced);
                if tokio::time::timeout(pause, fenced).await.is_ok() {
                    done = Done::Fenced;
                }
                pause = (pause * 2).min(PAUSE);
                // The database is there and refuses: waiting does not help, and every run must end.
                faults += u32::from(fault.kind() == Kind::Broken);
                if faults == FAULTS && !matches!(done, Done::Fenced) {
                    (done, record) = (Done::Failed(Failure::Unknown), Record::default());
                }
            }
        }
    }
}

struct Settled {
    end: RunEnd,
    message: Message,
    conversation: Option<Conversation>,
}

/// What an attempt has made.
#[derive(Clone, Copy)]
struct Made<'a> {
    live: &'a Live,
    done: &'a Done,
    record: &'a Record,
}

/// One transaction: run, answer, attempt, title. `None` when the run goes back to the queue or is not ours.
async fn write(app: &App, run: &Run, live: &Live, done: &Done, record: &Record) -> Result<Option<Settled>> {
    let attempt = run.state.attempt;
    let input = match done {
        Done::Complete => Input::Succeed { attempt },
        Done::Failed(failure) => {
            // A hint that is longer than anybody waits is an answer for now.
            let patient = record.retry_after.is_none_or(|hint| hint <= app.settings.limits.backoff_cap * 4);
            // What the gateway gave up after all its tries is asked for once more, not as often as a stream that was cut:
            // tries times attempts would be a storm on a provider that is down.
            let worth_it = !record.exhausted || run.state.failures == 0;
            // Past its time every further attempt would end at once, and cost the text that there is.
            let in_time = run.started_at.is_none_or(|since| app.clock.now().since(since) < app.settings.whole_run);
            Input::Fail { attempt, retryable: failure.retryable() && patient && worth_it && in_time }
        }
        Done::Stopped => Input::Stopped { attempt },
        Done::Released | Done::NotTheSame | Done::Fenced => Input::Release { attempt },
    };
    let made = Made { live, done, record };
    app.db
        .retrying(async || {
            // Nearly every run ends in the state in which it was claimed; the compare of the update says whether it did.
            let tx = app.db.begin().await?;
            if let Some(settled) = step(app, tx, run, &made, input).await? {
                return Ok(settled);
            }
            // A wish to stop has come since, and the machine must know of it; or the run is not ours any more.
            let tx = app.db.begin().await?;
            let Some(held) = persistence::runs::held_now(&*tx, run.id, attempt).await? else { return Ok(None) };
            let state = RunState { cancel_requested: held.stop_asked, ..run.state };
            Ok(step(app, tx, &Run { state, ..run.clone() }, &made, input).await?.flatten())
        })
        .await
}

/// One transition of the machine, applied to the run as it is given. `None`: the run is not in that state, and nothing was
/// written; `Some(None)`: it went back to the queue.
async fn step(
    app: &App,
    tx: persistence::Tx,
    run: &Run,
    made: &Made<'_>,
    input: Input,
) -> Result<Option<Option<Settled>>> {
    let Made { live, done, record } = *made;
    let Ok((after, outcome)) = run.state.step(input, &app.settings.limits) else { return Ok(None) };
    let mut batch = Batch::on(&*tx);
    let attempt = run.state.attempt;
    persistence::runs::finished_attempt(&mut batch, run.id, attempt, &attempt_end(done, record), app.clock.now());
    let settled = match outcome {
        Outcome::Again { after: wait } => {
            let held = persistence::runs::held_now(&*tx, run.id, attempt).await?;
            if held.is_none_or(|held| held.stop_asked != run.state.cancel_requested) || !batch.run(&*tx).await? {
                return Ok(None);
            }
            again(app, &tx, run, live, after, record.retry_after.unwrap_or(Duration::ZERO).max(wait)).await?;
            None
        }
        Outcome::Finished | Outcome::Claimed | Outcome::StopAsked | Outcome::Unchanged => {
            let Some(settled) = end(app, &tx, batch, run, made, after).await? else { return Ok(None) };
            Some(settled)
        }
    };
    failpoint::hit("run.settle.before_commit");
    tx.commit().await?;
    Ok(Some(settled))
}

/// Back to the queue; text that was sent but not stored yet goes along, so that no reader is ahead of the database.
async fn again(app: &App, tx: &persistence::Tx, run: &Run, live: &Live, after: RunState, wait: Duration) -> Result<()> {
    if let Some(rest) = live.unstored() {
        persistence::runs::append(&**tx, vec![rest]).await?;
    }
    let clock = persistence::database_now(&**tx).await?;
    let available_at = if wait.is_zero() { domain::Timestamp(0) } else { clock.plus(app.chance.jitter(wait)) };
    persistence::runs::again(&**tx, run, after, available_at).await?;
    tracing::info!(run = %run.id, attempt = run.state.attempt, wait_ms = wait.as_millis(), "back to the queue");
    Ok(())
}

async fn end(
    app: &App,
    tx: &persistence::Tx,
    mut batch: Batch,
    run: &Run,
    made: &Made<'_>,
    after: RunState,
) -> Result<Option<Settled>> {
    let Made { live, done, record } = *made;
    let (status, failure, end) = match after.status {
        domain::runs::Status::Succeeded => (MessageStatus::Complete, None, RunEnd::Succeeded),
        domain::runs::Status::Cancelled => (MessageStatus::Cancelled, None, RunEnd::Cancelled),
        domain::runs::Status::Failed | domain::runs::Status::Queued | domain::runs::Status::Running => {
            let failure = if let Done::Failed(failure) = done { *failure } else { Failure::Unknown };
            (MessageStatus::Failed, Some(failure), RunEnd::Failed(failure))
        }
    };
    let model = match (&record.provider, &record.model) {
        (Some(provider), Some(model)) => Some(format!("{provider}/{}", model.to_lowercase())),
        _ => None,
    };
    let ending =
        Ending { status, text: live.text().1, model, origin: record.origin.clone(), usage: record.usage, failure };
    persistence::runs::ending(&mut batch, run, after, &ending, app.clock.now())?;
    if !batch.run(&**tx).await? {
        return Ok(None);
    }
    if live.has_pieces() {
        persistence::runs::drop_pieces(&**tx, run.id).await?;
    }
    let (question, answer) = match &record.said {
        Some(said) => (said.first_question.clone(), ending.of(said.answer.clone())),
        // It ended before the context was read.
        None => {
            let found = persistence::messages::of_conversation(&**tx, run.conversation, run.answer).await?;
            (None, found.ok_or_else(|| domain::Error::broken("a run without its answer"))?)
        }
    };
    let named = question.filter(|_| after.status == domain::runs::Status::Succeeded);
    let conversation = if let Some(question) = named { title(app, tx, run, &question).await? } else { None };
    metrics::counter!("obrol_runs_ended_total", "status" => after.status.as_str()).increment(1);
    if let Some(usage) = record.usage {
        metrics::counter!("obrol_tokens_total", "direction" => "in").increment(usage.input_tokens);
        metrics::counter!("obrol_tokens_total", "direction" => "out").increment(usage.output_tokens);
    }
    Ok(Some(Settled { end, message: answer, conversation }))
}

/// After its first answer a conversation gets a title from its first question.
async fn title(app: &App, tx: &persistence::Tx, run: &Run, question: &str) -> Result<Option<Conversation>> {
    if app.settings.title_model.is_some() {
        crate::jobs::title::enqueue(tx, run).await?;
        return Ok(None);
    }
    let Some(title) = title_from(question) else { return Ok(None) };
    if !persistence::conversations::give_title(&**tx, run.conversation, &title).await? {
        return Ok(None);
    }
    Ok(persistence::conversations::of_user(&**tx, run.user, run.conversation).await?)
}

async fn tell(app: &App, run: &Run, settled: Settled) {
    let Settled { end, message, conversation } = settled;
    let usage = message.usage;
    let ended = Event::RunEnded { run: run.id, attempt: run.state.attempt, end, message: Box::new(message), usage };
    announce(app, run.user, ended).await;
    if let Some(conversation) = conversation {
        announce(app, run.user, Event::ConversationUpdated { conversation: Box::new(conversation) }).await;
    }
}

/// Drops what is stored, so that the next attempt starts anew.
async fn forget(app: &App, run: &Run) -> Result<()> {
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            persistence::runs::forget_text(&*tx, run.id, run.state.attempt).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}

fn attempt_end(done: &Done, record: &Record) -> AttemptEnd {
    AttemptEnd {
        provider: record.provider.clone(),
        model: record.model.clone(),
        credential: record.credential.clone(),
        first_token_at: record.first_token_at,
        outcome: match done {
            Done::Complete => "succeeded",
            Done::Failed(_) => "failed",
            Done::Stopped => "cancelled",
            Done::Released | Done::NotTheSame => "released",
            Done::Fenced => "fenced",
        },
        usage: record.usage,
        error_class: record.error_class.map(str::to_owned),
        error_text: told(record),
    }
}

/// What went wrong in an attempt, also in one that succeeded in the end.
fn told(record: &Record) -> Option<String> {
    match (&record.error_text, &record.tries) {
        (Some(text), Some(tries)) => Some(format!("{text} [{tries}]")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}
