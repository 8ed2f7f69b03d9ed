//! One provider's calls at one time: a limit that adapts, and a fair queue before it.

mod limit;
mod queue;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use limit::Limit;
pub use limit::LimitSettings;
use queue::{FairQueue, Joined};

/// Why a place was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many wait already.
    Full,
    /// The time that the asker had is over.
    Late,
}

pub struct Limiter {
    core: Mutex<Core>,
}

struct Core {
    limit: Limit,
    queue: FairQueue<oneshot::Sender<Permit>>,
    running: u32,
    /// Of each asker; none is zero.
    own: HashMap<String, u32>,
}

/// What operators see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub running: u32,
    pub limit: u32,
    pub waiting: usize,
}

/// A place among the running calls, given back when it is dropped.
pub struct Permit {
    limiter: Option<Arc<Limiter>>,
    asker: String,
}

/// A place in the queue, given up when it is dropped.
struct Place<'a> {
    limiter: &'a Limiter,
    asker: &'a str,
    number: u64,
}

/// Of several places the last quarter is not for one who has all the others: who reads slowly keeps his for long.
fn may(own: &HashMap<String, u32>, limit: u32, asker: &str) -> bool {
    let share = if limit < 4 { limit } else { limit - limit / 4 };
    // What the server asks by itself is nobody's.
    asker.is_empty() || own.get(asker).is_none_or(|running| *running < share)
}

impl Core {
    fn may(&self, asker: &str) -> bool {
        may(&self.own, self.limit.now(), asker)
    }

    fn enter(&mut self, asker: &str) {
        self.running += 1;
        *self.own.entry(asker.to_owned()).or_default() += 1;
    }

    fn leave(&mut self, asker: &str) {
        self.running -= 1;
        if let Some(own) = self.own.get_mut(asker) {
            *own -= 1;
            if *own == 0 {
                self.own.remove(asker);
            }
        }
    }
}

impl Limiter {
    pub fn new(settings: LimitSettings, most_waiting: usize) -> Arc<Self> {
        let core =
            Core { limit: Limit::new(settings), queue: FairQueue::new(most_waiting), running: 0, own: HashMap::new() };
        Arc::new(Self { core: Mutex::new(core) })
    }

    pub fn set(self: &Arc<Self>, settings: LimitSettings, most_waiting: usize) {
        {
            let mut core = self.core();
            core.limit.set(settings);
            core.queue.set_most(most_waiting);
        }
        self.serve();
    }

    /// Waits for a place until `until`. Dropping the future gives the place in the queue up.
    pub async fn acquire(self: &Arc<Self>, asker: &str, until: Instant) -> Result<Permit, Refusal> {
        let (sender, receiver) = oneshot::channel();
        let joined = {
            let mut core = self.core();
            if core.running < core.limit.now() && core.may(asker) && !core.queue.is_wanted(|other| core.may(other)) {
                core.enter(asker);
                return Ok(Permit { limiter: Some(self.clone()), asker: asker.to_owned() });
            }
            core.queue.join(asker, sender)
        };
        let number = match joined {
            Joined::Waits(number) => number,
            // The other one's receiver hears that its sender is gone.
            Joined::Instead(number, _gone) => number,
            Joined::Full(_) => return Err(Refusal::Full),
        };
        let _place = Place { limiter: self, asker, number };
        match timeout_at(until, receiver).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Refusal::Full),
            Err(_) => Err(Refusal::Late),
        }
    }

    /// A call began to answer.
    pub fn answered(self: &Arc<Self>, first_word: Duration) {
        {
            let mut core = self.core();
            let running = core.running;
            core.limit.answered(first_word, running);
        }
        self.serve();
    }

    pub fn pushed_back(&self, now: Instant) {
        self.core().limit.pushed_back(now);
    }

    pub fn load(&self) -> Load {
        let core = self.core();
        Load { running: core.running, limit: core.limit.now(), waiting: core.queue.len() }
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives free places to those whose turn it is.
    fn serve(self: &Arc<Self>) {
        loop {
            let sender = {
                let mut core = self.core();
                if core.running >= core.limit.now() {
                    return;
                }
                let Core { limit, queue, own, .. } = &mut *core;
                let Some((asker, sender)) = queue.next(|asker| may(own, limit.now(), asker)) else { return };
                core.enter(&asker);
                (asker, sender)
            };
            let (asker, sender) = sender;
            if let Err(mut unwanted) = sender.send(Permit { limiter: Some(self.clone()), asker }) {
                // Whoever waited has just left: the place goes to the next one, here and not in the permit's drop.
                unwanted.limiter = None;
                self.core().leave(&unwanted.asker);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(limiter) = self.limiter.take() {
            limiter.core().leave(&self.asker);
            limiter.serve();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        drop(self.limiter.core().queue.leave(self.asker, self.number));
    }
}
