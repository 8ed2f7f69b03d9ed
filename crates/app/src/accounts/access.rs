//! Access tokens: made and read here alone. A token says who and which device; whether that still holds is asked live.

use std::time::Duration;

use domain::ids::{SessionId, UserId};
use domain::{Error, Kind, Result, Timestamp};
use jsonwebtoken::{Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::AccountKeys;

/// RFC 9068: an access token cannot be mistaken for any other kind of JWT.
const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "obrol-api";
/// Between the clocks of nodes.
const LEEWAY: Duration = Duration::from_secs(60);
/// Ours have about 400 bytes (EdDSA) or 900 (RS256).
const LONGEST: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: UserId,
    pub sid: SessionId,
    /// The rights epoch under which it was issued.
    pub epoch: i64,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

impl Claims {
    pub(super) fn new(
        issuer: &str,
        user: UserId,
        session: SessionId,
        epoch: i64,
        now: Timestamp,
        lives: Duration,
    ) -> Self {
        let iat = now.millis().div_euclid(1000);
        let lives = i64::try_from(lives.as_secs()).unwrap_or(0);
        let (iss, aud) = (issuer.to_owned(), AUDIENCE.to_owned());
        Self { iss, aud, sub: user, sid: session, epoch, iat, nbf: iat, exp: iat.saturating_add(lives) }
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        Timestamp(self.exp.saturating_mul(1000))
    }
}

pub(super) fn issue(keys: &AccountKeys, claims: &Claims) -> Result<String> {
    let (id, algorithm, key) = keys.signing().ok_or_else(|| Error::broken("no signing key"))?;
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(id.to_owned()), ..Header::new(algorithm) };
    encode(&header, claims, key).map_err(Error::broken)
}

/// The claims of a token that one of our keys signed for us and that is in force.
pub(super) fn read(keys: &AccountKeys, issuer: &str, token: &str, now: Timestamp) -> Result<Claims> {
    let invalid = || Error::new(Kind::Unauthenticated, "auth.token_invalid");
    if token.len() > LONGEST {
        return Err(invalid());
    }
    let header = decode_header(token).map_err(|_| invalid())?;
    // Keys come from our own set by their id, never from the token: a header that names others is nobody's of ours.
    let foreign = header.jku.is_some()
        || header.jwk.is_some()
        || header.x5u.is_some()
        || header.x5c.is_some()
        || header.crit.is_some()
        || header.zip.is_some()
        || header.enc.is_some();
    if foreign || header.typ.as_deref() != Some(TYPE) {
        return Err(invalid());
    }
    let (algorithm, key) = header.kid.as_deref().and_then(|id| keys.verifying(id)).ok_or_else(invalid)?;
    let mut rules = Validation::new(algorithm);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // Time is judged below, by the clock that we were handed.
    rules.validate_exp = false;
    let claims = decode::<Claims>(token, key, &rules).map_err(|_| invalid())?.claims;
    let expired = now >= claims.expires_at().plus(LEEWAY);
    let early = now.plus(LEEWAY) < Timestamp(claims.nbf.saturating_mul(1000));
    match (expired, early) {
        (true, _) => Err(Error::new(Kind::Unauthenticated, "auth.token_expired")),
        (false, true) => Err(invalid()),
        (false, false) => Ok(claims),
    }
}
