//! The bench: the answers that this process works on right now, with the text that is not stored yet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::headroom::Headroom;
use domain::ids::{ConversationId, MessageId, RunId};
use domain::runs::{Position, Run};
use persistence::runs::Chunk;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

/// Why a worker must let go of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// Go on.
    No,
    /// The process stops: give it back.
    Drain,
    /// Somebody wants it to stop.
    Cancel,
    /// Another attempt holds it, or it is gone: touch nothing.
    Fenced,
}

struct Text {
    whole: String,
    position: Position,
    /// Bytes of `whole` that are stored, and the code point that comes next.
    stored_bytes: usize,
    stored_at: u32,
    /// A piece was handed out to be stored, or an earlier attempt left some.
    pieces: bool,
}

/// One answer in the making.
pub(crate) struct Live {
    pub run: RunId,
    pub conversation: ConversationId,
    pub answer: MessageId,
    pub attempt: u32,
    text: Mutex<Text>,
    stop: watch::Sender<Stop>,
}

impl Live {
    fn new(run: &Run, keep: String) -> Self {
        let attempt = run.state.attempt;
        let position = Position { attempt, at: 0 }.advanced(&keep);
        let text =
            Text { stored_bytes: keep.len(), stored_at: position.at, whole: keep, position, pieces: attempt > 1 };
        Self {
            run: run.id,
            conversation: run.conversation,
            answer: run.answer,
            attempt,
            text: Mutex::new(text),
            stop: watch::Sender::new(Stop::No),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is of the answer.
    pub fn text(&self) -> (Position, String) {
        let text = self.lock();
        (text.position, text.whole.clone())
    }

    pub fn at(&self) -> u32 {
        self.lock().position.at
    }

    /// Appends; gives back where the new text starts, in code points.
    pub fn append(&self, new: &str) -> u32 {
        let mut text = self.lock();
        let start = text.position.at;
        text.whole.push_str(new);
        text.position = text.position.advanced(new);
        start
    }

    /// The text that is not stored yet.
    pub fn unstored(&self) -> Option<Chunk> {
        let mut text = self.lock();
        let new = text.whole[text.stored_bytes..].to_owned();
        if new.is_empty() {
            return None;
        }
        text.pieces = true;
        Some(Chunk { run: self.run, attempt: self.attempt, start: text.stored_at, text: new })
    }

    /// Whether pieces of the text may be stored. Asked while the run's row is held it is certain: whoever stores a piece
    /// took it before, or finds the row changed.
    pub fn has_pieces(&self) -> bool {
        self.lock().pieces
    }

    /// Notes that a piece is stored.
    pub fn stored(&self, bytes: usize, code_points: u32) {
        let mut text = self.lock();
        text.stored_bytes += bytes;
        text.stored_at += code_points;
    }

    /// Asks the runner to let go; the gravest reason wins.
    pub fn stop(&self, why: Stop) {
        self.stop.send_if_modified(|now| {
            let graver = why > *now;
            if graver {
                *now = why;
            }
            graver
        });
    }

    pub fn stopped(&self) -> watch::Receiver<Stop> {
        self.stop.subscribe()
    }
}

/// All answers in the making here, the places for more, and the bells.
pub(crate) struct Bench {
    live: Mutex<HashMap<RunId, Arc<Live>>>,
    places: Arc<Semaphore>,
    size: usize,
    /// Rung when a run may be waiting.
    pub wake: Notify,
    /// Rung when text waits to be stored.
    pub dirty: Notify,
    /// How many more runs may wait.
    pub headroom: Headroom,
}

impl Bench {
    pub fn new(places: usize) -> Self {
        Self {
            live: Mutex::default(),
            places: Arc::new(Semaphore::new(places)),
            size: places,
            wake: Notify::new(),
            dirty: Notify::new(),
            headroom: Headroom::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A free place, if there is one and the process is not stopping.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    pub fn free(&self) -> usize {
        self.places.available_permits()
    }

    /// Nothing is worked, and nothing is about to be.
    pub fn is_empty(&self) -> bool {
        self.free() == self.size && self.count() == 0
    }

    /// No place any more: the process stops, or this one works nothing.
    pub fn close(&self) {
        self.places.close();
    }

    pub fn enter(&self, run: &Run, keep: String) -> Arc<Live> {
        let live = Arc::new(Live::new(run, keep));
        self.lock().insert(run.id, live.clone());
        live
    }

    /// Takes an answer off, unless a newer attempt took its place.
    pub fn leave(&self, live: &Live) {
        let mut all = self.lock();
        if all.get(&live.run).is_some_and(|other| other.attempt == live.attempt) {
            all.remove(&live.run);
        }
    }

    pub fn find(&self, run: RunId) -> Option<Arc<Live>> {
        self.lock().get(&run).cloned()
    }

    pub fn all(&self) -> Vec<Arc<Live>> {
        self.lock().values().cloned().collect()
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }
}
