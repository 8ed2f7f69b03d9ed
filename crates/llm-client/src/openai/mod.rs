//! The OpenAI-compatible provider: how it is asked, how its stream is read, how it fails.

mod wire;

use std::time::SystemTime;

use egress::{Client, ExposeSecret, Header, Headers, Response, Secret};
use futures_util::StreamExt;
use serde_json::Value;

use crate::classify::{self, Failure};
use crate::provider::BoxFuture;
use crate::sse::{Item, Parser};
use crate::{ChatEvent, ChatRequest, ChatStream, Continuation, ErrorClass, ModelInfo, Provider, ProviderError};
pub use wire::TokenLimit;
use wire::{Ending, Heard, Turn};

/// Bytes of one line, of one event, and of an answer that does not stream.
const WHOLE: usize = 8 << 20;
/// Bytes of an error body that are read; what is beyond tells nothing more.
const ERROR: usize = 64 << 10;

/// Any server that speaks OpenAI's `/chat/completions`: OpenAI, Ollama (`/v1`), vLLM, llama.cpp, LM Studio.
#[derive(Clone)]
pub struct OpenAi {
    http: Client,
    base_url: String,
    token_limit: TokenLimit,
}

impl OpenAi {
    /// `base_url` includes the version (`https://api.openai.com/v1`).
    pub fn new(http: Client, base_url: &str) -> Self {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let token_limit = if base_url.contains("://api.openai.com/") {
            TokenLimit::MaxCompletionTokens
        } else {
            TokenLimit::MaxTokens
        };
        Self { http, base_url, token_limit }
    }

    pub fn with_token_limit(mut self, token_limit: TokenLimit) -> Self {
        self.token_limit = token_limit;
        self
    }

    async fn ask(&self, request: ChatRequest, credential: Option<Secret>) -> Result<ChatStream, ProviderError> {
        let url = format!("{}/chat/completions", self.base_url);
        let headers = headers(credential.as_ref(), "text/event-stream");
        let response = self.http.post_json(&url, &headers, &wire::request(&request, self.token_limit)).await?;
        let reader = Reader { status: response.status, headers: response.headers.clone(), credential };
        if !(200..300).contains(&response.status) {
            return Err(reader.refused(response).await);
        }
        match response.media_type().as_str() {
            json if json == "application/json" || json.ends_with("+json") => reader.whole(response).await,
            "text/html" | "application/xhtml+xml" => {
                let error = ProviderError::new(
                    ErrorClass::Unknown,
                    "a web page came instead of an answer: is the base URL right?",
                );
                Err(ProviderError { status: Some(response.status), ..error.with_code("not_a_stream") })
            }
            // Not only text/event-stream: small servers name their streams as they like, or not at all.
            _ => Ok(Box::pin(reader.stream(response))),
        }
    }

    async fn list(&self, credential: Option<Secret>) -> Result<Vec<ModelInfo>, ProviderError> {
        let response = self
            .http
            .get(&format!("{}/models", self.base_url), &headers(credential.as_ref(), "application/json"))
            .await?;
        let reader = Reader { status: response.status, headers: response.headers.clone(), credential };
        if !(200..300).contains(&response.status) {
            return Err(reader.refused(response).await);
        }
        let body = response.body.collect(WHOLE).await?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        wire::models(&body).ok_or_else(|| reader.failure(&body, "a list of models was expected", None))
    }
}

impl Provider for OpenAi {
    fn chat(
        &self,
        request: ChatRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
        Box::pin(self.ask(request, credential))
    }

    fn models(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list(credential))
    }

    fn continuation(&self) -> Continuation {
        // Some servers go on from an assistant message at the end, others answer it: nothing that can be relied on.
        Continuation::None
    }
}

fn headers(credential: Option<&Secret>, accept: &str) -> Vec<Header> {
    let mut headers = vec![Header::Plain("accept", accept.to_owned())];
    if let Some(secret) = credential {
        headers.push(Header::Secret("authorization", Secret::from(format!("Bearer {}", secret.expose_secret()))));
    }
    headers
}

/// Reads one response; keeps what is needed to classify a failure.
struct Reader {
    status: u16,
    headers: Headers,
    credential: Option<Secret>,
}

impl Reader {
    /// An answer with an error status.
    async fn refused(&self, response: Response) -> ProviderError {
        let media_type = response.media_type();
        let bytes = response.body.collect(ERROR).await.unwrap_or_default();
        let otherwise =
            format!("an answer of type \"{}\" with {} bytes", egress::truncate(&media_type, 40), bytes.len());
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        self.failure(&body, &otherwise, Some(self.status))
    }

