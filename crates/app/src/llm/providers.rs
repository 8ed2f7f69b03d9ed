//! Providers: configured by administrators, tried out before they are saved.

use domain::ids::ProviderId;
use domain::llm::provider::{check_base_url, check_models};
use domain::llm::{ProviderKind, ProviderName};
use domain::{Ctx, Error, FieldFault, Kind, Result, Timestamp};
use persistence::llm::{credentials as credential_rows, providers as rows};

pub use persistence::llm::providers::Provider;

use super::Changed;
use super::changes::announce;
use super::credentials::{NewCredential, OpenCredential, checked, opened, row};
use super::headers::{self, HeaderDraft, OpenHeaders};
use crate::App;
use crate::accounts::Admin;

/// What an administrator writes.
#[derive(Clone, Debug)]
pub struct ProviderDraft {
    pub name: String,
    pub kind: ProviderKind,
    pub base_url: String,
    pub headers: Vec<(String, HeaderDraft)>,
    pub private_network: bool,
    pub models: Vec<String>,
    pub max_concurrency: Option<u32>,
    pub enabled: bool,
}

/// A provider as it would be, for trying it out; and as it is, for whoever asks it.
#[derive(Clone, Debug)]
pub struct Configured {
    pub provider: Provider,
    pub headers: OpenHeaders,
    pub credentials: Vec<OpenCredential>,
}

pub async fn list(app: &App, _: Admin) -> Result<Vec<Provider>> {
    Ok(rows::all(app.db.read()).await?)
}

pub async fn get(app: &App, _: Admin, id: ProviderId) -> Result<Provider> {
    rows::by_id(app.db.read(), id).await?.ok_or_else(not_found)
}

/// Everything with its secrets, for the gateway. A credential that cannot be opened is there and switched off: a provider that
/// has keys is never asked without one. So is a provider whose headers cannot be opened.
pub async fn configured(app: &App) -> Result<Vec<Configured>> {
    let providers = rows::all(app.db.read()).await?;
    let mut credentials = credential_rows::all(app.db.read(), None).await?;
    let configured = providers.into_iter().map(|provider| {
        let own = credentials.extract_if(.., |credential| credential.provider == provider.id);
        let credentials = own.map(|credential| opened(app, &credential)).collect();
        match headers::opened(app, &provider) {
            Ok(headers) => Configured { provider, headers, credentials },
            Err(fault) => {
                tracing::error!(provider = %provider.id, %fault, "a provider cannot be used: its headers cannot be opened");
                Configured { provider: Provider { enabled: false, ..provider }, headers: Vec::new(), credentials }
            }
        }
    });
    Ok(configured.collect())
}

/// One with its secrets, for trying it out.
pub async fn one_configured(app: &App, admin: Admin, id: ProviderId) -> Result<Configured> {
    let provider = get(app, admin, id).await?;
    let stored = credential_rows::all(app.db.read(), Some(id)).await?;
    configured_as(app, provider, stored.iter().map(|credential| opened(app, credential)).collect())
}

/// Makes a provider with its first credentials. `probe` tries it out when it is enabled: its error is the answer, and nothing
/// is saved.
pub async fn create<T, F: Future<Output = Result<T>>>(
    app: &App,
    ctx: &Ctx,
    _: Admin,
    draft: ProviderDraft,
    credentials: Vec<NewCredential>,
    probe: impl FnOnce(Configured) -> F,
) -> Result<(Provider, Option<T>)> {
    let now = ctx.now();
    let (provider, headers) = provider(app, ctx, ctx.new_id(), draft, 1, (now, now), None)?;
    free(app, &provider).await?;
    let credentials = checked(credentials)?;
    let sealed =
        credentials.iter().map(|new| row(app, ctx, provider.id, ctx.new_id(), new)).collect::<Result<Vec<_>>>()?;
    let tried = if provider.enabled {
        let credentials = sealed.iter().map(|credential| opened(app, credential)).collect();
        Some(probe(Configured { provider: provider.clone(), headers, credentials }).await?)
    } else {
        None
    };
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            rows::insert(&*tx, &provider).await.map_err(taken)?;
            for credential in &sealed {
                credential_rows::insert(&*tx, credential).await?;
            }
            Ok(tx.commit().await?)
        })
        .await?;
    tracing::info!(event = "llm.provider_created", provider = %provider.id, name = provider.name);
    announce(app, Changed::Providers).await;
    Ok((provider, tried))
}

