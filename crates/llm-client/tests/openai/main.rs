//! The contract of the OpenAI dialect, over real connections: contracts/llm, checklist 1 to 10.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod failures;
#[path = "../fake/mod.rs"]
mod fake;
mod requests;
mod streams;
mod turns;

use fake::{Fake, Reply};
use futures_util::StreamExt;
use llm_client::openai::OpenAi;
use llm_client::{
    ChatEvent, ChatMessage, ChatRequest, ChatRole, FinishReason, Provider, ProviderError, Secret, ToolCall, Usage,
};
use serde_json::{Value, json};

const KEY: &str = "geheim-1234";

fn provider(fake: &Fake) -> OpenAi {
    OpenAi::new(egress::Client::new(egress::Policy::operator()), &fake.url())
}

fn question() -> ChatRequest {
    ChatRequest {
        model: "gpt-test".to_owned(),
        messages: vec![ChatMessage::text(ChatRole::User, "Halo?")],
        ..ChatRequest::default()
    }
}

/// All events but the signs of life, and how it ended.
async fn ask(fake: &Fake) -> (Vec<ChatEvent>, Option<ProviderError>) {
    let mut stream = match provider(fake).chat(question(), Some(Secret::from(KEY.to_owned()))).await {
        Ok(stream) => stream,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(ChatEvent::Alive) => {}
            Ok(event) => events.push(event),
            Err(error) => return (events, Some(error)),
        }
    }
    (events, None)
}

async fn hear(body: &str) -> (Vec<ChatEvent>, Option<ProviderError>) {
    ask(&Fake::one(Reply::events(body)).await).await
}

async fn fails(reply: Reply) -> ProviderError {
    let (events, error) = ask(&Fake::one(reply).await).await;
    assert_eq!(events, []);
    error.expect("an error")
}

fn text(events: &[ChatEvent]) -> String {
    events
        .iter()
        .filter_map(|event| if let ChatEvent::Text(text) = event { Some(text.as_str()) } else { None })
        .collect()
}

fn finish(events: &[ChatEvent]) -> (FinishReason, Option<Usage>) {
    match events.last() {
        Some(ChatEvent::Finished { reason, usage, .. }) => (reason.clone(), *usage),
        other => panic!("not finished: {other:?}"),
    }
}

fn calls(events: Vec<ChatEvent>) -> Vec<(String, String, String)> {
    let call = |event| {
        if let ChatEvent::ToolCall(ToolCall { id, name, arguments }) = event {
            Some((id, name, arguments))
        } else {
            None
        }
    };
    events.into_iter().filter_map(call).collect()
}

/// `data:` lines of chunks, then `[DONE]`.
fn sse(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect::<String>() + "data: [DONE]\n\n"
}

fn delta(delta: Value) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

fn end(reason: Value) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}
