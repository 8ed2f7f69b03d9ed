//! Anthropic's Messages: how it is asked, and its list of models.

mod request;
mod wire;

use egress::{Client, Secret};
use serde_json::{Map, Value};

use crate::call::{Caller, Key, Listening};
use crate::classify;
use crate::openai::request::with_extra;
use crate::provider::BoxFuture;
use crate::sse::Framing;
use crate::{ChatRequest, ChatStream, Continuation, ModelInfo, Provider, ProviderError, ProviderOptions};

/// The dialect's name in what is kept.
const NAME: &str = "anthropic";
/// Pages of the list of models that are read at most: 20,000 models.
const PAGES: usize = 20;

#[derive(Clone)]
pub struct Anthropic {
    caller: Caller,
    extra: Map<String, Value>,
    sampling: bool,
    continuation: Continuation,
}

impl Anthropic {
    /// `base_url` includes the version (`https://api.anthropic.com/v1`).
    pub fn new(http: Client, base_url: &str, options: ProviderOptions) -> Self {
        let caller = Caller {
            http,
            base_url: base_url.trim().trim_end_matches('/').to_owned(),
            key: Key::Header("x-api-key"),
            fixed: &[("anthropic-version", "2023-06-01")],
            headers: options.headers,
            tables: &[classify::ANTHROPIC],
        };
        Self { caller, extra: options.extra, sampling: options.sampling, continuation: options.continuation }
    }

    async fn ask(&self, ask: ChatRequest, credential: Option<Secret>) -> Result<ChatStream, ProviderError> {
        let body = with_extra(request::request(&ask, self.sampling), &self.extra);
        self.caller.stream("/messages", &body, credential, listening(&ask.model)).await
    }

    async fn list(&self, credential: Option<Secret>) -> Result<Vec<ModelInfo>, ProviderError> {
        let mut all = Vec::new();
        let mut path = "/models?limit=1000".to_owned();
        for _ in 0..PAGES {
            let answer = self.caller.get(&path, credential.clone()).await?;
            let (models, next) =
                wire::models(&answer.body).ok_or_else(|| answer.odd("a list of models was expected"))?;
            all.extend(models);
            match next {
                Some(last) => path = format!("/models?limit=1000&after_id={last}"),
                None => break,
            }
        }
        Ok(all)
    }
}

fn listening(model: &str) -> Listening {
    Listening { framing: Framing::Events, turn: Box::new(wire::Turn::new(model)), whole: false }
}

/// For reading without a network.
pub(crate) fn offline() -> (Listening, classify::Tables) {
    (listening("model"), &[classify::ANTHROPIC])
}

impl Provider for Anthropic {
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
        self.continuation
    }
}
