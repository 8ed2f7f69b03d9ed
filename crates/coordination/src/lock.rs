//! Locks with a time limit: to save double work across processes, not to prove that it cannot happen.
//!
//! A holder may outlive its lock (a pause, a clock, a Redis that forgot). Whatever must not happen twice is fenced in the
//! database; a lock only makes the second try rare. So with Redis away a lock is local to the process, and work goes on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::chance::{hex, token};
use crate::link::{Link, Task};

const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";
const RENEW: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end";

/// Locks by key. Cheap to clone.
#[derive(Clone)]
pub struct Lock {
    inner: Arc<Inner>,
}

struct Inner {
    local: Mutex<HashMap<String, Held>>,
    remote: Option<Remote>,
}

struct Held {
    token: String,
    until: Instant,
}

struct Remote {
    link: Arc<Link>,
    /// Guards that were dropped; the task releases them. Full or gone: the time limit releases them.
    dropped: mpsc::Sender<(String, String)>,
    _task: Task,
}

impl Lock {
    pub(crate) fn memory() -> Self {
        Self { inner: Arc::new(Inner { local: Mutex::default(), remote: None }) }
    }

    pub(crate) fn shared(link: Arc<Link>) -> Self {
        let (dropped, mut guards) = mpsc::channel::<(String, String)>(256);
        let releasing = link.clone();
        let task = Task::start(async move {
            while let Some((key, token)) = guards.recv().await {
                release(&releasing, &key, &token).await;
            }
        });
        let remote = Remote { link, dropped, _task: task };
        Self { inner: Arc::new(Inner { local: Mutex::default(), remote: Some(remote) }) }
    }

    /// The lock if nobody holds it, for at most `ttl` (at least a millisecond). Does not wait for another holder.
    pub async fn try_acquire(&self, key: &str, ttl: Duration) -> Option<Guard> {
        let ttl = ttl.max(Duration::from_millis(1));
        let token = hex(&token());
        // The local table comes first, always: so two tasks of one process exclude each other even while Redis comes and goes.
        if !self.inner.take_locally(key, &token, ttl) {
            return None;
        }
        let mut guard = Guard { key: key.to_owned(), token, lock: self.clone(), released: false };
        if let Some(remote) = &self.inner.remote {
            let mut command = redis::cmd("SET");
            command.arg(redis_key(key)).arg(&guard.token).arg("NX").arg("PX").arg(millis(ttl));
            if remote.link.query::<Option<String>>("lock", &command).await == Some(None) {
                self.inner.give_back_locally(key, &guard.token);
                guard.released = true;
                return None;
            }
        }
        Some(guard)
    }
}

impl Inner {
    fn local(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_locally(&self, key: &str, token: &str, ttl: Duration) -> bool {
        let now = Instant::now();
        let mut table = self.local();
        if table.get(key).is_some_and(|held| held.until > now) {
            return false;
        }
        if table.len() >= 1024 {
            table.retain(|_, held| held.until > now);
        }
        table.insert(key.to_owned(), Held { token: token.to_owned(), until: now + ttl });
        true
    }

    fn give_back_locally(&self, key: &str, token: &str) {
        let mut table = self.local();
        if table.get(key).is_some_and(|held| held.token == token) {
            table.remove(key);
        }
    }

    fn extend_locally(&self, key: &str, token: &str, ttl: Duration) -> bool {
        let now = Instant::now();
        match self.local().get_mut(key) {
            Some(held) if held.token == token && held.until > now => {
                held.until = now + ttl;
                true
            }
            _ => false,
        }
    }
}

/// A held lock; dropping it gives it back soon, [`Guard::release`] at once.
pub struct Guard {
    key: String,
    token: String,
    lock: Lock,
    released: bool,
}

impl Guard {
    /// Holds it for `ttl` from now. False: it is no longer ours, and the work should stop.
    pub async fn renew(&self, ttl: Duration) -> bool {
        if !self.lock.inner.extend_locally(&self.key, &self.token, ttl) {
            return false;
        }
        let Some(remote) = &self.lock.inner.remote else { return true };
        let mut command = redis::cmd("EVAL");
        command.arg(RENEW).arg(1).arg(redis_key(&self.key)).arg(&self.token).arg(millis(ttl));
        remote.link.query::<i64>("lock_renew", &command).await != Some(0)
    }

    /// Gives it back and waits until others can have it.
    pub async fn release(mut self) {
        self.released = true;
        self.lock.inner.give_back_locally(&self.key, &self.token);
        if let Some(remote) = &self.lock.inner.remote {
            release(&remote.link, &self.key, &self.token).await;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.released {
            return;
        }
        self.lock.inner.give_back_locally(&self.key, &self.token);
        if let Some(remote) = &self.lock.inner.remote {
            let _ = remote.dropped.try_send((std::mem::take(&mut self.key), std::mem::take(&mut self.token)));
        }
    }
}

async fn release(link: &Link, key: &str, token: &str) {
    let mut command = redis::cmd("EVAL");
    command.arg(RELEASE).arg(1).arg(redis_key(key)).arg(token);
    let _ = link.query::<i64>("lock_release", &command).await;
}

fn redis_key(key: &str) -> String {
    format!("obrol:lock:{key}")
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn one_holder_at_a_time() {
        let lock = Lock::memory();
        let minute = Duration::from_secs(60);
        let held = lock.try_acquire("a", minute).await.unwrap();
        assert!(lock.try_acquire("a", minute).await.is_none());
        assert!(lock.try_acquire("b", minute).await.is_some());
        assert!(held.renew(minute).await);
        held.release().await;
        drop(lock.try_acquire("a", minute).await.unwrap());
        assert!(lock.try_acquire("a", minute).await.is_some(), "dropping gives it back");
    }

    #[tokio::test]
    async fn an_outlived_lock_goes_to_the_next_and_stays_there() {
        let lock = Lock::memory();
        let late = lock.try_acquire("a", Duration::from_millis(5)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let next = lock.try_acquire("a", Duration::from_secs(60)).await.unwrap();
        assert!(!late.renew(Duration::from_secs(60)).await);
        drop(late);
        assert!(
            lock.try_acquire("a", Duration::from_secs(60)).await.is_none(),
            "the late holder cannot give away what it lost"
        );
        drop(next);
    }
}
