//! Workers at work: once each, failures, leases, draining, rescue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jobs::{NewJob, Outcome, Worker, WorkerSettings};
use sea_orm::ConnectionTrait;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::databases::all;
use crate::over::{Over, counts, enqueue, even, job, until_counts};

fn settings(owner: u128) -> WorkerSettings {
    WorkerSettings {
        poll: Duration::from_millis(100),
        ..WorkerSettings::new(Uuid::from_u128(owner), &[("lane", 4), ("slow", 1)])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_do_three_hundred_jobs_once_each() {
    for test in all().await {
        let tx = test.db.begin().await.unwrap();
        for number in 0..300 {
            jobs::enqueue(&tx, NewJob::new("a", "lane", &number).unwrap()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let done: Arc<Vec<AtomicU32>> = Arc::new((0..300).map(|_| AtomicU32::new(0)).collect());
        let mut workers = Vec::new();
        for owner in 1..=2 {
            let done = done.clone();
            let worker = Worker::new(Over(test.db.clone()), settings(owner), even()).kind("a", move |context| {
                let done = done.clone();
                async move {
                    done[context.payload::<usize>().unwrap()].fetch_add(1, Ordering::SeqCst);
                    Outcome::Done
                }
            });
            workers.push(worker.start().await.unwrap());
        }
        until_counts(&test.db, [0, 0, 300, 0]).await;
        assert!(done.iter().all(|times| times.load(Ordering::SeqCst) == 1), "{}", test.name());
        for worker in workers {
            worker.drain(Duration::from_secs(1)).await;
        }
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_tried_again_and_then_kept_for_an_operator() {
    for test in all().await {
        let tries = Arc::new(AtomicU32::new(0));
        let counted = tries.clone();
        let worker = Worker::new(Over(test.db.clone()), settings(1), even())
            .kind("a", move |context| {
                counted.fetch_add(1, Ordering::SeqCst);
                async move {
                    let after = Some(Duration::from_millis(1));
                    if context.job.attempt < 3 {
                        Outcome::Retry { after, why: "not yet".into() }
                    } else {
                        Outcome::Done
                    }
                }
            })
            .kind("b", |_| async { Outcome::Retry { after: Some(Duration::ZERO), why: "never".into() } })
            .kind("panics", |_| async { panic!("on purpose") })
            .kind("gives_up", |_| async { Outcome::dead("no use") });
        let worker = worker.start().await.unwrap();
        enqueue(&test.db, job("a")).await;
        enqueue(&test.db, job("b").attempts(2)).await;
        enqueue(&test.db, job("panics").attempts(1)).await;
        enqueue(&test.db, job("gives_up")).await;
        worker.waker().wake();
        until_counts(&test.db, [0, 0, 1, 3]).await;
        assert_eq!(tries.load(Ordering::SeqCst), 3, "{}", test.name());
        worker.drain(Duration::from_secs(1)).await;
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_lane_does_not_hold_up_another() {
    for test in all().await {
        let gate = Arc::new(Semaphore::new(0));
        let held = gate.clone();
        let worker = Worker::new(Over(test.db.clone()), settings(1), even())
            .kind("a", |_| async { Outcome::Done })
            .kind("b", move |_| {
                let held = held.clone();
                async move { held.acquire().await.map_or_else(Outcome::retry, |_| Outcome::Done) }
            });
        let worker = worker.start().await.unwrap();
        for _ in 0..3 {
            enqueue(&test.db, NewJob { lane: "slow".into(), ..job("b") }).await;
        }
        worker.waker().wake();
        until_counts(&test.db, [2, 1, 0, 0]).await;
        enqueue(&test.db, job("a")).await;
        worker.waker().wake();
        until_counts(&test.db, [2, 1, 1, 0]).await;
        gate.add_permits(1);
        until_counts(&test.db, [0, 0, 4, 0]).await;
        worker.drain(Duration::from_secs(1)).await;
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_job_keeps_its_lease_and_a_lost_lease_stops_it() {
    for test in all().await {
        let (began, fenced) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let kind = |began: Arc<AtomicU32>, fenced: Arc<AtomicU32>| {
            move |context: jobs::JobContext| {
                let (began, fenced) = (began.clone(), fenced.clone());
                async move {
                    began.fetch_add(1, Ordering::SeqCst);
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(1500)) => Outcome::Done,
                        () = context.cancelled.cancelled() => {
                            fenced.fetch_add(1, Ordering::SeqCst);
                            std::future::pending().await
                        }
                    }
                }
            }
        };
        let brief =
            WorkerSettings { lease: Duration::from_millis(600), heartbeat: Duration::from_millis(100), ..settings(1) };
        let mut workers = Vec::new();
        for owner in 1..=2 {
            let settings = WorkerSettings { owner: Uuid::from_u128(owner), ..brief.clone() };
            let worker =
                Worker::new(Over(test.db.clone()), settings, even()).kind("a", kind(began.clone(), fenced.clone()));
            workers.push(worker.start().await.unwrap());
        }
        enqueue(&test.db, job("a")).await;
        until_counts(&test.db, [0, 0, 1, 0]).await;
        assert_eq!(began.load(Ordering::SeqCst), 1, "{}: the lease was extended", test.name());
        // Somebody takes a job away (a clock jumped, the process was stopped for a while): its holder hears it.
        enqueue(&test.db, job("a")).await;
        until_counts(&test.db, [0, 1, 1, 0]).await;
        let tx = test.db.begin().await.unwrap();
        tx.execute_unprepared("UPDATE jobs SET attempt = attempt + 1, lease_until = 1 WHERE status = 'running'")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        until_counts(&test.db, [0, 0, 2, 0]).await;
        assert_eq!((began.load(Ordering::SeqCst), fenced.load(Ordering::SeqCst) <= 1), (3, true), "{}", test.name());
        for worker in workers {
            worker.drain(Duration::from_secs(1)).await;
        }
        test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn draining_waits_then_gives_back_and_the_next_life_goes_on() {
    for test in all().await {
        let brief = Duration::from_millis(100);
        let worker = Worker::new(Over(test.db.clone()), settings(1), even())
            .kind("a", |_| async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                Outcome::Done
            })
            .kind("b", |_| async { std::future::pending().await });
        let worker = worker.start().await.unwrap();
        enqueue(&test.db, job("a")).await;
        enqueue(&test.db, job("b").attempts(1)).await;
        worker.waker().wake();
        until_counts(&test.db, [0, 2, 0, 0]).await;
        worker.drain(Duration::from_millis(800)).await;
        assert_eq!(counts(&test.db).await, [1, 0, 1, 0], "{}: one was waited for, one given back", test.name());
        // As if the process had been killed while it held it.
        let dying = Worker::new(Over(test.db.clone()), settings(1), even())
            .kind("b", |_| async { std::future::pending().await });
        let dying = dying.start().await.unwrap();
        until_counts(&test.db, [0, 1, 1, 0]).await;
        drop(dying);
        // The same owner starts again: no waiting for the lease. Its one attempt died, so it is for an operator.
        let next = Worker::new(Over(test.db.clone()), settings(1), even()).kind("b", |_| async { Outcome::Done });
        let next = next.start().await.unwrap();
        until_counts(&test.db, [0, 0, 1, 1]).await;
        next.drain(brief).await;
        test.finish().await;
    }
}
