//! The gateway itself: the settings of the moment, what was learnt, and the ways in.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use coordination::{Coordination, Hit};
use llm_client::Continuation;
use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::ask::{Answer, Ask, AskError};
use crate::cache::{self, Answers, CacheKey};
use crate::catalogue::{self, Kind, ModelEntry};
use crate::chain;
use crate::credits::{self, ProviderCredits};
use crate::embed::{self, EmbedAsk, Embedded};
use crate::health::{CredentialHealth, Health, ProviderHealth};
use crate::notice::{Notice, Notices};
use crate::registry::Registry;
use crate::settings::GatewaySettings;
use crate::source::{self, MakeProvider, Means, Origin, Source};
use crate::walk::Walk;

/// Chance as an argument: a number in 0..1, drawn when a pause is spread so that clients do not retry in step.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    registry: RwLock<Arc<Registry>>,
    /// One reload after the other.
    reloading: Mutex<()>,
    answers: Arc<Answers>,
    means: Means,
    coordination: Coordination,
}

impl Gateway {
    pub fn new(settings: GatewaySettings, coordination: Coordination, chance: Chance) -> Self {
        Self::with_providers(settings, coordination, chance, source::connect())
    }

    /// With clients of the caller's making.
    pub fn with_providers(
        settings: GatewaySettings,
        coordination: Coordination,
        chance: Chance,
        make: MakeProvider,
    ) -> Self {
        let (means, answers) = (Means { make, chance, notices: Notices::new() }, Answers::new(settings.cache));
        let registry = RwLock::new(Registry::new(settings, &[], &means));
        Self { inner: Arc::new(Inner { registry, reloading: Mutex::new(()), answers, means, coordination }) }
    }

