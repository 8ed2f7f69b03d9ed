//! One call that several askers share, and their seats.

use std::sync::{Arc, OnceLock};

use llm_client::{ChatEvent, ProviderError};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

use super::{Answers, CacheKey};
use crate::ask::{AskError, Speaker, Try};

#[derive(Debug, Default)]
pub struct State {
    pub begun: Option<Result<(Speaker, Vec<Try>), AskError>>,
    pub events: Vec<ChatEvent>,
    pub failed: Option<ProviderError>,
    /// Nothing more comes.
    pub over: bool,
}

pub struct Flight {
    state: watch::Sender<State>,
    task: OnceLock<AbortHandle>,
    /// Only touched under the lock of all flights.
    seats: std::sync::atomic::AtomicUsize,
}

impl Flight {
    pub fn new() -> Arc<Self> {
        let seats = std::sync::atomic::AtomicUsize::new(0);
        Arc::new(Self { state: watch::Sender::new(State::default()), task: OnceLock::new(), seats })
    }

    pub fn start(&self, task: JoinHandle<()>) {
        let _ = self.task.set(task.abort_handle());
    }

    pub fn say(&self, change: impl FnOnce(&mut State)) {
        self.state.send_modify(change);
    }

    pub fn subscribe(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    pub fn events(&self) -> Vec<ChatEvent> {
        self.state.borrow().events.clone()
    }
}

/// One asker's part in a call. The last one to leave a call that still runs ends it.
pub struct Seat {
    answers: Arc<Answers>,
    key: CacheKey,
    flight: Arc<Flight>,
}

impl Seat {
    pub(super) fn take(answers: &Arc<Answers>, key: CacheKey, flight: &Arc<Flight>) -> Self {
        flight.seats.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Self { answers: answers.clone(), key, flight: flight.clone() }
    }

    pub fn flight(&self) -> &Flight {
        &self.flight
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut flights = self.answers.flights();
        if self.flight.seats.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) > 1 {
            return;
        }
        if flights.get(&self.key).is_some_and(|now| Arc::ptr_eq(now, &self.flight)) {
            flights.remove(&self.key);
        }
        drop(flights);
        // A call that has ended is not harmed by this.
        if let Some(task) = self.flight.task.get() {
            task.abort();
        }
    }
}
