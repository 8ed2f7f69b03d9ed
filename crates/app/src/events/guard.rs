//! Open streams and rights: whoever loses a right falls silent within a second, on every node.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{ApiKeyId, SessionId};
use domain::{Error, Kind, Principal, Result};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::App;

/// What opened a stream, and ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Device(SessionId),
    Key(ApiKeyId),
}

impl Holder {
    /// `None` for the server itself.
    fn of(principal: &Principal) -> Option<Self> {
        let key = principal.key.map(|grant| Self::Key(grant.id));
        key.or_else(|| principal.session.map(Self::Device))
    }
}

#[derive(Default)]
pub(crate) struct Open {
    /// By holder: the rights epoch under which it was opened, and how to end its streams.
    streams: Mutex<HashMap<Holder, (i64, Vec<CancellationToken>)>>,
}

impl Open {
    fn streams(&self) -> MutexGuard<'_, HashMap<Holder, (i64, Vec<CancellationToken>)>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who has open streams. Forgets streams that were closed by their clients.
    pub(super) fn holders(&self) -> Vec<(Holder, i64)> {
        let mut streams = self.streams();
        streams.retain(|_, (_, tokens)| {
            tokens.retain(|token| !token.is_cancelled());
            !tokens.is_empty()
        });
        streams.iter().map(|(holder, (epoch, _))| (*holder, *epoch)).collect()
    }

    pub(super) fn end(&self, holder: Holder) {
        if let Some((_, tokens)) = self.streams().remove(&holder) {
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
/// `events.too_many_streams` when the device has too many open.
pub fn watch(app: &App, principal: &Principal) -> Result<Watch> {
    let lost = CancellationToken::new();
    if let Some(holder) = Holder::of(principal) {
        let mut streams = app.feeds.open_streams.streams();
        let entry = streams.entry(holder).or_insert_with(|| (principal.rights_epoch, Vec::new()));
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

/// Whether the right is still there; asked once more after [`watch`] has begun, so that one which ends in between is missed by
/// neither.
///
/// # Errors
/// `auth.session_ended`, `keys.revoked`.
pub async fn still_held(app: &App, principal: &Principal) -> Result<()> {
    let Some(holder) = Holder::of(principal) else { return Ok(()) };
    if valid(app, &[(holder, principal.rights_epoch)]).await?.contains(&holder) {
        return Ok(());
    }
    let code = match holder {
        Holder::Device(_) => "auth.session_ended",
        Holder::Key(_) => "keys.revoked",
    };
    Err(Error::new(Kind::Unauthenticated, code))
}

/// Those that are still good with the rights epoch that each was opened with.
pub(super) async fn valid(app: &App, open: &[(Holder, i64)]) -> Result<HashSet<Holder>> {
    let (mut devices, mut keys) = (Vec::new(), Vec::new());
    for (holder, epoch) in open {
        match holder {
            Holder::Device(session) => devices.push((*session, *epoch)),
            Holder::Key(key) => keys.push((*key, *epoch)),
        }
    }
    let devices = crate::accounts::still_valid(app, &devices).await?.into_iter().map(Holder::Device);
    let keys = crate::keys::still_valid(app, &keys).await?.into_iter().map(Holder::Key);
    Ok(devices.chain(keys).collect())
}
