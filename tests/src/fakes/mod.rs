//! Providers on loopback, one for each wire format: they say what a test tells them to, in the documented shape, misbehave
//! on demand at any phase, and keep a ledger of what they sent. Bare TCP, so that anything can break anywhere. Sources of the
//! shapes: the contracts of each provider.
//!
//! Knows nothing of the rest of this crate: llm-client's contract suite takes this folder as a module of its own.

pub mod anthropic;
pub mod gemini;
pub mod ledger;
pub mod ollama;
pub mod openai;
pub mod plan;
pub mod server;
pub mod trouble;

use serde_json::Value;

pub use plan::{Break, Call, Counts, Fault, Manner, Plan, Saying};
pub use server::{Asked, Fake};

/// Who is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    OpenAi,
    OpenRouter,
    Groq,
    Vercel,
    /// vLLM and its like.
    Compatible,
    Gemini,
    Anthropic,
    Ollama,
}

/// A piece of a stream: one event or one line, and how many tokens of the answer it carries.
#[derive(Clone, Debug)]
pub struct Frame {
    pub bytes: Vec<u8>,
    pub tokens: u32,
}

impl Frame {
    /// An event without a name.
    pub fn data(value: &Value, tokens: u32) -> Self {
        Self { bytes: format!("data: {value}\n\n").into_bytes(), tokens }
    }
}

impl Dialect {
    pub const ALL: [Dialect; 8] = [
        Self::OpenAi,
        Self::OpenRouter,
        Self::Groq,
        Self::Vercel,
        Self::Compatible,
        Self::Gemini,
        Self::Anthropic,
        Self::Ollama,
    ];

    pub fn name(self) -> &'static str {
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

    /// What comes after the address in this dialect's base URL.
    pub fn base(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Vercel | Self::Compatible | Self::Anthropic => "/v1",
            Self::OpenRouter => "/api/v1",
            Self::Groq => "/openai/v1",
            Self::Gemini => "/v1beta",
            Self::Ollama => "",
        }
    }

    pub fn media_type(self) -> &'static str {
        if self == Self::Ollama { "application/x-ndjson" } else { "text/event-stream" }
    }

    pub fn frames(self, saying: &Saying) -> Vec<Frame> {
        match self {
            Self::OpenAi | Self::OpenRouter | Self::Groq | Self::Vercel | Self::Compatible => {
                openai::frames(self, saying)
            }
            Self::Gemini => gemini::frames(saying),
            Self::Anthropic => anthropic::frames(saying),
            Self::Ollama => ollama::frames(saying),
        }
    }

    /// The same without a stream.
    pub fn whole(self, saying: &Saying) -> Value {
        match self {
            Self::OpenAi | Self::OpenRouter | Self::Groq | Self::Vercel | Self::Compatible => {
                openai::whole(self, saying)
            }
            Self::Gemini => gemini::whole(saying),
            Self::Anthropic => anthropic::whole(saying),
            Self::Ollama => ollama::whole(saying),
        }
    }

    /// An error body as it stands inside a 200 stream.
    pub fn error_frame(self, body: &Value) -> Vec<u8> {
        match self {
            Self::OpenAi | Self::OpenRouter | Self::Vercel | Self::Compatible => format!("data: {body}\n\n"),
            Self::Groq | Self::Anthropic => format!("event: error\ndata: {body}\n\n"),
            // Without `data:`, over several lines.
            Self::Gemini => format!("{body:#}\n"),
            Self::Ollama => format!("{body}\n"),
        }
        .into_bytes()
    }

    /// The body of a server that is overloaded, and its status where there still is one.
    pub fn overloaded(self) -> (u16, Value) {
        match self {
            Self::OpenAi | Self::OpenRouter | Self::Groq | Self::Vercel | Self::Compatible => openai::overloaded(self),
            Self::Gemini => gemini::overloaded(),
            Self::Anthropic => anthropic::overloaded(),
            Self::Ollama => ollama::overloaded(),
        }
    }

    /// A sign of life that says nothing: a comment, a ping, an empty piece.
    pub fn life(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Groq | Self::Vercel | Self::Compatible | Self::Gemini => ": keep-alive\n\n",
            Self::OpenRouter => ": OPENROUTER PROCESSING\n\n",
            Self::Anthropic => "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            Self::Ollama => "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n",
        }
    }

    /// Something that nobody has thought of yet.
    pub fn unknown(self) -> &'static str {
        match self {
            Self::OpenAi | Self::OpenRouter | Self::Groq | Self::Vercel | Self::Compatible | Self::Gemini => {
                "event: new.thing\nid: 7\nretry: 5\nodd field\ndata: {\"new\":{\"deep\":[1,2,null]}}\n\n"
            }
            Self::Anthropic => {
                "event: new_thing\ndata: {\"type\":\"new_thing\",\"index\":-1,\"delta\":{\"type\":\"odd\"}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":99,\"delta\":{\"type\":\"odd_delta\"}}\n\n"
            }
            Self::Ollama => "{\"new\":{\"deep\":[1,2,null]}}\n",
        }
    }

    /// A payload that is no JSON.
    pub fn garbage(self) -> &'static str {
        if self == Self::Ollama { "{not json\n" } else { "data: {not json\n\n" }
    }

    /// Whether this request asks for an answer, and of which model.
    pub fn asked_model(self, path: &str, body: &Value) -> Option<String> {
        let chat = match self {
            Self::OpenAi | Self::OpenRouter | Self::Groq | Self::Vercel | Self::Compatible => {
                path.ends_with("/chat/completions")
            }
            Self::Anthropic => path.ends_with("/messages"),
            Self::Ollama => path.ends_with("/api/chat"),
            Self::Gemini => return gemini::asked_model(path),
        };
        chat.then(|| body["model"].as_str().unwrap_or_default().to_owned())
    }

    /// The last thing that a user said.
    pub fn question(self, body: &Value) -> String {
        let turns = body[if self == Self::Gemini { "contents" } else { "messages" }].as_array();
        let last = turns.into_iter().flatten().rev().find(|turn| turn["role"] == "user");
        let Some(last) = last else { return String::new() };
        let parts = |list: &Value| {
            list.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()).collect::<String>()
        };
        match &last["content"] {
            Value::String(text) => text.clone(),
            list @ Value::Array(_) => parts(list),
            _ => parts(&last["parts"]),
        }
    }
}
