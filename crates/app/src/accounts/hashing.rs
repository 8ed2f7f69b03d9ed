//! argon2id off the async threads, a few at once; whoever finds the queue full is asked to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::accounts::Password;
use domain::{Chance, Error, Kind, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::AccountsSettings;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Default for HashCost {
    /// Above the second recommended option of RFC 9106, section 4.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 }
    }
}

/// What became of a password that was tried.
#[derive(Debug)]
pub(super) struct Tried {
    /// Still held: whoever drops it after the failure is written down lets the next one see that failure.
    pub turn: Turn,
    pub matches: bool,
    /// A new hash of the same password, when the stored one cost less than ours do now.
    pub stronger: Option<String>,
}

pub(super) struct Hasher {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    queue: usize,
    /// Checked against where there is no account: the same work, and no password fits.
    nobody: String,
}

/// The longest wait for a turn; a person who waits longer has given up.
const PATIENCE: Duration = Duration::from_secs(5);

impl Hasher {
    pub(super) fn new(settings: &AccountsSettings) -> Result<Self> {
        let HashCost { memory_kib, passes, lanes } = settings.hash;
        let params = Params::new(memory_kib, passes, lanes, None).map_err(|error| Error::broken(error.to_string()))?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = settings.hash_concurrency.unwrap_or(cores - 1).clamp(1, cores);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            turns: Arc::new(Semaphore::new(turns)),
            waiting: AtomicUsize::new(0),
            queue: settings.hash_queue,
            nobody: format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}$b2Jyb2wtbm9ib2R5IQ${}", "A".repeat(43)),
        })
    }

    /// The hash of a new password, as a PHC string.
    pub(super) async fn hash(&self, password: Password, chance: &Chance) -> Result<String> {
        let (argon2, salt) = (self.argon2.clone(), chance.bytes::<16>());
        work(self.turn().await?, move |_| hash(&argon2, &password, &salt)).await?
    }

    /// Checks a password against a stored hash, or against nobody's: the answer takes as long.
    pub(super) async fn verify(
        &self,
        turn: Turn,
        password: Password,
        stored: Option<&str>,
        chance: &Chance,
    ) -> Result<Tried> {
        let (argon2, salt) = (self.argon2.clone(), chance.bytes::<16>());
        let somebody = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let tried = work(turn, move |turn| {
            let parsed = PasswordHash::new(&stored).map_err(|error| Error::broken(error.to_string()))?;
            let matches = argon2.verify_password(password.reveal(), &parsed).is_ok();
            let weaker = matches && somebody && is_weaker(&parsed, argon2.params());
            let stronger = weaker.then(|| hash(&argon2, &password, &salt)).transpose()?;
            Ok::<_, Error>(Tried { turn, matches: matches && somebody, stronger })
        });
        tried.await?
    }

    /// The right to hash once.
    pub(super) async fn turn(&self) -> Result<Turn> {
        if let Ok(permit) = self.turns.clone().try_acquire_owned() {
            return Ok(Turn { _permit: permit, waited: false });
        }
        let place = Place(&self.waiting);
        if place.0.fetch_add(1, Ordering::AcqRel) >= self.queue {
            return Err(busy());
        }
        match tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await {
            Ok(permit) => Ok(Turn { _permit: permit.map_err(Error::broken)?, waited: true }),
            Err(_) => Err(busy()),
        }
    }
}

/// The right to hash once.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    /// Others were before: what was known about their outcome may be old.
    pub waited: bool,
}

/// The turn goes with the work, so that it is held to the end also when the request has gone away.
async fn work<T: Send + 'static>(turn: Turn, job: impl FnOnce(Turn) -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(move || job(turn)).await.map_err(Error::broken)
}

/// A place in the queue, given back however the wait ends.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn busy() -> Error {
    Error::new(Kind::Unavailable, "auth.busy").retry_after(Duration::from_secs(2))
}

fn hash(argon2: &Argon2<'_>, password: &Password, salt: &[u8]) -> Result<String> {
    let hash = argon2.hash_password_with_salt(password.reveal(), salt);
    hash.map(|hash| hash.to_string()).map_err(|error| Error::broken(error.to_string()))
}

fn is_weaker(stored: &PasswordHash, now: &Params) -> bool {
    stored.algorithm.as_str() != "argon2id"
        || Params::try_from(stored).map_or(true, |old| {
            old.m_cost() < now.m_cost() || old.t_cost() < now.t_cost() || old.p_cost() < now.p_cost()
        })
}
