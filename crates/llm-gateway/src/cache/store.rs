//! Answers by their digest, pure: a bound on the bytes, the least lately used goes first, nothing lives for ever.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

pub type CacheKey = [u8; 32];

#[derive(Debug)]
pub struct Store<V> {
    entries: HashMap<CacheKey, Entry<V>>,
    /// By the time of the last use.
    order: BTreeMap<u64, CacheKey>,
    tick: u64,
    bytes: usize,
    most_bytes: usize,
    lives: Duration,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
    until: Instant,
}

/// What an entry costs beside its value.
const OVERHEAD: usize = 256;

impl<V: Clone> Store<V> {
    pub fn new(most_bytes: usize, lives: Duration) -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), tick: 0, bytes: 0, most_bytes, lives }
    }

    pub fn set(&mut self, most_bytes: usize, lives: Duration) {
        (self.most_bytes, self.lives) = (most_bytes, lives);
        self.shrink();
    }

    pub fn get(&mut self, key: &CacheKey, now: Instant) -> Option<V> {
        let entry = self.entries.get_mut(key)?;
        if now >= entry.until {
            self.remove(key);
            return None;
        }
        self.order.remove(&entry.used);
        self.tick += 1;
        entry.used = self.tick;
        self.order.insert(self.tick, *key);
        Some(entry.value.clone())
    }

    pub fn put(&mut self, key: CacheKey, value: V, bytes: usize, now: Instant) {
        self.remove(&key);
        let bytes = bytes.saturating_add(OVERHEAD);
        if bytes > self.most_bytes {
            return;
        }
        self.tick += 1;
        self.bytes += bytes;
        self.order.insert(self.tick, key);
        self.entries.insert(key, Entry { value, bytes, used: self.tick, until: now + self.lives });
        self.shrink();
    }

    fn remove(&mut self, key: &CacheKey) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.used);
            self.bytes -= entry.bytes;
        }
    }

    fn shrink(&mut self) {
        while self.bytes > self.most_bytes {
            let Some(key) = self.order.values().next().copied() else { return };
            self.remove(&key);
        }
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a list in the order of use.
        #[test]
        fn does_what_the_slow_one_does(steps in proptest::collection::vec((0u8..3, 0u8..12, 0usize..900), 0..200)) {
            let most = 4 * OVERHEAD + 1000;
            let mut store = Store::new(most, Duration::from_secs(10));
            let mut list: Vec<(u8, usize, usize, Instant)> = Vec::new();
            let mut now = Instant::now();
            for (n, (what, key, size)) in steps.into_iter().enumerate() {
                match what {
                    0 => now += Duration::from_millis(size as u64),
                    1 => {
                        store.put([key; 32], n, size, now);
                        list.retain(|one| one.0 != key);
                        list.push((key, n, size + OVERHEAD, now + Duration::from_secs(10)));
                        while list.iter().map(|one| one.2).sum::<usize>() > most { list.remove(0); }
                    }
                    _ => {
                        let at = list.iter().position(|one| one.0 == key);
                        let mut expected = None;
                        if let Some(at) = at {
                            let one = list.remove(at);
                            if now < one.3 { expected = Some(one.1); list.push(one); }
                        }
                        prop_assert_eq!(store.get(&[key; 32], now), expected);
                    }
                }
                prop_assert_eq!(store.bytes(), list.iter().map(|one| one.2).sum::<usize>());
                prop_assert!(store.bytes() <= most && store.order.len() == store.entries.len());
            }
        }
    }

    #[test]
    fn what_is_larger_than_the_store_is_not_kept() {
        let (mut store, now) = (Store::new(1000, Duration::from_secs(1)), Instant::now());
        store.put([1; 32], "small", 10, now);
        store.put([2; 32], "large", 1000, now);
        assert_eq!((store.get(&[1; 32], now), store.get(&[2; 32], now)), (Some("small"), None));
        store.set(100, Duration::from_secs(1));
        assert_eq!((store.get(&[1; 32], now), store.bytes()), (None, 0));
    }
}
