//! What is learnt of a provider while it is used. It lives on when the operator changes settings.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::breaker::{Breaker, BreakerSettings, Change, Outcome, Pass};
use crate::concurrency::{LimitSettings, Limiter};
use crate::credentials::{KeyChange, Turns};
use crate::health::ModelHealth;
use crate::notice::Notice;
use crate::settings::{CredentialSettings, GatewaySettings};
use crate::source::Means;

/// Models of one provider that are remembered; a provider without a list is trusted with any name that people type.
const MODELS: usize = 512;
/// Calls whose time to the first content is kept.
const LATENCIES: usize = 256;

pub struct ProviderState {
    provider: String,
    pub limiter: Arc<Limiter>,
    turns: Mutex<Turns>,
    models: Mutex<Models>,
    means: Means,
}

struct Models {
    settings: BreakerSettings,
    known: HashMap<String, Arc<ModelState>>,
}

impl ProviderState {
    pub fn new(provider: &str, settings: &GatewaySettings, most: Option<u32>, means: &Means) -> Arc<Self> {
        let limiter = Limiter::new(limits(settings, most), settings.concurrency.most_waiting);
        Arc::new(Self {
            provider: provider.to_owned(),
            limiter,
            turns: Mutex::default(),
            models: Mutex::new(Models { settings: settings.breaker, known: HashMap::new() }),
            means: means.clone(),
        })
    }

    /// The operator changed something.
    pub fn set(
        &self,
        settings: &GatewaySettings,
        most: Option<u32>,
        old: &[CredentialSettings],
        new: &[CredentialSettings],
    ) {
        self.limiter.set(limits(settings, most), settings.concurrency.most_waiting);
        self.turns().replace(old, new);
        let mut models = locked(&self.models);
        models.settings = settings.breaker;
        models.known.values().for_each(|one| locked(&one.breaker).set(settings.breaker));
    }

    pub fn turns(&self) -> MutexGuard<'_, Turns> {
        locked(&self.turns)
    }

    pub fn tell_key(&self, id: Option<&String>, change: Option<KeyChange>) {
        let (Some(id), Some(change)) = (id, change) else { return };
        let (provider, credential) = (self.provider.clone(), id.clone());
        tracing::warn!(provider, credential, ?change, "a key changed its state");
        self.means.notices.tell(match change {
            KeyChange::Rests(rest) => Notice::CredentialRests { provider, credential, rest },
            KeyChange::Disabled(class) => Notice::CredentialDisabled { provider, credential, class },
            KeyChange::Enabled => Notice::CredentialEnabled { provider, credential },
        });
    }

    pub fn model(&self, name: &str) -> Arc<ModelState> {
        let name = name.to_lowercase();
        let mut models = locked(&self.models);
        if let Some(known) = models.known.get(&name) {
            return known.clone();
        }
        if models.known.len() >= MODELS {
            // Those that nobody uses and of which nothing is known.
            let now = Instant::now();
            models.known.retain(|_, one| Arc::strong_count(one) > 1 || locked(&one.breaker).counts(now).0 > 0);
        }
        let new = Arc::new(ModelState {
            provider: self.provider.clone(),
            model: name.clone(),
            breaker: Mutex::new(Breaker::new(models.settings)),
            latencies: Mutex::default(),
            means: self.means.clone(),
        });
        if models.known.len() < MODELS {
            models.known.insert(name, new.clone());
        }
        new
    }

    pub fn health(&self, now: Instant) -> Vec<ModelHealth> {
        let known: Vec<_> = locked(&self.models).known.values().cloned().collect();
        let mut health: Vec<_> = known.iter().map(|one| one.health(now)).collect();
        health.sort_by(|a, b| a.model.cmp(&b.model));
        health
    }
}

fn limits(settings: &GatewaySettings, most: Option<u32>) -> LimitSettings {
    let own = settings.concurrency.limit;
    most.map_or(own, |most| LimitSettings { most, ..own })
}

pub struct ModelState {
    provider: String,
    model: String,
    breaker: Mutex<Breaker>,
    latencies: Mutex<VecDeque<Duration>>,
    means: Means,
}

/// Leave for a call. Dropped without an outcome it says nothing of the model's health.
pub struct Admitted {
    state: Arc<ModelState>,
    pass: Option<Pass>,
}

