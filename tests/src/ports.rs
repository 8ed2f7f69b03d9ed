//! Free loopback ports for servers that must be told theirs.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the range that the kernel gives to outgoing connections: a server that was killed finds its port free again.
const RANGE: std::ops::Range<u32> = 12_000..32_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

pub fn free() -> u16 {
    // Each test is a process: start where no neighbour is likely to start.
    let span = RANGE.end - RANGE.start;
    for _ in 0..span {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = RANGE.start + (std::process::id().wrapping_mul(7919).wrapping_add(step)) % span;
        if TcpListener::bind(("127.0.0.1", port as u16)).is_ok() {
            return port as u16;
        }
    }
    panic!("no free port in {RANGE:?}")
}
