//! Who asks with a key: found by its hash, judged by the key and its person as both are now.

use std::collections::{HashMap, HashSet};
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
    let Some((key, stored, user)) = rows::by_hash(app.db.read(), &hashes).await? else {
        return Err(refused("keys.invalid"));
    };
    let which = hashes.iter().position(|hash| bool::from(hash.as_slice().ct_eq(&stored)));
    let Some(which) = which.filter(|_| user.status == Status::Active) else { return Err(refused("keys.invalid")) };
    key.check(now).map_err(|why| match why {
        Refused::Revoked => refused("keys.revoked"),
        Refused::Expired => refused("keys.expired"),
    })?;
    app.key_uses.remember(hashes.first(), now);
    // A hash under an earlier secret gives way to one under the present one, so that the earlier can be dropped some day.
    note_use(app, &key, hashes.first().filter(|_| which > 0), now);
    let grant = KeyGrant { id: key.id, scopes: key.scopes };
    let principal =
        Principal { user: user.id, role: user.role, session: None, rights_epoch: user.rights_epoch, key: Some(grant) };
    Ok(Authenticated { principal, expires_at: key.expires_at.unwrap_or(NEVER) })
}

/// Whether this text opened something in the last minutes, as far as this process saw: no proof of anything, only a reason to
/// count its requests apart from those of strangers.
pub fn is_known(app: &App, presented: &str) -> bool {
    let text = KeyText::is_meant(presented).then(|| KeyText::parse(presented)).flatten();
    let hash = text.and_then(|text| super::hashes::all(&app.accounts.keys, &text).into_iter().next());
    hash.is_some_and(|hash| app.key_uses.remembers(&hash, app.clock.now()))
}

/// Those of the keys that still open something, with the rights epoch under which each was let in; for open streams.
pub async fn still_valid(app: &App, open: &[(ApiKeyId, i64)]) -> Result<HashSet<ApiKeyId>> {
    let asked: HashSet<(ApiKeyId, i64)> = open.iter().copied().collect();
    let ids: Vec<ApiKeyId> = asked.iter().map(|(id, _)| *id).collect();
    let living = rows::living(app.db.read(), &ids, app.clock.now()).await?;
    Ok(living.into_iter().filter(|known| asked.contains(known)).map(|(id, _)| id).collect())
}

/// Which uses this process has sent on their way to the database, so that a busy key costs one write a minute; and the hashes
/// of the keys that opened something of late.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    sent: Mutex<HashMap<ApiKeyId, Timestamp>>,
    known: Mutex<HashMap<[u8; 32], Timestamp>>,
}

impl Uses {
    const MOST: usize = 10_000;
    /// How long a key is remembered after it opened something.
    const OF_LATE: Duration = Duration::from_secs(300);

    fn remember(&self, hash: Option<&[u8; 32]>, now: Timestamp) {
        let Some(hash) = hash else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.retain(|_, at| now.since(*at) < Self::OF_LATE);
        }
        if known.len() < Self::MOST || known.contains_key(hash) {
            known.insert(*hash, now);
        }
    }

    fn remembers(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).is_some_and(|at| now.since(*at) < Self::OF_LATE)
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
