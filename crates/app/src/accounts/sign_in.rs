//! A device that is signed in: the session's rows and the pair of tokens, made in the caller's transaction.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::accounts::User;
use domain::ids::{RefreshTokenId, SessionId};
use domain::{Chance, Ctx, Result, Timestamp};
use persistence::Tx;
use persistence::accounts::refresh_tokens::{self, NewToken};
use persistence::accounts::sessions::{self, Session};
use persistence::accounts::throttles;
use sha2::{Digest, Sha256};

use super::access::{self, Claims};
use crate::App;

/// What a device gets. The tokens exist in this answer only.
pub struct SignedIn {
    pub user: User,
    pub session: SessionId,
    pub access_token: String,
    pub access_lives: Duration,
    pub refresh_token: String,
    pub refresh_expires_at: Timestamp,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("user", &self.user.id).field("session", &self.session).finish_non_exhaustive()
    }
}

/// 256 random bits, with a prefix by which scanners for leaked secrets know it.
pub(super) struct RefreshSecret(String);

impl RefreshSecret {
    const PREFIX: &'static str = "obr_rt_";

    pub(super) fn new(chance: &Chance) -> Self {
        Self(format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(chance.bytes::<32>())))
    }

    /// One that could be ours; everything else is not worth a look at the database.
    pub(super) fn presented(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(Self::PREFIX)?;
        let sized = URL_SAFE_NO_PAD.decode(secret).is_ok_and(|bytes| bytes.len() == 32);
        sized.then(|| Self(text.to_owned()))
    }

    /// What the database knows of it. With 256 random bits under it, a plain digest cannot be turned back.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Opens a session for `user` in `tx`.
pub(super) async fn open(app: &App, ctx: &Ctx, tx: &Tx, user: User, user_agent: &str) -> Result<SignedIn> {
    /// Enough to tell devices apart.
    const AGENT: usize = 256;
    let (now, lifetimes) = (ctx.now(), &app.accounts.settings.lifetimes);
    let session = Session {
        id: ctx.new_id(),
        user: user.id,
        created_at: now,
        last_seen_at: now,
        expires_at: lifetimes.session_end(now),
        revoked: None,
        user_agent: user_agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
        source_ip: ctx.source.map(|source| source.to_string()).unwrap_or_default(),
    };
    sessions::insert(tx, &session).await?;
    let (secret, token) = fresh_token(app, ctx, &session);
    refresh_tokens::insert(tx, &token).await?;
    pair(app, ctx, user, session.id, secret, token.expires_at)
}

/// A refresh token for the session, not yet stored.
pub(super) fn fresh_token(app: &App, ctx: &Ctx, session: &Session) -> (RefreshSecret, NewToken) {
    let secret = RefreshSecret::new(&ctx.chance);
    let now = ctx.now();
    let token = NewToken {
        id: ctx.new_id::<RefreshTokenId>(),
        session: session.id,
        hash: secret.digest(),
        issued_at: now,
        expires_at: app.accounts.settings.lifetimes.refresh_end(now, session.expires_at),
    };
    (secret, token)
}

/// Both tokens in one answer.
pub(super) fn pair(
    app: &App,
    ctx: &Ctx,
    user: User,
    session: SessionId,
    secret: RefreshSecret,
    refresh_expires_at: Timestamp,
) -> Result<SignedIn> {
    let settings = &app.accounts.settings;
    let access_lives = settings.lifetimes.access;
    let claims = Claims::new(&settings.issuer, user.id, session, user.rights_epoch, ctx.now(), access_lives);
    let access_token = access::issue(&app.accounts.keys, &claims)?;
    Ok(SignedIn { user, session, access_token, access_lives, refresh_token: secret.into_text(), refresh_expires_at })
}

/// Forgets what ended long ago: sessions after a week in which reuse is still recognised, delays after theirs. For a schedule.
pub async fn sweep(app: &App, ctx: &Ctx) -> Result<()> {
    const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
    let tx = app.db.begin().await?;
    sessions::sweep(&tx, ctx.now().minus(KEPT)).await?;
    throttles::sweep(&tx, ctx.now().minus(KEPT)).await?;
    Ok(tx.commit().await?)
}
