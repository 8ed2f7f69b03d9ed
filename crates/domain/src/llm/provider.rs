//! What an operator may call a provider, where it may be, what may be sent along.

use crate::FieldFault;

/// The wire formats that are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    OpenAi,
    OpenRouter,
    Groq,
    Vercel,
    /// Every other server that speaks OpenAI's dialect (vLLM, llama.cpp, LM Studio).
    Compatible,
    Gemini,
    Anthropic,
    Ollama,
}

impl ProviderKind {
    pub const ALL: [Self; 8] = [
        Self::OpenAi,
        Self::OpenRouter,
        Self::Groq,
        Self::Vercel,
        Self::Compatible,
        Self::Gemini,
        Self::Anthropic,
        Self::Ollama,
    ];

    pub const fn as_str(self) -> &'static str {
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

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The first half of `provider/model`: 1 to 40 of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderName(String);

impl ProviderName {
    pub const LONGEST: usize = 40;
    /// Names that mean something else in front of a `/`.
    const TAKEN: [&str; 2] = ["route", "guide"];

    /// # Errors
    /// A fault at `/name`.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        slug(text, Self::LONGEST)?;
        if Self::TAKEN.contains(&text) {
            return Err(FieldFault::new("/name", "llm.name_reserved"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// # Errors
/// A fault at `/name`.
pub(super) fn slug(text: &str, longest: usize) -> Result<(), FieldFault> {
    if text.is_empty() {
        return Err(FieldFault::new("/name", "empty"));
    }
    if text.len() > longest {
        return Err(FieldFault::new("/name", "too_long").arg("max", longest));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !text.starts_with(plain) || !text.chars().all(|c| plain(c) || c == '-' || c == '_') {
        return Err(FieldFault::new("/name", "llm.name_invalid"));
    }
    Ok(())
}

/// The whole name of a model, `provider/model`, at most 190 bytes so that it is a key on every database.
pub const LONGEST_MODEL: usize = 190;

/// # Errors
/// A fault at `pointer`.
pub fn check_model(text: &str, pointer: &str) -> Result<(), FieldFault> {
    if text.len() > LONGEST_MODEL {
        return Err(FieldFault::new(pointer, "too_long").arg("max", LONGEST_MODEL));
    }
    let two = text.split_once('/').is_some_and(|(provider, model)| {
        slug(provider, ProviderName::LONGEST).is_ok() && !model.is_empty() && model.chars().all(visible)
    });
    if two { Ok(()) } else { Err(FieldFault::new(pointer, "llm.model_invalid")) }
}

fn visible(c: char) -> bool {
    c.is_ascii_graphic()
}

/// The models of a provider as its own list would name them; empty asks the provider.
///
/// # Errors
/// Faults at `/models` and below.
pub fn check_models(provider: &ProviderName, models: &[String]) -> Result<(), Vec<FieldFault>> {
    const MOST: usize = 1000;
    if models.len() > MOST {
        return Err(vec![FieldFault::new("/models", "too_many").arg("max", MOST)]);
    }
    let mut faults = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (place, model) in models.iter().enumerate() {
        let pointer = format!("/models/{place}");
        if let Err(fault) = check_model(&format!("{}/{model}", provider.as_str()), &pointer) {
            faults.push(fault);
        } else if !seen.insert(model.to_ascii_lowercase()) {
            faults.push(FieldFault::new(pointer, "duplicate"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Whether an address may be a provider's. Where it leads is decided when it is connected to (egress); this refuses what could
/// carry a secret elsewhere or is no base address.
///
/// # Errors
/// A fault at `/base_url`.
pub fn check_base_url(url: &str, private_network: bool) -> Result<(), FieldFault> {
    const LONGEST: usize = 500;
    let fault = |code| Err(FieldFault::new("/base_url", code));
    if url.len() > LONGEST {
        return Err(FieldFault::new("/base_url", "too_long").arg("max", LONGEST));
    }
    let (rest, secure) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return fault("llm.url_invalid"),
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || !rest.chars().all(visible) || rest.contains(['?', '#', '@', '\\', '"', '<', '>']) {
        return fault("llm.url_invalid");
    }
    // The key would travel in the clear.
    if !secure && !private_network {
        return fault("llm.url_insecure");
    }
    Ok(())
}

/// Further headers of every request to a provider.
///
/// # Errors
/// Faults at `/headers/<name>`: not a header (RFC 9110, 5.1 and 5.5), one that the connection needs for itself, or one that
/// carries a secret, which belongs into a credential.
pub fn check_headers(headers: &[(String, String)]) -> Result<(), Vec<FieldFault>> {
    const MOST: usize = 20;
    const LONGEST: usize = 1000;
    const OURS: [&str; 11] = [
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "te",
        "trailer",
        "upgrade",
        "accept",
        "accept-encoding",
        "expect",
    ];
    const SECRET: [&str; 7] =
        ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token"];
    if headers.len() > MOST {
        return Err(vec![FieldFault::new("/headers", "too_many").arg("max", MOST)]);
    }
    let mut faults = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        // RFC 6901: `~` and `/` are written differently in a pointer.
        let pointer =
            format!("/headers/{}", name.chars().take(100).collect::<String>().replace('~', "~0").replace('/', "~1"));
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let named = !name.is_empty() && name.len() <= 100 && name.chars().all(token);
        let valued = value.len() <= LONGEST && value.chars().all(|c| visible(c) || c == ' ') && value.trim() == value;
        let code = if !named || !valued {
            "llm.header_invalid"
        } else if OURS.contains(&lower.as_str()) {
            "llm.header_ours"
        } else if SECRET.contains(&lower.as_str()) {
            "llm.header_secret"
        } else if !seen.insert(lower) {
            "duplicate"
        } else {
            continue;
        };
        faults.push(FieldFault::new(pointer, code));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Whether a secret is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialState {
    Active,
    Disabled,
}

impl CredentialState {
    pub const ALL: [Self; 2] = [Self::Active, Self::Disabled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Shares of the requests are given out by weight.
pub const WEIGHTS: std::ops::RangeInclusive<u32> = 1..=1000;

/// What a model can do, as an operator says it; `None` leaves it to the provider's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub tools: Option<bool>,
    pub vision: Option<bool>,
    pub json: Option<bool>,
    /// It can be told how long to think.
    pub reasoning: Option<bool>,
    /// It goes on from a text of its own that was cut.
    pub prefill: Option<bool>,
}

impl Capabilities {
    /// As the database keeps it: `tools -vision`; a word is yes, with a dash before it no.
    pub fn to_words(self) -> String {
        let named = [
            ("tools", self.tools),
            ("vision", self.vision),
            ("json", self.json),
            ("reasoning", self.reasoning),
            ("prefill", self.prefill),
        ];
        let words =
            named.into_iter().filter_map(|(name, can)| can.map(|can| format!("{}{name}", if can { "" } else { "-" })));
        words.collect::<Vec<_>>().join(" ")
    }

    /// Words of a newer Obrol are passed over.
    pub fn from_words(words: &str) -> Self {
        let mut found = Self::default();
        for word in words.split_whitespace() {
            let (name, can) = word.strip_prefix('-').map_or((word, true), |name| (name, false));
            match name {
                "tools" => found.tools = Some(can),
                "vision" => found.vision = Some(can),
                "json" => found.json = Some(can),
                "reasoning" => found.reasoning = Some(can),
                "prefill" => found.prefill = Some(can),
                _ => {}
            }
        }
        found
    }
}
