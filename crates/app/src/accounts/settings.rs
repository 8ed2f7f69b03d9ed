//! What the accounts column needs beside the database: made once at start, shared by all use cases.

use std::fmt;
use std::sync::Arc;

use domain::accounts::{Lifetimes, Registration, Throttle};

use super::AccountKeys;
use super::door::Door;
use super::hashing::{HashCost, Hasher};

/// What an operator decides about accounts.
#[derive(Clone, Debug)]
pub struct AccountsSettings {
    /// Who signs the tokens: the public URL, so that a token says where it belongs.
    pub issuer: String,
    pub registration: Registration,
    pub lifetimes: Lifetimes,
    pub hash: HashCost,
    /// Passwords hashed at once; `None`: all cores but one, so that other routes keep theirs.
    pub hash_concurrency: Option<usize>,
    /// Requests that may wait for their turn to hash; more are asked to come back.
    pub hash_queue: usize,
    /// Requests of people who are not signed in that ask the database at once, of each kind (getting in; renewing). Well below
    /// the pool's connections, so that a flood at the door takes none from those who are inside.
    pub lookups: usize,
    pub account_throttle: Throttle,
    pub source_throttle: Throttle,
}

impl Default for AccountsSettings {
    fn default() -> Self {
        Self {
            issuer: "obrol".to_owned(),
            registration: Registration::Open,
            lifetimes: Lifetimes::default(),
            hash: HashCost::default(),
            hash_concurrency: None,
            hash_queue: 32,
            lookups: 4,
            account_throttle: Throttle::ACCOUNT,
            source_throttle: Throttle::SOURCE,
        }
    }
}

/// The accounts column of an `App`.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

pub struct Inner {
    pub settings: AccountsSettings,
    pub keys: AccountKeys,
    pub(super) hasher: Hasher,
    /// Before what is read for somebody who wants to get in.
    pub(super) entrance: Door,
    /// Before the renewal of tokens: a flood at the entrance keeps nobody from staying in.
    pub(super) renewals: Door,
}

/// Enough for an office that comes back at once; each waits for a few reads only.
const PLACES: usize = 256;

impl Accounts {
    pub fn new(settings: AccountsSettings, keys: AccountKeys) -> domain::Result<Self> {
        let hasher = Hasher::new(&settings)?;
        let door = || Door::new(settings.lookups, PLACES);
        let (entrance, renewals) = (door(), door());
        Ok(Self(Arc::new(Inner { settings, keys, hasher, entrance, renewals })))
    }
}

impl std::ops::Deref for Accounts {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").field("settings", &self.settings).finish_non_exhaustive()
    }
}
