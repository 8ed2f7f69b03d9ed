//! Providers and their credentials on the wire. No type that goes out has a place for a secret.

use app::llm::credits::Credits;
use app::llm::overview::{BreakerState, Condition, CredentialOverview, ModelHealth, Origin, ProviderOverview};
use app::llm::probe::Probed;
use domain::llm::ProviderKind;
use domain::llm::alert::CreditLevel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::Rfc3339;

/// The dialects that are spoken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ProviderKind)]
pub enum KindWord {
    Openai,
    Openrouter,
    Groq,
    Vercel,
    /// Any other server of OpenAI's dialect: vLLM, llama.cpp, LM Studio.
    Compatible,
    Gemini,
    Anthropic,
    Ollama,
}

impl From<KindWord> for ProviderKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Openai => Self::OpenAi,
            KindWord::Openrouter => Self::OpenRouter,
            KindWord::Groq => Self::Groq,
            KindWord::Vercel => Self::Vercel,
            KindWord::Compatible => Self::Compatible,
            KindWord::Gemini => Self::Gemini,
            KindWord::Anthropic => Self::Anthropic,
            KindWord::Ollama => Self::Ollama,
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProviderOrigin)]
pub enum OriginWord {
    /// Made here, and changed here.
    Database,
    /// Of the server's environment: only that changes it.
    Environment,
    /// The guide, and an Ollama that was found on this machine.
    BuiltIn,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Provider)]
