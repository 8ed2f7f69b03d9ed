//! A key as its owner sees it, and whether it still opens anything.

use std::time::Duration;

use super::{KeyScope, Scopes};
use crate::ids::{ApiKeyId, UserId};
use crate::{FieldFault, Timestamp};

/// Keys that are good at the same time, a person.
pub const MOST_KEYS: u64 = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub user: UserId,
    pub name: String,
    pub prefix: String,
    pub scopes: Scopes,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// Why a key opens nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Revoked,
    Expired,
}

impl ApiKey {
    /// How often its last use is written down at most.
    pub const USE_NOTED_EVERY: Duration = Duration::from_secs(60);

    /// # Errors
    /// Why not.
    pub fn check(&self, now: Timestamp) -> Result<(), Refused> {
        if self.revoked_at.is_some() {
            return Err(Refused::Revoked);
        }
        match self.expires_at {
            Some(end) if end <= now => Err(Refused::Expired),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether its use at `now` is worth writing down.
    pub fn is_use_news(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now.since(last) >= Self::USE_NOTED_EVERY)
    }
}

/// What a caller with a key carries along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyGrant {
    pub id: ApiKeyId,
    pub scopes: Scopes,
}

impl KeyGrant {
    pub const fn may(&self, scope: KeyScope) -> bool {
        self.scopes.contain(scope)
    }
}

/// A checked name of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    pub const LONGEST: usize = 100;

    /// # Errors
    /// A fault at `/name`.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        let name = crate::accounts::DisplayName::parse(text);
        // The rules of people's names: one visible line, nothing that turns it around.
        let fault = |fault: FieldFault| FieldFault { pointer: "/name".to_owned(), ..fault };
        name.map(|name| Self(name.as_str().to_owned())).map_err(fault)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key may end whenever its maker likes, but not in the past, and not so late that a slip of the pen looks like an end.
///
/// # Errors
/// A fault at `/expires_at`.
pub fn check_expiry(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), FieldFault> {
    const LATEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);
    match expires_at {
        Some(end) if end <= now => Err(FieldFault::new("/expires_at", "keys.expires_in_past")),
        Some(end) if end > now.plus(LATEST) => Err(FieldFault::new("/expires_at", "keys.expires_too_late")),
        Some(_) | None => Ok(()),
    }
}
