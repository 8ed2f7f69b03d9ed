//! Doors before what is dear: so many are inside at once, so many may wait, and whoever finds no place is asked to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::{Error, Kind, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest wait for a turn; a person who waits longer has given up.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Door {
    inside: Arc<Semaphore>,
    waiting: AtomicUsize,
    places: usize,
}

impl Door {
    /// `inside` at once, and `places` for those who wait.
    pub(super) fn new(inside: usize, places: usize) -> Self {
        Self { inside: Arc::new(Semaphore::new(inside.max(1))), waiting: AtomicUsize::new(0), places }
    }

    /// Waits for a turn in order of arrival.
    ///
    /// # Errors
    /// `auth.busy` when there is no place to wait, or the wait is too long.
    pub(super) async fn enter(&self) -> Result<Turn> {
        if let Ok(permit) = self.inside.clone().try_acquire_owned() {
            return Ok(Turn { _permit: permit, waited: false });
        }
        let place = Place(&self.waiting);
        if place.0.fetch_add(1, Ordering::AcqRel) >= self.places {
            return Err(busy());
        }
        match tokio::time::timeout(PATIENCE, self.inside.clone().acquire_owned()).await {
            Ok(permit) => Ok(Turn { _permit: permit.map_err(Error::broken)?, waited: true }),
            Err(_) => Err(busy()),
        }
    }
}

/// The right to be inside, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    /// Others were before: what was known about their outcome may be old.
    pub waited: bool,
}

/// A place in the queue, given back however the wait ends.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn busy() -> Error {
    Error::new(Kind::Unavailable, "auth.busy").retry_after(Duration::from_secs(2))
}
