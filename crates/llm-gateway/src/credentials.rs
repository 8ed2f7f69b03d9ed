//! A provider's keys in weighted turns, pure: a limited one rests, a refused or unpaid one is disabled. What is known of a
//! key lives on under its id when the operator changes something else.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use llm_client::{ErrorClass, ExposeSecret, Secret};
use tokio::time::Instant;

use crate::settings::{CredentialSettings, RetrySettings};

#[cfg(test)]
mod tests;

/// A key that was picked for one call.
#[derive(Clone, Debug, Default)]
pub struct Picked {
    /// `None` for a provider that wants no key.
    pub id: Option<String>,
    pub label: Option<String>,
    pub secret: Option<Secret>,
    /// A limited key is free only after this.
    pub wait: Duration,
}

/// What became of a key, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    Rests(Duration),
    Disabled(ErrorClass),
    /// It works again, or the operator says so.
    Enabled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialState {
    Active,
    /// For so long.
    Resting(Duration),
    /// By a refusal; asked again by itself after so long, at once when the operator enables it.
    Disabled {
        class: ErrorClass,
        left: Duration,
    },
    /// By the operator.
    Off,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Of the secret. What comes back from a call with the one before says nothing of this one.
    print: u64,
    /// Smooth weighted turns: every candidate gains its weight, the highest is picked and pays the sum.
    credit: i64,
    resting_until: Option<Instant>,
    /// Why, and when one call may find out whether the trouble is over.
    disabled: Option<(ErrorClass, Instant)>,
}

impl Known {
    fn rests(&self, now: Instant) -> Duration {
        self.resting_until.map(|until| until.saturating_duration_since(now)).unwrap_or_default()
    }

    fn shut(&self, now: Instant) -> Option<(ErrorClass, Duration)> {
        let (class, until) = self.disabled?;
        let left = until.checked_duration_since(now).filter(|left| !left.is_zero())?;
        Some((class, left))
    }
}

/// What is known of a provider's keys, by their ids.
#[derive(Debug, Default)]
pub struct Turns {
    keys: HashMap<String, Known>,
    prints: RandomState,
}

/// No key may be used: why, and when one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoKey {
    pub class: ErrorClass,
    pub left: Option<Duration>,
}

impl Turns {
    /// The next free key that was not `spent`; else the limited one that is free first, with the time to wait.
    pub fn pick(
        &mut self,
        keys: &[CredentialSettings],
        spent: &[String],
        settings: &RetrySettings,
        now: Instant,
    ) -> Result<Picked, NoKey> {
        if keys.is_empty() {
            // Refused without a key: there is no other.
            return if spent.is_empty() {
                Ok(Picked::default())
            } else {
                Err(NoKey { class: ErrorClass::Auth, left: None })
            };
        }
        let mut why = NoKey { class: ErrorClass::Auth, left: None };
        let (mut free, mut resting) = (Vec::new(), None::<(Duration, &CredentialSettings)>);
        for key in keys.iter().filter(|key| key.enabled && !spent.contains(&key.id)) {
            let print = self.print(&key.secret);
            let known = self.keys.entry(key.id.clone()).or_insert(Known { print, ..Known::default() });
            match (known.shut(now), known.rests(now)) {
                (Some((class, left)), _) => {
                    if why.left.is_none_or(|soonest| left < soonest) {
                        why = NoKey { class, left: Some(left) };
                    }
                }
                (None, Duration::ZERO) => free.push(key),
                (None, left) if resting.is_none_or(|(soonest, _)| left < soonest) => resting = Some((left, key)),
                (None, _) => {}
            }
        }
        let all: i64 = free.iter().map(|key| weight(key)).sum();
        for key in &free {
            if let Some(known) = self.keys.get_mut(&key.id) {
                known.credit += weight(key);
            }
        }
        let credit = |key: &CredentialSettings| self.keys.get(&key.id).map_or(0, |known| known.credit);
        // The first of the highest.
        let best = free.iter().rev().max_by_key(|key| credit(key)).copied();
        let (key, wait) = match (best, resting) {
            (Some(key), _) => (key, Duration::ZERO),
            (None, Some((wait, key))) => (key, wait),
            (None, None) => return Err(why),
        };
        if let Some(known) = self.keys.get_mut(&key.id).filter(|_| wait.is_zero()) {
            known.credit -= all;
            if let Some((_, until)) = &mut known.disabled {
                // One call finds out whether the trouble is over; the others do not wait for it.
                *until = now + settings.bench;
            }
        }
        Ok(Picked { id: Some(key.id.clone()), label: Some(key.label.clone()), secret: Some(key.secret.clone()), wait })
    }

