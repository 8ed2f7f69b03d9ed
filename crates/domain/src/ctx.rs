//! Who asks, in which language, when: handed to every use case.

use std::net::IpAddr;

use uuid::Uuid;

use crate::accounts::Role;
use crate::ids::{SessionId, UserId};
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

    /// The signed-in user, or the error that asks for signing in.
    pub fn principal(&self) -> Result<&Principal> {
        match &self.actor {
            Actor::User(principal) => Ok(principal),
            Actor::Anonymous | Actor::System => Err(Error::new(Kind::Unauthenticated, "auth.required")),
        }
    }
}
