//! Leases are extended from a thread of its own: busy async threads must not look like a dead worker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::queue::heartbeat;
use crate::worker::{BoxError, Opening, Transactions};

/// What this worker is at, and how to tell each that it lost its lease.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<Mutex<HashMap<(Uuid, i32), CancellationToken>>>);

impl Held {
    pub(crate) fn add(&self, id: Uuid, attempt: i32, token: CancellationToken) {
        self.slots().insert((id, attempt), token);
    }

    pub(crate) fn remove(&self, id: Uuid, attempt: i32) {
        self.slots().remove(&(id, attempt));
    }

    /// In one order, so that two who lock several never wait for each other.
    fn all(&self) -> Vec<(Uuid, i32)> {
        let mut all: Vec<_> = self.slots().keys().copied().collect();
        all.sort_unstable();
        all
    }

    fn lost(&self, lost: impl Fn(&(Uuid, i32)) -> bool) {
        for (key, token) in self.slots().iter().filter(|(key, _)| lost(key)) {
            if !token.is_cancelled() {
                tracing::warn!(job = %key.0, attempt = key.1, "fenced: the lease was lost");
                token.cancel();
            }
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<(Uuid, i32), CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose transactions extend the leases.
pub(crate) enum Beats<T> {
    Shared(Arc<T>),
    /// Opened on the heartbeat's thread, again until it works.
    Own {
        open: Opening<T>,
        opened: Option<T>,
    },
}

impl<T: Transactions> Beats<T> {
    async fn ready(&mut self) -> Result<&T, BoxError> {
        match self {
            Self::Shared(transactions) => Ok(transactions),
            Self::Own { opened: Some(transactions), .. } => Ok(transactions),
            Self::Own { open, opened } => Ok(opened.insert(open().await?)),
        }
    }
}

pub(crate) struct Heart<T> {
    pub(crate) transactions: Beats<T>,
    pub(crate) held: Held,
    pub(crate) owner: Uuid,
    pub(crate) lease: Duration,
    pub(crate) every: Duration,
    pub(crate) stop: CancellationToken,
}

impl<T: Transactions> Heart<T> {
    pub(crate) fn start(self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("obrol-heartbeat".into()).spawn(move || runtime.block_on(self.beat()))?;
        Ok(())
    }

    async fn beat(mut self) {
        #[allow(clippy::disallowed_methods, reason = "how long ago, not what time it is")]
        let mut good = Instant::now();
        let mut beats = tokio::time::interval(self.every);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        beats.reset();
        // One beat may take so long; more, and the one after the next would come when the lease is over.
        let limit = self.lease / 5;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = beats.tick() => {}
            }
            let held = self.held.all();
            #[allow(clippy::disallowed_methods, reason = "how long ago, not what time it is")]
            let started = Instant::now();
            if held.is_empty() {
                good = started;
                continue;
            }
            match tokio::time::timeout(limit, self.extend(&held)).await {
                Ok(Ok(ours)) => {
                    good = started;
                    self.held.lost(|key| held.contains(key) && !ours.contains(key));
                }
                Ok(Err(error)) => tracing::warn!(%error, "leases were not extended"),
                Err(_) => tracing::warn!("leases were not extended in time"),
            }
            // Cut off from the database: stop before others may start, for the next beat might say so too late.
            if started.duration_since(good) + self.every + limit >= self.lease {
                self.held.lost(|key| held.contains(key));
            }
        }
    }

    async fn extend(&mut self, held: &[(Uuid, i32)]) -> Result<Vec<(Uuid, i32)>, BoxError> {
        let (owner, lease) = (self.owner, self.lease);
        let transactions = self.transactions.ready().await?;
        let tx = transactions.begin().await?;
        let ours = heartbeat(&tx, owner, held, lease).await?;
        transactions.commit(tx).await?;
        Ok(ours)
    }
}
