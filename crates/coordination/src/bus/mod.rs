//! Topics that every process hears: a local one at once and exactly once, other processes best effort through Redis pub/sub.
//!
//! Whatever may have been lost on the way (a slow reader, a Redis that was away) is announced as [`Heard::Missed`], and the
//! subscriber then refetches from the database. So a message here is a hint with a body, never the only copy.

mod frame;
mod listener;
mod mailbox;
mod topics;
mod writer;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

pub use mailbox::{Heard, Subscription};

use crate::link::{Link, Task};
use listener::Listening;
use topics::Topics;
use writer::Writer;

/// The bus of this process. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    topics: Arc<Topics>,
    remote: Option<Remote>,
}

struct Remote {
    writer: Writer,
    listening: Arc<Listening>,
    _tasks: [Task; 2],
}

impl Bus {
    pub(crate) fn memory() -> Self {
        Self { inner: Arc::new(Inner { topics: Arc::new(Topics::new(false)), remote: None }) }
    }

    pub(crate) fn shared(link: &Arc<Link>) -> Self {
        let origin = crate::chance::token();
        let names = frame::Names::of(link.client());
        let topics = Arc::new(Topics::new(true));
        let listening = Arc::new(Listening::default());
        let (writer, writing) = writer::new(link.clone(), names.clone(), origin);
        let hearing = listener::run(link.client().clone(), names, origin, topics.clone(), listening.clone());
        let tasks = [Task::start(writing), Task::start(hearing)];
        Self { inner: Arc::new(Inner { topics, remote: Some(Remote { writer, listening, _tasks: tasks }) }) }
    }

    /// Tells every subscriber of `topic`, here and in other processes. Returns when the local ones have it; other processes
    /// are told in the background, in the order of the calls. Never waits for Redis and never fails.
    #[allow(clippy::unused_async, reason = "the signature leaves room for backpressure; callers already await it")]
    pub async fn publish(&self, topic: &str, payload: Bytes) {
        self.inner.topics.deliver(topic, &payload);
        if let Some(remote) = &self.inner.remote {
            remote.writer.push(topic, &payload);
        }
    }

    /// Hears `topic` from now on. With Redis, other processes are heard a moment later: await [`Subscription::ready`] before
    /// reading the state that the messages build on; who does not gets a [`Heard::Missed`] at that moment.
    pub fn subscribe(&self, topic: &str) -> Subscription {
        Topics::join(&self.inner.topics, topic)
    }

    /// How many topics somebody in this process hears.
    pub fn topics(&self) -> usize {
        self.inner.topics.len()
    }

    pub(crate) fn is_listening(&self) -> bool {
        self.inner.remote.as_ref().is_none_or(|remote| remote.listening.now.load(Ordering::Relaxed))
    }

    pub(crate) async fn first_attempt(&self) {
        if let Some(remote) = &self.inner.remote {
            remote.listening.first_attempt().await;
        }
    }
}
