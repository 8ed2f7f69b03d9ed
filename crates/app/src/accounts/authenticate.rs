//! Who asks: a token's signature, then the session and the person as they are now, in one read by primary keys.

use std::collections::HashSet;

use domain::accounts::{RevokeReason, Status};
use domain::ids::SessionId;
use domain::{Error, Kind, Principal, Result, Timestamp};
use persistence::accounts::sessions;

use super::access::{self, Claims};
use crate::App;

/// Somebody whose proof is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    pub principal: Principal,
    /// When the proof ends by itself; streams end with it.
    pub expires_at: Timestamp,
}

/// What a token of ours says: signature and times were checked, the database was not asked.
#[derive(Clone, Debug)]
pub struct Proof(Claims);

/// # Errors
/// `auth.token_invalid`, `auth.token_expired` (it was ours).
pub fn prove(app: &App, bearer: &str, now: Timestamp) -> Result<Proof> {
    access::read(&app.accounts.keys, &app.accounts.settings.issuer, bearer, now).map(Proof)
}

/// # Errors
/// `auth.token_expired` (after a change of rights: a refresh helps), `auth.session_ended`, `auth.refresh_reused` (the session
/// was ended because its refresh token was copied).
pub async fn authenticate(app: &App, Proof(claims): &Proof, now: Timestamp) -> Result<Authenticated> {
    let refused = |code| Error::new(Kind::Unauthenticated, code);
    let Some((session, user)) = sessions::with_user(app.db.read(), claims.sid).await? else {
        return Err(refused("auth.session_ended"));
    };
    if session.user != claims.sub || user.status == Status::Suspended {
        return Err(refused("auth.session_ended"));
    }
    match session.revoked {
        Some(RevokeReason::Reused) => return Err(refused("auth.refresh_reused")),
        Some(RevokeReason::SignedOut | RevokeReason::Revoked) => return Err(refused("auth.session_ended")),
        None if session.expires_at <= now => return Err(refused("auth.session_expired")),
        None => {}
    }
    if user.rights_epoch != claims.epoch {
        return Err(refused("auth.token_expired"));
    }
    let (session_id, rights_epoch) = (Some(session.id), user.rights_epoch);
    let principal = Principal { user: user.id, role: user.role, session: session_id, rights_epoch, key: None };
    Ok(Authenticated { principal, expires_at: claims.expires_at().min(session.expires_at) })
}

/// Those of the sessions that are still good with the rights epoch that each was opened with; for open event streams.
pub async fn still_valid(app: &App, open: &[(SessionId, i64)]) -> Result<HashSet<SessionId>> {
    if open.is_empty() {
        return Ok(HashSet::new());
    }
    let asked: HashSet<(SessionId, i64)> = open.iter().copied().collect();
    let ids: Vec<SessionId> = open.iter().map(|(id, _)| *id).collect::<HashSet<_>>().into_iter().collect();
    let living = sessions::living(app.db.read(), &ids, app.clock.now()).await?;
    Ok(living.into_iter().filter(|known| asked.contains(known)).map(|(id, _)| id).collect())
}
