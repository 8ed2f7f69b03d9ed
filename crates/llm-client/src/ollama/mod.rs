//! Ollama, natively: how it is asked, its models and its vectors. Its `/v1` swallows errors in the middle of a stream.

mod wire;

use egress::{Client, Secret};
use serde_json::{Map, Value};

use crate::call::{Caller, Key, Listening};
use crate::openai::request::with_extra;
use crate::provider::BoxFuture;
use crate::sse::Framing;
use crate::{
    ChatRequest, ChatStream, Continuation, EmbedRequest, Embeddings, ModelInfo, Provider, ProviderError,
    ProviderOptions, classify, model,
};

#[derive(Clone)]
pub struct Ollama {
    caller: Caller,
    extra: Map<String, Value>,
    continuation: Continuation,
}

impl Ollama {
    /// `base_url` is the server's own (`http://localhost:11434`); `/api` or `/v1` at its end is taken off.
    pub fn new(http: Client, base_url: &str, options: ProviderOptions) -> Self {
        let base_url = base_url.trim().trim_end_matches('/');
        let root = base_url.strip_suffix("/v1").or_else(|| base_url.strip_suffix("/api")).unwrap_or(base_url);
        let caller = Caller {
            http,
            base_url: root.trim_end_matches('/').to_owned(),
            key: Key::Bearer,
            fixed: &[],
            headers: options.headers,
            tables: &[classify::OLLAMA],
        };
        Self { caller, extra: options.extra, continuation: options.continuation }
    }

    async fn ask(&self, ask: ChatRequest, credential: Option<Secret>) -> Result<ChatStream, ProviderError> {
        let body = with_extra(wire::request(&ask), &self.extra);
        self.caller.stream("/api/chat", &body, credential, listening()).await
    }

    async fn list(&self, credential: Option<Secret>, ability: &str) -> Result<Vec<ModelInfo>, ProviderError> {
        let answer = self.caller.get("/api/tags", credential).await?;
        wire::models(&answer.body, ability).ok_or_else(|| answer.odd("a list of models was expected"))
    }

    async fn vectors(&self, ask: EmbedRequest, credential: Option<Secret>) -> Result<Embeddings, ProviderError> {
        let answer = self.caller.post("/api/embed", &wire::embed(&ask), credential).await?;
        let vectors = wire::vectors(&answer.body).filter(|vectors| model::fit(vectors, ask.texts.len()));
        let vectors = vectors.ok_or_else(|| answer.odd("as many vectors as texts were expected"))?;
        Ok(Embeddings { vectors, usage: Some(wire::usage(&answer.body)) })
    }
}

fn listening() -> Listening {
    Listening { framing: Framing::Lines, turn: Box::new(wire::Turn::default()), whole: false }
}

/// For reading without a network.
pub(crate) fn offline() -> (Listening, classify::Tables) {
    (listening(), &[classify::OLLAMA])
}

impl Provider for Ollama {
    fn chat(
        &self,
        request: ChatRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
        Box::pin(self.ask(request, credential))
    }

    fn models(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list(credential, "completion"))
    }

    fn embedders(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list(credential, "embedding"))
    }

    fn embed(
        &self,
        request: EmbedRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<Embeddings, ProviderError>> {
        Box::pin(self.vectors(request, credential))
    }

    fn continuation(&self) -> Continuation {
        self.continuation
    }
}
