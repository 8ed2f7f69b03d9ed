//! Carries messages to other processes: a bounded queue in front of one task, so that a publisher never waits for Redis.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::frame::{self, Names, Origin};
use crate::link::Link;

const MOST_MESSAGES: usize = 8192;
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Messages joined into one round trip.
const BATCH: usize = 256;
const GAP_RETRY: Duration = Duration::from_millis(500);

struct Letter {
    channel: String,
    payload: Bytes,
}

pub(super) struct Writer {
    names: Names,
    queue: mpsc::Sender<Letter>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    bytes: AtomicUsize,
    /// Something was not sent since the last announcement.
    gap: AtomicBool,
}

pub(super) fn new(link: Arc<Link>, names: Names, origin: Origin) -> (Writer, impl Future<Output = ()> + Send) {
    let (queue, letters) = mpsc::channel(MOST_MESSAGES);
    let shared = Arc::new(Shared::default());
    let work = run(link, names.clone(), origin, letters, shared.clone());
    (Writer { names, queue, shared }, work)
}

impl Writer {
    pub(super) fn push(&self, topic: &str, payload: &Bytes) {
        let size = payload.len();
        let fits = self.shared.bytes.fetch_add(size, Ordering::Relaxed) + size <= MOST_BYTES;
        let letter = Letter { channel: self.names.topic(topic), payload: payload.clone() };
        if !fits || self.queue.try_send(letter).is_err() {
            self.shared.bytes.fetch_sub(size, Ordering::Relaxed);
            self.shared.gap.store(true, Ordering::Relaxed);
            lost("overflow", 1);
        }
    }
}

fn lost(why: &'static str, count: usize) {
    metrics::counter!("obrol_bus_dropped_total", "why" => why).increment(count as u64);
}

async fn run(link: Arc<Link>, names: Names, origin: Origin, mut letters: mpsc::Receiver<Letter>, shared: Arc<Shared>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let gap_waits = shared.gap.load(Ordering::Relaxed);
        tokio::select! {
            count = letters.recv_many(&mut batch, BATCH) => if count == 0 { return },
            () = tokio::time::sleep(GAP_RETRY), if gap_waits => {}
        }
        let mut commands = redis::pipe();
        let gap = shared.gap.swap(false, Ordering::Relaxed);
        if gap {
            commands.cmd("PUBLISH").arg(names.gap()).arg(frame::gap(&origin)).ignore();
        }
        let count = batch.len();
        for letter in batch.drain(..) {
            shared.bytes.fetch_sub(letter.payload.len(), Ordering::Relaxed);
            commands.cmd("PUBLISH").arg(letter.channel).arg(frame::message(&origin, &letter.payload)).ignore();
        }
        // Not sent again: the answer may be what was lost, and a repeated message would be heard twice. The gap is announced.
        if (gap || count > 0) && !link.send("publish", &commands).await {
            shared.gap.store(true, Ordering::Relaxed);
            lost("redis", count);
        }
    }
}
