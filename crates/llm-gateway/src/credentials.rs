//! A provider's keys in turn: a limited one rests, a refused one comes last.

use std::sync::Mutex;
use std::time::Duration;

use llm_client::{ErrorClass, Secret};
use tokio::time::Instant;

use crate::settings::RetrySettings;

/// A key that was picked for one call.
#[derive(Clone)]
pub struct Picked {
    pub index: usize,
    pub secret: Option<Secret>,
    /// `key-1`, `key-2`, …; `None` for a provider that wants no key.
    pub label: Option<String>,
    /// A limited key is free only after this.
    pub wait: Duration,
}

#[derive(Clone, Copy, Default)]
struct State {
    resting_until: Option<Instant>,
    benched_until: Option<Instant>,
}

pub struct Credentials {
    secrets: Vec<Secret>,
    turns: Mutex<Turns>,
}

struct Turns {
    next: usize,
    states: Vec<State>,
}

impl Credentials {
    pub fn new(secrets: Vec<Secret>) -> Self {
        let states = vec![State::default(); secrets.len()];
        Self { secrets, turns: Mutex::new(Turns { next: 0, states }) }
    }

    /// The next free key that was not `tried`; else one that was refused a while ago (its trouble may be over); else the
    /// limited one that is free first, with the time to wait. `None` only when all were tried.
    pub fn pick(&self, tried: &[usize], now: Instant) -> Option<Picked> {
        if self.secrets.is_empty() {
            let first = tried.is_empty();
            return first.then_some(Picked { index: 0, secret: None, label: None, wait: Duration::ZERO });
        }
        let mut turns = self.turns.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = self.secrets.len();
        let start = turns.next;
        let after =
            |until: Option<Instant>| until.map(|until| until.saturating_duration_since(now)).unwrap_or_default();
        let candidates = (0..count).map(|step| (start + step) % count).filter(|index| !tried.contains(index));
        let best = candidates.min_by_key(|&index| {
            let state = turns.states.get(index).copied().unwrap_or_default();
            (after(state.resting_until), !after(state.benched_until).is_zero())
        })?;
        turns.next = (best + 1) % count;
        let wait = after(turns.states.get(best).and_then(|state| state.resting_until));
        Some(Picked {
            index: best,
            secret: self.secrets.get(best).cloned(),
            label: Some(format!("key-{}", best + 1)),
            wait,
        })
    }

    /// Learns from a failure. Only what the key is to blame for changes its turn.
    pub fn failed(
        &self,
        picked: &Picked,
        class: ErrorClass,
        hint: Option<Duration>,
        settings: &RetrySettings,
        now: Instant,
    ) {
        let mut turns = self.turns.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(state) = turns.states.get_mut(picked.index) else { return };
        match class {
            // A hint can be a day: the key is asked again sooner, for providers forget to say when they are generous.
            ErrorClass::RateLimited => {
                state.resting_until = Some(now + hint.unwrap_or(settings.rest).min(settings.bench))
            }
            ErrorClass::Auth | ErrorClass::Payment => state.benched_until = Some(now + settings.bench),
            ErrorClass::Moderation
            | ErrorClass::ContextLength
            | ErrorClass::Timeout
            | ErrorClass::Unavailable
            | ErrorClass::InvalidRequest
            | ErrorClass::Unknown => {}
        }
    }

    pub fn succeeded(&self, picked: &Picked) {
        let mut turns = self.turns.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(state) = turns.states.get_mut(picked.index) {
            *state = State::default();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn keys(count: usize) -> Credentials {
        Credentials::new((0..count).map(|n| Secret::from(format!("secret-{n}"))).collect())
    }

    fn label(picked: Option<Picked>) -> Option<String> {
        picked.and_then(|picked| picked.label)
    }

    #[tokio::test]
    async fn keys_take_turns_and_a_limited_one_rests() {
        let (keys, now, settings) = (keys(3), Instant::now(), RetrySettings::default());
        let first = keys.pick(&[], now).unwrap();
        assert_eq!(first.label.as_deref(), Some("key-1"));
        keys.failed(&first, ErrorClass::RateLimited, Some(Duration::from_secs(9)), &settings, now);
        let labels: Vec<_> = (0..4).map(|_| label(keys.pick(&[], now)).unwrap()).collect();
        assert_eq!(labels, ["key-2", "key-3", "key-2", "key-3"]);
        let later = now + Duration::from_secs(10);
        assert_eq!(label(keys.pick(&[1, 2], later)).as_deref(), Some("key-1"));
    }

    #[tokio::test]
    async fn a_refused_key_comes_last_but_comes() {
        let (keys, now, settings) = (keys(2), Instant::now(), RetrySettings::default());
        let first = keys.pick(&[], now).unwrap();
        keys.failed(&first, ErrorClass::Auth, None, &settings, now);
        assert_eq!(label(keys.pick(&[], now)).as_deref(), Some("key-2"));
        assert_eq!(label(keys.pick(&[], now)).as_deref(), Some("key-2"));
        let last = keys.pick(&[1], now).unwrap();
        assert_eq!((last.label.as_deref(), last.wait), (Some("key-1"), Duration::ZERO));
        assert!(keys.pick(&[0, 1], now).is_none());
    }

    #[tokio::test]
    async fn when_all_rest_the_first_to_wake_is_named_with_its_time() {
        let (keys, now, settings) = (keys(2), Instant::now(), RetrySettings::default());
        for seconds in [9, 4] {
            let picked = keys.pick(&[], now).unwrap();
            keys.failed(&picked, ErrorClass::RateLimited, Some(Duration::from_secs(seconds)), &settings, now);
        }
        let picked = keys.pick(&[], now).unwrap();
        assert_eq!((picked.label.as_deref(), picked.wait), (Some("key-2"), Duration::from_secs(4)));
    }

    #[tokio::test]
    async fn a_provider_without_keys_is_asked_without() {
        let keys = keys(0);
        let picked = keys.pick(&[], Instant::now()).unwrap();
        assert!(picked.secret.is_none() && picked.label.is_none());
        assert!(keys.pick(&[0], Instant::now()).is_none());
    }
}
