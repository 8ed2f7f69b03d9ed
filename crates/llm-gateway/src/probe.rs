//! Trying a provider out before it is saved: its list of models is asked for with every key, or the smallest chat is held
//! where there is no list, all within a bounded time.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use llm_client::{
    ChatEvent, ChatMessage, ChatRequest, ChatRole, ErrorClass, Provider, ProviderError, ProviderKind, Secret,
};
use tokio::time::{Instant, timeout};

use crate::settings::{ProviderSettings, Timeouts};
use crate::source;

/// For all keys together, whatever the settings say of a single call.
const PATIENCE: Duration = Duration::from_secs(20);
/// Keys that are tried at one time.
const AT_ONCE: usize = 8;

/// It works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probed {
    /// As many models as it lists; where it lists none, as many as the operator named.
    pub models: usize,
    pub took: Duration,
}

/// It does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeError {
    pub error: ProviderError,
    /// The label of the key that was tried.
    pub credential: Option<String>,
}

/// Tries every enabled key; without any, as nobody.
///
/// # Errors
/// The first key's that does not work.
pub async fn probe(settings: &ProviderSettings, timeouts: &Timeouts) -> Result<Probed, ProbeError> {
    let started = Instant::now();
    let provider = source::connect()(settings, timeouts);
    let keys: Vec<(Option<String>, Option<Secret>)> = match settings.credentials.as_slice() {
        [] => vec![(None, None)],
        some => {
            let enabled = some.iter().filter(|key| key.enabled);
            enabled.map(|key| (Some(key.label.clone()), Some(key.secret.clone()))).collect()
        }
    };
    if keys.is_empty() {
        let error = ProviderError::new(ErrorClass::Auth, "every key is switched off").with_code("no_key");
        return Err(ProbeError { error, credential: None });
    }
    let provider = provider.as_ref();
    let tries = keys.into_iter().map(|(label, secret)| async move {
        try_out(provider, settings, timeouts, secret).await.map_err(|error| ProbeError { error, credential: label })
    });
    let all = futures_util::stream::iter(tries)
        .buffered(AT_ONCE)
        .try_fold(0, |most, models| async move { Ok(usize::max(most, models)) });
    let late = || ProbeError { error: late(), credential: None };
    let models = timeout(PATIENCE, all).await.unwrap_or_else(|_| Err(late()))?;
    Ok(Probed { models, took: started.elapsed() })
}

/// What a key is worth when no request of anybody is in play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It opens what it should: the request was to blame.
    Good,
    /// It is refused here, too.
    Refused,
    /// Nobody can say: no answer, or none that tells.
    Unknown,
}

/// Asks with one key alone after a conversation with it was refused as `class`: for the list of models, and for what is left
/// of the money where that was the reason.
pub async fn standing(
    settings: &ProviderSettings,
    credential: &str,
    class: ErrorClass,
    timeouts: &Timeouts,
) -> Standing {
    let keys: Vec<_> = settings.credentials.iter().filter(|key| key.id == credential).cloned().collect();
    let Some(secret) = keys.first().map(|key| key.secret.clone()) else { return Standing::Unknown };
    match probe(&ProviderSettings { credentials: keys, ..settings.clone() }, timeouts).await {
        Err(failed) if matches!(failed.error.class, ErrorClass::Auth | ErrorClass::Payment) => {
            return Standing::Refused;
        }
        Err(_) => return Standing::Unknown,
        Ok(_) if class != ErrorClass::Payment => return Standing::Good,
        Ok(_) => {}
    }
    // A list costs nothing, and is shown to those who owe, too.
    let provider = source::connect()(settings, timeouts);
    let told = timeout(timeouts.models, provider.credits(Some(secret))).await;
    match told.ok().and_then(Result::ok).flatten().and_then(|credits| credits.remaining) {
        Some(left) if left > 0 => Standing::Good,
        Some(_) => Standing::Refused,
        None => Standing::Unknown,
    }
}

async fn try_out(
    provider: &dyn Provider,
    settings: &ProviderSettings,
    timeouts: &Timeouts,
    secret: Option<Secret>,
) -> Result<usize, ProviderError> {
    let listed = timeout(timeouts.models, provider.models(secret.clone())).await.unwrap_or_else(|_| Err(late()));
    match (listed, settings.models.first()) {
        (Ok(models), _) => {
            if lists_for_all(settings.kind) {
                holds(provider, timeouts, secret).await?;
            }
            Ok(models.len())
        }
        (Err(error), Some(model)) if has_no_list(&error) => {
            timeout(timeouts.models, say_hello(provider, model, secret)).await.unwrap_or_else(|_| Err(late()))?;
            Ok(settings.models.len())
        }
        (Err(error), _) => Err(error),
    }
}

/// These show their models to everybody, so that a list says nothing of the key.
fn lists_for_all(kind: ProviderKind) -> bool {
    match kind {
        ProviderKind::OpenRouter | ProviderKind::Vercel => true,
        ProviderKind::OpenAi
        | ProviderKind::Groq
        | ProviderKind::Compatible
        | ProviderKind::Gemini
        | ProviderKind::Anthropic
        | ProviderKind::Ollama => false,
    }
}

/// Whether the key opens the account; that the account tells nothing else is no fault of the key.
async fn holds(provider: &dyn Provider, timeouts: &Timeouts, secret: Option<Secret>) -> Result<(), ProviderError> {
    let told = timeout(timeouts.models, provider.credits(secret)).await.unwrap_or_else(|_| Err(late()));
    match told {
        Err(error) if error.class == ErrorClass::Auth => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn has_no_list(error: &ProviderError) -> bool {
    matches!(error.status, Some(404 | 405 | 501))
}

/// One token is enough; what is said does not matter.
async fn say_hello(provider: &dyn Provider, model: &str, secret: Option<Secret>) -> Result<(), ProviderError> {
    let ask = ChatRequest {
        model: model.to_owned(),
        messages: vec![ChatMessage::text(ChatRole::User, "Hi")],
        max_output_tokens: Some(1),
        ..ChatRequest::default()
    };
    let mut answer = provider.chat(ask, secret).await?;
    while let Some(event) = answer.next().await {
        match event? {
            ChatEvent::Text(_) | ChatEvent::Reasoning(_) | ChatEvent::ToolCall(_) | ChatEvent::Finished { .. } => break,
            ChatEvent::Alive => {}
        }
    }
    Ok(())
}

fn late() -> ProviderError {
    ProviderError::new(ErrorClass::Timeout, "no answer in time")
}
