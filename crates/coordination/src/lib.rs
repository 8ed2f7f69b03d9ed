//! What processes of one Obrol share beside the database: a bus, counters, locks and a cache, in memory or on Redis.
//!
//! Nothing here is a source of truth. A Redis that is slow, full, restarted or gone makes an answer slower or a limit local to
//! one process; it never fails a caller and never holds one for longer than [`CALL_LIMIT`].

mod bus;
mod cache;
mod chance;
mod counter;
mod link;
mod lock;

use std::sync::Arc;
use std::time::Duration;

pub use bus::{Bus, Heard, Subscription};
pub use cache::Cache;
pub use counter::{Counter, Hit};
pub use lock::{Guard, Lock};

use link::Link;

/// The longest time that Redis may hold a caller.
pub const CALL_LIMIT: Duration = Duration::from_millis(250);

/// Why a [`Coordination`] could not be made. A Redis that does not answer is not a reason.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is not one of Redis. The text never holds the address, for it may hold a password.
    #[error("REDIS_URL is not an address of Redis; write it like redis://127.0.0.1:6379/0, or rediss:// for TLS")]
    Address,
}

/// The parts that processes share. Cheap to clone; the last clone that goes ends the background tasks.
#[derive(Clone)]
pub struct Coordination {
    bus: Bus,
    counter: Counter,
    lock: Lock,
    cache: Cache,
    link: Option<Arc<Link>>,
}

impl Coordination {
    /// For one process: everything in memory, no background tasks.
    pub fn memory() -> Self {
        Self {
            bus: Bus::memory(),
            counter: Counter::new(None),
            lock: Lock::memory(),
            cache: Cache::new(None),
            link: None,
        }
    }

    /// For several processes. Waits up to a second for the first connection, then goes on without it and connects when Redis
    /// is there. Must be called on the runtime that outlives the value (background tasks live on it).
    pub async fn redis(url: &str) -> Result<Self, Error> {
        let client = redis::Client::open(url).map_err(|_| Error::Address)?;
        let link = Arc::new(Link::start(client));
        let bus = Bus::shared(&link);
        let made = Self {
            bus,
            counter: Counter::new(Some(link.clone())),
            lock: Lock::shared(link.clone()),
            cache: Cache::new(Some(link.clone())),
            link: Some(link.clone()),
        };
        let _ = tokio::time::timeout(Duration::from_secs(1), async {
            link.first_attempt().await;
            made.bus.first_attempt().await;
        })
        .await;
        Ok(made)
    }

    /// Topics that all processes hear.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Limits that all processes count together.
    pub fn counter(&self) -> &Counter {
        &self.counter
    }

    /// Locks that save double work. They are no proof: correctness belongs to the database's fencing.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Bytes that may be forgotten at any time.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Whether Redis is configured, that is, whether other processes may exist.
    pub fn shared(&self) -> bool {
        self.link.is_some()
    }

    /// Whether everything configured answers right now. Always true in memory.
    pub fn healthy(&self) -> bool {
        self.link.as_ref().is_none_or(|link| link.is_up()) && self.bus.is_listening()
    }
}
