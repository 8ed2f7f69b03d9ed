//! The one trait of this crate: a network is on the far side.

use std::future::Future;
use std::pin::Pin;

use crate::{ChatRequest, ChatStream, Credits, EmbedRequest, Embeddings, ErrorClass, ModelInfo, ProviderError, Secret};

/// A future that can be stored and sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whether an answer that was cut can be taken up where it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// The same request gives the same text: ask again and skip what is there.
    Replay,
    /// The model goes on from an unfinished assistant message at the end of the request.
    Prefill,
    None,
}

/// An LLM service, asked once. Time limits and retries are the caller's; dropping the future or the stream ends the
/// call and its connection.
pub trait Provider: Send + Sync {
    /// Resolves when the provider has begun to answer; errors may still come as the stream's first item.
    fn chat(
        &self,
        request: ChatRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<ChatStream, ProviderError>>;

    /// The models that can chat, in the provider's order.
    fn models(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>>;

    /// The models that make vectors, in the provider's order; empty where there are none.
    fn embedders(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        drop(credential);
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn embed(
        &self,
        request: EmbedRequest,
        credential: Option<Secret>,
    ) -> BoxFuture<'_, Result<Embeddings, ProviderError>> {
        drop((request, credential));
        let error = ProviderError::new(ErrorClass::InvalidRequest, "this provider makes no vectors");
        Box::pin(std::future::ready(Err(error.with_code("unsupported"))))
    }

    /// What is left of the money; `None` where the provider does not tell.
    fn credits(&self, credential: Option<Secret>) -> BoxFuture<'_, Result<Option<Credits>, ProviderError>> {
        drop(credential);
        Box::pin(std::future::ready(Ok(None)))
    }

    fn continuation(&self) -> Continuation;

    /// Whether it answers in one piece when it is asked to ([`ChatRequest::whole`]); the others stream all the same.
    fn answers_whole(&self) -> bool {
        false
    }
}
