//! Which dialects there are, and a provider of each.

use std::str::FromStr;
use std::sync::Arc;

use egress::{Client, Secret};
use serde_json::{Map, Value};

use crate::anthropic::Anthropic;
use crate::gemini::Gemini;
use crate::ollama::Ollama;
use crate::openai::{OpenAi, TokenLimit, flavour};
use crate::{Continuation, Provider};

/// The services that are spoken to natively.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    OpenAi,
    OpenRouter,
    Groq,
    /// Vercel's AI Gateway.
    Vercel,
    /// Any other server of OpenAI's dialect: vLLM, llama.cpp, LM Studio.
    Compatible,
    Gemini,
    Anthropic,
    Ollama,
}

impl ProviderKind {
    pub const ALL: [ProviderKind; 8] = [
        Self::OpenAi,
        Self::OpenRouter,
        Self::Groq,
        Self::Vercel,
        Self::Compatible,
        Self::Gemini,
        Self::Anthropic,
        Self::Ollama,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenRouter => "openrouter",
            Self::Groq => "groq",
            Self::Vercel => "vercel",
            Self::Compatible => "compatible",
            Self::Gemini => "gemini",
            Self::Anthropic => "anthropic",
            Self::Ollama => "ollama",
        }
    }

    /// Where the service is, with its version; `None` if only the operator can know.
    pub fn default_base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::OpenRouter => Some("https://openrouter.ai/api/v1"),
            Self::Groq => Some("https://api.groq.com/openai/v1"),
            Self::Vercel => Some("https://ai-gateway.vercel.sh/v1"),
            Self::Compatible => None,
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Ollama => Some("http://localhost:11434"),
        }
    }

    /// Whether the service answers nobody without a key.
    pub fn needs_key(self) -> bool {
        match self {
            Self::OpenAi | Self::OpenRouter | Self::Groq | Self::Vercel | Self::Gemini | Self::Anthropic => true,
            Self::Compatible | Self::Ollama => false,
        }
    }

    /// A provider of this kind. `base_url` is as [`ProviderKind::default_base_url`] writes it.
    pub fn build(self, http: Client, base_url: &str, options: ProviderOptions) -> Arc<dyn Provider> {
        match self {
            Self::OpenAi => Arc::new(OpenAi::of(http, flavour::OPENAI, base_url, options)),
            Self::OpenRouter => Arc::new(OpenAi::of(http, flavour::OPENROUTER, base_url, options)),
            Self::Groq => Arc::new(OpenAi::of(http, flavour::GROQ, base_url, options)),
            Self::Vercel => Arc::new(OpenAi::of(http, flavour::VERCEL, base_url, options)),
            Self::Compatible => Arc::new(OpenAi::of(http, flavour::COMPATIBLE, base_url, options)),
            Self::Gemini => Arc::new(Gemini::new(http, base_url, options)),
            Self::Anthropic => Arc::new(Anthropic::new(http, base_url, options)),
            Self::Ollama => Arc::new(Ollama::new(http, base_url, options)),
        }
    }
}

/// Nobody speaks this dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of provider: openai, openrouter, groq, vercel, compatible, gemini, anthropic, ollama are known")]
pub struct UnknownKind;

impl FromStr for ProviderKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let text = text.trim();
        Self::ALL.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.as_str())).ok_or(UnknownKind)
    }
}

/// What an operator may say of one provider beside its kind, address and keys.
#[derive(Clone, Debug)]
pub struct ProviderOptions {
    /// Sent with every request: `HTTP-Referer` and `X-OpenRouter-Title` for OpenRouter, `OpenAI-Organization`, ….
    pub headers: Vec<(String, Secret)>,
    /// Fields for the body of every chat: `provider` for OpenRouter, `providerOptions` for Vercel, `keep_alive` for
    /// Ollama, …. What we read from (`model`, `messages`, `stream`) stays ours.
    pub extra: Map<String, Value>,
    /// What the limit on the answer is called, if not as the dialect calls it.
    pub token_limit: Option<TokenLimit>,
    /// Anthropic's models take temperature and top_p: the older ones do, newer ones refuse them.
    pub sampling: bool,
    /// Whether a cut answer may be taken up. No provider's documents promise it, so only the operator can say.
    pub continuation: Continuation,
}

impl Default for ProviderOptions {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            extra: Map::new(),
            token_limit: None,
            sampling: false,
            continuation: Continuation::None,
        }
    }
}
