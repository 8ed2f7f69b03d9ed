//! Bytes with a time limit that may be forgotten at any time: bounded memory, or Redis.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;

use crate::link::Link;

const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Larger values are not kept: one would push out hundreds of others, and hold up a shared Redis.
const LARGEST_VALUE: usize = 1024 * 1024;

/// Cheap to clone.
#[derive(Clone)]
pub struct Cache {
    link: Option<Arc<Link>>,
    local: moka::future::Cache<String, Kept>,
}

#[derive(Clone)]
struct Kept {
    value: Bytes,
    ttl: Duration,
}

struct ByEntry;

impl Expiry<String, Kept> for ByEntry {
    fn expire_after_create(&self, _: &String, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.ttl)
    }

    fn expire_after_update(&self, _: &String, kept: &Kept, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.ttl)
    }
}

impl Cache {
    pub(crate) fn new(link: Option<Arc<Link>>) -> Self {
        let local = moka::future::Cache::builder()
            .max_capacity(MOST_BYTES)
            .weigher(|key: &String, kept: &Kept| u32::try_from(key.len() + kept.value.len() + 64).unwrap_or(u32::MAX))
            .expire_after(ByEntry)
            .build();
        Self { link, local }
    }

    pub async fn get(&self, key: &str) -> Option<Bytes> {
        if let Some(link) = &self.link {
            let mut command = redis::cmd("GET");
            command.arg(redis_key(key));
            if let Some(answer) = link.query::<Option<Vec<u8>>>("cache_get", &command).await {
                return answer.map(Bytes::from);
            }
        }
        self.local.get(key).await.map(|kept| kept.value)
    }

    /// Keeps `value` for at most `ttl`; with Redis away, for this process alone.
    pub async fn set(&self, key: &str, value: Bytes, ttl: Duration) {
        if value.len() > LARGEST_VALUE || ttl < Duration::from_millis(1) {
            return;
        }
        if let Some(link) = &self.link {
            let mut command = redis::cmd("SET");
            let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
            command.arg(redis_key(key)).arg(&value[..]).arg("PX").arg(millis);
            if link.query::<()>("cache_set", &command).await.is_some() {
                // What was kept here while Redis was away is older than this.
                self.local.invalidate(key).await;
                return;
            }
        }
        self.local.insert(key.to_owned(), Kept { value, ttl }).await;
    }

    /// Forgets `key`, as far as Redis can be reached.
    pub async fn remove(&self, key: &str) {
        self.local.invalidate(key).await;
        if let Some(link) = &self.link {
            let mut command = redis::cmd("DEL");
            command.arg(redis_key(key));
            let _ = link.query::<()>("cache_remove", &command).await;
        }
    }
}

fn redis_key(key: &str) -> String {
    format!("obrol:cache:{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_comes_back_until_its_time_is_over() {
        let cache = Cache::new(None);
        cache.set("a", Bytes::from_static(b"1"), Duration::from_millis(40)).await;
        cache.set("b", Bytes::from_static(b"2"), Duration::from_secs(60)).await;
        assert_eq!(cache.get("a").await.as_deref(), Some(&b"1"[..]));
        tokio::time::sleep(Duration::from_millis(80)).await;
        assert_eq!(cache.get("a").await, None);
        assert_eq!(cache.get("b").await.as_deref(), Some(&b"2"[..]));
        cache.remove("b").await;
        assert_eq!(cache.get("b").await, None);
        cache.set("big", Bytes::from(vec![0; LARGEST_VALUE + 1]), Duration::from_secs(60)).await;
        assert_eq!(cache.get("big").await, None);
    }
}
