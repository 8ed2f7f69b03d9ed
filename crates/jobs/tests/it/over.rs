//! How the tests begin transactions, and small questions.

use std::time::{Duration, Instant};

use jobs::{BoxError, Job, NewJob, Status, Transactions};
use persistence::{Db, Tx};
use uuid::Uuid;

#[derive(Clone)]
pub struct Over(pub Db);

impl Transactions for Over {
    type Tx = Tx;

    async fn begin(&self) -> Result<Tx, BoxError> {
        Ok(self.0.begin().await?)
    }

    async fn commit(&self, tx: Tx) -> Result<(), BoxError> {
        Ok(tx.commit().await?)
    }
}

pub fn job(kind: &str) -> NewJob {
    NewJob::new(kind, "lane", &kind).unwrap()
}

pub async fn enqueue(db: &Db, job: NewJob) -> Option<Uuid> {
    let tx = db.begin().await.unwrap();
    let id = jobs::enqueue(&tx, job).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub async fn claim(db: &Db, owner: u128, limit: u64, lease: Duration) -> Vec<Job> {
    let tx = db.begin().await.unwrap();
    let claimed = jobs::claim(&tx, "lane", &["a", "b"], limit, Uuid::from_u128(owner), lease).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

/// Queued, running, done, dead.
pub async fn counts(db: &Db) -> [u64; 4] {
    let mut counts = [0; 4];
    for (count, status) in counts.iter_mut().zip([Status::Queued, Status::Running, Status::Done, Status::Dead]) {
        *count = jobs::count(db.read(), status).await.unwrap();
    }
    counts
}

pub async fn until_counts(db: &Db, expected: [u64; 4]) {
    let started = Instant::now();
    loop {
        let counts = counts(db).await;
        if counts == expected {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}: {counts:?} instead of {expected:?}", db.dialect());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Half of what chance may add, each time.
pub fn even() -> jobs::Chance {
    std::sync::Arc::new(|| 0.5)
}
