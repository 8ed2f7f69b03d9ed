//! Leases are extended from a thread of its own: busy async threads must not look like a dead worker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::queue::heartbeat;
use crate::worker::{BoxError, Transactions};

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

    fn all(&self) -> Vec<(Uuid, i32)> {
        self.slots().keys().copied().collect()
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

pub(crate) struct Heart<T> {
    pub(crate) transactions: Arc<T>,
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

    async fn beat(self) {
        #[allow(clippy::disallowed_methods, reason = "how long ago, not what time it is")]
        let mut good = Instant::now();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
            }
            let held = self.held.all();
            #[allow(clippy::disallowed_methods, reason = "how long ago, not what time it is")]
            let started = Instant::now();
            if held.is_empty() {
                good = started;
                continue;
            }
            match tokio::time::timeout(self.every, self.extend(&held)).await {
                Ok(Ok(ours)) => {
                    good = started;
                    self.held.lost(|key| held.contains(key) && !ours.contains(key));
                }
                Ok(Err(error)) => tracing::warn!(%error, "leases were not extended"),
                Err(_) => tracing::warn!("leases were not extended in time"),
            }
            // Cut off from the database: stop before others may start.
            if started.duration_since(good) + self.every >= self.lease {
                self.held.lost(|key| held.contains(key));
            }
        }
    }

    async fn extend(&self, held: &[(Uuid, i32)]) -> Result<Vec<(Uuid, i32)>, BoxError> {
        let tx = self.transactions.begin().await?;
        let ours = heartbeat(&tx, self.owner, held, self.lease).await?;
        self.transactions.commit(tx).await?;
        Ok(ours)
    }
}