impl ModelState {
    /// For how long no call is let through.
    pub fn refuses(&self, now: Instant) -> Option<Duration> {
        locked(&self.breaker).refuses(now)
    }

    pub fn admit(self: &Arc<Self>, now: Instant) -> Result<Admitted, Duration> {
        let (pass, change) = locked(&self.breaker).admit(now);
        self.tell(change);
        pass.map(|pass| Admitted { state: self.clone(), pass: Some(pass) })
    }

    /// An answer was cut after it had begun.
    pub fn note(&self, outcome: Outcome) {
        let change = locked(&self.breaker).note(outcome, Instant::now(), (self.means.chance)());
        self.tell(change);
    }

    pub fn first_content(&self, took: Duration) {
        let mut latencies = locked(&self.latencies);
        if latencies.len() >= LATENCIES {
            latencies.pop_front();
        }
        latencies.push_back(took);
    }

    fn tell(&self, change: Option<Change>) {
        let Some(change) = change else { return };
        let (provider, model) = (self.provider.clone(), self.model.clone());
        tracing::warn!(provider, model, ?change, "a breaker changed its state");
        self.means.notices.tell(match change {
            Change::Opened { pause } => Notice::BreakerOpened { provider, model, pause },
            Change::HalfOpen => Notice::BreakerHalfOpen { provider, model },
            Change::Closed => Notice::BreakerClosed { provider, model },
        });
    }

    fn health(&self, now: Instant) -> ModelHealth {
        let (breaker, opens_in, (calls, failures)) = {
            let mut breaker = locked(&self.breaker);
            (breaker.state(now), breaker.refuses(now), breaker.counts(now))
        };
        let mut latencies: Vec<_> = locked(&self.latencies).iter().copied().collect();
        latencies.sort_unstable();
        let percentile = |percent: usize| latencies.get((latencies.len() * percent).div_ceil(100).max(1) - 1).copied();
        ModelHealth {
            model: self.model.clone(),
            breaker,
            opens_in,
            calls,
            failures,
            failure_share: if calls == 0 { 0.0 } else { failures as f64 / calls as f64 },
            first_token_p50: percentile(50),
            first_token_p95: percentile(95),
        }
    }
}

impl Admitted {
    pub fn end(mut self, outcome: Outcome) {
        self.report(outcome);
    }

    fn report(&mut self, outcome: Outcome) {
        if let Some(pass) = self.pass.take() {
            let change = locked(&self.state.breaker).report(pass, outcome, Instant::now(), (self.state.means.chance)());
            self.state.tell(change);
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.report(Outcome::Neutral);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn state() -> Arc<ProviderState> {
        let (notices, chance) = (crate::notice::Notices::new(), Arc::new(|| 0.5));
        let means = Means { make: crate::source::connect(), chance, notices };
        ProviderState::new("one", &GatewaySettings::default(), None, &means)
    }

    #[tokio::test]
    async fn made_up_names_do_not_fill_the_memory() {
        let state = state();
        let kept = state.model("Real");
        (0..5000).for_each(|n| drop(state.model(&format!("made-up-{n}"))));
        assert!(locked(&state.models).known.len() <= MODELS);
        assert!(Arc::ptr_eq(&kept, &state.model("real")), "in any case, and as long as it is used");
    }

    #[tokio::test]
    async fn a_call_that_was_given_up_frees_its_probe() {
        let (state, settings) = (state().model("a"), BreakerSettings::default());
        (0..settings.least_calls).for_each(|_| state.admit(Instant::now()).ok().unwrap().end(Outcome::Bad));
        let later = Instant::now() + settings.open;
        assert!(state.refuses(Instant::now()).is_some());
        for _ in 0..10 {
            let probes: Vec<_> = (0..settings.probes).map(|_| state.admit(later).ok().unwrap()).collect();
            assert!(state.admit(later).is_err());
            drop(probes);
        }
    }

    #[tokio::test]
    async fn percentiles_are_of_the_last_calls() {
        let state = state();
        let model = state.model("a");
        assert_eq!(state.health(Instant::now())[0].first_token_p50, None);
        (1..=400).for_each(|n| model.first_content(Duration::from_millis(n)));
        let health = state.health(Instant::now()).remove(0);
        assert_eq!(health.first_token_p50, Some(Duration::from_millis(144 + 128)));
        assert_eq!(health.first_token_p95, Some(Duration::from_millis(144 + 244)));
    }
}
