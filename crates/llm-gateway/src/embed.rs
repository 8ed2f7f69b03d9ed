//! Texts as vectors: the way of a question (keys, places, breakers, other models, who pays), with another call at its end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use llm_client::{
    ChatEvent, ChatMessage, ChatRequest, ChatRole, EmbedPurpose, EmbedRequest, ErrorClass, FinishReason, ProviderError,
    Secret, Trace, Usage,
};
use tokio::time::{Instant, timeout_at};

use crate::ask::{Ask, AskError, Try};
use crate::catalogue::Kind;
use crate::chain;
use crate::gateway::Chance;
use crate::purse::SharedPurse;
use crate::registry::Registry;
use crate::source::Source;
use crate::walk::Walk;
use crate::watch::{Watched, deadline_passed, silent};
use crate::{attempt, tokenizer};

#[derive(Clone, Debug, Default)]
pub struct EmbedAsk {
    /// `provider/model` or `route/name`, in any case.
    pub model: String,
    pub texts: Vec<String>,
    /// Shorter vectors than the model's own, where it can.
    pub dimensions: Option<u32>,
    /// When all must be there; absent: `whole_run` from now.
    pub deadline: Option<Instant>,
    /// Whose turn this takes while others wait for the same provider.
    pub asker: String,
    /// Who pays for the calls; without one nobody counts.
    pub purse: Option<SharedPurse>,
}

/// One vector a text, in the order of the texts.
#[derive(Clone, Debug)]
pub struct Embedded {
    pub provider: String,
    /// The model's id at the provider.
    pub model: String,
    /// `provider/model` in lower case.
    pub id: String,
    pub credential: Option<String>,
    pub vectors: Vec<Vec<f32>>,
    pub usage: Usage,
    /// Counted here, because the provider did not say.
    pub estimated: bool,
    /// All tries, the last of which succeeded.
    pub tries: Vec<Try>,
}

/// What is asked of a provider at the end of the way.
pub enum Task {
    Chat,
    Embed(Arc<Slot>),
}

/// Where the vectors come to lie: they are no event of a conversation.
#[derive(Default)]
pub struct Slot {
    dimensions: Option<u32>,
    vectors: Mutex<Option<Vec<Vec<f32>>>>,
}

impl Task {
    pub async fn begin(
        &self,
        source: &Source,
        request: ChatRequest,
        secret: Option<Secret>,
        deadline: Instant,
        heard: &mut String,
    ) -> Result<Watched, ProviderError> {
        match self {
            Self::Chat => attempt::begin(source, request, secret, deadline, heard).await,
            Self::Embed(slot) => slot.fill(source, request, secret, deadline).await,
        }
    }
}

impl Slot {
    async fn fill(
        &self,
        source: &Source,
        request: ChatRequest,
        secret: Option<Secret>,
        deadline: Instant,
    ) -> Result<Watched, ProviderError> {
        let until = (Instant::now() + source.timeouts.first_token).min(deadline);
        let ask = EmbedRequest {
            model: request.model,
            texts: request.messages.iter().map(ChatMessage::plain).collect(),
            dimensions: self.dimensions,
            purpose: EmbedPurpose::Document,
            user: request.user,
        };
        let late = |_| if Instant::now() >= deadline { deadline_passed() } else { silent("first_token") };
        let made = timeout_at(until, source.provider.embed(ask, secret)).await.map_err(late)??;
        *self.vectors.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.vectors);
        let (reason, trace) = (FinishReason::Stop, Box::<Trace>::default());
        let end = ChatEvent::Finished { reason, usage: made.usage, kept: None, trace };
        let nothing = Box::pin(futures_util::stream::empty());
        Ok(Watched::new(VecDeque::from([end]), nothing, source.timeouts.stall, deadline))
    }
}

pub async fn embed(
    registry: &Registry,
    ask: EmbedAsk,
    deadline: Instant,
    chance: &Chance,
) -> Result<Embedded, AskError> {
    let slot = Arc::new(Slot { dimensions: ask.dimensions, vectors: Mutex::default() });
    let texts = ask.texts.into_iter().map(|text| ChatMessage::text(ChatRole::User, text));
    let ask = Ask {
        model: ask.model,
        messages: texts.collect(),
        max_output_tokens: Some(0),
        asker: ask.asker,
        purse: ask.purse,
        ..Ask::default()
    };
    let chain = chain::plan(registry, &ask, Kind::Embed).await;
    let chain = chain.map_err(|error| AskError { error, tries: Vec::new() })?;
    let walk = Walk::new(&registry.settings, &chain, &ask, deadline, chance).with_task(Task::Embed(slot.clone()));
    let mut answer = walk.run().await?;
    let mut said = None;
    // Also what closes the account.
    while let Some(event) = answer.stream.next().await {
        if let Ok(ChatEvent::Finished { usage, .. }) = event {
            said = usage;
        }
    }
    let vectors = slot.vectors.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(vectors) = vectors else {
        let error = ProviderError::new(ErrorClass::Unknown, "a call succeeded and left no vectors");
        return Err(AskError { error, tries: answer.tries });
    };
    let (usage, estimated) = match said {
        Some(usage) => (usage, false),
        None => (tokenizer::usage(&answer.model, &ask.messages, "").await, true),
    };
    Ok(Embedded {
        provider: answer.provider,
        model: answer.model,
        id: answer.id,
        credential: answer.credential,
        vectors,
        usage,
        estimated,
        tries: answer.tries,
    })
}
