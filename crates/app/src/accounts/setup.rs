//! The first administrator: a token that the server prints, good once and only while nobody administers it.
//!
//! The token is an HMAC of a stored nonce under a key of the server's secret, and its digest is stored beside the nonce. So a
//! restart, or a second node, prints the same one, while the database alone does not give it away.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::accounts::Registration;
use domain::{Ctx, Error, Kind, Result};
use persistence::accounts::users;
use persistence::{Tx, settings};
use ring::hmac;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::throttling::hex;
use crate::App;

const SETTING: &str = "accounts.setup_token";

/// What the first page needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    pub needs_admin: bool,
    pub registration: Registration,
}

pub async fn setup(app: &App, _ctx: &Ctx) -> Result<Setup> {
    let needs_admin = !users::any_admin(app.db.read()).await?;
    Ok(Setup { needs_admin, registration: app.accounts.settings.registration })
}

/// The token to print at start; `None` once there is an administrator.
pub async fn ensure_setup_token(app: &App, ctx: &Ctx) -> Result<Option<String>> {
    if users::any_admin(app.db.read()).await? {
        return Ok(None);
    }
    let stored = settings::get(app.db.read(), SETTING).await?;
    if let Some(token) = stored.as_deref().and_then(|row| token_of_row(app, row)) {
        return Ok(Some(token));
    }
    let nonce = URL_SAFE_NO_PAD.encode(ctx.chance.bytes::<16>());
    let token = token_of(app, &nonce);
    let row = format!("{nonce}.{}", digest(&token));
    let write = || async {
        let tx = app.db.begin().await?;
        match &stored {
            // Made under another secret: nobody can present it any more.
            Some(_) => settings::set(&tx, SETTING, &row, ctx.now()).await?,
            // Of nodes that start together the first one's counts for all.
            None => {
                settings::set_if_absent(&tx, SETTING, &row, ctx.now()).await?;
            }
        }
        Ok(tx.commit().await?)
    };
    app.db.retrying(write).await?;
    let stored = settings::get(app.db.read(), SETTING).await?;
    Ok(stored.and_then(|row| token_of_row(app, &row)))
}

/// Where the person opens it. In the fragment, which no server or proxy logs.
pub fn setup_url(public_url: &str, token: &str) -> String {
    format!("{}/setup#token={token}", public_url.trim_end_matches('/'))
}

/// The token of a stored row, if this server's secret made it.
fn token_of_row(app: &App, row: &str) -> Option<String> {
    let (nonce, expected) = row.split_once('.')?;
    Some(token_of(app, nonce)).filter(|token| digest(token) == expected)
}

/// Whether `presented` is the token that is in force now.
pub(super) async fn is_current(app: &App, presented: &str) -> Result<bool> {
    Ok(matches(settings::get(app.db.read(), SETTING).await?.as_deref(), presented))
}

fn matches(row: Option<&str>, presented: &str) -> bool {
    let expected = row.and_then(|row| row.split_once('.')).map(|(_, digest)| digest);
    expected.is_some_and(|expected| digest(presented).as_bytes().ct_eq(expected.as_bytes()).into())
}

/// Uses the token up in the caller's transaction. Of those who race, the one whose removal counts goes on.
pub(super) async fn consume(tx: &Tx, presented: &str) -> Result<()> {
    let current = matches(settings::get(tx, SETTING).await?.as_deref(), presented);
    let good = current && settings::remove(tx, SETTING).await? && !users::any_admin(tx).await?;
    if good { Ok(()) } else { Err(refused()) }
}

/// Any administrator who comes to be ends the token.
pub(super) async fn close(tx: &Tx) -> Result<()> {
    settings::remove(tx, SETTING).await?;
    Ok(())
}

pub(super) fn refused() -> Error {
    Error::new(Kind::Forbidden, "auth.setup_token_invalid")
}

/// 192 bits: half a line to copy from a terminal.
fn token_of(app: &App, nonce: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app.accounts.keys.setup());
    URL_SAFE_NO_PAD.encode(&hmac::sign(&key, nonce.as_bytes()).as_ref()[..24])
}

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}
