//! How an attempt's outcome is written: in its own transaction, tried again while the database is busy.

use std::time::Duration;

use crate::job::{Job, Outcome};
use crate::queue::{bury, finish, release, retry};
use crate::worker::{BoxError, Chance, Transactions};

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// After this many tries the lease runs out and the job is rescued.
const TRIES: u32 = 6;

/// What a worker says at the end of an attempt.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Outcome(Outcome),
    /// The worker goes down.
    Release,
}

/// Doubling from one second to five minutes, between half of it and all of it as `chance` (in 0..1) says.
pub fn backoff(attempt: i32, chance: f64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    jitter(FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT), chance)
}

pub(crate) fn jitter(base: Duration, chance: f64) -> Duration {
    base / 2 + base.mul_f64(chance.clamp(0.0, 1.0) / 2.0)
}

/// False: fenced, another attempt has the job.
pub(crate) async fn settle<T: Transactions>(
    transactions: &T,
    job: &Job,
    end: &End,
    chance: &Chance,
) -> Result<bool, BoxError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match settle_once(transactions, job, end, chance()).await {
            Err(error) if tries < TRIES => {
                tracing::debug!(job = %job.id, %error, "the end of a job is written again");
                tokio::time::sleep(jitter(Duration::from_millis(50 << tries), chance())).await;
            }
            outcome => return outcome,
        }
    }
}

async fn settle_once<T: Transactions>(transactions: &T, job: &Job, end: &End, chance: f64) -> Result<bool, BoxError> {
    let tx = transactions.begin().await?;
    let (id, attempt) = (job.id, job.attempt);
    let written = match end {
        End::Outcome(Outcome::Done) => finish(&tx, id, attempt).await?,
        End::Outcome(Outcome::Retry { why, .. }) if attempt >= job.max_attempts => bury(&tx, id, attempt, why).await?,
        End::Outcome(Outcome::Retry { after, why }) => {
            retry(&tx, id, attempt, after.unwrap_or_else(|| backoff(attempt, chance)), why).await?
        }
        End::Outcome(Outcome::Dead { why }) => bury(&tx, id, attempt, why).await?,
        End::Release => release(&tx, id, attempt).await?,
    };
    transactions.commit(tx).await?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_are_bounded() {
        for (attempt, base) in [(1, 1), (2, 2), (5, 16), (9, 256), (12, 300), (i32::MAX, 300)] {
            for chance in [0.0, 0.5, 1.0] {
                let wait = backoff(attempt, chance).as_secs_f64();
                let expected = f64::from(base) * (1.0 + chance) / 2.0;
                assert!((wait - expected).abs() < 0.001, "{attempt}: {wait} instead of {expected}");
            }
        }
    }
}
