//! The secrets of providers: given once, sealed, never shown again.

use domain::ids::{CredentialId, ProviderId};
use domain::keys::KeyName;
use domain::llm::CredentialState;
use domain::llm::alert::AlertKind;
use domain::llm::provider::WEIGHTS;
use domain::{Ctx, Error, FieldFault, Result, Timestamp};
use persistence::llm::credentials::{self as rows, Credential};
use persistence::llm::providers as provider_rows;
use secrecy::{ExposeSecret, SecretString};

use super::changes::announce;
use super::providers::{Configured, configured_as as configured, not_found as no_provider, place_of, stale};
use super::{Changed, alerts};
use crate::App;
use crate::accounts::Admin;
use crate::secrets::Place;

/// What an administrator writes. Prints without the secret.
#[derive(Clone, Debug)]
pub struct NewCredential {
    pub label: String,
    pub secret: SecretString,
    pub weight: u32,
}

/// What to change; `None` leaves it. A new secret takes the place of the old one in the same breath.
#[derive(Clone, Debug, Default)]
pub struct CredentialChange {
    pub label: Option<String>,
    pub secret: Option<SecretString>,
    pub weight: Option<u32>,
    pub enabled: Option<bool>,
}

/// A credential as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialView {
    pub id: CredentialId,
    pub provider: ProviderId,
    pub label: String,
    pub weight: u32,
    pub state: CredentialState,
    pub disabled_reason: Option<String>,
    /// Whether the current key seals it; otherwise a rotation is due.
    pub current_key: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A credential with its secret, for whoever calls the provider. Prints without the secret.
#[derive(Clone, Debug)]
pub struct OpenCredential {
    pub id: CredentialId,
    pub label: String,
    pub secret: SecretString,
    pub weight: u32,
    pub enabled: bool,
    /// Names this secret and no later one ([`failed`]).
    pub seal: String,
}

pub(crate) fn place(id: CredentialId, provider: &str) -> Place<'_> {
    Place { table: "llm_credentials", row: id.uuid(), of: provider }
}

/// Those of one provider, oldest first.
pub async fn list(app: &App, _: Admin, provider: ProviderId) -> Result<Vec<CredentialView>> {
    provider_rows::by_id(app.db.read(), provider).await?.ok_or_else(no_provider)?;
    let found = rows::all(app.db.read(), Some(provider)).await?;
    Ok(found.into_iter().map(|credential| view(app, credential)).collect())
}

/// Adds a secret that `probe` has tried out.
pub async fn add<T, F: Future<Output = Result<T>>>(
    app: &App,
    ctx: &Ctx,
    _: Admin,
    provider: ProviderId,
    new: NewCredential,
    probe: impl FnOnce(Configured) -> F,
) -> Result<(CredentialView, T)> {
    let of = provider_rows::by_id(app.db.read(), provider).await?.ok_or_else(no_provider)?;
    let new = checked(vec![new])?.remove(0);
    let credential = row(app, ctx, provider, ctx.new_id(), &new)?;
    let credentials = vec![opened(app, &credential)];
    let (entered_for, configured) = (place_of(&of.base_url), configured(app, of, credentials)?);
    let tried = probe(configured).await?;
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            // Held, so that it cannot move between this look and the commit: a secret goes where it was entered for.
            let there = provider_rows::hold(&*tx, provider).await?.ok_or_else(no_provider)?;
            if place_of(&there.base_url) != entered_for {
                return Err(stale());
            }
            rows::insert(&*tx, &credential).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    tracing::info!(event = "llm.credential_added", credential = %credential.id, %provider);
    announce(app, Changed::Providers).await;
    Ok((view(app, credential), tried))
}

/// Changes one; a new secret, or one that is switched on, is tried out first.
pub async fn update<T, F: Future<Output = Result<T>>>(
    app: &App,
    ctx: &Ctx,
    _: Admin,
    provider: ProviderId,
    id: CredentialId,
    change: CredentialChange,
    probe: impl FnOnce(Configured) -> F,
) -> Result<(CredentialView, Option<T>)> {
    let of = provider_rows::by_id(app.db.read(), provider).await?.ok_or_else(no_provider)?;
    let before = rows::of_provider(app.db.read(), provider, id).await?.ok_or_else(not_found)?;
    let mut after = before.clone();
    let mut faults = Vec::new();
    if let Some(text) = &change.label {
        match label(text) {
            Ok(label) => after.label = label,
            Err(fault) => faults.push(fault),
        }
    }
    if let Some(weight) = change.weight {
        faults.extend(check_weight(weight).err());
        after.weight = weight;
    }
    if let Some(secret) = &change.secret {
        faults.extend(check_secret(secret).err());
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    if let Some(secret) = &change.secret {
        let of = provider.to_string();
        let sealed = app.secrets.seal(place(id, &of), secret, &ctx.chance).map_err(Error::broken)?;
        (after.sealed, after.key_id) = (sealed.text, sealed.key_id);
    }
    // A secret that was switched off because it failed is on again when it is replaced.
    let enabled = change.enabled.unwrap_or(after.state == CredentialState::Active || change.secret.is_some());
    after.state = if enabled { CredentialState::Active } else { CredentialState::Disabled };
    if enabled {
        after.disabled_reason = None;
    }
    let news = change.secret.is_some() || before.state != after.state;
    let name = of.name.clone();
    let tried = if enabled && news {
        let credentials = vec![opened(app, &after)];
        Some(probe(configured(app, of, credentials)?).await?)
    } else {
        None
    };
    after.updated_at = ctx.now();
    let written = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let written = rows::update(&*tx, &before, &after).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await?;
    if !written {
        return Err(stale());
    }
    tracing::info!(event = "llm.credential_changed", credential = %id, %provider, replaced = change.secret.is_some());
    if news {
        // If it fails again, that is news.
        alerts::passed(app, ctx, AlertKind::CredentialDisabled, &name, Some(&id.to_string())).await?;
    }
    announce(app, Changed::Providers).await;
    Ok((view(app, after), tried))
}

pub async fn remove(app: &App, _: Admin, provider: ProviderId, id: CredentialId) -> Result<()> {
    let removed = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let removed = rows::delete(&*tx, provider, id).await?;
            tx.commit().await?;
            Ok(removed)
        })
        .await?;
    if !removed {
        return Err(not_found());
    }
    tracing::info!(event = "llm.credential_removed", credential = %id, %provider);
    announce(app, Changed::Providers).await;
    Ok(())
}

