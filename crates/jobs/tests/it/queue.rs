//! The statements of the queue.

use std::collections::HashSet;
use std::time::Duration;

use jobs::{Due, NewJob, Rescued};
use uuid::Uuid;

use crate::databases::all;
use crate::over::{claim, counts, enqueue, job};

const LEASE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_job_is_kept_with_its_transaction_or_not_at_all() {
    for test in all().await {
        let tx = test.db.begin().await.unwrap();
        assert!(jobs::enqueue(&tx, job("a")).await.unwrap().is_some());
        drop(tx);
        assert_eq!(counts(&test.db).await, [0; 4], "{}", test.name());
        let id = enqueue(&test.db, job("a")).await.unwrap();
        let claimed = claim(&test.db, 1, 10, LEASE).await;
        assert_eq!((claimed.len(), claimed[0].id, claimed[0].attempt), (1, id, 1), "{}", test.name());
        assert_eq!(claimed[0].payload, "\"a\"");
        assert_eq!(claim(&test.db, 2, 10, LEASE).await, [], "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn a_key_is_held_while_its_job_waits_or_runs() {
    for test in all().await {
        let keyed = || job("a").unique("k");
        assert!(enqueue(&test.db, keyed()).await.is_some());
        // Within one transaction too, which stays usable.
        let tx = test.db.begin().await.unwrap();
        assert_eq!(jobs::enqueue(&tx, keyed()).await.unwrap(), None, "{}", test.name());
        assert!(jobs::enqueue(&tx, job("b")).await.unwrap().is_some());
        tx.commit().await.unwrap();
        let first = claim(&test.db, 1, 1, LEASE).await.remove(0);
        assert_eq!(enqueue(&test.db, keyed()).await, None);
        let tx = test.db.begin().await.unwrap();
        assert!(jobs::finish(&tx, first.id, first.attempt).await.unwrap());
        tx.commit().await.unwrap();
        assert!(enqueue(&test.db, keyed()).await.is_some(), "{}", test.name());
        assert_eq!(counts(&test.db).await, [2, 0, 1, 0]);
        test.finish().await;
    }
}

#[tokio::test]
async fn lanes_kinds_and_times_are_kept_apart() {
    for test in all().await {
        enqueue(&test.db, NewJob { lane: "other".into(), ..job("a") }).await;
        enqueue(&test.db, job("unknown")).await;
        enqueue(&test.db, job("a").due(Due::After(Duration::from_secs(60)))).await;
        enqueue(&test.db, job("a").due(Due::At(4_000_000_000_000))).await;
        assert_eq!(claim(&test.db, 1, 10, LEASE).await, [], "{}", test.name());
        let older = enqueue(&test.db, job("b").due(Due::At(1))).await;
        let newer = enqueue(&test.db, job("a")).await;
        let order: Vec<_> = claim(&test.db, 1, 10, LEASE).await.iter().map(|job| Some(job.id)).collect();
        assert_eq!(order, [older, newer], "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn a_worker_that_outlived_its_lease_is_fenced() {
    for test in all().await {
        enqueue(&test.db, job("a")).await;
        let old = claim(&test.db, 1, 1, Duration::from_millis(30)).await.remove(0);
        tokio::time::sleep(Duration::from_millis(60)).await;
        let tx = test.db.begin().await.unwrap();
        assert_eq!(jobs::rescue(&tx).await.unwrap(), Rescued { queued: 1, buried: 0 }, "{}", test.name());
        tx.commit().await.unwrap();
        let new = claim(&test.db, 2, 1, LEASE).await.remove(0);
        assert_eq!((new.id, new.attempt), (old.id, 2));
        let tx = test.db.begin().await.unwrap();
        let (id, stale) = (old.id, old.attempt);
        assert!(!jobs::finish(&tx, id, stale).await.unwrap());
        assert!(!jobs::retry(&tx, id, stale, LEASE, "late").await.unwrap());
        assert!(!jobs::bury(&tx, id, stale, "late").await.unwrap());
        assert!(!jobs::release(&tx, id, stale).await.unwrap());
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(jobs::heartbeat(&tx, one, &[(id, stale)], LEASE).await.unwrap(), []);
        assert_eq!(jobs::heartbeat(&tx, one, &[(id, 2)], LEASE).await.unwrap(), [], "another owner's");
        assert_eq!(jobs::heartbeat(&tx, two, &[(id, 2)], LEASE).await.unwrap(), [(id, 2)]);
        assert!(jobs::finish(&tx, id, 2).await.unwrap());
        assert!(!jobs::finish(&tx, id, 2).await.unwrap(), "once");
        tx.commit().await.unwrap();
        assert_eq!(counts(&test.db).await, [0, 0, 1, 0], "{}", test.name());
        test.finish().await;
    }
}

#[tokio::test]
async fn deaths_are_counted_and_the_last_one_buries() {
    for test in all().await {
        enqueue(&test.db, job("a").attempts(2)).await;
        for expected in [Rescued { queued: 1, buried: 0 }, Rescued { queued: 0, buried: 1 }] {
            assert_eq!(claim(&test.db, 7, 1, LEASE).await.len(), 1);
            let tx = test.db.begin().await.unwrap();
            assert_eq!(jobs::requeue_of(&tx, Uuid::from_u128(8)).await.unwrap(), Rescued::default());
            assert_eq!(jobs::requeue_of(&tx, Uuid::from_u128(7)).await.unwrap(), expected, "{}", test.name());
            tx.commit().await.unwrap();
        }
        assert_eq!(counts(&test.db).await, [0, 0, 0, 1]);
        let tx = test.db.begin().await.unwrap();
        assert_eq!(jobs::sweep(&tx, i64::MAX, 0).await.unwrap(), 0);
        assert_eq!(jobs::sweep(&tx, 0, i64::MAX).await.unwrap(), 1);
        tx.commit().await.unwrap();
        test.finish().await;
    }
}

#[tokio::test]
async fn going_down_costs_no_attempt() {
    for test in all().await {
        enqueue(&test.db, job("a").attempts(1)).await;
        for attempt in 1..=3 {
            let claimed = claim(&test.db, 1, 1, LEASE).await.remove(0);
            assert_eq!((claimed.attempt, claimed.max_attempts), (attempt, attempt), "{}", test.name());
            let tx = test.db.begin().await.unwrap();
            assert!(jobs::release(&tx, claimed.id, attempt).await.unwrap());
            tx.commit().await.unwrap();
        }
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_claimers_of_four_hundred_jobs_share_them_out() {
    for test in all().await {
        let tx = test.db.begin().await.unwrap();
        for _ in 0..401 {
            jobs::enqueue(&tx, job("a")).await.unwrap();
        }
        tx.commit().await.unwrap();
        let claimers: Vec<_> = (0..4_u128)
            .map(|owner| {
                let db = test.db.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let claimed = db.retrying(|| async {
                            let tx = db.begin().await?;
                            let claimed = jobs::claim(&tx, "lane", &["a"], 7, Uuid::from_u128(owner), LEASE).await;
                            let claimed = claimed.map_err(|error| match error {
                                jobs::Error::Db(error) => persistence::Error::from(error),
                                other => panic!("{other}"),
                            })?;
                            tx.commit().await?;
                            Ok(claimed)
                        });
                        let claimed = claimed.await.unwrap();
                        if claimed.is_empty() {
                            return mine;
                        }
                        mine.extend(claimed.into_iter().map(|job| (job.id, job.attempt)));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for claimer in claimers {
            all.extend(claimer.await.unwrap());
        }
        let distinct: HashSet<_> = all.iter().map(|(id, _)| *id).collect();
        assert_eq!((all.len(), distinct.len()), (401, 401), "{}", test.name());
        assert!(all.iter().all(|(_, attempt)| *attempt == 1));
        assert_eq!(counts(&test.db).await, [0, 401, 0, 0]);
        test.finish().await;
    }
}
