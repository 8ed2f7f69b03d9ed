//! A program's question, put to a model or a route; the answer as it comes, or whole.

use std::pin::Pin;

use domain::llm::CallKind;
use domain::{Ctx, Error, Kind, Result};
use futures_util::{Stream, StreamExt};
use llm_gateway::{Ask, ChatMessage, ChatPart, ChatRequest, FinishReason, Needs, ToolCall, Usage};
use sha2::{Digest, Sha256};

use super::{Entrance, failure, screen};
use crate::App;
use crate::llm::purse;

/// What is asked. `params` says how; its model and messages are those beside it.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// `provider/model` or `route/name`.
    pub model: String,
    pub messages: Vec<ChatMessage>,
    pub params: ChatRequest,
    /// Which of the program's own users asks, as the program calls them.
    pub end_user: Option<String>,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Speech {
    Text(String),
    Reasoning(String),
    /// Whole, at the end.
    Call(ToolCall),
    /// Nothing comes after it.
    End {
        reason: FinishReason,
        usage: Option<Usage>,
    },
}

/// An answer that has begun.
pub struct Speaking {
    /// Who speaks, as `provider/model`.
    pub model: String,
    /// Ends after `End` or the first error. Dropping it ends the call, and what was used is charged.
    pub stream: Pin<Box<dyn Stream<Item = Result<Speech>> + Send>>,
}

/// An answer as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub model: String,
    pub text: String,
    pub reasoning: String,
    pub calls: Vec<ToolCall>,
    pub reason: FinishReason,
    pub usage: Option<Usage>,
}

/// Asks; returns when the first content is there. Dropping the future ends the call.
///
/// # Errors
/// A limit that is used up; what the providers' failures came to, by class (`integration.…`).
pub async fn chat(app: &App, ctx: &Ctx, entrance: Entrance, question: Question) -> Result<Speaking> {
    let (user, request_id) = (entrance.user, ctx.request_id.as_str());
    let Question { model, messages, params, end_user } = screen::question(app, request_id, user, question).await?;
    let wants = Needs {
        tools: !params.tools.is_empty(),
        vision: messages.iter().any(|message| message.parts.iter().any(|part| matches!(part, ChatPart::Image(_)))),
        json: params.format != llm_gateway::AnswerFormat::Text,
    };
    let purse = purse::open(app, entrance.payer(ctx, CallKind::Api));
    let ask = Ask {
        model,
        messages,
        deadline: Some(tokio::time::Instant::now() + app.settings.whole_run),
        asker: entrance.user.to_string(),
        params: ChatRequest { user: Some(nickname(entrance, end_user.as_deref())), ..params },
        wants,
        purse: Some(purse.clone()),
        ..Ask::default()
    };
    let asked = app.gateway.ask(ask).await;
    let answer = asked.map_err(|failed| purse.refusal().unwrap_or_else(|| failure::of(&failed.error)))?;
    Ok(Speaking { model: answer.id, stream: Box::pin(screen::Screened::new(app, request_id, user, answer.stream)) })
}

/// Who asks, as the provider may know them: neither a name nor an id of ours can be read out of it.
fn nickname(entrance: Entrance, end_user: Option<&str>) -> String {
    let mut digest = Sha256::new();
    digest.update(entrance.user.uuid().as_bytes());
    digest.update(end_user.unwrap_or_default().as_bytes());
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Speaking {
    /// Reads to the end. What came before an error is dropped with it.
    ///
    /// # Errors
    /// The stream's own; `integration.too_long` for an answer that nobody should hold in memory.
    pub async fn whole(mut self, most_bytes: usize) -> Result<Whole> {
        let (mut text, mut reasoning, mut calls, mut called) = (String::new(), String::new(), Vec::new(), 0);
        while let Some(piece) = self.stream.next().await {
            match piece? {
                Speech::Text(piece) => text.push_str(&piece),
                Speech::Reasoning(piece) => reasoning.push_str(&piece),
                Speech::Call(call) => {
                    called += size_of::<ToolCall>() + call.id.len() + call.name.len() + call.arguments.len();
                    calls.push(call);
                }
                Speech::End { reason, usage } => {
                    return Ok(Whole { model: self.model, text, reasoning, calls, reason, usage });
                }
            }
            if text.len() + reasoning.len() + called > most_bytes {
                return Err(Error::new(Kind::Upstream, "integration.too_long"));
            }
        }
        Err(Error::new(Kind::Unavailable, "integration.unavailable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(arguments: &str) -> Speaking {
        let call = ToolCall { id: "c".to_owned(), name: "f".to_owned(), arguments: arguments.to_owned() };
        let end = Speech::End { reason: FinishReason::ToolCalls, usage: None };
        let pieces = [Ok(Speech::Call(call.clone())), Ok(Speech::Call(call)), Ok(end)];
        Speaking { model: "one/m".to_owned(), stream: Box::pin(futures_util::stream::iter(pieces)) }
    }

    #[tokio::test]
    async fn calls_count_towards_what_a_whole_answer_may_be() {
        let short = called("{}").whole(1000).await.map_err(|error| error.code());
        assert_eq!(short.map(|whole| whole.calls.len()), Ok(2));
        let long = called(&"a".repeat(500)).whole(1000).await.map_err(|error| error.code());
        assert_eq!(long.map(|whole| whole.calls.len()), Err("integration.too_long"));
    }
}
