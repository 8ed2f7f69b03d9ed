//! Listening: position first, then state, then what comes. One stream for a person, one for a single run.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::ids::{RunId, UserId};
use domain::runs::follow::skip;
use domain::runs::{Position, Run};
use domain::{Error, Principal, Result};
use tokio::sync::watch;

use super::Event;
use super::feed::Feed;
use super::heal::{end_of, heal};
use crate::App;

/// Where a reader is who has heard the end of a run. Not the length of the text: a crash can lose text that readers have.
const THE_END: u32 = u32::MAX;

/// One thing that a client hears; `id` is where to go on after it.
#[derive(Clone, Debug)]
pub struct Heard {
    pub id: Option<String>,
    pub event: Arc<Event>,
}

/// Everything that a person hears.
pub struct Listening {
    app: App,
    feed: Arc<Feed>,
    moved: watch::Receiver<u64>,
    /// Number of the last event that was taken from the ring.
    at: u64,
    ready: VecDeque<Heard>,
    /// Not a program with a key, which hears nothing of keys.
    person: bool,
}

/// Opens the stream of whoever asks, going on after `last_event_id` where this node still has what came after it; else the
/// client is told to fetch anew, and gets snapshots of the running answers.
pub async fn listen(app: &App, principal: &Principal, last_event_id: Option<&str>) -> Result<Listening> {
    let feed = open(app, principal.user).await?;
    let moved = feed.moved.subscribe();
    let mut listening =
        Listening { app: app.clone(), feed, moved, at: 0, ready: VecDeque::new(), person: principal.key.is_none() };
    let resumed = last_event_id
        .and_then(|id| id.split_once('.'))
        .filter(|(epoch, _)| *epoch == app.feeds.epoch)
        .and_then(|(_, number)| number.parse::<u64>().ok());
    match resumed {
        Some(number) if listening.feed.state().since(number).is_some() => {
            listening.at = number;
            let id = listening.id(number);
            listening.ready.push_back(Heard { id: Some(id), event: Arc::new(Event::Ready) });
        }
        _ => listening.start_over(last_event_id.is_some()),
    }
    Ok(listening)
}

/// The feed of `user`, with a view of every answer that is being written.
async fn open(app: &App, user: UserId) -> Result<Arc<Feed>> {
    let feed = app.feeds.open(user);
    super::tail::hear_other_nodes(app, &feed).await;
    // Not only when it was made: whoever comes second must not wait for what the first is still reading.
    let active = persistence::runs::active_of_user(app.db.read(), user).await?;
    for run in active {
        let known = feed.state().views.contains_key(&run.id);
        if !known {
            heal(app, &feed, run.id).await?;
        }
    }
    Ok(feed)
}

impl Listening {
    fn id(&self, number: u64) -> String {
        format!("{}.{number}", self.app.feeds.epoch)
    }

    /// Jumps to now: what was missed is to be fetched, what is being written comes as snapshots.
    fn start_over(&mut self, missed: bool) {
        let (at, snapshots) = {
            let state = self.feed.state();
            (state.newest, state.snapshots())
        };
        self.at = at;
        let id = Some(self.id(at));
        self.ready.push_back(Heard { id: id.clone(), event: Arc::new(Event::Ready) });
        if missed {
            self.ready.push_back(Heard { id: id.clone(), event: Arc::new(Event::SyncRequired) });
        }
        self.ready.extend(snapshots.into_iter().map(|event| Heard { id: id.clone(), event: Arc::new(event) }));
    }

    /// The next event; never ends by itself. Cancel-safe.
    pub async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.ready.pop_front() {
                return heard;
            }
            self.moved.mark_unchanged();
            let news = self.feed.state().since(self.at);
            match news {
                None => {
                    self.start_over(true);
                    self.ready.pop_front(); // It is open already: `ready` is said once.
                }
                Some(news) if news.is_empty() => {
                    if self.moved.changed().await.is_err() {
                        std::future::pending::<()>().await; // The sender lives in the feed that we hold.
                    }
                }
                Some(news) => {
                    for (number, event) in news {
                        self.at = number;
                        if matches!(*event, Event::KeysChanged { .. }) && !self.person {
                            continue;
                        }
                        let id = Some(self.id(number));
                        self.ready.push_back(Heard { id, event });
                    }
                }
            }
        }
    }
}

