//! Rotation: everything that an older key sealed, or that lies in the clear from before it was sealed at all, is sealed with the current one, page by page. Cut off, it goes on where it
//! stopped when it is run again: what is done says so by its key.

use domain::ids::{CredentialId, ProviderId};
use domain::{Ctx, Result};
use persistence::llm::{credentials, providers};

use crate::App;
use crate::accounts::Admin;
use crate::llm::credentials::place;
use crate::llm::headers;

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    pub resealed: u64,
    /// Sealed with a key that is not there, or damaged: left as they are.
    pub unreadable: u64,
}

const PAGE: u64 = 100;

/// # Errors
/// The database's. What was done until then stays done.
pub async fn rotate(app: &App, ctx: &Ctx, _: Admin) -> Result<Rotated> {
    let mut rotated = Rotated::default();
    of_headers(app, ctx, &mut rotated).await?;
    let mut after: Option<CredentialId> = None;
    loop {
        let page = credentials::under_other_keys(app.db.read(), app.secrets.key_id(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let mut fresh = Vec::with_capacity(page.len());
        for old in &page {
            let provider = old.provider.to_string();
            match app.secrets.open(place(old.id, &provider), &old.sealed) {
                Ok(secret) => {
                    let sealed = app.secrets.seal(place(old.id, &provider), &secret, &ctx.chance);
                    fresh.push((old, sealed.map_err(domain::Error::broken)?));
                }
                Err(fault) => {
                    tracing::error!(credential = %old.id, %fault, "a secret could not be sealed anew");
                    rotated.unreadable += 1;
                }
            }
        }
        rotated.resealed += app
            .db
            .retrying(async || {
                let tx = app.db.begin().await?;
                let mut resealed = 0;
                for (old, new) in &fresh {
                    // A secret that was replaced meanwhile is sealed with the current key already.
                    let done = credentials::reseal(&*tx, old.id, &old.sealed, &new.text, &new.key_id).await?;
                    resealed += u64::from(done);
                }
                tx.commit().await?;
                Ok(resealed)
            })
            .await?;
    }
    tracing::info!(event = "secrets.rotated", key = app.secrets.key_id(), ?rotated);
    Ok(rotated)
}

/// The headers of providers.
async fn of_headers(app: &App, ctx: &Ctx, rotated: &mut Rotated) -> Result<()> {
    let mut after: Option<ProviderId> = None;
    loop {
        let page = providers::under_other_keys(app.db.read(), app.secrets.key_id(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let mut fresh = Vec::with_capacity(page.len());
        for old in &page {
            match headers::opened(app, old) {
                Ok(open) => fresh.push((old, headers::sealed(app, &ctx.chance, old.id, &open)?)),
                Err(fault) => {
                    tracing::error!(provider = %old.id, %fault, "headers could not be sealed anew");
                    rotated.unreadable += 1;
                }
            }
        }
        rotated.resealed += app
            .db
            .retrying(async || {
                let tx = app.db.begin().await?;
                let mut resealed = 0;
                for (old, new) in &fresh {
                    // What was saved meanwhile is sealed with the current key already.
                    resealed += u64::from(providers::reseal(&*tx, old, new.clone()).await?);
                }
                tx.commit().await?;
                Ok(resealed)
            })
            .await?;
    }
}
