//! The devices of a person: seeing them, ending one, ending all.

use domain::accounts::RevokeReason;
use domain::ids::{SessionId, UserId};
use domain::{Ctx, Error, Kind, Result, Timestamp};
use persistence::accounts::sessions::{self as rows, Session};
use persistence::accounts::{refresh_tokens, users};

use super::events::{AuthEvent, announce};
use super::sign_in::RefreshSecret;
use crate::App;

/// A page of the living sessions of whoever asks, newest first.
pub async fn sessions(app: &App, ctx: &Ctx, after: Option<(Timestamp, SessionId)>, limit: u64) -> Result<Vec<Session>> {
    let user = ctx.person()?.user;
    Ok(rows::page_of_user(app.db.read(), user, ctx.now(), after, limit).await?)
}

/// Signs this device out.
pub async fn logout(app: &App, ctx: &Ctx) -> Result<()> {
    let principal = ctx.person()?;
    match principal.session {
        Some(session) => end(app, ctx, principal.user, session, RevokeReason::SignedOut).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Signs out the device that holds this refresh token; one that is not ours is signed out already.
pub async fn logout_by_token(app: &App, ctx: &Ctx, presented: &str) -> Result<()> {
    let Some(secret) = RefreshSecret::presented(presented) else { return Ok(()) };
    let _turn = app.accounts.renewals.enter().await?;
    let Some(found) = refresh_tokens::by_hash(app.db.read(), &secret.digest()).await? else { return Ok(()) };
    let Some((session, _)) = rows::with_user(app.db.read(), found.session).await? else { return Ok(()) };
    end(app, ctx, session.user, session.id, RevokeReason::SignedOut).await.map(|_| ())
}

/// Signs out every device, this one too; with `api_keys`, every program as well.
pub async fn logout_all(app: &App, ctx: &Ctx, api_keys: bool) -> Result<()> {
    let user = ctx.person()?.user;
    let keys = app
        .db
        .retrying(|| async {
            let tx = app.db.begin().await?;
            // A key that is being made is there before this, or is not made any more.
            users::hold(&*tx, user).await?;
            rows::revoke_all(&tx, user, RevokeReason::SignedOut, ctx.now()).await?;
            let keys = if api_keys { persistence::keys::revoke_all(&*tx, user, ctx.now()).await? } else { 0 };
            tx.commit().await?;
            Ok(keys)
        })
        .await?;
    tracing::info!(event = "auth.signed_out_everywhere", %user, keys);
    announce(app, AuthEvent { user, session: None }).await;
    Ok(())
}

/// Ends one session of whoever asks; somebody else's is as absent as one that never was.
pub async fn revoke_session(app: &App, ctx: &Ctx, session: SessionId) -> Result<()> {
    let user = ctx.person()?.user;
    match end(app, ctx, user, session, RevokeReason::Revoked).await? {
        true => Ok(()),
        false => Err(Error::new(Kind::NotFound, "auth.session_not_found")),
    }
}

async fn end(app: &App, ctx: &Ctx, user: UserId, session: SessionId, reason: RevokeReason) -> Result<bool> {
    let ended = app.db.retrying(|| async {
        let tx = app.db.begin().await?;
        let ended = rows::revoke(&tx, user, session, reason, ctx.now()).await?;
        tx.commit().await?;
        Ok(ended)
    });
    let ended = ended.await?;
    if ended {
        tracing::info!(event = "auth.session_ended", %user, %session, reason = reason.as_str());
        announce(app, AuthEvent { user, session: Some(session) }).await;
    }
    Ok(ended)
}
