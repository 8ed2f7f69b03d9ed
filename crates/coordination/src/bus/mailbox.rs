//! One subscriber's queue: bounded; what does not fit is announced instead of kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::topics::Topics;
use crate::CALL_LIMIT;

const MOST_MESSAGES: usize = 1024;
const MOST_BYTES: usize = 1024 * 1024;

/// What a subscriber hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Message(Bytes),
    /// Messages may be missing before what comes next: refetch from the database.
    Missed,
}

#[derive(Default)]
pub(super) struct Mailbox {
    inside: Mutex<Inside>,
    bell: Notify,
}

#[derive(Default)]
struct Inside {
    queue: VecDeque<Heard>,
    bytes: usize,
    established: bool,
    read_from: bool,
}

impl Mailbox {
    pub(super) fn established() -> Self {
        let inside = Inside { established: true, ..Inside::default() };
        Self { inside: Mutex::new(inside), bell: Notify::new() }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, payload: &Bytes) {
        let mut inside = self.inside();
        if inside.queue.len() >= MOST_MESSAGES || inside.bytes + payload.len() > MOST_BYTES {
            metrics::counter!("obrol_bus_lagged_total").increment(1);
            inside.queue.clear();
            inside.bytes = 0;
            inside.queue.push_back(Heard::Missed);
        } else {
            inside.bytes += payload.len();
            inside.queue.push_back(Heard::Message(payload.clone()));
        }
        drop(inside);
        self.bell.notify_one();
    }

    pub(super) fn missed(&self) {
        let mut inside = self.inside();
        if inside.queue.back() != Some(&Heard::Missed) {
            inside.queue.push_back(Heard::Missed);
        }
        drop(inside);
        self.bell.notify_one();
    }

    /// Other processes are heard from here on; what they said before was not.
    pub(super) fn establish(&self) {
        self.inside().established = true;
        self.missed();
    }

    /// Other processes were heard all along, through a subscription that was still there.
    pub(super) fn resume(&self) {
        self.inside().established = true;
        self.bell.notify_one();
    }

    pub(super) fn cut_off(&self) {
        self.inside().established = false;
    }

    fn take(&self) -> Option<Heard> {
        let mut inside = self.inside();
        inside.read_from = true;
        let heard = inside.queue.pop_front();
        if let Some(Heard::Message(payload)) = &heard {
            inside.bytes -= payload.len();
        }
        heard
    }

    /// Whoever has read nothing yet reads the state after this moment, so an announced gap before it means nothing to it.
    fn ready_now(&self) -> bool {
        let mut inside = self.inside();
        if inside.established && !inside.read_from {
            inside.queue.retain(|heard| *heard != Heard::Missed);
        }
        inside.established
    }
}

/// One subscriber of one topic; dropping it unsubscribes.
pub struct Subscription {
    topic: Arc<str>,
    mailbox: Arc<Mailbox>,
    topics: Arc<Topics>,
}

impl Subscription {
    pub(super) fn new(topic: Arc<str>, mailbox: Arc<Mailbox>, topics: Arc<Topics>) -> Self {
        Self { topic, mailbox, topics }
    }

    /// Waits (at most [`CALL_LIMIT`]) until messages of other processes arrive as well. False when they do not yet: a
    /// [`Heard::Missed`] will say when they do. In memory it is true at once.
    pub async fn ready(&mut self) -> bool {
        let established = async {
            while !self.mailbox.ready_now() {
                self.mailbox.bell.notified().await;
            }
        };
        // A ring for a message may be used up here; whoever reads next looks into the queue before it waits.
        tokio::time::timeout(CALL_LIMIT, established).await.is_ok()
    }

    /// The next thing to hear; waits for it. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.mailbox.take() {
                return heard;
            }
            self.mailbox.bell.notified().await;
        }
    }

    /// What is already there, without waiting: for callers that join several messages into one write.
    pub fn try_next(&mut self) -> Option<Heard> {
        self.mailbox.take()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.topics.leave(&self.topic, &self.mailbox);
    }
}
