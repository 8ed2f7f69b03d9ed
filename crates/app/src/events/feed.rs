//! A feed: everything that one person's clients on this node hear, in one order, held once for all of them.
//!
//! The ring of the newest events is every client's buffer: a client that falls behind it is told to fetch anew and gets
//! snapshots, so a slow reader costs nothing and slows nobody. The views of running answers make joining late exact: text
//! and place in the ring are read under one lock.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::conversations::{Message, plain_text};
use domain::ids::{ConversationId, MessageId, RunId, UserId};
use domain::runs::follow::{length, skip, take};
use domain::runs::{Position, Reading};
use domain::{Chance, Timestamp};
use tokio::sync::{OnceCell, watch};

use super::Event;
use super::guard::Open;

const RING_EVENTS: usize = 256;
const RING_BYTES: usize = 1 << 20;
/// Runs whose end was told, so that late news of them is not news.
const ENDED_REMEMBERED: usize = 64;

/// A running answer as this node's clients have it.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub conversation: ConversationId,
    pub message: MessageId,
    pub position: Position,
    pub text: String,
    /// Worked by this very node: nothing about it can be missed.
    pub local: bool,
}

pub(super) struct State {
    /// Number of the newest event.
    pub newest: u64,
    ring: VecDeque<Arc<Event>>,
    bytes: usize,
    pub views: HashMap<RunId, View>,
    /// Runs that are being read from the database; true = news came meanwhile, read again.
    pub healing: HashMap<RunId, bool>,
    ended: VecDeque<RunId>,
}

impl State {
    pub fn push(&mut self, event: Event) {
        self.bytes += event.weight();
        self.ring.push_back(Arc::new(event));
        self.newest += 1;
        while self.ring.len() > RING_EVENTS || (self.bytes > RING_BYTES && self.ring.len() > 1) {
            if let Some(oldest) = self.ring.pop_front() {
                self.bytes -= oldest.weight();
            }
        }
    }

    /// The events after number `after`; `None` when some of them are gone from the ring.
    pub fn since(&self, after: u64) -> Option<Vec<(u64, Arc<Event>)>> {
        let wanted = usize::try_from(self.newest.checked_sub(after)?).ok()?;
        let skipped = self.ring.len().checked_sub(wanted)?;
        let first = after + 1;
        Some((first..).zip(self.ring.iter().skip(skipped).cloned()).collect())
    }

    pub fn snapshots(&self) -> Vec<Event> {
        self.views.iter().map(|(run, view)| snapshot(*run, view)).collect()
    }

    /// An end whose answer was not heard whole (the bus lost something, or the run was faster than a look at the database)
    /// comes after what is missing, so that whoever only adds pieces up has the stored text too.
    fn tell_the_rest(&mut self, run: RunId, attempt: u32, message: &Message) {
        let text = plain_text(&message.content);
        let Some(view) = self.views.get(&run) else {
            if !text.is_empty() {
                let (conversation, message, at) = (message.conversation, message.id, length(&text));
                self.push(Event::RunSnapshot { run, conversation, message, attempt, at, text });
            }
            return;
        };
        let (message, at) = (view.message, view.position.at);
        let same = view.text.chars().zip(text.chars()).take_while(|(have, stored)| have == stored).count();
        let keep = u32::try_from(same).unwrap_or(u32::MAX);
        let older = (1..attempt).contains(&view.position.attempt);
        if keep < at || older {
            self.push(Event::RunRewound { run, message, attempt, keep });
        }
        let rest = skip(&text, keep);
        if !rest.is_empty() {
            self.push(Event::RunDelta { run, message, attempt, start: keep, text: rest.to_owned() });
        }
    }

    fn remember_end(&mut self, run: RunId) {
        self.views.remove(&run);
        self.ended.push_back(run);
        if self.ended.len() > ENDED_REMEMBERED {
            self.ended.pop_front();
        }
    }

    pub fn has_ended(&self, run: RunId) -> bool {
        self.ended.contains(&run)
    }

