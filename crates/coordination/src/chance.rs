//! Randomness of this crate: tokens, the name of this process on the bus, jitter.

use std::time::Duration;

/// Sixteen bytes that nobody else has.
pub(crate) fn token() -> [u8; 16] {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // No entropy source: the address of a fresh allocation and the process id still tell processes apart.
        let here = Box::new(0u8);
        bytes[..8].copy_from_slice(&(std::ptr::from_ref(&*here) as usize as u64).to_le_bytes());
        bytes[8..12].copy_from_slice(&std::process::id().to_le_bytes());
    }
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Waits that grow from `first` to `longest`, each spread over 50–100 % so that processes do not knock together.
pub(crate) struct Backoff {
    next: Duration,
    first: Duration,
    longest: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { next: first, first, longest }
    }

    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }

    pub(crate) fn wait(&mut self) -> Duration {
        let full = self.next;
        self.next = (self.next * 2).min(self.longest);
        full.mul_f64(0.5 + f64::from(token()[0]) / 512.0)
    }
}
