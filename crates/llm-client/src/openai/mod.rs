//! The OpenAI dialect and everybody who speaks it: how they are asked, and what they tell beside their answers.

pub(crate) mod flavour;
pub(crate) mod lists;
pub(crate) mod request;
mod wire;

use egress::{Client, Secret};
use serde_json::{Map, Value};

use crate::call::{Caller, Key, Listening};
use crate::classify::Tables;
use crate::provider::BoxFuture;
use crate::sse::Framing;
use crate::{
    ChatRequest, ChatStream, Continuation, Credits, EmbedRequest, Embeddings, ModelInfo, Provider, ProviderError,
    ProviderOptions, model,
};
pub use flavour::TokenLimit;
use flavour::{Flavour, Purse};
use lists::Task;

/// Any server that speaks OpenAI's `/chat/completions`.
#[derive(Clone)]
pub struct OpenAi {
    caller: Caller,
    flavour: Flavour,
    extra: Map<String, Value>,
    continuation: Continuation,
}

impl OpenAi {
    /// `base_url` includes the version (`https://api.openai.com/v1`). OpenAI itself, or a compatible server of anybody's.
    pub fn new(http: Client, base_url: &str) -> Self {
        let own = base_url.trim().starts_with("https://api.openai.com/");
        let flavour = if own { flavour::OPENAI } else { flavour::COMPATIBLE };
        Self::of(http, flavour, base_url, ProviderOptions::default())
    }

    pub(crate) fn of(http: Client, flavour: Flavour, base_url: &str, options: ProviderOptions) -> Self {
        let caller = Caller {
            http,
            base_url: base_url.trim().trim_end_matches('/').to_owned(),
            key: Key::Bearer,
            fixed: &[],
            headers: options.headers,
            tables: flavour.tables,
        };
        Self { caller, flavour, extra: options.extra, continuation: options.continuation }
            .maybe_token_limit(options.token_limit)
    }

    pub fn with_token_limit(self, token_limit: TokenLimit) -> Self {
        self.maybe_token_limit(Some(token_limit))
    }

    fn maybe_token_limit(mut self, token_limit: Option<TokenLimit>) -> Self {
        self.flavour.limit = token_limit.unwrap_or(self.flavour.limit);
        self
    }

    async fn ask(&self, ask: ChatRequest, credential: Option<Secret>) -> Result<ChatStream, ProviderError> {
        let body = request::with_extra(request::request(&ask, &self.flavour), &self.extra);
        let listening = Listening { whole: ask.whole, ..listening(&self.flavour, &ask.model) };
        self.caller.stream("/chat/completions", &body, credential, listening).await
    }

    async fn list(&self, credential: Option<Secret>, task: Task) -> Result<Vec<ModelInfo>, ProviderError> {
        let query = if task == Task::Embed { self.flavour.embedders } else { "" };
        let answer = self.caller.get(&format!("/models{query}"), credential).await?;
        lists::models(&answer.body, task).ok_or_else(|| answer.odd("a list of models was expected"))
    }

    async fn vectors(&self, ask: EmbedRequest, credential: Option<Secret>) -> Result<Embeddings, ProviderError> {
        let body = request::embed(&ask, &self.flavour);
        let answer = self.caller.post("/embeddings", &body, credential).await?;
        let vectors = lists::vectors(&answer.body).filter(|vectors| model::fit(vectors, ask.texts.len()));
        let vectors = vectors.ok_or_else(|| answer.odd("as many vectors as texts were expected"))?;
        Ok(Embeddings { vectors, usage: lists::embed_usage(&answer.body) })
    }

    async fn purse(&self, credential: Option<Secret>) -> Result<Option<Credits>, ProviderError> {
        let odd = "credits were expected";
        match self.flavour.purse {
            Purse::None => Ok(None),
            Purse::Vercel => {
                let answer = self.caller.get("/credits", credential).await?;
                lists::balance(&answer.body).map(Some).ok_or_else(|| answer.odd(odd))
            }
            Purse::OpenRouter => {
                let answer = self.caller.get("/key", credential.clone()).await?;
                let (credits, manages) = lists::key_credits(&answer.body).ok_or_else(|| answer.odd(odd))?;
                if !manages {
                    return Ok(Some(credits));
                }
                let answer = self.caller.get("/credits", credential).await?;
                lists::account_credits(&answer.body).map(Some).ok_or_else(|| answer.odd(odd))
            }
        }
    }
}

fn listening(flavour: &Flavour, model: &str) -> Listening {
    let turn = wire::Turn::new(flavour.name, model, flavour.keeps_thoughts);
    Listening { framing: Framing::Events, turn: Box::new(turn), whole: false }
}

/// For reading without a network.
pub(crate) fn offline(flavour: &Flavour) -> (Listening, Tables) {
    (listening(flavour, "model"), flavour.tables)
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
        Box::pin(self.list(credential, Task::Chat))
    }

    fn embedders(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list(credential, Task::Embed))
    }

    fn embed(
        &self,
        request: EmbedRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<Embeddings, ProviderError>> {
        Box::pin(self.vectors(request, credential))
    }

    fn credits(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Option<Credits>, ProviderError>> {
        Box::pin(self.purse(credential))
    }

    fn answers_whole(&self) -> bool {
        true
    }

    fn continuation(&self) -> Continuation {
        // Some servers go on from an assistant message at the end, others answer it: only the operator can know.
        self.continuation
    }
}
