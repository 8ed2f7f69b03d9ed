//! Closing gaps: the truth about a run is read from whoever works it here, or from the database.

use std::sync::Arc;

use domain::Result;
use domain::conversations::{Message, MessageStatus};
use domain::ids::{MessageId, RunId};
use domain::runs::follow::{skip, take};
use domain::runs::{Failure, Position, Run};

use super::feed::{Feed, View, snapshot};
use super::{Event, RunEnd};
use crate::App;

/// Takes an event into a feed; a gap is closed in the background.
pub(super) fn deliver(app: &App, feed: &Arc<Feed>, event: Event) {
    deliver_from(app, feed, event, true);
}

pub(super) fn deliver_from(app: &App, feed: &Arc<Feed>, event: Event, local: bool) {
    let run = event.run();
    let gap = feed.change(|state| state.take_in(event, local));
    if let (true, Some(run)) = (gap, run) {
        heal_soon(app, feed, run);
    }
}

/// Heals in the background, once at a time for each run.
pub(super) fn heal_soon(app: &App, feed: &Arc<Feed>, run: RunId) {
    if !begin(feed, run) {
        return;
    }
    let (app, feed) = (app.clone(), feed.clone());
    let task = heal_begun(app.clone(), feed, run);
    app.spawn(task);
}

/// Heals now; returns when the feed has a view of the run or knows that it is over.
pub(super) async fn heal(app: &App, feed: &Arc<Feed>, run: RunId) -> Result<()> {
    let truth = read(app, feed, run).await?;
    feed.change(|state| apply(state, run, truth));
    Ok(())
}

fn begin(feed: &Feed, run: RunId) -> bool {
    let mut state = feed.state();
    match state.healing.get_mut(&run) {
        Some(again) => {
            *again = true;
            false
        }
        None => {
            state.healing.insert(run, false);
            true
        }
    }
}

async fn heal_begun(app: App, feed: Arc<Feed>, run: RunId) {
    loop {
        let healed = heal(&app, &feed, run).await;
        let mut state = feed.state();
        match (healed, state.healing.get_mut(&run)) {
            (Ok(()), Some(again)) if *again => *again = false,
            (Ok(()), _) => {
                state.healing.remove(&run);
                return;
            }
            (Err(fault), _) => {
                // The database is away: the tail asks again when it is back.
                tracing::warn!(%run, %fault, "a gap could not be closed yet");
                state.healing.remove(&run);
                return;
            }
        }
    }
}

/// What is true of a run at this moment.
enum Truth {
    Gone,
    Over { attempt: u32, end: RunEnd, message: Box<Message>, run: Box<Run> },
    Going { view: View, keeps: Vec<u32> },
}

async fn read(app: &App, feed: &Feed, id: RunId) -> Result<Truth> {
    let known = feed.state().views.get(&id).map_or(0, |view| view.position.attempt);
    // Who works it here has the newest text; asked first, for the database may be a quarter of a second behind.
    if let Some(live) = app.bench.find(id) {
        let (position, text) = live.text();
        let keeps = persistence::runs::keeps_since(app.db.read(), id, known).await?;
        let view = View { conversation: live.conversation, message: live.answer, position, text, local: true };
        return Ok(Truth::Going { view, keeps });
    }
    let Some(run) = persistence::runs::by_id(app.db.read(), id).await?.filter(|run| run.user == feed.user) else {
        return Ok(Truth::Gone);
    };
    if run.state.status.is_terminal() {
        let found = persistence::messages::of_conversation(app.db.read(), run.conversation, run.answer).await?;
        return Ok(found.map_or(Truth::Gone, |message| over(run, message)));
    }
    let mut stored = persistence::runs::stored_text(app.db.read(), &[id]).await?;
    let stored = stored.remove(&id).unwrap_or_default();
    let keeps = persistence::runs::keeps_since(app.db.read(), id, known).await?;
    let attempt = run.state.attempt.max(stored.attempt);
    // Between two attempts the pieces are the old one's; a newer one has dropped or taken them over.
    let text = if stored.attempt == attempt { stored.text } else { String::new() };
    let position = Position { attempt, at: 0 }.advanced(&text);
    let view = View { conversation: run.conversation, message: run.answer, position, text, local: false };
    Ok(Truth::Going { view, keeps })
}

fn over(run: Run, message: Message) -> Truth {
    Truth::Over { attempt: run.state.attempt, end: end_of(&message), message: Box::new(message), run: Box::new(run) }
}

/// How an answer that is stored ended.
pub(super) fn end_of(message: &Message) -> RunEnd {
    match message.status {
        MessageStatus::Complete | MessageStatus::Streaming => RunEnd::Succeeded,
        MessageStatus::Failed => RunEnd::Failed(message.failure.unwrap_or(Failure::Unknown)),
        MessageStatus::Cancelled => RunEnd::Cancelled,
    }
}

fn apply(state: &mut super::feed::State, run: RunId, truth: Truth) {
    if state.has_ended(run) {
        return;
    }
    match truth {
        Truth::Gone => {
            state.views.remove(&run);
        }
        Truth::Over { attempt, end, message, run: row } => {
            let usage = row.usage;
            let _ = state.take_in(Event::RunEnded { run, attempt, end, message, usage }, false);
        }
        Truth::Going { view, keeps } => {
            let message: MessageId = view.message;
            let Some(have) = state.views.get_mut(&run) else {
                let event = snapshot(run, &view);
                state.views.insert(run, view);
                state.push(event);
                return;
            };
            have.local = view.local;
            if view.position.attempt < have.position.attempt {
                return; // Read before the newer attempt was heard of.
            }
            let mut news = Vec::new();
            if have.position.attempt == 0 {
                have.position.attempt = view.position.attempt; // It was waiting: there is nothing to cut.
            } else if view.position.attempt > have.position.attempt {
                let keep = keeps.into_iter().min().unwrap_or(0).min(have.position.at).min(view.position.at);
                have.text = take(&have.text, keep).to_owned();
                have.position = Position { attempt: view.position.attempt, at: keep };
                news.push(Event::RunRewound { run, message, attempt: view.position.attempt, keep });
            }
            let missing = skip(&view.text, have.position.at);
            if !missing.is_empty() {
                let (attempt, start) = (have.position.attempt, have.position.at);
                have.text.push_str(missing);
                have.position = have.position.advanced(missing);
                news.push(Event::RunDelta { run, message, attempt, start, text: missing.to_owned() });
            }
            for event in news {
                state.push(event);
            }
        }
    }
}