    /// A key for what nobody asked a question for: one that is in order, if there is one. Takes no turn, and not the one call of
    /// a key that is to show whether its trouble is over.
    pub fn look(&self, keys: &[CredentialSettings], now: Instant) -> Option<Secret> {
        let known = |key: &CredentialSettings| self.keys.get(&key.id).copied().unwrap_or_default();
        let usable = keys.iter().filter(|key| key.enabled && known(key).shut(now).is_none());
        let best = usable.min_by_key(|key| (known(key).disabled.is_some(), known(key).rests(now)));
        best.map(|key| key.secret.clone())
    }

    /// For how long the best key that was not `spent` rests; `None`: there is none. Takes no turn.
    pub fn wait(&self, keys: &[CredentialSettings], spent: &[String], now: Instant) -> Option<Duration> {
        let usable = keys.iter().filter(|key| key.enabled && !spent.contains(&key.id));
        let waits = usable.filter_map(|key| match self.keys.get(&key.id) {
            Some(known) => known.shut(now).is_none().then(|| known.rests(now)),
            None => Some(Duration::ZERO),
        });
        waits.min()
    }

    /// Learns from a failure. Only what the key is to blame for changes its turn.
    pub fn failed(
        &mut self,
        picked: &Picked,
        class: ErrorClass,
        hint: Option<Duration>,
        settings: &RetrySettings,
        now: Instant,
    ) -> Option<KeyChange> {
        let known = self.same(picked)?;
        match class {
            // A hint can be a day: the key is asked again sooner, for providers forget to say when they are generous.
            ErrorClass::RateLimited => {
                let rest = hint.unwrap_or(settings.rest).min(settings.bench);
                let longer = known.rests(now) < rest;
                known.resting_until = known.resting_until.max(Some(now + rest));
                longer.then_some(KeyChange::Rests(rest))
            }
            ErrorClass::Auth | ErrorClass::Payment => {
                let news = known.disabled.is_none();
                known.disabled = Some((class, now + settings.bench));
                news.then_some(KeyChange::Disabled(class))
            }
            ErrorClass::Moderation
            | ErrorClass::ContextLength
            | ErrorClass::Timeout
            | ErrorClass::Unavailable
            | ErrorClass::InvalidRequest
            | ErrorClass::Unknown => None,
        }
    }

    pub fn succeeded(&mut self, picked: &Picked) -> Option<KeyChange> {
        let known = self.same(picked)?;
        // A rest that another call just learnt of stays: this one may have begun before.
        known.disabled.take().map(|_| KeyChange::Enabled)
    }

    /// The operator says that the trouble is over; `true` if there was any.
    pub fn enable(&mut self, id: &str) -> bool {
        self.keys.get_mut(id).is_some_and(|known| {
            let trouble = known.disabled.is_some() || known.resting_until.is_some();
            *known = Known { print: known.print, ..Known::default() };
            trouble
        })
    }

    /// New settings: a key with another secret is another key, one that was off and is on was enabled by the operator, and
    /// what is gone is forgotten.
    pub fn replace(&mut self, old: &[CredentialSettings], new: &[CredentialSettings]) {
        self.keys.retain(|id, _| new.iter().any(|key| key.id == *id));
        for key in new {
            let before = old.iter().find(|one| one.id == key.id);
            let same = before.is_none_or(|before| {
                before.secret.expose_secret() == key.secret.expose_secret() && (before.enabled || !key.enabled)
            });
            if !same {
                let print = self.print(&key.secret);
                self.keys.insert(key.id.clone(), Known { print, ..Known::default() });
            }
        }
    }

    fn print(&self, secret: &Secret) -> u64 {
        self.prints.hash_one(secret.expose_secret())
    }

    fn same(&mut self, picked: &Picked) -> Option<&mut Known> {
        let print = self.print(picked.secret.as_ref()?);
        self.keys.get_mut(picked.id.as_ref()?).filter(|known| known.print == print)
    }

    pub fn state(&self, key: &CredentialSettings, now: Instant) -> CredentialState {
        let known = self.keys.get(&key.id).copied().unwrap_or_default();
        match (known.shut(now), known.rests(now)) {
            _ if !key.enabled => CredentialState::Off,
            (Some((class, left)), _) => CredentialState::Disabled { class, left },
            (None, Duration::ZERO) => CredentialState::Active,
            (None, left) => CredentialState::Resting(left),
        }
    }
}

fn weight(key: &CredentialSettings) -> i64 {
    i64::from(key.weight.max(1))
}