    /// Other settings, from the next question on. Answers that run keep their provider and key to the end; what is known of
    /// breakers, limits and keys lives on under their names, and a key that was disabled is enabled by another secret or by
    /// being switched off and on.
    pub fn reload(&self, settings: GatewaySettings) {
        let _one = self.inner.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        self.inner.answers.set(settings.cache);
        let old = self.registry();
        let new = Registry::new(settings, &old.sources, &self.inner.means);
        *self.inner.registry.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    fn registry(&self) -> Arc<Registry> {
        self.inner.registry.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As they are now.
    pub fn settings(&self) -> Arc<GatewaySettings> {
        self.registry().settings.clone()
    }

    /// The operator says that a disabled or resting key works again; `false` if it was neither.
    pub fn enable_credential(&self, provider: &str, credential: &str) -> bool {
        let registry = self.registry();
        let source = registry.sources.iter().find(|source| source.name.eq_ignore_ascii_case(provider));
        let enabled = source.is_some_and(|source| source.state.turns().enable(credential));
        if let (true, Some(source)) = (enabled, source) {
            let (provider, credential) = (source.name.clone(), credential.to_owned());
            self.inner.means.notices.tell(Notice::CredentialEnabled { provider, credential });
        }
        enabled
    }

    /// What is left at the providers that say so, asked now; those that do not answer in time are missing.
    pub async fn credits(&self) -> Vec<ProviderCredits> {
        credits::all(&self.registry()).await
    }

    /// What operators should hear of, from now on.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.inner.means.notices.listen()
    }

    pub fn health(&self) -> Health {
        let now = Instant::now();
        let providers = self.registry().sources.iter().map(|source| provider_health(source, now)).collect();
        Health { providers, cache_bytes: self.inner.answers.bytes() }
    }

    /// All models and routes that can be asked now. A provider that does not answer is left out after a moment, and for a
    /// while.
    pub async fn models(&self) -> Vec<ModelEntry> {
        let registry = self.registry();
        let mut entries = catalogue::entries(&registry, &registry.sources).await;
        entries.extend(catalogue::routes(&registry).await);
        entries
    }

    /// The first model of the first configured provider that has one; else the guide; else what was found on this machine.
    /// Empty if there is nothing at all.
    pub async fn default_model(&self) -> String {
        let registry = self.registry();
        for wanted in [Origin::Configured, Origin::Guide, Origin::Found] {
            for source in registry.sources.iter().filter(|source| source.origin == wanted) {
                let models = catalogue::entries(&registry, std::slice::from_ref(source)).await;
                if let Some(first) = models.into_iter().next() {
                    return first.id;
                }
            }
        }
        String::new()
    }

    /// The model or route with this id, in any case; `None` if nobody offers it.
    pub async fn resolve(&self, id: &str) -> Option<ModelEntry> {
        let registry = self.registry();
        match registry.route(id) {
            Some(route) => catalogue::route(&registry, route).await,
            None => catalogue::find(&registry, id).await.map(|(_, entry)| entry),
        }
    }

    /// Whether this model says the same again when it is asked the same (the guide does), so that an answer that was cut can
    /// go on where it was.
    pub fn repeats(&self, id: &str) -> bool {
        let registry = self.registry();
        let provider = id.split('/').next().unwrap_or_default();
        let source = registry.sources.iter().find(|source| source.name == provider);
        source.is_some_and(|source| source.provider.continuation() == Continuation::Replay)
    }

    /// Whether some model of this one's chain takes up an answer that was cut. Which of them may is decided when it is asked.
    pub fn may_go_on(&self, id: &str) -> bool {
        let registry = self.registry();
        let takes_up = |model: &str| {
            let said = registry.said_of(&model.to_lowercase()).and_then(|said| said.continues);
            let provider = model.split('/').next().unwrap_or_default();
            let source = registry.sources.iter().find(|source| source.name.eq_ignore_ascii_case(provider));
            source.is_some_and(|source| chain::takes_up(source.provider.continuation(), said) == Continuation::Prefill)
        };
        match registry.route(id) {
            Some(route) => route.models.iter().any(|step| takes_up(&step.model)),
            None => takes_up(id),
        }
    }

    /// Messages that one user may send each minute; 0 is no limit.
    pub fn messages_per_minute(&self) -> u32 {
        self.registry().settings.limits.messages_per_minute
    }

    /// Counts one message of this user; `Err` when it is one too many.
    pub async fn take_message(&self, user: &str) -> Result<Hit, Hit> {
        let limit = self.messages_per_minute();
        if limit == 0 {
            return Ok(Hit { allowed: true, remaining: u32::MAX, reset_after: Duration::ZERO });
        }
        let counter = self.inner.coordination.counter();
        let hit = counter.hit(&format!("llm:messages:{user}"), limit, Duration::from_secs(60)).await;
        if hit.allowed { Ok(hit) } else { Err(hit) }
    }

    /// Asks until the first content is there, or until nothing more may be tried. Dropping the future ends the call.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, AskError> {
        let registry = self.registry();
        let settings = &registry.settings;
        let deadline = ask.deadline.unwrap_or_else(|| Instant::now() + settings.timeouts.whole_run);
        match chain::plan(&registry, &ask, Kind::Chat).await {
            Ok(chain) => Walk::new(settings, &chain, &ask, deadline, &self.inner.means.chance).run().await,
            Err(error) => Err(AskError { error, tries: Vec::new() }),
        }
    }

    /// Texts as vectors: as [`Self::ask`], in one piece.
    pub async fn embed(&self, ask: EmbedAsk) -> Result<Embedded, AskError> {
        let registry = self.registry();
        let deadline = ask.deadline.unwrap_or_else(|| Instant::now() + registry.settings.timeouts.whole_run);
        embed::embed(&registry, ask, deadline, &self.inner.means.chance).await
    }

    /// As [`Self::ask`], but equal questions share one call, and a whole answer is kept for the next one. `key` is a keyed
    /// digest of everything that makes questions equal; the caller alone knows what that is and who may share. The call goes
    /// on while anybody listens; its cost is the first asker's, and for the others the stream ends with a cost of zero.
    pub async fn ask_cached(&self, key: CacheKey, ask: Ask) -> Result<Answer, AskError> {
        cache::ask(&self.inner.answers, self, key, ask).await
    }
}

fn provider_health(source: &Source, now: Instant) -> ProviderHealth {
    let load = source.state.limiter.load();
    let turns = source.state.turns();
    let credentials = source.credentials.iter().map(|key| CredentialHealth {
        id: key.id.clone(),
        label: key.label.clone(),
        state: turns.state(key, now),
    });
    let credentials = credentials.collect();
    drop(turns);
    ProviderHealth {
        provider: source.name.clone(),
        in_flight: load.running,
        limit: load.limit,
        waiting: load.waiting,
        models: source.state.health(now),
        credentials,
    }
}
