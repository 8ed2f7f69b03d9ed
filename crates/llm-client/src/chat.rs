//! What is asked, in words that fit every provider.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One call. Fields that a provider cannot express are left out of its request, never an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    pub model: String,
    pub messages: Vec<ChatMessage>,
    pub max_output_tokens: Option<u32>,
    pub temperature: Option<f32>,
    pub top_p: Option<f32>,
    pub seed: Option<i64>,
    /// Texts at which the answer ends.
    pub stop: Vec<String>,
    /// The asker's language (`en`, `id`, `ja`); a hint for providers that write texts of their own.
    pub language: Option<String>,
    pub tools: Vec<ToolSpec>,
    pub tool_choice: ToolChoice,
    /// Whether it may call several tools in one turn; `None`: as the model does by itself. Means nothing without tools.
    pub parallel_tools: Option<bool>,
    pub format: AnswerFormat,
    pub reasoning: Option<Effort>,
    /// Who asks, as a digest that the provider may see: never a name or an address.
    pub user: Option<String>,
    /// How many tokens the model's window shall have, for servers that choose one by themselves (Ollama).
    pub context_window: Option<u32>,
    /// Nobody reads along: a provider that can ([`crate::Provider::answers_whole`]) sends the answer in one piece.
    pub whole: bool,
}

/// Whether the model must, may or must not call a tool. Means nothing without tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ToolChoice {
    #[default]
    Auto,
    Never,
    /// Some tool.
    Required,
    /// This one.
    Named(String),
}

/// What the answer's text is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AnswerFormat {
    #[default]
    Text,
    /// Some JSON object.
    Json,
    /// JSON that fits this schema; `strict`: exactly, where the provider makes a difference.
    Schema { name: String, schema: Value, strict: bool },
}

/// How long the model may think before it answers. Asked of a model that cannot think, some providers refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    Off,
    Low,
    Medium,
    High,
}

impl Effort {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatRole {
    System,
    User,
    Assistant,
    Tool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChatMessage {
    pub role: ChatRole,
    pub parts: Vec<ChatPart>,
    /// What came with an assistant's turn and must go back with it.
    pub kept: Option<Kept>,
}

impl ChatMessage {
    pub fn text(role: ChatRole, text: impl Into<String>) -> Self {
        Self::of(role, vec![ChatPart::Text(text.into())])
    }

    pub fn of(role: ChatRole, parts: Vec<ChatPart>) -> Self {
        Self { role, parts, kept: None }
    }

    /// All text parts, one after the other.
    pub fn plain(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            ChatPart::Text(text) => Some(text.as_str()),
            ChatPart::Image(_) | ChatPart::ToolCall(_) | ChatPart::ToolResult { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ChatPart {
    Text(String),
    Image(ImageSource),
    /// A call that the assistant made in an earlier turn.
    ToolCall(ToolCall),
    /// Its result, in a message of the role `Tool`.
    ToolResult {
        call_id: String,
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ImageSource {
    Url(String),
    Inline { media_type: String, data: Bytes },
}

/// A function that the model may call; `parameters` is a JSON schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    pub parameters: serde_json::Value,
    /// Its arguments fit the schema exactly, where the provider can promise it.
    pub strict: bool,
}

/// A whole call. `arguments` is the JSON text as the model wrote it; no arguments are `{}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    pub arguments: String,
}

/// A turn in its provider's own form: signed thoughts, encrypted reasoning, blocks that only the provider reads. To go on
/// after tool calls it has to be sent back unchanged; another provider or model has no use for it and leaves it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose form it is: [`crate::ProviderKind::as_str`].
    pub dialect: String,
    pub model: String,
    pub data: Value,
}

impl ChatMessage {
    /// What was kept, if it is of this dialect and model.
    pub(crate) fn kept_of(&self, dialect: &str, model: &str) -> Option<&Value> {
        self.kept.as_ref().filter(|kept| kept.dialect == dialect && kept.model == model).map(|kept| &kept.data)
    }
}
