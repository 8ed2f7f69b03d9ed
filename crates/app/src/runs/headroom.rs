//! How many more runs may wait. Counting the queue costs as much as the queue is long, so a count is used up before the
//! next one: so many runs as were free may be added without looking.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::{Error, Kind, Result};
use persistence::Tx;
use tokio::time::Instant;

use crate::App;

/// How long a count holds where other nodes add to the queue, too.
const HOLDS: Duration = Duration::from_secs(1);
/// The share of what is free that one of several nodes may take without looking.
const SHARE: u64 = 16;

#[derive(Debug, Default)]
pub(crate) struct Headroom(Mutex<Option<Known>>);

#[derive(Debug)]
struct Known {
    left: u64,
    counted_at: Instant,
}

impl Headroom {
    fn take(&self, shared: bool) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_mut() {
            Some(known) if known.left > 0 && !(shared && known.counted_at.elapsed() > HOLDS) => {
                known.left -= 1;
                true
            }
            Some(_) | None => false,
        }
    }

    fn learn(&self, free: u64, shared: bool) {
        // The caller has taken one of them.
        let left = if shared { free / SHARE } else { free }.saturating_sub(1);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(Known { left, counted_at: Instant::now() });
    }
}

/// Takes one place in the queue; a transaction that is rolled back after it loses no more than a count too early.
pub(super) async fn take(app: &App, tx: &Tx) -> Result<()> {
    let shared = app.db.shared();
    if app.bench.headroom.take(shared) {
        return Ok(());
    }
    let queued = persistence::runs::counts(&**tx).await?.queued;
    let free = app.settings.queue_depth.saturating_sub(queued);
    if free == 0 {
        return Err(Error::new(Kind::Unavailable, "run.queue_full").retry_after(Duration::from_secs(10)));
    }
    app.bench.headroom.learn(free, shared);
    Ok(())
}
