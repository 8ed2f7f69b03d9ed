//! Progressive delay per account and per source, in the database: one read before, a write only after a failure.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use domain::accounts::{Email, Failures, Throttle};
use domain::ids::UserId;
use domain::{Ctx, Error, Kind, Result};
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
    account: Option<String>,
    source: Option<String>,
    known: HashMap<String, Failures>,
}

impl Attempt {
    /// Reads what is remembered.
    pub(super) async fn load(app: &App, ctx: &Ctx, what: What, email: Option<&Email>) -> Result<Self> {
        // Hashed: the table needs no addresses, and a key has room for every one of them.
        let account = email.map(|email| format!("account:{}", hex(&Sha256::digest(email.key())[..16])));
        let source = ctx.source.map(|address| format!("source:{}:{}", what.as_str(), block(address)));
        let keys: Vec<&str> = [&account, &source].into_iter().flatten().map(String::as_str).collect();
        let known = if keys.is_empty() { HashMap::new() } else { throttles::load(app.db.read(), &keys).await? };
        Ok(Self { account, source, known })
    }

    /// Refuses while a delay runs. `user` is whose account it would be: an address from which they were signed in does not
    /// wait for what strangers did to the account, so nobody can be locked out of their own.
    pub(super) async fn check(&self, app: &App, ctx: &Ctx, user: Option<UserId>) -> Result<()> {
        let wait =
            |key: &Option<String>| Throttle::wait(key.as_ref().and_then(|key| self.known.get(key)).copied(), ctx.now());
        if let Some(wait) = wait(&self.source) {
            return Err(too_many(wait));
        }
        let Some(wait) = wait(&self.account) else { return Ok(()) };
        match (user, ctx.source) {
            (Some(user), Some(source)) if sessions::known_source(app.db.read(), user, &source.to_string()).await? => {
                Ok(())
            }
            _ => Err(too_many(wait)),
        }
    }

    /// Counts a failure for everything that took part.
    pub(super) async fn failed(&self, app: &App, ctx: &Ctx) -> Result<()> {
        let settings = &app.accounts.settings;
        let keys = [(&self.account, &settings.account_throttle), (&self.source, &settings.source_throttle)];
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

    /// The key to forgive with a success, if there is anything to forgive. The source is not forgiven: whoever guesses could
    /// wipe it by signing in to an account of their own.
    pub(super) fn to_forgive(&self) -> Option<&str> {
        self.account.as_deref().filter(|key| self.known.contains_key(*key))
    }
}

fn too_many(wait: Duration) -> Error {
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
