//! Which models there are: lists kept for a while, asked for once at a time, and never waited for longer than a moment.

use std::ops::Not;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use llm_client::{ErrorClass, ModelInfo, ProviderError};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout};

use crate::notice::Notice;
use crate::price::Price;
use crate::registry::{ROUTE, Registry};
use crate::settings::{ModelSettings, RouteSettings};
use crate::source::{Origin, Source};

/// A list is asked for again after this; until the new one is there the old one stands.
const FRESH: Duration = Duration::from_secs(300);
/// How long a caller waits for a list that nobody has yet. The asking itself goes on, for the next caller.
const PATIENCE: Duration = Duration::from_secs(1);
/// After a failure the provider is left alone for this long.
const FAILED: Duration = Duration::from_secs(20);

/// A model, or a chain of them, as callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
    pub kind: EntryKind,
    /// `provider/model` or `route/name`, in lower case.
    pub id: String,
    pub name: String,
    pub provider: String,
    /// The model's id at the provider, in its own case.
    pub model: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub vision: bool,
    pub tools: bool,
    pub json: bool,
    /// It can be told how long to think.
    pub reasoning: bool,
    /// The built-in guide: not a language model.
    pub guide: bool,
    pub price: Option<Price>,
    /// The provider's own, whatever the operator says.
    pub listed: Option<Price>,
    /// Somebody names it; else it is what an asker typed.
    pub(crate) named: bool,
    pub known: Abilities,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Model,
    Route,
}

/// What is known for certain. Providers that say nothing of an ability may have it all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    pub tools: Option<bool>,
    pub vision: Option<bool>,
    pub json: Option<bool>,
    pub reasoning: Option<bool>,
    pub continues: Option<bool>,
    /// The window that the operator wants it to have.
    pub window: Option<u32>,
}

impl ModelEntry {
    /// `None`: the operator switched it off.
    fn new(registry: &Registry, source: &Source, model: &ModelInfo) -> Option<Self> {
        let id = format!("{}/{}", source.name, model.id.to_lowercase());
        let nothing = ModelSettings::default();
        let said = registry.said_of(&id).unwrap_or(&nothing);
        let yes = |listed: bool| listed.then_some(true);
        let known = Abilities {
            tools: said.tools.or(yes(model.tools)),
            vision: said.vision.or(yes(model.vision)),
            json: said.json,
            reasoning: said.reasoning.or(yes(model.reasoning)),
            continues: said.continues,
            window: said.context_window,
        };
        let listed = model.prices.as_ref().and_then(Price::listed);
        (!said.disabled).then(|| Self {
            kind: EntryKind::Model,
            name: said.name.clone().unwrap_or_else(|| model.name.clone()),
            provider: source.name.clone(),
            model: model.id.clone(),
            context_window: said.context_window.or(model.context_window),
            max_output: said.max_output.or(model.max_output),
            vision: known.vision == Some(true),
            tools: known.tools == Some(true),
            json: known.json == Some(true),
            reasoning: known.reasoning == Some(true),
            guide: source.origin == Origin::Guide,
            price: said.price.or(listed),
            listed,
            named: true,
            known,
            id,
        })
    }

    /// A route has the window of its first model, which is asked as a rule, and can what some model of it can.
    fn of_route(route: &RouteSettings, steps: &[Self]) -> Option<Self> {
        let first = steps.first()?;
        let any = |can: fn(&Self) -> bool| steps.iter().any(can);
        // One that can is enough; that none can is only known when it is known of all.
        let some = |can: fn(&Self) -> Option<bool>| {
            let all: Vec<_> = steps.iter().map(can).collect();
            if all.contains(&Some(true)) { Some(true) } else { all.contains(&None).not().then_some(false) }
        };
        Some(Self {
            kind: EntryKind::Route,
            id: format!("{ROUTE}/{}", route.name.to_lowercase()),
            name: route.name.clone(),
            provider: ROUTE.to_owned(),
            model: route.name.clone(),
            vision: any(|one| one.vision),
            tools: any(|one| one.tools),
            json: any(|one| one.json),
            reasoning: any(|one| one.reasoning),
            guide: steps.iter().all(|one| one.guide),
            price: None,
            listed: None,
            known: Abilities {
                tools: some(|one| one.known.tools),
                vision: some(|one| one.known.vision),
                json: some(|one| one.known.json),
                reasoning: some(|one| one.known.reasoning),
                continues: first.known.continues,
                window: None,
            },
            ..first.clone()
        })
    }
}

/// What is known of a provider's models.
#[derive(Clone)]
enum Known {
    Never,
    /// A list, and when to ask again.
    List(Arc<Vec<ModelInfo>>, Instant),
    /// No list yet, and when to ask again.
    Failed(Instant),
}

/// One provider's list.
pub struct Listing {
    known: RwLock<Known>,
    /// Held by the one who asks.
    asking: Arc<tokio::sync::Mutex<()>>,
    /// `None`: the operator named the models.
    limit: Option<Duration>,
}

impl Listing {
    pub fn fixed(models: Vec<ModelInfo>) -> Self {
        let known = RwLock::new(Known::List(Arc::new(models), Instant::now()));
        Self { known, asking: Arc::default(), limit: None }
    }