/// One run from its beginning, or from where a client was, to its end.
pub struct RunListening {
    run: RunId,
    listening: Listening,
    position: Position,
    ready: VecDeque<Event>,
    /// The attempt whose start was told.
    started: u32,
    over: bool,
}

/// Opens the stream of one run. `last_event_id` is `run.attempt.position`; one that is not of this run is as none.
pub async fn follow_run(app: &App, user: UserId, id: RunId, last_event_id: Option<&str>) -> Result<RunListening> {
    let run = persistence::runs::of_user(app.db.read(), user, id).await?;
    let run = run.ok_or_else(|| Error::not_found("run.not_found"))?;
    let last = last_event_id
        .and_then(|text| text.split_once('.'))
        .filter(|(of, _)| of.parse() == Ok(id))
        .and_then(|(_, position)| position.parse::<Position>().ok());
    let feed = app.feeds.open(user);
    super::tail::hear_other_nodes(app, &feed).await;
    let moved = feed.moved.subscribe();
    if !run.state.status.is_terminal() && !feed.state().views.contains_key(&id) {
        heal(app, &feed, id).await?;
    }
    let listening = Listening { app: app.clone(), feed, moved, at: 0, ready: VecDeque::new(), person: false };
    let mut following = RunListening {
        run: id,
        listening,
        position: Position::default(),
        ready: VecDeque::new(),
        started: 0,
        over: false,
    };
    following.begin(&run, last).await?;
    Ok(following)
}

impl RunListening {
    async fn begin(&mut self, run: &Run, last: Option<Position>) -> Result<()> {
        let view = {
            let state = self.listening.feed.state();
            self.listening.at = state.newest;
            state.views.get(&self.run).cloned()
        };
        let Some(view) = view else { return self.tell_the_end(last).await };
        let attempt = view.position.attempt;
        let keeps = match last {
            Some(last) if last.attempt < attempt => {
                persistence::runs::keeps_since(self.listening.app.db.read(), self.run, last.attempt).await?
            }
            _ => Vec::new(),
        };
        let have = self.resume(run, attempt, view.position.at, last, keeps);
        let rest = skip(&view.text, have);
        if !rest.is_empty() {
            let (run, message) = (self.run, view.message);
            self.ready.push_back(Event::RunDelta { run, message, attempt, start: have, text: rest.to_owned() });
        }
        self.position = view.position;
        Ok(())
    }

    /// Says where the client's text must be cut, if it must; gives back how much of the answer it has then.
    fn resume(&mut self, run: &Run, attempt: u32, length: u32, last: Option<Position>, keeps: Vec<u32>) -> u32 {
        let (run_id, message) = (self.run, run.answer);
        match last {
            Some(last) if last.attempt == attempt && last.at <= length => last.at,
            Some(last) if last.attempt > 0 && last.attempt < attempt => {
                let keep = keeps.into_iter().min().unwrap_or(0).min(last.at).min(length);
                self.ready.push_back(Event::RunRewound { run: run_id, message, attempt, keep });
                keep
            }
            _ => {
                let (conversation, model) = (run.conversation, run.model.clone());
                if attempt > 0 {
                    let started = Event::RunStarted { run: run_id, conversation, message, attempt, model };
                    self.ready.push_back(started);
                }
                0
            }
        }
    }

