//! Memory for big bodies: what all of them together may take, from the first byte until the answer has ended.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::UserId;
use domain::{Error, Kind, Result};

/// So much of every body is not counted, so that ordinary questions go through whatever the big ones do.
const FREE: usize = 64 * 1024;
/// When somebody may have left.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Room {
    taken: AtomicUsize,
    most: usize,
    /// Who holds how much of it.
    owners: Mutex<BTreeMap<UserId, usize>>,
}

/// Of this process.
pub static ROOM: Room = Room::new(256 * 1024 * 1024);

/// A body's place; given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    room: &'static Room,
    bytes: usize,
    owner: Option<UserId>,
}

impl Room {
    pub const fn new(most: usize) -> Self {
        Self { taken: AtomicUsize::new(0), most, owners: Mutex::new(BTreeMap::new()) }
    }

    pub const fn enter(&'static self) -> Seat {
        Seat { room: self, bytes: 0, owner: None }
    }

    fn owners(&self) -> MutexGuard<'_, BTreeMap<UserId, usize>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
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
            return Err(no_room());
        }
        self.bytes += more;
        Ok(())
    }

    /// The body is whole, and somebody's: nobody keeps more than a quarter of the room.
    ///
    /// # Errors
    /// `request.no_room`, with the time to wait.
    pub fn of(mut self, user: UserId) -> Result<Self> {
        if self.bytes > 0 && self.owner.is_none() {
            let mut owners = self.room.owners();
            let own = owners.get(&user).copied().unwrap_or_default() + self.bytes;
            if own > self.room.most / 4 {
                return Err(no_room());
            }
            owners.insert(user, own);
            self.owner = Some(user);
        }
        Ok(self)
    }
}

fn no_room() -> Error {
    Error::new(Kind::Unavailable, "request.no_room").retry_after(AGAIN)
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
        if let Some(user) = self.owner {
            let mut owners = self.room.owners();
            let left = owners.get(&user).map_or(0, |own| own.saturating_sub(self.bytes));
            if left == 0 {
                owners.remove(&user);
            } else {
                owners.insert(user, left);
            }
        }
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

    #[test]
    fn nobody_keeps_more_than_a_quarter() {
        static SMALL: Room = Room::new(100);
        let (ani, budi) = (UserId::from(uuid::Uuid::from_u128(1)), UserId::from(uuid::Uuid::from_u128(2)));
        let seat = |bytes: usize, of: UserId| {
            let mut seat = SMALL.enter();
            seat.hold(FREE + bytes)?;
            seat.of(of)
        };
        let one = seat(20, ani).ok();
        assert!(one.is_some() && seat(6, ani).is_err() && seat(5, ani).is_ok() && seat(25, budi).is_ok());
        assert!(SMALL.enter().of(ani).is_ok(), "a small one");
        drop(one);
        assert!(seat(25, ani).is_ok());
        assert!(SMALL.owners().is_empty());
        assert_eq!(SMALL.taken.load(Ordering::Relaxed), 0);
    }
}
