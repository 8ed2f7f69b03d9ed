//! The gateway itself: finds the model, calls it, and calls it again as long as nobody has heard anything.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use coordination::{Coordination, Hit};
use llm_client::{ChatRequest, Continuation, ErrorClass, ProviderError};
use tokio::time::{Instant, sleep};

use crate::ask::{Answer, Ask, AskError, Try};
use crate::attempt;
use crate::catalogue::{self, ModelEntry};
use crate::credentials::Picked;
use crate::retry::{self, Next};
use crate::settings::GatewaySettings;
use crate::source::{self, Origin, Source};

/// Chance as an argument: a number in 0..1, drawn when a pause is spread so that clients do not retry in step.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    settings: GatewaySettings,
    sources: Vec<Arc<Source>>,
    coordination: Coordination,
    chance: Chance,
}

impl Gateway {
    pub fn new(settings: GatewaySettings, coordination: Coordination, chance: Chance) -> Self {
        let sources = source::all(&settings);
        Self { inner: Arc::new(Inner { settings, sources, coordination, chance }) }
    }

    /// All models that can be asked now. A provider that does not answer is left out after a moment, and for a while.
    pub async fn models(&self) -> Vec<ModelEntry> {
        catalogue::entries(&self.inner.sources).await
    }

    /// The first model of the first configured provider that has one; else the guide; else what was found on this machine.
    /// Empty if there is nothing at all.
    pub async fn default_model(&self) -> String {
        for wanted in [Origin::Configured, Origin::Guide, Origin::Found] {
            for source in self.inner.sources.iter().filter(|source| source.origin == wanted) {
                let models = catalogue::entries(std::slice::from_ref(source)).await;
                if let Some(first) = models.into_iter().next() {
                    return first.id;
                }
            }
        }
        String::new()
    }

    /// The model with this id, in any case; `None` if nobody offers it.
    pub async fn resolve(&self, id: &str) -> Option<ModelEntry> {
        catalogue::find(&self.inner.sources, id).await.map(|(_, entry)| entry)
    }

    /// Whether this model says the same again when it is asked the same (the guide does), so that an answer that was cut can
    /// go on where it was.
    pub fn repeats(&self, id: &str) -> bool {
        let provider = id.split('/').next().unwrap_or_default();
        let source = self.inner.sources.iter().find(|source| source.name == provider);
        source.is_some_and(|source| source.provider.continuation() == Continuation::Replay)
    }

    /// Messages that one user may send each minute; 0 is no limit.
    pub fn messages_per_minute(&self) -> u32 {
        self.inner.settings.limits.messages_per_minute
    }

    /// Counts one message of this user; `Err` when it is one too many.
    pub async fn take_message(&self, user: &str) -> Result<Hit, Hit> {
        let limit = self.inner.settings.limits.messages_per_minute;
        if limit == 0 {
            return Ok(Hit { allowed: true, remaining: u32::MAX, reset_after: Duration::ZERO });
        }
        let hit = self
            .inner
            .coordination
            .counter()
            .hit(&format!("llm:messages:{user}"), limit, Duration::from_secs(60))
            .await;
        if hit.allowed { Ok(hit) } else { Err(hit) }
    }

    /// Asks until the first content is there, or until nothing more may be tried. Dropping the future ends the call.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, AskError> {
        let settings = &self.inner.settings;
        let deadline = ask.deadline.unwrap_or_else(|| Instant::now() + settings.timeouts.whole_run);
        let Some((source, entry)) = catalogue::find(&self.inner.sources, &ask.model).await else {
            let error =
                ProviderError::new(ErrorClass::InvalidRequest, "nobody offers this model").with_code("model_not_found");
            return Err(AskError { error, tries: Vec::new() });
        };
        let request = ChatRequest {
            model: entry.model.clone(),
            messages: ask.messages,
            max_output_tokens: ask.max_output_tokens,
            language: ask.language,
            ..ChatRequest::default()
        };
        let mut round = Round {
            source: &source,
            entry: &entry,
            settings,
            chance: &self.inner.chance,
            deadline,
            spent: Vec::new(),
            tries: Vec::new(),
        };
        let mut picked = match round.first() {
            Ok(picked) => picked,
            Err(error) => return Err(AskError { error, tries: round.tries }),
        };
        loop {
            if !picked.wait.is_zero() {
                sleep(picked.wait).await;
            }
            let (begun, started) = (Instant::now(), wall_clock());
            match attempt::begin(&source, request.clone(), picked.secret.clone(), &settings.timeouts, deadline).await {
                Ok(stream) => {
                    round.note(&picked, started, begun.elapsed(), None);
                    source.credentials.succeeded(&picked);
                    return Ok(Answer {
                        provider: source.name.clone(),
                        model: entry.model.clone(),
                        credential: picked.label,
                        continuation: source.provider.continuation(),
                        tries: round.tries,
                        stream: Box::pin(stream),
                    });
                }
                Err(error) => {
                    round.note(&picked, started, begun.elapsed(), Some(&error));
                    source.credentials.failed(&picked, error.class, error.retry_after, &settings.retry, Instant::now());
                    match round.after(picked, &error) {
                        Some(next) => picked = next,
                        None => return Err(AskError { error, tries: round.tries }),
                    }
                }
            }
        }
    }
}

