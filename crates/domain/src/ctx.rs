//! Who asks, in which language, when: handed to every use case.

use std::net::IpAddr;

use uuid::Uuid;

use crate::accounts::Role;
use crate::ids::{SessionId, UserId};
use crate::keys::{KeyGrant, KeyScope};
use crate::{Chance, Clock, Error, Kind, Locale, Result, Timestamp};

/// A signed-in user, with the rights that were checked for this very request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub user: UserId,
    pub role: Role,
    /// The device; `None` for callers without one (API keys).
    pub session: Option<SessionId>,
    /// Grows whenever rights change; an older one is void.
    pub rights_epoch: i64,
    /// The API key that speaks for the person, with what it may do; `None` for the person at a device.
    pub key: Option<KeyGrant>,
}

impl Principal {
    /// Whether the caller may do what `scope` names, as far as a key narrows it: a person at a device is not narrowed.
    pub fn may(&self, scope: KeyScope) -> bool {
        self.key.is_none_or(|key| key.may(scope))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    User(Principal),
    /// The server itself: workers, schedules, the command line.
    System,
}

/// The circumstances of one call.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub actor: Actor,
    pub locale: Locale,
    /// Goes through logs, problems and runs.
    pub request_id: String,
    /// The client's address as the trusted proxies tell it; `None` inside the server.
    pub source: Option<IpAddr>,
    pub clock: Clock,
    pub chance: Chance,
}

impl Ctx {
    /// The server itself asks.
    pub fn system(clock: Clock, chance: Chance, request_id: impl Into<String>) -> Self {
        Self { actor: Actor::System, locale: Locale::En, request_id: request_id.into(), source: None, clock, chance }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn uuid(&self) -> Uuid {
        self.chance.uuid(self.now())
    }

    /// A fresh id of the wanted kind.
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.uuid().into()
    }

    /// The signed-in user, or the error that asks for signing in. A key needs the scope `api`: what does not ask for another
    /// one by [`Ctx::holder`] is not for narrower keys.
    pub fn principal(&self) -> Result<&Principal> {
        self.holder(KeyScope::Api)
    }

    /// The signed-in user, or a key of theirs that was made for `scope`.
    pub fn holder(&self, scope: KeyScope) -> Result<&Principal> {
        match &self.actor {
            Actor::User(principal) if principal.may(scope) => Ok(principal),
            Actor::User(_) => Err(Error::new(Kind::Forbidden, "keys.scope_missing").arg("scope", scope.as_str())),
            Actor::Anonymous | Actor::System => Err(Error::new(Kind::Unauthenticated, "auth.required")),
        }
    }

    /// The person themselves at a device, for what no key may do: account, sessions, keys.
    pub fn person(&self) -> Result<&Principal> {
        match &self.actor {
            Actor::User(Principal { key: Some(_), .. }) => Err(Error::new(Kind::Forbidden, "keys.person_only")),
            Actor::User(_) | Actor::Anonymous | Actor::System => self.principal(),
        }
    }
}
