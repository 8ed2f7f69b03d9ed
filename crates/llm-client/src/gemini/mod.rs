//! Google's Gemini, natively: how it is asked, its models and its vectors.

mod request;
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

/// The dialect's name in what is kept.
const NAME: &str = "gemini";
/// Texts of one call for vectors.
const BATCH: usize = 100;
/// Pages of the list of models that are read at most: 20,000 models.
const PAGES: usize = 20;

#[derive(Clone)]
pub struct Gemini {
    caller: Caller,
    extra: Map<String, Value>,
    continuation: Continuation,
}

impl Gemini {
    /// `base_url` includes the version (`https://generativelanguage.googleapis.com/v1beta`).
    pub fn new(http: Client, base_url: &str, options: ProviderOptions) -> Self {
        let caller = Caller {
            http,
            base_url: base_url.trim().trim_end_matches('/').to_owned(),
            // Never in the query: addresses end up in logs.
            key: Key::Header("x-goog-api-key"),
            fixed: &[],
            headers: options.headers,
            tables: &[classify::GEMINI],
        };
        Self { caller, extra: options.extra, continuation: options.continuation }
    }

    async fn ask(&self, ask: ChatRequest, credential: Option<Secret>) -> Result<ChatStream, ProviderError> {
        let path = format!("/models/{}:streamGenerateContent?alt=sse", request::segment(&ask.model));
        let body = with_extra(request::request(&ask), &self.extra);
        self.caller.stream(&path, &body, credential, listening(&ask.model)).await
    }

    async fn list(&self, credential: Option<Secret>, method: &str) -> Result<Vec<ModelInfo>, ProviderError> {
        let mut all = Vec::new();
        let mut path = "/models?pageSize=1000".to_owned();
        for _ in 0..PAGES {
            let answer = self.caller.get(&path, credential.clone()).await?;
            let (models, next) =
                wire::models(&answer.body, method).ok_or_else(|| answer.odd("a list of models was expected"))?;
            all.extend(models);
            match next {
                Some(token) => path = format!("/models?pageSize=1000&pageToken={}", request::segment(&token)),
                None => break,
            }
        }
        Ok(all)
    }

    async fn vectors(&self, ask: EmbedRequest, credential: Option<Secret>) -> Result<Embeddings, ProviderError> {
        let path = format!("/models/{}:batchEmbedContents", request::segment(&ask.model));
        let mut all = Vec::with_capacity(ask.texts.len());
        for texts in ask.texts.chunks(BATCH) {
            let answer = self.caller.post(&path, &request::embed(&ask, texts), credential.clone()).await?;
            let vectors = wire::vectors(&answer.body).filter(|vectors| model::fit(vectors, texts.len()));
            all.extend(vectors.ok_or_else(|| answer.odd("as many vectors as texts were expected"))?);
        }
        Ok(Embeddings { vectors: all, usage: None })
    }
}

fn listening(model: &str) -> Listening {
    Listening { framing: Framing::Events, turn: Box::new(wire::Turn::new(model)), whole: false }
}

/// For reading without a network.
pub(crate) fn offline() -> (Listening, classify::Tables) {
    (listening("model"), &[classify::GEMINI])
}

impl Provider for Gemini {
    fn chat(
        &self,
        request: ChatRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
        Box::pin(self.ask(request, credential))
    }

    fn models(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list(credential, "generateContent"))
    }

    fn embedders(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list(credential, "embedContent"))
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