    pub fn asked(limit: Duration) -> Self {
        Self { known: RwLock::new(Known::Never), asking: Arc::default(), limit: Some(limit) }
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The list, and whether it is time to ask for a new one.
    fn look(&self) -> (Option<Arc<Vec<ModelInfo>>>, bool) {
        let now = Instant::now();
        match self.known() {
            Known::Never => (None, true),
            Known::List(models, until) => (Some(models), self.limit.is_some() && now >= until),
            Known::Failed(until) => (None, now >= until),
        }
    }

    /// `true`: the list is another than before.
    fn learn(&self, result: Result<Vec<ModelInfo>, ProviderError>, name: &str) -> bool {
        let now = Instant::now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let changed = matches!((&result, &*known), (Ok(new), Known::List(old, _)) if new != &**old);
        *known = match (result, &*known) {
            (Ok(models), _) => Known::List(Arc::new(models), now + FRESH),
            (Err(error), old) => {
                tracing::debug!(
                    provider = name,
                    class = error.class.as_str(),
                    status = error.status,
                    "no list of models"
                );
                match old {
                    Known::List(models, _) => Known::List(models.clone(), now + FAILED),
                    Known::Never | Known::Failed(_) => Known::Failed(now + FAILED),
                }
            }
        };
        changed
    }
}

/// The models of one provider; `None` if it could not say.
pub async fn list(source: &Arc<Source>) -> Option<Arc<Vec<ModelInfo>>> {
    let (models, ask) = source.listing.look();
    if !ask {
        return models;
    }
    // In a task of its own: a caller that leaves does not undo the work. Where one asks already there is nothing to start.
    if let Ok(asking) = source.listing.asking.clone().try_lock_owned() {
        tokio::spawn(refresh(source.clone(), asking));
    }
    if models.is_some() {
        return models;
    }
    let _ = timeout(PATIENCE, source.listing.asking.lock()).await;
    source.listing.look().0
}

async fn refresh(source: Arc<Source>, _asking: OwnedMutexGuard<()>) {
    // Somebody else may have learned it since the look.
    let (_, still) = source.listing.look();
    let Some(limit) = source.listing.limit.filter(|_| still) else { return };
    let secret = source.state.turns().look(&source.credentials, Instant::now());
    let result = timeout(limit, source.provider.models(secret)).await;
    let late = || ProviderError::new(ErrorClass::Timeout, "the list of models did not come in time");
    if source.listing.learn(result.unwrap_or_else(|_| Err(late())), &source.name) {
        source.notices.tell(Notice::ModelsChanged { provider: source.name.clone() });
    }
}

/// All models of these providers that could say, in the operator's order.
pub async fn entries(registry: &Registry, sources: &[Arc<Source>]) -> Vec<ModelEntry> {
    let lists = futures_util::future::join_all(sources.iter().map(list)).await;
    let models = sources.iter().zip(&lists).flat_map(|(source, models)| {
        let models = models.iter().flat_map(|models| models.iter());
        models.filter_map(|model| ModelEntry::new(registry, source, model))
    });
    models.collect()
}

/// The routes that have a model that can be asked.
pub async fn routes(registry: &Registry) -> Vec<ModelEntry> {
    let routes = registry.settings.routes.iter().map(|route| self::route(registry, route));
    futures_util::future::join_all(routes).await.into_iter().flatten().collect()
}

pub async fn route(registry: &Registry, route: &RouteSettings) -> Option<ModelEntry> {
    let steps = route.models.iter().map(|step| find(registry, &step.model));
    let steps = futures_util::future::join_all(steps).await.into_iter().flatten();
    ModelEntry::of_route(route, &steps.map(|(_, entry)| entry).collect::<Vec<_>>())
}

/// What a model is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chat,
    /// Making vectors. Lists name the models that chat, so a configured provider is trusted with other names.
    Embed,
}

pub async fn find_for(registry: &Registry, id: &str, kind: Kind) -> Option<(Arc<Source>, ModelEntry)> {
    match (find(registry, id).await, kind) {
        (Some(found), _) => Some(found),
        (None, Kind::Chat) => None,
        (None, Kind::Embed) => {
            let (name, model) = named(id)?;
            let listed = |source: &&Arc<Source>| source.origin == Origin::Configured && source.listing.limit.is_some();
            let source = registry.sources.iter().filter(listed).find(|one| one.name.eq_ignore_ascii_case(name))?;
            let unlisted = ModelInfo { id: model.to_owned(), name: model.to_owned(), ..ModelInfo::default() };
            let entry = ModelEntry::new(registry, source, &unlisted).filter(|_| !model.is_empty())?;
            Some((source.clone(), ModelEntry { named: registry.said_of(&entry.id).is_some(), ..entry }))
        }
    }
}

/// Provider and model of an id that can be one: what nobody can be called is nobody, here as in every table. Google's own
/// `models/` before a name is no other model.
fn named(id: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 190;
    let id = id.trim();
    let (name, model) = id.split_once('/')?;
    let model = model.strip_prefix("models/").unwrap_or(model);
    (id.len() <= LONGEST && id.chars().all(|c| c.is_ascii_graphic()) && !model.is_empty()).then_some((name, model))
}

/// The provider and the model behind an id. A configured provider whose list cannot be had is trusted to know the model.
pub async fn find(registry: &Registry, id: &str) -> Option<(Arc<Source>, ModelEntry)> {
    let (name, model) = named(id)?;
    let source = registry.sources.iter().find(|source| source.name.eq_ignore_ascii_case(name))?;
    let entry = match list(source).await {
        Some(models) => {
            let exact = models.iter().find(|one| one.id == model);
            let found = exact.or_else(|| models.iter().find(|one| one.id.to_lowercase() == model.to_lowercase()))?;
            ModelEntry::new(registry, source, found)?
        }
        None if source.origin == Origin::Configured && !model.is_empty() => {
            let unlisted = ModelInfo { id: model.to_owned(), name: model.to_owned(), ..ModelInfo::default() };
            let entry = ModelEntry::new(registry, source, &unlisted)?;
            ModelEntry { named: registry.said_of(&entry.id).is_some(), ..entry }
        }
        None => return None,
    };
    Some((source.clone(), entry))
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