    /// Takes an event in. What is new goes to the ring; true = something before it is missing, ask the database.
    #[must_use]
    pub fn take_in(&mut self, event: Event, local: bool) -> bool {
        match event {
            Event::RunStarted { run, conversation, message, attempt, .. } => {
                if self.has_ended(run) {
                    return false;
                }
                match self.views.get_mut(&run) {
                    Some(view) if view.position.attempt >= attempt => view.local = local,
                    Some(view) if attempt == 1 => {
                        view.position = Position { attempt, at: 0 }; // It was waiting when this node heard of it.
                        view.local = local;
                    }
                    // The attempt's rewind was missed, or the run is new to this node in a later attempt.
                    Some(_) => return true,
                    None if attempt > 1 => return true,
                    None => {
                        let position = Position { attempt, at: 0 };
                        let view = View { conversation, message, position, text: String::new(), local };
                        self.views.insert(run, view);
                    }
                }
                self.push(event);
                false
            }
            Event::RunDelta { run, message, attempt, start, text } => {
                let Some(view) = self.views.get_mut(&run) else { return !self.has_ended(run) };
                match view.position.read(attempt, start, &text) {
                    Reading::Append(new) => {
                        let start = view.position.at;
                        let new = if new.len() == text.len() { text } else { new.to_owned() };
                        view.text.push_str(&new);
                        view.position = view.position.advanced(&new);
                        self.push(Event::RunDelta { run, message, attempt, start, text: new });
                        false
                    }
                    Reading::Known => false,
                    Reading::Gap => true,
                }
            }
            Event::RunRewound { run, message, attempt, keep } => {
                let Some(view) = self.views.get_mut(&run) else { return !self.has_ended(run) };
                if attempt <= view.position.attempt {
                    return false;
                }
                if attempt > view.position.attempt + 1 || keep > view.position.at {
                    return true; // Another attempt, or text that it goes on from, was missed.
                }
                view.text = take(&view.text, keep).to_owned();
                view.position = Position { attempt, at: keep };
                view.local = local;
                self.push(Event::RunRewound { run, message, attempt, keep });
                false
            }
            Event::RunEnded { run, attempt, ref message, .. } => {
                if !self.has_ended(run) {
                    self.tell_the_rest(run, attempt, message);
                    self.remember_end(run);
                    self.push(event);
                }
                false
            }
            Event::ConversationDeleted { conversation } => {
                let gone: Vec<RunId> =
                    self.views.iter().filter(|(_, v)| v.conversation == conversation).map(|(run, _)| *run).collect();
                for run in gone {
                    self.remember_end(run);
                }
                self.push(event);
                false
            }
            Event::Ready
            | Event::SyncRequired
            | Event::RunSnapshot { .. }
            | Event::MessageCreated { .. }
            | Event::ConversationCreated { .. }
            | Event::ConversationUpdated { .. }
            | Event::KeysChanged { .. } => {
                self.push(event);
                false
            }
        }
    }
}

pub(super) fn snapshot(run: RunId, view: &View) -> Event {
    Event::RunSnapshot {
        run,
        conversation: view.conversation,
        message: view.message,
        attempt: view.position.attempt,
        at: view.position.at,
        text: view.text.clone(),
    }
}

pub(super) struct Feed {
    pub user: UserId,
    state: Mutex<State>,
    /// Number of the newest event; clients sleep on it.
    pub moved: watch::Sender<u64>,
    /// Set when other nodes are heard, too.
    pub bus: OnceCell<()>,
}

impl Feed {
    fn new(user: UserId) -> Self {
        let state = State {
            newest: 0,
            ring: VecDeque::new(),
            bytes: 0,
            views: HashMap::new(),
            healing: HashMap::new(),
            ended: VecDeque::new(),
        };
        Self { user, state: Mutex::new(state), moved: watch::Sender::new(0), bus: OnceCell::new() }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while holding it; if something did, the numbers are still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes the clients if there is news.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        let newest = state.newest;
        drop(state);
        self.moved.send_if_modified(|seen| std::mem::replace(seen, newest) != newest);
        result
    }
}

struct Slot {
    feed: Arc<Feed>,
    /// Since when nobody listens.
    idle_since: Option<Timestamp>,
}

/// The feeds of the people who are connected to this node, or were a moment ago.
pub struct Feeds {
    /// Tells ids of this process from those of another: a number means nothing elsewhere.
    pub(super) epoch: String,
    pub(super) open_streams: Open,
    slots: Mutex<HashMap<UserId, Slot>>,
    /// Above every number of the feeds that are gone: an id of theirs names no place in the next one.
    floor: AtomicU64,
}

impl Feeds {
    pub(crate) fn new(chance: &Chance, now: Timestamp) -> Self {
        Self {
            epoch: chance.uuid(now).simple().to_string(),
            open_streams: Open::default(),
            slots: Mutex::default(),
            floor: AtomicU64::default(),
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<UserId, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, user: UserId) -> Option<Arc<Feed>> {
        self.slots().get(&user).map(|slot| slot.feed.clone())
    }

    /// The feed of `user`, made if there is none.
    pub(super) fn open(&self, user: UserId) -> Arc<Feed> {
        let mut slots = self.slots();
        let slot = slots.entry(user).or_insert_with(|| {
            let feed = Feed::new(user);
            feed.state().newest = self.floor.load(Ordering::Relaxed);
            Slot { feed: Arc::new(feed), idle_since: None }
        });
        slot.idle_since = None;
        slot.feed.clone()
    }

    /// The feeds that somebody may be listening to.
    pub(super) fn all(&self) -> Vec<Arc<Feed>> {
        self.slots().values().map(|slot| slot.feed.clone()).collect()
    }

    /// Drops feeds that nobody has listened to for a while, so that a short cut of the line costs no snapshot.
    pub(super) fn sweep(&self, now: Timestamp, linger: std::time::Duration) {
        self.slots().retain(|_, slot| {
            if slot.feed.moved.receiver_count() > 0 {
                slot.idle_since = None;
                return true;
            }
            let since = *slot.idle_since.get_or_insert(now);
            let keep = now.since(since) < linger;
            if !keep {
                self.floor.fetch_max(slot.feed.state().newest + 1, Ordering::Relaxed);
            }
            keep
        });
    }

    /// How many client streams are open on this node.
    pub fn listeners(&self) -> usize {
        self.slots().values().map(|slot| slot.feed.moved.receiver_count()).sum()
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