pub struct ProviderBody {
    /// A UUID; `environment-<name>` or `built-in-<name>` for those that cannot be changed here.
    pub id: String,
    pub name: String,
    /// A `ProviderKind`, or `guide` for the built-in one.
    #[schema(example = "openai")]
    pub kind: &'static str,
    pub base_url: String,
    /// Names only: values are never shown.
    pub headers: Vec<String>,
    /// Whether its address may lead into a private network.
    pub private_network: bool,
    /// The models that were named; empty: the provider is asked for its list.
    pub models: Vec<String>,
    /// Calls at one time at most; null: as for all.
    pub max_concurrency: Option<u32>,
    pub enabled: bool,
    #[schema(inline)]
    pub origin: OriginWord,
    pub created_at: Option<Rfc3339>,
    pub updated_at: Option<Rfc3339>,
    /// `If-Match: "v<version>"` changes exactly this one; null where nothing can be changed here.
    pub version: Option<i64>,
    pub credentials: Vec<CredentialBody>,
    /// As the process that answers sees it; null where it has not been asked yet.
    pub health: Option<HealthBody>,
    /// What is left of the money, for providers that tell it.
    pub credits: Option<CreditsBody>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStateWord {
    Active,
    Disabled,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConditionWord {
    Ready,
    /// The provider limits it for a while.
    Resting,
    Disabled,
}

/// A secret of a provider, without the secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Credential)]
pub struct CredentialBody {
    /// A UUID; `env-1` and so on for those of the environment.
    pub id: String,
    pub label: String,
    /// Its share of the calls.
    pub weight: u32,
    #[schema(inline)]
    pub state: CredentialStateWord,
    /// The class of the failure by which it was switched off; null when an operator did it.
    pub disabled_reason: Option<String>,
    #[schema(inline)]
    pub condition: ConditionWord,
    pub rests_ms: Option<u64>,
    pub created_at: Option<Rfc3339>,
    pub updated_at: Option<Rfc3339>,
    pub last_used_at: Option<Rfc3339>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderHealth)]
pub struct HealthBody {
    /// Calls that run now.
    pub in_flight: u32,
    /// The adaptive limit.
    pub limit: u32,
    /// Calls that wait for their turn.
    pub waiting: u64,
    pub models: Vec<ModelHealthBody>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakerWord {
    Closed,
    Open,
    HalfOpen,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelHealth)]
pub struct ModelHealthBody {
    /// Without the provider.
    pub model: String,
    #[schema(inline)]
    pub breaker: BreakerWord,
    /// After how long an open one lets a call through.
    pub opens_in_ms: Option<u64>,
    /// Of the last two minutes.
    pub calls: u64,
    pub failures: u64,
    pub failure_share: f64,
    pub first_token_p50_ms: Option<u64>,
    pub first_token_p95_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditsLevelWord {
    Ok,
    Warning,
    Critical,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderCredits)]
pub struct CreditsBody {
    /// In millionths of a US dollar.
    pub remaining_micros: Option<i64>,
    pub used_micros: Option<i64>,
    pub checked_at: Rfc3339,
    #[schema(inline)]
    pub level: CreditsLevelWord,
}

/// What trying it out has shown.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Probe)]
pub struct ProbeBody {
    pub models: u64,
    pub took_ms: u64,
}

impl From<Probed> for ProbeBody {
    fn from(probed: Probed) -> Self {
        Self { models: probed.models as u64, took_ms: millis(probed.took) }
    }
}

impl From<ProviderOverview> for ProviderBody {
    fn from(provider: ProviderOverview) -> Self {
        let times = provider.times;
        Self {
            id: provider.id,
            name: provider.name,
            kind: provider.kind,
            base_url: provider.base_url,
            headers: provider.headers,
            private_network: provider.private_network,
            models: provider.models,
            max_concurrency: provider.max_concurrency,
            enabled: provider.enabled,
            origin: match provider.origin {
                Origin::Database => OriginWord::Database,
                Origin::Environment => OriginWord::Environment,
                Origin::BuiltIn => OriginWord::BuiltIn,
            },
            created_at: times.map(|(created, _, _)| created.into()),
            updated_at: times.map(|(_, updated, _)| updated.into()),
            version: times.map(|(_, _, version)| version),
            credentials: provider.credentials.into_iter().map(CredentialBody::from).collect(),
            health: provider.health.map(|health| HealthBody {
                in_flight: health.in_flight,
                limit: health.limit,
                waiting: health.waiting as u64,
                models: health.models.into_iter().map(ModelHealthBody::from).collect(),
            }),
            credits: provider.credits.map(CreditsBody::from),
        }
    }
}

impl From<Credits> for CreditsBody {
    fn from(credits: Credits) -> Self {
        Self {
            remaining_micros: credits.remaining,
            used_micros: credits.used,
            checked_at: credits.checked_at.into(),
            level: match credits.level {
                CreditLevel::Ok => CreditsLevelWord::Ok,
                CreditLevel::Warning => CreditsLevelWord::Warning,
                CreditLevel::Critical => CreditsLevelWord::Critical,
            },
        }
    }
}

impl From<CredentialOverview> for CredentialBody {
    fn from(credential: CredentialOverview) -> Self {
        let (condition, rests_ms) = match credential.condition {
            Condition::Ready => (ConditionWord::Ready, None),
            Condition::Resting(left) => (ConditionWord::Resting, Some(left)),
            Condition::Disabled => (ConditionWord::Disabled, None),
        };
        Self {
            id: credential.id,
            label: credential.label,
            weight: credential.weight,
            state: if credential.enabled { CredentialStateWord::Active } else { CredentialStateWord::Disabled },
            disabled_reason: credential.disabled_reason,
            condition,
            rests_ms,
            created_at: credential.times.map(|(created, _)| created.into()),
            updated_at: credential.times.map(|(_, updated)| updated.into()),
            last_used_at: credential.last_used_at.map(Into::into),
        }
    }
}

impl From<ModelHealth> for ModelHealthBody {
    fn from(health: ModelHealth) -> Self {
        Self {
            model: health.model,
            breaker: match health.breaker {
                BreakerState::Closed => BreakerWord::Closed,
                BreakerState::Open => BreakerWord::Open,
                BreakerState::HalfOpen => BreakerWord::HalfOpen,
            },
            opens_in_ms: health.opens_in.map(millis),
            calls: health.calls as u64,
            failures: health.failures as u64,
            failure_share: health.failure_share,
            first_token_p50_ms: health.first_token_p50.map(millis),
            first_token_p95_ms: health.first_token_p95.map(millis),
        }
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