/// One question's way through keys and pauses.
struct Round<'a> {
    source: &'a Source,
    entry: &'a ModelEntry,
    settings: &'a GatewaySettings,
    chance: &'a Chance,
    deadline: Instant,
    /// Keys that this question has no use for any more.
    spent: Vec<usize>,
    tries: Vec<Try>,
}

impl Round<'_> {
    /// The first key. If all of them rest for longer than anybody should wait, the question fails without a call.
    fn first(&self) -> Result<Picked, ProviderError> {
        let picked = self.source.credentials.pick(&[], Instant::now());
        let picked = picked.ok_or_else(|| ProviderError::new(ErrorClass::Auth, "no key"))?;
        if picked.wait > self.settings.retry.longest_hint || self.too_late(picked.wait) {
            let error = ProviderError::new(ErrorClass::RateLimited, "every key of this provider rests after its limit")
                .with_code("keys_resting");
            return Err(ProviderError { retry_after: Some(picked.wait), ..error });
        }
        Ok(picked)
    }

    /// The key and the pause for the next call, or the end.
    fn after(&mut self, picked: Picked, error: &ProviderError) -> Option<Picked> {
        let failures = u32::try_from(self.tries.len()).unwrap_or(u32::MAX);
        let next = match retry::next(error, failures, &self.settings.retry, (self.chance)()) {
            Next::Again(pause) => Picked { wait: pause, ..picked },
            Next::GiveUp => return None,
            Next::OtherKey { else_again } => {
                self.spent.push(picked.index);
                let other = self.source.credentials.pick(&self.spent, Instant::now());
                match (other, else_again) {
                    (Some(other), None) if other.wait > self.settings.retry.longest_hint => return None,
                    // Another key that rests for longer than this one's pause is no help.
                    (Some(other), Some(pause)) if other.wait > pause => Picked { wait: pause, ..picked },
                    (Some(other), _) => other,
                    (None, Some(pause)) => Picked { wait: pause, ..picked },
                    (None, None) => return None,
                }
            }
        };
        (!self.too_late(next.wait)).then_some(next)
    }

    fn too_late(&self, wait: Duration) -> bool {
        Instant::now() + wait >= self.deadline
    }

    /// Records, counts and logs a call. Never the provider's words: they can hold ids, keys and the user's own text.
    fn note(&mut self, picked: &Picked, started: SystemTime, took: Duration, error: Option<&ProviderError>) {
        let class = error.map_or("ok", |error| error.class.as_str());
        let (provider, model) = (self.source.name.clone(), self.entry.model.clone());
        metrics::counter!("obrol_llm_attempts_total", "provider" => provider.clone(), "model" => model.clone(), "class" => class).increment(1);
        match error {
            None => metrics::histogram!("obrol_llm_first_token_seconds", "provider" => provider.clone(), "model" => model.clone()).record(took),
            Some(error) => tracing::warn!(
                provider,
                model,
                credential = picked.label,
                class,
                status = error.status,
                code = error.code,
                retry_after = error.retry_after.map(|hint| hint.as_secs_f64()),
                "a call to a provider failed"
            ),
        }
        self.tries.push(Try {
            provider,
            model,
            credential: picked.label.clone(),
            started,
            took,
            class: error.map(|error| error.class),
            status: error.and_then(|error| error.status),
            retry_after: error.and_then(|error| error.retry_after),
            detail: error.map(|error| error.detail.clone()).unwrap_or_default(),
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "a record of when a call was made, never a decision")]
fn wall_clock() -> SystemTime {
    SystemTime::now()
}
