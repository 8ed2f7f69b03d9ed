//! The body of a chat completion (OpenAI's `CreateChatCompletionRequest`) and what it asks for. Unknown fields are ignored:
//! clients send many.

use app::integration::{AnswerFormat, ChatRequest, Effort, Question};
use domain::{Error, FieldFault};
use serde::Deserialize;
use utoipa::ToSchema;

use super::content::{MessageBody, messages};
use super::size;
use super::tools::{ToolBody, ToolChoiceBody, choice, specs};
use crate::extract::Big;

/// Texts at which an answer ends.
const MOST_STOPS: usize = 16;
/// Tokens that anybody may ask for.
const MOST_TOKENS: u32 = 10_000_000;
/// Of a name that the program gives one of its users.
const LONGEST_USER: usize = 512;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateChatCompletionRequest)]
pub struct ChatBody {
    /// `provider/model` or `route/name`.
    #[schema(example = "openai/gpt-4o-mini")]
    pub model: String,
    pub messages: Vec<MessageBody>,
    #[serde(default)]
    pub stream: Option<bool>,
    #[serde(default)]
    pub stream_options: Option<StreamOptions>,
    #[serde(default)]
    pub tools: Option<Vec<ToolBody>>,
    #[serde(default)]
    pub tool_choice: Option<ToolChoiceBody>,
    #[serde(default)]
    pub parallel_tool_calls: Option<bool>,
    #[serde(default)]
    pub response_format: Option<FormatBody>,
    #[serde(default)]
    pub temperature: Option<f32>,
    #[serde(default)]
    pub top_p: Option<f32>,
    #[serde(default)]
    pub seed: Option<i64>,
    #[serde(default)]
    pub stop: Option<Stop>,
    #[serde(default)]
    pub max_tokens: Option<u32>,
    #[serde(default)]
    pub max_completion_tokens: Option<u32>,
    /// `none`, `minimal`, `low`, `medium`, `high`, `xhigh` or `max`; `minimal` counts as `low`, what is above `high` as `high`.
    #[serde(default)]
    pub reasoning_effort: Option<String>,
    /// Only 1.
    #[serde(default)]
    pub n: Option<u32>,
    /// Which of your own users asks. The provider gets a digest of it.
    #[serde(default)]
    pub user: Option<String>,
    /// As `user`, and before it.
    #[serde(default)]
    pub safety_identifier: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct StreamOptions {
    /// The usage comes in a last chunk without choices.
    #[serde(default)]
    pub include_usage: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Stop {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ResponseFormat)]
pub struct FormatBody {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub json_schema: Option<SchemaBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ResponseFormatJsonSchema)]
pub struct SchemaBody {
    pub name: String,
    #[serde(default)]
    pub schema: Option<serde_json::Value>,
    #[serde(default)]
    pub strict: Option<bool>,
}

/// How the answer is to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    pub streamed: bool,
    /// With usage in a chunk of its own.
    pub usage: bool,
}

impl Big for ChatBody {
    const MOST_VALUES: Option<usize> = Some(200_000);
}

impl ChatBody {
    /// # Errors
    /// A fault at the first value that cannot be.
    pub fn question(self) -> Result<(Question, Manner), Error> {
        if self.n.is_some_and(|n| n != 1) {
            return Err(fault("/n", "integration.one_choice"));
        }
        in_range("/temperature", self.temperature, 2.0)?;
        in_range("/top_p", self.top_p, 1.0)?;
        let limit = match (self.max_completion_tokens, self.max_tokens) {
            (Some(limit), _) => Some(("/max_completion_tokens", limit)),
            (None, limit) => limit.map(|limit| ("/max_tokens", limit)),
        };
        if let Some((pointer, limit)) = limit
            && !(1..=MOST_TOKENS).contains(&limit)
        {
            return Err(out_of_range(pointer, "1", MOST_TOKENS));
        }
        let stop = match self.stop {
            None => Vec::new(),
            Some(Stop::One(stop)) => vec![stop],
            Some(Stop::Several(stops)) => stops,
        };
        if stop.len() > MOST_STOPS || stop.iter().any(String::is_empty) {
            return Err(Error::invalid(vec![FieldFault::new("/stop", "integration.stops").arg("max", MOST_STOPS)]));
        }
        let end_user = self.safety_identifier.or(self.user);
        if end_user.as_ref().is_some_and(|user| user.len() > LONGEST_USER) {
            return Err(Error::invalid(vec![FieldFault::new("/user", "too_long").arg("max", LONGEST_USER)]));
        }
        let streamed = self.stream == Some(true);
        let usage = self.stream_options.is_some_and(|options| options.include_usage == Some(true));
        let tools = specs(self.tools.unwrap_or_default())?;
        let tool_choice = choice(self.tool_choice, &tools)?;
        let format = format(self.response_format)?;
        size::check(&tools, &format)?;
        let params = ChatRequest {
            max_output_tokens: limit.map(|(_, limit)| limit),
            temperature: self.temperature,
            top_p: self.top_p,
            seed: self.seed,
            stop,
            tools,
            tool_choice,
            parallel_tools: self.parallel_tool_calls,
            format,
            reasoning: effort(self.reasoning_effort.as_deref())?,
            whole: !streamed,
            ..ChatRequest::default()
        };
        let messages = messages(self.messages)?;
        Ok((Question { model: self.model, messages, params, end_user }, Manner { streamed, usage }))
    }
}

pub(super) fn fault(pointer: impl Into<String>, code: &'static str) -> Error {
    Error::invalid(vec![FieldFault::new(pointer, code)])
}

fn out_of_range(pointer: &str, min: &str, max: impl std::fmt::Display) -> Error {
    Error::invalid(vec![FieldFault::new(pointer, "out_of_range").arg("min", min).arg("max", max)])
}

fn in_range(pointer: &str, value: Option<f32>, most: f32) -> Result<(), Error> {
    match value {
        Some(value) if !(0.0..=most).contains(&value) => Err(out_of_range(pointer, "0", most)),
        Some(_) | None => Ok(()),
    }
}

fn format(body: Option<FormatBody>) -> Result<AnswerFormat, Error> {
    let Some(FormatBody { kind, json_schema }) = body else { return Ok(AnswerFormat::Text) };
    match (kind.as_str(), json_schema) {
        ("text", _) => Ok(AnswerFormat::Text),
        ("json_object", _) => Ok(AnswerFormat::Json),
        ("json_schema", Some(SchemaBody { name, schema, strict })) => {
            let schema = schema.unwrap_or_else(|| serde_json::json!({"type": "object"}));
            Ok(AnswerFormat::Schema { name, schema, strict: strict == Some(true) })
        }
        ("json_schema", None) => Err(fault("/response_format/json_schema", "missing")),
        _ => Err(fault("/response_format/type", "wrong_value")),
    }
}

fn effort(word: Option<&str>) -> Result<Option<Effort>, Error> {
    Ok(Some(match word {
        None => return Ok(None),
        Some("none") => Effort::Off,
        Some("minimal" | "low") => Effort::Low,
        Some("medium") => Effort::Medium,
        Some("high" | "xhigh" | "max") => Effort::High,
        Some(_) => return Err(fault("/reasoning_effort", "wrong_value")),
    }))
}
