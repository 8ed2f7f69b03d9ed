//! Progressive delay per account and per source, in the database: one read before, a write only after a failure.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use domain::accounts::{Email, Failures, Throttle};
use domain::ids::UserId;
use domain::{Ctx, Error, Kind, Result};
use persistence::Tx;
use persistence::accounts::{sessions, throttles};
use sha2::{Digest, Sha256};

use crate::App;

/// What is tried. Each has its own count of a source: a neighbour who registers badly keeps nobody from signing in.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    SignIn,
    Join,
    Renew,
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Join => "join",
            Self::Renew => "renew",
        }
    }
}

/// The keys of one attempt.
pub(super) struct Attempt {
    /// The account, wherever its failures come from.
    account: Option<String>,
    /// The account from this very source.
    here: Option<String>,
    source: Option<String>,
    known: HashMap<String, Failures>,
}

/// How far an attempt may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    Free,
    /// Others' guesses hold the account up for this long. The right password counts only from where its owner was signed in
    /// before, so that nobody locks them out; everybody else hears of the wait, after the same work, whether the password is
    /// right or wrong and whether there is such an account or not.
    Held(Duration),
}

impl Attempt {
    /// Reads what is remembered.
    pub(super) async fn load(app: &App, ctx: &Ctx, what: What, email: Option<&Email>) -> Result<Self> {
        // Hashed: the table needs no addresses, and a key has room for every one of them.
        let account = email.map(|email| format!("account:{}", hex(&Sha256::digest(email.key())[..16])));
        let block = ctx.source.map(block);
        let here = account.as_ref().zip(block.as_ref()).map(|(account, block)| format!("{account}:{block}"));
        let source = block.map(|block| format!("source:{}:{block}", what.as_str()));
        let keys: Vec<&str> = [&account, &here, &source].into_iter().flatten().map(String::as_str).collect();
        let known = if keys.is_empty() { HashMap::new() } else { throttles::load(app.db.read(), &keys).await? };
        Ok(Self { account, here, source, known })
    }

    /// Refuses while a delay of this source runs, alike for every account and for none.
    pub(super) fn check(&self, ctx: &Ctx) -> Result<Leave> {
        let wait = |key: &Option<String>| {
            let known = key.as_ref().and_then(|key| self.known.get(key));
            Throttle::wait(known.copied(), ctx.now())
        };
        let account = wait(&self.account);
        let own = wait(&self.source).max(wait(&self.here));
        match (own, account) {
            (Some(own), _) => Err(too_many(own.max(account.unwrap_or_default()))),
            (None, Some(held)) if self.here.is_some() => Ok(Leave::Held(held)),
            (None, Some(held)) => Err(too_many(held)),
            (None, None) => Ok(Leave::Free),
        }
    }

    /// Counts a failure for everything that took part; what is held up already is not held up for longer.
    pub(super) async fn failed(&self, app: &App, ctx: &Ctx, leave: Leave) -> Result<()> {
        let settings = &app.accounts.settings;
        let account = self.account.as_ref().filter(|_| leave == Leave::Free);
        // The source, which many attempts share, comes last: its row is held for the shortest time.
        let keys = [
            (account, &settings.account_throttle),
            (self.here.as_ref(), &settings.account_throttle),
            (self.source.as_ref(), &settings.source_throttle),
        ];
        let count = || async {
            let tx = app.db.begin().await?;
            for (key, rule) in keys {
                if let Some(key) = key {
                    throttles::fail(&tx, key, rule, ctx.now()).await?;
                }
            }
            Ok(tx.commit().await?)
        };
        app.db.retrying(count).await
    }

    /// Forgives with a success, if there is anything to forgive. The source is not forgiven: whoever guesses could
    /// wipe it by signing in to an account of their own.
    pub(super) async fn forgive(&self, tx: &Tx) -> Result<()> {
        for key in [&self.account, &self.here].into_iter().flatten() {
            if self.known.contains_key(key) {
                throttles::forgive(tx, key).await?;
            }
        }
        Ok(())
    }
}

/// Whether `user` was signed in from this address lately. Nobody is asked about as well, so that it takes as long.
pub(super) async fn was_here(app: &App, ctx: &Ctx, user: Option<UserId>) -> Result<bool> {
    let Some(source) = ctx.source else { return Ok(false) };
    let user = user.unwrap_or_else(|| UserId::from_uuid(uuid::Uuid::nil()));
    Ok(sessions::known_source(app.db.read(), user, &source.to_string()).await?)
}

/// The refusal that names the wait.
pub(super) fn too_many(wait: Duration) -> Error {
    let seconds = wait.as_millis().div_ceil(1000);
    Error::new(Kind::TooMany, "auth.too_many_attempts").arg("seconds", seconds).retry_after(wait)
}

/// One customer of a provider usually has a whole IPv6 /64.
fn block(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
