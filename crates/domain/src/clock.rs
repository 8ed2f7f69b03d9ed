//! Time and chance as values that are handed in (law 5): the only place that asks the machine for either.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use crate::Timestamp;

/// Where the time comes from: the machine, or a test that sets it.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.millis())))
    }

    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Fixed(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock on; the machine's clock is not ours to move.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(at) = self {
            at.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

/// Where chance comes from: the operating system, or a seed that a test can replay.
#[derive(Clone, Debug, Default)]
pub enum Chance {
    #[default]
    System,
    Seeded(Arc<AtomicU64>),
}

impl Chance {
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(AtomicU64::new(seed)))
    }

    /// Fills `bytes`; from the system's cryptographic source unless seeded.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done without it.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::System => {
                #[allow(clippy::expect_used, reason = "a server without randomness must not go on")]
                getrandom::fill(bytes).expect("the operating system gives random bytes");
            }
            Self::Seeded(state) => {
                for chunk in bytes.chunks_mut(8) {
                    let word = split_mix(state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst));
                    chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
                }
            }
        }
    }

    /// A random array, for tokens and keys.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Even in `0..below` (`below` > 0); good enough for jitter, not for keys.
    pub fn below(&self, below: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % below.max(1)
    }

    /// In 0..1; good enough to spread pauses, not for keys.
    pub fn fraction(&self) -> f64 {
        const STEPS: u64 = 1 << 53; // As many as a float tells apart.
        self.below(STEPS) as f64 / STEPS as f64
    }

    /// Between half of `base` and `base`: spreads retries that failed together.
    pub fn jitter(&self, base: Duration) -> Duration {
        let half = u64::try_from(base.as_millis() / 2).unwrap_or(u64::MAX / 2);
        Duration::from_millis(half + self.below(half.max(1)))
    }

    /// A UUIDv7 of `now`: ids sort by the time that they were made.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

/// SplitMix64: one well-mixed word from a counter.
fn split_mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
