//! Open streams and rights: whoever loses a right falls silent within a second, on every node.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{ApiKeyId, SessionId};
use domain::{Error, Kind, Principal, Result};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::App;

/// By what a stream was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Seat {
    Session(SessionId),
    Key(ApiKeyId),
}

#[derive(Default)]
pub(crate) struct Open {
    /// By session or key: the rights epoch under which it was opened, and how to end its streams.
    streams: Mutex<HashMap<Seat, (i64, Vec<CancellationToken>)>>,
}

impl Open {
    fn streams(&self) -> MutexGuard<'_, HashMap<Seat, (i64, Vec<CancellationToken>)>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sessions and keys with open streams. Forgets streams that were closed by their clients.
    pub(super) fn seats(&self) -> Vec<(Seat, i64)> {
        let mut streams = self.streams();
        streams.retain(|_, (_, tokens)| {
            tokens.retain(|token| !token.is_cancelled());
            !tokens.is_empty()
        });
        streams.iter().map(|(seat, (epoch, _))| (*seat, *epoch)).collect()
    }

    pub(super) fn end(&self, seat: Seat) {
        if let Some((_, tokens)) = self.streams().remove(&seat) {
            for token in tokens {
                token.cancel();
            }
        }
    }
}

/// Held by an open stream; tells it when its right is gone.
pub struct Watch {
    lost: CancellationToken,
    _closed: DropGuard,
}

impl Watch {
    /// Returns when the stream must end. Cancel-safe.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

/// Streams that one device or key may hold open: an integrator may serve many pages with one token, but not without end.
const MOST_STREAMS: usize = 4_096;

/// Watches over the rights of `principal` for as long as the stream holds the answer.
///
/// # Errors
/// `events.too_many_streams` when the device or key has too many open.
pub fn watch(app: &App, principal: &Principal) -> Result<Watch> {
    let lost = CancellationToken::new();
    let seat = principal.key.map(|key| Seat::Key(key.id)).or(principal.session.map(Seat::Session));
    if let Some(seat) = seat {
        let mut streams = app.feeds.open_streams.streams();
        let entry = streams.entry(seat).or_insert_with(|| (principal.rights_epoch, Vec::new()));
        // An older epoch is the stricter one to check.
        entry.0 = entry.0.min(principal.rights_epoch);
        entry.1.retain(|token| !token.is_cancelled());
        if entry.1.len() >= MOST_STREAMS {
            let error = Error::new(Kind::TooMany, "events.too_many_streams").arg("limit", MOST_STREAMS);
            return Err(error.retry_after(Duration::from_secs(5)));
        }
        entry.1.push(lost.clone());
    }
    Ok(Watch { _closed: lost.clone().drop_guard(), lost })
}
