//! What the servers of the OpenAI dialect do differently. Sources: contracts/llm, the file of each.

use crate::classify::{self, Tables};

/// What the limit on the answer is called: OpenAI's newer models refuse `max_tokens`, older servers know nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenLimit {
    MaxTokens,
    MaxCompletionTokens,
}

/// How the model is told to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// `reasoning_effort`.
    Effort,
    /// `reasoning_effort`, and `reasoning_format:"parsed"` where thoughts would else stand in the text.
    Groq,
    /// `reasoning:{effort}`.
    Object,
    /// `reasoning:{enabled,effort}`.
    Switched,
}

/// Where the asker's digest goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    SafetyIdentifier,
    User,
    /// `providerOptions.gateway.user`.
    Gateway,
    Nowhere,
}

/// Who tells about money, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purse {
    OpenRouter,
    Vercel,
    None,
}

#[derive(Clone, Copy)]
pub(crate) struct Flavour {
    /// The dialect of what is kept for the next turn.
    pub name: &'static str,
    pub limit: TokenLimit,
    /// Sent when the caller names no limit: OpenRouter reserves credit for the model's whole maximum otherwise.
    pub default_limit: Option<u32>,
    /// Usage comes only when asked for.
    pub ask_usage: bool,
    pub thinking: Thinking,
    pub asker: Asker,
    /// `reasoning_details` are kept and sent back.
    pub keeps_thoughts: bool,
    /// Their own shortening of long conversations is switched off: what is left out is our decision.
    pub no_compression: bool,
    pub purse: Purse,
    /// The query that makes the list of models tell the embedding ones.
    pub embedders: &'static str,
    pub tables: Tables,
}

const BASE: Flavour = Flavour {
    name: "compatible",
    limit: TokenLimit::MaxTokens,
    default_limit: None,
    ask_usage: true,
    thinking: Thinking::Effort,
    asker: Asker::Nowhere,
    keeps_thoughts: false,
    no_compression: false,
    purse: Purse::None,
    embedders: "",
    tables: &[classify::OPENAI],
};

/// vLLM, llama.cpp, LM Studio, Ollama's `/v1`, and whoever else.
pub(crate) const COMPATIBLE: Flavour = BASE;

pub(crate) const OPENAI: Flavour =
    Flavour { name: "openai", limit: TokenLimit::MaxCompletionTokens, asker: Asker::SafetyIdentifier, ..BASE };

pub(crate) const OPENROUTER: Flavour = Flavour {
    name: "openrouter",
    default_limit: Some(4096),
    ask_usage: false, // always sent; the option has no effect
    thinking: Thinking::Object,
    asker: Asker::User,
    keeps_thoughts: true,
    no_compression: true,
    purse: Purse::OpenRouter,
    embedders: "?output_modalities=embeddings",
    tables: &[classify::OPENROUTER, classify::OPENAI],
    ..BASE
};

pub(crate) const GROQ: Flavour = Flavour {
    name: "groq",
    limit: TokenLimit::MaxCompletionTokens,
    ask_usage: false, // always sent, beside the finish reason
    thinking: Thinking::Groq,
    tables: &[classify::GROQ, classify::OPENAI],
    ..BASE
};

pub(crate) const VERCEL: Flavour = Flavour {
    name: "vercel",
    thinking: Thinking::Switched,
    asker: Asker::Gateway,
    purse: Purse::Vercel,
    tables: &[classify::VERCEL, classify::OPENAI],
    ..BASE
};
