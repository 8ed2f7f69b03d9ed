//! What an operator decides about providers, limits and time.

use std::str::FromStr;
use std::time::Duration;

use llm_client::Secret;

#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// In the operator's order: the first model of the first one is the default.
    pub providers: Vec<ProviderSettings>,
    pub limits: Limits,
    pub timeouts: Timeouts,
    pub retry: RetrySettings,
    /// Offer the built-in guide.
    pub guide: bool,
    /// Offer an Ollama that answers at `ollama_url`, unless a provider of that name is configured.
    pub ollama_probe: bool,
    /// Without the version; its OpenAI-compatible endpoint is `/v1`.
    pub ollama_url: String,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            retry: RetrySettings::default(),
            guide: true,
            ollama_probe: true,
            ollama_url: "http://127.0.0.1:11434".to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Lower case; the first part of its models' ids.
    pub name: String,
    pub kind: ProviderKind,
    /// With the version, like `https://api.openai.com/v1`.
    pub base_url: String,
    /// Several are rotated; none is right for servers that want none.
    pub api_keys: Vec<Secret>,
    /// Empty: the provider is asked for its list.
    pub models: Vec<String>,
}

/// The wire dialect of a provider. The gateway issue adds native ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    OpenAi,
}

impl ProviderKind {
    /// What `OBROL_PROVIDER_<NAME>_KIND` may say.
    pub const NAMES: &[&str] = &["openai"];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
        }
    }

    /// Where the service is when the operator names no address.
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of provider that this version knows; known: openai (any server that speaks OpenAI's API)")]
pub struct UnknownKind;

impl FromStr for ProviderKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text.trim().to_ascii_lowercase().as_str() {
            "openai" => Ok(Self::OpenAi),
            _ => Err(UnknownKind),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages to the AI per user; 0 is no limit.
    pub messages_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { messages_per_minute: 20 }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// DNS, TCP and TLS.
    pub connect: Duration,
    /// Silence before the first content. A comment or a thought is life and starts it anew.
    pub first_token: Duration,
    /// Silence after the first content; the same counts as life.
    pub stall: Duration,
    /// All attempts of one question together, unless the question brings its own deadline.
    pub whole_run: Duration,
    /// One request for a list of models.
    pub models: Duration,
    /// Asking whether an Ollama is there.
    pub probe: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            whole_run: Duration::from_secs(600),
            models: Duration::from_secs(10),
            probe: Duration::from_millis(500),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RetrySettings {
    /// Calls of one question, the first included.
    pub attempts: u32,
    /// The first pause; each next one doubles, with up to a quarter taken off by chance.
    pub base: Duration,
    pub cap: Duration,
    /// A provider's hint beyond this is not waited for.
    pub longest_hint: Duration,
    /// How long a rate-limited credential rests when the provider gave no hint.
    pub rest: Duration,
    /// How long a refused or unpaid credential comes last.
    pub bench: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            longest_hint: Duration::from_secs(20),
            rest: Duration::from_secs(5),
            bench: Duration::from_secs(600),
        }
    }
}
