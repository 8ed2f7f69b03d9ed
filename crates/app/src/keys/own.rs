//! A person's own keys: made, listed, ended. No key makes keys; making one takes the person's password, ending one does not:
//! whoever has lost a key must not lose time as well. All devices of the person hear of either.

use domain::ids::ApiKeyId;
use domain::keys::{ApiKey, KeyName, KeyText, MOST_KEYS, Scopes, check_expiry};
use domain::{Ctx, Error, Kind, Result, Timestamp};
use persistence::accounts::{sessions, users};
use persistence::keys as rows;

use crate::App;
use crate::accounts::{AuthEvent, announce, confirm};
use crate::events::{self, Event, KeyChange};

#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<Timestamp>,
}

/// A key with its text, which is never shown again.
#[derive(Clone, Debug)]
pub struct Created {
    pub key: ApiKey,
    pub text: KeyText,
}

/// # Errors
/// Field faults, `auth.password_wrong` among them; `auth.too_many_attempts`; `keys.too_many`; for a key that asks,
/// `keys.person_only`.
pub async fn create(app: &App, ctx: &Ctx, new: NewKey, password: &str) -> Result<Created> {
    let (user, session) = (ctx.person()?.user, ctx.person()?.session);
    let now = ctx.now();
    let mut faults = Vec::new();
    let name = KeyName::parse(&new.name).map_err(|fault| faults.push(fault)).ok();
    let scopes = Scopes::parse(&new.scopes).map_err(|found| faults.extend(found)).unwrap_or_default();
    faults.extend(check_expiry(new.expires_at, now).err());
    let Some(name) = name.filter(|_| faults.is_empty()) else { return Err(Error::invalid(faults)) };
    // A borrowed session lasts minutes, a key for ever.
    confirm(app, ctx, password).await?;
    let text = KeyText::new(&ctx.chance);
    let hashes = super::hashes::all(&app.accounts.keys, &text);
    let hash = hashes.first().ok_or_else(|| Error::broken("no key to hash with"))?;
    let key = ApiKey {
        id: ctx.new_id(),
        user,
        name: name.as_str().to_owned(),
        prefix: text.prefix().to_owned(),
        scopes,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
        created_at: now,
    };
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            // Or two that come together would both be the last one.
            users::hold(&*tx, user).await?;
            // Nor does one survive that all devices were signed out while it was made.
            if let Some(session) = session
                && sessions::living(&*tx, &[session], now).await?.is_empty()
            {
                return Err(Error::new(Kind::Unauthenticated, "auth.session_ended"));
            }
            if rows::count_living(&*tx, user, now).await? >= MOST_KEYS {
                return Err(Error::new(Kind::Conflict, "keys.too_many").arg("limit", MOST_KEYS));
            }
            rows::insert(&*tx, &key, hash).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    tracing::info!(event = "keys.created", %user, key = %key.id, scopes = ?key.scopes);
    let told = Event::KeysChanged { change: KeyChange::Created, name: key.name.clone() };
    events::announce(app, user, told).await;
    Ok(Created { key, text })
}

/// A page of one's keys, newest first, also those that have ended.
pub async fn list(app: &App, ctx: &Ctx, after: Option<(Timestamp, ApiKeyId)>, limit: u64) -> Result<Vec<ApiKey>> {
    let user = ctx.person()?.user;
    Ok(rows::page_of_user(app.db.read(), user, after, limit).await?)
}

/// Ends one of one's keys: requests with it are refused from here on, open streams within a second. Somebody else's is as
/// absent as one that never was; one that has ended stays so.
pub async fn revoke(app: &App, ctx: &Ctx, id: ApiKeyId) -> Result<()> {
    let user = ctx.person()?.user;
    let (name, revoked) = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let name = rows::of_user(&*tx, user, id).await?.map(|key| key.name);
            let revoked = rows::revoke(&*tx, user, id, ctx.now()).await?;
            tx.commit().await?;
            Ok((name, revoked))
        })
        .await?;
    let Some(name) = name else { return Err(Error::not_found("keys.not_found")) };
    if revoked {
        tracing::info!(event = "keys.revoked", %user, key = %id);
        announce(app, AuthEvent { user, session: None }).await;
        let told = Event::KeysChanged { change: KeyChange::Revoked, name };
        events::announce(app, user, told).await;
    }
    Ok(())
}
