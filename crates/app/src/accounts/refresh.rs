//! A refresh token turns into its successor. The rule itself is `domain::accounts::RefreshToken::judge`.

use domain::accounts::{RevokeReason, Status, User, Verdict};
use domain::{Ctx, Error, Kind, Result};
use persistence::Tx;
use persistence::accounts::refresh_tokens::{self, Found};
use persistence::accounts::sessions::{self, Session};

use super::events::{AuthEvent, announce};
use super::sign_in::{RefreshSecret, SignedIn, fresh_token, pair};
use super::throttling::{Attempt, Leave, What};
use crate::App;

/// Tabs that may wake up together; beyond it somebody multiplies tokens.
const MOST_UNUSED: u64 = 32;

/// # Errors
/// `auth.refresh_invalid` (not one of ours), `auth.session_expired`, `auth.session_ended`, `auth.refresh_reused` (the family
/// ends), `auth.too_many_attempts`.
pub async fn refresh(app: &App, ctx: &Ctx, presented: &str) -> Result<SignedIn> {
    // To the end: those who renew one session wait for its row, and each that waits there holds a connection.
    let _turn = app.accounts.renewals.enter().await?;
    let found = match RefreshSecret::presented(presented) {
        Some(secret) => {
            let digest = secret.digest();
            refresh_tokens::by_hash(app.db.read(), &digest).await?.map(|found| (digest, found))
        }
        None => None,
    };
    let Some((digest, found)) = found else {
        let attempt = Attempt::load(app, ctx, What::Renew, None).await?;
        attempt.check(ctx)?;
        attempt.failed(app, ctx, Leave::Free).await?;
        return Err(refused("auth.refresh_invalid"));
    };
    match app.db.retrying(|| rotate(app, ctx, &digest, found)).await? {
        Outcome::Rotated(signed_in) => Ok(signed_in),
        Outcome::Refused(code) => Err(refused(code)),
        Outcome::Reused(session) => {
            tracing::warn!(event = "auth.refresh_reused", user = %session.user, session = %session.id, source = ?ctx.source);
            announce(app, AuthEvent { user: session.user, session: Some(session.id) }).await;
            Err(refused("auth.refresh_reused"))
        }
    }
}

enum Outcome {
    Rotated(SignedIn),
    Refused(&'static str),
    Reused(Session),
}

async fn rotate(app: &App, ctx: &Ctx, digest: &[u8; 32], found: Found) -> Result<Outcome> {
    let now = ctx.now();
    let tx = app.db.begin().await?;
    // Takes the session's row first: whatever else happens to this family waits, so what is read below stays true.
    let alive = sessions::touch(&tx, found.session, now).await?;
    let Some((session, user)) = sessions::with_user(&tx, found.session).await? else {
        return Ok(Outcome::Refused("auth.refresh_invalid"));
    };
    if !alive {
        return Ok(Outcome::Refused(why_ended(&session)));
    }
    if user.status == Status::Suspended {
        return Ok(Outcome::Refused("auth.session_ended"));
    }
    let Some(Found { id, token, .. }) = refresh_tokens::by_hash(&tx, digest).await? else {
        return Ok(Outcome::Refused("auth.refresh_invalid"));
    };
    let (secret, successor) = fresh_token(app, ctx, &session);
    match token.judge(now, app.accounts.settings.lifetimes.grace) {
        Verdict::Rotate => {
            if !refresh_tokens::spend(&tx, id, successor.id, now).await? {
                return end_family(tx, ctx, session).await;
            }
            // Siblings from the grace of the token before: one of them was used now, the others are void.
            refresh_tokens::void_unused(&tx, session.id, now).await?;
        }
        Verdict::Reissue => {
            if refresh_tokens::unused(&tx, session.id).await? >= MOST_UNUSED {
                return Err(Error::new(Kind::TooMany, "auth.too_many_attempts").arg("seconds", 1));
            }
            refresh_tokens::succeed(&tx, id, successor.id).await?;
        }
        Verdict::Reused => return end_family(tx, ctx, session).await,
        Verdict::Expired => return Ok(Outcome::Refused("auth.session_expired")),
    }
    refresh_tokens::insert(&tx, &successor).await?;
    finish(app, ctx, tx, user, &session, secret, successor.expires_at).await
}

async fn finish(
    app: &App,
    ctx: &Ctx,
    tx: Tx,
    user: User,
    session: &Session,
    secret: RefreshSecret,
    expires_at: domain::Timestamp,
) -> Result<Outcome> {
    let signed_in = pair(app, ctx, user, session.id, secret, expires_at)?;
    tx.commit().await?;
    Ok(Outcome::Rotated(signed_in))
}

/// A copy of a token is about: nobody who holds one goes on.
async fn end_family(tx: Tx, ctx: &Ctx, session: Session) -> Result<Outcome> {
    sessions::revoke(&tx, session.user, session.id, RevokeReason::Reused, ctx.now()).await?;
    tx.commit().await?;
    Ok(Outcome::Reused(session))
}

fn why_ended(session: &Session) -> &'static str {
    match session.revoked {
        Some(RevokeReason::Reused) => "auth.refresh_reused",
        Some(RevokeReason::SignedOut | RevokeReason::Revoked) => "auth.session_ended",
        None => "auth.session_expired",
    }
}

fn refused(code: &'static str) -> Error {
    Error::new(Kind::Unauthenticated, code)
}
