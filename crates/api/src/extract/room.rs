//! Memory for big bodies: what all of them together may take, from the first byte until the answer has ended.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::{Error, Kind, Result};

/// So much of every body is not counted, so that ordinary questions go through whatever the big ones do.
const FREE: usize = 64 * 1024;
/// When somebody may have left.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Room {
    taken: AtomicUsize,
    most: usize,
}

/// Of this process.
pub static ROOM: Room = Room::new(256 * 1024 * 1024);

/// A body's place; given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    room: &'static Room,
    bytes: usize,
}

impl Room {
    pub const fn new(most: usize) -> Self {
        Self { taken: AtomicUsize::new(0), most }
    }

    pub const fn enter(&'static self) -> Seat {
        Seat { room: self, bytes: 0 }
    }
}

impl Seat {
    /// The body has so many bytes by now. Only what has come is counted: announcing much takes nobody's place.
    ///
    /// # Errors
    /// `request.no_room`, with the time to wait.
    pub fn hold(&mut self, length: usize) -> Result<()> {
        let more = length.saturating_sub(FREE).saturating_sub(self.bytes);
        let fits = |taken: usize| taken.checked_add(more).filter(|sum| *sum <= self.room.most);
        if more > 0 && self.room.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_err() {
            return Err(Error::new(Kind::Unavailable, "request.no_room").retry_after(AGAIN));
        }
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_bodies_wait_for_each_other_and_small_ones_for_nobody() {
        static SMALL: Room = Room::new(100);
        let (mut one, mut two) = (SMALL.enter(), SMALL.enter());
        assert!(one.hold(10).is_ok() && one.hold(FREE + 80).is_ok() && one.hold(FREE + 90).is_ok());
        assert!(two.hold(FREE + 10).is_ok());
        let refused = two.hold(FREE + 11).map_err(|error| (error.code(), error.retry_after_hint()));
        assert_eq!(refused, Err(("request.no_room", Some(AGAIN))));
        assert!(SMALL.enter().hold(FREE).is_ok(), "a small one");
        drop(one);
        assert!(two.hold(FREE + 100).is_ok());
        assert!(two.hold(usize::MAX).is_err());
        drop(two);
        assert_eq!(SMALL.taken.load(Ordering::Relaxed), 0);
    }
}
