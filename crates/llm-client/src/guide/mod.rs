//! The built-in guide: a provider without key and network that answers questions about Obrol from its manual.
//!
//! It is no language model and says so. It looks for the passages of the manual that fit the question best, quotes them
//! and links to their sections, in the question's language. The same request always gives the same text.

mod answer;
mod index;
mod language;
mod manual;
mod phrases;
mod words;

use std::time::Duration;

pub use manual::{LANGUAGES, Page, Section, page, pages};

use crate::provider::BoxFuture;
use crate::{
    ChatEvent, ChatRequest, ChatStream, Continuation, ErrorClass, FinishReason, ModelInfo, Provider, ProviderError,
    Secret, Trace, Usage,
};

/// The id of its one model.
pub const MODEL: &str = "guide";

/// The provider. `pause` lies between two pieces of an answer, so that a reader sees it come.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    pause: Duration,
}

impl Default for Guide {
    fn default() -> Self {
        Self { pause: Duration::from_millis(12) }
    }
}

impl Guide {
    /// With a pause of one's own; zero sends all at once.
    pub fn paced(pause: Duration) -> Self {
        Self { pause }
    }

    async fn answer(self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        // The first question builds the index; neither that nor a search belongs on a thread that serves others.
        let composed = tokio::task::spawn_blocking(move || {
            let text = answer::compose(&request);
            (usage(&request, &text), text)
        });
        let (usage, text) =
            composed.await.map_err(|_| ProviderError::new(ErrorClass::Unavailable, "the guide was interrupted"))?;
        Ok(Box::pin(async_stream::stream! {
            for (position, piece) in pieces(&text).enumerate() {
                if position > 0 && !self.pause.is_zero() {
                    tokio::time::sleep(self.pause).await;
                }
                yield Ok(ChatEvent::Text(piece.to_owned()));
            }
            let trace = Box::new(Trace { model: Some(MODEL.to_owned()), ..Trace::default() });
            yield Ok(ChatEvent::Finished { reason: FinishReason::Stop, usage: Some(usage), kept: None, trace });
        }))
    }
}

impl Provider for Guide {
    fn chat(&self, request: ChatRequest, _: Option<Secret>) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
        Box::pin(self.answer(request))
    }

    fn models(&self, _: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        let model = ModelInfo { id: MODEL.to_owned(), name: "Obrol guide".to_owned(), ..ModelInfo::default() };
        Box::pin(std::future::ready(Ok(vec![model])))
    }

    fn continuation(&self) -> Continuation {
        Continuation::Replay
    }
}

/// Words, not tokens: nothing is paid for, and the numbers only show how much was read and written.
fn usage(request: &ChatRequest, text: &str) -> Usage {
    let asked = request.messages.iter().map(|message| words::count(&message.plain())).sum();
    Usage { input_total: asked, output_total: words::count(text), cost_micros: Some(0), ..Usage::default() }
}

/// The text in pieces of about three words; where words are not parted by spaces, of about eight characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (mut spaces, mut wide) = (0, 0);
        let end = rest.char_indices().enumerate().find_map(|(count, (at, character))| {
            spaces += u32::from(character == ' ' || character == '\n');
            wide += u32::from(words::is_wide(character));
            (spaces >= 3 || wide >= 8 || count >= 40).then_some(at + character.len_utf8())
        });
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests;
