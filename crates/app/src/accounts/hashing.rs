//! argon2id off the async threads, a few at once; whoever finds the queue full is asked to come back.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::accounts::Password;
use domain::{Chance, Error, Result};

use super::AccountsSettings;
use super::door::{Door, Turn};

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
    /// What it took, in KiB times passes: for every failure the same, whoever failed.
    pub work: u64,
}

pub(super) struct Hasher {
    argon2: Argon2<'static>,
    door: Door,
    /// Checked against where there is no account: the same work, and no password fits.
    nobody: String,
}

impl Hasher {
    pub(super) fn new(settings: &AccountsSettings) -> Result<Self> {
        let HashCost { memory_kib, passes, lanes } = settings.hash;
        let params = Params::new(memory_kib, passes, lanes, None).map_err(|error| Error::broken(error.to_string()))?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = settings.hash_concurrency.unwrap_or(cores - 1).clamp(1, cores);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            door: Door::new(turns, settings.hash_queue),
            nobody: format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}$b2Jyb2wtbm9ib2R5IQ${}", "A".repeat(43)),
        })
    }

    /// The hash of a new password, as a PHC string.
    pub(super) async fn hash(&self, password: Password, chance: &Chance) -> Result<String> {
        let (argon2, salt) = (self.argon2.clone(), chance.bytes::<16>());
        let made = work(self.turn().await?, move |_| {
            counted(argon2.params());
            hash(&argon2, &password, &salt)
        });
        made.await?
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
            let (now, old) = (argon2.params(), params_of(&parsed));
            let matches = argon2.verify_password(password.reveal(), &parsed).is_ok() && somebody;
            let mut took = counted(old.as_ref().unwrap_or(now));
            let stronger = (matches && old.as_ref().is_none_or(|old| is_weaker(old, now)))
                .then(|| {
                    took += counted(now);
                    hash(&argon2, &password, &salt)
                })
                .transpose()?;
            if let Some(rest) = old.filter(|_| !matches).and_then(|old| rest(&old, now)) {
                took += counted(&rest);
                hash(&Argon2::new(Algorithm::Argon2id, Version::V0x13, rest), &password, &salt)?;
            }
            Ok::<_, Error>(Tried { turn, matches, stronger, work: took })
        });
        tried.await?
    }

    /// The right to hash once.
    pub(super) async fn turn(&self) -> Result<Turn> {
        self.door.enter().await
    }
}

/// The turn goes with the work, so that it is held to the end also when the request has gone away.
async fn work<T: Send + 'static>(turn: Turn, job: impl FnOnce(Turn) -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(move || job(turn)).await.map_err(Error::broken)
}

fn hash(argon2: &Argon2<'_>, password: &Password, salt: &[u8]) -> Result<String> {
    let hash = argon2.hash_password_with_salt(password.reveal(), salt);
    hash.map(|hash| hash.to_string()).map_err(|error| Error::broken(error.to_string()))
}

/// The cost of a stored hash; `None` for a kind that we do not make.
fn params_of(stored: &PasswordHash) -> Option<Params> {
    Params::try_from(stored).ok().filter(|_| stored.algorithm.as_str() == "argon2id")
}

fn is_weaker(old: &Params, now: &Params) -> bool {
    old.m_cost() < now.m_cost() || old.t_cost() < now.t_cost() || old.p_cost() < now.p_cost()
}

/// Memory times passes: about what time follows.
fn cost(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

/// Every hash that is computed is measured.
fn counted(params: &Params) -> u64 {
    metrics::counter!("obrol_password_hashes_total").increment(1);
    metrics::counter!("obrol_password_hash_kib_total").increment(cost(params));
    cost(params)
}

/// What is left of the present cost after a try against a cheaper hash: an account from before the cost was raised must not
/// answer faster than none at all.
fn rest(old: &Params, now: &Params) -> Option<Params> {
    let left = cost(now).checked_sub(cost(old)).filter(|left| *left > 0)?;
    let memory = u32::try_from(left / u64::from(now.t_cost())).ok()?;
    Params::new(memory.max(8 * now.p_cost()), now.t_cost(), now.p_cost(), None).ok()
}