    fn failure(&self, body: &Value, otherwise: &str, status: Option<u16>) -> ProviderError {
        let secret = self.credential.as_ref().map(|secret| secret.expose_secret());
        classify::classify(
            classify::OPENAI,
            &Failure { status, headers: &self.headers, body, otherwise, secrets: secret.as_slice(), now: now() },
        )
    }

    /// A stream was asked for and one JSON object came: an error, or the whole answer at once.
    async fn whole(&self, response: Response) -> Result<ChatStream, ProviderError> {
        let bytes = response.body.collect(WHOLE).await?;
        let text = String::from_utf8_lossy(&bytes);
        let mut turn = Turn::default();
        let mut events = Vec::new();
        match turn.hear(&text, &mut events) {
            Heard::Error(body) => return Err(self.failure(&body, "", None)),
            Heard::Chunk if turn.has_finish() || !matches!(events.as_slice(), [ChatEvent::Alive]) => {}
            Heard::Chunk | Heard::NotJson => {
                let otherwise = format!("a JSON answer without a message, {} bytes", bytes.len());
                let body = serde_json::from_slice(&bytes).unwrap_or_default();
                return Err(self.failure(&body, &otherwise, None));
            }
        }
        events.extend(self.end(turn)?);
        Ok(Box::pin(futures_util::stream::iter(events.into_iter().map(Ok))))
    }

    fn stream(self, response: Response) -> impl futures_util::Stream<Item = Result<ChatEvent, ProviderError>> + Send {
        async_stream::try_stream! {
            let mut body = response.body;
            let mut parser = Parser::new(WHOLE);
            let mut turn = Turn::default();
            let mut events = Vec::new();
            let mut skipped = 0u32;
            let mut open = true;
            'answer: while open {
                match body.next().await {
                    Some(Ok(chunk)) => parser.push(&chunk).map_err(|_| too_long())?,
                    // The turn was already over: what is lost is at most the count of tokens.
                    Some(Err(_)) if turn.has_finish() => open = false,
                    Some(Err(error)) => Err(error)?,
                    None => {
                        open = false;
                        parser.finish().map_err(|_| too_long())?;
                    }
                }
                while let Some(item) = parser.take() {
                    match item {
                        Item::Comment => events.push(ChatEvent::Alive),
                        Item::Event { data, .. } if data.trim_start().starts_with("[DONE]") => break 'answer,
                        Item::Event { event, data } if event == "error" => {
                            let said = serde_json::from_str(&data).unwrap_or(Value::String(data));
                            Err(self.failure(&said, "the stream ended with an error", None))?;
                        }
                        Item::Event { data, .. } => match turn.hear(&data, &mut events) {
                            Heard::Chunk => {}
                            Heard::NotJson => {
                                skipped += 1;
                                events.push(ChatEvent::Alive);
                            }
                            Heard::Error(said) => Err(self.failure(&said, "an error without words", None))?,
                        },
                    }
                    for event in events.drain(..) {
                        yield event;
                    }
                }
                if !open && !turn.has_finish() {
                    Err(truncated(skipped))?;
                }
            }
            if open {
                tokio::spawn(drain(body));
            }
            if skipped > 0 {
                tracing::debug!(skipped, "payloads that are not JSON were skipped");
            }
            for event in self.end(turn)? {
                yield event;
            }
        }
    }

    fn end(&self, turn: Turn) -> Result<Vec<ChatEvent>, ProviderError> {
        match turn.end() {
            Ending::Events(events) => Ok(events),
            Ending::Refused { what, usage } => {
                let error = ProviderError::new(ErrorClass::Moderation, what);
                Err(ProviderError { usage: usage.map(Box::new), ..error.with_code("content_filter") })
            }
        }
    }
}

/// Reading a body to its end lets the connection be used again; nobody waits for it.
async fn drain(mut body: egress::Body) {
    let rest = async { while let Some(Ok(_)) = body.next().await {} };
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), rest).await;
}

fn truncated(skipped: u32) -> ProviderError {
    let detail = format!("the stream ended without its end marker; {skipped} payloads could not be read");
    ProviderError::new(ErrorClass::Unavailable, detail).with_code("truncated")
}

fn too_long() -> ProviderError {
    ProviderError::new(ErrorClass::Unknown, "one line of the stream is longer than allowed").with_code("line_too_long")
}

#[allow(
    clippy::disallowed_methods,
    reason = "only to turn a provider's absolute time into a pause when it sent no Date"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
