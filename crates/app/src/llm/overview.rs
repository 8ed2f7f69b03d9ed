//! Providers as operators see them: what is configured here, in the environment and built in, and how each does.

use domain::ids::ProviderId;
use domain::{Result, Timestamp};
use llm_gateway::CredentialState as KeyState;
use persistence::llm::{credentials as credential_rows, providers as rows};

pub use llm_gateway::{BreakerState, ModelHealth, ProviderHealth};

use super::credits::{self, Credits};
use super::providers::Provider;
use crate::App;
use crate::accounts::Admin;

/// Who says that there is such a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Database,
    /// Only the environment changes it.
    Environment,
    /// The guide, and an Ollama that was found on this machine.
    BuiltIn,
}

/// What a secret is good for at this moment, in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    Ready,
    /// The provider limits it, for so many milliseconds more.
    Resting(u64),
    /// By a refusal of the provider, or by an operator.
    Disabled,
}

#[derive(Clone, Debug)]
pub struct CredentialOverview {
    pub id: String,
    pub label: String,
    pub weight: u32,
    pub enabled: bool,
    pub disabled_reason: Option<String>,
    pub condition: Condition,
    /// Created, updated; `None` in the environment.
    pub times: Option<(Timestamp, Timestamp)>,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct ProviderOverview {
    /// The id in the database; `environment-<name>` and `built-in-<name>` for the others.
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub base_url: String,
    /// Names only.
    pub headers: Vec<String>,
    pub private_network: bool,
    pub models: Vec<String>,
    pub max_concurrency: Option<u32>,
    pub enabled: bool,
    pub origin: Origin,
    /// Created, updated, and the version that a change names.
    pub times: Option<(Timestamp, Timestamp, i64)>,
    pub credentials: Vec<CredentialOverview>,
    pub health: Option<ProviderHealth>,
    /// What it said last of its money.
    pub credits: Option<Credits>,
}

/// All of them: the database's, the environment's, what is built in.
pub async fn providers(app: &App, admin: Admin) -> Result<Vec<ProviderOverview>> {
    let credits = credits::list(app, admin).await?;
    let stored = rows::all(app.db.read()).await?;
    let mut secrets = credential_rows::all(app.db.read(), None).await?;
    let health = app.gateway.health().providers;
    let mut all = Vec::with_capacity(stored.len());
    for provider in stored {
        let own = secrets.extract_if(.., |secret| secret.provider == provider.id).collect();
        let health = health.iter().find(|one| one.provider == provider.name).cloned();
        all.push(of_database(provider, own, health));
    }
    let given = app.llm.environment();
    let (environment, built_in): (Vec<_>, Vec<_>) = health
        .into_iter()
        .filter(|health| !all.iter().any(|known| known.name == health.provider))
        .partition(|health| given.iter().any(|own| own.name.eq_ignore_ascii_case(&health.provider)));
    for health in environment {
        let own = given.iter().find(|own| own.name.eq_ignore_ascii_case(&health.provider));
        all.extend(own.map(|own| of_environment(own, health)));
    }
    let ollama = app.gateway.settings().ollama_url.clone();
    all.extend(built_in.into_iter().map(|health| of_house(health, &ollama)));
    for provider in &mut all {
        provider.credits = credits.iter().find(|one| one.provider == provider.name).cloned();
    }
    Ok(all)
}

/// One of the database's.
///
/// # Errors
/// `llm.provider_not_found`.
pub async fn provider(app: &App, admin: Admin, id: ProviderId) -> Result<ProviderOverview> {
    let provider = super::providers::get(app, admin, id).await?;
    let secrets = credential_rows::all(app.db.read(), Some(id)).await?;
    let health = app.gateway.health().providers.into_iter().find(|one| one.provider == provider.name);
    let credits = credits::list(app, admin).await?.into_iter().find(|one| one.provider == provider.name);
    Ok(ProviderOverview { credits, ..of_database(provider, secrets, health) })
}

fn of_database(
    provider: Provider,
    secrets: Vec<credential_rows::Credential>,
    health: Option<ProviderHealth>,
) -> ProviderOverview {
    let known = health.as_ref().map(|health| health.credentials.as_slice()).unwrap_or_default();
    let credentials = secrets.into_iter().map(|secret| {
        let id = secret.id.to_string();
        let enabled = secret.state == domain::llm::CredentialState::Active;
        let learnt = known.iter().find(|one| one.id == id).map_or(Condition::Ready, |one| condition(one.state));
        CredentialOverview {
            condition: if enabled { learnt } else { Condition::Disabled },
            id,
            label: secret.label,
            weight: secret.weight,
            enabled,
            disabled_reason: secret.disabled_reason,
            times: Some((secret.created_at, secret.updated_at)),
            last_used_at: secret.last_used_at,
        }
    });
    ProviderOverview {
        id: provider.id.to_string(),
        credentials: credentials.collect(),
        name: provider.name,
        kind: provider.kind.as_str(),
        base_url: provider.base_url,
        headers: provider.headers.names,
        private_network: provider.private_network,
        models: provider.models,
        max_concurrency: provider.max_concurrency,
        enabled: provider.enabled,
        origin: Origin::Database,
        times: Some((provider.created_at, provider.updated_at, provider.version)),
        health,
        credits: None,
    }
}

fn of_environment(own: &llm_gateway::ProviderSettings, health: ProviderHealth) -> ProviderOverview {
    let weight = |id: &str| own.credentials.iter().find(|key| key.id == id).map_or(1, |key| key.weight);
    let credentials = health.credentials.iter().map(|key| {
        let condition = condition(key.state);
        CredentialOverview {
            id: key.id.clone(),
            label: key.label.clone(),
            weight: weight(&key.id),
            enabled: condition != Condition::Disabled,
            disabled_reason: reason(key.state),
            condition,
            times: None,
            last_used_at: None,
        }
    });
    ProviderOverview {
        id: format!("environment-{}", health.provider),
        name: health.provider.clone(),
        kind: own.kind.as_str(),
        base_url: own.base_url.clone(),
        headers: own.headers.iter().map(|(name, _)| name.clone()).collect(),
        private_network: own.network == llm_gateway::Network::Operator,
        models: own.models.clone(),
        max_concurrency: own.max_concurrency,
        enabled: true,
        origin: Origin::Environment,
        times: None,
        credentials: credentials.collect(),
        health: Some(health),
        credits: None,
    }
}

fn of_house(health: ProviderHealth, ollama_url: &str) -> ProviderOverview {
    let ollama = health.provider == "ollama";
    ProviderOverview {
        id: format!("built-in-{}", health.provider),
        name: health.provider.clone(),
        kind: if ollama { "ollama" } else { "guide" },
        base_url: if ollama { ollama_url.to_owned() } else { String::new() },
        headers: Vec::new(),
        private_network: true,
        models: Vec::new(),
        max_concurrency: None,
        enabled: true,
        origin: Origin::BuiltIn,
        times: None,
        credentials: Vec::new(),
        health: Some(health),
        credits: None,
    }
}

fn condition(state: KeyState) -> Condition {
    match state {
        KeyState::Active => Condition::Ready,
        KeyState::Resting(left) => Condition::Resting(u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
        KeyState::Disabled { .. } | KeyState::Off => Condition::Disabled,
    }
}

fn reason(state: KeyState) -> Option<String> {
    match state {
        KeyState::Disabled { class, .. } => Some(class.as_str().to_owned()),
        KeyState::Active | KeyState::Resting(_) | KeyState::Off => None,
    }
}
