//! Who asks with a key: found by its hash, judged by the key and its person as both are now.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::accounts::Status;
use domain::ids::ApiKeyId;
use domain::keys::{ApiKey, KeyGrant, KeyText, Refused};
use domain::{Error, Kind, Principal, Result, Timestamp};
use persistence::keys as rows;
use subtle::ConstantTimeEq;

use crate::App;
use crate::accounts::{self, Authenticated};

/// The end of a key without one.
const NEVER: Timestamp = Timestamp(i64::MAX);

/// The one authenticator for whatever stands in a header: a key if it is meant as one, an access token otherwise.
///
/// # Errors
/// Those of [`authenticate`], [`accounts::prove`] and [`accounts::authenticate`].
pub async fn authenticate_any(app: &App, presented: &str, now: Timestamp) -> Result<Authenticated> {
    if KeyText::is_meant(presented) {
        return authenticate(app, presented, now).await;
    }
    accounts::authenticate(app, &accounts::prove(app, presented, now)?, now).await
}

/// # Errors
/// `keys.invalid` for whatever is no key of an active person, `keys.expired`, `keys.revoked`.
pub async fn authenticate(app: &App, presented: &str, now: Timestamp) -> Result<Authenticated> {
    let refused = |code| Error::new(Kind::Unauthenticated, code);
    let text = KeyText::parse(presented).ok_or_else(|| refused("keys.invalid"))?;
    let hashes = super::hashes::all(&app.accounts.keys, &text);
    if let Some(known) = app.key_uses.known(&hashes, now) {
        return Ok(known);
    }
    let Some((key, stored, user)) = rows::by_hash(app.db.read(), &hashes).await? else {
        return Err(refused("keys.invalid"));
    };
    let which = hashes.iter().position(|hash| bool::from(hash.as_slice().ct_eq(&stored)));
    let Some(which) = which.filter(|_| user.status == Status::Active) else { return Err(refused("keys.invalid")) };
    key.check(now).map_err(|why| match why {
        Refused::Revoked => refused("keys.revoked"),
        Refused::Expired => refused("keys.expired"),
    })?;
    // A hash under an earlier secret gives way to one under the present one, so that the earlier can be dropped some day.
    note_use(app, &key, hashes.first().filter(|_| which > 0), now);
    let grant = KeyGrant { id: key.id, scopes: key.scopes };
    let principal =
        Principal { user: user.id, role: user.role, session: None, rights_epoch: user.rights_epoch, key: Some(grant) };
    let authenticated = Authenticated { principal, expires_at: key.expires_at.unwrap_or(NEVER) };
    if let Some(hash) = hashes.get(which) {
        app.key_uses.opened(*hash, authenticated.clone(), now);
    }
    Ok(authenticated)
}

/// Whether this very key opened something here within the last minutes; asks nobody. What it may now is for [`authenticate`].
pub fn opened_lately(app: &App, presented: &str, now: Timestamp) -> bool {
    let Some(text) = KeyText::parse(presented) else { return false };
    super::hashes::all(&app.accounts.keys, &text).iter().any(|hash| app.key_uses.opened_lately(hash, now))
}

/// Those of the keys that still open something, with the rights epoch under which each was let in; for open streams.
pub async fn still_valid(app: &App, open: &[(ApiKeyId, i64)]) -> Result<HashSet<ApiKeyId>> {
    let asked: HashSet<(ApiKeyId, i64)> = open.iter().copied().collect();
    let ids: Vec<ApiKeyId> = asked.iter().map(|(id, _)| *id).collect();
    let living = rows::living(app.db.read(), &ids, app.clock.now()).await?;
    Ok(living.into_iter().filter(|known| asked.contains(known)).map(|(id, _)| id).collect())
}

/// What this process remembers of keys.
#[derive(Default)]
pub(crate) struct Uses {
    /// The uses that were sent on their way to the database, so that a busy key costs one write a minute.
    sent: Mutex<HashMap<ApiKeyId, Timestamp>>,
    /// Hashes of keys that opened something: whom for, and when the database said so.
    opened: Mutex<HashMap<[u8; 32], (Authenticated, Timestamp)>>,
    /// What was said before is not believed any more.
    doubted: AtomicI64,
}

impl Uses {
    const MOST: usize = 10_000;
    const LATELY: Duration = Duration::from_secs(600);
    /// A busy key is looked up so often. Whoever loses a right is refused within a second, also on a node that heard nothing.
    const BELIEVED: Duration = Duration::from_millis(500);

    /// Rights have changed: everybody is looked up again.
    pub(crate) fn doubt(&self, now: Timestamp) {
        self.doubted.store(now.millis(), Ordering::Release);
    }

    fn known(&self, hashes: &[[u8; 32]], now: Timestamp) -> Option<Authenticated> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, at) = hashes.iter().find_map(|hash| opened.get(hash))?;
        // A clock that was set back proves nothing.
        let fresh = now >= *at && now.since(*at) < Self::BELIEVED && at.millis() > self.doubted.load(Ordering::Acquire);
        (fresh && known.expires_at > now).then(|| known.clone())
    }

    fn opened(&self, hash: [u8; 32], known: Authenticated, now: Timestamp) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= Self::MOST && !opened.contains_key(&hash) {
            opened.retain(|_, (_, at)| now.since(*at) < Self::LATELY);
        }
        if opened.len() < Self::MOST || opened.contains_key(&hash) {
            opened.insert(hash, (known, now));
        }
    }

    fn opened_lately(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.get(hash).is_some_and(|(_, at)| now.since(*at) < Self::LATELY)
    }

    fn is_first(&self, key: ApiKeyId, now: Timestamp) -> bool {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= Self::MOST {
            sent.retain(|_, at| now.since(*at) < ApiKey::USE_NOTED_EVERY);
        }
        let first = sent.get(&key).is_none_or(|at| now.since(*at) >= ApiKey::USE_NOTED_EVERY);
        // A full table of busy keys only costs writes that the statement then refuses.
        if first && sent.len() < Self::MOST {
            sent.insert(key, now);
        }
        first
    }
}

/// Off the request's path, at most once a minute; a use that could not be written down is no reason to refuse it.
fn note_use(app: &App, key: &ApiKey, hash: Option<&[u8; 32]>, now: Timestamp) {
    if (!key.is_use_news(now) && hash.is_none()) || !app.key_uses.is_first(key.id, now) {
        return;
    }
    let (app, id, hash) = (app.clone(), key.id, hash.copied());
    app.clone().spawn(async move {
        let noted = app
            .db
            .retrying(async || {
                let tx = app.db.begin().await?;
                rows::note_use(&*tx, id, now, now.minus(ApiKey::USE_NOTED_EVERY), hash.as_ref()).await?;
                Ok(tx.commit().await?)
            })
            .await;
        if let Err(fault) = noted {
            tracing::warn!(key = %id, %fault, "the last use of a key could not be noted");
        }
    });
}
