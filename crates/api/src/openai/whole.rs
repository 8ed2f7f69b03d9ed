//! An answer in one piece (OpenAI's `chat.completion`).

use app::integration::{Usage, Whole};
use serde::Serialize;
use utoipa::ToSchema;

use super::chunk::{Head, finish};

/// Beyond it an answer has to be streamed.
pub(super) const MOST_BYTES: usize = 16 << 20;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatCompletion)]
pub struct Completion {
    pub id: String,
    /// `chat.completion`
    pub object: &'static str,
    /// Seconds since the epoch.
    pub created: i64,
    /// Who spoke, as `provider/model`: of a route, or after a fallback, the one that answered.
    pub model: String,
    /// Always one.
    pub choices: [Choice; 1],
    /// `null` when the provider did not say; what it cost is then counted by Obrol.
    pub usage: Option<UsageBody>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatCompletionChoice)]
pub struct Choice {
    pub index: u32,
    pub message: Message,
    pub logprobs: Option<()>,
    /// `stop`, `length` or `tool_calls`.
    pub finish_reason: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatCompletionAnswer)]
pub struct Message {
    /// `assistant`
    pub role: &'static str,
    /// `null` when there are only tool calls.
    pub content: Option<String>,
    pub refusal: Option<()>,
    /// What the model thought, where it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Call>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatCompletionToolCall)]
pub struct Call {
    pub id: String,
    /// `function`
    pub r#type: &'static str,
    pub function: Called,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatCompletionToolCallFunction)]
pub struct Called {
    pub name: String,
    /// JSON, as the model wrote it.
    pub arguments: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompletionUsage)]
pub struct UsageBody {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    pub total_tokens: u64,
    pub prompt_tokens_details: PromptDetails,
    pub completion_tokens_details: CompletionDetails,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PromptTokensDetails)]
pub struct PromptDetails {
    pub cached_tokens: u64,
    pub cache_write_tokens: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompletionTokensDetails)]
pub struct CompletionDetails {
    pub reasoning_tokens: u64,
}

impl UsageBody {
    pub fn of(usage: &Usage) -> Self {
        Self {
            prompt_tokens: usage.input_total,
            completion_tokens: usage.output_total,
            total_tokens: usage.input_total.saturating_add(usage.output_total),
            prompt_tokens_details: PromptDetails {
                cached_tokens: usage.input_cached,
                cache_write_tokens: usage.input_cache_write,
            },
            completion_tokens_details: CompletionDetails { reasoning_tokens: usage.reasoning },
        }
    }
}

impl Completion {
    pub fn new(head: &Head, whole: Whole) -> Self {
        let called = !whole.calls.is_empty();
        let calls = whole.calls.into_iter().map(|call| {
            let function = Called { name: call.name, arguments: call.arguments };
            Call { id: call.id, r#type: "function", function }
        });
        let message = Message {
            role: "assistant",
            content: (!called || !whole.text.is_empty()).then_some(whole.text),
            refusal: None,
            reasoning_content: (!whole.reasoning.is_empty()).then_some(whole.reasoning),
            tool_calls: calls.collect(),
        };
        let choice = Choice { index: 0, message, logprobs: None, finish_reason: finish(&whole.reason, called) };
        Self {
            id: head.id.clone(),
            object: "chat.completion",
            created: head.created,
            model: whole.model,
            choices: [choice],
            usage: whole.usage.as_ref().map(UsageBody::of),
        }
    }
}
