//! A worker that is busy is not a worker that is dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use jobs::{BoxError, Outcome, Transactions, Worker, WorkerSettings};
use persistence::Tx;
use uuid::Uuid;

use crate::databases::all;
use crate::over::{Over, enqueue, even, job, until_counts};

/// Transactions that never begin while it is stuck: a pool that others have emptied, or whose threads stand still.
#[derive(Clone)]
struct Stuck {
    over: Over,
    stuck: Arc<AtomicBool>,
}

impl Transactions for Stuck {
    type Tx = Tx;

    async fn begin(&self) -> Result<Tx, BoxError> {
        while self.stuck.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.over.begin().await
    }

    async fn commit(&self, tx: Tx) -> Result<(), BoxError> {
        self.over.commit(tx).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_are_extended_while_the_worker_waits_for_a_connection() {
    for test in all().await {
        let stuck = Arc::new(AtomicBool::new(false));
        let began = Arc::new(AtomicU32::new(0));
        let over = Over(test.db.clone());
        let worker = |owner: u128, stuck: Arc<AtomicBool>| {
            let settings = WorkerSettings {
                poll: Duration::from_millis(100),
                lease: Duration::from_millis(900),
                heartbeat: Duration::from_millis(150),
                ..WorkerSettings::new(Uuid::from_u128(owner), &[("lane", 4)])
            };
            let (began, holds) = (began.clone(), stuck.clone());
            let own = over.clone();
            Worker::new(Stuck { over: over.clone(), stuck }, settings, even())
                .heartbeat_over(move || {
                    let own = own.clone();
                    async move { Ok(Stuck { over: own, stuck: Arc::new(AtomicBool::new(false)) }) }
                })
                .kind("a", move |_| {
                    let first = began.fetch_add(1, Ordering::SeqCst) == 0;
                    holds.store(first, Ordering::SeqCst);
                    let holds = holds.clone();
                    async move {
                        tokio::time::sleep(Duration::from_millis(2500)).await;
                        holds.store(false, Ordering::SeqCst);
                        Outcome::Done
                    }
                })
        };
        let busy = worker(1, stuck.clone()).start().await.unwrap();
        enqueue(&test.db, job("a")).await;
        busy.waker().wake();
        until_counts(&test.db, [0, 1, 0, 0]).await;
        // Another one frees what looks dead.
        let other = worker(2, Arc::new(AtomicBool::new(false))).start().await.unwrap();
        until_counts(&test.db, [0, 0, 1, 0]).await;
        assert_eq!(began.load(Ordering::SeqCst), 1, "{}: the job was taken for dead and done twice", test.name());
        busy.drain(Duration::from_secs(1)).await;
        other.drain(Duration::from_secs(1)).await;
        test.finish().await;
    }
}
