//! The readers of all dialects without any network, for tests and fuzzing.

use std::time::SystemTime;

use egress::Headers;

use crate::ProviderKind;
use crate::openai::flavour;
use crate::reading::{Head, Reading};
use crate::{anthropic, gemini, ollama, openai};

/// Reads an answer of this kind from bytes alone; a line may have `cap` bytes.
pub fn reading(kind: ProviderKind, cap: usize) -> Reading {
    let (listening, tables) = match kind {
        ProviderKind::OpenAi => openai::offline(&flavour::OPENAI),
        ProviderKind::OpenRouter => openai::offline(&flavour::OPENROUTER),
        ProviderKind::Groq => openai::offline(&flavour::GROQ),
        ProviderKind::Vercel => openai::offline(&flavour::VERCEL),
        ProviderKind::Compatible => openai::offline(&flavour::COMPATIBLE),
        ProviderKind::Gemini => gemini::offline(),
        ProviderKind::Anthropic => anthropic::offline(),
        ProviderKind::Ollama => ollama::offline(),
    };
    let now = SystemTime::UNIX_EPOCH;
    let head = Head { status: 200, headers: Headers::default(), credential: None, secrets: Vec::new(), tables, now };
    Reading::capped(head, listening.framing, listening.turn, cap)
}