/// A provider did not accept a secret: it is switched off for all nodes, unless it has been replaced since. True for the one
/// who switched it off, who alerts the operators.
pub async fn failed(app: &App, ctx: &Ctx, id: CredentialId, seal: &str, class: &str) -> Result<bool> {
    let disabled = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let disabled = rows::disable(&*tx, id, seal, class, ctx.now()).await?;
            tx.commit().await?;
            Ok(disabled)
        })
        .await?;
    if disabled {
        tracing::warn!(event = "llm.credential_disabled", credential = %id, class);
        announce(app, Changed::Providers).await;
    }
    Ok(disabled)
}

/// Notes when credentials were last used; call it now and then, not with every call.
pub async fn note_use(app: &App, ctx: &Ctx, ids: &[CredentialId]) -> Result<()> {
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::note_use(&*tx, ids, ctx.now()).await?;
            Ok(tx.commit().await?)
        })
        .await
}

/// The row of a checked credential.
pub(super) fn row(
    app: &App,
    ctx: &Ctx,
    provider: ProviderId,
    id: CredentialId,
    new: &NewCredential,
) -> Result<Credential> {
    let of = provider.to_string();
    let sealed = app.secrets.seal(place(id, &of), &new.secret, &ctx.chance).map_err(Error::broken)?;
    let now = ctx.now();
    Ok(Credential {
        id,
        provider,
        label: new.label.clone(),
        sealed: sealed.text,
        key_id: sealed.key_id,
        weight: new.weight,
        state: CredentialState::Active,
        disabled_reason: None,
        created_at: now,
        updated_at: now,
        last_used_at: None,
    })
}

/// One that cannot be opened is switched off, without a secret.
pub(super) fn opened(app: &App, credential: &Credential) -> OpenCredential {
    let of = credential.provider.to_string();
    match app.secrets.open(place(credential.id, &of), &credential.sealed) {
        Ok(secret) => OpenCredential {
            id: credential.id,
            label: credential.label.clone(),
            secret,
            weight: credential.weight,
            enabled: credential.state == CredentialState::Active,
            seal: credential.sealed.clone(),
        },
        Err(fault) => {
            tracing::error!(credential = %credential.id, %fault, "a credential cannot be used");
            OpenCredential {
                id: credential.id,
                label: credential.label.clone(),
                secret: SecretString::from(String::new()),
                weight: credential.weight,
                enabled: false,
                seal: credential.sealed.clone(),
            }
        }
    }
}

/// Labels trimmed, everything within its limits.
pub(super) fn checked(credentials: Vec<NewCredential>) -> Result<Vec<NewCredential>> {
    const MOST: usize = 50;
    if credentials.len() > MOST {
        return Err(Error::invalid(vec![FieldFault::new("/credentials", "too_many").arg("max", MOST)]));
    }
    let mut faults = Vec::new();
    let mut good = Vec::with_capacity(credentials.len());
    for mut new in credentials {
        match label(&new.label) {
            Ok(label) => new.label = label,
            Err(fault) => faults.push(fault),
        }
        faults.extend(check_weight(new.weight).err());
        faults.extend(check_secret(&new.secret).err());
        good.push(new);
    }
    if faults.is_empty() { Ok(good) } else { Err(Error::invalid(faults)) }
}

fn label(text: &str) -> Result<String, FieldFault> {
    let checked = KeyName::parse(text).map_err(|fault| FieldFault { pointer: "/label".to_owned(), ..fault });
    checked.map(|label| label.as_str().to_owned())
}

fn check_weight(weight: u32) -> Result<(), FieldFault> {
    if WEIGHTS.contains(&weight) {
        return Ok(());
    }
    Err(FieldFault::new("/weight", "out_of_range").arg("min", WEIGHTS.start()).arg("max", WEIGHTS.end()))
}

/// A secret goes into a header: visible ASCII, nothing around it. The fault says nothing of it.
fn check_secret(secret: &SecretString) -> Result<(), FieldFault> {
    const LONGEST: usize = 4096;
    let text = secret.expose_secret();
    if text.is_empty() {
        return Err(FieldFault::new("/secret", "empty"));
    }
    if text.len() > LONGEST {
        return Err(FieldFault::new("/secret", "too_long").arg("max", LONGEST));
    }
    if text.chars().all(|c| c.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(FieldFault::new("/secret", "llm.secret_invalid"))
    }
}

fn view(app: &App, credential: Credential) -> CredentialView {
    CredentialView {
        id: credential.id,
        provider: credential.provider,
        label: credential.label,
        weight: credential.weight,
        state: credential.state,
        disabled_reason: credential.disabled_reason,
        current_key: credential.key_id == app.secrets.key_id(),
        created_at: credential.created_at,
        updated_at: credential.updated_at,
        last_used_at: credential.last_used_at,
    }
}

fn not_found() -> Error {
    Error::not_found("llm.credential_not_found")
}