    /// The run is over: everything that the client lacks, and the end.
    async fn tell_the_end(&mut self, last: Option<Position>) -> Result<()> {
        let app = &self.listening.app;
        let not_found = || Error::not_found("run.not_found");
        let run = persistence::runs::by_id(app.db.read(), self.run).await?.ok_or_else(not_found)?;
        let message = persistence::messages::of_conversation(app.db.read(), run.conversation, run.answer).await?;
        let message = message.ok_or_else(not_found)?;
        let text = domain::conversations::plain_text(&message.content);
        let attempt = run.state.attempt;
        let length = domain::runs::follow::length(&text);
        let whole = Position { attempt, at: length };
        let keeps = match last {
            Some(last) if last.attempt < attempt => {
                persistence::runs::keeps_since(app.db.read(), self.run, last.attempt).await?
            }
            _ => Vec::new(),
        };
        // The id of the end is a place that no text reaches: whoever has it has everything.
        if last.is_some_and(|last| last.attempt == attempt && last.at == THE_END) {
            self.over = true;
            return Ok(());
        }
        let have = match last {
            // The client heard what a crash lost and nobody said again: it goes back to what is stored.
            Some(last) if last.attempt == attempt && last.at > length => {
                let message = run.answer;
                self.ready.push_back(Event::RunRewound { run: self.run, message, attempt, keep: length });
                length
            }
            last => self.resume(&run, attempt, length, last, keeps),
        };
        let rest = skip(&text, have);
        if !rest.is_empty() {
            let (run, message) = (self.run, message.id);
            self.ready.push_back(Event::RunDelta { run, message, attempt, start: have, text: rest.to_owned() });
        }
        self.position = whole;
        let (end, usage) = (end_of(&message), run.usage);
        self.ready.push_back(Event::RunEnded { run: self.run, attempt, end, message: Box::new(message), usage });
        Ok(())
    }

    /// The next event of the run; `None` after its end. Cancel-safe.
    ///
    /// # Errors
    /// When the end of the run cannot be read from the database.
    pub async fn next(&mut self) -> Result<Option<Heard>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(self.heard(event)));
            }
            if self.over {
                return Ok(None);
            }
            let heard = self.listening.next().await;
            if matches!(*heard.event, Event::SyncRequired) && !self.is_viewed() {
                self.tell_the_end(Some(self.position)).await?;
                continue;
            }
            if let Event::ConversationDeleted { .. } = *heard.event {
                if !self.is_viewed() && self.is_gone().await? {
                    self.over = true;
                }
                continue;
            }
            let told = matches!(&*heard.event, Event::RunStarted { attempt, .. } if *attempt <= self.started);
            if heard.event.run() == Some(self.run) && !told {
                return Ok(Some(self.heard((*heard.event).clone())));
            }
        }
    }

    fn is_viewed(&self) -> bool {
        self.listening.feed.state().views.contains_key(&self.run)
    }

    async fn is_gone(&self) -> Result<bool> {
        Ok(persistence::runs::by_id(self.listening.app.db.read(), self.run).await?.is_none())
    }

    /// Names the event by run, attempt and position.
    fn heard(&mut self, event: Event) -> Heard {
        match &event {
            Event::RunStarted { attempt, .. } => {
                self.started = *attempt;
                // A later attempt is named by its rewind, which cuts the text.
                self.position = Position { attempt: *attempt, at: if *attempt > 1 { self.position.at } else { 0 } };
            }
            Event::RunRewound { attempt, keep, .. } => self.position = Position { attempt: *attempt, at: *keep },
            Event::RunDelta { attempt, start, text, .. } => {
                self.position = Position { attempt: *attempt, at: *start }.advanced(text);
            }
            Event::RunSnapshot { attempt, at, .. } => self.position = Position { attempt: *attempt, at: *at },
            Event::RunEnded { attempt, .. } => {
                self.position = Position { attempt: *attempt, at: THE_END };
                self.over = true;
            }
            Event::Ready
            | Event::SyncRequired
            | Event::MessageCreated { .. }
            | Event::ConversationCreated { .. }
            | Event::ConversationUpdated { .. }
            | Event::ConversationDeleted { .. }
            | Event::KeysChanged { .. } => {}
        }
        Heard { id: Some(format!("{}.{}", self.run, self.position)), event: Arc::new(event) }
    }
}

#[cfg(test)]
#[path = "listen_tests.rs"]
mod tests;
