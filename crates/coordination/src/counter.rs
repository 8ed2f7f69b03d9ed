//! How often something may happen: the generic cell rate algorithm, shared through Redis or local to the process.
//!
//! A key may be hit `limit` times at once and gets its hits back evenly over `window`. So no burst of twice the limit
//! fits around the border of a window, and one number a key is all there is to keep.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::link::Link;

/// Keys kept in memory; beyond, those that are nearest to being whole again are forgotten.
const MOST_KEYS: usize = 65_536;

/// Whether it may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub allowed: bool,
    /// Hits that would still be allowed now.
    pub remaining: u32,
    /// When allowed: until all hits are back. When refused: until the next one is allowed.
    pub reset_after: Duration,
}

/// Limits by key. Cheap to clone.
#[derive(Clone)]
pub struct Counter {
    link: Option<Arc<Link>>,
    local: Arc<Mutex<HashMap<String, Instant>>>,
}

/// KEYS[1]; ARGV: window and interval in microseconds. Redis' own clock, so that nodes need not agree about the time.
/// Returns allowed (0/1) and the fill of the bucket in microseconds after this hit (or at it, when refused).
const SCRIPT: &str = "
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local window, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = tonumber(redis.call('GET', KEYS[1]) or now)
if full_at < now then full_at = now end
if full_at > now + window then full_at = now + window end
if full_at + interval - now > window then return {0, full_at - now} end
full_at = full_at + interval
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000))
return {1, full_at - now}";

impl Counter {
    pub(crate) fn new(link: Option<Arc<Link>>) -> Self {
        Self { link, local: Arc::default() }
    }

    /// Counts one hit of `key` if it is allowed; a refused one is not counted. Without Redis each process counts for itself.
    pub async fn hit(&self, key: &str, limit: u32, window: Duration) -> Hit {
        if limit == 0 || window < Duration::from_micros(u64::from(limit)) {
            return Hit { allowed: limit > 0, remaining: limit, reset_after: window };
        }
        let rate = Rate { limit, window, interval: window / limit };
        if let Some(link) = &self.link {
            let mut command = redis::cmd("EVAL");
            command.arg(SCRIPT).arg(1).arg(format!("obrol:count:{key}"));
            command.arg(micros(rate.window)).arg(micros(rate.interval));
            if let Some((allowed, fill)) = link.query::<(u8, u64)>("count", &command).await {
                return rate.hit(allowed == 1, Duration::from_micros(fill));
            }
        }
        self.hit_locally(key, rate)
    }

    fn hit_locally(&self, key: &str, rate: Rate) -> Hit {
        let now = Instant::now();
        let mut table = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= MOST_KEYS && !table.contains_key(key) {
            make_room(&mut table, now);
        }
        let full_at = table.get(key).copied().unwrap_or(now).clamp(now, now + rate.window);
        let fill = full_at + rate.interval - now;
        if fill > rate.window {
            return rate.hit(false, full_at - now);
        }
        table.insert(key.to_owned(), now + fill);
        rate.hit(true, fill)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// Forgets the keys that are whole again, and at least a tenth of all.
fn make_room(table: &mut HashMap<String, Instant>, now: Instant) {
    table.retain(|_, full_at| *full_at > now);
    let most = MOST_KEYS - MOST_KEYS / 10;
    if table.len() > most {
        let mut all: Vec<Instant> = table.values().copied().collect();
        let surplus = all.len() - most;
        let (_, border, _) = all.select_nth_unstable(surplus);
        let border = *border;
        table.retain(|_, full_at| *full_at > border);
    }
}

#[derive(Clone, Copy)]
struct Rate {
    limit: u32,
    window: Duration,
    interval: Duration,
}

impl Rate {
    /// `fill`: how much of the window is used up.
    fn hit(self, allowed: bool, fill: Duration) -> Hit {
        let room = self.window.saturating_sub(fill);
        let remaining = u32::try_from(room.as_micros() / self.interval.as_micros().max(1)).unwrap_or(u32::MAX);
        if allowed {
            Hit { allowed, remaining: remaining.min(self.limit - 1), reset_after: fill }
        } else {
            Hit { allowed, remaining: 0, reset_after: (fill + self.interval).saturating_sub(self.window) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_is_spent_and_comes_back_evenly() {
        let counter = Counter::new(None);
        let window = Duration::from_millis(300);
        for remaining in [2, 1, 0] {
            let hit = counter.hit("a", 3, window).await;
            assert!(hit.allowed);
            assert_eq!(hit.remaining, remaining);
        }
        let refused = counter.hit("a", 3, window).await;
        assert!(!refused.allowed);
        assert!(refused.reset_after <= Duration::from_millis(100), "{refused:?}");
        assert!(counter.hit("b", 3, window).await.allowed, "another key is another limit");
        tokio::time::sleep(refused.reset_after + Duration::from_millis(5)).await;
        assert!(counter.hit("a", 3, window).await.allowed);
        assert!(!counter.hit("a", 3, window).await.allowed);
    }

    #[tokio::test]
    async fn nothing_is_allowed_by_a_limit_of_zero() {
        assert!(!Counter::new(None).hit("a", 0, Duration::from_secs(1)).await.allowed);
    }

    #[tokio::test]
    async fn a_flood_of_keys_stays_within_its_room() {
        let counter = Counter::new(None);
        for number in 0..MOST_KEYS + 1000 {
            counter.hit(&format!("key {number}"), 5, Duration::from_secs(60)).await;
        }
        let kept = counter.local.lock().unwrap_or_else(PoisonError::into_inner).len();
        assert!(kept <= MOST_KEYS, "{kept}");
    }
}