/// Changes the version that was seen; tried out like a new one.
pub async fn update<T, F: Future<Output = Result<T>>>(
    app: &App,
    ctx: &Ctx,
    admin: Admin,
    id: ProviderId,
    seen: i64,
    draft: ProviderDraft,
    probe: impl FnOnce(Configured) -> F,
) -> Result<(Provider, Option<T>)> {
    let before = get(app, admin, id).await?;
    if before.version != seen {
        return Err(stale());
    }
    let headers_stay = draft.headers.iter().any(|(_, value)| matches!(value, HeaderDraft::Kept));
    let times = (before.created_at, ctx.now());
    let (after, headers) = provider(app, ctx, id, draft, seen + 1, times, Some(&before))?;
    if after.name != before.name {
        free(app, &after).await?;
    }
    let stored = credential_rows::all(app.db.read(), Some(id)).await?;
    // A secret goes where it was entered for, and nowhere else: who cannot read it must not have it sent to an own address.
    let moves = place_of(&after.base_url) != place_of(&before.base_url);
    if moves && (headers_stay || !stored.is_empty()) {
        return Err(secrets_stay());
    }
    let tried = if after.enabled {
        let credentials = stored.iter().map(|credential| opened(app, credential)).collect();
        Some(probe(Configured { provider: after.clone(), headers, credentials }).await?)
    } else {
        None
    };
    let written = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            // Held, so that a secret that was entered for the old address meanwhile is seen, and none comes in between.
            rows::hold(&*tx, id).await?;
            if moves && credential_rows::any(&*tx, id).await? {
                return Err(secrets_stay());
            }
            let written = rows::update(&*tx, &after).await.map_err(taken)?;
            tx.commit().await?;
            Ok(written)
        })
        .await?;
    if !written {
        return Err(stale());
    }
    tracing::info!(event = "llm.provider_changed", provider = %id, name = after.name);
    announce(app, Changed::Providers).await;
    Ok((after, tried))
}

/// Removes the version that was seen, with its credentials.
pub async fn delete(app: &App, admin: Admin, id: ProviderId, seen: i64) -> Result<()> {
    get(app, admin, id).await?;
    let deleted = app
        .db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let deleted = rows::delete(&*tx, id, seen).await?;
            tx.commit().await?;
            Ok(deleted)
        })
        .await?;
    if !deleted {
        return Err(stale());
    }
    tracing::info!(event = "llm.provider_deleted", provider = %id);
    announce(app, Changed::Providers).await;
    Ok(())
}

/// With these credentials.
///
/// # Errors
/// `llm.headers_unreadable`.
pub(super) fn configured_as(app: &App, provider: Provider, credentials: Vec<OpenCredential>) -> Result<Configured> {
    let unreadable = |_| Error::new(Kind::Conflict, "llm.headers_unreadable");
    let headers = headers::opened(app, &provider).map_err(unreadable)?;
    Ok(Configured { provider, headers, credentials })
}

fn secrets_stay() -> Error {
    Error::new(Kind::Conflict, "llm.secrets_stay")
}

/// Scheme, host and port.
pub(super) fn place_of(base_url: &str) -> String {
    base_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/").to_ascii_lowercase()
}

/// Looked at before anything is tried out. One of the environment may have the name: the saved one stands in its place.
async fn free(app: &App, provider: &Provider) -> Result<()> {
    let stored = rows::all(app.db.read()).await?;
    if stored.iter().any(|other| other.name == provider.name && other.id != provider.id) {
        return Err(Error::new(Kind::Conflict, "llm.name_taken"));
    }
    Ok(())
}

/// The row of a checked draft, and its headers as they are sent.
fn provider(
    app: &App,
    ctx: &Ctx,
    id: ProviderId,
    draft: ProviderDraft,
    version: i64,
    (created_at, updated_at): (Timestamp, Timestamp),
    before: Option<&Provider>,
) -> Result<(Provider, OpenHeaders)> {
    let mut faults = Vec::new();
    match ProviderName::parse(&draft.name) {
        Ok(name) => faults.extend(check_models(&name, &draft.models).err().unwrap_or_default()),
        Err(fault) => faults.push(fault),
    }
    faults.extend(check_base_url(&draft.base_url, draft.private_network).err());
    let open = match headers::merged(app, &draft.headers, before) {
        Ok(open) => open,
        Err(fault) if fault.kind() == Kind::Invalid => {
            faults.extend(fault.fields().iter().cloned());
            Vec::new()
        }
        Err(fault) => return Err(fault),
    };
    if draft.max_concurrency.is_some_and(|most| !(1..=100_000).contains(&most)) {
        faults.push(FieldFault::new("/max_concurrency", "out_of_range").arg("min", 1).arg("max", 100_000));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let headers = headers::sealed(app, &ctx.chance, id, &open)?;
    let ProviderDraft { name, kind, base_url, private_network, models, max_concurrency, enabled, .. } = draft;
    let base_url = base_url.trim_end_matches('/').to_owned();
    let provider = Provider {
        id,
        name,
        kind,
        base_url,
        headers,
        private_network,
        models,
        max_concurrency,
        enabled,
        created_at,
        updated_at,
        version,
    };
    Ok((provider, open))
}

pub(super) fn not_found() -> Error {
    Error::not_found("llm.provider_not_found")
}

pub(super) fn stale() -> Error {
    Error::new(Kind::Stale, "llm.stale")
}

pub(super) fn taken(error: persistence::Error) -> Error {
    if error.is_unique_violation() {
        return Error::new(Kind::Conflict, "llm.name_taken");
    }
    error.into()
}
